"""More time: for somebody, a group, or everybody."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from classroom.extensions import DAY_SECONDS
from classroom.extensions.forms import LaterForm, WhoField
from classroom.models import Course
from quizzes.forms.durations import DurationField


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


class ExtensionForm(LaterForm):
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.order_fields(("who", "extra_seconds", "time_multiplier", "closes_at", "reason"))

    def gift(self) -> dict[str, Any]:
        """Return what `services.extend` takes of it."""
        return super().gift() | {
            "extra_seconds": self.cleaned_data["extra_seconds"] or 0,
            "time_multiplier": self.cleaned_data["time_multiplier"] or Decimal(1),
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
