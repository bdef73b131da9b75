// <count-down seconds="360" sync="/…/clock/" label="Time left">6:00</count-down>
//
// The server governs the time; this only shows it. `seconds` is what was left when the server wrote the page.
// From then on differences of a monotonic clock are subtracted, so neither a wrong wall clock nor a throttled
// tab matters. Every 15 s, and whenever the page is looked at again, `sync` is asked: it answers with JSON
// {"seconds_left": 271.4, "state": "running"}. Events, all bubbling:
//   countdown:over    when the time is up, once;
//   countdown:change  with detail {state, secondsLeft} when the server tells another state or another end.
// Screen readers hear the time at 3 min, 1 min, 30 s, 10 s and at the end, and never in between.

const SYNC_SECONDS = 15;
const SPOKEN = [180, 60, 30, 10];
const DRIFT_SECONDS = 1.5;

class CountDown extends HTMLElement {
  static observedAttributes = ["seconds"];

  connectedCallback() {
    this.face = document.createElement("span");
    this.face.setAttribute("aria-hidden", "true");
    this.voice = document.createElement("span");
    this.voice.className = "visually-hidden";
    this.voice.setAttribute("role", "timer");
    this.voice.setAttribute("aria-live", "assertive");
    this.replaceChildren(this.face, this.voice);
    this.over = false;
    this.set(Number(this.getAttribute("seconds")));
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
    if (before !== null && this.face) this.set(Number(after));
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
      const answer = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      const { seconds_left: seconds, state } = await answer.json();
      // Half of the round trip has passed since the server looked at its clock.
      const secondsLeft = Math.max(0, seconds - (performance.now() - sent) / 2000);
      const moved = Math.abs(secondsLeft - this.left) > DRIFT_SECONDS;
      this.set(secondsLeft);
      delete this.dataset.stale;
      if (moved || (this.state !== undefined && state !== this.state)) {
        this.said = SPOKEN.filter((mark) => mark >= secondsLeft);
        this.tell("countdown:change", { state, secondsLeft });
      }
      this.state = state;
    } catch {
      this.dataset.stale = ""; // the clock runs on; the server still decides
    } finally {
      this.asking = false;
      this.tick();
    }
  }

  tick() {
    const left = this.left;
    const text = clock(Math.ceil(left));
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

/** 3725 is "1:02:05", 65 is "1:05". */
function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

customElements.define("count-down", CountDown);
