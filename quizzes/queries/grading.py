"""What waits for a person: essays, second looks, keys that were mended since they were given."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from quizzes.kinds import KINDS
from quizzes.models import AttemptItem, QuestionVersion, Quiz, Regrade, SecondLook

BY_PERSON = [name for name, kind in KINDS.items() if kind.graded_by == "person"]


@dataclass(frozen=True)
class HandRow:
    """A question that a person grades: how many answers wait, and the one to begin with."""

    question_id: int
    name: str
    answers: int
    waiting: int
    first_id: int


@dataclass(frozen=True)
class LookRow:
    """A student's request for a second look."""

    item_id: int
    who: str
    question: str
    text: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class KeyRow:
    """A question of the quiz, with its newest version and whether that differs from what was given."""

    question_id: int
    name: str
    kind: str
    answers: int
    newest_id: int
    is_mended: bool


@dataclass(frozen=True)
class ChangeRow:
    """What a regrade would change for one student."""

    who: str
    attempt_id: int
    before: float | None
    after: float | None


def hand_rows(*, quiz: Quiz) -> list[HandRow]:
    """Return the questions that a person grades, with what is handed in; unanswered ones need nobody."""
    rows = (
        _for_person(quiz)
        .values(question_id=F("version__question"), name=F("version__question__name"))
        .annotate(
            answers=Count("pk"),
            waiting=Count("pk", filter=Q(points=None)),
            first_waiting=Min("pk", filter=Q(points=None)),
            first=Min("pk"),
        )
        .order_by("name", "question_id")
    )
    return [
        HandRow(
            row["question_id"],
            row["name"],
            row["answers"],
            row["waiting"],
            row["first_waiting"] or row["first"],
        )
        for row in rows
    ]


def waiting_for_worker(*, quiz: Quiz) -> int:
    """Return how many answers wait for the sandbox."""
    return _handed_in(quiz).filter(unchecked_since__isnull=False).count()


def look_rows(*, quiz: Quiz) -> list[LookRow]:
    """Return the requests for a second look, those without an answer first, then the oldest."""
    looks = (
        SecondLook.objects.filter(item__attempt__quiz=quiz)
        .select_related("item__attempt__user", "item__version__question")
        .order_by(F("answered_at").desc(nulls_first=True), "asked_at")
    )
    return [
        LookRow(
            look.item_id,
            str(look.item.attempt.user),
            look.item.version.question.name,
            look.text,
            look.asked_at,
            look.answered_at,
        )
        for look in looks
    ]


def key_rows(*, quiz: Quiz) -> list[KeyRow]:
    """Return the questions that were asked, the ones with a newer key than some student's first."""
    newest = QuestionVersion.objects.filter(question=OuterRef("version__question")).order_by("-number")
    rows = (
        AttemptItem.objects.filter(attempt__quiz=quiz)
        .values(question_id=F("version__question"), name=F("version__question__name"))
        .annotate(
            answers=Count("pk"),
            newest_id=Subquery(newest.values("pk")[:1]),
            newest_kind=Subquery(newest.values("kind")[:1]),
            given=Max("version"),
            behind=Count(
                "pk",
                filter=Q(scored_by=None, version__lt=Subquery(newest.values("pk")[:1]))
                | Q(scored_by__lt=Subquery(newest.values("pk")[:1])),
            ),
        )
        .order_by("name", "question_id")
    )
    found = [
        KeyRow(
            row["question_id"],
            row["name"],
            row["newest_kind"],
            row["answers"],
            row["newest_id"],
            row["behind"] > 0,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: not row.is_mended)


def change_rows(*, regrade: Regrade) -> list[ChangeRow]:
    """Return whom a regrade changes, those who lose first."""
    changes = regrade.changes.select_related("item__attempt__user")
    rows = [ChangeRow(str(c.item.attempt.user), c.item.attempt_id, c.before, c.after) for c in changes]
    return sorted(rows, key=lambda row: ((row.after or 0) - (row.before or 0), row.who))


def answers_to(*, regrade: Regrade) -> int:
    """Return how many handed-in answers a regrade compares."""
    return _handed_in(regrade.quiz).filter(version__question=regrade.version.question_id).count()


@dataclass(frozen=True)
class Neighbours:
    """Where an answer stands among those to the same question, and what comes before and after it."""

    place: int
    total: int
    waiting: int
    previous_id: int | None
    next_id: int | None
    next_waiting_id: int | None


def neighbours(*, item: AttemptItem) -> Neighbours:
    """Return where `item` stands among the handed-in answers to its question."""
    rows = list(
        _for_person(item.attempt.quiz)
        .filter(version__question=item.version.question_id)
        .order_by("pk")
        .values_list("pk", "points")
    )
    ids = [pk for pk, _points in rows]
    at = ids.index(item.pk) if item.pk in ids else 0
    open_ids = [pk for pk, points in rows if points is None and pk != item.pk]
    return Neighbours(
        place=at + 1,
        total=len(ids),
        waiting=sum(points is None for _pk, points in rows),
        previous_id=ids[at - 1] if at else None,
        next_id=ids[at + 1] if at + 1 < len(ids) else None,
        next_waiting_id=next((pk for pk in open_ids if pk > item.pk), open_ids[0] if open_ids else None),
    )


def _for_person(quiz: Quiz) -> QuerySet[AttemptItem]:
    """Keep what a person must grade or has graded; also what the sandbox gave up."""
    return _handed_in(quiz).filter(Q(points=None, unchecked_since=None) | Q(graded_at__isnull=False))


def _handed_in(quiz: Quiz) -> QuerySet[AttemptItem]:
    return AttemptItem.objects.filter(attempt__quiz=quiz, attempt__finished_at__isnull=False)
