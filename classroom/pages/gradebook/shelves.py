"""The gradebook's categories with their columns, and what an instructor should know about how they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import Course, GradeCategory
from classroom.pages.gradebook.book import Column, columns_of
from classroom.pages.gradebook.works import works_of
from classroom.passing import Rule
from classroom.works import Work


@dataclass(frozen=True)
class Shelf:
    """A category with its columns."""

    category: GradeCategory
    columns: list[Column]
    #: Percent of the course after the weights were brought to 100; None where points are added up.
    share: float | None


def shelves_of(course: Course, now: datetime) -> tuple[list[Shelf], dict[str, Work]]:
    """Return the categories with their columns, and the works that are in no column."""
    categories = list(GradeCategory.objects.filter(course=course))
    works = works_of(course)
    columns = columns_of(course, works, now)
    whole = sum(float(one.weight or 0) for one in categories)
    weighted = any(one.weight is not None for one in categories)
    shelves = [
        Shelf(
            one,
            [column for column in columns if column.row.category_id == one.pk],
            100 * float(one.weight or 0) / whole if weighted and whole else None,
        )
        for one in categories
    ]
    used = {column.row.item for column in columns}
    return shelves, {key: work for key, work in works.items() if key not in used}


def warnings_about(shelves: Sequence[Shelf], rule: Rule | None) -> list[str]:
    """Return what is surprising, in sentences."""
    return [*_about_weights(shelves), *_about_columns(shelves), *_about_the_rule(shelves, rule)]


def _about_weights(shelves: Sequence[Shelf]) -> list[str]:
    weights = [float(shelf.category.weight) for shelf in shelves if shelf.category.weight is not None]
    said = []
    if weights and abs(sum(weights) - 100) > 0.005:
        said.append(
            _("The weights add up to %(sum)g, not to 100: each counts as its share of that.")
            % {"sum": sum(weights)}
            if sum(weights)
            else _("All weights are 0: nothing counts.")
        )
    without = [shelf.category.title for shelf in shelves if weights and shelf.category.weight is None]
    if without:
        said.append(
            _("Without a weight beside weighted categories these count nothing: %(titles)s.")
            % {"titles": ", ".join(without)}
        )
    return said


def _about_columns(shelves: Sequence[Shelf]) -> list[str]:
    said = []
    for shelf in shelves:
        drop, loose = shelf.category.drop_lowest, sum(not column.row.keep for column in shelf.columns)
        if drop and loose <= drop:
            said.append(
                ngettext(
                    "“%(title)s” drops %(n)d result, but has no more than that to drop: one always counts.",
                    "“%(title)s” drops %(n)d results, but has no more than that to drop: one always counts.",
                    drop,
                )
                % {"title": shelf.category.title, "n": drop}
            )
        said += [sentence for column in shelf.columns if (sentence := _about_column(column))]
    return said


def _about_column(column: Column) -> str:
    title = {"title": column.row.title}
    if column.is_tied and column.work is None:
        return (
            _("“%(title)s” has no quiz or challenge any more, or one that gives no points: only marks count.")
            % title
        )
    if column.possible == 0:
        return _("“%(title)s” has 0 points: whatever is earned in it comes on top.") % title
    return ""


def _about_the_rule(shelves: Sequence[Shelf], rule: Rule | None) -> list[str]:
    if rule is None or not rule.in_points:
        return []
    most = sum(column.possible for shelf in shelves for column in shelf.columns)
    if rule.least <= most:
        return []
    return [
        _("It takes %(least)g points to pass, but all columns together have %(most)g.")
        % {"least": rule.least, "most": most}
    ]
