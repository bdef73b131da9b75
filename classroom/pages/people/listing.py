"""The list of those who take part, and adding people by hand."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, codes
from classroom import people as service
from classroom.access import Seat, instructor_seat, staff_seat
from classroom.errors import Refused
from classroom.models import Enrolment, EnrolmentRequest, Role

#: Whom an instructor can add; guests come by themselves, and only to a quiz (see its live room).
ROLES = [(role, label) for role, label in Role.choices if role != Role.GUEST]
PEOPLE_A_PAGE = 100


class AddPeopleForm(forms.Form):
    """One address a line, all with one role."""

    addresses = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy("One person a line: ada@example.org or Ada Lovelace <ada@example.org>."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=100_000,
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, initial=Role.STUDENT)
    tell = forms.BooleanField(label=gettext_lazy("Write to those who are new in the course"), required=False)

    def clean_addresses(self) -> list[service.Person]:
        """Read the people; a line without an address is named."""
        people, problems = service.parse_people(self.cleaned_data["addresses"])
        if problems:
            raise forms.ValidationError(
                _("These lines hold no e-mail address: %(lines)s") % {"lines": " · ".join(problems[:5])}
            )
        return people


class PeopleFilter(forms.Form):
    """Whom the list shows."""

    q = forms.CharField(label=gettext_lazy("Name or e-mail address"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), required=False, choices=[("", gettext_lazy("all")), *ROLES]
    )

    def matching(self, enrolments: "QuerySet[Enrolment]") -> "QuerySet[Enrolment]":
        """Keep those that are asked for; what makes no sense is left out."""
        self.full_clean()
        words, role = self.cleaned_data.get("q", ""), self.cleaned_data.get("role", "")
        if words:
            enrolments = enrolments.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
        return enrolments.filter(role=role) if role else enrolments


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


def people_of(seat: Seat) -> "QuerySet[Enrolment]":
    """Return the people who take part now, staff first; guests belong to a quiz's room."""
    order = {Role.INSTRUCTOR: 0, Role.ASSISTANT: 1, Role.VIEWER: 2}
    return (
        Enrolment.objects.filter(course=seat.course, left_at=None)
        .exclude(role=Role.GUEST)
        .annotate(
            rank=Case(*(When(role=role, then=Value(rank)) for role, rank in order.items()), default=Value(3))
        )
        .order_by("rank", "user__name", "user__email")
    )


def _row(enrolment: Enrolment, seat: Seat) -> Row:
    user = enrolment.user
    has_rights = getattr(enrolment, "is_staff_somewhere", True) or user.is_staff or user.is_superuser
    return Row(
        pk=enrolment.pk,
        name=user.name,
        email=user.email,
        role=enrolment.get_role_display().partition(":")[0],
        joined_at=enrolment.joined_at,
        last_sign_in=user.last_login,
        may_have_code=seat.is_instructor and user.is_active and not has_rights,
    )


def _page(request: HttpRequest, seat: Seat, status: int = 200, **more: object) -> HttpResponse:
    found = PeopleFilter(request.GET, auto_id="filter_%s")
    staff_somewhere = Enrolment.objects.filter(user=OuterRef("user"), left_at=None).exclude(role=Role.STUDENT)
    matching = found.matching(people_of(seat)).select_related("user")
    pages = Paginator(matching.annotate(is_staff_somewhere=Exists(staff_somewhere)), PEOPLE_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context: dict[str, object] = {
        "seat": seat,
        "filter": found,
        "page": page,
        "rows": [_row(enrolment, seat) for enrolment in page],
    }
    if seat.is_instructor:
        context["asking"] = EnrolmentRequest.objects.open().filter(course=seat.course).count()
    context |= more
    context.setdefault("form", AddPeopleForm())
    return render(request, "classroom/people/people.html", context, status=status)


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
    now = clock.now()
    with transaction.atomic():
        arrived = service.add_people(
            course=seat.course,
            people=form.cleaned_data["addresses"],
            role=Role(form.cleaned_data["role"]),
            by=seat.user,
            now=now,
        )
        if form.cleaned_data["tell"]:
            service.welcome(course=seat.course, addresses=arrived, now=now)
    added = len(arrived)
    messages.success(request, ngettext("%(n)d person added.", "%(n)d people added.", added) % {"n": added})
    return redirect("people", seat.course.slug)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End somebody's part in the course."""
    seat = instructor_seat(request, slug)
    enrolment = enrolment_of(seat, pk)
    if enrolment.user_id == seat.user.pk:
        messages.error(request, _("You cannot remove yourself: ask another instructor."))
        return redirect("people", seat.course.slug)
    try:
        if service.let_go(enrolment=enrolment, by=seat.user, now=clock.now()):
            messages.success(request, _("%(person)s no longer takes part.") % {"person": enrolment.user})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("people", seat.course.slug)


@never_cache
@require_POST
def show_code(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a sign-in code for a student, once, on this page."""
    seat = instructor_seat(request, slug)
    enrolment = enrolment_of(seat, pk)
    code = codes.show_code(enrolment=enrolment, instructor=seat.user, now=clock.now())
    minutes = int(codes.GOOD_FOR.total_seconds() // 60)
    return _page(request, seat, shown={"code": code, "person": enrolment.user, "minutes": minutes})


def enrolment_of(seat: Seat, pk: int) -> Enrolment:
    """Return somebody's current part in the asking person's own course."""
    current = Enrolment.objects.filter(course=seat.course, left_at=None).select_related("user", "course")
    return get_object_or_404(current, pk=pk)
