"""What people did to a quiz, for the course's audit."""

from datetime import datetime

from classroom.models import AuditEntry, User
from quizzes.models import Quiz


def note(
    quiz: Quiz, by: User, action: str, now: datetime, *, about: User | None = None, **detail: object
) -> None:
    """Write down an act, in the transaction that does it."""
    AuditEntry.objects.create(
        course=quiz.course,
        actor=by,
        action=action,
        about=about,
        item=quiz.deadline_key,
        detail=detail,
        at=now,
    )
