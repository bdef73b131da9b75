"""What may be worth a question after a quiz, for instructors: no page of it judges."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import clock
from quizzes import access, services
from quizzes.queries.attempt_log import attempt_log as log_of
from quizzes.queries.attempt_log import kinds_in
from quizzes.queries.integrity import signals

#: Rows of a log on one page; an hour of typing is some thousand saves.
ROWS = 200


@require_GET
@never_cache
def integrity(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show in whose attempts something stands out, and who shares wrong answers."""
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    services.settle(quiz=quiz, now=clock.now())
    return render(request, "quizzes/integrity.html", {"quiz": quiz, "signals": signals(quiz=quiz)})


@require_GET
@never_cache
def attempt_log(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show everything that was noted of one attempt, or one sort of it."""
    _seat, attempt = access.attempt_for_instructor(request, slug, pk)
    entries, only = log_of(attempt=attempt), request.GET.get("only", "")
    shown = [entry for entry in entries if only in ("", entry.what)]
    context = {
        "quiz": attempt.quiz,
        "attempt": attempt,
        "kinds": kinds_in(entries),
        "only": only,
        "total": len(entries),
        "page": Paginator(shown, ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "quizzes/attempt_log.html", context)
