// The table of <grade-grid>: its head, the rows in sight, the cell one is in, and what its marks say.

import { fill, read } from "./grade-marks.js";

const TOTALS = ["so_far", "if_zero", "result"];
export const NAME = 0;
export const FIRST = TOTALS.length + 1; // the first column of marks
const SPARE = 6; // rows drawn beyond each edge

export class GradeTable extends HTMLElement {
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

  told(student, column) {
    return `${this.names[student]} · ${this.title(column)} · ${this.worth(this.mark(student, column), column)}`;
  }
}
