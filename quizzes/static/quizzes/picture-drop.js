// <picture-drop upload="…"> around a form: a picture pasted or dropped into a Markdown field, or chosen with the
// file field, is uploaded at once and its Markdown written where the cursor is.

class PictureDrop extends HTMLElement {
  connectedCallback() {
    this.field = null;
    this.addEventListener("focusin", ({ target }) => {
      if (target.matches("textarea")) this.field = target;
    });
    this.addEventListener("paste", (event) => this.take(event, event.clipboardData));
    this.addEventListener("drop", (event) => this.take(event, event.dataTransfer));
    this.addEventListener("change", ({ target }) => {
      if (target.type !== "file" || !target.files.length) return;
      this.upload([...target.files], this.field?.isConnected ? this.field : this.querySelector("textarea"));
      target.value = "";
    });
  }

  take(event, transfer) {
    const pictures = [...(transfer?.files || [])].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length || !event.target.matches("textarea")) return;
    event.preventDefault();
    this.upload(pictures, event.target);
  }

  async upload(files, field) {
    for (const file of files) {
      const body = new FormData();
      body.set("image", file);
      body.set("csrfmiddlewaretoken", this.querySelector("[name=csrfmiddlewaretoken]").value);
      try {
        const response = await fetch(this.getAttribute("upload"), { method: "POST", body });
        const said = await response.json();
        if (said.markdown) this.write(field, said.markdown);
        else this.tell(said.error);
      } catch {
        this.tell(this.dataset.failed);
      }
    }
  }

  tell(text) {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "bad" } }));
  }

  write(field, markdown) {
    const start = field.selectionStart ?? field.value.length;
    field.setRangeText(markdown, start, field.selectionEnd ?? start, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("picture-drop", PictureDrop);
