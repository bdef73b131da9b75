// <slot-list>: a quiz's questions, dragged into another order or section. Without script the buttons do it.
//
// Items are [data-slot] in lists that may have data-section. When one is dropped the whole order goes to the
// server as "12 15 section:3 17", in the form [data-layout] of the element.

class SlotList extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form[data-layout]");
    this.addEventListener("dragstart", (event) => this.lift(event));
    this.addEventListener("dragover", (event) => this.carry(event));
    this.addEventListener("drop", (event) => this.drop(event));
    this.addEventListener("dragend", () => this.rest());
  }

  lift(event) {
    const slot = event.target.closest?.("[data-slot]");
    // Text in an open form is marked, not dragged away.
    if (!slot || event.target.closest("input, textarea, select")) return;
    this.moved = slot;
    this.before = this.layout();
    slot.dataset.lifted = "";
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", slot.dataset.slot);
  }

  carry(event) {
    const list = event.target.closest?.(".slots");
    if (!this.moved || !list) return;
    event.preventDefault();
    const others = [...list.querySelectorAll("[data-slot]:not([data-lifted])")];
    const next = others.find((slot) => {
      const { top, height } = slot.getBoundingClientRect();
      return event.clientY < top + height / 2;
    });
    list.insertBefore(this.moved, next ?? null);
  }

  drop(event) {
    if (!this.moved) return;
    event.preventDefault();
    const layout = this.layout();
    if (layout !== this.before) {
      this.form.elements.layout.value = layout;
      this.form.requestSubmit();
    }
  }

  rest() {
    delete this.moved?.dataset.lifted;
    this.moved = null;
  }

  layout() {
    const lists = [...this.querySelectorAll(".slots")];
    const words = lists.flatMap((list) => [
      ...(list.dataset.section ? [`section:${list.dataset.section}`] : []),
      ...[...list.querySelectorAll("[data-slot]")].map((slot) => slot.dataset.slot),
    ]);
    return words.join(" ");
  }
}

customElements.define("slot-list", SlotList);
