"""The link at a letter's end: no more of these, without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from classroom import clock
from classroom import notices as service
from classroom.models import User


@csrf_exempt  # RFC 8058: a mail program posts without a page before it; the signed link is the proof
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET, since mail scanners open links, and do it on POST."""
    try:
        user, sort = service.read_unsubscribe(token)
    except (BadSignature, User.DoesNotExist, ValueError) as error:
        raise Http404(_("This link is damaged. Sign in, and choose under “Your settings”.")) from error
    if request.method == "POST":
        service.unsubscribe(user=user, sort=sort, now=clock.now())
    context = {"person": user, "sort": sort, "done": request.method == "POST"}
    return render(request, "classroom/notices/unsubscribe.html", context)
