"""The demo's live leaderboard: handwritten digits, and two teams whose code the site's worker trains."""

from datetime import datetime, timedelta

from classroom.demo.exercises import STUDENT_CODE
from classroom.models import User
from projects import services, training
from projects.models import Board, Hackathon, Project

#: Which of the challenges has the board.
CHALLENGE = 1


def create_board(hackathon: Hackathon, organiser: User, now: datetime) -> Board:
    """Give a challenge a leaderboard that freezes two hours before teams stop handing in."""
    challenge = hackathon.challenges.order_by("position")[CHALLENGE]
    ends = challenge.closes_at
    return services.open_board(
        board=Board(
            challenge=challenge,
            time_zone=hackathon.course.time_zone,
            freezes_at=ends - timedelta(hours=2) if ends else None,
        ),
        material=services.Material("digits"),
        by=organiser,
        now=now,
    )


def hand_in_networks(board: Board, now: datetime) -> None:
    """Let each team on the board hand in: one what the editor held at first, one a network of its own."""
    own = (STUDENT_CODE / "digits_hidden_layer.txt").read_text(encoding="utf-8")
    projects = Project.objects.filter(challenge=board.challenge, withdrawn_at=None).select_related("team")
    for project, source in zip(projects.order_by("pk"), (own, training.starter(board.metric)), strict=False):
        services.hand_in(
            challenge=board.challenge,
            user=project.team.memberships.get(is_leader=True).user,
            filename="network.py",
            source=source.encode(),
            now=now,
        )
