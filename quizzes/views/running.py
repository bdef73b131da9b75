"""What the staff does: run a quiz, watch it, look at the results."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, exports
from classroom.models import Outbox
from quizzes import access, queries, services
from quizzes.errors import MayStillWrite, Refused
from quizzes.forms import ExtensionForm
from quizzes.links import link_to, qr_of
from quizzes.models import Quiz

#: What one click gives everybody.
EXTRA_MINUTES = (1, 2, 5)


@require_GET
@never_cache
def run(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one quiz to staff: open it, share it, watch it, read its results."""
    now = clock.now()
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    services.settle(quiz=quiz, now=now)
    context = queries.panels(quiz=quiz, now=now) | {
        "quiz": quiz,
        "link": link_to(quiz),
        "qr": qr_of(link_to(quiz)),
        "progress": queries.progress_of(quiz=quiz, now=now),
        "extra_minutes": EXTRA_MINUTES,
        "posted": _posted(quiz),
        "results": queries.result_rows(quiz=quiz),
        "extension_form": ExtensionForm(course=quiz.course, auto_id="extend_%s"),
    }
    return render(request, "quizzes/run.html", context)


@require_GET
@never_cache
def run_next(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Return what to do now where that has changed; else nothing, so that no button moves under a finger."""
    now = clock.now()
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    services.settle(quiz=quiz, now=now)
    progress = queries.progress_of(quiz=quiz, now=now)
    if request.GET.get("at") == progress.key:
        return HttpResponse(status=204)
    return render(request, "quizzes/_run_next.html", {"quiz": quiz, "progress": progress})


@require_GET
@never_cache
def panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Return the live part of the quiz's page, again and again."""
    now = clock.now()
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    services.settle(quiz=quiz, now=now)
    return render(request, "quizzes/_panel.html", queries.panels(quiz=quiz, now=now) | {"quiz": quiz})


def _posted(quiz: Quiz) -> Outbox | None:
    """Return the last post of the quiz's link to the chat."""
    posts = Outbox.objects.filter(course=quiz.course, key__startswith=f"quiz:{quiz.pk}:opened:")
    return posts.order_by("-created_at", "-pk").first()


@require_POST
def post_link(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Post the quiz's link to the chat (again)."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    if services.post_link(quiz=quiz, by=seat.user, now=clock.now()):
        messages.success(request, _("The link is on its way to Mattermost."))
    else:
        messages.error(request, _("This course has no Mattermost webhook: an administrator can set one."))
    return redirect("quizzes:run", slug, pk)


@require_POST
def open_(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Open the quiz."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    try:
        opened = services.open_quiz(quiz=quiz, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The quiz is open.") if opened else _("The quiz was open already."))
    return redirect("quizzes:run", slug, pk)


@require_POST
def close(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Close the quiz for everybody."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    now = clock.now()
    try:
        ended = services.close_quiz(quiz=quiz, by=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:run", slug, pk)
    said = ngettext(
        "The quiz is closed; %(count)d running attempt ended with what was saved.",
        "The quiz is closed; %(count)d running attempts ended with what was saved.",
        ended,
    )
    messages.success(request, said % {"count": ended})
    return redirect("quizzes:run", slug, pk)


@require_POST
def release(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Release the review, or take that back; while others may still write, only when that is confirmed."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    now = clock.now()
    if "withdraw" in request.POST:
        services.withdraw_review(quiz=quiz, by=seat.user, now=now)
        messages.success(request, _("The review is hidden again."))
        return redirect("quizzes:run", slug, pk)
    services.settle(quiz=quiz, now=now)
    try:
        services.release_review(quiz=quiz, by=seat.user, now=now, force="force" in request.POST)
    except MayStillWrite as refusal:
        return render(request, "quizzes/release.html", {"quiz": quiz, "refusal": refusal}, status=409)
    messages.success(request, _("Students can see their scores and the right answers now."))
    return redirect("quizzes:run", slug, pk)


@require_GET
def results_csv(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download all attempts as a table."""
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    header = ["name", "email", "attempt", "started", "handed_in", "score", "max_score", "guest"]
    rows = (
        [
            row.name,
            row.email,
            row.number,
            row.started_at.isoformat(),
            row.finished_at.isoformat() if row.finished_at else "",
            row.score,
            row.max_score,
            "yes" if row.is_guest else "",
        ]
        for row in queries.result_rows(quiz=quiz)
    )
    return exports.csv_response(f"quiz-{quiz.pk}", header, rows)
