// What every page has: toasts, menus that close, the light switch, and what happens when a request fails.
// Every page works without it.

import "./copy-button.js";
import "./count-down.js";

const TOAST_SECONDS = 7;

// Heavy components are fetched by the first page, or part of a page, that has one.
function wake() {
  if (document.querySelector("code-editor")) import("./code-editor.js").catch(() => {}); // npm's libraries are missing
  if (document.querySelector("classroom-chart")) import("./classroom-chart.js");
  if (document.querySelector("kept-form")) import("./kept-form.js");
}
wake();
document.addEventListener("htmx:load", wake);

/** Show a short message; `tone` is good, warn, bad or info. Errors stay until they are closed. */
export function toast(text, tone = "info") {
  const item = document.createElement("div");
  item.className = "toast";
  item.dataset.tone = tone;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  item.append(paragraph);
  document.getElementById("toasts")?.append(item);
}

function leave(item) {
  item.dataset.leaving = "";
  setTimeout(() => item.remove(), 260);
}

function tend(item) {
  if (item.dataset.tended !== undefined) return;
  item.dataset.tended = "";
  let close = item.querySelector(".toast__close");
  if (!close) {
    close = document.createElement("button");
    close.type = "button";
    close.className = "toast__close";
    close.setAttribute("aria-label", words().close);
    close.textContent = "×";
    item.append(close);
  }
  close.addEventListener("click", () => leave(item));
  if (item.dataset.tone !== "bad") {
    const stay = () => setTimeout(() => leave(item), TOAST_SECONDS * 1000);
    let timer = stay();
    for (const event of ["mouseenter", "focusin"]) item.addEventListener(event, () => clearTimeout(timer));
    for (const event of ["mouseleave", "focusout"]) item.addEventListener(event, () => (timer = stay()));
  }
}

/** Texts that script shows, translated by the server (shared/_scripts.html). */
export function words() {
  return JSON.parse(document.getElementById("site-words")?.textContent || "{}");
}

const shelf = document.getElementById("toasts");
if (shelf) {
  const tendAll = () => shelf.querySelectorAll(".toast").forEach(tend);
  new MutationObserver(tendAll).observe(shelf, { childList: true });
  tendAll();
}

// A view may answer with the header HX-Trigger: {"toast": {"text": "…", "tone": "good"}}.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));

document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  const page = status < 500 && new DOMParser().parseFromString(responseText, "text/html");
  const said = page && page.querySelector("[data-error]")?.textContent.trim();
  toast(said || words().failed, "bad");
});
// A poll that fails is silent: the next one comes. What a person sent is not.
const isPoll = (element) => (element.getAttribute("hx-trigger") || "").includes("every");
document.addEventListener("htmx:sendError", (event) => {
  if (!isPoll(event.detail.elt)) toast(words().unreachable, "bad");
});
// Nobody is looking: no need to ask. `visibilitychange from:document` in hx-trigger asks at once on return.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && isPoll(event.detail.elt)) event.preventDefault();
});

// What comes anew by itself may hold the focus: it goes on in the same place, or nobody could walk such a part by keyboard.
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
const comesByItself = (element) => /every|live:|room:/.test(element.getAttribute("hx-trigger") || "");
let held = null;
document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
  const at = [...target.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  held = at >= 0 && comesByItself(requestConfig.elt) ? { target, at } : null;
});
document.addEventListener("htmx:load", () => {
  const place = held && (held.target.isConnected ? held.target : document.getElementById(held.target.id));
  if (place && document.activeElement === document.body) {
    const there = [...place.querySelectorAll(FOCUSABLE)];
    there[Math.min(held.at, there.length - 1)]?.focus({ preventScroll: true });
  }
  held = null;
});

// Menus are <details>: a click elsewhere or Escape closes them.
const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Light or dark: the server keeps the choice; the page changes without being fetched again.
for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, chosen));
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
    if (chosen.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen.value;
    for (const button of form.elements.theme) button.setAttribute("aria-pressed", button === chosen);
    const use = form.closest("details").querySelector("summary use");
    const icon = { auto: "contrast", light: "sun", dark: "moon" }[chosen.value];
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
    form.closest("details").open = false;
  });
}

// A button with data-confirm="Really?" asks before its form is sent.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

const offline = document.getElementById("offline-note");
if (offline) {
  const tell = () => (offline.hidden = navigator.onLine);
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}

// Keep the current room of the navigation and the current tab or step in sight on a small screen.
for (const here of document.querySelectorAll(":is(.shell__nav, .tabs, .segments) [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}
