// <order-list> around a list inside a form: its items can be dragged, and moved by the arrow keys while one of their
// buttons has the focus; each move sends the form. Without it each item has buttons that move it up and down.

const BUTTONS = { ArrowUp: "up", ArrowDown: "down" };

class OrderList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => {
      const button = event.target.closest("li")?.querySelector(`[name="${BUTTONS[event.key]}"]`);
      if (!button || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      button.click();
    });
    this.addEventListener("dragstart", (event) => {
      this.dragged = event.target.closest?.("li");
      if (this.dragged) event.dataTransfer.effectAllowed = "move";
    });
    this.addEventListener("dragover", (event) => {
      const over = event.target.closest("li");
      if (!this.dragged || !over) return;
      event.preventDefault();
      if (over === this.dragged) return;
      const box = over.getBoundingClientRect();
      over[event.clientY < box.top + box.height / 2 ? "before" : "after"](this.dragged);
      this.moved = true;
    });
    this.addEventListener("drop", (event) => event.preventDefault());
    this.addEventListener("dragend", () => {
      if (this.dragged && this.moved) this.closest("form").requestSubmit();
      this.dragged = null;
      this.moved = false;
    });
  }
}

customElements.define("order-list", OrderList);
