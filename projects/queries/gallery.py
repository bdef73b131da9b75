"""The projects of a hackathon, as everybody may see them after the embargo."""

from dataclasses import dataclass, replace

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from projects.models import FunctionGrade, Hackathon, Project, Submission
from projects.models.team import ProjectQuerySet
from projects.queries.awards import awards_of
from projects.queries.teams import authors_of


@dataclass(frozen=True)
class ProjectCard:
    """A project with its live result; `members` is filled on the project's own page only."""

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
    awards: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    functions: tuple[tuple[str, str], ...] = ()


def gallery(*, hackathon: Hackathon, search: str = "", challenge: int | None = None) -> list[ProjectCard]:
    """Return the registered projects by title, those that contain `search`; two queries."""
    projects = _projects(hackathon).approved()
    if search:
        projects = projects.filter(
            Q(title__icontains=search) | Q(abstract__icontains=search) | Q(team__name__icontains=search)
        )
    if challenge is not None:
        projects = projects.filter(challenge=challenge)
    cards = [_card(project) for project in projects.order_by("title", "pk")]
    awards = awards_of(projects=[card.pk for card in cards])
    return [replace(card, awards=awards.get(card.pk, ())) for card in cards]


def project_page(*, hackathon: Hackathon, pk: int) -> ProjectCard | None:
    """Return one project with its members and its best code's functions (name, verdict); four queries."""
    project = _projects(hackathon).filter(pk=pk).first()
    if project is None:
        return None
    best: int | None = project.best  # type: ignore[attr-defined]  # annotated below
    grades = FunctionGrade.objects.filter(submission=best).order_by("position")
    return replace(
        _card(project),
        awards=awards_of(projects=[pk]).get(pk, ()),
        members=tuple(str(author) for author in authors_of(project=project)),
        functions=tuple(grades.values_list("name", "verdict")),
    )


def _projects(hackathon: Hackathon) -> ProjectQuerySet:
    """Annotate each project with its team's best hand-in to the challenge."""
    best = (
        Submission.objects.filter(team=OuterRef("team"), challenge=OuterRef("challenge"))
        .exclude(graded_at=None, adjusted_score=None)
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
    )
