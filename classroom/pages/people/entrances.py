"""Ways into the course: invite links, the code, and requests to take part."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, enrolling
from classroom.access import Seat, instructor_seat
from classroom.errors import Refused
from classroom.models import EnrolmentRequest, InviteLink
from classroom.moments import MomentField
from quizzes.links import qr_of

#: How long a new link works if nobody says otherwise.
USUAL = timedelta(days=30)
#: How many links and requests of the past the page shows.
PAST_SHOWN = 20
REQUESTS_SHOWN = 100


class LinkForm(forms.Form):
    """A new invite link."""

    label = forms.CharField(
        label=gettext_lazy("What it is for"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("For your list only, such as “Mattermost channel”."),
    )
    max_uses = forms.IntegerField(
        label=gettext_lazy("People at most"), required=False, min_value=1, max_value=100_000
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.fields["expires_at"] = MomentField(
            label=_("Works until"),
            required=True,
            zone=seat.course.zone,
            initial=(clock.now() + USUAL).replace(second=0, microsecond=0),
        )


def _page(request: HttpRequest, seat: Seat, status: int = 200, **more: object) -> HttpResponse:
    now = clock.now()
    entrance = enrolling.entrance_of(seat.course)
    links = InviteLink.objects.filter(course=seat.course).select_related("created_by")
    requests = EnrolmentRequest.objects.filter(course=seat.course)
    context: dict[str, object] = {
        "seat": seat,
        "entrance": entrance,
        "links": links.working(now),
        "past_links": links.exclude(pk__in=links.working(now).values("pk"))[:PAST_SHOWN],
        "requests": requests.open().select_related("user")[:REQUESTS_SHOWN],
        "open_requests": requests.open().count(),
        "decided": requests.exclude(accepted_at=None, declined_at=None)
        .select_related("user", "decided_by")
        .order_by("-pk")[:PAST_SHOWN],
        "ask_address": f"{settings.SITE_URL}{reverse('ask_to_join', args=[seat.course.slug])}",
    }
    if entrance.code:
        address = f"{settings.SITE_URL}{reverse('join_by_code', args=[entrance.code])}"
        context |= {"code_address": address, "code_drawing": qr_of(address)}
    context |= more
    context.setdefault("form", LinkForm(seat=seat))
    return render(request, "classroom/people/entrances.html", context, status=status)


@require_GET
@never_cache
def entrances(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the ways in."""
    return _page(request, instructor_seat(request, slug))


@require_POST
@never_cache
def make_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an invite link and show it, once: only a digest is stored."""
    seat = instructor_seat(request, slug)
    form = LinkForm(request.POST, seat=seat)
    if form.is_valid():
        try:
            link, token = enrolling.make_link(
                course=seat.course, by=seat.user, now=clock.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            address = f"{settings.SITE_URL}{reverse('join_by_link', args=[token])}"
            return _page(request, seat, made={"link": link, "address": address, "drawing": qr_of(address)})
    return _page(request, seat, 422, form=form)


@require_POST
def revoke_link(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End a link."""
    seat = instructor_seat(request, slug)
    link = get_object_or_404(InviteLink.objects.select_related("course"), course=seat.course, pk=pk)
    if enrolling.revoke_link(link=link, by=seat.user, now=clock.now()):
        messages.success(request, _("The link no longer works. Who came through it stays."))
    return redirect("entrances", slug)


@require_POST
def renew_code(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the course a code, or another one."""
    seat = instructor_seat(request, slug)
    enrolling.renew_code(course=seat.course, by=seat.user, now=clock.now())
    messages.success(request, _("The course has a new code; no older one works."))
    return redirect("entrances", slug)


@require_POST
def switch_off_code(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the code away."""
    seat = instructor_seat(request, slug)
    enrolling.switch_off_code(course=seat.course, by=seat.user, now=clock.now())
    messages.success(request, _("Nobody comes in by code any more."))
    return redirect("entrances", slug)


@require_POST
def take_requests(request: HttpRequest, slug: str) -> HttpResponse:
    """Let people ask, or no longer."""
    seat = instructor_seat(request, slug)
    takes = "takes" in request.POST
    enrolling.take_requests(course=seat.course, takes=takes, by=seat.user, now=clock.now())
    messages.success(
        request, _("People can ask to take part.") if takes else _("Nobody can ask to take part any more.")
    )
    return redirect("entrances", slug)


@require_POST
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Accept or decline the requests that are ticked; one that was decided in between is left out."""
    seat = instructor_seat(request, slug)
    ticked = [int(pk) for pk in request.POST.getlist("request") if pk.isdecimal() and len(pk) < 10]
    chosen = EnrolmentRequest.objects.open().filter(course=seat.course, pk__in=ticked)
    now, done = clock.now(), 0
    words = request.POST.get("words", "").strip()[:500]
    for each in chosen.select_related("course", "user"):
        try:
            if "accept" in request.POST:
                enrolling.accept(request=each, by=seat.user, now=now)
            elif "decline" in request.POST:
                enrolling.decline(request=each, words=words, by=seat.user, now=now)
        except Refused as refusal:
            messages.warning(request, f"{each.user}: {refusal}")
        else:
            done += 1
    if done and "accept" in request.POST:
        text = ngettext("%(n)d person takes part now.", "%(n)d people take part now.", done)
        messages.success(request, text % {"n": done})
    elif done:
        text = ngettext("%(n)d request declined.", "%(n)d requests declined.", done)
        messages.success(request, text % {"n": done})
    else:
        messages.info(request, _("Tick the requests to decide first."))
    return redirect("entrances", slug)
