"""Grading a challenge again: begin, read the report, apply or discard."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from projects import access, queries, services
from projects.errors import Refused
from projects.forms import RegradeForm


@require_POST
def begin(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Grade everything again in the shadow."""
    now = clock.now()
    seat, task = access.challenge_to_grade(request, slug, pk)
    form = RegradeForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Give a reason, so that others understand it later."))
        begun = services.begin_regrade(
            challenge=task, reason=form.cleaned_data["reason"], by=seat.user, now=now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:results", slug, task.pk)
    return redirect(begun)


@require_GET
def regrade(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show whom it would change."""
    seat, found = access.regrade_to_see(request, slug, pk)
    page = {"seat": seat, "regrade": found, "report": queries.regrade_report(regrade=found)}
    return render(request, "projects/regrade.html", page)


@require_GET
def panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the report alone, for a page that asks until it is complete."""
    seat, found = access.regrade_to_see(request, slug, pk)
    page = {"seat": seat, "regrade": found, "report": queries.regrade_report(regrade=found)}
    return render(request, "projects/_regrade_panel.html", page)


@require_POST
def apply(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put the new grades in the place of the old ones."""
    now = clock.now()
    seat, found = access.regrade_to_decide(request, slug, pk)
    try:
        count = services.apply_regrade(regrade=found, by=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    text = ngettext("%(n)d hand-in has its new grade.", "%(n)d hand-ins have their new grades.", count)
    messages.success(request, text % {"n": count})
    return redirect("projects:results", slug, found.challenge_id)


@require_POST
def discard(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave all grades as they are."""
    now = clock.now()
    seat, found = access.regrade_to_decide(request, slug, pk)
    services.discard_regrade(regrade=found, by=seat.user, now=now)
    messages.success(request, _("Discarded: nobody's points have changed."))
    return redirect("projects:results", slug, found.challenge_id)
