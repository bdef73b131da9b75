"""A platform registers itself: the link for its administrator, and what the platform opens."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from classroom.errors import Refused
from classroom.lti import access, dynamic, entering
from classroom.lti.models.platform import origin_of
from classroom.lti.views.refusals import refused

#: The longest address and token that are looked at, in characters.
LONGEST_ADDRESS, LONGEST_TOKEN = 1000, 8000


@never_cache
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Show a new link, this once."""
    user = access.administrator(request)
    invitation = dynamic.invite(by=user, now=clock.now())
    url = settings.SITE_URL + reverse("lti:register", args=[invitation.token])
    return render(request, "lti/invitation.html", {"url": url})


@csrf_exempt  # opened by the platform, where nobody is signed in here; the secret address is one's right
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the platform should register, then register it."""
    now = clock.now()
    try:
        invitation = access.invitation_to_use(token, now=now)
    except Http404 as gone:
        return refused(request, str(gone), status=404)
    fields = request.POST if request.method == "POST" else request.GET
    asked = {
        "openid_configuration": fields.get("openid_configuration", "")[:LONGEST_ADDRESS],
        "registration_token": fields.get("registration_token", "")[:LONGEST_TOKEN],
    }
    origin = origin_of(asked["openid_configuration"])
    context: dict[str, object] = {**asked, "origin": origin}
    if request.method == "POST" and origin:
        try:
            context["platform"] = dynamic.register(
                invitation=invitation,
                configuration_url=asked["openid_configuration"],
                token=asked["registration_token"],
                now=now,
            )
        except Refused as refusal:
            context["problem"] = str(refusal)
    response = render(request, "lti/register.html", context, status=422 if "problem" in context else 200)
    # Moodle shows this page in a frame of its own.
    return entering.allow_frame(response, [origin]) if origin else response
