// <order-list><ol>…</ol></order-list> inside a form: its items can be dragged; dropping one sends the form.
// Without it, and for the keyboard, each item has buttons that move it up and down.

class OrderList extends HTMLElement {
  connectedCallback() {
    for (const item of this.querySelectorAll("li")) item.draggable = true;
    this.addEventListener("dragstart", (event) => {
      this.dragged = event.target.closest("li");
      event.dataTransfer.effectAllowed = "move";
    });
    this.addEventListener("dragover", (event) => {
      const over = event.target.closest("li");
      if (!this.dragged || !over || over === this.dragged) return;
      event.preventDefault();
      const box = over.getBoundingClientRect();
      over[event.clientY < box.top + box.height / 2 ? "before" : "after"](this.dragged);
      this.moved = true;
    });
    this.addEventListener("drop", (event) => event.preventDefault());
    this.addEventListener("dragend", () => {
      this.dragged = null;
      if (this.moved) this.closest("form").submit();
    });
  }
}

customElements.define("order-list", OrderList);
