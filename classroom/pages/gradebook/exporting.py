"""The gradebook as a table for spreadsheets; `importing` reads it again."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import clock, exports, spreadsheets
from classroom.access import staff_seat
from classroom.pages.gradebook.book import EXCUSED, Book, Cell, open_book
from classroom.passing import Verdict
from quizzes import services as quiz_services

#: What ends the header of a column that is worked out: an import leaves it alone.
COMPUTED = "[=]"


@require_GET
@never_cache
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Send the whole gradebook as CSV or XLSX."""
    seat, now = staff_seat(request, slug), clock.now()
    quiz_services.settle(now=now)
    book = open_book(course=seat.course, now=now)
    name = f"grades-{slug}-{now.astimezone(seat.course.zone):%Y-%m-%d}"
    if kind == "csv":
        return exports.csv_response(name, header(book), rows(book))
    content = spreadsheets.xlsx(_("Grades"), header(book), rows(book))
    kind_of_file = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return exports.download(f"{name}.xlsx", content, kind_of_file)


def header(book: Book) -> list[exports.Value]:
    """Return the titles; each column's ends with its number, by which an import knows it."""
    totals = [
        _("So far (percent)"),
        _("If missing counts 0 (percent)"),
        *([_("Result")] if book.rule else []),
    ]
    return [
        _("Name"),
        _("E-mail address"),
        *(f"{column.row.title} [#{column.pk}]" for column in book.columns),
        *(f"{title} {COMPUTED}" for title in totals),
    ]


def rows(book: Book) -> Iterator[list[exports.Value]]:
    """Return a line for each student."""
    said = {Verdict.PASSED: _("passed"), Verdict.FAILED: _("failed"), Verdict.OPEN: _("open"), None: ""}
    for student in book.students:
        standing = book.standing_of(student.pk)
        totals: list[exports.Value] = [standing.so_far, standing.if_zero]
        if book.rule:
            totals.append(said[standing.verdict])
        cells = (_value(cell) for cell in book.cells[student.pk])
        yield [student.name, student.email, *cells, *totals]


def _value(cell: Cell) -> exports.Value:
    if cell.excused:
        return EXCUSED
    if cell.points is not None and cell.points.is_integer():
        return int(cell.points)
    return cell.points
