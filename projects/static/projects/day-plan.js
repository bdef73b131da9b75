// <day-plan> around a form with the CSRF token, a status line and #planning: its sessions are dragged to a cell or
// moved by the arrow keys; the server answers with the plan as it is then. Without it each session is a link
// to a form with room and time.

const NUDGES = { ArrowUp: "earlier", ArrowDown: "later", ArrowLeft: "left", ArrowRight: "right" };
const STRETCHES = { ArrowUp: "shorter", ArrowDown: "longer" };
const STEP_SECONDS = 15 * 60;

class DayPlan extends HTMLElement {
  connectedCallback() {
    this.dataset.scripted = "";
    this.waiting = Promise.resolve();
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("dragstart", (event) => {
      this.dragged = event.target.closest?.(".plan__session");
      if (this.dragged) event.dataTransfer.effectAllowed = "move";
    });
    this.addEventListener("dragover", (event) => {
      const cell = this.cell(event);
      if (!cell) return;
      event.preventDefault();
      this.mark(cell);
    });
    this.addEventListener("drop", (event) => {
      const cell = this.cell(event);
      if (!cell) return;
      event.preventDefault();
      this.move(this.dragged, { room: cell.dataset.room, starts_at: cell.parentElement.dataset.at });
    });
    this.addEventListener("dragend", () => {
      this.dragged = null;
      this.mark(null);
    });
    this.lay();
    addEventListener("resize", () => this.lay());
  }

  /* The cell under the pointer, also where a card covers it. */
  cell(event) {
    if (!this.dragged) return null;
    return document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.matches("td[data-room]"));
  }

  mark(cell) {
    this.querySelector("[data-over]")?.removeAttribute("data-over");
    cell?.setAttribute("data-over", "");
  }

  key(event) {
    const session = event.target.closest("[data-starts]");
    const nudge = (event.shiftKey ? STRETCHES : NUDGES)[event.key];
    if (!session || !nudge || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.move(session, { nudge });
  }

  /* One after the other, so that a key held down arrives as often as it was pressed. */
  move(session, change) {
    const { id } = session;
    const address = `${session.href}move/`;
    this.waiting = this.waiting.then(() => this.send(id, address, change));
  }

  async send(id, address, change) {
    const body = new URLSearchParams(new FormData(this.querySelector("form")));
    for (const [name, value] of Object.entries(change)) body.set(name, value);
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.querySelector("#planning").replaceWith(page.querySelector("#planning"));
      this.lay();
      this.querySelector(`#${id}`)?.focus();
      this.say([...this.querySelectorAll("[data-said]")].at(-1)?.textContent.trim() ?? "");
    } catch {
      this.say(this.dataset.failed);
      const detail = { text: this.dataset.failed, tone: "bad" };
      document.body.dispatchEvent(new CustomEvent("toast", { detail, bubbles: true }));
    }
  }

  say(text) {
    this.querySelector("[role=status]").textContent = text;
  }

  /* Make cards as tall as they are long, those at the same time beside each other. */
  lay() {
    const row = this.querySelector("tbody tr")?.getBoundingClientRect().height ?? 0;
    const columns = {};
    for (const card of this.querySelectorAll(".plan__session")) card.draggable = true;
    for (const card of this.querySelectorAll("td > [data-starts]")) {
      (columns[card.parentElement.dataset.room] ??= []).push(card);
      const [starts, ends] = [Number(card.dataset.starts), Number(card.dataset.ends)];
      const into = (starts - Date.parse(card.closest("tr").dataset.at) / 1000) / STEP_SECONDS;
      card.setAttribute("aria-describedby", "plan-keys");
      card.style.insetBlockStart = `${Math.max(0, into) * row}px`;
      card.style.blockSize = `${Math.max(1, (ends - starts) / STEP_SECONDS) * row - 2}px`;
    }
    for (const cards of Object.values(columns)) {
      let together = [];
      let until = 0;
      for (const card of cards) {
        if (Number(card.dataset.starts) >= until) {
          share(together);
          together = [];
        }
        together.push(card);
        until = Math.max(until, seenUntil(card));
      }
      share(together);
    }
  }
}

/* Until when a card takes its place: a short one is drawn a step long, or nobody could read it. */
function seenUntil(card) {
  return Math.max(Number(card.dataset.ends), Number(card.dataset.starts) + STEP_SECONDS);
}

/* Give cards of which each meets another their lanes of one column. */
function share(cards) {
  const lanes = [];
  const chosen = cards.map((card) => {
    let lane = lanes.findIndex((free) => free <= Number(card.dataset.starts));
    if (lane < 0) lane = lanes.push(0) - 1;
    lanes[lane] = seenUntil(card);
    return lane;
  });
  for (const [at, card] of cards.entries()) {
    card.style.insetInlineStart = `calc(${(chosen[at] / lanes.length) * 100}% + 2px)`;
    card.style.inlineSize = `calc(${100 / lanes.length}% - 4px)`;
  }
}

customElements.define("day-plan", DayPlan);
