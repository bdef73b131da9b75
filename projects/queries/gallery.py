"""The projects of a hackathon, as everybody may see them after the embargo."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from projects import sparkline
from projects.models import (
    BOARD_PREFIX,
    Award,
    Board,
    FunctionGrade,
    Hackathon,
    Project,
    ProjectPicture,
    Submission,
    Track,
    competing,
)
from projects.models.team import ProjectQuerySet
from projects.queries.awards import awards_of
from projects.queries.board import BoardResult, board_results
from projects.queries.teams import authors_of

#: What functions that compute gradients are called in the engine's exercises.
_GRADIENT = re.compile(r"back(ward|prop|_prop)|grad")


@dataclass(frozen=True)
class Cover:
    """A project's first picture."""

    digest: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class ProjectCard:
    """A project with its live result; `members` is filled on the project's own page only.

    `functions` are those of the best graded code, each with its verdict.
    """

    pk: int
    title: str
    team: str
    challenge: str
    abstract: str
    repository_url: str
    demo_url: str
    video_url: str
    is_complete: bool
    score: float | None
    max_score: float | None
    credits: str = ""
    awards: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    functions: tuple[tuple[str, str], ...] = ()
    cover: Cover | None = None
    result: BoardResult | None = None

    @property
    def curve(self) -> str:
        """The learning curve as an SVG path; empty where there is none."""
        return sparkline.path(self.result.curve) if self.result else ""

    @property
    def reported(self) -> tuple[float, float] | None:
        """The learning curve's first and last value."""
        values = [value for _step, value in self.result.curve if value is not None] if self.result else []
        return (values[0], values[-1]) if values else None

    @property
    def metric(self) -> str:
        """What the leaderboard measures."""
        return str(Board.Metric(self.result.metric).label) if self.result else ""

    @property
    def functions_right(self) -> int:
        """How many functions are right."""
        return sum(verdict == "correct" for _name, verdict in self.functions)

    @property
    def gradients(self) -> list[bool]:
        """Of each function that computes gradients, whether it agrees with the reference's."""
        return [verdict == "correct" for name, verdict in self.functions if _GRADIENT.search(name)]

    @property
    def are_gradients_right(self) -> bool:
        """Whether there are gradients, and all agree."""
        return bool(self.gradients) and all(self.gradients)


def gallery_projects(
    *,
    hackathon: Hackathon,
    search: str = "",
    challenge: int | None = None,
    track: Track | None = None,
    won: bool = False,
) -> QuerySet[Project]:
    """Return the projects that are shown, by title.

    Of them those with every word of `search`, those that compete in `track`, or those with an award.
    """
    projects = _projects(hackathon).approved()
    for word in search.split():
        projects = projects.filter(
            Q(title__icontains=word)
            | Q(abstract__icontains=word)
            | Q(team__name__icontains=word)
            | Q(credits__icontains=word)
        )
    if challenge is not None:
        projects = projects.filter(challenge=challenge)
    if track:
        projects = projects.filter(pk__in=competing(hackathon, track).values("pk"))
    if won:
        projects = projects.filter(Exists(Award.objects.published().filter(project=OuterRef("pk"))))
    return projects.order_by("title", "pk")


def cards_of(*, hackathon: Hackathon, projects: Sequence[Project], now: datetime) -> list[ProjectCard]:
    """Return the cards of projects from `gallery_projects`, in four queries and three a leaderboard."""
    results = board_results(
        hackathon=hackathon,
        now=now,
        teams={project.team_id for project in projects},
        challenges={project.challenge_id for project in projects},
    )
    awards = awards_of(projects=[project.pk for project in projects])
    covers = {
        picture.project_id: Cover(picture.digest, picture.alt, picture.width, picture.height)
        # From the last to the first, so that the first stays.
        for picture in ProjectPicture.objects.filter(project__in=projects).defer("content").reverse()
    }
    functions: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    best = [project.best for project in projects]  # type: ignore[attr-defined]  # annotated below
    grades = FunctionGrade.objects.filter(submission__in=filter(None, best)).order_by("position")
    for pk, name, verdict in grades.values_list("submission", "name", "verdict"):
        functions[pk].append((name, verdict))
    return [
        replace(
            _card(project),
            awards=awards.get(project.pk, ()),
            functions=tuple(functions[pk]) if pk else (),
            cover=covers.get(project.pk),
            result=results.get(project.team_id),
        )
        for project, pk in zip(projects, best, strict=True)
    ]


def gallery(*, hackathon: Hackathon, now: datetime) -> list[ProjectCard]:
    """Return all cards, in five queries and three a leaderboard."""
    projects = list(gallery_projects(hackathon=hackathon))
    return cards_of(hackathon=hackathon, projects=projects, now=now)


def project_page(*, hackathon: Hackathon, pk: int, now: datetime) -> ProjectCard | None:
    """Return one project with its members."""
    project = _projects(hackathon).filter(pk=pk).first()
    if project is None:
        return None
    (card,) = cards_of(hackathon=hackathon, projects=[project], now=now)
    return replace(card, members=tuple(str(author) for author in authors_of(project=project)))


def _projects(hackathon: Hackathon) -> ProjectQuerySet:
    """Annotate each project with its team's best graded hand-in to the challenge."""
    best = (
        Submission.objects.filter(team=OuterRef("team"), challenge=OuterRef("challenge"))
        .exclude(graded_at=None, adjusted_score=None)
        .exclude(exercise__startswith=BOARD_PREFIX)  # those are the leaderboard's to show
        .annotate(given=Coalesce("adjusted_score", F("score") * F("late_factor")))
        .order_by(F("given").desc(nulls_last=True), "number")
    )
    return (
        Project.objects.registered()
        .filter(team__hackathon=hackathon)
        .select_related("team", "challenge")
        .annotate(
            best=Subquery(best.values("pk")[:1]),
            best_score=Subquery(best.values("given")[:1]),
            best_of=Subquery(best.values("max_score")[:1]),
        )
    )


def _card(project: Project) -> ProjectCard:
    return ProjectCard(
        pk=project.pk,
        title=project.title,
        team=project.team.name,
        challenge=project.challenge.title,
        abstract=project.abstract,
        repository_url=project.repository_url,
        demo_url=project.demo_url,
        video_url=project.video_url,
        is_complete=project.is_complete,
        score=project.best_score,  # type: ignore[attr-defined]  # annotated above
        max_score=project.best_of,  # type: ignore[attr-defined]
        credits=project.credits,
    )
