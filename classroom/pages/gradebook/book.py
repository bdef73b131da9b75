"""A course's gradebook as it is now: columns, students, and what counts in every cell."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

from classroom import clock
from classroom.grades import Category, Mark
from classroom.models import (
    Course,
    Enrolment,
    GradeCategory,
    GradeColumn,
    GradeMark,
    Group,
    PassingRule,
    Role,
    User,
)
from classroom.pages.gradebook.works import most_points, results_of, works_of
from classroom.passing import Open, Rule, Standing, standing
from classroom.works import Result, Work

NOTHING = Result(None, None)


@dataclass(frozen=True)
class Column:
    """A column with what it is worth. `work` is None for one of its own, or where the work is gone."""

    row: GradeColumn
    work: Work | None
    possible: float
    released: bool
    #: Whether its work takes nothing any more, extensions aside.
    closed: bool

    @property
    def pk(self) -> int:
        """The column's key."""
        return self.row.pk

    @property
    def is_tied(self) -> bool:
        """Whether scores come from a quiz or a challenge."""
        return bool(self.row.item)

    def is_secret(self, now: datetime) -> bool:
        """Whether students may not know of it yet."""
        return self.work is not None and not self.work.is_published(now)


#: What is typed, exported and imported for "excused", in every language, as in Canvas.
EXCUSED = "EX"


def typed_as(points: float | None, *, excused: bool) -> str:
    """Return a mark as it is typed."""
    if excused or points is None:
        return EXCUSED if excused else ""
    return repr(points).removesuffix(".0")


class Given(NamedTuple):
    """A mark that staff gave, as the grid needs it."""

    points: float | None
    excused: bool
    reason: str
    revision: int

    @property
    def stands(self) -> bool:
        """Whether it counts instead of the work's own score."""
        return self.excused or self.points is not None


class Cell(NamedTuple):
    """What counts of one piece of work of one student.

    `computed` are the work's own points, on the column's scale; `still_open` tells that more may come.
    """

    points: float | None
    excused: bool
    computed: float | None
    given: Given | None
    still_open: bool

    @property
    def is_overridden(self) -> bool:
        """Whether staff gave something."""
        return self.given is not None and self.given.stands

    @property
    def text(self) -> str:
        """The mark as it is typed, exported and imported: to the last digit, EX for excused."""
        return typed_as(self.points, excused=self.excused)


@dataclass(frozen=True)
class Student:
    """Somebody who takes the course."""

    pk: int
    name: str
    email: str

    @property
    def label(self) -> str:
        """The name, or what there is of one."""
        return self.name or self.email


@dataclass
class Book:
    """Everything, with cells in the order of `columns`."""

    course: Course
    rule: Rule | None
    categories: list[GradeCategory]
    columns: list[Column]
    students: list[Student]
    cells: dict[int, tuple[Cell, ...]]
    #: Names of the groups by student.
    groups: Mapping[int, list[str]] = field(default_factory=dict)

    def standing_of(self, user: int) -> Standing:
        """Return where a student stands, everything counted."""
        categories, still_open = self.sheet(self.cells[user])
        return standing(categories, still_open, self.rule)

    def sheet(self, cells: Sequence[Cell]) -> tuple[list[Category], Open]:
        """Return a student's cells as the rules take them: by category, and which may still grow."""
        categories, still_open = [], []
        for category, places in self.places:
            marks = [
                Mark(
                    self.columns[at].possible, cells[at].points, cells[at].excused, self.columns[at].row.keep
                )
                for at in places
            ]
            weight = None if category.weight is None else float(category.weight)
            categories.append(Category(marks, weight, category.drop_lowest))
            still_open.append([cells[at].still_open for at in places])
        return categories, still_open

    @cached_property
    def places(self) -> list[tuple[GradeCategory, list[int]]]:
        """The categories that have columns, and where these are among all columns."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for at, column in enumerate(self.columns):
            places[column.row.category_id].append(at)
        return [(one, places[one.pk]) for one in self.categories if one.pk in places]


def rule_of(course: Course) -> Rule | None:
    """Return what it takes to pass; None where the course says nothing of passing."""
    row = PassingRule.objects.filter(course=course).first()
    return None if row is None else Rule(float(row.least), in_points=row.kind == PassingRule.Kind.POINTS)


def students_of(course: Course, *, pk: int | None = None) -> list[Student]:
    """Return who takes the course now, by name; with `pk` that one alone, if it is one."""
    rows = Enrolment.objects.filter(course=course, role=Role.STUDENT, left_at=None)
    if pk is not None:
        rows = rows.filter(user__in=User.objects.filter(pk=pk))  # which finds nothing for a number too large
    people = rows.order_by("user__name", "user__email").values_list("user_id", "user__name", "user__email")
    return [Student(*person) for person in people]


def groups_of(course: Course) -> dict[int, list[str]]:
    """Return the names of each student's groups."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Group.objects.filter(course=course).exclude(members=None).order_by("name")
    for user, name in rows.values_list("members", "name"):
        found[user].append(name)
    return found


def open_book(
    *, course: Course, now: datetime, students: Sequence[Student] | None = None, groups: bool = False
) -> Book:
    """Return the gradebook; with `students` only their rows are read."""
    whole = students is None
    students = students_of(course) if students is None else students
    users = None if whole else [student.pk for student in students]
    categories = list(GradeCategory.objects.filter(course=course))
    works = works_of(course)
    columns = columns_of(course, works, now)
    keys = {column.row.item for column in columns if column.is_tied}
    results = results_of(course, keys, users)
    given = _given(course, users)
    extended = _extended(columns, now)
    people = [student.pk for student in students]
    by_column = [
        _cells(column, people, results.get(column.row.item, {}), given.get(column.pk, {}), extended)
        for column in columns
    ]
    return Book(
        course=course,
        rule=rule_of(course),
        categories=categories,
        columns=columns,
        students=list(students),
        cells=dict(zip(people, zip(*by_column, strict=True) if by_column else repeat(()), strict=False)),
        groups=groups_of(course) if groups else {},
    )


def columns_of(course: Course, works: Mapping[str, Work], now: datetime) -> list[Column]:
    """Return the columns in their order, with what each is worth."""
    rows = list(GradeColumn.objects.filter(course=course).select_related("category"))
    unknown = [
        row.item
        for row in rows
        if row.points is None and row.item in works and works[row.item].possible is None
    ]
    most = most_points(unknown)
    columns = []
    for row in rows:
        work = works.get(row.item)
        possible = row.points
        if possible is None and work is not None:
            possible = work.possible if work.possible is not None else most.get(row.item)
        closed = row.item != "" and (work is None or work.takes_nothing(work.closes_at, now))
        columns.append(Column(row, work, possible or 0.0, row.is_released(now), closed))
    return columns


def _cells(
    column: Column,
    people: Sequence[int],
    results: Mapping[int, Result],
    given: Mapping[int, Given],
    extended: Collection[tuple[str, int]],
) -> list[Cell]:
    """Return a column's cells, one for each of the `people`."""
    key, own = column.row.item, not column.is_tied
    cells: list[Cell] = []
    alike: dict[tuple[float | None, bool], Cell] = {}  # thousands are
    for user in people:
        result = results.get(user, NOTHING) if column.work else NOTHING
        mark = given.get(user)
        computed = scaled(result, column.possible)
        if mark is not None and mark.stands:
            cells.append(Cell(mark.points, mark.excused, computed, mark, still_open=False))
        else:
            may_come = own or result.pending
            if not may_come and not result.spent:
                may_come = not column.closed or (key, user) in extended
            cell = alike.get((computed, may_come)) if mark is None else None
            if cell is None:
                cell = Cell(computed, False, computed, mark, may_come)
                if mark is None:
                    alike[computed, may_come] = cell
            cells.append(cell)
    return cells


def scaled(result: Result, possible: float) -> float | None:
    """Return points on the column's scale: a quiz of 8 points may count 10."""
    if result.points is None or not result.possible or result.possible == possible:
        return result.points
    return round(result.points / result.possible * possible, 6)


def _given(course: Course, users: Collection[int] | None) -> Mapping[int, Mapping[int, Given]]:
    """Return the marks by column and student."""
    marks = GradeMark.objects.filter(column__course=course)
    if users is not None:
        marks = marks.filter(user__in=users)
    rows = marks.values_list("column_id", "user_id", "points", "excused", "reason", "revision")
    found: defaultdict[int, dict[int, Given]] = defaultdict(dict)
    for column, user, points, excused, reason, revision in rows:
        found[column][user] = Given(points, excused, reason, revision)
    return found


def _extended(columns: Sequence[Column], now: datetime) -> set[tuple[str, int]]:
    """Return who may still hand in which works, later than others."""
    works = [column.work for column in columns if column.work]
    later = clock.later_closings(works)
    return {
        (work.deadline_key, user)
        for work in works
        for user, closes_at in later.get(work.deadline_key, {}).items()
        if not work.takes_nothing(closes_at, now)
    }
