// <question-editor> around the form of a question: the course's tags are written into their field by a click.
// What is typed while the server adds a row is kept: its answer brings the fields as they were sent. Rows may have
// moved, so this is for fields outside of lists.

class QuestionEditor extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", ({ target }) => target.dataset.tag && this.tag(target.dataset.tag));
    this.offer();
    this.addEventListener("htmx:afterSettle", () => this.offer());
    this.late = new Map();
    this.addEventListener("input", ({ target }) => this.late.set(target.name, target.value));
    this.addEventListener("htmx:beforeSend", ({ detail }) => detail.target.id === "question-fields" && this.late.clear());
    this.addEventListener("htmx:afterSwap", ({ target }) => target.id === "question-fields" && this.keep());
  }

  offer() {
    for (const tags of this.querySelectorAll("[data-tags]")) tags.hidden = false;
  }

  keep() {
    for (const [name, value] of this.late) {
      const field = /-\d+-/.test(name) ? null : this.querySelector(`[name="${CSS.escape(name)}"]`);
      if (field && field.type !== "checkbox" && field.type !== "file") field.value = value;
    }
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
