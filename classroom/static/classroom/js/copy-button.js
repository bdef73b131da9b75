// <copy-button><button type="button" class="button" data-copy="#link" data-done="Copied">Copy</button></copy-button>
// copies the text (or value) of the element that `data-copy` selects, or the literal `data-text`.

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.copy(event.target.closest("button")));
  }

  async copy(button) {
    if (!button) return;
    const source = button.dataset.copy && document.querySelector(button.dataset.copy);
    const text = button.dataset.text ?? source?.value ?? source?.textContent.trim() ?? "";
    if (!(await write(text, source))) return;
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.done;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => (label.textContent = before), 1800);
  }
}

/** Write to the clipboard; on plain http (a class over the local network) by the old way. */
async function write(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done && source) getSelection().selectAllChildren(source);
    return done;
  }
}

customElements.define("copy-button", CopyButton);
