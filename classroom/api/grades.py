"""The gradebook: what there is to earn, and what everybody has; students get their own."""

from collections.abc import Collection
from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from classroom import clock
from classroom.access import Seat, seat_in
from classroom.api.auth import may
from classroom.api.paging import Page, Window, page_of
from classroom.api.quizzes import Writer
from classroom.models import Course, Scope
from classroom.pages.gradebook.book import Book, Column, Student, open_book, rule_of, students_of
from classroom.pages.gradebook.report import Line, Part, report_of
from classroom.pages.gradebook.shelves import shelves_of
from classroom.pages.gradebook.student import own_book
from quizzes import services as quizzes

router = Router(tags=["Grades"])


class CategoryOut(Schema):
    """Columns that count together."""

    id: int
    title: str = Field(examples=["Quizzes"])
    weight: float | None = Field(
        description="Percent of the course; null in all categories: points are added up.", examples=[40.0]
    )
    drop_lowest: int = Field(description="How many results are dropped.", examples=[1])


class ColumnOut(Schema):
    """Something that gives points."""

    id: int = Field(examples=[8])
    title: str = Field(examples=["Feed-forward nets"])
    category: int = Field(description="The id of its category.")
    quiz: int | None = Field(description="The quiz whose scores these are.")
    challenge: int | None = Field(description="The challenge whose scores these are.")
    points: float = Field(description="The points there are; 0: what is earned comes on top.")
    is_released: bool = Field(description="Whether students see what is in it.")
    is_never_dropped: bool


class RuleOut(Schema):
    """What it takes to pass."""

    least: float = Field(examples=[50.0])
    of: str = Field(description="percent (of the course) or points.", examples=["percent"])


class GradebookOut(Schema):
    """What the gradebook consists of, in its order; students get the columns that are announced."""

    passing: RuleOut | None = Field(description="null: nobody passes or fails here.")
    categories: list[CategoryOut]
    columns: list[ColumnOut]


class SumOut(Schema):
    """What somebody's results in a category come to, without the dropped ones."""

    category: int
    earned: float
    possible: float
    percent: float | None = Field(description="null: nothing counts yet.", examples=[83.83])


class MarkOut(Schema):
    """What somebody has in one column."""

    column: int
    points: float | None = Field(description="What counts; null: nothing (yet).", examples=[8.5])
    is_excused: bool = Field(description="It counts for nothing.")
    is_dropped: bool
    is_given: bool = Field(description="Staff gave it; else it is the work's own score.")
    computed: float | None = Field(description="The work's own score, of the column's points.")
    reason: str = Field(description="Why staff gave it.")
    is_shown: bool = Field(description="false: there may be something that you do not see yet.")


class GradesOut(Schema):
    """Where a student stands. Students' totals hold what they see; staff's hold everything."""

    student: Writer
    so_far: float | None = Field(description="Percent, without what is missing.", examples=[83.83])
    if_missing_zero: float | None = Field(
        description="Percent, if what is missing counts 0.", examples=[41.5]
    )
    result: str | None = Field(
        description="passed, failed or open: what is certain; null: nobody passes or fails here.",
        examples=["open"],
    )
    categories: list[SumOut]
    marks: list[MarkOut] = Field(description="In the order of the gradebook's columns.")


class Whose(Window):
    """Whose grades are asked for."""

    student: int | None = Field(None, ge=1, lt=10**18, description="Those of one student, by id.")


@router.get(
    "/courses/{slug:slug}/gradebook",
    auth=may(Scope.RESULTS),
    response=GradebookOut,
    summary="What the gradebook consists of",
)
def gradebook(request: HttpRequest, slug: str) -> dict[str, object]:
    """Categories and columns, by whose ids grades are told, and what it takes to pass."""
    now = clock.now()
    seat = seat_in(request, slug)
    shelves, _unused = shelves_of(seat.course, now)
    columns = [column for shelf in shelves for column in shelf.columns]
    return {
        "passing": _rule(seat.course),
        "categories": [shelf.category for shelf in shelves],
        "columns": [_column(one) for one in columns if seat.is_staff or not one.is_secret(now)],
    }


@router.get(
    "/courses/{slug:slug}/grades",
    auth=may(Scope.RESULTS),
    response=Page[GradesOut],
    summary="Grades",
)
def grades(request: HttpRequest, slug: str, window: Query[Whose]) -> dict[str, object]:
    """For staff every student's, by name; for students their own, as far as it is shown to them."""
    now = clock.now()
    seat = seat_in(request, slug)
    if not seat.is_staff:
        mine = window.student in {None, seat.user.pk}
        return page_of(request, [seat] if mine else [], window, lambda rows: [_own(one, now) for one in rows])
    quizzes.settle(now=now)
    students = students_of(seat.course, pk=window.student)
    return page_of(request, students, window, lambda rows: _everybodys(seat, rows, now))


def _rule(course: Course) -> dict[str, object] | None:
    rule = rule_of(course)
    return {"least": rule.least, "of": "points" if rule.in_points else "percent"} if rule else None


def _column(one: Column) -> dict[str, object]:
    kind, _colon, number = one.row.item.partition(":")
    return {
        "id": one.pk,
        "title": one.row.title,
        "category": one.row.category_id,
        "quiz": int(number) if kind == "quiz" else None,
        "challenge": int(number) if kind == "challenge" else None,
        "points": one.possible,
        "is_released": one.released,
        "is_never_dropped": one.row.keep,
    }


def _everybodys(seat: Seat, students: list[Student], now: datetime) -> list[dict[str, object]]:
    book = open_book(course=seat.course, now=now, students=students)
    return [_grades(book, one) for one in students]


def _own(seat: Seat, now: datetime) -> dict[str, object]:
    book, hidden, secret = own_book(seat, now)
    return _grades(book, book.students[0], hidden=hidden, secret=secret)


def _grades(
    book: Book, one: Student, *, hidden: Collection[int] = (), secret: Collection[int] = ()
) -> dict[str, object]:
    report = report_of(book, one.pk, hidden=hidden, secret=secret)
    marks = {line.column.pk: _mark(line) for part in report.parts for line in part.lines if not line.secret}
    return {
        "student": {"id": one.pk, "name": one.name, "email": one.email},
        "so_far": report.standing.so_far,
        "if_missing_zero": report.standing.if_zero,
        "result": report.standing.verdict,
        "categories": [_sum(part) for part in report.parts],
        "marks": [marks[column.pk] for column in book.columns if column.pk in marks],
    }


def _sum(part: Part) -> dict[str, object]:
    return {
        "category": part.category.pk,
        "earned": part.sum.earned,
        "possible": part.sum.possible,
        "percent": part.percent,
    }


def _mark(line: Line) -> dict[str, object]:
    cell = line.cell
    given = cell.given if cell.is_overridden else None
    return {
        "column": line.column.pk,
        "points": cell.points,
        "is_excused": cell.excused and not line.hidden,
        "is_dropped": line.dropped,
        "is_given": given is not None,
        "computed": cell.computed,
        "reason": given.reason if given else "",
        "is_shown": not line.hidden,
    }
