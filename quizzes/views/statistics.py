"""How a quiz did: its numbers, question by question, as a page and as a table to take along."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import clock, exports
from classroom.charts import Chart, Kind
from quizzes import access, services
from quizzes.models import Quiz
from quizzes.queries.counted import Which
from quizzes.queries.responses import answered_items, misconceptions_in, responses
from quizzes.queries.statistics import QuestionRow, Report, report, row_of
from quizzes.statistics.numbers import Interval
from quizzes.statistics.responses import Part


@require_GET
@never_cache
def statistics(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show how the quiz and each of its questions did."""
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    found = _report(request, quiz)
    context = {
        "quiz": quiz,
        "report": found,
        "choices": list(Which),
        "scores": _scores(found),
        "facilities": _facilities(found),
    }
    return render(request, "quizzes/statistics.html", context)


@require_GET
@never_cache
def misconceptions(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the wrong ideas behind the answers: a part of the statistics' page, or without script a page."""
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    which = Which.of(request.GET.get("which"))
    context = {
        "quiz": quiz,
        "which": which,
        "misconceptions": misconceptions_in(answered_items(quiz=quiz, which=which)),
    }
    is_part = request.headers.get("HX-Target") == "misconceptions"
    template = "quizzes/_misconceptions.html" if is_part else "quizzes/misconceptions.html"
    return render(request, template, context)


@require_GET
@never_cache
def question_statistics(request: HttpRequest, slug: str, pk: int, question_pk: int) -> HttpResponse:
    """Show one question as it was asked, what was answered, and what its numbers mean."""
    _seat, quiz, question = access.question_of_quiz(request, slug, pk, question_pk)
    found = _report(request, quiz)
    items = answered_items(quiz=quiz, which=found.which, question=question)
    context = {
        "quiz": quiz,
        "question": question,
        "report": found,
        "row": row_of(found, question.pk),
        "versions": [
            (version, [(part, _thirds(part)) for part in version.parts]) for version in responses(items)
        ],
        "misconceptions": misconceptions_in(items),
    }
    return render(request, "quizzes/question_statistics.html", context)


@require_GET
def statistics_csv(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download the numbers of all questions."""
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    header = [
        *("question", "kind", "place", "versions", "attempts", "not_graded", "max_points"),
        *("facility_percent", "facility_low", "facility_high", "standard_deviation_percent"),
        *("random_guess_percent", "intended_weight_percent", "effective_weight_percent"),
        *("discrimination_index_percent", "discrimination_low", "discrimination_high"),
        *("discriminative_efficiency_percent", "median_seconds", "verdict"),
    ]
    rows = [_cells(row) for row in _report(request, quiz).rows]
    return exports.csv_response(f"quiz-{quiz.pk}-statistics", header, rows)


def _report(request: HttpRequest, quiz: Quiz) -> Report:
    services.settle(quiz=quiz, now=clock.now())
    return report(quiz=quiz, which=Which.of(request.GET.get("which")))


def _cells(row: QuestionRow) -> list[exports.Value]:
    numbers = row.numbers
    return [
        *(row.name, row.kind, row.place, row.versions, numbers.count, row.waiting, row.most),
        *(numbers.facility, *_ends(numbers.facility_interval), numbers.deviation),
        *(row.guess, row.intended_weight, row.effective_weight),
        *(numbers.discrimination_index, *_ends(numbers.discrimination_interval)),
        *(numbers.discriminative_efficiency, row.seconds, str(row.verdict.words.short)),
    ]


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


def _scores(found: Report) -> Chart:
    return Chart(Kind.BARS, _("Scores"), _("Percent of the points"), _("Attempts"), found.bins)


def _facilities(found: Report) -> Chart:
    """Draw how much of its points each question gave, hardest and easiest side by side."""
    points = [
        (row.place or row.name, None if row.numbers.facility is None else round(row.numbers.facility, 1))
        for row in found.rows
    ]
    return Chart(
        Kind.BARS, _("Points earned, question by question"), _("Question"), _("Percent"), points, y_max=100
    )


def _thirds(part: Part) -> Chart:
    """Draw how many chose each option, by how they did in the other questions."""
    points = []
    for number, response in enumerate(part.responses, start=1):
        middle = response.count - response.upper - response.lower
        for count, third in (
            (response.upper, _("upper third")),
            (middle, _("in between")),
            (response.lower, _("lower third")),
        ):
            points.append((str(number), count, third))
    return Chart(Kind.BARS, _("Who chose what"), _("Answer"), _("Attempts"), points, height=180)
