"""Courses, their weeks, and who takes part."""

from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from classroom import clock
from classroom.access import Seat, seat_in, signed_in, staff_seat
from classroom.api.auth import may
from classroom.api.paging import Page, Window, page_of
from classroom.models import Course, Enrolment, Role, Scope, Week

router = Router(tags=["Courses"])


class CourseOut(Schema):
    """A course that you take part in."""

    slug: str = Field(description="Its short name, which addresses use.", examples=["deep-learning-ws26"])
    title: str = Field(examples=["Deep Learning"])
    term: str = Field(examples=["Winter 2026"])
    role: str = Field(description="Yours: student, viewer, assistant or instructor.", examples=["student"])
    time_zone: str = Field(description="In which its times are meant.", examples=["Europe/Berlin"])
    language: str = Field(examples=["en"])
    starts_on: date | None = Field(examples=["2026-10-20"])
    ends_on: date | None = Field(examples=["2027-02-02"])
    is_archived: bool = Field(description="Archived courses can be read, but nothing changes in them.")
    url: str = Field(
        description="Its page.", examples=["https://classroom.example.org/c/deep-learning-ws26/"]
    )


class WeekOut(Schema):
    """A week of a course, as a list shows it."""

    number: int = Field(examples=[7])
    title: str = Field(examples=["Convolutional networks"])
    starts_at: datetime = Field(examples=["2026-12-01T17:00:00Z"])
    released_at: datetime | None = Field(description="From when students see it; null: not at all yet.")
    url: str = Field(description="Its page.")


class ReferenceOut(Schema):
    """An entry of a bibliography."""

    number: int
    citation: str
    url: str


class TopicOut(Schema):
    """A section of a week."""

    title: str = Field(examples=["Pooling"])
    body: str = Field(description="Markdown; formulas between dollar signs.")
    references: list[ReferenceOut]


class SessionOut(Schema):
    """Something of the week with a time and a place."""

    kind: str = Field(examples=["session"])
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str


class WeekDetail(WeekOut):
    """A week with all that its page says."""

    goals: str = Field(description="Markdown.")
    for_next_week: str = Field(description="Markdown.")
    video_call_url: str
    recording_url: str
    topics: list[TopicOut]
    sessions: list[SessionOut]


class PersonOut(Schema):
    """Somebody who takes part."""

    id: int
    name: str = Field(examples=["Ada Lovelace"])
    email: str = Field(examples=["ada@example.org"])
    role: str = Field(examples=["student"])
    joined_at: datetime


@router.get("/courses", auth=may(Scope.COURSES), response=Page[CourseOut], summary="Your courses")
def courses(request: HttpRequest, window: Query[Window]) -> dict[str, object]:
    """The courses that you take part in, newest first; an administrator's are all."""
    return page_of(request, _courses(request), window, lambda rows: [_course(request, *row) for row in rows])


@router.get("/courses/{slug:slug}", auth=may(Scope.COURSES), response=CourseOut, summary="One course")
def course(request: HttpRequest, slug: str) -> dict[str, object]:
    """One of your courses. One that you do not take part in is "not found" for you."""
    seat = seat_in(request, slug)
    return _course(request, seat.course, seat.role)


@router.get(
    "/courses/{slug:slug}/weeks",
    auth=may(Scope.COURSES),
    response=Page[WeekOut],
    summary="The course's weeks",
)
def weeks(request: HttpRequest, slug: str, window: Query[Window]) -> dict[str, object]:
    """The weeks in order; students get those that are released."""
    seat = seat_in(request, slug)
    found = _weeks(seat, clock.now()).order_by("number")
    return page_of(request, found, window, lambda rows: [_week(request, row) for row in rows])


@router.get(
    "/courses/{slug:slug}/weeks/{key:number}",
    auth=may(Scope.COURSES),
    response=WeekDetail,
    summary="One week",
)
def week(request: HttpRequest, slug: str, number: int) -> dict[str, object]:
    """One week with its goals, topics, bibliography and sessions."""
    seat = seat_in(request, slug)
    found = _weeks(seat, clock.now()).filter(number=number).prefetch_related("topics__references", "schedule")
    one = found.first()
    if one is None:
        raise Http404(_("This course has no such week, or it is not released yet."))
    return _week(request, one) | {
        "goals": one.goals,
        "for_next_week": one.for_next_week,
        "video_call_url": one.video_call_url,
        "recording_url": one.recording_url,
        "topics": [
            {"title": topic.title, "body": topic.body, "references": list(topic.references.all())}
            for topic in one.topics.all()
        ],
        "sessions": list(one.schedule.all()),
    }


@router.get(
    "/courses/{slug:slug}/people",
    auth=may(Scope.PEOPLE),
    response=Page[PersonOut],
    summary="Who takes part",
)
def people(request: HttpRequest, slug: str, window: Query[Window]) -> dict[str, object]:
    """Who takes part now, for the course's staff: staff first, then by name. Guests are left out."""
    seat = staff_seat(request, slug)
    order = [When(role=role, then=Value(place)) for place, role in enumerate(STAFF_FIRST)]
    found = (
        Enrolment.objects.filter(course=seat.course, left_at=None)
        .exclude(role=Role.GUEST)
        .select_related("user")
        .order_by(Case(*order, output_field=IntegerField()), "user__name", "user__email")
    )
    return page_of(request, found, window, lambda rows: [_person(row) for row in rows])


STAFF_FIRST = (Role.INSTRUCTOR, Role.ASSISTANT, Role.VIEWER, Role.STUDENT)


def _courses(request: HttpRequest) -> list[tuple[Course, str]]:
    user = signed_in(request)
    enrolments = Enrolment.objects.filter(user=user, left_at=None).exclude(role=Role.GUEST)
    roles = {one.course_id: one.role for one in enrolments}
    order = (F("starts_on").desc(nulls_last=True), "title", "pk")
    found = Course.objects.all() if user.is_superuser else Course.objects.filter(pk__in=roles)
    return [(one, roles.get(one.pk, Role.INSTRUCTOR)) for one in found.order_by(*order)]


def _course(request: HttpRequest, one: Course, role: str) -> dict[str, object]:
    return {
        "slug": one.slug,
        "title": one.title,
        "term": one.term,
        "role": str(role),
        "time_zone": one.time_zone,
        "language": one.language,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "is_archived": one.archived_at is not None,
        "url": request.build_absolute_uri(one.get_absolute_url()),
    }


def _weeks(seat: Seat, now: datetime) -> "QuerySet[Week]":
    found = Week.objects.filter(course=seat.course).select_related("course")
    return found if seat.is_staff else found.filter(released_at__lte=now)


def _week(request: HttpRequest, one: Week) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "starts_at": one.starts_at,
        "released_at": one.released_at,
        "url": request.build_absolute_uri(one.get_absolute_url()),
    }


def _person(one: Enrolment) -> dict[str, object]:
    return {
        "id": one.user_id,
        "name": one.user.name,
        "email": one.user.email,
        "role": one.role,
        "joined_at": one.joined_at,
    }
