"""A quiz's places and sections."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.models import Category, Quiz, Section

MOST_DRAWN = 50


class PointsField(forms.DecimalField):
    """What a question is worth."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - a field's own
        super().__init__(
            label=gettext_lazy("Points"),
            min_value=Decimal(0),
            max_value=Decimal(1000),
            max_digits=6,
            decimal_places=2,
            widget=forms.NumberInput({"step": "0.25", "min": "0"}),
            **options,
        )


class SectionField(forms.ChoiceField):
    """A choice among a quiz's sections, which are at hand already; a `Section` or None in Python."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = {str(section.pk): section for section in sections}
        choices = [("", _("none")), *((key, section.title) for key, section in self._sections.items())]
        super().__init__(label=_("Section"), required=False, choices=choices)

    def clean(self, value: Any) -> Section | None:  # noqa: ANN401 - Django's
        """Return the section."""
        return self._sections.get(super().clean(value))


class _InSection(forms.Form):
    """A form with a choice among the quiz's sections, if it has any."""

    def __init__(self, *args: Any, sections: Sequence[Section], **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        if sections:
            self.fields["section"] = SectionField(sections)


class DrawForm(_InSection):
    """So many questions, drawn from a category for every student."""

    field_order = ("category", "count", "points", "section")
    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST_DRAWN, initial=1)
    points = PointsField(initial=1, help_text=gettext_lazy("Of each question."))

    def __init__(self, *args: Any, quiz: Quiz, sizes: dict[str, int], **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.fields["category"] = CategoryField(Category.objects.filter(course=quiz.course_id), sizes)
        self.order_fields(self.field_order)


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """A choice among a course's categories that tells how many questions can be drawn from each."""

    def __init__(self, categories: Any, sizes: dict[str, int]) -> None:  # noqa: ANN401 - a query
        super().__init__(categories, label=_("From"))
        self.sizes = sizes

    def label_from_instance(self, obj: Category) -> str:
        """Return what the list shows."""
        return f"{obj.name} ({self.sizes.get(obj.name, 0)})"


class SlotForm(_InSection):
    """What a place is worth, how many it draws, and its section."""

    points = PointsField()

    def __init__(self, *args: Any, draws: bool, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        if draws:
            self.fields["count"] = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_DRAWN)


class SectionForm(forms.Form):
    """A section's texts."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    intro = forms.CharField(
        label=gettext_lazy("Introduction"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Markdown; shown above the section's first question."),
    )
