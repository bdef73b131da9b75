// <decision-boundary reach="5" size="240"> draws the line w1 x1 + w2 x2 + b = 0 while its three fields are typed.

class DecisionBoundary extends HTMLElement {
  connectedCallback() {
    this.line = this.querySelector("[data-line]");
    this.addEventListener("input", () => this.draw());
    this.draw();
  }

  draw() {
    const [w1, w2, b] = [...this.querySelectorAll("input")].map((field) => this.number(field.value));
    const scale = w1 * w1 + w2 * w2;
    this.line.toggleAttribute("hidden", !(scale > 0) || Number.isNaN(b));
    if (!(scale > 0) || Number.isNaN(b)) return;
    const reach = Number(this.getAttribute("reach"));
    const far = (4 * reach) / Math.sqrt(scale);
    for (const [end, way] of [["1", 1], ["2", -1]]) {
      this.line.setAttribute(`x${end}`, this.pixel((-b * w1) / scale + way * far * w2));
      this.line.setAttribute(`y${end}`, this.pixel(-((-b * w2) / scale - way * far * w1)));
    }
  }

  /** As the server reads it: a comma is a decimal comma, a long minus is a minus; empty is no number. */
  number(text) {
    return text.trim() ? Number(text.trim().replace(",", ".").replace("−", "-")) : NaN;
  }

  pixel(number) {
    return (Number(this.getAttribute("size")) / 2) * (1 + number / Number(this.getAttribute("reach")));
  }
}

customElements.define("decision-boundary", DecisionBoundary);
