"""One student's grades: as staff see and change them, and as the student does."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.access import Seat, grader_seat, seat_in, staff_seat
from classroom.errors import Refused
from classroom.gradebook import Conflict
from classroom.models import Course, GradeChange, GradeColumn, User
from classroom.pages.gradebook.book import Book, Student, open_book, students_of
from classroom.pages.gradebook.forms import MarkForm, wanted
from classroom.pages.gradebook.grid import save
from classroom.pages.gradebook.report import report_of
from quizzes import queries as quiz_queries
from quizzes import services as quiz_services


@dataclass(frozen=True)
class Entry:
    """A change of a mark, as the history tells it."""

    title: str
    change: GradeChange

    @property
    def is_taken_back(self) -> bool:
        """Whether the work's own score counts again."""
        return not self.change.excused and self.change.points is None


def history_of(course: Course, user: int) -> list[Entry]:
    """Return all changes of a student's marks, the newest first."""
    changes = GradeChange.objects.filter(mark__column__course=course, mark__user=user)
    return [Entry(one.mark.column.title, one) for one in changes.select_related("by", "mark__column")]


@require_GET
@never_cache
def student(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show staff everything about one student's grades; who may grade changes them here."""
    return _page(request, staff_seat(request, slug), pk)


def _page(request: HttpRequest, seat: Seat, pk: int, status: int = 200, **more: object) -> HttpResponse:
    now = clock.now()
    found = _student_of(seat.course, pk)
    quiz_services.settle(now=now)
    book = open_book(course=seat.course, now=now, students=[found])
    context = {
        "seat": seat,
        "student": found,
        "book": book,
        "report": report_of(book, pk),
        "history": history_of(seat.course, pk),
        "editable": seat.is_grader,
    }
    return render(request, "classroom/gradebook/student.html", context | more, status=status)


@require_POST
def save_mark(request: HttpRequest, slug: str, pk: int, column: int) -> HttpResponse:
    """Save one mark from the student's page; a conflict shows both."""
    seat = grader_seat(request, slug)
    _student_of(seat.course, pk)
    found = GradeColumn.objects.filter(course=seat.course, pk=column).first()
    if found is None:
        raise Http404(_("There is no such column in this gradebook."))
    form = MarkForm(request.POST)
    typed = {"value": request.POST.get("value", "")[:40], "reason": request.POST.get("reason", "")}
    if not form.is_valid():
        problem = str(next(iter(form.errors.values()))[0])
        return _page(request, seat, pk, 422, problem=problem, problem_at=column, typed=typed)
    try:
        save(seat=seat, column=found, user=pk, form=form)
    except Conflict as conflict:
        return _page(request, seat, pk, 409, problem=str(conflict), problem_at=column, typed=typed)
    except Refused as refusal:
        return _page(request, seat, pk, 422, problem=str(refusal), problem_at=column, typed=typed)
    messages.success(request, _("“%(title)s”: saved.") % {"title": found.title})
    return redirect("gradebook_student", slug, pk)


@require_GET
@never_cache
def grades(request: HttpRequest, slug: str) -> HttpResponse:
    """Show students their own grades, and what would be if; staff are sent to the gradebook.

    What is supposed is in the address, so that nothing is stored, and looking is all it takes.
    """
    seat, now = seat_in(request, slug), clock.now()
    if seat.is_staff:
        return redirect("gradebook", slug)
    book, hidden, secret = own_book(seat, now)
    typed = {column.pk: request.GET.get(f"if_{column.pk}", "").strip()[:40] for column in book.columns}
    supposed, problems = _supposed(typed)
    context = {
        "seat": seat,
        "book": book,
        "report": report_of(book, seat.user.pk, hidden=hidden, secret=secret, typed=typed),
        "supposing": (
            report_of(book, seat.user.pk, hidden=hidden, secret=secret, supposed=supposed)
            if supposed
            else None
        ),
        "problems": problems,
        "hidden": hidden,
        "history": _history_for_student(seat, book, hidden),
    }
    part = "_what_if" if request.headers.get("HX-Request") else "grades"
    return render(request, f"classroom/gradebook/{part}.html", context)


@require_GET
@never_cache
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """Return a line of the student's first page: what of the grade is reached, and what is still needed."""
    seat, now = seat_in(request, slug), clock.now()
    if seat.is_staff:
        return redirect("gradebook", slug)
    book, hidden, secret = own_book(seat, now)
    report = report_of(book, seat.user.pk, hidden=hidden, secret=secret)
    context = {"seat": seat, "report": report, "hidden": hidden}
    return render(request, "classroom/gradebook/_progress.html", context)


def own_book(seat: Seat, now: datetime) -> tuple[Book, set[int], set[int]]:
    """Return a student's own book, the columns hidden from them, and those they may not know of.

    Hidden are those that are not released, and of quizzes also those whose review does not show points yet. A
    mark that staff gave is shown whatever the quiz shows; the quiz's own points, which it replaces, are not.
    """
    quiz_services.settle(user=seat.user, now=now)
    own = Student(seat.user.pk, seat.user.name, seat.user.email)
    book = open_book(course=seat.course, now=now, students=[own])
    silent = _silent_quizzes(seat.user, book, now)
    hidden = secret = {column.pk for column in book.columns if column.is_secret(now)}
    cells = list(book.cells[own.pk])
    for at, (column, cell) in enumerate(zip(book.columns, cells, strict=True)):
        if column.pk in silent and cell.is_overridden:
            cells[at] = cell._replace(computed=None)
        elif column.pk in silent and cell.computed is not None:
            hidden = hidden | {column.pk}
    book.cells[own.pk] = tuple(cells)
    return book, hidden | {column.pk for column in book.columns if not column.released}, secret


def _silent_quizzes(user: User, book: Book, now: datetime) -> set[int]:
    """Return the columns of quizzes whose points a student does not see (yet)."""
    cards = quiz_queries.cards_for(user=user, course=book.course, now=now)
    shown = {f"quiz:{card.quiz_id}" for card in cards if card.score is not None}
    return {
        column.pk
        for column in book.columns
        if column.row.item.startswith("quiz:") and column.row.item not in shown
    }


def _history_for_student(seat: Seat, book: Book, hidden: set[int]) -> list[Entry]:
    """Return the changes that a student was able to see: not what was tried before a column was shown.

    The first mark in a column of its own is no change. Points that are not shown beside a mark are not here.
    """
    cells = zip(book.columns, book.cells[seat.user.pk], strict=True)
    columns = {column.pk: (column, cell) for column, cell in cells if column.pk not in hidden}
    entries = []
    for entry in history_of(seat.course, seat.user.pk):
        change = entry.change
        column, cell = columns.get(change.mark.column_id, (None, None))
        if column is None or cell is None or column.row.released_at is None:
            continue
        if cell.computed is None:
            change.computed = None
        seen = change.at >= column.row.released_at or change.revision == change.mark.revision
        if seen and (column.is_tied or change.revision > 1):
            entries.append(entry)
    return entries


def _supposed(typed: dict[int, str]) -> tuple[dict[int, float], dict[int, str]]:
    """Return the points a student supposes to get, by column, and what is no number."""
    supposed: dict[int, float] = {}
    problems: dict[int, str] = {}
    for column, text in typed.items():
        try:
            asked = wanted(text)
        except ValidationError as error:
            problems[column] = str(error.message)
        else:
            if asked.points is not None:
                supposed[column] = asked.points
    return supposed, problems


def _student_of(course: Course, pk: int) -> Student:
    found = next(iter(students_of(course, pk=pk)), None)
    if found is None:
        raise Http404(_("There is no such student in this course."))
    return found
