"""Where platforms send people: login, launch, and the first time."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as sign_in
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock
from classroom.access import signed_in
from classroom.errors import Refused
from classroom.lti import access, accounts, enrolling, entering, forms, works
from classroom.lti.claims import Claims, text
from classroom.lti.keys import key_set
from classroom.lti.launch import LaunchRefused, believe
from classroom.lti.models import Entry, Platform
from classroom.lti.roles import is_teacher
from classroom.lti.views import content
from classroom.lti.views.refusals import refused
from classroom.models import User

RESOURCE = "LtiResourceLinkRequest"
DEEP_LINKING = "LtiDeepLinkingRequest"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead administrators to the platforms, and everybody else to their courses."""
    return redirect("lti:platforms" if signed_in(request).is_superuser else "home")


@login_not_required
@require_GET
def jwks(request: HttpRequest) -> HttpResponse:
    """Show the public keys with which platforms check what this site signs."""
    return JsonResponse(key_set(), headers={"Cache-Control": "public, max-age=300"})


@csrf_exempt  # the platform's page sends it, which has no token of ours
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Begin a launch: send the browser to the platform, which says who sits at it."""
    fields = request.GET.dict() | request.POST.dict()
    try:
        hints = entering.hints_of({name: str(value) for name, value in fields.items()})
        platform = entering.platform_of(hints)
    except LaunchRefused as refusal:
        return refused(request, str(refusal))
    choosing = hints.get("target_link_uri", "").split("?")[0] == entering.content_url()
    if entering.in_frame(request) and not choosing:
        return _in_own_window(request, platform, hints)
    entry = entering.begin(platform=platform, hints=hints, now=clock.now())
    response = redirect(entering.address_at_platform(entry))
    entering.remember_browser(response, entry, secure=settings.SESSION_COOKIE_SECURE)
    return response


@csrf_exempt  # the platform's page posts it; `believe` checks state, nonce, cookie and signature instead
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def launch(request: HttpRequest) -> HttpResponse:
    """Take the platform's answer: sign in whom it names, or say what is missing."""
    now = clock.now()
    try:
        entry, claims, known = _answer_of(request, now)
    except LaunchRefused as refusal:
        return refused(request, str(refusal))
    if claims.message == DEEP_LINKING:
        return content.choose(request, entry, claims, now)
    if claims.message != RESOURCE:
        return refused(request, _("This site does not answer this kind of launch."))
    if entering.in_frame(request) or not known:
        return _in_own_window(request, entry.platform, entry.hints, no_cookie=not known)
    return _take_in(request, entry, claims, now)


def _answer_of(request: HttpRequest, now: datetime) -> tuple[Entry, Claims, bool]:
    """Return what the platform's page posted, once it is believed."""
    if request.method == "GET":
        raise LaunchRefused(_("This address is for learning platforms: open the link on the platform."))
    state = str(request.POST.get("state", ""))
    # What somebody writes is shown to whom they belong only: it would stand on a page of ours.
    if (error := text(request.POST.get("error"), 100)) and entering.has_begun(state, now=now):
        why = text(request.POST.get("error_description"), 300) or error
        raise LaunchRefused(_("The platform did not let you through: %(why)s") % {"why": why})
    return believe(
        state=state,
        token=str(request.POST.get("id_token", "")),
        cookies=request.COOKIES,
        now=now,
    )


def _take_in(request: HttpRequest, entry: Entry, claims: Claims, now: datetime) -> HttpResponse:
    """Sign in somebody known; ask everybody else to sign in once."""
    platform = entry.platform
    identity = accounts.known(platform=platform, subject=claims.subject) or accounts.enter_new(
        platform=platform, claims=claims, now=now
    )
    if identity and not identity.user.is_active:
        return refused(request, _("Your account here is closed."))
    if identity and accounts.may_enter(identity.user):
        sign_in(request, identity.user, backend="django.contrib.auth.backends.ModelBackend")
        identity.last_launch_at = now
        identity.save(update_fields=["last_launch_at"])
        return _lead(request, identity.user, platform, claims, now)
    if identity is None:
        accounts.prepare_code(platform=platform, claims=claims)
    Entry.objects.filter(pk=entry.pk).update(claims=asdict(claims))
    return redirect("lti:welcome", entry.state)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, state: str) -> HttpResponse:
    """Meet somebody for the first time: connect the platform's account with the one signed in to here."""
    now = clock.now()
    entry = access.launch_to_finish(request, state, now=now)
    claims = Claims(**(entry.claims or {}))
    identity = accounts.known(platform=entry.platform, subject=claims.subject)
    user = request.user if isinstance(request.user, User) and not request.user.is_guest else None
    if user is None:
        address = reverse("account_request_login_code") + "?" + urlencode({"next": request.path})
        return _welcome_page(request, entry, claims, sign_in_url=address)
    if identity and identity.user_id == user.pk:
        return _finish(request, entry, claims, user, now)
    if request.method == "POST" and identity is None:
        identity = accounts.connect(platform=entry.platform, subject=claims.subject, user=user, now=now)
        if identity:
            messages.success(
                request, _("From now on %(platform)s opens your account here.") % {"platform": entry.platform}
            )
            return _finish(request, entry, claims, user, now)
    return _welcome_page(request, entry, claims, taken=identity is not None)


def _welcome_page(request: HttpRequest, entry: Entry, claims: Claims, **more: Any) -> HttpResponse:  # noqa: ANN401 - a context
    context = {"platform": entry.platform, "claims": claims, "account": request.user} | more
    return render(request, "lti/welcome.html", context, status=409 if more.get("taken") else 200)


def _finish(request: HttpRequest, entry: Entry, claims: Claims, user: User, now: datetime) -> HttpResponse:
    Entry.objects.filter(pk=entry.pk).update(claims=None)
    return _lead(request, user, entry.platform, claims, now)


def _lead(
    request: HttpRequest, user: User, platform: Platform, claims: Claims, now: datetime
) -> HttpResponse:
    """Lead to the linked work; a place in the course is found or made on the way."""
    context = enrolling.context_of(platform=platform, claims=claims)
    if context is None:
        return redirect("home")
    if context.course is None:
        if is_teacher(claims.roles):
            # Which of the platform's courses this person may connect is known from a signed launch only.
            request.session[access.CONNECTING] = context.pk
            return redirect("lti:connect")
        return refused(
            request, _("This course is not connected yet: its instructor must open the link first.")
        )
    try:
        enrolling.seat_for(user=user, course=context.course, platform=platform, roles=claims.roles, now=now)
    except Refused as refusal:
        return refused(request, str(refusal), status=403)
    work = works.work_of(context.course, claims.custom.get("work", ""), now)
    if work is None:
        return redirect(context.course)
    enrolling.link_of(context=context, claims=claims, work=work.key, now=now)
    return redirect(work.url)


def _in_own_window(
    request: HttpRequest, platform: Platform, hints: dict[str, str], *, no_cookie: bool = False
) -> HttpResponse:
    """Offer the launch in a window of its own."""
    context = {"platform": platform, "url": entering.again_url(hints), "no_cookie": no_cookie}
    return entering.allow_frame(render(request, "lti/own_window.html", context), platform.own_origins)


@never_cache
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Connect the platform's course that an instructor came from with one of the instructor's own here."""
    now, user = clock.now(), signed_in(request)
    context = access.context_to_connect(request)
    form = forms.ConnectForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        course = form.cleaned_data["course"]
        try:
            enrolling.connect_course(context=context, course=course, by=user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            del request.session[access.CONNECTING]
            messages.success(request, _("%(context)s is connected with this course.") % {"context": context})
            return redirect("lti:course", course.slug)
    page = {"context": context, "form": form}
    return render(request, "lti/connect.html", page, status=422 if form.errors else 200)
