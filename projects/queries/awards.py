"""Awards as they are read: those everybody may know of, and who could get one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from projects.models import Award, Hackathon
from projects.queries.judging import ProjectStanding, judging_report


@dataclass(frozen=True)
class AwardLine:
    """A published award; `within` names its challenge or track."""

    title: str
    sponsor: str
    prize: str
    within: str
    project_id: int
    project: str
    team: str


def published_awards(*, hackathon: Hackathon) -> list[AwardLine]:
    """Return the awards in their order, once they are published; one query."""
    awards = Award.objects.published().filter(hackathon=hackathon)
    return [
        AwardLine(
            title=award.title,
            sponsor=award.sponsor,
            prize=award.prize,
            within=str(award.challenge or award.track or ""),
            project_id=award.project.pk,
            project=award.project.title,
            team=award.project.team.name,
        )
        for award in awards.select_related("challenge", "track", "project__team")
        if award.project
    ]


def awards_of(*, projects: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the titles of the published awards by project; one query."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Award.objects.published().filter(project__in=list(projects))
    for project, title in rows.order_by("position", "pk").values_list("project", "title"):
        found[project].append(title)
    return {project: tuple(titles) for project, titles in found.items()}


def candidates(*, award: Award, search: str = "") -> list[ProjectStanding]:
    """Return who could get an award, in the judges' order; places are among all projects, or the track's."""
    report = judging_report(hackathon=award.hackathon, track=award.track)
    sought = search.casefold()
    return [
        standing
        for standing in report.standings
        if award.challenge_id in (None, standing.project.challenge_id)
        and (sought in standing.project.title.casefold() or sought in standing.project.team.name.casefold())
    ]
