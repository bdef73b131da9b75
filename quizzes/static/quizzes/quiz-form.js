// <quiz-form save="…" done="…" attempt="7"> around the form of an attempt.
//
// Every change is put into this browser's storage first, then sent; it leaves the storage only when the server
// has acknowledged it. So a reload, a crash or ten minutes without network lose nothing. Each tab has a name and
// counts its saves: the server takes a repeated save once, and of one tab's saves the last. Without this script
// the form posts itself.

const WAIT_MS = 400; // after the last keystroke
const RETRY_MS = [500, 1000, 2000, 4000];

class QuizForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector(".saved");
    this.key = `quiz-attempt-${this.getAttribute("attempt")}`;
    // A new name on every load, so that a duplicated or restored tab never counts on with another's numbers.
    this.client = crypto.randomUUID?.() || `${Date.now()}-${Math.random()}`;
    this.unsent = this.stored(); // position -> {seq, value}, newest only
    this.seq = 0;
    for (const one of Object.values(this.unsent)) one.seq = ++this.seq;
    this.failures = 0;
    this.restore();
    this.form.addEventListener("input", (event) => this.changed(event));
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.addEventListener("countdown:over", () => this.handIn());
    this.addEventListener("countdown:change", (event) => event.detail.state === "over" && this.handIn());
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.show());
    document.addEventListener("visibilitychange", () => document.hidden && this.send());
    this.send();
  }

  stored() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) || {};
    } catch {
      return {};
    }
  }

  store() {
    if (Object.keys(this.unsent).length) localStorage.setItem(this.key, JSON.stringify(this.unsent));
    else localStorage.removeItem(this.key);
  }

  /** Put back what was typed but never acknowledged: the page came from the server without it. */
  restore() {
    for (const [position, { value }] of Object.entries(this.unsent)) {
      const fields = [...this.form.querySelectorAll(`[name="q${position}"]`)];
      fields.forEach((field, place) => {
        if (field.type === "radio" || field.type === "checkbox") field.checked = value.includes(field.value);
        else field.value = value[place] ?? "";
      });
    }
  }

  changed(event) {
    const position = event.target.closest("[data-position]")?.dataset.position;
    if (!position) return;
    this.unsent[position] = { seq: ++this.seq, value: new FormData(this.form).getAll(`q${position}`).map(String) };
    this.store();
    this.show();
    clearTimeout(this.timer);
    const typed = event.target.type === "text" || event.target.tagName === "TEXTAREA";
    this.timer = setTimeout(() => this.send(), typed ? WAIT_MS : 0);
  }

  /** Send what is waiting, oldest first; true when nothing is left. */
  async send() {
    if (this.sending) {
      this.again = true;
      return this.sending;
    }
    clearTimeout(this.timer);
    this.sending = this.sendAll();
    const done = await this.sending;
    this.sending = null;
    if (this.again) {
      this.again = false;
      return this.send();
    }
    return done;
  }

  async sendAll() {
    const waiting = Object.entries(this.unsent).sort(([, a], [, b]) => a.seq - b.seq);
    for (const [position, { seq, value }] of waiting) {
      const answer = await this.post(position, seq, value);
      if (answer === "retry") {
        this.timer = setTimeout(() => this.send(), RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]);
        this.show();
        return false;
      }
      this.failures = 0;
      if (this.unsent[position]?.seq === seq) delete this.unsent[position];
      this.store();
      if (answer === "refused") {
        this.refused = true;
        break;
      }
    }
    this.show();
    return true;
  }

  async post(position, seq, value) {
    try {
      const response = await fetch(this.getAttribute("save"), {
        method: "POST",
        keepalive: true,
        headers: { "content-type": "application/json", "x-csrftoken": this.form.elements.csrfmiddlewaretoken.value },
        body: JSON.stringify({ position: Number(position), client: this.client, seq, value }),
        signal: AbortSignal.timeout(8000),
        redirect: "manual", // a sign-in page is no acknowledgement
      });
      if (response.ok && (await response.json()).saved === seq) return "saved";
      // Only "too late" is final; whatever else went wrong, the answer stays here and is tried again.
      return response.status === 409 ? "refused" : "retry";
    } catch {
      return "retry";
    }
  }

  show() {
    const waiting = Object.keys(this.unsent).length;
    const offline = waiting && (!navigator.onLine || this.failures > 0);
    this.status.dataset.state = this.refused || offline ? "failed" : waiting ? "saving" : "saved";
    const text = this.refused ? this.dataset.refused : offline ? this.dataset.unsaved : waiting ? this.dataset.saving : this.dataset.saved;
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  unanswered() {
    return [...this.querySelectorAll("[data-position]")]
      .filter(({ dataset }) => !new FormData(this.form).getAll(`q${dataset.position}`).some((part) => String(part).trim()))
      .map(({ dataset }) => dataset.position);
  }

  submitted(event) {
    event.preventDefault();
    const open = this.unanswered();
    const question = open.length ? `${this.dataset.missing} ${open.join(", ")}. ${this.dataset.confirm}` : this.dataset.confirm;
    if (confirm(question)) this.handIn();
  }

  /** Send everything that waits, then close the attempt; the server closes it anyway when the time is up. */
  async handIn() {
    if (this.closing) return;
    this.closing = true;
    this.status.textContent = this.dataset.handingIn;
    for (let tries = 0; tries < 20 && Object.keys(this.unsent).length; tries++) {
      if (!(await this.send())) await new Promise((again) => setTimeout(again, 500));
    }
    const body = new FormData(this.form);
    body.set("hand_in", "1");
    while (true) {
      try {
        const response = await fetch(this.getAttribute("done").replace(/done\/$/, "hand-in/"), { method: "POST", body, redirect: "manual" });
        if (response.type === "opaqueredirect" || response.ok) break;
      } catch {
        // no connection: try again, the answers are at the server or in this browser's storage
      }
      await new Promise((again) => setTimeout(again, 1500));
    }
    location.assign(this.getAttribute("done"));
  }
}

customElements.define("quiz-form", QuizForm);
