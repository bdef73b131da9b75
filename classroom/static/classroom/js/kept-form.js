// <kept-form key="project-7-12" unsaved>{% include "shared/_kept.html" %}<form>…</form></kept-form>
//
// Leaving the page with something unsaved is asked about; and with a `key`, which should name the person, what is
// typed lies in this browser until the server has it. A page that finds other words there than it shows offers
// them; the person decides, since somebody else may have saved meanwhile. Hidden fields are put back with the
// words: a form that says which version it changes goes on saying so.
// `unsaved`: the page shows what was typed and not what is saved, as a form with faults does.

const PREFIX = "kept-form-";
const KEEP_MS = 7 * 24 * 3600 * 1000;
const WRITE_MS = 300;

const isBox = (field) => field.type === "checkbox" || field.type === "radio";
/** How words are compared: the server trims them, and completes addresses. */
const plain = (value) => (typeof value === "string" ? value.replace(/\r\n?/g, "\n").trim().replace(/^https?:\/\//, "") : value);
const sameWords = (some, others) => {
  const words = (values) => JSON.stringify(values.filter(([, , isHidden]) => !isHidden).map(([name, value]) => [name, plain(value)]));
  return words(some) === words(others);
};

class KeptForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.saved = this.values((field) => (isBox(field) ? field.defaultChecked : field.options ? chosen(field) : field.defaultValue));
    this.isLeaving = false;
    this.addEventListener("input", () => this.later());
    this.addEventListener("submit", (event) => !event.defaultPrevented && this.leave());
    this.addEventListener("htmx:afterRequest", ({ detail }) => detail.elt === this.form && detail.successful && this.settle());
    addEventListener("beforeunload", (event) => !this.isLeaving && this.isChanged() && event.preventDefault());
    addEventListener("pagehide", () => this.timer && this.write());
    addEventListener("pageshow", () => (this.isLeaving = false));
    if (!this.hasAttribute("key")) return;
    forgetOldOnes();
    if (this.hasAttribute("unsaved")) this.write();
    else this.offer();
  }

  /** [name, value, whether it is hidden] of every field but files, which no script can put back. */
  values(read = (field) => (isBox(field) ? field.checked : field.value)) {
    return this.fields().map((field) => [field.name, read(field), field.type === "hidden"]);
  }

  fields() {
    const kinds = new Set(["button", "file", "reset", "submit"]);
    return [...this.form.elements].filter(({ name, type }) => name && name !== "csrfmiddlewaretoken" && !kinds.has(type));
  }

  isChanged() {
    const files = [...this.form.elements].some((field) => field.files?.length);
    return files || this.hasAttribute("unsaved") || !sameWords(this.values(), this.saved);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), WRITE_MS);
  }

  leave() {
    this.write(); // kept until a page shows that it has arrived: the session may have ended
    this.isLeaving = true;
  }

  settle() {
    clearTimeout(this.timer);
    this.removeAttribute("unsaved");
    this.saved = this.values();
    this.write();
  }

  write() {
    this.timer = clearTimeout(this.timer);
    if (!this.hasAttribute("key")) return;
    try {
      if (this.isChanged()) localStorage.setItem(this.place, JSON.stringify({ at: Date.now(), values: this.values() }));
      else localStorage.removeItem(this.place);
    } catch {
      // A browser that keeps nothing still asks before the page is left.
    }
  }

  offer() {
    const kept = read(this.place);
    if (!kept || sameWords(kept.values, this.saved)) return this.forget();
    const note = this.querySelector("[data-kept]");
    const language = document.documentElement.lang.replace(/^en$/, "en-GB"); // day before month, as the pages write it
    const when = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    note.querySelector("time").textContent = when.format(kept.at);
    note.querySelector("[data-put-back]").addEventListener("click", () => {
      note.hidden = true;
      this.putBack(kept.values);
    });
    note.querySelector("[data-throw-away]").addEventListener("click", () => {
      note.hidden = true;
      this.forget();
    });
    note.hidden = false;
  }

  putBack(values) {
    const fields = this.fields();
    for (const [index, [name, value]] of values.entries()) {
      const field = fields[index]?.name === name ? fields[index] : fields.find((one) => one.name === name && !isBox(one));
      if (!field) continue;
      const editor = field.closest("code-editor");
      if (isBox(field)) field.checked = value;
      else if (editor?.view) editor.value = value;
      else field.value = value;
    }
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
    fields.find(({ type }) => type !== "hidden")?.focus();
  }

  forget() {
    try {
      localStorage.removeItem(this.place);
    } catch {
      // Nothing is kept there.
    }
  }

  get place() {
    return PREFIX + this.getAttribute("key");
  }
}

const chosen = (list) => [...list.options].find((option) => option.defaultSelected)?.value ?? list.options[0]?.value ?? "";

function read(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}

function forgetOldOnes() {
  try {
    for (const place of Object.keys(localStorage)) {
      if (place.startsWith(PREFIX) && !(Date.now() - read(place)?.at < KEEP_MS)) localStorage.removeItem(place);
    }
  } catch {
    // Nothing is kept there.
  }
}

customElements.define("kept-form", KeptForm);
