// <grade-grid src cells students>: the whole gradebook as one grid. Only the rows in sight are drawn, so that a
// thousand students stay fluid. The focus stays on the table; `aria-activedescendant` names the cell one is in
// (ARIA's grid pattern). Without script the page of the table that the server drew stays, with its links.

import { GradeEditor } from "./grade-editor.js";
import { fill, read, typedAs } from "./grade-marks.js";
import { toast } from "./site.js";

const TOTALS = ["so_far", "if_zero", "result"];
const NAME = 0;
const FIRST = TOTALS.length + 1; // the first column of marks
const SPARE = 6; // rows drawn beyond each edge
const STALE_SECONDS = 60;

class GradeGrid extends HTMLElement {
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

  // The table.

  build() {
    const scroll = document.createElement("div");
    scroll.className = "grade-scroll";
    this.table = document.createElement("table");
    this.table.className = "table grades";
    this.table.tabIndex = 0;
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-label", this.frame.getAttribute("aria-label"));
    this.table.setAttribute("aria-colcount", FIRST + this.columns.length);
    const head = this.table.createTHead().insertRow();
    head.setAttribute("aria-rowindex", 1);
    this.heads = Array.from({ length: FIRST + this.columns.length }, (_, column) => this.head(column));
    head.append(...this.heads);
    this.body = this.table.createTBody();
    [this.above, this.below] = [0, 1].map(() => {
      const gap = document.createElement("tr");
      gap.className = "grades__gap";
      gap.setAttribute("aria-hidden", "true");
      gap.append(document.createElement("td"));
      return gap;
    });
    this.body.append(this.above, this.below);
    this.drawn = new Map();
    scroll.append(this.table);
    this.frame.replaceChildren(scroll);
    for (const plain of this.querySelectorAll("[data-plain]")) plain.remove();
    this.frame.removeAttribute("tabindex"); // the table inside takes the focus
    this.undoButton = this.querySelector("[data-undo]");
    this.undoButton.hidden = !this.editable;
    this.scroll = scroll;
  }

  head(column) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.id = `grade-head-${column}`;
    cell.setAttribute("role", "columnheader");
    cell.setAttribute("aria-colindex", column + 1);
    if (column) cell.classList.add("table__number");
    const title = document.createElement("span");
    title.className = "grades__title";
    title.textContent = this.title(column);
    cell.title = title.textContent;
    cell.append(title);
    if (column >= FIRST) {
      const [, , points, , released] = this.columns[column - FIRST];
      const below = document.createElement("span");
      below.className = "grades__points";
      below.textContent = this.number.format(points) + (released ? "" : ` · ${this.words.hidden}`);
      cell.append(below);
    }
    return cell;
  }

  title(column) {
    if (column === NAME) return this.words.student;
    return column < FIRST ? this.words[TOTALS[column - 1]] : this.columns[column - FIRST][1];
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

  // What is in it.

  placeOf(column) {
    return column - FIRST;
  }

  mark(student, column) {
    return read(this.cells[student][column - FIRST]);
  }

  /** Whether the column's scores come from a quiz or an exercise. */
  isTied(column) {
    return this.columns[column - FIRST][3];
  }

  key(student, column) {
    if (column === NAME) return this.names[student];
    if (column < FIRST) return this.totals[student][column - 1];
    const cell = this.mark(student, column);
    return cell.excused ? null : cell.points;
  }

  redraw() {
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    this.draw();
  }

  /** Draw the rows in sight; those that are out of it go. */
  draw() {
    const height = this.rowHeight();
    const head = this.heads[0].offsetHeight;
    const start = Math.max(0, Math.floor(this.frame.scrollTop / height) - SPARE);
    const count = Math.ceil((this.frame.clientHeight - head) / height) + 2 * SPARE;
    const end = Math.min(this.order.length, start + count);
    for (const [place, row] of this.drawn) {
      if (place >= start && place < end) continue;
      row.remove();
      this.drawn.delete(place);
    }
    let before = this.above;
    for (let place = start; place < end; place++) {
      let row = this.drawn.get(place);
      if (!row) {
        row = this.row(place);
        this.drawn.set(place, row);
        before.after(row);
      }
      before = row;
    }
    this.above.firstChild.style.blockSize = `${start * height}px`;
    this.below.firstChild.style.blockSize = `${(this.order.length - end) * height}px`;
    this.point();
  }

  rowHeight() {
    if (!this.height) {
      const row = this.row(0);
      if (!row) return 36;
      this.above.after(row);
      this.height = row.getBoundingClientRect().height || 36;
      row.remove();
    }
    return this.height;
  }

  row(place) {
    const student = this.order[place];
    if (student === undefined) return null;
    const row = document.createElement("tr");
    row.setAttribute("aria-rowindex", place + 2);
    const name = document.createElement("th");
    name.scope = "row";
    name.setAttribute("role", "rowheader");
    const link = document.createElement("a");
    link.href = this.getAttribute("students").replace(/0\/$/, `${this.students[student][0]}/`);
    link.textContent = this.names[student];
    link.title = this.students[student][2];
    link.tabIndex = -1;
    name.append(link);
    row.append(name);
    for (let column = 1; column < FIRST + this.columns.length; column++) {
      const cell = document.createElement("td");
      cell.setAttribute("role", "gridcell");
      cell.className = "table__number";
      row.append(cell);
    }
    for (const [column, cell] of [...row.children].entries()) {
      cell.id = `grade-${student}-${column}`;
      cell.setAttribute("aria-colindex", column + 1);
      if (column) this.write(cell, student, column);
    }
    return row;
  }

  write(cell, student, column) {
    if (column < FIRST) {
      const total = this.totals[student][column - 1];
      if (column < FIRST - 1) cell.textContent = total === null ? "–" : `${this.number.format(total)} %`;
      else cell.textContent = total ? this.words[total] : "";
      cell.setAttribute("aria-readonly", "true");
      return;
    }
    const mark = this.mark(student, column);
    cell.textContent = mark.excused ? this.words.excused_mark : mark.points === null ? "" : this.number.format(mark.points);
    const tied = this.isTied(column);
    cell.toggleAttribute("data-given", mark.given && tied);
    if (!this.editable) cell.setAttribute("aria-readonly", "true");
    if (mark.given && tied) cell.setAttribute("aria-description", this.because(mark, column));
    else cell.removeAttribute("aria-description");
  }

  rewrite(student) {
    const row = this.drawn.get(this.order.indexOf(student));
    if (!row) return;
    for (const [column, cell] of [...row.children].entries()) if (column) this.write(cell, student, column);
  }

  // Where one is.

  cellAt({ row, column }) {
    return row < 0 ? this.heads[column] : this.drawn.get(row)?.children[column];
  }

  /** Show which cell one is in. */
  point() {
    this.table.querySelector(".grades__here")?.classList.remove("grades__here");
    const cell = this.cellAt(this.at);
    if (!cell) {
      this.table.removeAttribute("aria-activedescendant");
      return;
    }
    cell.classList.add("grades__here");
    this.table.setAttribute("aria-activedescendant", cell.id);
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

  /** Scroll so that the cell one is in is in sight, beside what sticks to the edges. */
  reveal() {
    const { row, column } = this.at;
    const head = this.heads[0].offsetHeight;
    const height = this.rowHeight();
    if (row >= 0) {
      const [top, room] = [row * height, this.frame.clientHeight - head];
      if (top < this.frame.scrollTop) this.frame.scrollTop = top;
      else if (top + height > this.frame.scrollTop + room) this.frame.scrollTop = top + height - room;
    }
    if (column > 0) {
      const [cell, name] = [this.heads[column], this.heads[0].offsetWidth];
      const left = this.left(column);
      if (left - name < this.frame.scrollLeft) this.frame.scrollLeft = left - name;
      else if (left + cell.offsetWidth > this.frame.scrollLeft + this.frame.clientWidth) {
        this.frame.scrollLeft = left + cell.offsetWidth - this.frame.clientWidth;
      }
    }
  }

  /** Where a column begins in the table, unmoved by what sticks. */
  left(column) {
    return this.heads.slice(0, column).reduce((sum, head) => sum + head.offsetWidth, 0);
  }

  about() {
    const { row, column } = this.at;
    if (row < 0) return fill(this.words.sort, { column: this.title(column) });
    const student = this.order[row];
    if (student === undefined) return "";
    if (column < FIRST) return `${this.names[student]}, ${this.students[student][2]}`;
    const mark = this.mark(student, column);
    const parts = [this.names[student], this.title(column), this.worth(mark, column)];
    if (mark.given) parts.push(this.because(mark, column));
    return parts.join(" · ");
  }

  worth(mark, column) {
    if (mark.excused) return this.words.excused;
    if (mark.points === null) return this.words.nothing;
    return fill(this.words.points_of, {
      points: this.number.format(mark.points),
      most: this.number.format(this.columns[column - FIRST][2]),
    });
  }

  because(mark, column) {
    const tied = this.isTied(column);
    const computed = mark.computed === null ? null : this.number.format(mark.computed);
    const said = tied && computed !== null ? fill(this.words.given, { computed }) : this.words.given_alone;
    return mark.reason ? `${said} · ${fill(this.words.because, mark)}` : said;
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
    on(window, "beforeunload", (event) => this.editor?.isChanged && event.preventDefault());
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
      if (value === typedAs(mark, this.words)) continue;
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
    const places = cells.map((cell) => ({ ...cell, student: this.order[cell.row] }));
    let saved = 0;
    for (const { student, column, value, row } of places) {
      const mark = this.mark(student, column);
      if (value === typedAs(mark, this.words)) continue;
      this.say(this.words.saving);
      const before = this.cells[student][column - FIRST];
      const answer = await this.send(student, column, { value, reason: mark.given ? mark.reason : "", seen: mark.seen });
      if (answer.status !== 200) {
        this.pasting = false;
        this.go(row, column);
        this.edit(value);
        const { who, problem, cell } = answer.body ?? {};
        const what = cell === undefined ? "" : this.worth(read(cell), column);
        this.editor.said.textContent = problem || (who ? fill(this.words.theirs, { who, what }) : this.words.failed_to_save);
        if (cell !== undefined) this.take(student, column, answer.body);
        return;
      }
      this.remember({ student, column, before, after: answer.body.cell });
      this.take(student, column, answer.body);
      saved++;
    }
    this.pasting = false;
    this.say(fill(this.words.pasted, { n: saved }));
  }

  told(student, column) {
    return `${this.names[student]} · ${this.title(column)} · ${this.worth(this.mark(student, column), column)}`;
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
