"""Challenges: exercises, homework and hackathons' tasks, and what is handed in to them."""

from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field, File, Query, Router, Schema, Status, UploadedFile

from classroom import clock, exports
from classroom.access import Seat, seat_in
from classroom.api.auth import may
from classroom.api.paging import Page, Window, page_of
from classroom.api.quizzes import Writer
from classroom.models import Scope
from projects import access, queries, services
from projects.errors import Refused
from projects.intake import MAX_SOURCE_BYTES
from projects.models import Challenge, Source, Submission, Team

router = Router(tags=["Challenges"])


class ChallengeOut(Schema):
    """Something to hand in to; `score` and `submissions` are yours, or for staff everybody's number."""

    id: int = Field(examples=[3])
    title: str = Field(examples=["One hidden layer"])
    week: int | None = Field(description="The number of its week.", examples=[7])
    hackathon: int | None = Field(description="The hackathon whose task it is.")
    exercise: str = Field(
        description="What grades it; empty: people do.", examples=["planar-one-hidden-layer"]
    )
    opens_at: datetime | None
    closes_at: datetime | None = Field(description="For everybody who has no extension.")
    deadline: datetime | None = Field(description="Yours, extensions included.")
    is_open: bool = Field(description="Whether the clock lets you hand in now.")
    score: float | None = Field(description="Of your hand-in that counts.", examples=[9.5])
    max_score: float | None = Field(examples=[10.0])
    submissions: int
    url: str = Field(description="Its page.")


class ChallengeDetail(ChallengeOut):
    """A challenge with its task and its rules."""

    description: str = Field(description="Markdown.")
    starter_code: str
    counts: str = Field(description="Which hand-in counts: best, last or chosen.", examples=["best"])
    tries: int | None = Field(description="How many hand-ins within the window; null: any number.")
    tries_window_minutes: int
    next_try_at: datetime | None = Field(description="When your next hand-in is accepted; null: now.")
    late_days: int = Field(description="Days after the deadline on which hand-ins are still taken.")
    late_percent: int = Field(description="What each such day costs, in percent.")


class SubmissionOut(Schema):
    """A hand-in."""

    id: int
    challenge: int
    number: int = Field(description="The first, second … of its person or team.")
    by: Writer
    team: str | None
    filename: str = Field(examples=["my_network.py"])
    size_bytes: int
    sha256: str = Field(description="Of the file as it was handed in.")
    submitted_at: datetime
    state: str = Field(
        description="received (people grade it), waiting, grading, blocked, failed or graded.",
        examples=["graded"],
    )
    score: float | None = Field(description="What counts: staff's points, or the grader's less lateness.")
    max_score: float | None
    late_factor: float = Field(description="The share of the grader's points that counts.", examples=[1.0])
    url: str = Field(description="The grade sheet's page.")


class HandIns(Window):
    """Which hand-ins are asked for."""

    counting: bool = Field(False, description="Only those that count, one a person or team.")


class FunctionOut(Schema):
    """The outcome for one function."""

    name: str = Field(examples=["backward"])
    verdict: str = Field(
        description=(
            "correct, wrong_values, wrong_shape, not_finite, raised, too_slow, missing, not_from_scratch "
            "or tampering."
        ),
        examples=["wrong_values"],
    )
    points: float
    max_points: float
    message: str = Field(description="In the language of `Accept-Language`, as all texts of a report.")
    hint: str
    expected: str
    got: str


class RunOut(Schema):
    """What a run for a leaderboard brought, in words."""

    score: str = Field(examples=["93.5 %"])
    private_score: str = Field(description="Empty until the result is final.")
    problem: str = Field(description="Why there is no score.")


class SubmissionDetail(SubmissionOut):
    """A hand-in with its report."""

    comment: str = Field(description="What staff who gave the points say.")
    problems: list[str] = Field(description="What kept parts of the file from being graded.")
    functions: list[FunctionOut] = Field(description="Empty until it is graded.")
    run: RunOut | None = Field(description="For leaderboards.")


@router.get(
    "/courses/{slug:slug}/challenges",
    auth=may(Scope.RESULTS),
    response=Page[ChallengeOut],
    summary="The course's challenges",
)
def challenges(request: HttpRequest, slug: str, window: Query[Window]) -> dict[str, object]:
    """For students the published exercises, homework and what their teams chose; for staff all."""
    now = clock.now()
    seat = seat_in(request, slug)
    if seat.is_staff:
        return page_of(
            request, _challenges(seat), window, lambda rows: [_for_staff(request, row, now) for row in rows]
        )
    cards = queries.cards_for(user=seat.user, course=seat.course, now=now)
    rows = _challenges(seat).in_bulk([card.challenge_id for card in cards])
    return page_of(
        request,
        cards,
        window,
        lambda piece: [_for_student(request, card, rows[card.challenge_id]) for card in piece],
    )


@router.get(
    "/courses/{slug:slug}/challenges/{key:challenge}",
    auth=may(Scope.RESULTS),
    response=ChallengeDetail,
    summary="One challenge",
)
def challenge(request: HttpRequest, slug: str, challenge: int) -> dict[str, object]:
    """One challenge with its task, and when your next try is free."""
    now = clock.now()
    seat, found = access.challenge_to_see(request, slug, challenge, now=now)
    if seat.is_staff:
        told = _for_staff(request, _challenges(seat).get(pk=found.pk), now) | {"next_try_at": None}
    else:
        told = _for_student_alone(request, seat, found, now)
    return told | {
        "description": found.description,
        "starter_code": found.starter_code,
        "counts": found.policy,
        "tries": found.tries,
        "tries_window_minutes": found.tries_window_minutes,
        "late_days": found.late_days,
        "late_percent": found.late_percent,
    }


@router.get(
    "/courses/{slug:slug}/challenges/{key:challenge}/submissions",
    auth=may(Scope.RESULTS),
    response=Page[SubmissionOut],
    summary="Hand-ins to a challenge",
)
def submissions(request: HttpRequest, slug: str, challenge: int, window: Query[HandIns]) -> dict[str, object]:
    """For staff everybody's, the newest first; for students their own or their team's."""
    now = clock.now()
    seat, found = access.challenge_to_see(request, slug, challenge, now=now)
    rows: QuerySet[Submission] = Submission.objects.filter(challenge=found)
    if not seat.is_staff:
        rows = services.submissions_of(challenge=found, user=seat.user, team=_team(seat, found))
    if window.counting:
        rows = rows.filter(pk__in=Submission.objects.counting(found).values("pk"))
    ordered = rows.select_related("user", "team").defer("report").order_by("-submitted_at", "-pk")
    return page_of(
        request, ordered, window, lambda piece: [_submission(request, found, one, now) for one in piece]
    )


@router.post(
    "/courses/{slug:slug}/challenges/{key:challenge}/submissions",
    auth=may(Scope.SUBMISSIONS),
    response={201: SubmissionOut},
    summary="Hand in",
)
def hand_in(
    request: HttpRequest,
    response: HttpResponse,
    slug: str,
    challenge: int,
    file: File[UploadedFile],
) -> Status[dict[str, object]]:
    """Hand a file in as you would on the page: the same deadlines, tries and limits of size count.

    It is saved when this returns; ask the submission's address for its report.
    """
    now = clock.now()
    seat, found = access.challenge_to_hand_in(request, slug, challenge, now=now)
    made = services.hand_in(
        challenge=found,
        user=seat.user,
        filename=file.name or "",
        source=file.read(MAX_SOURCE_BYTES + 1),
        now=now,
    )
    response["Location"] = reverse("api:submission", args=[slug, made.pk])
    return Status(201, _submission(request, found, made, now))


@router.get(
    "/courses/{slug:slug}/submissions/{key:submission}",
    auth=may(Scope.RESULTS),
    response=SubmissionDetail,
    summary="One hand-in with its report",
)
def submission(request: HttpRequest, slug: str, submission: int) -> dict[str, object]:
    """One hand-in, function by function: for staff anybody's, for students their own and their team's."""
    now = clock.now()
    _seat, found = access.submission_to_see(request, slug, submission)
    sheet = queries.sheet_of(submission=found, now=now)
    run = sheet.run and {
        "score": sheet.run.score,
        "private_score": sheet.run.private_score,
        "problem": " ".join(filter(None, [sheet.run.headline, sheet.run.why])),
    }
    return _submission(request, found.challenge, found, now) | {
        "comment": found.adjustment_comment,
        "problems": sheet.problems,
        "functions": sheet.steps,
        "run": run,
    }


@router.get(
    "/courses/{slug:slug}/submissions/{key:submission}/source",
    auth=may(Scope.RESULTS),
    summary="The file of a hand-in",
    openapi_extra={
        "responses": {
            200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
        }
    },
)
def source(request: HttpRequest, slug: str, submission: int) -> HttpResponse:
    """The file as it was handed in, byte by byte."""
    _seat, found = access.submission_to_see(request, slug, submission)
    content = bytes(Source.objects.get(pk=found.pk).content)
    return exports.download(f"{found.number:02d}-{found.filename}", content, "application/octet-stream")


def _challenges(seat: Seat) -> "QuerySet[Challenge]":
    found = Challenge.objects.filter(course=seat.course).select_related("course", "week")
    return found.annotate(handed_in=Count("submissions")).order_by("position", "opens_at", "pk")


def _team(seat: Seat, task: Challenge) -> Team | None:
    """Return the student's team; None where one hands in alone."""
    if task.hackathon is None:
        return None
    team: Team | None = access.team_of(seat, task.hackathon)
    return team


def _for_staff(request: HttpRequest, one: Challenge, now: datetime) -> dict[str, object]:
    opened = one.opens_at is None or one.opens_at <= now
    return _challenge(request, one) | {
        "deadline": None,
        "is_open": opened and (one.closes_at is None or now < one.closes_at + timedelta(days=one.late_days)),
        "score": None,
        "max_score": one.points_at_most,
        "submissions": one.handed_in,  # type: ignore[attr-defined]  # counted in `_challenges`
    }


def _for_student(request: HttpRequest, card: queries.ChallengeCard, one: Challenge) -> dict[str, object]:
    return _challenge(request, one) | {
        "deadline": card.deadline,
        "is_open": card.is_open,
        "score": card.score,
        "max_score": card.max_score,
        "submissions": card.submissions,
    }


def _for_student_alone(request: HttpRequest, seat: Seat, one: Challenge, now: datetime) -> dict[str, object]:
    """Return one challenge as the list has it, and also where the student's team has not chosen it."""
    mine = services.submissions_of(challenge=one, user=seat.user, team=_team(seat, one))
    handed_in = list(mine.defer("report"))
    counts = queries.counting_of(one, handed_in)
    try:
        services.check_open(challenge=one, user=seat.user, now=now)
    except Refused:
        is_open = False
    else:
        is_open = True
    return _challenge(request, one) | {
        "deadline": clock.effective_deadline(seat.user, one),
        "is_open": is_open,
        "score": counts.points if counts else None,
        "max_score": counts.max_score if counts and counts.max_score else one.points_at_most,
        "submissions": len(handed_in),
        "next_try_at": services.next_free_try(challenge=one, earlier=mine, now=now),
    }


def _challenge(request: HttpRequest, one: Challenge) -> dict[str, object]:
    return {
        "id": one.pk,
        "title": one.title,
        "week": one.week.number if one.week else None,
        "hackathon": one.hackathon_id,
        "exercise": one.exercise,
        "opens_at": one.opens_at,
        "closes_at": one.closes_at,
        "url": request.build_absolute_uri(one.get_absolute_url()),
    }


def _submission(request: HttpRequest, found: Challenge, one: Submission, now: datetime) -> dict[str, object]:
    one.challenge = found  # whose course and points are at hand
    return {
        "id": one.pk,
        "challenge": found.pk,
        "number": one.number,
        "by": {"id": one.user_id, "name": one.user.name, "email": one.user.email},
        "team": one.team.name if one.team else None,
        "filename": one.filename,
        "size_bytes": one.size_bytes,
        "sha256": one.sha256,
        "submitted_at": one.submitted_at,
        "state": one.state(now).value,
        "score": one.points,
        "max_score": one.max_score or found.points_at_most,
        "late_factor": one.late_factor,
        "url": request.build_absolute_uri(one.get_absolute_url()),
    }
