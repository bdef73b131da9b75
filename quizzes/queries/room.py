"""What the pages of a live room show."""

from datetime import datetime

from classroom.models import Enrolment, User
from quizzes.models import Quiz


def quiz_of_guest(*, user: User, now: datetime) -> Quiz | None:
    """Return the quiz that a guest came to last and may still see."""
    courses = Enrolment.objects.filter(user=user, left_at=None).values("course")
    mine = Quiz.objects.filter(
        room__arrivals__user=user, course__in=courses, anonymous=True, published_at__lte=now
    )
    return mine.select_related("course").order_by("-room__arrivals__arrived_at").first()
