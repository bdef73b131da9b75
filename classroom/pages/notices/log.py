"""What was sent: of a course for its staff, of no course for administrators. Never what it says inside.

Texts may hold codes, personal links or the way into a quiz; who looks after delivery needs none of them.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, notify
from classroom.access import instructor_seat, signed_in, staff_seat
from classroom.models import Outbox

MESSAGES_A_PAGE = 50


class LogFilter(forms.Form):
    """Which messages the log shows."""

    q = forms.CharField(label=gettext_lazy("Recipient or subject"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("all")), *Outbox.State.choices],
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        required=False,
        choices=[("", gettext_lazy("all")), *Outbox.Channel.choices],
    )

    def matching(self, outbox: "QuerySet[Outbox]") -> "QuerySet[Outbox]":
        """Keep those that are asked for; what makes no sense is left out."""
        self.full_clean()
        asked = self.cleaned_data
        if words := asked.get("q"):
            outbox = outbox.filter(recipient__icontains=words) | outbox.filter(subject__icontains=words)
        if channel := asked.get("channel"):
            outbox = outbox.filter(channel=channel)
        return outbox.filter(Outbox.being(asked["state"])) if asked.get("state") else outbox


def _page(request: HttpRequest, outbox: "QuerySet[Outbox]", *, may_send: bool) -> HttpResponse:
    wanted = LogFilter(request.GET, label_suffix="")
    # The texts stay where they are: they are long, and nobody's business here.
    found = wanted.matching(outbox).defer("body", "unsubscribe").order_by("-created_at", "-pk")
    page = Paginator(found, MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "filter": wanted, "may_send": may_send}
    return render(request, "classroom/notices/log.html", context)


def _send_again(request: HttpRequest, message: Outbox) -> None:
    if notify.send_again(pk=message.pk, now=clock.now()):
        messages.success(request, _("It is tried again now."))
    else:
        messages.error(request, _("It was not given up, or its text has been deleted since."))


@require_GET
@never_cache
def course_log(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the staff what left the course, and what did not."""
    seat = staff_seat(request, slug)
    may_send = seat.is_instructor
    return _page(request, Outbox.objects.filter(course=seat.course), may_send=may_send)


@require_POST
def send_course_message(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Try again what was given up."""
    seat = instructor_seat(request, slug)
    _send_again(request, get_object_or_404(Outbox, pk=pk, course=seat.course))
    return redirect("course_messages", slug)


def _administrator(request: HttpRequest) -> None:
    if not signed_in(request).is_superuser:
        raise PermissionDenied(_("Only the site's administrators can see this."))


@require_GET
@never_cache
def site_log(request: HttpRequest) -> HttpResponse:
    """Show administrators what left the site for no course: sign-in codes, days' letters."""
    _administrator(request)
    return _page(request, Outbox.objects.filter(course=None), may_send=True)


@require_POST
def send_site_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again what was given up."""
    _administrator(request)
    _send_again(request, get_object_or_404(Outbox, pk=pk, course=None))
    return redirect("site_messages")
