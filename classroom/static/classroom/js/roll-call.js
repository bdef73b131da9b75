// <roll-call> around a session's list: a click marks a person without fetching the page again, arrow keys go from
// person to person, and 1 to 4 set the marks in their order. Without it each button sends the form.

class RollCall extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (button?.name !== "mark" || !window.htmx) return;
      event.preventDefault();
      htmx.ajax("POST", this.form.action, {
        source: button,
        target: button.closest("li"),
        swap: "outerHTML",
        values: { mark: button.value },
      });
    });
    this.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const row = event.target.closest("li");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (step) {
      const status = event.target.dataset.status;
      row[step]?.querySelector(`[data-status="${status}"]`)?.focus();
      event.preventDefault();
    } else if ("1234".includes(event.key)) {
      const button = row.querySelectorAll("button")[event.key - 1];
      event.preventDefault();
      button.focus();
      if (button.getAttribute("aria-pressed") !== "true") button.click();
    }
  }
}

customElements.define("roll-call", RollCall);
