"""What judges said, put together: the ranking with its uncertainty, the rubric, and what a team reads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import F, FloatField, Sum

from projects import ranking
from projects.models import Hackathon, Look, Mark, Project, Track, competing
from projects.models.judging import LookQuerySet

#: A project is judged when so many have placed it.
ENOUGH_LOOKS = 3


@dataclass(frozen=True)
class ProjectStanding:
    """A project's place; those whom the judges' orders do not tell apart share it.

    `beats_next` is the probability that it is better than the one behind it. `rubric` is the mean of what the
    judges gave, each judge's marks weighted by criterion; `rubric_deviation` its standard deviation.
    """

    place: int
    project: Project
    strength: float
    error: float
    copeland: int
    looks: int
    rubric: float | None
    rubric_deviation: float | None
    beats_next: float | None

    @property
    def is_judged(self) -> bool:
        """Whether enough judges have placed it."""
        return self.looks >= ENOUGH_LOOKS


@dataclass(frozen=True)
class JudgingReport:
    """Standings, the best first."""

    standings: list[ProjectStanding]

    @property
    def judged(self) -> int:
        """How many projects enough judges have placed."""
        return sum(row.is_judged for row in self.standings)

    def board(self, shown: int | None) -> list[ProjectStanding]:
        """Return the first `shown` places (None: all) of what somebody has placed."""
        return [row for row in self.standings if row.looks and (shown is None or row.place <= shown)]


def judging_report(*, hackathon: Hackathon, track: Track | None = None) -> JudgingReport:
    """Fit the ranking to all orders there are; three queries, whatever their number, of a track four.

    A track that nobody has judged follows the orders of those who judge the whole.
    """
    projects = {
        project.pk: project
        for project in competing(hackathon, track)
        .select_related("team", "challenge")
        .only("title", "team__name", "challenge__title")
    }
    orders: defaultdict[int, list[int]] = defaultdict(list)
    looks = _looks(hackathon, track)
    for judge, project in looks.order_by("judge", "place", "pk").values_list("judge_id", "project_id"):
        if project in projects:
            orders[judge].append(project)
    ranked = _ranked(tuple(projects), tuple(map(tuple, orders.values())))
    rubric = _rubric(looks)
    # What nobody has placed has the prior's strength, in the middle; it stands behind all that somebody has.
    order = sorted(ranked.standings, key=lambda one: not one.looks)
    places = ranking.tied_places([(one.looks > 0, round(one.strength, 9), one.copeland) for one in order])
    standings = [
        ProjectStanding(
            place=place,
            project=projects[standing.item],
            strength=standing.strength,
            error=standing.error,
            copeland=standing.copeland,
            looks=standing.looks,
            rubric=sum(given) / len(given) if (given := rubric.get(standing.item, [])) else None,
            rubric_deviation=ranking.standard_deviation(given),
            beats_next=ranked.beats(standing.item, behind.item)
            if behind and bool(behind.looks) == bool(standing.looks)
            else None,
        )
        for place, standing, behind in zip(places, order, [*order[1:], None], strict=False)
    ]
    return JudgingReport(standings)


#: Remembers nothing but answers to the same question: strengths follow from the stored orders alone.
_ranked = lru_cache(maxsize=8)(ranking.rank)


def _looks(hackathon: Hackathon, track: Track | None) -> LookQuerySet:
    looks = Look.objects.counting().filter(judge__hackathon=hackathon)
    own = looks.filter(judge__track=track)
    return own if track is None or own.exists() else looks.filter(judge__track=None)


def _rubric(looks: LookQuerySet) -> dict[int, list[float]]:
    """Return what each judge gave each project, criteria weighted."""
    weighted = Sum(F("points") * F("criterion__weight"), output_field=FloatField())
    means = (
        Mark.objects.filter(look__in=looks)
        .values("look")
        .annotate(mean=weighted / Sum("criterion__weight"))
        .order_by("look")
    )
    given: defaultdict[int, list[float]] = defaultdict(list)
    for project, mean in means.values_list("look__project_id", "mean"):
        given[project].append(mean)
    return given


@dataclass(frozen=True)
class MarkLine:
    """What one judge said about one project; of each criterion title and mark, None where there is none."""

    project: str
    team: str
    judge: str
    track: str
    place: int
    marks: tuple[tuple[str, int | None], ...]
    mean: float | None
    comment: str


def mark_lines(*, hackathon: Hackathon, projects: Iterable[int] | None = None) -> Iterator[MarkLine]:
    """Write down what was said, a line a judge and project, or only about these `projects`; three queries."""
    criteria = list(hackathon.criteria.all())
    looks = Look.objects.counting().filter(judge__hackathon=hackathon)
    marks = Mark.objects.filter(look__judge__hackathon=hackathon)
    if projects is not None:
        about = list(projects)
        looks, marks = looks.filter(project__in=about), marks.filter(look__project__in=about)
    given: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for look, criterion, points in marks.values_list("look", "criterion", "points"):
        given[look][criterion] = points
    rows = looks.order_by("project__title", "project_id", "judge__user__name", "judge_id").values_list(
        *("pk", "project__title", "project__team__name", "judge__user__name", "judge__user__email"),
        *("judge__track__title", "place", "comment"),
    )
    for pk, project, team, name, email, track, place, comment in rows.iterator():
        mine = given[pk]
        yield MarkLine(
            project=project,
            team=team,
            judge=name or email,
            track=track or "",
            place=place or 0,
            marks=tuple((one.title, mine.get(one.pk)) for one in criteria),
            mean=ranking.weighted_mean([(mine[one.pk], one.weight) for one in criteria if one.pk in mine]),
            comment=comment,
        )


@dataclass(frozen=True)
class Feedback:
    """What the judges say to a team: comments without names, and of each criterion mean and deviation."""

    comments: list[str]
    means: list[tuple[str, float, float | None]]


def feedback(*, project: Project) -> Feedback:
    """Return what is said about a project; two queries. The order of comments tells nobody's name."""
    looks = Look.objects.counting().filter(project=project)
    comments = sorted(comment for comment in looks.values_list("comment", flat=True) if comment.strip())
    given: defaultdict[str, list[int]] = defaultdict(list)
    marks = Mark.objects.filter(look__in=looks).order_by("criterion__position", "criterion")
    for title, points in marks.values_list("criterion__title", "points"):
        given[title].append(points)
    means = [
        (title, sum(points) / len(points), ranking.standard_deviation(points))
        for title, points in given.items()
    ]
    return Feedback(comments, means)
