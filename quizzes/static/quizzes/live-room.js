// <live-room news="/live/….json" key="…" arrivals spread quiet> around what changes with a live room.
//
// It asks for news about every second while somebody looks, from an address that the server answers out of
// memory. Numbers are written at once, into `[data-news="arrived"]`, `[data-answered="3"]` and so on. When the
// news have another `key` than the page was drawn from, `room:change` is sent to <body>, where htmx waits to
// fetch the changed part. With `spread` that waits a little, longer where many would fetch: bars are in the
// news and are drawn at once, what was right comes with the part. With `arrivals`, `room:arrival` tells that somebody has come. A `quiet` page has nothing to fetch until there is a
// discussion or a leader board. A form with `data-start` is sent when the quiz starts: a page in the lobby
// moves on by itself.
//
// Only differences of a monotonic clock are used; a wrong clock or time zone of the machine changes nothing.

const ASK_MS = 1000;
const ASK_HIDDEN_MS = 4000;
const MOST_FAILURES_MS = 8000;
const ARRIVAL_MS = 3000; // names are fetched at most this often
const MOST_NAMES = 60; // from then on there are none to fetch
const FETCHES_A_SECOND = 25; // a thousand pages do not all fetch the explanation at once
const SOON_SECONDS = 3600;
// Not before the server's own clock says so, and not all in the same instant.
const startWait = () => 150 + 400 * Math.random();

const jitter = (ms) => ms * (0.85 + 0.3 * Math.random());

class LiveRoom extends HTMLElement {
  connectedCallback() {
    this.key = this.getAttribute("key");
    this.failures = 0;
    this.etag = "";
    this.wake = () => document.hidden || this.ask();
    document.addEventListener("visibilitychange", this.wake);
    this.timer = setTimeout(() => this.ask(), jitter(ASK_MS) / 2);
    // A part that somebody is typing in is not fetched anew below their hands.
    this.addEventListener("htmx:beforeRequest", (event) => {
      const part = event.target;
      const busy = part.querySelector("details[open]") || part.querySelector("input:focus");
      if (busy && event.detail.requestConfig.verb === "get") event.preventDefault();
    });
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.asking) return;
    this.asking = true;
    const sent = performance.now();
    try {
      const headers = this.etag ? { "if-none-match": this.etag } : {};
      const signal = AbortSignal.timeout(8000);
      const answer = await fetch(this.getAttribute("news"), { headers, cache: "no-store", signal });
      if (answer.status === 200) {
        const news = await answer.json();
        // Half of the round trip has passed since the server looked at its clock.
        if (news.seconds !== null) news.seconds = Math.max(0, news.seconds - (performance.now() - sent) / 2000);
        this.etag = answer.headers.get("etag");
        this.show(news);
      } else if (answer.status !== 304) throw new Error(answer.status);
      this.failures = 0;
    } catch {
      this.failures++;
    } finally {
      this.asking = false;
    }
    const rest = this.failures ? Math.min(ASK_MS * 2 ** this.failures, MOST_FAILURES_MS) : document.hidden ? ASK_HIDDEN_MS : ASK_MS;
    if (this.isConnected) this.timer = setTimeout(() => this.ask(), jitter(rest));
  }

  show(news) {
    for (const element of document.querySelectorAll("[data-news]")) write(element, news[element.dataset.news]);
    for (const [position, count, of] of news.answered) this.answered(position, count, of);
    if (news.bars) this.bars(news.bars);
    this.begin(news);
    if (this.hasAttribute("arrivals") && news.arrived !== this.arrived) this.arrive(news);
    const worth = !this.hasAttribute("quiet") || news.discussing !== null || news.leaders !== null || this.loud;
    if (news.key !== this.key && worth) {
      this.key = news.key;
      this.loud = true;
      const pages = Math.max(news.arrived, news.writing + news.handed_in);
      const spread = this.hasAttribute("spread") ? (Math.random() * 1000 * pages) / FETCHES_A_SECOND : 0;
      clearTimeout(this.changing); // of two changes in short order the page fetches the last
      this.changing = setTimeout(() => document.body.dispatchEvent(new CustomEvent("room:change")), spread);
    }
  }

  answered(position, count, of) {
    const row = this.querySelector(`[data-answered="${position}"]`);
    if (!row) return;
    Object.assign(row.querySelector("progress"), { max: of || 1, value: count });
    write(row.querySelector("[data-count]"), count);
    write(row.querySelector("[data-of]"), of);
  }

  /** Draw the bars that were just revealed; which one is right comes with the part that is fetched. */
  bars({ position, counts, shares }) {
    const list = this.querySelector(`[data-bars="${position}"]`);
    const rows = list ? [...list.children] : [];
    if (rows.length !== counts.length) return;
    rows.forEach((row, place) => {
      row.querySelector("progress").value = shares[place];
      write(row.querySelector("[data-count]"), counts[place]);
      write(row.querySelector("[data-share]"), shares[place]);
    });
    for (const hidden of [list, ...list.querySelectorAll("[hidden]")]) hidden.hidden = false;
  }

  /** Names are fetched where there are any, and not once for each of thirty who come in one minute. */
  arrive(news) {
    const first = this.arrived === undefined;
    this.arrived = news.arrived;
    if (first || news.phase !== "waiting" || this.arriving || (news.arrived > MOST_NAMES && !this.querySelector("#room"))) return;
    this.arriving = setTimeout(() => {
      this.arriving = null;
      document.body.dispatchEvent(new CustomEvent("room:arrival"));
    }, jitter(ARRIVAL_MS) - ARRIVAL_MS / 2);
  }

  /** Count down in the lobby, and begin with all the others. */
  begin(news) {
    const form = this.querySelector("form[data-start]");
    if (!form || this.started) return;
    if (news.phase === "running") this.start(form, startWait());
    else if (news.phase === "waiting" && news.seconds !== null && news.seconds < SOON_SECONDS) {
      this.countDown(news.seconds);
      clearTimeout(this.starting);
      this.starting = setTimeout(() => this.start(form, startWait()), news.seconds * 1000);
    }
  }

  start(form, wait) {
    if (this.started) return;
    this.started = true;
    setTimeout(() => form.submit(), wait);
  }

  countDown(seconds) {
    const place = this.querySelector("[data-soon]");
    const shown = place.querySelector("count-down");
    if (shown) return shown.setAttribute("seconds", seconds);
    const clock = document.createElement("count-down");
    clock.setAttribute("seconds", seconds);
    clock.setAttribute("label", place.dataset.soon);
    place.replaceChildren(place.dataset.soon, " ", clock);
    place.hidden = false;
  }
}

function write(element, value) {
  if (element && value !== undefined && element.textContent !== String(value)) element.textContent = value;
}

customElements.define("live-room", LiveRoom);

// Arrow keys and a presenter's remote press the buttons that name them.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const button = document.querySelector(`button[data-keys~="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
