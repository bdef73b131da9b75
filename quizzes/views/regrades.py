"""Grading a question again: begin, read whom it changes, apply or discard."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from quizzes import access
from quizzes.errors import Refused
from quizzes.forms.grading import RegradeForm
from quizzes.models import QuestionVersion
from quizzes.queries import grading as queries
from quizzes.services import regrading


@require_POST
def begin(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Have it compared."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    form = RegradeForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Give a reason, so that students and colleagues understand it."))
        version = QuestionVersion.objects.filter(
            pk=form.cleaned_data["version"], question__course=quiz.course
        ).first()
        if version is None:
            raise Http404(_("There is no such question in this course."))
        regrade = regrading.begin_regrade(
            quiz=quiz,
            version=version,
            mode=form.cleaned_data["mode"],
            reason=form.cleaned_data["reason"],
            by=seat.user,
            now=clock.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:grading", slug, pk)
    return redirect("quizzes:regrade", slug, regrade.pk)


@require_GET
@never_cache
def regrade(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show whom it would change; a part of the page asks until it is compared."""
    _seat, found = access.regrade_for_instructor(request, slug, pk)
    context = {
        "quiz": found.quiz,
        "regrade": found,
        "changes": queries.change_rows(regrade=found),
        "answers": queries.answers_to(regrade=found),
    }
    part = request.headers.get("HX-Request")
    return render(request, "quizzes/_regrade.html" if part else "quizzes/regrade.html", context)


@require_POST
def apply(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put the new points in the place of the old ones."""
    seat, found = access.regrade_for_instructor(request, slug, pk)
    try:
        count = regrading.apply_regrade(regrade=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:regrade", slug, pk)
    said = ngettext("%(count)d answer has new points.", "%(count)d answers have new points.", count)
    messages.success(request, said % {"count": count})
    return redirect("quizzes:grading", slug, found.quiz_id)


@require_POST
def discard(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave all points as they are."""
    seat, found = access.regrade_for_instructor(request, slug, pk)
    regrading.discard_regrade(regrade=found, by=seat.user, now=clock.now())
    messages.success(request, _("Discarded: nobody's points have changed."))
    return redirect("quizzes:grading", slug, found.quiz_id)
