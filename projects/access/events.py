"""The doors to hackathons: to see, to join, to organise."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from classroom.access import (
    Seat,
    grader_seat,
    instructor_seat,
    seat_in,
    staff_seat,
    student_seat,
)
from classroom.models import HelpRequest
from projects.access.rows import one_of
from projects.models import (
    Answer,
    Challenge,
    EventAnnouncement,
    Hackathon,
    Membership,
    Registration,
    RegistrationQuestion,
    Team,
)


def hackathon_to_see(
    request: HttpRequest, slug: str, pk: int | None, *, now: datetime
) -> tuple[Seat, Hackathon]:
    """Return a hackathon; without `pk` the one that is on, else the next, else the last."""
    seat = seat_in(request, slug)
    events = hackathons_of(seat, now)
    if pk is not None:
        return seat, one_of(events.filter(pk=pk).first())
    on_or_next = events.filter(ends_at__gt=now).order_by("starts_at").first()
    return seat, one_of(on_or_next or events.order_by("-starts_at").first())


def other_hackathons(seat: Seat, event: Hackathon, *, now: datetime) -> QuerySet[Hackathon]:
    """Return the course's other hackathons that the person may see, the newest first."""
    return hackathons_of(seat, now).exclude(pk=event.pk).order_by("-starts_at", "-pk")


def hackathon_to_join(
    request: HttpRequest, slug: str, pk: int, *, now: datetime
) -> tuple[Seat, Hackathon, Team | None]:
    """Return a hackathon a student may take part in, with the student's team."""
    seat = student_seat(request, slug)
    event = one_of(hackathons_of(seat, now).filter(pk=pk).first())
    return seat, event, team_of(seat, event)


def hackathon_to_review(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon with all its teams, for staff."""
    seat = staff_seat(request, slug)
    return seat, one_of(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())


def hackathon_to_organise(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon that an instructor organises."""
    seat = instructor_seat(request, slug)
    return seat, one_of(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())


def hackathons_to_organise(request: HttpRequest, slug: str) -> tuple[Seat, QuerySet[Hackathon]]:
    """Return the hackathons of the course, those that are not published yet included, for an instructor."""
    seat = instructor_seat(request, slug)
    return seat, Hackathon.objects.filter(course=seat.course)


def challenge_to_organise(
    request: HttpRequest, slug: str, pk: int, challenge: int
) -> tuple[Seat, Hackathon, Challenge]:
    """Return a challenge of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, event, one_of(Challenge.objects.filter(hackathon=event, pk=challenge).first())


def question_to_organise(
    request: HttpRequest, slug: str, pk: int, question: int
) -> tuple[Seat, Hackathon, RegistrationQuestion]:
    """Return a question that a hackathon's form asks, for an instructor."""
    seat, event = hackathon_to_organise(request, slug, pk)
    asked = RegistrationQuestion.objects.asked().filter(hackathon=event, pk=question)
    return seat, event, one_of(asked.first())


def registration_to_decide(
    request: HttpRequest, slug: str, pk: int, registration: int
) -> tuple[Seat, Registration]:
    """Return somebody's registration for a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = Registration.objects.select_related("hackathon__course", "user")
    return seat, one_of(found.filter(hackathon=event, pk=registration).first())


def answered_file(
    request: HttpRequest, slug: str, pk: int, answer: int, *, now: datetime
) -> tuple[Seat, Answer]:
    """Return a file somebody uploaded when registering: to staff and to whoever uploaded it."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    found = Answer.objects.filter(registration__hackathon=event, pk=answer).exclude(content=None)
    return seat, one_of((found if seat.is_staff else found.filter(registration__user=seat.user)).first())


def help_desk(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Hackathon, bool]:
    """Return a hackathon whose help desk the person uses, and whether they see the queue as a mentor does."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    return seat, event, serves_at(seat, event)


def help_request_to_serve(
    request: HttpRequest, slug: str, pk: int, help_request: int, *, now: datetime
) -> tuple[Seat, Hackathon, HelpRequest]:
    """Return a request for help, for staff and for the mentors of the event's challenges."""
    seat, event, serves = help_desk(request, slug, pk, now=now)
    if not serves:
        raise PermissionDenied(_("Only mentors and the course's staff can do this."))
    found = HelpRequest.objects.select_related("desk__course", "asked_by")
    return (
        seat,
        event,
        one_of(
            found.filter(
                desk__course=seat.course, desk__about=f"hackathon:{event.pk}", pk=help_request
            ).first()
        ),
    )


def announcement_to_organise(
    request: HttpRequest, slug: str, pk: int, announcement: int
) -> tuple[Seat, EventAnnouncement]:
    """Return an announcement of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = EventAnnouncement.objects.select_related("hackathon__course", "team")
    return seat, one_of(found.filter(hackathon=event, pk=announcement).first())


def hackathon_with_door(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon at whose door the person lets people in: an instructor or an assistant."""
    seat = grader_seat(request, slug)
    return seat, one_of(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())


def team_of(seat: Seat, event: Hackathon) -> Team | None:
    """Return the team the person is in."""
    membership = (
        Membership.objects.select_related("team__hackathon__course")
        .filter(hackathon=event, user=seat.user)
        .first()
    )
    return membership.team if membership else None


def serves_at(seat: Seat, event: Hackathon) -> bool:
    """Tell whether the person helps at the event: staff, and the mentors of its challenges."""
    return seat.is_staff or event.challenges.filter(mentors=seat.user).exists()


def hackathons_of(seat: Seat, now: datetime) -> QuerySet[Hackathon]:
    """Return the course's hackathons that this person may know of."""
    events = Hackathon.objects.select_related("course").filter(course=seat.course)
    return events if seat.is_staff else events.filter(published_at__lte=now)
