"""Two projects beside each other: what their networks reach, and what their code gets right."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from classroom.charts import Chart, Kind
from projects.models import Hackathon, Project
from projects.queries.board import chance_of_lead
from projects.queries.gallery import ProjectCard, cards_of, gallery_projects
from projects.queries.sheets import VERDICTS

#: A verdict in words and its tone; None where the code was not graded.
Verdict = tuple[Promise | str, str] | None


@dataclass(frozen=True)
class Comparison:
    """Two cards, and what only both together tell.

    `chance` is how often the first network scores better when the hidden examples are drawn again.
    """

    cards: tuple[ProjectCard, ProjectCard]
    functions: list[tuple[str, Verdict, Verdict]]
    curves: Chart | None
    chance: float | None


def comparable(*, hackathon: Hackathon, project: Project, search: str = "") -> QuerySet[Project]:
    """Return the other projects of the same challenge that are shown."""
    found = gallery_projects(hackathon=hackathon, search=search, challenge=project.challenge_id)
    return found.exclude(pk=project.pk)


def comparison(*, hackathon: Hackathon, first: Project, second: Project, now: datetime) -> Comparison:
    """Put two projects from `gallery_projects` beside each other."""
    one, two = cards_of(hackathon=hackathon, projects=[first, second], now=now)
    chance = None
    if one.result and two.result and one.challenge == two.challenge:
        chance = chance_of_lead(first=one.result, second=two.result)
    return Comparison((one, two), _functions(one, two), _curves(one, two), chance)


def _functions(one: ProjectCard, two: ProjectCard) -> list[tuple[str, Verdict, Verdict]]:
    sides = dict(one.functions), dict(two.functions)
    names = list(dict.fromkeys([*sides[0], *sides[1]]))
    return [(name, _verdict(sides[0].get(name)), _verdict(sides[1].get(name))) for name in names]


def _verdict(verdict: str | None) -> Verdict:
    return VERDICTS.get(verdict, (verdict, "bad")) if verdict else None


def _curves(one: ProjectCard, two: ProjectCard) -> Chart | None:
    points = [
        (step, value, _name(card, one, two))
        for card in (one, two)
        if card.result
        for step, value in card.result.curve
    ]
    if not points:
        return None
    return Chart(Kind.LINES, _("Learning curves"), _("Step"), _("What the code reported"), points)


def _name(card: ProjectCard, one: ProjectCard, two: ProjectCard) -> str:
    """Name a curve by its project, and by the team, too, where both projects are called alike."""
    return f"{card.title} ({card.team})" if one.title == two.title else card.title
