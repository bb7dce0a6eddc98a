// page: what scripts add to a page that works without them. The page fetches itself again when
// something moved, and shows what is different.

import { draw } from "./chart.js";
import { morph } from "./morph.js";
import { clock, figure, say } from "./words.js";

const main = document.getElementById("main");
const said = document.getElementById("said");
const title = { text: document.title, news: 0 };

// ---- What is told.

function tell(words) {
  said.textContent = words;
}

function showTitle() {
  document.title = title.news > 0 ? `(${title.news}) ${title.text}` : title.text;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  title.news = 0;
  showTitle();
});

// Items of lists that ask for it with data-news: what such an item is called.
function items() {
  const found = new Map();
  for (const list of main.querySelectorAll("[data-news]"))
    for (const item of list.querySelectorAll("[data-key]"))
      found.set(item.dataset.key, { item, kind: list.dataset.news, name: item.dataset.name });
  return found;
}

function tellNews(before) {
  const news = [...items()].filter(([key]) => !before.has(key)).map(([, one]) => one);
  for (const { item } of news) item.classList.add("new");
  if (news.length === 0) return;
  tell(news.length === 1 ? `New ${news[0].kind}: ${news[0].name}` : `${news.length} new ${news[0].kind}s`);
  if (document.hidden) title.news += news.length;
}

// ---- What is shown.

let shownAt = new Date();

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const next = fresh.getElementById("main");
  if (!next || !next.dataset.version) return false;
  const before = items();
  document.getElementById("signed-out")?.remove();
  title.text = fresh.title;
  say(next);
  morph(main, document.adoptNode(next));
  tellNews(before);
  showTitle();
  draw(main);
  shownAt = new Date();
  return true;
}

function signedOut() {
  if (document.getElementById("signed-out")) return;
  const note = document.createElement("p");
  note.id = "signed-out";
  note.className = "wrong";
  note.dataset.ours = "";
  note.innerHTML = 'You are signed out. <a href="/sign-in">Sign in</a> to go on.';
  main.prepend(note);
  tell("You are signed out.");
}

// ---- Once more.

let told = main.dataset.version; // the newest that was heard of: a page is not to be older
let fetching = false;
let again = false;

async function refresh() {
  again = true;
  if (fetching) return;
  fetching = true;
  while (again) {
    again = false;
    try {
      const answer = await fetch(location.href, { headers: { "Evenhand-Page": told }, cache: "no-store" });
      if (new URL(answer.url).pathname === "/sign-in") signedOut();
      else if (AWAY.includes(answer.status)) tellAway("evenhand is away");
      else if (show(await answer.text())) tellBack();
    } catch {
      tellAway("The page cannot be reached");
    }
  }
  fetching = false;
}

// ---- What is away. What the page shows stays, with the time it is of.

const AWAY = [502, 503, 504];

function tellAway(what) {
  if ("away" in main.dataset || document.getElementById("away")) return; // it says so already
  const note = document.createElement("p");
  note.id = "away";
  note.className = "warn";
  note.dataset.ours = "";
  note.textContent = `${what} just now. This is as of ${clock(shownAt)}; nothing can be changed until it is back. ` +
    "The page tries again by itself.";
  main.prepend(note);
  tell(note.textContent);
}

function tellBack() {
  const note = document.getElementById("away");
  note?.remove();
  if (note) tell("The page is up to date again.");
}

// ---- What moved.

const AGAIN_MS = 15000;
const CALM_MS = 10000; // between two looks at a page that is dear to make
const TICK_MS = 60000; // time passes, too: what waits becomes late
let movedAt = 0;
let waiting = 0;

function moved() {
  const wait = "calm" in main.dataset ? movedAt + CALM_MS - Date.now() : 0;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    movedAt = Date.now();
    refresh();
  }, Math.max(wait, 0));
}

function listen() {
  const events = new EventSource("/events");
  events.addEventListener("moved", (event) => {
    told = event.data;
    if (told !== main.dataset.version || document.getElementById("away")) moved();
  });
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED) return;
    refresh();
    setTimeout(listen, AGAIN_MS);
  };
}

// ---- What is changed.

// What was refused stays to be read until the next try, however often the page is fetched meanwhile.
function keepRefusal() {
  for (const told of main.querySelectorAll(".wrong[role=alert]")) told.dataset.ours = "";
}

function dropRefusal() {
  for (const told of main.querySelectorAll(".wrong[role=alert][data-ours]")) told.remove();
}

// What was typed stays.
function tellUnsent(form, text) {
  const why = new DOMParser().parseFromString(text, "text/html").querySelector(".wrong");
  const note = form.querySelector(".wrong") ?? document.createElement("p");
  note.className = "wrong";
  note.role = "alert";
  note.dataset.ours = "";
  note.textContent = why?.textContent ?? "evenhand is away: this was not sent. Try once more when it is back.";
  form.prepend(note);
  tellAway("evenhand is away");
}

async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "Evenhand-Page": "1" } });
    const at = new URL(answer.url);
    if (answer.redirected && at.pathname !== location.pathname) location.assign(answer.url);
    else if (answer.status === 401) signedOut();
    else if (AWAY.includes(answer.status)) tellUnsent(form, await answer.text());
    else {
      if (answer.ok) for (const field of form.elements) delete field.dataset.typed;
      if (answer.redirected && at.href !== location.href) history.replaceState(null, "", at.href);
      const text = await answer.text();
      dropRefusal();
      show(text);
      keepRefusal();
      main.querySelector(".wrong")?.scrollIntoView({ block: "nearest" });
      if (answer.ok) tell(form.dataset.done || "Done.");
    }
  } catch {
    tell("This could not be sent. Nothing was changed; try once more.");
  }
  form.removeAttribute("aria-busy");
}

main.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || "plain" in event.target.dataset) return;
  event.preventDefault();
  if (event.target.getAttribute("aria-busy") !== "true") send(event.target, event.submitter);
});

// What is open closes, and what opened it has the focus again.
main.addEventListener("keydown", (event) => {
  const fold = event.key === "Escape" ? event.target.closest?.("details[open]") : null;
  if (!fold) return;
  fold.open = false;
  fold.querySelector("summary").focus();
});

main.addEventListener("input", (event) => {
  event.target.dataset.typed = "yes";
});

// A slider of a form that follows: what it says is shown at once, the page's answer a moment later.
const FOLLOW_MS = 250;
let following = 0;

function follow(form) {
  const at = new URL(form.action);
  at.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  at.hash = "";
  history.replaceState(null, "", at.href);
  refresh();
}

main.addEventListener("input", (event) => {
  const slider = event.target;
  const form = slider.closest("form[data-follow]");
  if (!form || slider.type !== "range") return;
  const exact = form.elements[slider.name.replace("at-", "if-")];
  if (exact) exact.value = "";
  if (slider.nextElementSibling?.matches("output"))
    slider.nextElementSibling.textContent = figure(Number(slider.value), slider.dataset.unit, slider.dataset.currency);
  clearTimeout(following);
  following = setTimeout(follow, FOLLOW_MS, form);
});

say(main);
draw(main);
if ("live" in main.dataset) listen(); // else it is the answer to a form, and is not to be had again
setInterval(() => say(main), TICK_MS);
if ("live" in main.dataset) setInterval(() => document.hidden || moved(), TICK_MS);
