"""The gradebook for staff: students by columns, as a page, as data for the grid, and cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, gradebook
from classroom.access import Seat, grader_seat, staff_seat
from classroom.errors import Refused
from classroom.gradebook import Change, Conflict
from classroom.models import GradeColumn, Group
from classroom.pages.gradebook.book import EXCUSED, Book, Cell, Given, Student, open_book, students_of
from classroom.pages.gradebook.forms import MarkForm
from classroom.passing import Standing
from quizzes import services as quiz_services

#: So many students are on a page where no script runs.
PAGE = 25


@dataclass(frozen=True)
class Row:
    """A student's line of the table."""

    student: Student
    cells: Sequence[Cell]
    standing: Standing


@require_GET
@never_cache
def grid(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the gradebook: a page of the table, which a script makes the whole grid."""
    seat, now = staff_seat(request, slug), clock.now()
    quiz_services.settle(now=now)
    asked, group = request.GET.get("q", "").strip(), request.GET.get("group", "")
    sort = request.GET.get("sort", "name")
    students = _found(seat, asked, group)
    if sort.removeprefix("-") in {"so_far", "if_zero"}:  # then all are needed to know who comes first
        book = open_book(course=seat.course, now=now, students=students)
        students = _sorted(book, sort)
        page = Paginator(students, PAGE).get_page(request.GET.get("page"))
    else:
        page = Paginator(students[::-1] if sort == "-name" else students, PAGE).get_page(
            request.GET.get("page")
        )
        book = open_book(course=seat.course, now=now, students=list(page))
    context = {
        "seat": seat,
        "book": book,
        "rows": [Row(one, book.cells[one.pk], book.standing_of(one.pk)) for one in page],
        "page": page,
        "asked": asked,
        "group": group,
        "sort": sort,
        "groups": Group.objects.filter(course=seat.course).order_by("name"),
        "words": _words(),
    }
    return render(request, "classroom/gradebook/grid.html", context)


def _found(seat: Seat, asked: str, group: str) -> list[Student]:
    """Return the students whose name or address holds each word asked for, and who are in the group."""
    students = students_of(seat.course)
    words = asked.casefold().split()
    if words:
        students = [
            one for one in students if all(word in f"{one.name} {one.email}".casefold() for word in words)
        ]
    if group.isdecimal():
        of_group = Group.objects.filter(course=seat.course, pk=min(int(group), 2**63 - 1))
        members = set(of_group.values_list("members", flat=True))
        students = [one for one in students if one.pk in members]
    return students


def _sorted(book: Book, sort: str) -> list[Student]:
    """Return the students by a total; who has none comes last."""
    name, turn = sort.removeprefix("-"), -1 if sort.startswith("-") else 1
    totals = {one.pk: getattr(book.standing_of(one.pk), name) for one in book.students}
    return sorted(
        book.students, key=lambda one: (totals[one.pk] is None, turn * (totals[one.pk] or 0), one.label)
    )


def _words() -> dict[str, str]:
    """Return what the grid's script says."""
    return {
        "student": _("Student"),
        "so_far": _("So far"),
        "if_zero": _("If missing counts 0"),
        "result": _("Result"),
        "passed": _("passed"),
        "failed": _("failed"),
        "open": _("open"),
        "excused": _("excused"),
        "excused_mark": EXCUSED,
        "points_of": _("{points} of {most}"),
        "nothing": _("nothing yet"),
        "given": _("given by staff instead of {computed}"),
        "given_alone": _("given by staff"),
        "because": _("reason: {reason}"),
        "hidden": _("hidden"),
        "points": _("Points, or EX for excused"),
        "reason": _("Reason"),
        "reason_needed": _("This takes the place of a score: say why."),
        "save": _("Save"),
        "cancel": _("Cancel"),
        "saving": _("Saving …"),
        "saved": _("Saved: {what}"),
        "undone": _("Undone"),
        "pasted": _("Pasted and saved: {n}"),
        "paste_refused": _(
            "This does not fit. Several marks can be pasted into columns of the gradebook's own; "
            "for scores of quizzes and exercises use the import, which first shows what would change."
        ),
        "keep_theirs": _("Keep that"),
        "save_mine": _("Save mine"),
        "theirs": _("{who} changed this meanwhile: {what}"),
        "failed_to_save": _("Not saved: the server cannot be reached. Try again."),
        "failed_to_load": _("The whole table could not be loaded; this page of it still works."),
        "of_students": _("{n} of {all} students"),
        "history": _("All marks of this student"),
        "sort": _("Sort by {column}"),
    }


@require_GET
@never_cache
def data(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the whole gradebook for the grid's script, as lean JSON."""
    seat, now = staff_seat(request, slug), clock.now()
    quiz_services.settle(now=now)
    book = open_book(course=seat.course, now=now, groups=True)
    return JsonResponse(
        {
            "editable": seat.is_grader,
            "columns": [
                [
                    column.pk,
                    column.row.title,
                    column.possible,
                    column.is_tied,
                    column.released,
                    column.row.category.title,
                ]
                for column in book.columns
            ],
            "students": [[one.pk, one.name, one.email, book.groups.get(one.pk, [])] for one in book.students],
            "cells": [[lean(cell) for cell in book.cells[one.pk]] for one in book.students],
            "totals": [totals(book, one.pk) for one in book.students],
        },
        json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
    )


def lean(cell: Cell) -> Any:  # noqa: ANN401 - JSON
    """Return a cell as the script reads it: points alone, or also what staff gave and instead of what."""
    if cell.given is None:
        return cell.points
    return [cell.points, cell.computed, *_lean_mark(cell.given)]


def _lean_mark(given: Given) -> list[Any]:
    return [given.revision, given.stands, given.excused, given.reason]


def totals(book: Book, user: int) -> list[Any]:
    """Return so far, if missing counts zero, and the verdict."""
    standing = book.standing_of(user)
    return [standing.so_far, standing.if_zero, standing.verdict]


@require_POST
def save_cell(request: HttpRequest, slug: str, column: int, user: int) -> HttpResponse:
    """Save one cell for the grid's script.

    Answers 200 with the new cell and the student's totals; 409 with the cell as somebody else left it
    meanwhile; 422 with what is wrong.
    """
    seat = grader_seat(request, slug)
    form = MarkForm(request.POST)
    if not form.is_valid():
        said = next(iter(form.errors.values()))[0]
        return JsonResponse({"problem": said}, status=422)
    found = GradeColumn.objects.filter(course=seat.course, pk=column).first()
    student = next(iter(students_of(seat.course, pk=user)), None)
    if found is None or student is None:
        return JsonResponse({"problem": _("This column or student is no longer there.")}, status=404)
    try:
        save(seat=seat, column=found, user=user, form=form)
    except Conflict as conflict:
        who = str(conflict.mark.by) if conflict.mark and conflict.mark.by else _("Somebody")
        return JsonResponse(_answer(seat, student, column) | {"who": who}, status=409)
    except Refused as refusal:
        return JsonResponse({"problem": str(refusal)}, status=422)
    return JsonResponse(_answer(seat, student, column))


def save(*, seat: Seat, column: GradeColumn, user: int, form: MarkForm) -> None:
    """Save what a valid form says of one cell.

    Raises
    ------
    Conflict, Refused
        As `gradebook.save_mark`.
    """
    now, asked = clock.now(), form.cleaned_data["value"]
    computed = None
    if column.item:
        student = Student(user, "", "")
        book = open_book(course=seat.course, now=now, students=[student])
        at = [one.pk for one in book.columns].index(column.pk)
        computed = book.cells[user][at].computed
    change = Change(
        column=column,
        user=user,
        points=asked.points,
        excused=asked.excused,
        reason=form.cleaned_data["reason"],
        seen=form.cleaned_data["seen"],
        computed=computed,
    )
    gradebook.save_mark(change=change, by=seat.user, now=now)


def _answer(seat: Seat, student: Student, column: int) -> dict[str, Any]:
    book = open_book(course=seat.course, now=clock.now(), students=[student])
    places = [one.pk for one in book.columns]
    cell = book.cells[student.pk][places.index(column)] if column in places else None
    return {"cell": lean(cell) if cell else None, "totals": totals(book, student.pk)}
