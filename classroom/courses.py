"""Courses as a whole: made, set up, put away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classroom import announcing, audit
from classroom.errors import Refused
from classroom.models import Course, Enrolment, Role, User

#: What an instructor sets; the webhook is told nowhere, not even in the audit log.
FIELDS = (
    "title",
    "term",
    "slug",
    "language",
    "time_zone",
    "starts_on",
    "ends_on",
    "max_missed_sessions",
    "max_team_size",
    "mattermost_webhook",
)


def may_create(user: User) -> bool:
    """Tell whether somebody may make new courses: administrators, and whom they allowed to."""
    return user.has_perm("classroom.add_course")


def create(*, course: Course, by: User, now: datetime) -> Course:
    """Store a new course; whoever makes it is its instructor.

    Raises
    ------
    Refused
        Another course has this short name.
    """
    try:
        with transaction.atomic():
            course.save(force_insert=True)
            Enrolment.objects.create(course=course, user=by, role=Role.INSTRUCTOR)
            audit.note(course, by, "course.created", now)
    except IntegrityError:
        raise _taken() from None
    return course


def change(*, course: Course, values: Mapping[str, Any], by: User, now: datetime) -> list[str]:
    """Change a course's settings and return the names of those that became others.

    Raises
    ------
    Refused
        Another course has this short name.
    """
    try:
        with transaction.atomic():
            fresh = Course.objects.select_for_update().get(pk=course.pk)
            changed = [name for name in FIELDS if name in values and getattr(fresh, name) != values[name]]
            for name in changed:
                setattr(fresh, name, values[name])
            if changed:
                fresh.save(update_fields=changed)
                audit.note(course, by, "course.changed", now, fields=changed)
    except IntegrityError:
        raise _taken() from None
    course.refresh_from_db()
    return changed


def archive(*, course: Course, by: User, now: datetime) -> bool:
    """Put a course away: it can be read, and nothing can be written. Return False when it was before.

    What is scheduled to be announced becomes a draft again.
    """
    with transaction.atomic():
        archived = Course.objects.filter(pk=course.pk, archived_at=None).update(archived_at=now)
        if archived:
            announcing.hold_back(course=course, by=by, now=now)
            audit.note(course, by, "course.archived", now)
    return bool(archived)


def unarchive(*, course: Course, by: User, now: datetime) -> bool:
    """Take a course out of the archive. Return False when it was not there."""
    with transaction.atomic():
        archived = Course.objects.filter(pk=course.pk).exclude(archived_at=None)
        taken_out = archived.update(archived_at=None)
        if taken_out:
            audit.note(course, by, "course.unarchived", now)
    return bool(taken_out)


def _taken() -> Refused:
    return Refused(_("Another course has this short name already: choose another one."))
