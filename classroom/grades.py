"""How points become a grade: categories, weights, dropped work, and what is needed to pass. Pure.

What is dropped follows Canvas's rule: not the lowest percentages go, but those pieces without which the
category's ratio (points earned of points possible) is highest. 50 of 50, 65 of 100 and 12 of 24 with one
dropped keep the 50 and the 12: 83.8 %, where dropping the lowest percentage keeps 76.7 %.
Source: Kane and Kane, "Dropping lowest grades", Loyola University (2006); Canvas `lib/grade_calculator.rb`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True, slots=True)
class Mark:
    """What one piece of work came to.

    Parameters
    ----------
    possible
        The points there are; 0 for a piece that only gives extra points, which is never dropped.
    earned
        The points somebody has; None where there is no result (yet).
    excused
        It counts for nothing, whatever was earned.
    keep
        It is never dropped.
    """

    possible: float
    earned: float | None = None
    excused: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """Marks that count together; `weight` in percent, None where all categories count by their points."""

    marks: Sequence[Mark]
    weight: float | None = None
    drop_lowest: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """Points earned of points possible; `share` is their ratio, None where nothing counts (yet)."""

    earned: float
    possible: float

    @property
    def share(self) -> float | None:
        """The ratio, 0 to 1, or more with extra points."""
        return self.earned / self.possible if self.possible > 0 else None


def counted(category: Category, *, missing_is_zero: bool) -> list[Mark]:
    """Return the marks of a category that count: excused and dropped ones do not.

    Parameters
    ----------
    missing_is_zero
        Whether work without a result counts as 0; else it is left out, as if there were none.
    """
    there = [mark for mark in category.marks if not mark.excused]
    if missing_is_zero:
        there = [
            mark if mark.earned is not None else Mark(mark.possible, 0.0, keep=mark.keep) for mark in there
        ]
    else:
        there = [mark for mark in there if mark.earned is not None]
    fixed = [mark for mark in there if mark.keep or mark.possible == 0]
    loose = [mark for mark in there if not (mark.keep or mark.possible == 0)]
    at_least = 0 if any(mark.possible for mark in fixed) else 1  # something always counts
    return fixed + _best(fixed, loose, min(len(loose), max(at_least, len(loose) - category.drop_lowest)))


def _best(fixed: Sequence[Mark], loose: Sequence[Mark], count: int) -> list[Mark]:
    """Return the `count` of the loose marks with which, beside the fixed ones, the ratio is highest.

    A set's ratio is above q if its sum of earned - q * possible is positive, and the best set for one q are
    the marks with the largest such values. Each step takes the last set's ratio as q and finds a set with a
    higher one, until there is none (Dinkelbach's method): a few steps, whatever the number of marks.
    """
    if count == len(loose):
        return list(loose)
    best = _top(loose, count, 0.0)
    ratio = _sum([*fixed, *best]).share
    while ratio is not None:
        kept = _top(loose, count, ratio)
        share = _sum([*fixed, *kept]).share
        if share is None or share <= ratio:
            break
        best, ratio = kept, share
    return best


def _top(loose: Sequence[Mark], count: int, ratio: float) -> list[Mark]:
    ranked = sorted(range(len(loose)), key=lambda at: _worth(loose[at], ratio), reverse=True)
    return [loose[at] for at in sorted(ranked[:count])]


def _worth(mark: Mark, ratio: float) -> float:
    return (mark.earned or 0.0) - ratio * mark.possible


def _sum(marks: Sequence[Mark]) -> Sum:
    return Sum(fsum(mark.earned or 0.0 for mark in marks), fsum(mark.possible for mark in marks))


def category_sum(category: Category, *, missing_is_zero: bool) -> Sum:
    """Return what a category comes to."""
    return _sum(counted(category, missing_is_zero=missing_is_zero))


def course_share(categories: Sequence[Category], *, missing_is_zero: bool) -> float | None:
    """Return the share of the course's points, 0 to 1, that somebody has; None where nothing counts yet.

    With weights, the categories in which something counts are weighted; those in which nothing does leave
    their weight to the others. Without any, all points are one sum.
    """
    sums = [category_sum(category, missing_is_zero=missing_is_zero) for category in categories]
    if all(category.weight is None for category in categories):
        return Sum(fsum(one.earned for one in sums), fsum(one.possible for one in sums)).share
    weighted = [
        (category.weight or 0.0, one.share)
        for category, one in zip(categories, sums, strict=True)
        if one.share is not None
    ]
    whole = fsum(weight for weight, _ in weighted)
    return fsum(weight * share for weight, share in weighted) / whole if whole > 0 else None


def percent(share: float | None) -> float | None:
    """Return a share in percent, rounded to two decimals, halves up: the last step, never one in between."""
    return None if share is None else int(share * 10_000 + 0.5 + 1e-9) / 100
