"""The doors to platforms, their courses, and launches that wait."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from classroom.access import Seat, instructor_seat, signed_in, staff_seat
from classroom.lti import dynamic, entering
from classroom.lti.models import Context, DeepLinking, Entry, Invitation, Platform, Roster, Score
from classroom.models import User

#: The session's key for "came from this course of a platform as its teacher".
CONNECTING = "lti_connect"
#: How long the page on which content is chosen may be looked at before it is answered.
PATIENCE = timedelta(hours=1)


def administrator(request: HttpRequest) -> User:
    """Return the site's administrator who asks: nobody else sets addresses that the site calls."""
    user = signed_in(request)
    if not user.is_superuser:
        raise PermissionDenied(_("Only the site's administrators register learning platforms."))
    return user


def platform_to_manage(request: HttpRequest, pk: int) -> tuple[User, Platform]:
    """Return a platform, for an administrator."""
    user = administrator(request)
    found = Platform.objects.filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such platform."))
    return user, found


def invitation_to_use(token: str, *, now: datetime) -> Invitation:
    """Return the invitation with this secret address, while a platform may use it."""
    found = Invitation.objects.select_related("created_by").filter(
        token=token,
        used_at=None,
        created_at__gt=now - dynamic.GOOD_FOR,
        created_by__is_active=True,
        created_by__is_superuser=True,
    )
    invitation = found.first()
    if invitation is None:
        raise Http404(_("This link was used or is over. Ask for a new one."))
    return invitation


def launch_to_finish(request: HttpRequest, state: str, *, now: datetime) -> Entry:
    """Return the launch that waits for this very browser's person to sign in."""
    found = Entry.objects.select_related("platform").filter(
        state=state,
        claims__isnull=False,
        platform__closed_at=None,
        created_at__gt=now - timedelta(seconds=entering.COOKIE_SECONDS),
    )
    entry = found.first()
    if entry is None or not entering.knows_browser(request, entry):
        raise Http404(_("This launch is over. Go back to the platform and open the link again."))
    return entry


def choice_to_answer(token: str, *, now: datetime) -> DeepLinking:
    """Return the dialogue with this secret address, while it may be answered."""
    found = DeepLinking.objects.select_related("context__platform", "context__course").filter(
        token=token,
        used_at=None,
        created_at__gt=now - PATIENCE,
        context__course__isnull=False,
        context__platform__closed_at=None,
        user__is_active=True,
    )
    choice = found.first()
    if choice is None:
        raise Http404(_("This dialogue is over. Open it on the platform again."))
    return choice


def context_to_connect(request: HttpRequest) -> Context:
    """Return the platform's course from which a teacher came and that is not connected yet."""
    signed_in(request)
    found = Context.objects.select_related("platform").filter(
        pk=request.session.get(CONNECTING) or 0, course=None, platform__closed_at=None
    )
    context = found.first()
    if context is None:
        raise Http404(_("There is nothing to connect. Open the link in your course on the platform again."))
    return context


def platforms_to_see(request: HttpRequest, slug: str) -> Seat:
    """Return the seat of somebody who sees what a course has to do with platforms."""
    return staff_seat(request, slug)


def context_to_manage(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Context]:
    """Return a platform's course that is connected with the asking instructor's."""
    seat = instructor_seat(request, slug)
    found = Context.objects.select_related("platform", "course").filter(pk=pk, course=seat.course)
    context = found.first()
    if context is None:
        raise Http404(_("This course is not connected with it."))
    return seat, context


def roster_to_see(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Roster]:
    """Return a list of a platform's people, for an instructor of the course it is connected with."""
    seat = instructor_seat(request, slug)
    found = Roster.objects.select_related("context__platform", "context__course", "asked_by")
    roster = found.filter(pk=pk, context__course=seat.course).first()
    if roster is None:
        raise Http404(_("There is no such list."))
    return seat, roster


def score_to_send(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Score]:
    """Return a score of the course that was given up, for an instructor."""
    seat = instructor_seat(request, slug)
    score = Score.objects.filter(pk=pk, link__context__course=seat.course).first()
    if score is None:
        raise Http404(_("There is no such score."))
    return seat, score
