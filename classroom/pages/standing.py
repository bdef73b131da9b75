"""Where a student stands: own results over time, beside own earlier ones and the class's middle half."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Value, When
from django.utils.translation import gettext as _

from classroom.charts import Chart, Kind
from classroom.models import Course, Outcome, Tally, User
from projects.queries import ChallengeCard
from quizzes.queries import QuizCard

#: Results are compared with those of so many others at least; with fewer one could tell whose they are.
FEWEST_OTHERS = 10
#: The last so many results are compared with the ones before them.
LATELY = 3


@dataclass(frozen=True)
class Own:
    """One of the student's results that they may see."""

    key: str
    title: str
    url: str
    at: datetime
    percent: float


@dataclass(frozen=True)
class WhereIStand:
    """What the first page says; `lately` and `before` are means in percent."""

    results: list[Own]
    chart: Chart
    lately: float
    before: float | None
    is_compared: bool


def where_i_stand(
    course: Course, user: User, quizzes: Sequence[QuizCard], challenges: Sequence[ChallengeCard]
) -> WhereIStand | None:
    """Return where the student stands, in one query; None before the first result."""
    results = own_results(quizzes, challenges)
    if not results:
        return None
    bands = class_bands(course=course, user=user, keys=[one.key for one in results])
    earlier = [one.percent for one in results[:-LATELY]]
    return WhereIStand(
        results,
        _chart(results, bands),
        mean(one.percent for one in results[-LATELY:]),
        mean(earlier) if earlier else None,
        bool(bands),
    )


@dataclass(frozen=True)
class Works:
    """How many pieces of work everybody could do so far, and how many of them the student handed in."""

    opened: int
    done: int


def works_so_far(quizzes: Sequence[QuizCard], challenges: Sequence[ChallengeCard]) -> Works:
    """Return what the cards tell of it; practice, leaderboards and what teams do are left out."""
    handed_in = [
        card.max_score is not None for card in quizzes if card.state != "upcoming" and not card.practice
    ]
    handed_in += [
        card.submissions > 0
        for card in challenges
        if card.state != "upcoming" and not card.team and not card.has_board
    ]
    return Works(len(handed_in), sum(handed_in))


def own_results(quizzes: Sequence[QuizCard], challenges: Sequence[ChallengeCard]) -> list[Own]:
    """Return the results that the cards show, as the work opened; practice counts for nothing."""
    found = [
        Own(f"quiz:{card.quiz_id}", card.title, card.url, at, 100 * card.score / card.max_score)
        for card in quizzes
        if card.score is not None and card.max_score and not card.practice and (at := card.opens_at)
    ]
    found += [
        Own(f"challenge:{card.challenge_id}", card.title, card.url, at, 100 * card.score / card.max_score)
        for card in challenges
        if card.score is not None and card.max_score and card.submissions and (at := _when(card))
    ]
    return sorted(found, key=lambda one: (one.at, one.key))


def _when(card: ChallengeCard) -> datetime | None:
    return card.opens_at or card.closes_at


def class_bands(*, course: Course, user: User, keys: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the class's quartiles in percent, by piece of work, where enough others have a result.

    That there are `FEWEST_OTHERS` beside the student is a condition of the query itself: a page that shows
    what it returns cannot show less hidden than that.
    """
    own = Outcome.objects.filter(
        course=OuterRef("course"), item=OuterRef("item"), user=user, share__isnull=False
    )
    mine = Case(When(Exists(own), then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = (
        Tally.objects.filter(course=course, item__in=keys, low__isnull=False, high__isnull=False)
        .annotate(others=F("people") - mine)
        .filter(others__gte=FEWEST_OTHERS)
        .values_list("item", "low", "high")
    )
    return {item: (100 * (low or 0.0), 100 * (high or 0.0)) for item, low, high in rows}


def _chart(results: list[Own], bands: dict[str, tuple[float, float]]) -> Chart:
    """Draw the results, the mean of all before each, and the class's band."""
    before = [
        (one.at, round(mean(earlier.percent for earlier in results[:place]), 1), _("Your mean until then"))
        for place, one in enumerate(results)
        if place
    ]
    own = [(one.at, round(one.percent, 1), _("Your result")) for one in results]
    return Chart(
        Kind.BAND,
        _("Your results over time"),
        _("Opened"),
        _("Percent"),
        [*own, *before],
        y_max=100,
        names=[*(one.title for one in results), *(one.title for one in results[1:])],
        band=[
            (one.at, round(bands[one.key][0], 1), round(bands[one.key][1], 1))
            for one in results
            if one.key in bands
        ],
        band_label=_("Middle half of the class"),
        urls=[*(one.url for one in results), *(one.url for one in results[1:])],
    )
