// <live-board news="/live/….json" key="…"> around a leaderboard.
//
// It asks every few seconds, while somebody looks, whether the board is another than the page was drawn from; the
// server answers out of memory. Then "board:changed" is sent to <body>, where htmx waits to fetch the standings,
// not all pages in the same instant. Numbers are written at once, into `[data-news="unsettled"]`.

const ASK_MS = 2000;
const MOST_MS = 30_000;
const SPREAD_MS = 1500;

const jitter = (ms) => ms * (0.85 + 0.3 * Math.random());

class LiveBoard extends HTMLElement {
  connectedCallback() {
    this.key = this.getAttribute("key");
    this.wait = ASK_MS;
    this.wake = () => document.hidden || this.ask();
    document.addEventListener("visibilitychange", this.wake);
    this.timer = setTimeout(() => this.ask(), jitter(ASK_MS));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
  }

  async ask() {
    clearTimeout(this.timer);
    if (!document.hidden && !this.asking) {
      this.asking = true;
      try {
        const headers = this.etag ? { "if-none-match": this.etag } : {};
        const answer = await fetch(this.getAttribute("news"), { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
        if (answer.status === 200) {
          this.show(await answer.json());
          this.etag = answer.headers.get("etag");
        } else if (answer.status !== 304) throw new Error(answer.status);
        this.wait = ASK_MS;
      } catch {
        this.wait = Math.min(this.wait * 2, MOST_MS);
      } finally {
        this.asking = false;
      }
    }
    if (this.isConnected) this.timer = setTimeout(() => this.ask(), jitter(this.wait));
  }

  show(news) {
    for (const element of this.querySelectorAll("[data-news]")) element.textContent = news[element.dataset.news];
    if (news.key === this.key) return;
    this.key = news.key;
    setTimeout(() => document.body.dispatchEvent(new CustomEvent("board:changed")), SPREAD_MS * Math.random());
  }
}

customElements.define("live-board", LiveBoard);
