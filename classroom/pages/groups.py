"""A course's groups, such as tutorial groups: more time can be given to one as to a person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat, instructor_seat
from classroom.models import AuditEntry, Extension, Group, Role, User
from quizzes import services
from quizzes.errors import Refused


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A group's name and who is in it."""

    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Group
        fields = ["name", "members"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        students = Q(enrolments__course=self.instance.course, enrolments__role=Role.STUDENT)
        current = Q(enrolments__left_at=None)
        self.fields["members"].queryset = (  # type: ignore[attr-defined]  # declared above
            User.objects.filter(students & current).distinct().order_by("name", "email")
        )

    def clean_name(self) -> str:
        """Refuse a name that another group of the course has."""
        name: str = " ".join(self.cleaned_data["name"].split())
        others = Group.objects.filter(course=self.instance.course, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("There is a group of this name already: choose another one."))
        return name


@require_GET
@never_cache
def groups(request: HttpRequest, slug: str) -> HttpResponse:
    """List the groups."""
    seat = instructor_seat(request, slug)
    found = Group.objects.filter(course=seat.course).annotate(size=Count("members")).order_by("name")
    return render(request, "classroom/groups.html", {"seat": seat, "groups": found})


@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a group."""
    seat = instructor_seat(request, slug)
    return _edit(request, seat, Group(course=seat.course))


@require_http_methods(["GET", "POST"])
@never_cache
def group(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a group's name or members; running quizzes follow, but none ends by it."""
    seat = instructor_seat(request, slug)
    return _edit(request, seat, _group_of(seat, pk))


@require_POST
def delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a group that nothing was given to."""
    seat = instructor_seat(request, slug)
    found = _group_of(seat, pk)
    if Extension.objects.filter(group=found).exists():
        messages.error(request, _("This group was given more time for something: take that back first."))
        return redirect("group", slug, pk)
    found.delete()
    messages.success(request, _("%(name)s is no longer a group.") % {"name": found.name})
    return redirect("groups", slug)


def _edit(request: HttpRequest, seat: Seat, found: Group) -> HttpResponse:
    now = clock.now()
    form = GroupForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            with services.allowances_change(by=seat.user, now=now, course=seat.course, may_end=False):
                form.save()
                AuditEntry.objects.create(
                    course=seat.course,
                    actor=seat.user,
                    action="group.saved",
                    item=f"group:{found.pk}",
                    at=now,
                )
        except Refused as refusal:
            form.add_error("members", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups", seat.course.slug)
    context = {"seat": seat, "group": found, "form": form}
    return render(request, "classroom/group.html", context, status=422 if form.errors else 200)


def _group_of(seat: Seat, pk: int) -> Group:
    found = Group.objects.filter(course=seat.course, pk=pk).first()
    if found is None:
        raise Http404(_("There is no such group in this course."))
    return found
