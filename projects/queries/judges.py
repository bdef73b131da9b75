"""How far judging is: for the organisers every judge, for a judge what is left."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from projects.models import Conflict, Hackathon, Judge, Look, Membership, Project
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
class JudgingProgress:
    """How many projects there are, how many of them enough judges have placed, and every judge."""

    projects: int
    judged: int
    judges: list[JudgeProgress]

    @property
    def judging_now(self) -> int:
        """How many judges have not left."""
        return sum(not judge.has_left for judge in self.judges)

    @property
    def is_done(self) -> bool:
        """Whether every project has been placed by enough judges, or by all who may."""
        if not self.projects or not any(judge.placed for judge in self.judges):
            return False
        return self.judged == self.projects or all(judge.is_done for judge in self.judges)


def judging_progress(*, hackathon: Hackathon) -> JudgingProgress:
    """Count looks by judge and by project; seven queries, whatever their number."""
    teams = dict(
        Project.objects.registered().approved().filter(team__hackathon=hackathon).values_list("pk", "team_id")
    )
    judges = list(Judge.objects.filter(hackathon=hackathon).select_related("user"))
    placed: defaultdict[int, set[int]] = defaultdict(set)
    looks = Look.objects.counting().filter(judge__hackathon=hackathon)
    for judge, project in looks.values_list("judge_id", "project_id"):
        placed[judge].add(teams[project])
    looking = set(
        Look.objects.under_way().filter(judge__hackathon=hackathon).values_list("judge_id", flat=True)
    )
    conflicts: defaultdict[int, list[Conflict]] = defaultdict(list)
    for conflict in Conflict.objects.filter(judge__hackathon=hackathon).select_related("team"):
        conflicts[conflict.judge_id].append(conflict)
    own = _own_teams(hackathon)
    every = set(teams.values())
    counts = Counter(team for seen in placed.values() for team in seen)
    return JudgingProgress(
        projects=len(teams),
        judged=sum(counts[team] >= ENOUGH_LOOKS for team in every),
        judges=[
            JudgeProgress(
                pk=judge.pk,
                name=str(judge.user),
                email=judge.user.email,
                placed=len(placed[judge.pk]),
                left=len(
                    every
                    - placed[judge.pk]
                    - {conflict.team_id for conflict in conflicts[judge.pk]}
                    - own[judge.user_id]
                ),
                is_looking=judge.pk in looking,
                has_left=judge.left_at is not None,
                conflicts=tuple((conflict.pk, conflict.team.name) for conflict in conflicts[judge.pk]),
            )
            for judge in judges
        ],
    )


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


@dataclass(frozen=True)
class JudgeDesk:
    """What a judge sees of judging: never how others placed."""

    placed: list[Look]
    under_way: Look | None
    conflicts: list[str]
    mine: JudgeProgress
    projects: int
    judged: int
    is_done: bool


def judge_desk(*, judge: Judge) -> JudgeDesk:
    """Return a judge's own order, what they are at, and how far everything is; nine queries."""
    looks = Look.objects.filter(judge=judge).select_related("project__team")
    progress = judging_progress(hackathon=judge.hackathon)
    mine = next(row for row in progress.judges if row.pk == judge.pk)
    return JudgeDesk(
        placed=list(looks.counting().order_by("place", "pk")),
        under_way=looks.under_way().filter(project__withdrawn_at=None).first(),
        conflicts=[team for _pk, team in mine.conflicts],
        mine=mine,
        projects=progress.projects,
        judged=progress.judged,
        is_done=progress.is_done,
    )
