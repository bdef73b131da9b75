"""What everybody in a live room may know, for pages that ask every second (see `classroom.live`)."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from classroom import clock
from classroom.live import News
from quizzes.models import Answer, Attempt, AttemptItem, Quiz, Room
from quizzes.queries.bars import bars_of, version_shown
from quizzes.queries.endings import Ending, endings
from quizzes.queries.leaders import leaders


def news_of(token: str) -> News | None:
    """Return what the pages of a room show, None if there is no such room.

    Nobody signs in for this, so it holds counts, the bars that the instructor has revealed, and the names on
    the leader board while it is shown: never a key, a person's answer, or bars before they are revealed.
    """
    room = Room.objects.select_related("quiz").filter(token=token).first()
    return None if room is None else news(room, clock.now())


def news(room: Room, now: datetime) -> News:
    """Return the room's news at a time."""
    quiz, phase = room.quiz, phase_of(room, now)
    state: dict[str, object] = {
        "phase": phase,
        "key": key_of(room, phase),
        "arrived": room.arrivals.count(),
        **_progress(quiz, now),
        "answered": _answered(quiz) if phase == "running" else [],
        "discussing": room.discussing if phase == "discussing" else None,
        "revealed": phase == "discussing" and room.revealed,
        "bars": _bars(room) if phase == "discussing" and room.revealed else None,
        "leaders": _leaders(quiz) if room.leaders and phase in {"over", "discussing"} else None,
    }
    end = end_of(quiz, phase)
    return News(state) if end is None else News(state, (end - now).total_seconds(), end.isoformat())


def phase_of(room: Room, now: datetime, ending: Ending | None = None) -> str:
    """Return what goes on: waiting, running, over, or discussing. `ending`: the quiz's, where it is at hand.

    A quiz that was opened again, or that somebody still writes, is running, whatever the room showed before:
    a discussion tells right answers. Whoever has a later closing date holds it up only once they write.
    """
    if not room.quiz.has_opened(now):
        return "waiting"
    ending = ending or endings(quizzes=[room.quiz], now=now)[room.quiz_id]
    if not ending.closed or ending.writing:
        return "running"
    return "over" if room.discussing is None else "discussing"


def key_of(room: Room, phase: str) -> str:
    """Return what a page is drawn from: as long as it stays the same, only numbers change."""
    end = end_of(room.quiz, phase)
    over = phase in {"over", "discussing"}
    parts = [phase, end.isoformat() if end else ""]
    if over:
        parts += [
            f"{room.discussing or ''}",
            "bars" if room.revealed else "",
            "names" if room.leaders else "",
        ]
    return "/".join(parts)


def end_of(quiz: Quiz, phase: str) -> datetime | None:
    """Return what the room counts down to: the start, or the end that is the same for all."""
    return quiz.opens_at if phase == "waiting" else shared_end(quiz) if phase == "running" else None


def shared_end(quiz: Quiz) -> datetime | None:
    """Return when it ends for everybody without extensions; None where each has a clock of their own."""
    ends = [quiz.closes_at] if quiz.closes_at else []
    if quiz.lobby and quiz.opens_at and quiz.time_limit:
        ends.append(quiz.opens_at + quiz.time_limit)
    return min(ends, default=None)


def _progress(quiz: Quiz, now: datetime) -> dict[str, object]:
    attempts = Attempt.objects.filter(quiz=quiz)
    still = Q(finished_at=None) & (Q(accepts_until=None) | Q(accepts_until__gt=now))
    counts = attempts.aggregate(all=Count("pk"), writing=Count("pk", filter=still))
    return {"writing": counts["writing"], "handed_in": counts["all"] - counts["writing"]}


def _answered(quiz: Quiz) -> list[list[int]]:
    """Return of each place in the quiz its position, how many have an answer there, and of how many."""
    answers = Answer.objects.filter(attempt=OuterRef("attempt"), position=OuterRef("position"))
    rows = (
        AttemptItem.objects.filter(attempt__quiz=quiz, slot__isnull=False)
        .values("slot__position")
        .annotate(answered=Count("pk", filter=Exists(answers)), of=Count("pk"))
        .order_by("slot__position")
    )
    return [[row["slot__position"], row["answered"], row["of"]] for row in rows]


def _bars(room: Room) -> dict[str, object] | None:
    slot = None if room.discussing is None else room.quiz.slots.filter(position=room.discussing).first()
    if slot is None:
        return None
    bars = bars_of(slot, version_shown(slot))
    return {"position": slot.position, "counts": bars.counts, "shares": bars.shares}


def _leaders(quiz: Quiz) -> list[dict[str, object]]:
    return [{"place": leader.place, "name": leader.name} for leader in leaders(quiz=quiz)]
