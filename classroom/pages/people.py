"""The people of a course, for its staff."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, codes
from classroom import people as service
from classroom.access import Seat, instructor_seat, staff_seat
from classroom.models import Course, Enrolment, Role

#: Whom an instructor can add; guests come by themselves, and only to a quiz (see its live room).
ROLES = [(role, label) for role, label in Role.choices if role != Role.GUEST]


class AddPeopleForm(forms.Form):
    """One address a line, all with one role."""

    addresses = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy("One person a line: ada@example.org or Ada Lovelace <ada@example.org>."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=100_000,
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, initial=Role.STUDENT)

    def clean_addresses(self) -> list[service.Person]:
        """Read the people; a line without an address is named."""
        people, problems = service.parse_people(self.cleaned_data["addresses"])
        if problems:
            raise forms.ValidationError(
                _("These lines hold no e-mail address: %(lines)s") % {"lines": " · ".join(problems[:5])}
            )
        return people


@dataclass(frozen=True)
class Row:
    """One person in the list."""

    pk: int
    name: str
    email: str
    role: str
    joined_at: datetime
    last_sign_in: datetime | None
    may_have_code: bool
    is_self: bool


def rows_of(course: Course, seat: Seat) -> list[Row]:
    """Return the people who take part now, staff first, in one query; guests belong to a quiz's room."""
    staff_somewhere = Enrolment.objects.filter(user=OuterRef("user"), left_at=None).exclude(role=Role.STUDENT)
    enrolments = (
        Enrolment.objects.filter(course=course, left_at=None)
        .exclude(role=Role.GUEST)
        .select_related("user")
        .annotate(is_staff_somewhere=Exists(staff_somewhere))
        .order_by("user__name", "user__email")
    )
    rows = [
        Row(
            pk=enrolment.pk,
            name=enrolment.user.name,
            email=enrolment.user.email,
            role=enrolment.role,
            joined_at=enrolment.joined_at,
            last_sign_in=enrolment.user.last_login,
            may_have_code=seat.is_instructor
            and not (
                enrolment.is_staff_somewhere
                or enrolment.user.is_staff
                or enrolment.user.is_superuser
                or not enrolment.user.is_active
            ),
            is_self=enrolment.user_id == seat.user.pk,
        )
        for enrolment in enrolments
    ]
    order = {Role.INSTRUCTOR: 0, Role.ASSISTANT: 1, Role.VIEWER: 2, Role.STUDENT: 3}
    return sorted(rows, key=lambda row: order[Role(row.role)])


def _page(request: HttpRequest, seat: Seat, status: int = 200, **more: object) -> HttpResponse:
    context = {"seat": seat, "rows": rows_of(seat.course, seat), "roles": dict(Role.choices)} | more
    context.setdefault("form", AddPeopleForm())
    return render(request, "classroom/people.html", context, status=status)


@require_GET
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """List who takes part."""
    return _page(request, staff_seat(request, slug))


@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Enrol the people whose addresses were pasted."""
    seat = instructor_seat(request, slug)
    form = AddPeopleForm(request.POST)
    if not form.is_valid():
        return _page(request, seat, 422, form=form)
    added = service.add_people(
        course=seat.course,
        people=form.cleaned_data["addresses"],
        role=Role(form.cleaned_data["role"]),
        by=seat.user,
        now=clock.now(),
    )
    messages.success(request, ngettext("%(n)d person added.", "%(n)d people added.", added) % {"n": added})
    return redirect("people", seat.course.slug)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End somebody's part in the course."""
    seat = instructor_seat(request, slug)
    enrolment = _enrolment_of(seat, pk)
    if enrolment.user_id == seat.user.pk:
        messages.error(request, _("You cannot remove yourself: ask another instructor."))
    elif service.let_go(enrolment=enrolment, by=seat.user, now=clock.now()):
        messages.success(request, _("%(person)s no longer takes part.") % {"person": enrolment.user})
    return redirect("people", seat.course.slug)


@never_cache
@require_POST
def show_code(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a sign-in code for a student, once, on this page."""
    seat = instructor_seat(request, slug)
    enrolment = _enrolment_of(seat, pk)
    code = codes.show_code(enrolment=enrolment, instructor=seat.user, now=clock.now())
    minutes = int(codes.GOOD_FOR.total_seconds() // 60)
    return _page(request, seat, shown={"code": code, "person": enrolment.user, "minutes": minutes})


def _enrolment_of(seat: Seat, pk: int) -> Enrolment:
    """Return somebody's current part in the asking instructor's own course."""
    current = Enrolment.objects.filter(course=seat.course, left_at=None).select_related("user", "course")
    return get_object_or_404(current, pk=pk)
