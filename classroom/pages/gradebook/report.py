"""One student's grades, category by category: what counts, what was dropped, what is still needed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from classroom.grades import Category, Sum, category_sum, counted, percent
from classroom.models import GradeCategory
from classroom.pages.gradebook.book import Book, Cell, Column
from classroom.passing import Rule, Standing, Verdict, needed, standing, verdict

#: What a student does not see: nothing that counts in totals, anything as to what may still come.
UNSEEN = Cell(None, True, None, None, still_open=False)
UNKNOWN = Cell(None, False, None, None, still_open=True)


@dataclass(frozen=True)
class Line:
    """One piece of work."""

    column: Column
    cell: Cell
    #: The student does not see the result (yet).
    hidden: bool
    dropped: bool
    #: The student may not even know what it is.
    secret: bool
    #: What the student typed to see what would be.
    typed: str = ""


@dataclass(frozen=True)
class Part:
    """A category: its lines and what they come to."""

    category: GradeCategory
    lines: list[Line]
    sum: Sum
    #: How much of the course it counts now, in percent; None where points are added up.
    counts: float | None

    @property
    def percent(self) -> float | None:
        """The share of the points so far."""
        return percent(self.sum.share)

    @property
    def dropped(self) -> int:
        """How many results are dropped."""
        return sum(line.dropped for line in self.lines)


@dataclass(frozen=True)
class Report:
    """All of it."""

    parts: list[Part]
    standing: Standing
    rule: Rule | None
    #: Percent of everything open that is enough to pass.
    needed: float | None


def report_of(
    book: Book,
    user: int,
    *,
    hidden: Collection[int] = (),
    secret: Collection[int] = (),
    supposed: Mapping[int, float] | None = None,
    typed: Mapping[int, str] | None = None,
) -> Report:
    """Return a student's grades.

    Parameters
    ----------
    hidden
        The columns whose result the student does not see: it is in no total, and as to passing it may be
        anything.
    secret
        Those among them of which the student may not know yet.
    supposed
        Points that the student supposes to get, by column; they count instead of what is there.
    typed
        What stands in the fields for that, by column.
    """
    supposed = supposed or {}
    given = [
        Cell(supposed[column.pk], False, cell.computed, None, still_open=False)
        if column.pk in supposed
        else cell
        for column, cell in zip(book.columns, book.cells[user], strict=True)
    ]
    unseen = [column.pk in hidden and column.pk not in supposed for column in book.columns]
    seen = [UNSEEN if hide else cell for cell, hide in zip(given, unseen, strict=True)]
    possible = [UNKNOWN if hide else cell for cell, hide in zip(given, unseen, strict=True)]
    return Report(
        parts=_parts(book, seen, unseen, secret, typed or {}),
        standing=_standing(book, seen, possible),
        rule=book.rule,
        needed=needed(*book.sheet(possible), book.rule) if book.rule else None,
    )


def _standing(book: Book, seen: Sequence[Cell], possible: Sequence[Cell]) -> Standing:
    """Return totals of what is seen, and a verdict that holds whatever is not."""
    totals = standing(*book.sheet(seen), book.rule)
    said: Verdict | None = verdict(*book.sheet(possible), book.rule) if book.rule else None
    return Standing(totals.so_far, totals.if_zero, totals.reached, said)


def _parts(
    book: Book,
    cells: Sequence[Cell],
    unseen: Sequence[bool],
    secret: Collection[int],
    typed: Mapping[int, str],
) -> list[Part]:
    categories, _open = book.sheet(cells)
    sums = [category_sum(one, missing_is_zero=False) for one in categories]
    whole = sum(
        one.weight or 0.0 for one, total in zip(categories, sums, strict=True) if total.share is not None
    )
    weighted = any(one.weight is not None for one in categories)
    parts = []
    for (row, places), category, total in zip(book.places, categories, sums, strict=True):
        share = None
        if weighted:
            share = 100 * (category.weight or 0.0) / whole if whole and total.share is not None else 0.0
        gone = _dropped(category)
        parts.append(
            Part(
                row,
                [
                    Line(
                        column := book.columns[at],
                        cells[at],
                        hidden=unseen[at],
                        dropped=gone[number],
                        secret=column.pk in secret,
                        typed=typed.get(column.pk, ""),
                    )
                    for number, at in enumerate(places)
                ],
                total,
                share,
            )
        )
    return parts


def _dropped(category: Category) -> list[bool]:
    """Tell of each mark whether it is dropped: it has points, and they do not count."""
    counts = {id(mark) for mark in counted(category, missing_is_zero=False)}
    return [
        mark.earned is not None and not mark.excused and id(mark) not in counts for mark in category.marks
    ]
