// Hints, and checks of an answer before the end: what the server says takes the place of a question's help.

const CHECK_MS = 500; // until a check is asked for again, and a little longer each time
const CHECK_ASKED = 40;

export class Help {
  constructor(form) {
    this.form = form;
    for (const place of form.querySelectorAll("[data-help-of]")) this.awaitCheck(place);
  }

  /** What is written goes first, so that it is what is checked. */
  async ask(button) {
    if (button.dataset.confirm && !confirm(button.dataset.confirm)) return;
    const place = button.closest("[data-help-of]");
    button.disabled = true;
    const sent = await this.form.pump();
    const body = new FormData();
    body.set(button.dataset.help, button.dataset.number ?? "1");
    const { status, data } = sent ? await this.form.line.post(button.dataset.url, body) : {};
    button.disabled = false;
    const failed = status !== 200;
    this.form.note("help", failed ? (data?.error ?? this.form.dataset.noHelp) : "");
    if (!failed) this.swap(place, data).focus();
  }

  /** Put in what the server says; where a worker still looks at the answer, ask again in a moment. */
  swap(place, text, asked = 0) {
    const fresh = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
    place.replaceWith(fresh);
    this.awaitCheck(fresh, asked);
    return fresh;
  }

  async awaitCheck(place, asked = 0) {
    const button = place.querySelector("[data-help=check]");
    if (!button || !place.querySelector("[data-waiting]") || asked >= CHECK_ASKED) return;
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS + 100 * asked));
    const body = new FormData();
    body.set("look", "1");
    const { status, data } = await this.form.line.post(button.dataset.url, body);
    if (!place.isConnected) return; // asked anew meanwhile
    if (status !== 200) return this.awaitCheck(place, asked + 1);
    const held = place.contains(document.activeElement);
    const fresh = this.swap(place, data, asked + 1);
    if (held) fresh.focus();
  }
}
