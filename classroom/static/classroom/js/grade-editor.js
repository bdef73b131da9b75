// The form over a cell of <grade-grid>: a mark and the reason for it. It stays open until the server has taken what
// was typed, and shows what somebody else gave meanwhile beside it.

import { fill, read, typedAs } from "./grade-marks.js";
import { toast } from "./site.js";

export class GradeEditor {
  constructor(grid, student, column, typed) {
    Object.assign(this, { grid, student, column, words: grid.words });
    const mark = grid.mark(student, column);
    this.tied = grid.isTied(column);
    this.seen = mark.seen;
    this.step = [1, 0];
    this.began = { value: typedAs(mark, this.words), reason: mark.given ? mark.reason : "" };
    this.build(typed ?? this.began.value);
  }

  build(typed) {
    this.form = document.createElement("form");
    this.form.className = "grade-editor";
    this.form.noValidate = true;
    this.value = this.field("value", this.words.points, typed, 40);
    this.value.inputMode = "decimal";
    this.reason = this.field("reason", this.words.reason, this.began.reason, 300);
    if (this.tied) this.reason.placeholder = this.words.reason_needed;
    this.said = document.createElement("p");
    this.said.className = "field__error";
    this.said.setAttribute("role", "alert");
    this.saveButton = this.button(this.words.save, "button button--small button--primary", "submit");
    this.cancelButton = this.button(this.words.cancel, "button button--small button--quiet", "button");
    this.cancelButton.addEventListener("click", () => this.grid.close(true));
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(this.saveButton, this.cancelButton);
    this.form.append(this.said, actions);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.form.addEventListener("keydown", (event) => this.press(event));
  }

  field(name, label, value, maxLength) {
    const holder = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { name, value, autocomplete: "off", maxLength });
    holder.append(label, input);
    this.form.append(holder);
    return input;
  }

  button(text, className, type) {
    return Object.assign(document.createElement("button"), { textContent: text, className, type });
  }

  /** Enter saves and goes down, Tab goes on; a score is replaced with a reason, so there both go by the reason. */
  press(event) {
    if (event.isComposing) return;
    const { key, target, shiftKey } = event;
    const [inValue, inReason] = [target === this.value, target === this.reason];
    const reasonMissing = this.tied && this.value.value.trim() && !this.reason.value.trim();
    if (key === "Escape") this.grid.close(true);
    else if (key === "ArrowDown" && inValue) this.reason.focus();
    else if (key === "ArrowUp" && inReason) this.value.focus();
    else if (key === "Enter" && inValue && reasonMissing) this.reason.focus();
    else if (key === "Enter" && (inValue || inReason)) this.save([shiftKey ? -1 : 1, 0]);
    else if (key === "Tab" && inValue && (shiftKey || !this.tied)) this.save([0, shiftKey ? -1 : 1]);
    else if (key === "Tab" && inReason && !shiftKey) this.save([0, 1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Whether something was typed that is not saved. */
  get isChanged() {
    const value = this.value.value.trim();
    return value !== this.began.value || (value !== "" && this.reason.value !== this.began.reason);
  }

  /** Send what was typed, then go a step on, or to `place`. */
  async save(step = this.step, place = null) {
    if (this.busy) return;
    const { grid, student, column } = this;
    this.step = step;
    const [value, reason] = [this.value.value.trim(), this.reason.value];
    if (!this.isChanged && this.seen === grid.mark(student, column).seen) return this.leave(place);
    this.busy = true;
    grid.say(this.words.saving);
    const before = grid.cells[student][grid.placeOf(column)];
    const answer = await grid.send(student, column, { value, reason, seen: this.seen });
    this.busy = false;
    if (answer.status === 200) {
      grid.remember({ student, column, before, after: answer.body.cell });
      grid.take(student, column, answer.body);
      if (grid.editor === this) this.leave(place);
      grid.say(fill(this.words.saved, { what: grid.told(student, column) }));
      return;
    }
    grid.say("");
    if (answer.status === 409 && answer.body.cell !== undefined) this.contend(answer.body);
    else this.said.textContent = answer.body?.problem || this.words.failed_to_save;
    if (!this.form.isConnected) toast(`${grid.told(student, column)}: ${this.said.textContent}`, "bad");
    else if (answer.status === 422) (value && !reason.trim() && this.tied ? this.reason : this.value).focus();
  }

  leave(place) {
    const { row, column } = this.grid.at;
    this.grid.close(true);
    if (place) this.grid.go(place.row, place.column);
    else this.grid.go(row + this.step[0], column + this.step[1]);
  }

  /** Somebody else was faster: show theirs beside what was typed, and let the person choose. */
  contend(body) {
    const { grid, student, column } = this;
    grid.take(student, column, body);
    const theirs = read(body.cell);
    this.seen = theirs.seen;
    this.began = { value: null }; // whatever is typed is to be saved
    const what = [grid.worth(theirs, column), theirs.reason].filter(Boolean).join(" · ");
    this.said.textContent = fill(this.words.theirs, { who: body.who, what });
    this.saveButton.textContent = this.words.save_mine;
    this.cancelButton.textContent = this.words.keep_theirs;
    this.cancelButton.focus();
  }
}
