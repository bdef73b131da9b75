"""The leader board of a quiz."""

from dataclasses import dataclass

from quizzes.models import Attempt, Quiz
from quizzes.scoring import counted

#: How many places are shown; who shares the last one is shown, too, as long as there is room.
PLACES = 5
MOST_NAMES = 12


@dataclass(frozen=True)
class Leader:
    """A line of the board; equal points share a place, and the next place is that much lower."""

    place: int
    name: str
    points: float
    is_guest: bool


def leaders(*, quiz: Quiz) -> list[Leader]:
    """Return who is in front, by name within a place; people whom the instructor sent away are not."""
    attempts = (
        Attempt.objects.filter(
            quiz=quiz,
            score__gt=0,
            user__enrolments__course=quiz.course_id,
            user__enrolments__left_at=None,
        )
        .select_related("user")
        .order_by("number")
    )
    scores: dict[int, list[float]] = {}
    users = {}
    for attempt in attempts:
        scores.setdefault(attempt.user_id, []).append(attempt.score or 0)
        users[attempt.user_id] = attempt.user
    points = {user: counted(of, quiz.counts) or 0 for user, of in scores.items()}
    ranked = sorted(points, key=lambda user: (-points[user], str(users[user]).casefold(), user))
    board: list[Leader] = []
    for before, user in enumerate(ranked):
        tied = board and board[-1].points == points[user]
        place = board[-1].place if tied else before + 1
        if place > PLACES or len(board) == MOST_NAMES:
            break
        board.append(Leader(place, str(users[user]), points[user], users[user].is_guest))
    return board
