"""Who is in a live room, for its pages."""

from dataclasses import dataclass
from datetime import datetime

from classroom.models import Enrolment, User
from quizzes.models import Arrival, Quiz, Room
from quizzes.queries.live import students_of

#: From so many on, students see a number and no names: nobody reads on, and every page asks for them.
MOST_NAMES = 60


@dataclass(frozen=True)
class ArrivedRow:
    """Somebody in the lobby."""

    user_id: int
    name: str
    is_guest: bool


def arrived(*, room: Room) -> list[ArrivedRow]:
    """Return who has come, the newest first."""
    rows = Arrival.objects.filter(room=room).select_related("user").order_by("-arrived_at", "-pk")
    return [ArrivedRow(row.user_id, str(row.user), row.user.is_guest) for row in rows]


def lobby(*, room: Room) -> dict[str, object]:
    """Return what those who wait see of each other."""
    people = arrived(room=room)
    return {"people": people, "names_shown": len(people) < MOST_NAMES}


def expected(*, quiz: Quiz) -> int:
    """Return how many students the course has."""
    return students_of(quiz.course)


def quiz_of_guest(*, user: User, now: datetime) -> Quiz | None:
    """Return the quiz that a guest came to last and may still see."""
    courses = Enrolment.objects.filter(user=user, left_at=None).values("course")
    mine = Quiz.objects.filter(
        room__arrivals__user=user, course__in=courses, anonymous=True, published_at__lte=now
    )
    return mine.select_related("course").order_by("-room__arrivals__arrived_at").first()
