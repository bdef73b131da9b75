"""One person of a course: their role, groups and allowance, and what staff did about them."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom import people as service
from classroom.access import Seat, instructor_seat
from classroom.errors import Refused
from classroom.models import Accommodation, AuditEntry, Enrolment, Group, Role
from classroom.pages.people.listing import ROLES, enrolment_of

#: How much of the history is shown.
ACTS_SHOWN = 30
#: What the log's words mean; others stand as they are.
ACTS = {
    "people.added": gettext_lazy("added to the course"),
    "people.joined": gettext_lazy("came by a link or code"),
    "people.role_changed": gettext_lazy("role changed"),
    "people.regrouped": gettext_lazy("groups changed"),
    "people.removed": gettext_lazy("removed from the course"),
    "enrolment_request.accepted": gettext_lazy("request accepted"),
    "enrolment_request.declined": gettext_lazy("request declined"),
    "sign_in_code.shown": gettext_lazy("sign-in code shown"),
    "accommodation.set": gettext_lazy("allowance set"),
    "attendance.marked": gettext_lazy("attendance marked"),
}


class RoleForm(forms.Form):
    """A role to give."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES)


def _page(
    request: HttpRequest, seat: Seat, enrolment: Enrolment, form: RoleForm | None = None, status: int = 200
) -> HttpResponse:
    here = {"course": seat.course, "user": enrolment.user}
    acts = AuditEntry.objects.filter(course=seat.course, about=enrolment.user).select_related("actor")
    context = {
        "seat": seat,
        "enrolment": enrolment,
        "person": enrolment.user,
        "is_self": enrolment.user_id == seat.user.pk,
        "form": form or RoleForm(initial={"role": enrolment.role}),
        "groups": Group.objects.filter(course=seat.course, members=enrolment.user),
        "accommodation": Accommodation.objects.filter(**here).first(),
        "acts": [(act, ACTS.get(act.action)) for act in acts[:ACTS_SHOWN]],
    }
    return render(request, "classroom/people/person.html", context, status=status)


@require_GET
@never_cache
def person(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a person."""
    seat = instructor_seat(request, slug)
    return _page(request, seat, enrolment_of(seat, pk))


@require_POST
def change_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a person another role; whoever takes their own instructor's role away loses this page, too."""
    seat = instructor_seat(request, slug)
    enrolment = enrolment_of(seat, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, seat, enrolment, form, 422)
    role = Role(form.cleaned_data["role"])
    try:
        changed = service.change_role(enrolment=enrolment, role=role, by=seat.user, now=clock.now())
    except Refused as refusal:
        form.add_error("role", str(refusal))
        return _page(request, seat, enrolment, form, 422)
    if changed:
        messages.success(request, f"{enrolment.user}: {role.label}.")
    if enrolment.user_id == seat.user.pk and role != Role.INSTRUCTOR:
        return redirect(seat.course)
    return redirect("person", slug, pk)
