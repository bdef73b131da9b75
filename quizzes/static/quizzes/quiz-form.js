// <quiz-form save="…" signals="…" hand-in="…" attempt="7" seen="…" writer="…"> around the form of an attempt.
//
// Every change is put into this browser's storage first, then sent; it leaves the storage only when the server
// has acknowledged it. So a reload, a crash or ten minutes without network lose nothing. The server takes a
// repeated save once, and of one tab's saves the last; where two tabs or devices write, it tells, and the student
// chooses. The server's clock decides when it is over: at zero it is asked. Without this script the form posts
// itself. Texts are in data attributes and templates of the page.

import { watchFocus } from "./quiz-focus.js";
import { Help } from "./quiz-help.js";
import { FINAL, Line } from "./quiz-line.js";
import { QuestionMap } from "./quiz-map.js";
import { Tab } from "./quiz-tab.js";

const TYPING_MS = 400; // after the last keystroke
const SPREAD_MS = 1500; // a class whose time ends together does not hand in as one
const AWAY_BATCH_MS = 5000;

class QuizForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector(".saved");
    this.notes = this.querySelector("[data-notes]");
    this.clock = this.querySelector("count-down");
    // The first page comes as the answer to the start: a reload must ask for the attempt, not start again.
    if (new URL(this.form.action).pathname !== location.pathname) history.replaceState(null, "", this.form.action);
    this.tab = new Tab(this.getAttribute("attempt"));
    this.line = new Line(this.form.elements.csrfmiddlewaretoken.value);
    this.map = new QuestionMap(this, `${this.tab.prefix}flags`);
    this.touched = new Set();
    this.away = [];
    this.unsent = {}; // position -> {seq, value, certainty}, newest only
    this.see(this.getAttribute("seen"));
    this.restore({ ...this.tab.read(), name: this.tab.name });
    this.takeUpTyped();
    this.tab.orphans().then((left) => {
      for (const state of left) this.restore(state);
      if (left.length) this.pump();
      if (this.left === 0) this.timeUp(); // its end came before this script listened
    });
    this.listen();
    if (this.hasAttribute("watch")) watchFocus((seconds) => this.wasLeft(seconds));
    this.mark();
    this.pump();
  }

  listen() {
    this.help = new Help(this);
    this.form.addEventListener("input", (event) => this.changed(event));
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.addEventListener("countdown:over", () => this.timeUp());
    this.addEventListener("countdown:synced", ({ detail }) => this.heard(detail));
    this.addEventListener("countdown:stale", () => (this.line.cut(), this.show(), this.retry()));
    this.addEventListener("countdown:change", ({ detail }) => detail.moved > 0 && this.note("more", this.dataset.more));
    this.tab.addEventListener("others", () => this.note("elsewhere", this.tab.others.size ? this.dataset.elsewhere : ""));
    addEventListener("online", () => this.pump());
    addEventListener("offline", () => (this.line.cut(), this.keep(), this.show()));
    document.addEventListener("visibilitychange", () => document.hidden && !this.retrying && this.pump());
  }

  // What is written --------------------------------------------------------------------------------------

  /** What the question's fields hold now. */
  answer(position) {
    const fields = new FormData(this.form);
    return { value: fields.getAll(`q${position}`).map(String), certainty: Number(fields.get(`c${position}`)) || null };
  }

  /** Put an answer into the question's fields. */
  fill(position, { value, certainty }) {
    this.filling = true; // drawings and editors must hear of it, but nothing is to be saved
    [...this.form.querySelectorAll(`[name="q${position}"]`)].forEach((field, place) => {
      if (field.type === "radio" || field.type === "checkbox") field.checked = value.includes(field.value);
      else field.value = value[place] ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    this.filling = false;
    for (const field of this.form.querySelectorAll(`[name="c${position}"]`)) field.checked = Number(field.value) === certainty;
  }

  /** Take up what an earlier page could not get rid of, and when it was cut off. */
  restore({ unsent = {}, name, seen, cutAt = null }) {
    const elsewhere = seen !== this.getAttribute("seen") && this.getAttribute("writer") !== name;
    if (cutAt !== null) this.line.cutAt = Math.min(cutAt, this.line.cutAt ?? cutAt);
    for (const [position, kept] of Object.entries(unsent)) {
      if (this.unsent[position] || this.touched.has(position)) continue;
      const there = this.answer(position);
      // Somebody has written since, on another device perhaps: that is for the student to choose.
      if (elsewhere && !same(there, kept) && filled(there)) {
        this.fill(position, kept);
        this.showConflict(position, there, escaped(there.value.join(", ")));
      } else {
        this.fill(position, kept);
      }
      this.put(position);
    }
    this.keep();
    this.show();
  }

  /** Take up what was typed before this script had come. */
  takeUpTyped() {
    for (const position of this.positions()) {
      const fields = [...this.form.querySelectorAll(`[name="q${position}"], [name="c${position}"]`)];
      if (!this.unsent[position] && fields.some(touched)) this.put(position);
    }
  }

  changed(event) {
    const position = event.target.closest("[data-position]")?.dataset.position;
    if (!position || !event.target.name || this.filling) return;
    this.put(position);
    if (this.retrying) return; // the line is bad: its next try takes this along
    const typed = event.target.tagName === "TEXTAREA" || event.target.type === "text";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), typed ? TYPING_MS : 0);
  }

  put(position) {
    this.touched.add(position);
    this.unsent[position] = { seq: ++this.tab.seq, ...this.answer(position) };
    this.keep();
    this.show();
    this.mark();
  }

  /** Keep what waits in this browser; say so where it keeps nothing. */
  keep() {
    const waits = Object.keys(this.unsent).length || this.line.cutAt !== null;
    const kept = this.tab.write(waits ? { unsent: this.unsent, seen: this.seen, cutAt: this.line.cutAt } : null);
    this.note("storage", kept || !waits ? "" : this.dataset.storage);
  }

  // What is sent -----------------------------------------------------------------------------------------

  /** Tell of an outage, then send what waits; true when nothing is left. One at a time. */
  pump() {
    clearTimeout(this.timer);
    this.retrying = false;
    this.pumping ??= this.sendAll().then((done) => {
      this.pumping = null;
      this.show();
      if (!done) this.retry();
      return done;
    });
    return this.pumping;
  }

  retry() {
    if (this.pumping) return;
    clearTimeout(this.timer);
    this.retrying = true;
    this.timer = setTimeout(() => this.pump(), this.line.pause || 1000);
  }

  async sendAll() {
    if (this.line.cutAt !== null && !(await this.report())) return false;
    while (true) {
      const [next] = Object.entries(this.unsent).sort(([, a], [, b]) => a.seq - b.seq);
      if (!next) return true;
      if (!(await this.sendOne(...next))) return false;
    }
  }

  async sendOne(position, waiting) {
    const { status, data } = await this.line.post(this.getAttribute("save"), {
      position: Number(position), client: this.tab.name, seen: this.seen, ...waiting,
    });
    this.troubled(status, data);
    const saved = status === 200 && data?.saved === waiting.seq;
    if (data?.count_from) return this.countFrom(data.count_from);
    if (saved) this.see(data.seen);
    if (saved && data.conflict) this.conflict(data.conflict, position);
    if (!saved && !FINAL.includes(status)) return false; // it stays, and is tried again
    if (status === 409) this.refused = true;
    this.note("refused", saved || status === 409 ? "" : data?.error);
    if (this.unsent[position]?.seq === waiting.seq) delete this.unsent[position];
    this.keep();
    return true;
  }

  /** A restored browser had forgotten how far this tab had counted: what waits gets new numbers. */
  countFrom(number) {
    this.tab.seq = Math.max(this.tab.seq, number);
    for (const one of Object.values(this.unsent).sort((a, b) => a.seq - b.seq)) one.seq = ++this.tab.seq;
    this.keep();
    return true;
  }

  troubled(status, data) {
    this.trouble = { 401: this.dataset.signedOut, 403: data?.error ?? this.dataset.signedOut }[status] ?? "";
  }

  /** What the site knows of the attempt, so that it can tell when another tab has changed it. */
  see(seen) {
    this.seen = seen;
    const address = this.clock?.getAttribute("sync")?.split("?")[0];
    if (address) this.clock.setAttribute("sync", `${address}?${new URLSearchParams({ client: this.tab.name, seen })}`);
  }

  /** Tell how long the page was cut off and how often it was left; the answer says how long is left. */
  async report() {
    const outage = this.line.outage;
    const away = this.away.splice(0);
    const { status, data } = await this.line.post(this.getAttribute("signals"), { ...(outage !== null && { outage }), away });
    this.troubled(status, data);
    if (status !== 200) {
      this.away.unshift(...away);
      return null;
    }
    if (outage !== null) this.line.cutAt = null;
    this.keep();
    if (data.given) this.note("given", this.dataset.given.replace("{outage}", seconds(outage)).replace("{given}", seconds(data.given)));
    this.clock?.hear(data);
    return data;
  }

  /** The site has answered the clock. */
  heard(standing) {
    if (standing.unheard) this.line.cut(); // for no time that this page knows of
    if (this.line.cutAt !== null) this.pump();
    if (standing.conflict) {
      this.see(standing.seen);
      this.conflict(standing.conflict);
    }
    if (this.line.cutAt === null && (standing.state === "over" || this.left === 0)) this.timeUp();
  }

  // Two tabs or devices ----------------------------------------------------------------------------------

  /** Another tab has answered, too: what was not touched here follows it, of the rest the student chooses. */
  conflict({ answers }, saved = null) {
    const followed = [];
    for (const theirs of answers) {
      const position = String(theirs.position);
      const mine = this.answer(position);
      if (same(mine, theirs)) continue;
      if (this.touched.has(position)) this.showConflict(position, theirs, theirs.said, position === saved);
      else {
        this.fill(position, theirs);
        followed.push(position);
      }
    }
    if (followed.length) this.note("followed", `${this.dataset.followed} ${followed.join(", ")}`);
    else if (!this.tab.others.size) this.note("elsewhere", this.dataset.elsewhere);
    this.mark();
  }

  showConflict(position, theirs, said, mineCounts = true) {
    const question = this.querySelector(`[data-position="${position}"]`);
    question.querySelector("[data-conflict]")?.remove();
    const panel = this.querySelector("#quiz-conflict").content.firstElementChild.cloneNode(true);
    panel.querySelector("[data-said]").innerHTML = said || "–"; // rendered and cleaned by the server
    panel.querySelector("[data-mine-counts]").hidden = !mineCounts;
    panel.querySelector("[data-theirs-counts]").hidden = mineCounts;
    panel.addEventListener("click", ({ target }) => {
      if (!target.dataset.take) return;
      if (target.dataset.take === "theirs") this.fill(position, theirs);
      this.put(position); // saved again, so it is the last: the one that counts
      this.pump();
      panel.remove();
      question.querySelector("input, textarea, select")?.focus();
    });
    question.querySelector("legend").after(panel);
  }

  // The end ----------------------------------------------------------------------------------------------

  /** Zero by this page's clock: the server's decides. It may have been given more time at the last second. */
  async timeUp() {
    if (this.ending || this.closing) return;
    this.ending = true;
    await Promise.race([this.pump(), wait(3000)]);
    await wait(Math.random() * Math.min(SPREAD_MS, Number(this.getAttribute("grace")) * 300));
    if (this.line.cutAt === null) await this.clock?.sync();
    this.ending = false;
    if (this.line.cutAt !== null) {
      this.show();
      this.retry(); // when the line is back, the answer to the report leads here again
    } else if (this.left === 0 || this.clock?.state === "over") await this.handIn(true);
  }

  get left() {
    return this.clock ? this.clock.left : Infinity;
  }

  submitted(event) {
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    if (button?.dataset.help) return this.help.ask(button);
    if (button?.hasAttribute("data-save")) return this.pump(); // Enter in a field
    const open = this.positions().filter((position) => !filled(this.answer(position)));
    const flagged = this.positions().filter((position) => this.map.flagged(position));
    const lines = [
      open.length && `${this.dataset.missing} ${open.join(", ")}.`,
      flagged.length && `${this.dataset.flagged} ${flagged.join(", ")}.`,
      this.dataset.confirm,
    ];
    if (confirm(lines.filter(Boolean).join("\n"))) this.handIn(false);
    return undefined;
  }

  /** Send everything that waits, then close the attempt; the server closes it anyway when the time is up. */
  async handIn(timeUp) {
    if (this.closing) return;
    this.closing = true;
    this.show();
    const body = new FormData();
    body.set(timeUp ? "time_up" : "hand_in", "1");
    while (true) {
      const sent = await this.pump();
      if (timeUp && this.left > 0) break; // time was given back, or an instructor gave more
      if (sent || this.refused) {
        const { status, data } = await this.line.post(this.getAttribute("hand-in"), body);
        if (status === 200 && data?.done) {
          this.tab.clear();
          location.assign(data.done);
          return;
        }
        if (status === 409 && data?.seconds_left > 0) {
          this.clock?.hear(data);
          break;
        }
      }
      await wait(this.line.pause || 1000);
    }
    this.closing = false;
    this.show();
  }

  // What is shown ----------------------------------------------------------------------------------------

  show() {
    const waiting = Object.keys(this.unsent).length;
    const cut = this.line.cutAt !== null || !navigator.onLine || (waiting && this.line.failures > 0);
    const words = this.dataset;
    const [state, text] = this.refused ? ["failed", words.refused]
      : this.trouble ? ["failed", this.trouble]
      : cut ? ["failed", this.left === 0 ? words.undecided : waiting ? words.unsaved : words.cut]
      : this.closing ? ["saving", words.handingIn]
      : waiting ? ["saving", words.saving]
      : ["saved", words.saved];
    this.status.dataset.state = state;
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  /** A line that stays until it is replaced by an empty one. */
  note(about, text) {
    let line = this.notes.querySelector(`[data-note="${about}"]`);
    if (!text) return line?.remove();
    if (!line) {
      line = document.createElement("p");
      line.className = "notice";
      line.dataset.note = about;
      line.dataset.tone = about === "given" || about === "more" ? "good" : "warn";
      this.notes.append(line);
    }
    if (line.textContent !== text) line.textContent = text;
    return undefined;
  }

  mark() {
    this.map.show((position) => filled(this.answer(position)));
  }

  /** The page was left for so many seconds; told a little later, several at once. */
  wasLeft(gone) {
    this.away.push(gone);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.away.length && this.report(), AWAY_BATCH_MS);
  }

  positions() {
    return [...this.querySelectorAll("fieldset[data-position]")].map(({ dataset }) => dataset.position);
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const filled = ({ value }) => value.some((part) => part.trim());
const touched = (field) => {
  if (field.type === "hidden") return false; // a component's own, set by it
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  return field.value !== field.defaultValue;
};
const same = (one, other) => String(one.value) === String(other.value) && (one.certainty ?? null) === (other.certainty ?? null);

const escaped = (text) => Object.assign(document.createElement("span"), { textContent: text }).innerHTML;

/** 75 is "1 min 15 sec", in the page's language. */
function seconds(number) {
  const whole = Math.round(number);
  const language = document.documentElement.lang;
  const part = (amount, unit) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(amount);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return [minutes && part(minutes, "minute"), (rest || !minutes) && part(rest, "second")].filter(Boolean).join(" ");
}

customElements.define("quiz-form", QuizForm);
