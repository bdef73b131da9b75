// <order-items> makes one list to drag or move with buttons out of a list of items and a select for each place.
//
// The selects stay in the form, hidden, and hold the answer: the form saves them as ever, and without this script
// they are what is filled in. Nothing is answered until something was moved.

class OrderItems extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".ordering__items");
    this.places = this.querySelector(".ordering__places");
    this.selects = [...this.places.querySelectorAll("select")];
    this.places.hidden = true;
    this.says = document.createElement("p");
    this.says.className = "visually-hidden";
    this.says.setAttribute("role", "status");
    this.help = document.createElement("p");
    this.help.className = "field__help";
    this.append(this.help, this.says);
    for (const item of this.list.children) this.prepare(item);
    this.places.addEventListener("change", () => this.read());
    // The quiz's form puts back what this browser has kept.
    customElements.whenDefined("quiz-form").then(() => this.read());
    this.dragging();
    this.read();
  }

  /** Give an item its two buttons. */
  prepare(item) {
    const text = item.querySelector("span");
    item.querySelector("[data-letter]")?.remove();
    const buttons = document.createElement("span");
    buttons.className = "ordering__buttons";
    buttons.append(this.button(item, -1, this.dataset.up, "↑", text), this.button(item, 1, this.dataset.down, "↓", text));
    item.append(buttons);
    item.draggable = true;
  }

  button(item, way, label, sign, text) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small button--quiet";
    button.textContent = sign;
    button.setAttribute("aria-label", `${label}: ${text.textContent}`);
    button.addEventListener("click", () => {
      const other = way < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      other[way < 0 ? "before" : "after"](item);
      button.focus();
      this.write(item);
    });
    return button;
  }

  dragging() {
    let dragged = null;
    let moved = false;
    this.list.addEventListener("dragstart", (event) => {
      dragged = event.target.closest("li");
      moved = false;
      event.dataTransfer.effectAllowed = "move";
    });
    this.list.addEventListener("dragover", (event) => {
      const over = event.target.closest("li");
      if (!dragged || !over) return;
      event.preventDefault();
      if (over === dragged) return;
      const box = over.getBoundingClientRect();
      over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
      moved = true;
    });
    this.list.addEventListener("drop", (event) => event.preventDefault());
    this.list.addEventListener("dragend", () => {
      if (dragged && moved) this.write(dragged);
      dragged = null;
    });
  }

  /** Put the list in the order that the selects say; what they do not name follows. */
  read() {
    const chosen = this.selects.map((select) => select.value).filter(Boolean);
    for (const value of [...chosen].reverse()) {
      const item = this.list.querySelector(`[data-value="${value}"]`);
      if (item) this.list.prepend(item);
    }
    this.show();
  }

  /** Put the list's order into the selects, and let the form know. */
  write(item) {
    [...this.list.children].forEach((one, place) => (this.selects[place].value = one.dataset.value));
    this.show();
    this.says.textContent = `${item.firstElementChild.textContent} ${this.dataset.moved} ${[...this.list.children].indexOf(item) + 1}`;
    this.selects[0].dispatchEvent(new Event("input", { bubbles: true }));
  }

  show() {
    const open = this.selects.some((select) => !select.value);
    this.help.textContent = open ? `${this.dataset.help} ${this.dataset.open}` : this.dataset.help;
    this.list.toggleAttribute("data-open", open);
    const last = this.list.children.length - 1;
    [...this.list.children].forEach((item, place) => {
      const [up, down] = item.querySelectorAll("button");
      up.setAttribute("aria-disabled", String(place === 0));
      down.setAttribute("aria-disabled", String(place === last));
    });
  }
}

customElements.define("order-items", OrderItems);
