"""How far judging is: for the organisers every judge and track, for a judge what is left."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from classroom.models import User
from projects.models import Conflict, Hackathon, Judge, Look, Membership, Project, Track, TrackEntry
from projects.queries.judging import ENOUGH_LOOKS


@dataclass(frozen=True)
class JudgeProgress:
    """How far a judge is; `left` counts what they may still look at, `conflicts` are (id, team)."""

    pk: int
    name: str
    email: str
    placed: int
    left: int
    is_looking: bool
    has_left: bool
    conflicts: tuple[tuple[int, str], ...]

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left for them."""
        return self.has_left or not self.left


@dataclass(frozen=True)
class TrackProgress:
    """A track, or the whole where `track` is None: its projects, how many are judged, its judges."""

    track: Track | None
    projects: int
    judged: int
    judges: list[JudgeProgress]

    @property
    def is_done(self) -> bool:
        """Whether every project has been placed by enough judges, or by all who may."""
        if not self.projects or not any(judge.placed for judge in self.judges):
            return False
        return self.judged == self.projects or all(judge.is_done for judge in self.judges)


@dataclass(frozen=True)
class JudgingProgress:
    """The whole first, then the tracks in their order."""

    tracks: list[TrackProgress]

    @property
    def judging_now(self) -> int:
        """How many judges have not left."""
        return sum(not judge.has_left for row in self.tracks for judge in row.judges)

    @property
    def is_done(self) -> bool:
        """Whether all that has judges of its own is done."""
        judged = [row for row in self.tracks if row.judges]
        return bool(judged) and all(row.is_done for row in judged)


def judging_progress(*, hackathon: Hackathon) -> JudgingProgress:
    """Count looks by judge, project and track; nine queries, whatever their number."""
    fields = _competing(hackathon)
    judges = list(Judge.objects.filter(hackathon=hackathon).select_related("user"))
    placed: defaultdict[int, set[int]] = defaultdict(set)
    looks = Look.objects.counting().filter(judge__hackathon=hackathon)
    for judge_id, team in looks.values_list("judge_id", "project__team_id"):
        placed[judge_id].add(team)
    under_way = Look.objects.under_way().filter(judge__hackathon=hackathon)
    looking = set(under_way.values_list("judge_id", flat=True))
    conflicts: defaultdict[int, list[Conflict]] = defaultdict(list)
    for conflict in Conflict.objects.filter(judge__hackathon=hackathon).select_related("team"):
        conflicts[conflict.judge_id].append(conflict)
    own = _own_teams(hackathon)
    rows = []
    for track, teams in fields:
        mine = [judge for judge in judges if judge.track_id == (track.pk if track else None)]
        counts = Counter(team for judge in mine for team in placed[judge.pk])
        rows.append(
            TrackProgress(
                track=track,
                projects=len(teams),
                judged=sum(counts[team] >= ENOUGH_LOOKS for team in teams),
                judges=[
                    _progress(
                        judge, teams, placed[judge.pk], looking, conflicts[judge.pk], own[judge.user_id]
                    )
                    for judge in mine
                ],
            )
        )
    return JudgingProgress(rows)


def _progress(
    judge: Judge,
    teams: set[int],
    placed: set[int],
    looking: set[int],
    conflicts: list[Conflict],
    own: set[int],
) -> JudgeProgress:
    return JudgeProgress(
        pk=judge.pk,
        name=str(judge.user),
        email=judge.user.email,
        placed=len(placed & teams),
        left=len(teams - placed - own - {conflict.team_id for conflict in conflicts}),
        is_looking=judge.pk in looking,
        has_left=judge.left_at is not None,
        conflicts=tuple((conflict.pk, conflict.team.name) for conflict in conflicts),
    )


def _competing(hackathon: Hackathon) -> list[tuple[Track | None, set[int]]]:
    """Return the teams whose projects compete in the whole and in each track; three queries."""
    projects = Project.objects.registered().approved().filter(team__hackathon=hackathon)
    rows = list(projects.values_list("pk", "team_id", "challenge_id"))
    entered = set(TrackEntry.objects.filter(track__hackathon=hackathon).values_list("track_id", "project_id"))
    fields: list[tuple[Track | None, set[int]]] = [(None, {team for _pk, team, _challenge in rows})]
    for track in Track.objects.filter(hackathon=hackathon):
        teams = {
            team
            for pk, team, challenge in rows
            if track.challenge_id in {None, challenge} and (not track.by_choice or (track.pk, pk) in entered)
        }
        fields.append((track, teams))
    return fields


def _own_teams(hackathon: Hackathon) -> defaultdict[int, set[int]]:
    """Return by person the teams they are in, or were in when the team handed in, of those who judge."""
    own: defaultdict[int, set[int]] = defaultdict(set)
    member = Membership.objects.filter(hackathon=hackathon, user__judgeships__hackathon=hackathon)
    author = Project.authors.through.objects.filter(
        project__team__hackathon=hackathon, user__judgeships__hackathon=hackathon
    )
    for user, team in [
        *member.values_list("user_id", "team_id"),
        *author.values_list("user_id", "project__team_id"),
    ]:
        own[user].add(team)
    return own


def judgeships(*, user: User, now: datetime) -> list[Judge]:
    """Return where somebody judges now or will, the next first; one query."""
    judges = Judge.objects.filter(user=user, left_at=None, hackathon__course__archived_at=None)
    over = Q(hackathon__judging_closes_at__lte=now)
    return list(judges.exclude(over).select_related("hackathon__course").order_by("hackathon__starts_at"))


@dataclass(frozen=True)
class JudgeDesk:
    """What a judge sees of judging: never how others placed."""

    placed: list[Look]
    under_way: Look | None
    mine: JudgeProgress
    field: TrackProgress


def judge_desk(*, judge: Judge) -> JudgeDesk:
    """Return a judge's own order, what they are at, and how far their track is; eleven queries."""
    looks = Look.objects.filter(judge=judge).select_related("project__team")
    progress = judging_progress(hackathon=judge.hackathon)
    field, mine = next((row, one) for row in progress.tracks for one in row.judges if one.pk == judge.pk)
    return JudgeDesk(
        placed=list(looks.counting().order_by("place", "pk")),
        under_way=looks.under_way().filter(project__withdrawn_at=None).first(),
        mine=mine,
        field=field,
    )
