"""The doors to exercises, challenges, boards and what is handed in to them."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from classroom.access import (
    Seat,
    grader_seat,
    instructor_seat,
    seat_in,
    staff_seat,
    student_seat,
)
from projects.access.events import challenge_to_organise
from projects.access.rows import one_of
from projects.models import (
    Board,
    Challenge,
    CustomExercise,
    DataSet,
    Regrade,
    Submission,
)


def challenge_to_see(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Challenge]:
    """Return a challenge that the person may see: staff all, students the published ones."""
    seat = seat_in(request, slug)
    return seat, _challenge(seat, pk, now=now)


def data_to_download(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, DataSet]:
    """Return the data of a challenge that the person may see."""
    seat, challenge = challenge_to_see(request, slug, pk, now=now)
    return seat, one_of(DataSet.objects.filter(challenge=challenge).first())


def challenge_to_hand_in(
    request: HttpRequest, slug: str, pk: int, *, now: datetime
) -> tuple[Seat, Challenge]:
    """Return a challenge that a student may hand in to; whether it is open is the service's to say."""
    seat = student_seat(request, slug)
    return seat, _challenge(seat, pk, now=now)


def challenge_to_review(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Challenge]:
    """Return a challenge with everybody's results, for staff."""
    seat = staff_seat(request, slug)
    return seat, _challenge(seat, pk, now=None)


def challenge_to_grade(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Challenge]:
    """Return a challenge whose hand-ins the person may grade again or write about."""
    seat = grader_seat(request, slug)
    return seat, _challenge(seat, pk, now=None)


def challenge_to_extend(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Challenge]:
    """Return a challenge for which an instructor may give more time."""
    seat = instructor_seat(request, slug)
    return seat, _challenge(seat, pk, now=None)


def submission_to_see(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Submission]:
    """Return a hand-in that the person may see: staff all, students their own and their team's."""
    seat = seat_in(request, slug)
    found = _submissions(seat).filter(pk=pk)
    if not seat.is_staff:
        found = found.filter(
            Q(user=seat.user) | Q(authors=seat.user) | Q(team__memberships__user=seat.user)
        ).distinct()
    return seat, one_of(found.first())


def submission_to_choose(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Submission]:
    """Return a hand-in of the student's own, or of the team the student is in now."""
    seat = student_seat(request, slug)
    own = Q(user=seat.user, team=None) | Q(team__memberships__user=seat.user)
    return seat, one_of(_submissions(seat).filter(own, pk=pk).distinct().first())


def submission_to_grade(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Submission]:
    """Return a hand-in that the person may grade."""
    seat = grader_seat(request, slug)
    return seat, one_of(_submissions(seat).filter(pk=pk).first())


def regrade_to_see(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Regrade]:
    """Return a regrade with its report, for staff."""
    return (seat := staff_seat(request, slug)), _regrade(seat, pk)


def regrade_to_decide(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Regrade]:
    """Return a regrade that the person may apply or discard."""
    return (seat := grader_seat(request, slug)), _regrade(seat, pk)


def exercises_to_write(request: HttpRequest, slug: str) -> Seat:
    """Return the seat of an instructor, who writes the course's own exercises."""
    return instructor_seat(request, slug)


def exercise_to_hand_out(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, CustomExercise]:
    """Return a version of an exercise of the course's own, for an instructor."""
    seat = instructor_seat(request, slug)
    return seat, one_of(CustomExercise.objects.filter(course=seat.course, pk=pk).first())


def board_to_see(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Board]:
    """Return the leaderboard of a challenge that the person may see."""
    seat, found = challenge_to_see(request, slug, pk, now=now)
    return seat, one_of(_boards(seat).filter(challenge=found).first())


def board_to_organise(request: HttpRequest, slug: str, pk: int, challenge: int) -> tuple[Seat, Board]:
    """Return the leaderboard of a challenge whose hackathon an instructor organises."""
    seat, _event, found = challenge_to_organise(request, slug, pk, challenge)
    return seat, one_of(_boards(seat).filter(challenge=found).first())


def _challenge(seat: Seat, pk: int, *, now: datetime | None) -> Challenge:
    found = Challenge.objects.select_related("course", "week", "hackathon").filter(course=seat.course, pk=pk)
    if not seat.is_staff and now is not None:
        found = found.visible(now)
    return one_of(found.first())


def _boards(seat: Seat) -> QuerySet[Board]:
    boards = Board.objects.select_related("challenge__course", "challenge__hackathon__course")
    return boards.filter(challenge__course=seat.course)


def _regrade(seat: Seat, pk: int) -> Regrade:
    found = Regrade.objects.select_related("challenge__course", "begun_by")
    return one_of(found.filter(challenge__course=seat.course, pk=pk).first())


def _submissions(seat: Seat) -> QuerySet[Submission]:
    return Submission.objects.select_related("challenge__course", "user", "team").filter(
        challenge__course=seat.course
    )
