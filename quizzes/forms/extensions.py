"""More time: for somebody, a group, or everybody."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Course, Enrolment, Group, Role, User
from classroom.moments import MomentField
from quizzes.forms.durations import DurationField

DAY_SECONDS = 24 * 3600
TAKERS = (Role.STUDENT, Role.GUEST)


class WhoField(forms.ChoiceField):
    """A choice among a course's students and groups; a `User` or a `Group` in Python."""

    def __init__(self, course: Course, *, groups: bool = True) -> None:
        takers = Enrolment.objects.filter(course=course, role__in=TAKERS, left_at=None)
        users = User.objects.filter(pk__in=takers.values("user")).order_by("name", "email")
        self._people: dict[str, User | Group] = {f"person:{user.pk}": user for user in users}
        self._groups: dict[str, User | Group] = (
            {f"group:{group.pk}": group for group in Group.objects.filter(course=course)} if groups else {}
        )
        people = [(key, str(user)) for key, user in self._people.items()]
        choices: list[Any] = [("", "")]
        if self._groups:
            named = [(key, str(group)) for key, group in self._groups.items()]
            choices += [(_("Groups"), named), (_("Students"), people)]
        else:
            choices += people
        super().__init__(label=_("For whom"), choices=choices)

    def clean(self, value: Any) -> User | Group:  # noqa: ANN401 - Django's
        """Return who is meant."""
        found = (self._people | self._groups).get(str(value))
        if found is None:
            raise ValidationError(_("Choose somebody who takes part in the course."))
        return found


class MultiplierField(forms.DecimalField):
    """By how much a time limit is multiplied."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - a field's own
        super().__init__(
            min_value=Decimal(1),
            max_value=Decimal(10),
            max_digits=4,
            decimal_places=2,
            widget=forms.NumberInput({"step": "0.05", "min": "1", "max": "10"}),
            **options,
        )


class ExtensionForm(forms.Form):
    """More time for a student or a group: so much, or so many times as much, or a later closing date."""

    extra_seconds = DurationField(
        label=gettext_lazy("More time"),
        least=1,
        most=DAY_SECONDS,
        help_text=gettext_lazy("Minutes and seconds, such as 2:00; added to what they got before."),
    )
    time_multiplier = MultiplierField(
        label=gettext_lazy("Times the limit"),
        required=False,
        help_text=gettext_lazy("Such as 1.5. The largest counts, also of a standing allowance."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.fields["who"] = WhoField(course)
        self.fields["closes_at"] = MomentField(
            zone=course.zone,
            label=_("A later closing date"),
            help_text=_("On the course's clock: %(zone)s.") % {"zone": course.zone.key},
        )
        self.order_fields(("who", "extra_seconds", "time_multiplier", "closes_at", "reason"))

    def gift(self) -> dict[str, Any]:
        """Return what `services.extend` takes of it."""
        who = self.cleaned_data["who"]
        return {
            "user": who if isinstance(who, User) else None,
            "group": who if isinstance(who, Group) else None,
            "extra_seconds": self.cleaned_data["extra_seconds"] or 0,
            "time_multiplier": self.cleaned_data["time_multiplier"] or Decimal(1),
            "closes_at": self.cleaned_data["closes_at"],
            "reason": self.cleaned_data["reason"],
        }


class EverybodyForm(forms.Form):
    """More time for everybody."""

    extra_seconds = DurationField(
        label=gettext_lazy("More time"),
        least=1,
        most=DAY_SECONDS,
        required=True,
        help_text=gettext_lazy("Minutes and seconds, such as 2:00."),
    )


class AccommodationForm(forms.Form):
    """A student's standing allowance in the course."""

    time_multiplier = MultiplierField(
        label=gettext_lazy("Times every limit"), help_text=gettext_lazy("Such as 1.25; 1 takes it away.")
    )
    note = forms.CharField(label=gettext_lazy("Note for staff"), max_length=200, required=False)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.fields["who"] = WhoField(course, groups=False)
        self.order_fields(("who", "time_multiplier", "note"))
