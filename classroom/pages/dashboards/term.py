"""The term: week by week how many take part and how they score, and who came to the sessions."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from classroom.attendance import tally as attendance
from classroom.charts import Chart, Kind
from classroom.models import ScheduleItem, Standing
from classroom.pages.dashboards.figures import Counts, Figure, counts_of, rows_url
from classroom.pages.dashboards.pieces import EXERCISE, QUIZ, keys
from classroom.pages.dashboards.rows.subject import Scene
from classroom.pages.dashboards.rows.work import KINDS


@dataclass(frozen=True)
class Part:
    """A week's quizzes, or its exercises."""

    kind: str
    handed_in: Figure
    missed: Figure
    expected: Figure
    mean: float | None
    results_url: str

    @property
    def done_percent(self) -> float | None:
        """How many of all pieces of work were handed in, in percent."""
        return 100 * self.handed_in.count / self.expected.count if self.expected.count else None

    @property
    def mean_percent(self) -> float | None:
        """The mean score in percent."""
        return None if self.mean is None else 100 * self.mean


@dataclass(frozen=True)
class WeekLine:
    """A week of the term."""

    number: int
    parts: list[Part | None]


def weeks_of(scene: Scene) -> list[WeekLine]:
    """Return what was done week by week, in one query; what belongs to no week is left out."""
    counts = counts_of(scene, keys(scene.pieces))
    numbers = sorted({piece.week for piece in scene.pieces if piece.week is not None})
    return [
        WeekLine(number, [_part(scene, counts, number, kind) for kind in (QUIZ, EXERCISE)])
        for number in numbers
    ]


def _part(scene: Scene, counts: dict[str, Counts], week: int, kind: str) -> Part | None:
    pieces = [piece for piece in scene.pieces if (piece.week, piece.kind) == (week, kind)]
    found = [counts[piece.key] for piece in pieces if piece.key in counts]
    if not found:
        return None
    handed_in = sum(one.handed_in for one in found)
    results = sum(one.graded for one in found)
    earned = sum((one.mean or 0.0) * one.graded for one in found)
    url = rows_url(scene, "work", week=week, kind=kind)
    return Part(
        kind,
        Figure(_("handed in"), handed_in, rows_url(scene, "work", week=week, kind=kind, standing="in")),
        Figure(
            _("missed"),
            sum(one.by_standing[Standing.MISSED] for one in found),
            rows_url(scene, "work", week=week, kind=kind, standing=Standing.MISSED.value),
        ),
        Figure(_("in all"), sum(one.people for one in found), url),
        earned / results if results else None,
        rows_url(scene, "work", week=week, kind=kind, at_least=0),
    )


def trends(lines: list[WeekLine]) -> tuple[Chart, Chart]:
    """Draw how many handed in, and how they scored, week by week."""
    names = dict(KINDS)
    parts = [(line.number, part) for line in lines for part in line.parts if part]
    done = Chart(
        Kind.LINES,
        _("Handed in, week by week"),
        _("Week"),
        _("Percent of all"),
        [(week, _round(part.done_percent), str(names[part.kind])) for week, part in parts],
        y_max=100,
        urls=[part.expected.url for _week, part in parts],
    )
    scores = Chart(
        Kind.LINES,
        _("Mean score, week by week"),
        _("Week"),
        _("Percent of the points"),
        [(week, _round(part.mean_percent), str(names[part.kind])) for week, part in parts],
        y_max=100,
        urls=[part.results_url for _week, part in parts],
    )
    return done, scores


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


@dataclass(frozen=True)
class SessionLine:
    """How many were at a session."""

    session: ScheduleItem
    url: str
    came: Figure
    excused: Figure
    absent: Figure

    @property
    def percent(self) -> float | None:
        """How many of those who were marked were there, excused ones aside."""
        asked = self.came.count + self.absent.count
        return 100 * self.came.count / asked if asked else None


def attendance_of(scene: Scene) -> list[SessionLine]:
    """Return the sessions at which somebody was marked, in one query."""
    marked = attendance.with_counts(attendance.sessions_of(scene.course)).filter(
        Q(came__gt=0) | Q(excused__gt=0) | Q(absent__gt=0)
    )
    return [
        SessionLine(
            session,
            rows_url(scene, "attendance", session=session.pk),
            *(
                Figure(
                    label,
                    getattr(session, name),
                    rows_url(scene, "attendance", session=session.pk, status=name),
                )
                for name, label in (("came", _("there")), ("excused", _("excused")), ("absent", _("absent")))
            ),
        )
        for session in marked
    ]


def attendance_chart(lines: list[SessionLine]) -> Chart | None:
    """Draw how many came, session by session; None where nobody was marked."""
    if not lines:
        return None
    return Chart(
        Kind.LINES,
        _("Attendance, session by session"),
        _("Session"),
        _("Percent there, excused aside"),
        [(line.session.starts_at, _round(line.percent)) for line in lines],
        y_max=100,
        names=[line.session.title for line in lines],
        urls=[line.url for line in lines],
    )
