"""Questions of the bank as files."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import exports
from classroom.access import Seat, instructor_seat
from quizzes import formats
from quizzes.formats import FORMATS
from quizzes.models import Question
from quizzes.queries import bank as queries
from quizzes.queries.drafts import drafts_of
from quizzes.views import numbers
from quizzes.views.bank import wanted_in

#: Version 2.2 of QTI is read, and 2.1 written, which all systems read.
OFFERED = [name for name in FORMATS if name != "qti22"]


@require_GET
@never_cache
def export_questions(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the format; with one, download, or first show what has no place in it."""
    seat = instructor_seat(request, slug)
    questions = _questions(request, seat)
    name = request.GET.get("format", "")
    query = request.GET.copy()
    for field in ("format", "anyway", "page"):
        query.pop(field, None)
    context: dict[str, Any] = {
        "query": query.urlencode(),
        "chosen": name,
        "offered": [(one, FORMATS[one].label, FORMATS[one].extension) for one in OFFERED],
    }
    if name not in FORMATS:
        return render(request, "quizzes/export.html", context | {"count": questions.count()})
    drafts = drafts_of(questions)
    content, problems = formats.write(name, drafts)
    if not drafts or (problems and "anyway" not in request.GET):
        refused = sum(not problem.is_warning for problem in problems)
        context |= {"count": len(drafts), "problems": problems, "left": len(drafts) - refused}
        return render(request, "quizzes/export.html", context)
    made = FORMATS[name]
    return exports.download(f"{seat.course.slug}-questions.{made.extension}", content, made.media_type)


def _questions(request: HttpRequest, seat: Seat) -> QuerySet[Question]:
    """Return the ticked questions, else those that the bank's filter finds."""
    if ticked := numbers.keys(request.GET.getlist("question")):
        return Question.objects.filter(course=seat.course, pk__in=ticked)
    return queries.questions_in_bank(course=seat.course, wanted=wanted_in(request))
