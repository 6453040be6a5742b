"use strict";
// A USSD dialog as a network and a handset make it, in Africa's Talking's dialect: everything keyed in so far is sent
// again with each answer; a dialog that nobody answers, or whose signal is lost, is over, and the network tells so.

const DIALOG_SECONDS = 60; // how long the network waits for an answer
let session = null; // { id, number, code, keyed: [], left, timer }

async function callUssd(path, fields) {
  const form = new URLSearchParams({ sessionId: session.id, phoneNumber: session.number, networkCode: "99999", serviceCode: session.code, ...fields });
  return fetch(`/ussd/africastalking${path}`, { method: "POST", body: form });
}

async function dialUssd(code) {
  session = { id: "ATUid_" + crypto.randomUUID().replaceAll("-", ""), number: current.number, code, keyed: [] };
  element("ussd").show();
  await askUssd();
}

async function askUssd() {
  element("page").textContent = "…";
  element("keys").value = "";
  try {
    const answer = await callUssd("", { text: session.keyed.join("*") });
    const body = await answer.text();
    if (!answer.ok || !/^(CON|END) /.test(body)) throw new Error(body);
    showUssd(body.slice(4), body.startsWith("END"));
  } catch {
    session = null;
    showUssd("Connection problem or invalid MMI code.", true);
  }
}

function showUssd(text, last) {
  element("page").textContent = text;
  element("keys").hidden = last;
  element("reply").hidden = last;
  element("drop").hidden = last;
  element("clock").textContent = "";
  element("cancel").textContent = last ? "OK" : "Cancel";
  if (session) clearInterval(session.timer);
  if (last) session = null;
  else {
    session.left = DIALOG_SECONDS;
    session.timer = setInterval(tickUssd, 1000);
    tickUssd();
    element("keys").focus();
  }
}

function tickUssd() {
  element("clock").textContent = `${session.left} s to answer.`;
  if (session.left === 0) dropUssd("Connection problem or invalid MMI code.");
  else session.left -= 1;
}

// The dialog ends before its last page; the network tells the service.
async function dropUssd(said) {
  if (!session) return;
  clearInterval(session.timer);
  await callUssd("/end", { status: "Incomplete", date: new Date().toISOString(), cost: "0", durationInMillis: "0", hopsCount: String(session.keyed.length + 1), input: session.keyed.join("*"), lastAppResponse: "", errorMessage: "" });
  session = null;
  if (said) showUssd(said, true);
}

element("dial").onsubmit = (event) => { event.preventDefault(); dialUssd(element("code").value); };
element("answer").onsubmit = (event) => {
  event.preventDefault();
  session.keyed.push(element("keys").value);
  askUssd();
};
element("cancel").onclick = () => { dropUssd(""); element("ussd").close(); };
element("drop").onclick = () => dropUssd("Connection problem or invalid MMI code.");
