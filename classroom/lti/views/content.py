"""Choosing content, in the platform's frame: no cookie is needed, the page's own address is the secret."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from classroom import clock
from classroom.access import GRADERS
from classroom.errors import Refused
from classroom.lti import access, accounts, enrolling, entering, works
from classroom.lti import content as service
from classroom.lti.claims import Claims, text
from classroom.lti.models import Context, DeepLinking, Entry, Platform
from classroom.lti.models.platform import origin_of
from classroom.lti.views.refusals import refused
from classroom.models import User


@login_not_required
def target(request: HttpRequest) -> HttpResponse:
    """Lead who opens the dialogue's address by hand to where people arrive."""
    return redirect("home")


def choose(request: HttpRequest, entry: Entry, claims: Claims, now: datetime) -> HttpResponse:
    """Show an instructor what the course has."""
    platform = entry.platform
    try:
        user, context = _chooser(platform, claims, now)
    except Refused as refusal:
        return refused(request, str(refusal), status=403)
    choice = DeepLinking.objects.create(context=context, user=user, asked=claims.deep_linking, created_at=now)
    return _page(request, choice, now)


def _chooser(platform: Platform, claims: Claims, now: datetime) -> tuple[User, Context]:
    """Return who chooses, and for which of the platform's courses."""
    identity = accounts.known(platform=platform, subject=claims.subject)
    context = enrolling.context_of(platform=platform, claims=claims)
    if context is None or context.course is None:
        raise Refused(
            _(
                "This course is not connected yet. Add a link to this tool without choosing content, open it "
                "once, and connect the course; then choose content."
            )
        )
    if identity is None:
        raise Refused(
            _("You are not known here yet. Open a link of this tool in your course once, then choose.")
        )
    enrolment = enrolling.seat_for(
        user=identity.user, course=context.course, platform=platform, roles=claims.roles, now=now
    )
    if enrolment.role not in GRADERS or not identity.user.is_active:
        raise Refused(_("Only instructors and assistants of the course choose content."))
    if context.course.archived_at:
        raise Refused(_("This course is archived: it can be read, but no longer changed."))
    if not platform.owns(text(claims.deep_linking.get("deep_link_return_url"), 2000)):
        raise Refused(_("The platform wants the answer at an address that is not its own."))
    return identity.user, context


def _page(request: HttpRequest, choice: DeepLinking, now: datetime, *, problem: str = "") -> HttpResponse:
    course = choice.context.course
    found = works.works_of(course, now) if course else []
    context = {
        "choice": choice,
        "course": course,
        "groups": [(label, [w for w in found if w.kind == kind]) for kind, label in works.KINDS.items()],
        "several": service.takes_several(choice.asked),
        "problem": problem,
    }
    response = render(request, "lti/choose.html", context, status=422 if problem else 200)
    return entering.allow_frame(response, choice.context.platform.own_origins)


@csrf_exempt  # frames have no cookie to compare a token with; the secret address is one
@login_not_required
@never_cache
@require_POST
def chosen(request: HttpRequest, token: str) -> HttpResponse:
    """Sign what was chosen and hand it to the platform."""
    now = clock.now()
    try:
        choice = access.choice_to_answer(token, now=now)
    except Http404 as gone:
        return refused(request, str(gone), status=404)
    course = choice.context.course
    keys = set(request.POST.getlist("work"))
    found = [work for work in works.works_of(course, now) if work.key in keys] if course else []
    if not found:
        return _page(request, choice, now, problem=_("Choose at least one."))
    if len(found) > 1 and not service.takes_several(choice.asked):
        return _page(request, choice, now, problem=_("The platform takes one at a time."))
    try:
        signed = service.answer(choice=choice, works=found, now=now)
    except Refused as refusal:
        return _page(request, choice, now, problem=str(refusal))
    url = str(choice.asked["deep_link_return_url"])
    context: dict[str, Any] = {"url": url, "signed": signed, "platform": choice.context.platform}
    response = render(request, "lti/chosen.html", context)
    return entering.allow_frame(response, choice.context.platform.own_origins, posts_to=origin_of(url))
