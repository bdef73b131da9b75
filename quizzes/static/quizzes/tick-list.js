// <tick-list> around a table whose rows have a tick box: one box for all of them, and how many are ticked.

class TickList extends HTMLElement {
  connectedCallback() {
    this.boxes = [...this.querySelectorAll('tbody input[type="checkbox"]')];
    this.count = this.querySelector("[data-count]");
    const head = this.querySelector("thead th");
    if (!this.boxes.length || !this.count) return;
    this.all = document.createElement("input");
    this.all.type = "checkbox";
    this.all.setAttribute("aria-label", this.dataset.all);
    head.append(this.all);
    this.all.addEventListener("change", () => {
      for (const box of this.boxes) box.checked = this.all.checked;
    });
    this.addEventListener("change", () => this.show());
    addEventListener("pageshow", () => this.show()); // a browser that goes back ticks them again
  }

  show() {
    const ticked = this.boxes.filter((box) => box.checked).length;
    this.all.checked = ticked === this.boxes.length;
    this.all.indeterminate = ticked > 0 && !this.all.checked;
    this.count.textContent = ticked ? `${ticked} ${this.dataset.some}` : this.dataset.none;
  }
}

customElements.define("tick-list", TickList);
