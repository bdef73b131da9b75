"""Exercises, homework and hackathons for a course's new term; never teams, nor what anybody handed in."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField
from django.utils.translation import gettext as _

from classroom.copying import Copied, as_new
from classroom.models import Course
from classroom.shifting import Moved, Shift
from projects.models import (
    Award,
    Board,
    BoardData,
    Challenge,
    Criterion,
    CustomExercise,
    DataSet,
    Hackathon,
    RegistrationQuestion,
    Track,
    new_token,
)

#: A hackathon's times in pairs, of which the second is never before the first.
SPANS = (
    ("starts_at", "ends_at"),
    ("registration_opens_at", "registration_closes_at"),
    ("building_opens_at", "building_closes_at"),
    ("judging_opens_at", "judging_closes_at"),
    ("gallery_opens_at", "gallery_closes_at"),
    ("vote_opens_at", "vote_closes_at"),
)
#: What became of the event, and starts anew.
OUTCOME: dict[str, Any] = {
    "places_taken": 0,
    "ranking_published_at": None,
    "ranking_places": None,
    "awards_published_at": None,
}


def dates_of_challenges(*, source: Course, shift: Shift) -> list[Moved]:
    """Return where the dates of exercises, homework and hackathons would go."""
    moved: list[Moved] = []
    for event in Hackathon.objects.filter(course=source):
        times: list[tuple[str, datetime | None]] = [
            (str(field.verbose_name), getattr(event, field.name))
            for field in Hackathon._meta.concrete_fields
            if isinstance(field, DateTimeField) and field.name not in OUTCOME
        ]
        moved += shift.moved(_("Hackathon"), event.title, times)
    for challenge in Challenge.objects.filter(course=source):
        kind = _("Challenge") if challenge.hackathon_id else _("Exercise")
        times = [
            (_("shown to students from"), challenge.published_at),
            (_("opens"), challenge.opens_at),
            (_("closes"), challenge.closes_at),
        ]
        moved += shift.moved(kind, challenge.title, times)
    return moved


def copy_challenges(*, copied: Copied) -> None:
    """Copy exercises and homework, and hackathons with all that organisers set up but their schedule.

    Exercises of one's own come in their newest version that was proven; leaderboards keep their hidden data.
    """
    with transaction.atomic():
        exercises = _copy_exercises(copied)
        events = {event.pk: _copy_event(event, copied) for event in _of(copied)}
        challenges = {}
        for challenge in Challenge.objects.filter(course=copied.source):
            old = challenge.pk
            event = events[challenge.hackathon_id] if challenge.hackathon_id else None
            challenges[old] = _copy_challenge(challenge, event, exercises, copied)
        for old_event, event in events.items():
            _equip(old_event, event, challenges)


def _of(copied: Copied) -> list[Hackathon]:
    return list(Hackathon.objects.filter(course=copied.source))


def _copy_exercises(copied: Copied) -> dict[str, str]:
    """Copy proven exercises of one's own; return what challenges called each version, and call it now."""
    newest: dict[str, CustomExercise] = {}
    names: dict[str, str] = {}
    for version in CustomExercise.objects.filter(course=copied.source).sound().order_by("number"):
        newest[version.slug] = version
        names[version.name] = version.slug
    for version in newest.values():
        as_new(version, course=copied.course, number=1, run=0, leased_until=None).save(force_insert=True)
    return {name: newest[slug].name for name, slug in names.items()}


def _copy_event(event: Hackathon, copied: Copied) -> Hackathon:
    shift = copied.shift
    times: dict[str, datetime | None] = {
        "submission_closes_at": shift.moment(event.submission_closes_at),
        "published_at": copied.shown(event.published_at),
    }
    for first, last in SPANS:
        times[first], times[last] = shift.span(getattr(event, first), getattr(event, last))
    new = Hackathon.objects.get(pk=event.pk)
    as_new(new, course=copied.course, **times, **OUTCOME).save(force_insert=True)
    return new


def _copy_challenge(
    challenge: Challenge, event: Hackathon | None, exercises: dict[str, str], copied: Copied
) -> Challenge:
    board = Board.objects.filter(challenge=challenge).first()
    data = DataSet.objects.filter(challenge=challenge).first()
    key = challenge.deadline_key
    opens, closes = copied.shift.span(challenge.opens_at, challenge.closes_at)
    as_new(
        challenge,
        course=copied.course,
        week=copied.week(challenge.week_id),
        hackathon=event,
        exercise=exercises.get(challenge.exercise, challenge.exercise),
        published_at=copied.shown(challenge.published_at),
        opens_at=opens,
        closes_at=closes,
        taken=0,
    ).save(force_insert=True)
    copied.items[key] = challenge.deadline_key
    if data:
        as_new(data, challenge=challenge).save(force_insert=True)
    if board:
        _copy_board(board, challenge, copied)
    return challenge


def _copy_board(board: Board, challenge: Challenge, copied: Copied) -> None:
    """Copy a leaderboard with its seeds: what was hidden from last term's teams stays hidden."""
    examples = BoardData.objects.filter(board=board).first()
    as_new(
        board,
        challenge=challenge,
        token=new_token(),
        freezes_at=copied.shift.moment(board.freezes_at),
        final_at=copied.shift.moment(board.final_at),
        created_at=copied.now,
    ).save(force_insert=True)
    if examples:
        as_new(examples, board=board).save(force_insert=True)
    Challenge.objects.filter(pk=challenge.pk).update(exercise=board.exercise)


def _equip(old: int, event: Hackathon, challenges: dict[int, Challenge]) -> None:
    """Copy what organisers set up: what they ask, the rubric, tracks and prizes."""
    for question in RegistrationQuestion.objects.asked().filter(hackathon=old):
        as_new(question, hackathon=event).save(force_insert=True)
    for criterion in Criterion.objects.filter(hackathon=old):
        as_new(criterion, hackathon=event).save(force_insert=True)
    tracks: dict[int, Track] = {}
    for track in Track.objects.filter(hackathon=old):
        former = track.pk
        challenge = challenges[track.challenge_id] if track.challenge_id else None
        tracks[former] = as_new(track, hackathon=event, challenge=challenge)
        track.save(force_insert=True)
    for award in Award.objects.filter(hackathon=old):
        as_new(
            award,
            hackathon=event,
            challenge=challenges[award.challenge_id] if award.challenge_id else None,
            track=tracks[award.track_id] if award.track_id else None,
            project=None,
            given_at=None,
            given_by=None,
        ).save(force_insert=True)
