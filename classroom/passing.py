"""Whether somebody passes, and what is still needed for it. Pure; the grades themselves are in `grades`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, fsum

from classroom.grades import Category, Mark, category_sum, course_share, percent

#: To how much of a percent it is told what is still needed.
NEEDED_STEP = 0.1


class Verdict(StrEnum):
    """What can be said for certain."""

    PASSED = "passed"  # even if nothing more is earned
    FAILED = "failed"  # even if everything that may still come is earned
    OPEN = "open"


@dataclass(frozen=True)
class Rule:
    """At least so many percent of the course, or so many points in all."""

    least: float
    in_points: bool = False


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: in percent, as `grades.percent` rounds; None where nothing counts.

    `reached` is what the rule compares with if nothing more is earned: percent or points.
    """

    so_far: float | None
    if_zero: float | None
    reached: float | None = None
    verdict: Verdict | None = None


#: For each category, which of its marks may still come or grow.
Open = Sequence[Sequence[bool]]


def standing(categories: Sequence[Category], still_open: Open, rule: Rule | None) -> Standing:
    """Return where somebody stands, and the verdict if there is a rule."""
    so_far = percent(course_share(categories, missing_is_zero=False))
    missing = any(mark.earned is None and not mark.excused for one in categories for mark in one.marks)
    if_zero = percent(course_share(categories, missing_is_zero=True)) if missing else so_far
    if rule is None:
        return Standing(so_far, if_zero)
    low = reached(categories, rule) if rule.in_points else if_zero
    return Standing(so_far, if_zero, low, verdict(categories, still_open, rule, low=low))


def verdict(
    categories: Sequence[Category], still_open: Open, rule: Rule, *, low: float | None = None
) -> Verdict:
    """Return what is certain; `low` is what is reached already, where that is known."""
    if _enough(reached(categories, rule) if low is None else low, rule):
        return Verdict.PASSED
    if not any(any(flags) for flags in still_open):
        return Verdict.FAILED
    if _enough(reached(_with_open(categories, still_open, 1.0), rule), rule):
        return Verdict.OPEN
    return Verdict.FAILED


def needed(categories: Sequence[Category], still_open: Open, rule: Rule) -> float | None:
    """Return which share (percent) of everything still open is enough to pass; None unless that is open.

    The same share of each is meant. More points never lower a grade, so halving the interval finds it.
    """
    if verdict(categories, still_open, rule) != Verdict.OPEN:
        return None
    low, high = 0.0, 1.0
    while high - low > NEEDED_STEP / 1000:
        middle = (low + high) / 2
        if _enough(reached(_with_open(categories, still_open, middle), rule), rule):
            high = middle
        else:
            low = middle
    return min(100.0, round(ceil(high * 100 / NEEDED_STEP - 0.01) * NEEDED_STEP, 6))


def reached(categories: Sequence[Category], rule: Rule) -> float | None:
    """Return what the rule compares, with 0 for what is missing: percent, or the points that count."""
    if not rule.in_points:
        return percent(course_share(categories, missing_is_zero=True))
    return round(fsum(category_sum(category, missing_is_zero=True).earned for category in categories), 2)


def _enough(value: float | None, rule: Rule) -> bool:
    return value is not None and value >= rule.least


def _with_open(categories: Sequence[Category], still_open: Open, share: float) -> list[Category]:
    return [
        replace(
            category, marks=[_grown(mark, share) if may else mark for mark, may in zip(*pair, strict=True)]
        )
        for category, *pair in zip(
            categories, (category.marks for category in categories), still_open, strict=True
        )
    ]


def _grown(mark: Mark, share: float) -> Mark:
    earned = max(mark.earned or 0.0, share * mark.possible)
    return Mark(mark.possible, earned, excused=mark.excused, keep=mark.keep)
