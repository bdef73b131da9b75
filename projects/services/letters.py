"""Writing to students about what they handed in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from classroom import notify
from classroom.models import AuditEntry, Course, User


def write_to(
    *, course: Course, people: Sequence[User], subject: str, body: str, by: User, now: datetime
) -> int:
    """Send the same e-mail to each of `people`, nobody seeing the others; return how many."""
    letter = uuid4().hex
    with transaction.atomic():
        for person in people:
            notify.email(
                key=f"letter:{letter}:{person.pk}",
                to=person.email,
                subject=subject,
                body=body,
                now=now,
                course=course,
            )
        AuditEntry.objects.create(
            course=course,
            actor=by,
            action="letter.sent",
            detail={"subject": subject, "people": len(people)},
            at=now,
        )
    return len(people)
