// <code-editor><textarea …></textarea><p class="code-editor__hint" hidden>…</p></code-editor>
//
// Puts CodeMirror in the place of the text area, which stays in the form and always holds the text. Every
// change fires `input` on the text area, as typing there would. The hint tells how to leave with the keyboard:
// Tab indents, so Escape and then Tab moves on (CodeMirror lets Tab through for two seconds after Escape).
// `element.problems = [{line, message, severity}]` underlines lines; severity is error, warning or info.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good-ink)" },
  { tag: [tags.number, tags.bool, tags.null, tags.self], color: "var(--warn-ink)" },
  { tag: [tags.comment], color: "var(--ink-faint)", fontStyle: "italic" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.standard(tags.variableName), tags.className], color: "var(--code-name)" },
  { tag: tags.invalid, textDecoration: "underline wavy var(--bad-solid)" },
]);

const theme = EditorView.theme({
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", minHeight: "20rem" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: "0.6rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--ink-faint)", backgroundColor: "transparent", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklab, var(--accent) 26%, transparent) !important",
  },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-fill) !important", outline: "1px solid var(--accent-line)" },
  ".cm-tooltip, .cm-panels": { color: "var(--ink)", backgroundColor: "var(--raised)", borderColor: "var(--line)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--on-accent)", backgroundColor: "var(--accent)" },
  ".cm-panel input, .cm-panel button": { minHeight: "0", width: "auto", font: "inherit", padding: "0.15rem 0.5rem" },
});

class CodeEditor extends HTMLElement {
  connectedCallback() {
    if (this.view) return;
    const area = this.querySelector("textarea");
    const hint = this.querySelector(".code-editor__hint");
    const label = area.labels?.[0];
    const attributes = { "aria-multiline": "true", spellcheck: "false", tabindex: "0" };
    if (label) {
      label.id ||= `${area.id || "code"}_label`;
      attributes["aria-labelledby"] = label.id;
      label.addEventListener("click", () => this.view.focus());
    } else attributes["aria-label"] = area.getAttribute("aria-label") ?? "Python";
    if (hint) {
      hint.hidden = false;
      hint.id ||= `${area.id || "code"}_hint`;
      attributes["aria-describedby"] = [hint.id, area.getAttribute("aria-describedby")].filter(Boolean).join(" ");
    }
    const locked = area.readOnly || area.disabled;
    this.view = new EditorView({
      doc: area.value,
      extensions: [
        EditorView.cspNonce.of(document.querySelector("script[nonce]")?.nonce ?? ""),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        drawSelection(),
        history(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ activateOnTyping: false }),
        highlightSelectionMatches(),
        lintGutter(),
        python(),
        syntaxHighlighting(colours),
        theme,
        EditorState.readOnly.of(locked),
        EditorView.editable.of(!locked),
        EditorView.contentAttributes.of(attributes),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          if (!this.filling) area.dispatchEvent(new Event("input", { bubbles: true }));
        }),
      ],
    });
    area.hidden = true;
    area.required = false; // a hidden field cannot be pointed at; the server says what is missing
    area.after(this.view.dom);
    this.area = area;
    area.form?.addEventListener("reset", () => setTimeout(() => (this.value = area.value)));
  }

  disconnectedCallback() {
    this.view?.destroy();
    this.view = undefined;
    if (this.area) this.area.hidden = false;
  }

  get value() {
    return this.area?.value ?? "";
  }

  set value(text) {
    this.filling = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    this.filling = false;
  }

  set problems(problems) {
    const { doc } = this.view.state;
    const diagnostics = problems
      .filter(({ line }) => line >= 1 && line <= doc.lines)
      .map(({ line, message, severity = "error" }) => ({ from: doc.line(line).from, to: doc.line(line).to, severity, message }));
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }
}

customElements.define("code-editor", CodeEditor);
