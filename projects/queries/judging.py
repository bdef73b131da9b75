"""What judges said, put together."""

from collections import defaultdict
from dataclasses import dataclass

from projects import ranking
from projects.models import Hackathon, Judge, Look, Mark, Project

#: A project is judged when so many have placed it.
ENOUGH_LOOKS = 3


@dataclass(frozen=True)
class ProjectStanding:
    """A project's place. `beats_next` is the probability that it is better than the one behind it."""

    place: int
    project: Project
    strength: float
    error: float
    copeland: int
    looks: int
    rubric: float | None
    beats_next: float | None

    @property
    def is_judged(self) -> bool:
        """Whether enough judges have placed it."""
        return self.looks >= ENOUGH_LOOKS


@dataclass(frozen=True)
class JudgeProgress:
    """How far a judge is; `left` counts what they may still look at."""

    name: str
    placed: int
    is_looking: bool
    left: int


@dataclass(frozen=True)
class JudgingReport:
    """Standings and progress."""

    standings: list[ProjectStanding]
    judges: list[JudgeProgress]

    @property
    def judged(self) -> int:
        """How many projects enough judges have placed."""
        return sum(standing.is_judged for standing in self.standings)

    @property
    def is_done(self) -> bool:
        """Whether every project has been placed by enough judges, or by all who may."""
        return bool(self.standings) and (
            self.judged == len(self.standings) or all(not judge.left for judge in self.judges)
        )


def judging_report(*, hackathon: Hackathon) -> JudgingReport:
    """Fit the ranking to all orders there are; five queries, whatever their number."""
    projects = {
        project.pk: project
        for project in Project.objects.filter(team__hackathon=hackathon, withdrawn_at=None).select_related(
            "team", "challenge"
        )
    }
    looks = list(Look.objects.filter(project__in=projects).order_by("judge_id", "place", "pk"))
    orders: defaultdict[int, list[int]] = defaultdict(list)
    for look in looks:
        if look.placed_at:
            orders[look.judge_id].append(look.project_id)
    ranked = ranking.rank(list(projects), list(orders.values()))
    rubric = _rubric(hackathon)
    behind = [standing.item for standing in ranked.standings[1:]]
    standings = [
        ProjectStanding(
            place=place,
            project=projects[standing.item],
            strength=standing.strength,
            error=standing.error,
            copeland=standing.copeland,
            looks=standing.looks,
            rubric=rubric.get(standing.item),
            beats_next=ranked.beats(standing.item, behind[place - 1]) if place <= len(behind) else None,
        )
        for place, standing in enumerate(ranked.standings, start=1)
    ]
    return JudgingReport(standings, _progress(hackathon, projects, looks))


def _rubric(hackathon: Hackathon) -> dict[int, float]:
    """Return each project's mean mark, criteria weighted."""
    sums: defaultdict[int, float] = defaultdict(float)
    weights: defaultdict[int, int] = defaultdict(int)
    marks = Mark.objects.filter(criterion__hackathon=hackathon).values_list(
        "look__project_id", "points", "criterion__weight"
    )
    for project, points, weight in marks:
        sums[project] += points * weight
        weights[project] += weight
    return {project: sums[project] / weights[project] for project in sums}


def _progress(hackathon: Hackathon, projects: dict[int, Project], looks: list[Look]) -> list[JudgeProgress]:
    judges = list(
        Judge.objects.filter(hackathon=hackathon)
        .select_related("user")
        .prefetch_related("conflicts")
        .order_by("pk")
    )
    teams = {project.team_id for project in projects.values()}
    seen: defaultdict[int, list[Look]] = defaultdict(list)
    for look in looks:
        seen[look.judge_id].append(look)
    return [
        JudgeProgress(
            name=str(judge.user),
            placed=sum(look.placed_at is not None for look in seen[judge.pk]),
            is_looking=any(look.placed_at is None for look in seen[judge.pk]),
            left=len(teams - {conflict.team_id for conflict in judge.conflicts.all()}) - len(seen[judge.pk]),
        )
        for judge in judges
    ]
