// <count-down seconds="360" sync="/…/clock/" label="Time left">6:00</count-down>
//
// The server governs the time; this only shows it. `seconds` is what was left when the server wrote the page.
// From then on differences of a monotonic clock are subtracted, so neither a wrong wall clock nor a throttled
// tab matters. Every 15 s, and whenever the page is looked at again, `sync` is asked: it answers with JSON
// {"seconds_left": 271.4, "state": "running"}; null seconds: without end. Events, all bubbling:
//   countdown:over    when the time is up, once;
//   countdown:change  with detail {state, secondsLeft, moved} when the server tells another state or another
//                     end, which is so many seconds later (negative: earlier);
//   countdown:synced  with what the server answered, every time;
//   countdown:stale   when it could not be asked.
// Screen readers hear the time at 30, 10, 5, 3 and 1 min, 30 s, 10 s and at the end, and never in between.

const SYNC_SECONDS = 15;
const SPOKEN = [1800, 600, 300, 180, 60, 30, 10];
const DRIFT_SECONDS = 1.5;
const PATIENCE_MS = 8000;

class CountDown extends HTMLElement {
  static observedAttributes = ["seconds"];

  connectedCallback() {
    this.endless = this.textContent;
    this.face = document.createElement("span");
    this.face.setAttribute("aria-hidden", "true");
    this.voice = document.createElement("span");
    this.voice.className = "visually-hidden";
    this.voice.setAttribute("role", "timer");
    this.voice.setAttribute("aria-live", "assertive");
    this.replaceChildren(this.face, this.voice);
    this.over = false;
    this.set(seconds(this.getAttribute("seconds")));
    this.said = SPOKEN.filter((mark) => mark >= this.left);
    this.wake = () => document.hidden || (this.tick(), this.sync());
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    this.ticking = setInterval(() => this.tick(), 250);
    if (this.getAttribute("sync")) this.syncing = setInterval(() => this.sync(), SYNC_SECONDS * 1000);
    this.tick();
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
    clearInterval(this.syncing);
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
  }

  attributeChangedCallback(_name, before, after) {
    if (before !== null && this.face) this.set(seconds(after));
  }

  /** Seconds that are left, never below zero. */
  get left() {
    return Math.max(0, this.end - performance.now() / 1000);
  }

  set(seconds) {
    this.end = performance.now() / 1000 + seconds;
    if (seconds > 0) this.over = false;
  }

  async sync() {
    const url = this.getAttribute("sync");
    if (!url || this.asking) return;
    this.asking = true;
    const sent = performance.now();
    try {
      const headers = { accept: "application/json" };
      const answer = await fetch(url, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout?.(PATIENCE_MS) });
      if (!answer.ok) throw new Error(answer.status);
      const standing = await answer.json();
      // Half of the round trip has passed since the server looked at its clock.
      this.hear(standing, (performance.now() - sent) / 2000);
    } catch {
      this.dataset.stale = ""; // the clock runs on; the server still decides
      this.tell("countdown:stale", {});
    } finally {
      this.asking = false;
      this.tick();
    }
  }

  /** Take what the server said, `age` seconds ago. */
  hear(standing, age = 0) {
    const { seconds_left: told, state } = standing;
    const secondsLeft = told === null ? Infinity : Math.max(0, told - age);
    const moved = secondsLeft === this.left ? 0 : secondsLeft - this.left;
    this.set(secondsLeft);
    delete this.dataset.stale;
    const changed = this.state !== undefined && state !== this.state;
    this.state = state;
    if (Math.abs(moved) > DRIFT_SECONDS || changed) {
      this.said = SPOKEN.filter((mark) => mark >= secondsLeft);
      this.tell("countdown:change", { state, secondsLeft, moved: Math.abs(moved) > DRIFT_SECONDS ? moved : 0 });
    }
    this.tick();
    this.tell("countdown:synced", standing);
  }

  tick() {
    const left = this.left;
    const text = left === Infinity ? this.endless : clock(Math.ceil(left));
    if (this.face.textContent !== text) this.face.textContent = text;
    const near = left === 0 ? "over" : left <= 10 ? "last" : left <= 60 ? "soon" : "";
    if ((this.dataset.near ?? "") !== near) near ? (this.dataset.near = near) : delete this.dataset.near;
    const mark = SPOKEN.findLast((one) => left <= one && !this.said.includes(one));
    if (mark !== undefined && left > 0) {
      this.said.push(...SPOKEN.filter((one) => one >= mark));
      this.speak(mark);
    }
    if (left === 0 && !this.over) {
      this.over = true;
      this.voice.textContent = this.getAttribute("over") || "";
      this.tell("countdown:over", {});
    }
  }

  speak(seconds) {
    const unit = seconds >= 60 ? "minute" : "second";
    const style = { style: "unit", unit, unitDisplay: "long" };
    const time = new Intl.NumberFormat(document.documentElement.lang, style).format(seconds >= 60 ? seconds / 60 : seconds);
    this.voice.textContent = `${this.getAttribute("label") || ""} ${time}`.trim();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** An attribute's number of seconds; empty means without end. */
const seconds = (text) => (text === "" ? Infinity : Number(text));

/** 3725 is "1:02:05", 65 is "1:05". */
function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

customElements.define("count-down", CountDown);
