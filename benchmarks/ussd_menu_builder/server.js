"use strict";
// The same questions in the same order with ussd-menu-builder, one menu per request as its README tells (a shared one
// mixes people up), its session handler in Redis, in as many processes as ours.
const cluster = require("node:cluster");
const express = require("express");
const { createClient } = require("redis");
const UssdMenu = require("ussd-menu-builder");

const [port, processes, redisUrl] = process.argv.slice(2);
const QUESTIONS = [
  "Free private check on bleeding after sex. No names. Reply to agree. For whom?\n1 Me\n2 Someone I help",
  "Any of these NOW?\n1 Soaks a pad in 1 hour\n2 Faint or very weak\n3 Severe belly pain\n4 Sex was forced or unsafe\n5 None of these",
  "If this gets cut off, may we text you the advice?\n1 Yes, text me\n2 No, do not text",
  "Are you pregnant, or could you be?\n1 Not pregnant\n2 Maybe or late period\n3 Pregnant\n4 Birth, loss or abortion in last 6 weeks",
  "Your age or life stage? You may skip.\n1 Under 18\n2 18 to 34\n3 35 or over, has periods\n4 Periods stopped 1 year or more\n5 Skip",
  "How much blood, at its most?\n1 A few drops\n2 More than drops\n3 Soaks a pad, slowly\n4 Not sure",
  "How often did it happen?\n1 First time\n2 Second time or twice in a row\n3 3 times or more\n4 Not sure",
  "Any of these?\n1 Belly pain or sex hurts\n2 Burns to pee\n3 Smelly or green fluid\n4 Fever, unwell, tired\n5 Condom/tampon stuck\n6 None",
  "Last one. Any of these?\n1 New partner or no STI test\n2 Blood thinner\n3 New pill or IUD\n4 Dry or rough sex\n5 First sex ever\n6 Worried\n7 None",
];

function menuWith(redis) {
  const menu = new UssdMenu();
  const field = (id) => `bench:${id}`;
  menu.sessionConfig({
    start: (id) => redis.hSet(field(id), "begun", "1"),
    end: (id) => redis.del(field(id)),
    set: async (id, key, value) => { await redis.hSet(field(id), key, value); await redis.expire(field(id), 86400); },
    get: (id, key) => redis.hGet(field(id), key),
  });
  menu.startState({ run: () => menu.con(QUESTIONS[0]), next: { "*\\d+": "q1" } });
  QUESTIONS.forEach((question, place) => {
    if (place === 0) return;
    menu.state(`q${place}`, {
      run: async () => { await menu.session.set(`q${place - 1}`, menu.val); menu.con(question); },
      next: { "*\\d+": place + 1 < QUESTIONS.length ? `q${place + 1}` : "result" },
    });
  });
  menu.state("result", {
    run: async () => { await menu.session.set("last", menu.val); menu.con("Light spotting once is common: often friction, dryness or hormones."); },
  });
  return menu;
}

async function serve() {
  const redis = createClient({ url: redisUrl });
  await redis.connect();
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.post("/ussd/africastalking", (request, response) => {
    menuWith(redis).run(request.body, (page) => response.type("text/plain").send(page));
  });
  app.listen(Number(port), "127.0.0.1");
}

if (cluster.isPrimary) for (let n = 0; n < Number(processes); n++) cluster.fork();
else serve();
