"use strict";
// The page on which essays are marked. The server keeps the marks; what it has not confirmed yet is in the
// browser's own storage, under the essay's key, until it is.

const by = (id) => document.getElementById(id);
const practical = document.body.dataset.practical;
const RETRY = 1000; // milliseconds
const STANDINGS = {
  open: "to be marked", marked: "marked", again: "marked; graded again since. Enter keeps the mark",
  unanswered: "not answered",
};

let questions = []; // {name, title}
let question = null; // as the server tells it, with its essays
let place = 0; // in question.essays
let answers = new Map(); // HTML by question and key, each a promise
const unsaved = new Map(); // id → {question, key, field, value, seen, tried: the first value sent without an answer}
let queue = Promise.resolve(); // one request that writes after the other

// --- the server ---------------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, told) {
    super(told.problem);
    this.status = status;
    this.told = told;
  }
}

class NoAnswer extends Error {}

async function ask(address, body) {
  const response = await fetch(address, body && { method: "PUT", body: JSON.stringify(body) })
    .catch(() => { throw new NoAnswer(); });
  if (response.status === 403) {
    throw new Refused(403, { problem: "This page is of an earlier start: open the address that `practicals mark` printed" });
  }
  const told = await response.json();
  if (!response.ok) throw new Refused(response.status, told);
  return told;
}

const get = (what, query) => ask(`/data/${what}?${new URLSearchParams(query)}`);

// --- what is shown ------------------------------------------------------------------------------------------

const essay = () => question.essays[place];

function say(text, bad = false, ...buttons) {
  by("say").replaceChildren(text, ...buttons);
  by("say").classList.toggle("bad", bad);
}

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function showProgress() {
  const done = question.essays.filter((one) => one.standing === "marked").length;
  const all = question.essays.filter((one) => one.standing !== "unanswered").length;
  by("progress").textContent = `${done} of ${all} marked`;
}

// A field in which somebody types is left alone
function fill(field, value) {
  if (document.activeElement !== field) field.value = value;
}

function showMark() {
  const one = essay();
  by("standing").textContent = STANDINGS[one.standing];
  by("standing").className = one.standing;
  fill(by("score"), unsaved.get(id(one.key, "score"))?.value ?? one.score ?? "");
  fill(by("text"), unsaved.get(id(one.key, "text"))?.value ?? one.text);
  by("items").querySelectorAll("input").forEach((box, number) => { box.checked = one.ticked.includes(number); });
  by("score").setAttribute("aria-invalid", "false");
  showProgress();
}

function showItems() {
  by("items").replaceChildren(...question.items.map((item, number) => {
    const line = document.createElement("li");
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => tick(number));
    const key = document.createElement("kbd");
    key.textContent = number < 9 ? number + 1 : "·";
    const text = document.createElement("span");
    text.innerHTML = item.html;
    const points = document.createElement("span");
    points.className = "points";
    points.textContent = `${item.points < 0 ? "−" : "+"}${Math.abs(item.points)}`;
    label.append(box, key, text, points);
    line.append(label);
    return line;
  }));
}

function answerOf(one) {
  const name = `${question.name} ${one.key}`;
  if (!answers.has(name)) {
    const found = get("answer", { question: question.name, key: one.key });
    found.catch(() => answers.delete(name));
    answers.set(name, found);
  }
  return answers.get(name);
}

async function show(next) {
  document.activeElement?.blur();
  place = next;
  const one = essay();
  by("label").textContent = one.label;
  history.replaceState(null, "", `#${question.name}/${one.key}`);
  showMark();
  say("");
  scrollTo(0, 0);
  try {
    const { html } = await answerOf(one);
    if (one !== essay()) return; // somebody was quicker
    by("answer").innerHTML = html;
    document.body.dataset.shown = one.key;
  } catch (error) {
    by("answer").textContent = "";
    complain(error);
  }
  for (const near of [place + 1, nextOpen(), place + 2, place + 3, place + 4, place - 1]) {
    if (question.essays[near]) answerOf(question.essays[near]).catch(() => {});
  }
}

async function choose(name, key) {
  question = await get("question", { question: name });
  by("question").value = name;
  for (const part of ["asked", "scheme", "model"]) by(part).innerHTML = question[part];
  by("of").textContent = `of ${question.max_score}`;
  showItems();
  closeEditor();
  if (!question.essays.length) {
    by("label").textContent = "No essays";
    by("answer").textContent = "Nobody's answer to this question was graded yet.";
    by("mark").hidden = true;
    return;
  }
  by("mark").hidden = false;
  const at = question.essays.findIndex((one) => one.key === key);
  place = -1;
  await show(at >= 0 ? at : Math.max(0, nextOpen()));
}

// --- writing ------------------------------------------------------------------------------------------------

const id = (key, field) => `mark ${practical} ${question.name} ${key} ${field}`;

function edit(field, value) {
  const one = essay();
  const name = id(one.key, field);
  const kept = unsaved.get(name);
  keep(name, {
    question: question.name, key: one.key, field, value,
    seen: kept?.seen ?? { score: one.score, comment: one.comment },
    tried: kept?.tried ?? (kept?.sent ? kept.value : null),
  });
  later(() => send(name));
}

function keep(name, change) {
  unsaved.set(name, change);
  localStorage.setItem(name, JSON.stringify(change));
}

function later(work) {
  queue = queue.then(work).catch(complain);
  return queue;
}

function take(change, mark) {
  if (question.name !== change.question) return;
  const one = question.essays.find((other) => other.key === mark.key);
  if (!one) return;
  Object.assign(one, mark);
  if (one === essay()) showMark();
  else showProgress();
}

function settled(name, change) {
  if (unsaved.get(name) !== change) return false; // something was typed meanwhile
  unsaved.delete(name);
  localStorage.removeItem(name);
  return true;
}

async function send(name) {
  const change = unsaved.get(name);
  if (!change || change.refused === change.value) return;
  try {
    change.sent = true; // a server that is killed may have written it and not said so
    const mark = await ask("/data/mark", change);
    if (settled(name, change)) say(unsaved.size ? "" : "Saved");
    else keep(name, { ...unsaved.get(name), seen: { score: mark.score, comment: mark.comment }, tried: null });
    take(change, mark);
  } catch (error) {
    if (error.status === 409) {
      settled(name, change);
      take(change, error.told.mark);
      const again = { ...change, seen: { score: error.told.mark.score, comment: error.told.mark.comment } };
      say(`${error.message} (yours: ${change.value || "empty"}).`, true, button("Take mine", () => {
        keep(name, again);
        later(() => send(name));
      }));
    } else if (error.status === 400 || error.status === 410) {
      change.refused = change.value;
      localStorage.removeItem(name);
      if (error.status === 410) unsaved.delete(name);
      if (change.field === "score" && change.key === essay()?.key) by("score").setAttribute("aria-invalid", "true");
      complain(error);
    } else {
      complain(error);
      retryLater();
    }
  }
}

let waits = false;

function retryLater() {
  if (waits) return;
  waits = true;
  setTimeout(() => {
    waits = false;
    for (const name of unsaved.keys()) later(() => send(name));
  }, RETRY);
}

function complain(error) {
  if (error instanceof Refused) say(error.message, true);
  else if (error instanceof NoAnswer) {
    say("The server does not answer. What you typed is kept in this browser and saved as soon as `practicals mark` runs again.", true);
  } else throw error;
}

function tick(number) {
  const [one, { name }] = [essay(), question]; // somebody may go on before it is its turn
  later(async () => {
    const ticked = one.ticked.includes(number)
      ? one.ticked.filter((other) => other !== number) : [...one.ticked, number];
    const change = {
      question: name, key: one.key, field: "ticked", value: ticked, seen: { score: one.score, comment: one.comment },
    };
    if (one === essay()) document.activeElement?.blur(); // its points replace what stands in the field
    try {
      const mark = await ask("/data/mark", change);
      unsaved.delete(id(one.key, "score")); // what was refused
      take(change, mark);
      say("Saved");
    } catch (error) {
      if (error.status === 409) take(change, error.told.mark);
      showMark();
      complain(error);
    }
  });
}

function points(value) {
  by("score").value = value;
  edit("score", String(value));
}

// What a closed browser or a server that was killed could not save
function recover() {
  const left = Object.keys(localStorage).filter((name) => name.startsWith(`mark ${practical} `));
  for (const name of left) {
    unsaved.set(name, JSON.parse(localStorage.getItem(name)));
    later(() => send(name));
  }
}

// --- going on -----------------------------------------------------------------------------------------------

function nextOpen() {
  const waits = (one) => one.standing === "open" || one.standing === "again";
  const after = question.essays.findIndex((one, number) => number > place && waits(one));
  return after >= 0 ? after : question.essays.findIndex((one, number) => number < place && waits(one));
}

// Whether the server will take what stands unsaved in the field of points; it decides, this only saves a wait
function plausible(change) {
  const number = Number(String(change.value).trim().replace(",", "."));
  return number >= 0 && number <= question.max_score;
}

// A mark that was refused stays in sight; what is being saved is saved while the next essay is read
async function go(next) {
  if (next < 0 || next >= question.essays.length) return;
  const name = id(essay().key, "score");
  if (unsaved.has(name) && !plausible(unsaved.get(name))) await queue;
  const left = unsaved.get(name);
  if (left && left.refused === left.value) by("score").focus();
  else await show(next);
}

async function goOn() {
  if (essay().standing === "again" && essay().score !== null) points(essay().score);
  const next = nextOpen();
  if (next >= 0) {
    await go(next);
    return;
  }
  await queue;
  const last = essay().standing === "open";
  say(last ? "This is the last one to mark." : "Every essay of this question is marked.");
}

function otherQuestion(step) {
  const at = questions.findIndex((one) => one.name === question.name) + step;
  if (questions[at]) later(() => choose(questions[at].name));
}

// --- the rubric ---------------------------------------------------------------------------------------------

function addRow(item, was) {
  const row = document.createElement("li");
  const number = document.createElement("input");
  number.value = item.points;
  number.setAttribute("aria-label", "Points");
  number.inputMode = "text";
  const text = document.createElement("textarea");
  text.value = item.text;
  text.rows = 2;
  text.setAttribute("aria-label", "Sentence");
  row.append(number, text, button("✕", () => row.remove()));
  row.lastChild.setAttribute("aria-label", "No longer an item; what it gave stays");
  row.dataset.was = was ?? "";
  by("rows").append(row);
  return number;
}

function openEditor() {
  by("rows").replaceChildren();
  question.items.forEach((item, was) => addRow(item, was));
  by("suggest").hidden = !question.suggested.length;
  if (!question.items.length) addRow({ points: 1, text: "" });
  by("editor").hidden = false;
  by("items").hidden = true;
  by("rows").querySelector("input")?.focus();
}

function closeEditor() {
  // a browser takes the focus from what is hidden with its next picture: a key before that would be the button's
  if (by("editor").contains(document.activeElement)) document.activeElement.blur();
  by("editor").hidden = true;
  by("items").hidden = false;
}

function saveItems(event) {
  event.preventDefault();
  const items = [...by("rows").children].map((row) => ({
    points: row.querySelector("input").value, text: row.querySelector("textarea").value,
    was: row.dataset.was === "" ? null : Number(row.dataset.was),
  })).filter((item) => item.text.trim());
  later(async () => {
    const key = essay().key;
    const told = await ask("/data/items", { question: question.name, items });
    question = told;
    place = question.essays.findIndex((one) => one.key === key);
    closeEditor();
    showItems();
    showMark();
    say(told.changed ? `Saved, and changed in ${told.changed} ${told.changed === 1 ? "essay" : "essays"}` : "Saved");
  });
}

// --- keys and buttons ---------------------------------------------------------------------------------------

const KEYS = {
  ArrowRight: () => go(place + 1), ArrowLeft: () => go(place - 1), Enter: goOn,
  f: () => points(question.max_score), z: () => points(0), p: () => by("score").select(), c: () => by("text").focus(),
  "[": () => otherQuestion(-1), "]": () => otherQuestion(1),
};

function pressed(event) {
  if (event.ctrlKey && event.key === "Enter" || event.key === "Enter" && event.target === by("score")) {
    event.preventDefault();
    goOn();
    return;
  }
  if (event.key === "Escape") {
    document.activeElement?.blur();
    closeEditor();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !question?.essays.length) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  if (event.key === "Enter" && event.target.closest("button, summary, a")) return;
  const item = /^[1-9]$/.test(event.key) && Number(event.key) <= question.items.length;
  if (!item && !KEYS[event.key]) return;
  event.preventDefault();
  if (item) tick(Number(event.key) - 1);
  else KEYS[event.key]();
}

document.addEventListener("keydown", pressed);
by("score").addEventListener("input", () => {
  by("score").setAttribute("aria-invalid", "false");
  edit("score", by("score").value);
});
by("text").addEventListener("input", () => edit("text", by("text").value));
by("full").addEventListener("click", () => points(question.max_score));
by("zero").addEventListener("click", () => points(0));
by("previous").addEventListener("click", () => go(place - 1));
by("next").addEventListener("click", () => go(place + 1));
by("open").addEventListener("click", goOn);
by("question").addEventListener("change", () => later(() => choose(by("question").value)));
by("edit-items").addEventListener("click", openEditor);
by("cancel").addEventListener("click", closeEditor);
by("add-row").addEventListener("click", () => addRow({ points: 1, text: "" }).focus());
by("suggest").addEventListener("click", () => {
  for (const row of [...by("rows").children]) if (!row.querySelector("textarea").value.trim()) row.remove();
  question.suggested.forEach((item) => addRow(item));
});
by("editor").addEventListener("submit", saveItems);

async function start() {
  questions = await get("questions", {});
  by("question").replaceChildren(...questions.map((one) => new Option(one.title, one.name)));
  const [name, key] = decodeURIComponent(location.hash.slice(1)).split("/");
  await choose(questions.some((one) => one.name === name) ? name : questions[0].name, key);
  recover();
}

start().catch(complain);
