// <live-part news="/live/….json" key="…" hx-get="…" hx-trigger="live:change" hx-swap="outerHTML"> follows a part of
// a page that others change: it asks for news about every second while somebody looks, from an address that the
// server answers out of memory (classroom/live.py). When the news have another key than the part was drawn from,
// the part is fetched again: not while somebody writes in it, then as soon as they are done.

const ASK_MS = 1200;
const ASK_HIDDEN_MS = 8000;
const MOST_FAILURES_MS = 15_000;

const jitter = (ms) => ms * (0.85 + 0.3 * Math.random());

class LivePart extends HTMLElement {
  connectedCallback() {
    this.failures = 0;
    this.etag = "";
    this.wake = () => document.hidden || this.ask();
    document.addEventListener("visibilitychange", this.wake);
    this.timer = setTimeout(() => this.ask(), jitter(ASK_MS) / 2);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.asking) return;
    this.asking = true;
    try {
      const headers = this.etag ? { "if-none-match": this.etag } : {};
      const answer = await fetch(this.getAttribute("news"), { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (answer.status === 200) {
        this.newest = (await answer.json()).key;
        this.etag = answer.headers.get("etag");
      } else if (answer.status !== 304) throw new Error(answer.status);
      this.failures = 0;
    } catch {
      this.failures++;
    } finally {
      this.asking = false;
    }
    if (!this.isConnected) return;
    if (this.newest !== undefined && this.newest !== this.getAttribute("key") && !this.busy) {
      this.dispatchEvent(new CustomEvent("live:change"));
    }
    const rest = this.failures ? Math.min(ASK_MS * 2 ** this.failures, MOST_FAILURES_MS) : document.hidden ? ASK_HIDDEN_MS : ASK_MS;
    this.timer = setTimeout(() => this.ask(), jitter(rest));
  }

  /** Whether somebody has begun to write here, or has opened something. */
  get busy() {
    const written = (field) => field.matches(":focus") || field.value !== field.defaultValue;
    return Boolean(this.querySelector("details[open]")) || [...this.querySelectorAll("input:not([type=hidden]), textarea")].some(written);
  }
}

customElements.define("live-part", LivePart);
