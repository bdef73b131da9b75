// <word-count least="50" most="200"> around a text area counts its words in [data-count].

class WordCount extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    this.place = this.querySelector("[data-count]");
    this.field.addEventListener("input", () => this.show());
    // The quiz's form puts back what this browser has kept.
    customElements.whenDefined("quiz-form").then(() => this.show());
    this.show();
  }

  show() {
    const words = this.field.value.split(/\s+/).filter(Boolean).length;
    const least = Number(this.getAttribute("least"));
    const most = Number(this.getAttribute("most"));
    const text = most && words > most ? this.dataset.many : words && words < least ? this.dataset.few : this.dataset.text;
    this.place.textContent = `${text} ${words}`;
    this.place.classList.toggle("over", Boolean(most && words > most));
  }
}

customElements.define("word-count", WordCount);
