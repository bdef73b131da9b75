"""Writing to students about what they handed in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from classroom.models import AuditEntry, Course, User
from classroom.models.notice import Sort
from classroom.notices import News, tell


def write_to(
    *, course: Course, people: Sequence[User], subject: str, body: str, by: User, now: datetime
) -> int:
    """Tell each of `people` the same, nobody seeing the others; return how many."""
    letter = uuid4().hex
    with transaction.atomic():
        news = [
            News(person, f"letter:{letter}", subject, body, course.get_absolute_url()) for person in people
        ]
        tell(sort=Sort.ANNOUNCEMENT, news=news, now=now, course=course)
        AuditEntry.objects.create(
            course=course,
            actor=by,
            action="letter.sent",
            detail={"subject": subject, "people": len(people)},
            at=now,
        )
    return len(people)
