// <grade-grid src cells students>: the whole gradebook as one grid. Only the rows in sight are drawn, so that a
// thousand students stay fluid. The focus stays on the table; `aria-activedescendant` names the cell one is in
// (ARIA's grid pattern). Without script the page of the table that the server drew stays, with its links.

import { GradeEditor } from "./grade-editor.js";
import { fill, read, typedAs } from "./grade-marks.js";
import { FIRST, GradeTable, NAME } from "./grade-table.js";
import { toast } from "./site.js";

const STALE_SECONDS = 60;

class GradeGrid extends GradeTable {
  async connectedCallback() {
    this.words = JSON.parse(document.getElementById("grade-grid-words").textContent);
    this.number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
    this.frame = this.querySelector("[data-frame]");
    this.status = this.querySelector("[data-status]");
    this.form = this.querySelector("form");
    try {
      this.fill(await this.load());
    } catch {
      if (this.isConnected) this.status.textContent = this.words.failed_to_load;
      return;
    }
    this.done = []; // what can be undone
    this.sending = 0;
    this.at = { row: 0, column: this.columns.length ? FIRST : NAME };
    this.sorting = { column: NAME, down: false };
    this.build();
    this.find();
    this.listen();
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    this.leaving?.abort();
  }

  async load() {
    const response = await fetch(this.getAttribute("src"), { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) throw new Error(response.status);
    return response.json();
  }

  fill(book) {
    Object.assign(this, book);
    this.loaded = Date.now();
    this.names = this.students.map(([, name, email]) => name || email);
    this.folded = this.students.map(([, name, email]) => `${name} ${email}`.toLowerCase());
  }

  /** Show the students that the search finds, in the order one sorts by. */
  find() {
    const words = this.form.elements.q.value.toLowerCase().split(/\s+/);
    const select = this.form.elements.group;
    const group = select?.value ? select.selectedOptions[0].textContent : "";
    this.order = this.students
      .map((_, student) => student)
      .filter((student) => words.every((word) => this.folded[student].includes(word)))
      .filter((student) => !group || this.students[student][3].includes(group));
    const { column, down } = this.sorting;
    const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
    if (column !== NAME || down) {
      const keys = this.order.map((student) => this.key(student, column));
      const turn = down ? -1 : 1;
      this.order = this.order
        .map((student, place) => [student, keys[place], place])
        .sort(([, a, i], [, b, j]) => {
          if (a === null || b === null) return (a === null) - (b === null) || i - j; // what is missing comes last
          return turn * (typeof a === "string" ? compare(a, b) : a - b) || i - j;
        })
        .map(([student]) => student);
    }
    for (const [place, head] of this.heads.entries()) {
      if (place === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.table.setAttribute("aria-rowcount", this.order.length + 1);
    this.at.row = Math.max(-1, Math.min(this.at.row, this.order.length - 1));
    this.querySelector("[data-count]").textContent = fill(this.words.of_students, {
      n: this.order.length,
      all: this.students.length,
    });
    this.leave();
    this.redraw();
  }

  key(student, column) {
    if (column === NAME) return this.names[student];
    if (column < FIRST) return this.totals[student][column - 1];
    const cell = this.mark(student, column);
    return cell.excused ? null : cell.points;
  }

  go(row, column) {
    this.at = {
      row: Math.max(-1, Math.min(row, this.order.length - 1)),
      column: Math.max(0, Math.min(column, FIRST + this.columns.length - 1)),
    };
    this.reveal();
    this.draw();
    this.say(this.about());
  }

  say(text) {
    this.status.textContent = text;
  }

  // Keys and clicks.

  listen() {
    this.leaving = new AbortController();
    const on = (target, event, act) => target.addEventListener(event, act, { signal: this.leaving.signal });
    let waiting = false;
    on(this.frame, "scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        this.draw();
      });
    });
    on(window, "resize", () => {
      this.height = 0;
      this.redraw();
    });
    on(this.table, "keydown", (event) => this.press(event));
    on(this.table, "copy", (event) => this.copy(event));
    on(this.table, "paste", (event) => {
      event.preventDefault();
      this.paste(event.clipboardData.getData("text/plain"));
    });
    on(window, "beforeunload", (event) => (this.editor?.isChanged || this.sending) && event.preventDefault());
    on(this.table, "focus", () => this.say(this.about()));
    on(this.table, "mousedown", (event) => this.click(event));
    on(this.table, "dblclick", () => this.edit());
    on(this.form, "submit", (event) => event.preventDefault());
    on(this.form, "input", () => this.find());
    on(this.undoButton, "click", () => this.undo());
    on(document, "visibilitychange", () => this.refresh());
  }

  async refresh() {
    const old = Date.now() - this.loaded > STALE_SECONDS * 1000;
    if (document.hidden || !old) return;
    let book;
    try {
      book = await this.load();
    } catch {
      return; // what is here is good enough until the next time
    }
    if (this.editor || this.sending) return; // nothing changes under somebody's hands
    if (JSON.stringify(book.columns) !== JSON.stringify(this.columns)) return location.reload();
    this.fill(book);
    this.find();
  }

  place(target) {
    const cell = target.closest("th, td");
    const row = cell?.parentElement;
    if (!row || row.classList.contains("grades__gap")) return null;
    return { row: Number(row.getAttribute("aria-rowindex")) - 2, column: cell.cellIndex };
  }

  click(event) {
    const place = this.place(event.target);
    if (!place || event.button !== 0 || event.target.closest("a")) return;
    event.preventDefault(); // no text is marked, and the focus goes where we say
    this.table.focus({ preventScroll: true });
    const again = place.row === this.at.row && place.column === this.at.column && this.table.dataset.touched;
    this.table.dataset.touched = "yes";
    if (this.editor?.isChanged && place.row >= 0) return this.editor.save(undefined, place);
    this.leave();
    this.go(place.row, place.column);
    if (place.row < 0) this.sort(place.column);
    else if (again && matchMedia("(pointer: coarse)").matches) this.edit();
  }

  sort(column) {
    this.sorting = { column, down: this.sorting.column === column ? !this.sorting.down : column > NAME };
    this.find();
    this.say(this.about());
  }

  press(event) {
    const { row, column } = this.at;
    const far = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor((this.frame.clientHeight - this.heads[0].offsetHeight) / this.rowHeight()) - 1);
    const [bottom, right] = [this.order.length - 1, FIRST + this.columns.length - 1];
    const moves = {
      ArrowUp: () => this.go(far ? 0 : row - 1, column),
      ArrowDown: () => this.go(far ? bottom : row + 1, column),
      ArrowLeft: () => this.go(row, far ? 0 : column - 1),
      ArrowRight: () => this.go(row, far ? right : column + 1),
      Home: () => this.go(far ? 0 : row, 0),
      End: () => this.go(far ? bottom : row, right),
      PageUp: () => this.go(Math.max(0, row - page), column),
      PageDown: () => this.go(row + page, column),
      Enter: () => this.enter(),
      F2: () => this.edit(),
      Delete: () => this.edit(""),
      Backspace: () => this.edit(""),
    };
    if (event.altKey || event.isComposing) return;
    if (far && event.key.toLowerCase() === "z" && !event.shiftKey) this.undo();
    else if (moves[event.key]) moves[event.key]();
    else if (!far && /^[0-9.,eE]$/.test(event.key)) this.edit(event.key);
    else return;
    event.preventDefault();
  }

  copy(event) {
    const { row, column } = this.at;
    const cell = this.cellAt(this.at);
    if (!cell || row < 0 || column < FIRST) return;
    const mark = this.mark(this.order[row], column);
    event.clipboardData.setData("text/plain", mark.excused ? this.words.excused_mark : String(mark.points ?? ""));
    event.preventDefault();
  }

  enter() {
    const { row, column } = this.at;
    if (row < 0) this.sort(column);
    else if (column === NAME) this.cellAt(this.at)?.querySelector("a").click();
    else this.edit();
  }

  // Changing a mark.

  edit(typed) {
    const { row, column } = this.at;
    if (!this.editable || row < 0 || column < FIRST || this.order[row] === undefined) return;
    this.close();
    this.editor = new GradeEditor(this, this.order[row], column, typed);
    const { form, value } = this.editor;
    form.style.insetBlockStart = `${this.heads[0].offsetHeight + (row + 1) * this.rowHeight()}px`;
    const widest = this.frame.scrollLeft + this.frame.clientWidth;
    this.scroll.append(form);
    form.style.insetInlineStart = `${Math.max(0, Math.min(this.left(column), widest - form.offsetWidth - 8))}px`;
    value.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (typed === undefined) value.select();
  }

  /** Close the editor; what was typed is saved. */
  leave() {
    if (this.editor?.isChanged) this.editor.save();
    this.close();
  }

  close(back = false) {
    this.editor?.form.remove();
    this.editor = null;
    if (back) this.table.focus({ preventScroll: true });
  }

  /** Fill the cells from here on with what a spreadsheet copied: row by row, and each of them can be undone. */
  async paste(text) {
    const lines = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t").map((value) => value.trim()));
    if (!this.editable || this.at.row < 0 || this.at.column < FIRST || this.pasting) return;
    if (lines.length === 1 && lines[0].length === 1) return this.edit(lines[0][0]);
    const from = this.at;
    const cells = lines.flatMap((line, down) => line.map((value, right) => ({ value, row: from.row + down, column: from.column + right })));
    const fits = cells.every(({ row, column }) => row < this.order.length && column < FIRST + this.columns.length && !this.isTied(column));
    if (!fits) return toast(this.words.paste_refused, "bad");
    this.pasting = true;
    const students = cells.map(({ row }) => this.order[row]);
    let saved = 0;
    for (const [place, { row, column, value }] of cells.entries()) {
      const student = students[place];
      const mark = this.mark(student, column);
      if (!value || value === typedAs(mark, this.words)) continue; // an empty cell changes nothing, as in an import
      this.say(this.words.saving);
      const before = this.cells[student][column - FIRST];
      const answer = await this.send(student, column, { value, reason: mark.given ? mark.reason : "", seen: mark.seen });
      if (answer.status !== 200) {
        this.go(row, column);
        this.edit(value);
        this.editor?.save(); // which says what is wrong, and stays
        break;
      }
      this.remember({ student, column, before, after: answer.body.cell });
      this.take(student, column, answer.body);
      this.say(fill(this.words.pasted, { n: ++saved }));
    }
    this.pasting = false;
  }

  take(student, column, { cell, totals }) {
    this.cells[student][column - FIRST] = cell;
    this.totals[student] = totals;
    this.rewrite(student);
  }

  async send(student, column, fields) {
    const address = this.getAttribute("cells").replace(/0\/0\/$/, `${this.columns[column - FIRST][0]}/${this.students[student][0]}/`);
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
    this.sending++;
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: { "X-CSRFToken": token, Accept: "application/json" },
        body: new URLSearchParams(fields),
      });
      const json = response.headers.get("Content-Type")?.startsWith("application/json");
      return { status: response.redirected ? 0 : response.status, body: json ? await response.json() : null };
    } catch {
      return { status: 0, body: null };
    } finally {
      this.sending--;
    }
  }

  remember(step) {
    this.done.push(step);
    this.undoButton.disabled = false;
  }

  /** Take the last change back, unless somebody else has changed the mark since. */
  async undo() {
    if (this.undoing || !this.done.length) return;
    this.undoing = true;
    const { student, column, before, after } = this.done.at(-1);
    const was = read(before);
    const answer = await this.send(student, column, { value: typedAs(was, this.words), reason: was.given ? was.reason : "", seen: read(after).seen });
    this.undoing = false;
    if (answer.status === 0) return toast(this.words.failed_to_save, "bad");
    this.done.pop();
    this.undoButton.disabled = !this.done.length;
    if (answer.body?.cell !== undefined) this.take(student, column, answer.body);
    if (answer.status !== 200) {
      const what = answer.body?.cell === undefined ? "" : this.worth(read(answer.body.cell), column);
      return toast(answer.body?.problem || fill(this.words.theirs, { who: answer.body?.who ?? "", what }), "bad");
    }
    for (const step of this.done) if (step.student === student && step.column === column) step.after = answer.body.cell;
    const place = this.order.indexOf(student);
    if (place >= 0) this.go(place, column);
    this.say(`${this.words.undone}: ${this.told(student, column)}`);
  }
}

customElements.define("grade-grid", GradeGrid);
