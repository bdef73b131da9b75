// The questions of a long quiz at a glance: which are answered, and which to come back to.
//
// Its links are in the page (_question_map.html) and work without this. What is flagged stays in this browser.

export class QuestionMap {
  constructor(root, key) {
    this.root = root;
    this.key = key;
    this.restore();
    root.addEventListener("change", ({ target }) => {
      if (!target.dataset.flag) return;
      this.keep();
      this.show();
    });
  }

  flagged(position) {
    return Boolean(this.root.querySelector(`[data-flag="${position}"]:checked`));
  }

  /** Bring all links up to date; `answered` tells of a position whether there is an answer. */
  show(answered = this.answered) {
    this.answered = answered;
    for (const link of this.root.querySelectorAll("[data-goes-to]")) {
      const position = link.dataset.goesTo;
      const state = answered(position) ? "answered" : "open";
      const flagged = this.flagged(position);
      link.dataset.state = state;
      link.toggleAttribute("data-flagged", flagged);
      const words = flagged ? [link.dataset[state], link.dataset.later] : [link.dataset[state]];
      link.querySelector("[data-words]").textContent = `, ${words.join(", ")}`;
    }
  }

  boxes() {
    return [...this.root.querySelectorAll("[data-flag]")];
  }

  restore() {
    try {
      const { positions = [] } = JSON.parse(localStorage.getItem(this.key)) ?? {};
      for (const box of this.boxes()) box.checked = positions.includes(box.dataset.flag);
    } catch {
      // This browser keeps nothing.
    }
  }

  keep() {
    const positions = this.boxes().filter((box) => box.checked).map((box) => box.dataset.flag);
    try {
      localStorage.setItem(this.key, JSON.stringify({ positions, at: Date.now() }));
    } catch {
      // As above.
    }
  }
}
