"""More time for a student."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, Enrolment, Role


class StudentField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """A choice among a course's students, by name."""

    def label_from_instance(self, obj: Enrolment) -> str:
        """Return what the list shows."""
        return str(obj.user)


class ExtensionForm(forms.Form):
    """More time for one student of the course."""

    field_order = ("student", "minutes", "reason")
    minutes = forms.IntegerField(label=_("More minutes"), min_value=1, max_value=24 * 60, initial=2)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        students = Enrolment.objects.filter(course=course, role=Role.STUDENT, left_at=None)
        self.fields["student"] = StudentField(
            students.select_related("user", "course").order_by("user__name"), label=_("Student")
        )
        self.order_fields(self.field_order)
