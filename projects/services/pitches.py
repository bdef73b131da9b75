"""Pitches: a slot for each team, in one go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from projects import pitching, queries
from projects.clashes import Span, covers, overlap
from projects.models import Hackathon, Membership, Project, Room, Session, Slot, Team
from projects.services import places
from projects.services.schedule import check_times, draft_of


@dataclass(frozen=True)
class Pitches:
    """How many pitches were placed, and the teams for which no time was left."""

    placed: int
    without: list[str]


def plan_pitches(*, hackathon: Hackathon, room: Room, windows: Sequence[Span], minutes: int) -> Pitches:
    """Give each team without a pitch in the draft one in `room` within `windows`, as many as can have one.

    A pitch is where the room is free and open, and all of the team are there and wanted nowhere else.
    Running it again places only who has none.

    Raises
    ------
    Refused
        A window ends before it begins, or is far from the event.
    """
    for begins, ends in windows:
        check_times(hackathon, begins, ends)
    with transaction.atomic():
        places.lock(hackathon)
        teams = _without_pitch(hackathon)
        slots = _free_times(room, windows, timedelta(minutes=minutes))
        chosen = pitching.assign(_wishes(hackathon, teams, slots))
        _place(hackathon, room, [(teams[team], slots[slot]) for team, slot in chosen.items()])
    return Pitches(len(chosen), [team.name for at, team in enumerate(teams) if at not in chosen])


def _without_pitch(hackathon: Hackathon) -> list[Team]:
    pitching_already = Slot.objects.filter(
        schedule__hackathon=hackathon,
        schedule__version=None,
        session__kind=Session.Kind.PITCH,
        session__team__isnull=False,
    ).values("session__team")
    return list(Team.objects.active().filter(hackathon=hackathon).exclude(pk__in=pitching_already))


def _free_times(room: Room, windows: Sequence[Span], length: timedelta) -> list[Span]:
    """Return the times within `windows` at which nothing is in the room and it can be had."""
    open_at = queries.availabilities_of(room.hackathon)[0].get(room.pk)
    taken = list(Slot.objects.filter(schedule__version=None, room=room).values_list("starts_at", "ends_at"))
    return [
        time
        for time in pitching.times(windows, length)
        if not any(overlap(time, other) for other in taken) and (open_at is None or covers(open_at, time))
    ]


def _wishes(hackathon: Hackathon, teams: Sequence[Team], slots: Sequence[Span]) -> list[list[int]]:
    """Return by team the numbers of the slots at which all its members can."""
    present = queries.availabilities_of(hackathon)[1]
    people, _names = queries.people_of_sessions(hackathon, queries.programme(hackathon))
    busy: defaultdict[int | str, list[Span]] = defaultdict(list)
    for slot in Slot.objects.filter(schedule__hackathon=hackathon, schedule__version=None):
        for person in people[slot.session_id]:
            busy[person].append((slot.starts_at, slot.ends_at))
    members: defaultdict[int, list[int]] = defaultdict(list)
    for team, user in Membership.objects.filter(team__in=teams).values_list("team_id", "user_id"):
        members[team].append(user)
    return [
        [
            number
            for number, time in enumerate(slots)
            if not any(overlap(time, other) for person in members[team.pk] for other in busy[person])
            and all(covers(present[person], time) for person in members[team.pk] if person in present)
        ]
        for team in teams
    ]


def _place(hackathon: Hackathon, room: Room, chosen: Sequence[tuple[Team, Span]]) -> None:
    """Put pitches into the draft; a team whose pitch waits gets that one placed."""
    projects = Project.objects.filter(team__hackathon=hackathon, withdrawn_at=None)
    titles = dict(projects.values_list("team", "title"))
    waiting = {
        session.team_id: session
        for session in Session.objects.filter(hackathon=hackathon, kind=Session.Kind.PITCH).order_by("-pk")
    }
    added = [
        Session(hackathon=hackathon, kind=Session.Kind.PITCH, team=team, title=titles.get(team.pk, team.name))
        for team, _time in chosen
        if team.pk not in waiting
    ]
    sessions = waiting | {session.team_id: session for session in Session.objects.bulk_create(added)}
    draft = draft_of(hackathon=hackathon)
    Slot.objects.bulk_create(
        Slot(schedule=draft, session=sessions[team.pk], room=room, starts_at=begins, ends_at=ends)
        for team, (begins, ends) in chosen
    )
