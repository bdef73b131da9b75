"""Changing the gradebook: marks, each change kept, and what the gradebook consists of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from classroom.errors import Refused
from classroom.models import (
    AuditEntry,
    Course,
    GradeCategory,
    GradeChange,
    GradeColumn,
    GradeMark,
    PassingRule,
    User,
)
from classroom.models.gradebook import MOST_POINTS, MOST_REASON


class Conflict(Refused):
    """Somebody else changed the mark since; `mark` is theirs, None where there is none any more."""

    def __init__(self, mark: GradeMark | None) -> None:
        super().__init__(_("Somebody else changed this meanwhile. Look at it again, then decide."))
        self.mark = mark


@dataclass(frozen=True)
class Change:
    """What somebody wants a cell to be.

    Parameters
    ----------
    points, excused
        The mark; without either it is taken back, and the work's own score counts again.
    seen
        The revision of the mark the person looked at; 0: there was none.
    computed
        The work's own points at that time, for the history.
    """

    column: GradeColumn
    user: int
    points: float | None
    excused: bool = False
    reason: str = ""
    seen: int = 0
    computed: float | None = None


def save_mark(*, change: Change, by: User, now: datetime) -> GradeMark:
    """Save one mark; see `save_marks`."""
    return save_marks(changes=[change], by=by, now=now)[0]


def save_marks(*, changes: Sequence[Change], by: User, now: datetime) -> list[GradeMark]:
    """Save marks, all or none, and keep what each was changed to.

    Raises
    ------
    Conflict
        Somebody changed one of them after it was looked at.
    Refused
        Points are out of range, or an override of a computed score gives no reason.
    """
    for change in changes:
        _check(change)
    with transaction.atomic():
        marks = _written(changes, by, now)
        GradeChange.objects.bulk_create(
            (
                GradeChange(
                    mark=mark,
                    revision=mark.revision,
                    points=mark.points,
                    excused=mark.excused,
                    reason=mark.reason,
                    by=by,
                    at=now,
                    computed=change.computed,
                )
                for mark, change in zip(marks, changes, strict=True)
            ),
            batch_size=500,
        )
    return marks


def import_marks(*, course: Course, changes: Sequence[Change], name: str, by: User, now: datetime) -> None:
    """Save the marks of a file called `name`, all or none, and log that it was done; see `save_marks`."""
    with transaction.atomic():
        save_marks(changes=changes, by=by, now=now)
        detail = {"file": name, "marks": len(changes), "students": len({change.user for change in changes})}
        AuditEntry.objects.create(course=course, actor=by, action="grades.imported", detail=detail, at=now)


def _check(change: Change) -> None:
    points = change.points
    if points is not None and not (isfinite(points) and 0 <= points <= MOST_POINTS):
        raise Refused(_("Points are a number from 0 to %(most)d.") % {"most": MOST_POINTS})
    if len(change.reason) > MOST_REASON:
        raise Refused(_("The reason is too long: %(most)d characters are the most.") % {"most": MOST_REASON})
    stands = change.excused or points is not None
    if stands and change.column.item and not change.reason.strip():
        raise Refused(
            _("Say why: this takes the place of the score from “%(title)s”.") % {"title": change.column.title}
        )


def _written(changes: Sequence[Change], by: User, now: datetime) -> list[GradeMark]:
    """Write the marks, under their columns' rows: so the revisions that were seen still hold at the end."""
    columns = {change.column.pk for change in changes}
    locked = GradeColumn.objects.select_for_update().filter(pk__in=columns).order_by("pk")
    if len(locked) < len(columns):
        raise Refused(_("A column was deleted meanwhile. Load the page again."))
    known = {
        (mark.column_id, mark.user_id): mark
        for mark in GradeMark.objects.filter(column__in=columns, user__in={c.user for c in changes})
    }
    marks, new, old = [], [], []
    for change in changes:
        mark = known.get((change.column.pk, change.user))
        if (mark.revision if mark else 0) != change.seen:
            raise Conflict(mark)
        if mark is None:
            mark = GradeMark(column=change.column, user_id=change.user, revision=0)
            new.append(mark)
        else:
            old.append(mark)
        mark.points, mark.excused = None if change.excused else change.points, change.excused
        mark.reason, mark.by, mark.at = change.reason.strip(), by, now
        mark.revision += 1
        marks.append(mark)
    GradeMark.objects.bulk_create(new, batch_size=500)
    GradeMark.objects.bulk_update(
        old, ["points", "excused", "reason", "by", "at", "revision"], batch_size=500
    )
    return marks


def set_rule(*, course: Course, kind: str, least: Decimal | None, by: User, now: datetime) -> None:
    """Say what it takes to pass; without a kind nobody passes or fails."""
    with transaction.atomic():
        if kind and least:
            PassingRule.objects.update_or_create(course=course, defaults={"kind": kind, "least": least})
        else:
            PassingRule.objects.filter(course=course).delete()
        detail = {"kind": kind, "least": str(least) if kind else ""}
        AuditEntry.objects.create(course=course, actor=by, action="grades.rule", detail=detail, at=now)


def save_category(*, category: GradeCategory, by: User, now: datetime) -> None:
    """Save a category, new or changed.

    Raises
    ------
    Refused
        Another one has got the same title at the same moment.
    """
    try:
        _save_category(category, by, now)
    except IntegrityError as error:
        raise Refused(_("There is a category of this title already: choose another one.")) from error


def _save_category(category: GradeCategory, by: User, now: datetime) -> None:
    with transaction.atomic():
        if category.pk is None:
            category.save(force_insert=True)
        else:
            category.save(update_fields=["title", "weight", "drop_lowest"])
        detail = {
            "title": category.title,
            "weight": None if category.weight is None else str(category.weight),
            "drop_lowest": category.drop_lowest,
        }
        AuditEntry.objects.create(
            course=category.course, actor=by, action="grades.category_saved", detail=detail, at=now
        )


def add_column(*, column: GradeColumn, by: User, now: datetime) -> GradeColumn:
    """Put a column at the end of its category.

    Raises
    ------
    Refused
        The piece of work is in the gradebook already.
    """
    column.position = _end_of(column.category)
    try:
        with transaction.atomic():
            column.save(force_insert=True)
            _log(column.course, by, "grades.column_added", column, now)
    except IntegrityError as error:
        raise Refused(_("“%(title)s” is in the gradebook already.") % {"title": column.title}) from error
    return column


def change_column(*, column: GradeColumn, fields: Iterable[str], by: User, now: datetime) -> None:
    """Save what was changed of a column; in another category it stands at the end."""
    with transaction.atomic():
        before = GradeColumn.objects.values_list("category", flat=True).get(pk=column.pk)
        names = set(fields)
        if before != column.category_id:
            column.position = _end_of(column.category)
            names |= {"position"}
        column.save(update_fields=names)
        _log(column.course, by, "grades.column_changed", column, now)


def _end_of(category: GradeCategory) -> int:
    last: int | None = category.columns.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def release(*, column: GradeColumn, shown: bool, by: User, now: datetime) -> bool:
    """Show a column to students, or take it from their sight; return False if it was so already."""
    with transaction.atomic():
        found = GradeColumn.objects.filter(pk=column.pk, released_at__isnull=shown)
        changed = found.update(released_at=now if shown else None)
        if changed:
            _log(column.course, by, "grades.released" if shown else "grades.hidden", column, now)
    return bool(changed)


def delete_column(*, column: GradeColumn, by: User, now: datetime) -> int:
    """Delete a column with its marks and their history; return how many marks stood in it."""
    with transaction.atomic():
        lost = GradeMark.objects.filter(column=column).standing().count()
        _log(column.course, by, "grades.column_deleted", column, now, marks=lost)
        column.delete()
    return lost


def delete_category(*, category: GradeCategory, by: User, now: datetime) -> None:
    """Delete a category.

    Raises
    ------
    Refused
        There are columns in it.
    """
    with transaction.atomic():
        if GradeColumn.objects.filter(category=category).exists():
            raise Refused(_("There are columns in it: move them to another category first, or delete them."))
        AuditEntry.objects.create(
            course=category.course,
            actor=by,
            action="grades.category_deleted",
            detail={"title": category.title},
            at=now,
        )
        category.delete()


def move(*, thing: GradeCategory | GradeColumn, up: bool) -> None:
    """Let a category, or a column in its category, and its neighbour change places."""
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=thing.course_id)
        if isinstance(thing, GradeColumn):
            beside: QuerySet[Any] = GradeColumn.objects.filter(category=thing.category_id)
        else:
            beside = GradeCategory.objects.filter(course=thing.course_id)
        keys = list(beside.order_by("position", "pk").values_list("pk", flat=True))
        at = keys.index(thing.pk)
        to = at - 1 if up else at + 1
        if 0 <= to < len(keys):
            keys[at], keys[to] = keys[to], keys[at]
        for position, key in enumerate(keys):
            beside.filter(pk=key).update(position=position)


def _log(course: Course, by: User, action: str, column: GradeColumn, now: datetime, **more: object) -> None:
    AuditEntry.objects.create(
        course=course,
        actor=by,
        action=action,
        item=f"grade column:{column.pk}",
        detail={"title": column.title} | more,
        at=now,
    )
