"""What administrators of the site do with the data of persons; for others these pages do not exist."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.access import signed_in
from classroom.errors import Refused
from classroom.models import ErasureRequest, User
from classroom.models.user import GUEST_DOMAIN
from classroom.pages.privacy.own import archive_of
from classroom.privacy import anonymising, requests

#: How many people a search shows, and how many decided requests.
MOST_FOUND = 20
DECIDED_SHOWN = 30


def administrator(request: HttpRequest) -> User:
    """Return who asks if they administrate the site."""
    user = signed_in(request)
    if not user.is_superuser:
        raise Http404(_("There is nothing here, or it is not for you."))
    return user


@require_GET
@never_cache
def erasure_requests(request: HttpRequest) -> HttpResponse:
    """List the requests, and find a person."""
    administrator(request)
    words = request.GET.get("q", "").strip()[:100]
    found = User.objects.filter(Q(email__icontains=words) | Q(name__icontains=words))
    asked = ErasureRequest.objects.select_related("user", "decided_by")
    context = {
        "requests": asked.open(),
        "decided": asked.exclude(pk__in=asked.open().values("pk")).order_by("-pk")[:DECIDED_SHOWN],
        "words": words,
        "found": found.exclude(email__endswith=f"@{GUEST_DOMAIN}")[:MOST_FOUND] if words else [],
    }
    return render(request, "classroom/privacy/requests.html", context)


@require_POST
@never_cache
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give out what the site holds of somebody, for example to who asked by letter."""
    by = administrator(request)
    return archive_of(get_object_or_404(User, pk=pk), by=by)


@require_POST
def anonymise(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a person anonymous, if their address was typed once more."""
    by = administrator(request)
    user = get_object_or_404(User, pk=pk)
    if request.POST.get("email", "").strip().lower() != user.email:
        messages.error(request, _("Nothing was done: type the person's address to confirm."))
        return redirect("erasure_requests")
    try:
        nobody = anonymising.anonymise(user=user, by=by, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The account is called %(nobody)s now.") % {"nobody": nobody})
    return redirect("erasure_requests")


@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why somebody is not made anonymous."""
    by = administrator(request)
    asked = get_object_or_404(ErasureRequest.objects.select_related("user"), pk=pk)
    words = request.POST.get("words", "").strip()[:500]
    try:
        if not words:
            raise Refused(_("Write why: the person has a right to know."))
        requests.decline(request=asked, words=words, by=by, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The person is told."))
    return redirect("erasure_requests")
