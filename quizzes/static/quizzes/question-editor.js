// <question-editor> around the form of a question: leaving the page with something unsaved is asked about, and
// the course's tags are written into their field by a click.

class QuestionEditor extends HTMLElement {
  connectedCallback() {
    this.changed = false;
    this.addEventListener("input", () => (this.changed = true));
    this.addEventListener("submit", () => (this.changed = false));
    addEventListener("beforeunload", (event) => this.changed && event.preventDefault());
    this.addEventListener("click", ({ target }) => target.dataset.tag && this.tag(target.dataset.tag));
    this.offer();
    this.addEventListener("htmx:afterSettle", () => this.offer());
  }

  offer() {
    for (const tags of this.querySelectorAll("[data-tags]")) tags.hidden = false;
  }

  tag(name) {
    const field = this.querySelector("[name=tags]");
    const names = field.value.split(",").map((one) => one.trim()).filter(Boolean);
    if (!names.includes(name)) field.value = [...names, name].join(", ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
}

customElements.define("question-editor", QuestionEditor);
