"""The doors: the only way from a request to a course is a getter that checks the permission it stands for.

Each app has an `access.py` of its own that builds on these for its objects. A person who may not know that an
object exists gets 404; one who may see it but not do this gets 403.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.markdown import show_pictures_of
from classroom.models.course import Course
from classroom.models.people import Enrolment, Role
from classroom.models.user import User
from classroom.prepared import ID, Given, Rows

#: The session's key for "an instructor looks at this course as a student does".
VIEW_AS_STUDENT = "view_as_student"

STAFF = frozenset({Role.VIEWER, Role.ASSISTANT, Role.INSTRUCTOR})
GRADERS = frozenset({Role.ASSISTANT, Role.INSTRUCTOR})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


_PLACE = Rows(
    lambda: Enrolment.objects.select_related("course").filter(
        course__slug=Given("slug", models.SlugField()), user=Given("user", ID), left_at=None
    )
)


@dataclass(frozen=True)
class Seat:
    """A person's place in a course for the length of one request.

    `role` is what counts; `viewing_as_student` tells that a member of staff looks through a student's eyes,
    which is read-only. Pages offer what `is_grader` and `is_instructor` tell: in an archived course nothing,
    though its instructors still see there what they alone see (`runs_course`).
    """

    course: Course
    user: User
    role: Role
    viewing_as_student: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether the person sees what staff see."""
        return self.role in STAFF

    @property
    def is_guest(self) -> bool:
        """Whether the person takes part in a quiz without an account, and knows nothing of the rest."""
        return self.role == Role.GUEST

    @property
    def is_grader(self) -> bool:
        """Whether the person may give points: nobody in an archived course."""
        return self.role in GRADERS and not self.course.archived_at

    @property
    def is_instructor(self) -> bool:
        """Whether the person may change the course: nobody once it is archived."""
        return self.runs_course and not self.course.archived_at

    @property
    def runs_course(self) -> bool:
        """Whether the person sees what only instructors see, also in the archive."""
        return self.role == Role.INSTRUCTOR


def signed_in(request: HttpRequest) -> User:
    """Return who is asking; `LoginRequiredMiddleware` has sent everybody else to sign in."""
    if not isinstance(request.user, User):
        raise PermissionDenied(_("Please sign in first."))
    return request.user


def seat_in(
    request: HttpRequest, slug: str, *, guests: bool = False, archived: bool = False, own: bool = False
) -> Seat:
    """Return the asking person's seat in the course `slug`, whatever the role.

    For guests the course does not exist, unless a door lets them in with `guests` and looks itself at what
    they may see. In an archived course nothing can be written, but through a door with `archived`; through
    one with `own`, which is for what belongs to the person and not to the course, viewers write, too.

    Raises
    ------
    Http404
        The course does not exist or the person does not take part in it.
    PermissionDenied
        The request would change something, but the person is looking only: as a viewer, through a student's
        eyes, or at an archived course.
    """
    user = signed_in(request)
    enrolment = next(iter(_PLACE(slug=slug, user=user.pk)), None)
    if enrolment and enrolment.role == Role.GUEST and not guests:
        raise Http404(_("There is no such course, or you do not take part in it."))
    if enrolment:
        course, role = enrolment.course, Role(enrolment.role)
    else:
        found = Course.objects.filter(slug=slug).first() if user.is_superuser else None
        if found is None:
            raise Http404(_("There is no such course, or you do not take part in it."))
        course, role = found, Role.INSTRUCTOR
    viewing = role in STAFF and request.session.get(VIEW_AS_STUDENT) == course.pk
    seat = Seat(course, user, Role.STUDENT if viewing else role, viewing)
    return _take(request, seat, archived=archived, own=own)


def guest_seat(request: HttpRequest, course: Course) -> Seat:
    """Return the seat of somebody whom another door lets in; it has made sure of what they may see and do.

    Raises
    ------
    PermissionDenied
        The request would change something in an archived course.
    """
    return _take(request, Seat(course, signed_in(request), Role.GUEST))


def _take(request: HttpRequest, seat: Seat, *, archived: bool = False, own: bool = False) -> Seat:
    if not seat.user.time_zone:  # times are shown in the course's zone until the request ends
        timezone.activate(seat.course.zone)
    show_pictures_of(seat.course.slug)
    if request.method not in SAFE_METHODS:
        _refuse_onlookers(seat, archived=archived, own=own)
    request.seat = seat  # type: ignore[attr-defined]  # templates read the course and the role from it
    return seat


def _refuse_onlookers(seat: Seat, *, archived: bool, own: bool) -> None:
    if seat.viewing_as_student:
        raise PermissionDenied(
            _("You are viewing the course as a student: nothing can be changed. Leave this view first.")
        )
    if own:
        return
    if seat.role == Role.VIEWER:
        raise PermissionDenied(_("As a viewer you can see everything and change nothing."))
    if seat.course.archived_at and not archived:
        raise PermissionDenied(
            _(
                "This course is archived: it can be read, but no longer changed. An instructor can take it "
                "out of the archive, on the page of its settings."
            )
        )


def _require(seat: Seat, roles: frozenset[Role], message: str) -> Seat:
    if seat.role not in roles:
        raise PermissionDenied(message)
    return seat


def student_seat(request: HttpRequest, slug: str) -> Seat:
    """Return the seat of a student, or of staff looking through a student's eyes."""
    return _require(
        seat_in(request, slug), frozenset({Role.STUDENT}), _("Only students of this course can do this.")
    )


def staff_seat(request: HttpRequest, slug: str) -> Seat:
    """Return the seat of somebody who may see what staff see."""
    return _require(seat_in(request, slug), STAFF, _("Only the course's staff can see this."))


def grader_seat(request: HttpRequest, slug: str) -> Seat:
    """Return the seat of an assistant or instructor."""
    return _require(seat_in(request, slug), GRADERS, _("Only instructors and assistants can do this."))


def instructor_seat(request: HttpRequest, slug: str, *, archived: bool = False) -> Seat:
    """Return the seat of somebody who runs the course; with `archived`, of one in the archive, too."""
    return _require(
        seat_in(request, slug, archived=archived),
        frozenset({Role.INSTRUCTOR}),
        _("Only the course's instructors can do this."),
    )
