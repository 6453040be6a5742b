"use strict";
// Several phones in one page. Each keeps what it sent and received in this tab only.

const PRICE = 0.01; // a guess at what a segment costs, in dollars, to give a feeling for it
const POLL_MS = 400;
const SENDER = document.body.dataset.sender;
const phones = new Map();
let current = null;

const element = (id) => document.getElementById(id);

function stored() {
  try { return JSON.parse(sessionStorage.getItem("phones")) || []; } catch { return []; }
}

function keep() {
  sessionStorage.setItem("phones", JSON.stringify([...phones.values()]));
}

function addPhone(number) {
  number = "+" + number.replace(/\D/g, "");
  if (!phones.has(number)) phones.set(number, { number, after: "-", messages: [], unread: 0 });
  show(number);
}

function show(number) {
  current = phones.get(number);
  current.unread = 0;
  keep();
  element("number").textContent = number;
  element("messages").replaceChildren();
  current.messages.forEach(draw);
  drawPhones();
  element("text").focus();
}

function drawPhones() {
  element("phones").replaceChildren(...[...phones.values()].map((phone) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = phone.number;
    button.setAttribute("aria-current", phone === current);
    button.onclick = () => show(phone.number);
    if (phone.unread) {
      const badge = document.createElement("span");
      badge.className = "unread";
      badge.textContent = phone.unread;
      button.append(badge);
    }
    item.append(button);
    return item;
  }));
}

function line(className, text) {
  const item = document.createElement("li");
  item.className = className;
  item.textContent = text;
  element("messages").append(item);
  item.scrollIntoView({ block: "end" });
}

function costText(cost) {
  const one = cost.size === 1 ? "" : "s";
  const what = cost.encoding === "gsm7" ? `character${one}` : `UCS-2 unit${one}`;
  const segments = cost.segments === 1 ? "1 segment" : `${cost.segments} segments`;
  return `${cost.size} ${what}, ${segments}, about $${(cost.segments * PRICE).toFixed(2)}`;
}

function draw(message) {
  line(message.mine ? "mine" : "theirs", message.text);
  line(`cost ${message.mine ? "mine" : "theirs"}`, costText(message.cost));
}

function add(phone, message) {
  phone.messages.push(message);
  if (phone === current) draw(message);
  else phone.unread += 1;
  keep();
}

async function costOf(text) {
  const answer = await fetch("/phone/cost", { method: "POST", body: new URLSearchParams({ text }) });
  return answer.json();
}

async function send(phone, text) {
  add(phone, { mine: true, text, cost: await costOf(text) });
  const sid = "SM" + [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const form = new URLSearchParams({ MessageSid: sid, From: phone.number, To: SENDER, Body: text, NumMedia: "0" });
  try {
    const answer = await fetch("/sms/twilio", { method: "POST", body: form });
    if (!answer.ok) line("failed", `Not taken: ${answer.status}`);
  } catch {
    line("failed", "Not sent: is the service running?");
  }
}

async function poll() {
  for (const phone of phones.values()) {
    try {
      const query = new URLSearchParams({ number: phone.number, after: phone.after });
      for (const message of await (await fetch(`/phone/messages?${query}`)).json()) {
        phone.after = message.place;
        add(phone, { mine: false, text: message.text, cost: message.cost });
        drawPhones();
        // A real phone's network tells the provider that it arrived, and the provider tells the service.
        fetch("/sms/twilio/status", {
          method: "POST",
          body: new URLSearchParams({ MessageSid: message.id, To: phone.number, From: SENDER, MessageStatus: "delivered" }),
        });
      }
    } catch { /* the service is restarting: the next round tries again */ }
  }
  setTimeout(poll, POLL_MS);
}

element("compose").onsubmit = (event) => {
  event.preventDefault();
  const text = element("text").value;
  if (!text) return;
  element("text").value = "";
  element("draft-cost").textContent = "";
  send(current, text);
};
element("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    element("compose").requestSubmit();
  }
};
element("text").oninput = async () => {
  const text = element("text").value;
  const cost = text ? costText(await costOf(text)) : "";
  if (element("text").value === text) element("draft-cost").textContent = cost;
};
element("add").onsubmit = (event) => {
  event.preventDefault();
  addPhone(element("new-number").value);
  element("new-number").value = "";
};

element("worker").onclick = async () => {
  await fetch("/phone/chw", { method: "POST", body: new URLSearchParams({ number: current.number }) });
  element("worker").textContent = "Done: text MENU";
};
element("later").onsubmit = async (event) => {
  event.preventDefault();
  const body = new URLSearchParams({ seconds: event.submitter.value });
  const { now } = await (await fetch("/phone/later", { method: "POST", body })).json();
  element("now").textContent = `It is ${new Date(now * 1000).toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })} now.`;
};

for (const phone of stored()) phones.set(phone.number, phone);
if (phones.size) show(phones.keys().next().value);
else ["+254700000002", "+254700000001"].forEach(addPhone);
poll();
