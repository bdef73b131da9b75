"""Writing down who did what, in the transaction that does it."""

from datetime import datetime

from classroom.models import AuditEntry, Course, User


def note(
    course: Course | None,
    by: User | None,
    action: str,
    now: datetime,
    *,
    about: User | None = None,
    item: str = "",
    **detail: object,
) -> None:
    """Write down an act: what it was, whom and what it was about, and whatever else tells of it."""
    AuditEntry.objects.create(
        course=course, actor=by, action=action, about=about, item=item, detail=detail, at=now
    )
