"""The published ranking, and what the judges say to a team."""

from collections import defaultdict
from dataclasses import dataclass

from projects import ranking
from projects.models import Hackathon, Look, Mark, Project, Track
from projects.queries.judging import ProjectStanding, judging_report


def board(*, hackathon: Hackathon, track: Track | None, shown: int | None) -> list[ProjectStanding]:
    """Return the first `shown` places (None: all) of a track or the whole, of what somebody has placed."""
    standings = judging_report(hackathon=hackathon, track=track).standings
    return [row for row in standings if row.looks and (shown is None or row.place <= shown)]


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
