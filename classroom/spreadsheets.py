"""Tables in files of spreadsheet programs: written as XLSX, read as XLSX or CSV of any dialect."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, time

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook

from classroom.errors import Refused
from classroom.exports import Value, harmless

MOST_BYTES = 5 * 1024 * 1024
#: What an XLSX file may become when it is unpacked.
MOST_UNPACKED_BYTES = 60 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 500
#: XML has no place for these.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Table = list[list[str]]


def xlsx(sheet: str, header: Iterable[Value], rows: Iterable[Iterable[Value]]) -> bytes:
    """Write a table as an XLSX file of one sheet, with its header in sight and nothing that computes."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet[:31])
    page.freeze_panes = "B2"
    for row in [header, *rows]:
        page.append([_clean(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _clean(value: Value) -> Value:
    return harmless(UNPRINTABLE.sub("", value)) if isinstance(value, str) else value


def as_meant(text: str) -> str:
    """Return a text without the apostrophe that `exports.harmless` put before it, and without the space."""
    text = text.strip()
    return text[1:].strip() if text.startswith("'") and harmless(text[1:]) == text else text


def read_table(content: bytes) -> Table:
    """Return the rows of a file's first sheet, as texts; rows and cells without any are left out at the ends.

    Raises
    ------
    Refused
        It is no table, or too large.
    """
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is too large: %(most)d MB are the most.") % {"most": MOST_BYTES // 2**20})
    cells = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    table: Table = []
    for row in cells:
        if len(table) >= MOST_ROWS or len(row) > MOST_COLUMNS:
            raise Refused(
                _("The table is too large: %(rows)d rows and %(columns)d columns are the most.")
                % {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
            )
        table.append(row)
    while table and not any(table[-1]):
        table.pop()
    if not table:
        raise Refused(_("The file is empty."))
    return table


def _read_csv(content: bytes) -> Iterator[list[str]]:
    text = decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    first = text.partition("\n")[0]
    try:
        widths = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in ",;\t"}
        best = max(widths, key=lambda mark: widths[mark])
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=best):
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise Refused(_("This is no table that can be read: save it as CSV or XLSX.")) from error


def decoded(content: bytes) -> str:
    """Return the text: as UTF-8 or what a byte order mark says, else as old spreadsheets on Windows write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    unreadable = _("This file cannot be read: save it as XLSX or CSV again.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise Refused(unreadable)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be wrong  # type: ignore[union-attr]
        for row in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1):
            cells = [_text(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            yield cells
    except Refused:
        raise
    except Exception as error:  # the library raises a dozen kinds at a damaged file
        raise Refused(unreadable) from error


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, date | time):
        return str(value)
    return str(value).strip()
