"""Registering platforms: for the site's administrators."""

import json

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.lti import access, registering
from classroom.lti.configuration import canvas_json, tool_addresses
from classroom.lti.forms import CANVAS_CLOUD, PlatformForm, moodle_at
from classroom.lti.models import Platform
from classroom.lti.wire import PlatformError


@never_cache
@require_GET
def platforms(request: HttpRequest) -> HttpResponse:
    """List the platforms, and tell what their administrators need."""
    access.administrator(request)
    found = Platform.objects.annotate(
        courses=Count("contexts", filter=Q(contexts__course__isnull=False)),
    )
    context = {
        "platforms": found,
        "addresses": tool_addresses(),
        "canvas": json.dumps(canvas_json(), indent=2),
        "canvas_url": settings.SITE_URL + reverse("lti:canvas"),
    }
    return render(request, "lti/platforms.html", context)


@login_not_required
@require_GET
def canvas(request: HttpRequest) -> HttpResponse:
    """Describe the tool as Canvas reads it from a URL; it holds nothing secret."""
    return JsonResponse(canvas_json(), json_dumps_params={"indent": 2})


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a platform; `?moodle=ADDRESS` and `?canvas=1` fill in what is known of them."""
    user = access.administrator(request)
    initial = CANVAS_CLOUD if request.GET.get("canvas") else {}
    if request.GET.get("moodle"):
        initial = moodle_at(request.GET["moodle"][:200])
    return _edit(request, Platform(created_by=user, created_at=clock.now()), initial)


@never_cache
@require_http_methods(["GET", "POST"])
def platform(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a registration."""
    _user, found = access.platform_to_manage(request, pk)
    return _edit(request, found, {})


def _edit(request: HttpRequest, found: Platform, initial: dict[str, str]) -> HttpResponse:
    form = PlatformForm(request.POST or None, instance=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        registering.save(platform=form.save(commit=False), by=access.administrator(request), now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("lti:platform", found.pk)
    context = {"platform": found, "form": form, "addresses": tool_addresses()}
    return render(request, "lti/platform.html", context, status=422 if form.errors else 200)


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Try whether the platform answers: its keys, and a token for our key."""
    _user, found = access.platform_to_manage(request, pk)
    try:
        count = registering.try_out(platform=found)
    except PlatformError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("The platform answers, knows our key, and has %(count)d of its own.") % {"count": count},
        )
    return redirect("lti:platform", pk)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Let no launch of a platform in any more, or let them in again; nothing is deleted."""
    user, found = access.platform_to_manage(request, pk)
    is_closed = registering.set_closed(
        platform=found, closed=request.POST.get("closed") == "1", by=user, now=clock.now()
    )
    messages.success(
        request,
        _("%(platform)s is closed: nobody enters by it.") % {"platform": found}
        if is_closed
        else _("%(platform)s is open.") % {"platform": found},
    )
    return redirect("lti:platform", pk)
