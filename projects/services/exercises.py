"""Exercises of one's own: taking a file in, and handing an exercise out."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from classroom import bell
from classroom.models import AuditEntry, Course, User, Week
from projects.custom import PROVE_TASK, read
from projects.errors import Refused
from projects.models import Challenge, CustomExercise


def upload_exercise(*, course: Course, by: User, content: bytes, now: datetime) -> CustomExercise:
    """Store a file as the next version of its exercise, and ask a worker to prove it.

    Raises
    ------
    Refused
        It is no exercise; the message says what to change.
    """
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("This file is no text: upload the exercise's Python file.")) from None
    info = read(source)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        earlier = CustomExercise.objects.filter(course=course, slug=info.id)
        last = earlier.aggregate(last=Max("number"))["last"] or 0
        version = CustomExercise.objects.create(
            course=course,
            slug=info.id,
            number=last + 1,
            title=info.title.en[:200],
            source=source,
            uploaded_by=by,
            uploaded_at=now,
        )
        bell.ring(PROVE_TASK)
    return version


def hand_out(
    *, version: CustomExercise, by: User, week: Week | None, closes_at: datetime | None, now: datetime
) -> Challenge:
    """Make a proven exercise a challenge of its course, open from now on.

    Raises
    ------
    Refused
        It has not been proven.
    """
    if not version.is_sound:
        raise Refused(_("Only an exercise that has been proven can be handed out."))
    with transaction.atomic():
        challenge = Challenge.objects.create(
            course=version.course,
            week=week,
            title=version.title,
            exercise=version.name,
            published_at=now,
            opens_at=now,
            closes_at=closes_at,
        )
        AuditEntry.objects.create(
            course=version.course,
            actor=by,
            action="exercise.handed_out",
            item=f"challenge:{challenge.pk}",
            at=now,
        )
    return challenge
