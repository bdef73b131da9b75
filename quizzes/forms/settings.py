"""A quiz's settings, in groups."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Course
from classroom.moments import MomentField
from quizzes.forms.durations import DurationField
from quizzes.models import Quiz
from quizzes.phases import Phase, Shown

SPLIT = "."


class ReviewMatrix(forms.SelectMultiple):
    """Boxes in a table: a row for each part of the review, a column for each phase."""

    template_name = "quizzes/forms/review_matrix.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401 - Django's
        """Add the table."""
        chosen = set(value or [])
        rows = [
            (
                shown.label,
                [
                    {
                        "value": f"{phase}{SPLIT}{shown}",
                        "checked": f"{phase}{SPLIT}{shown}" in chosen,
                        "label": f"{phase.label}: {shown.label}",
                    }
                    for phase in Phase
                ],
            )
            for shown in Shown
        ]
        return super().get_context(name, value, attrs) | {"phases": list(Phase), "rows": rows}


class ReviewField(forms.MultipleChoiceField):
    """What students see in each phase: `Quiz.review` in Python."""

    widget = ReviewMatrix

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - a field's own
        choices = [(f"{phase}{SPLIT}{shown}", "") for phase in Phase for shown in Shown]
        super().__init__(choices=choices, required=False, **options)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Tick the boxes of a stored review."""
        if isinstance(value, dict):
            return [f"{phase}{SPLIT}{shown}" for phase, parts in value.items() for shown in parts]
        return value

    def clean(self, value: Any) -> dict[str, list[str]]:  # noqa: ANN401 - Django's
        """Return the ticked parts by phase."""
        review: dict[str, list[str]] = {}
        for pair in super().clean(value):
            phase, _split, shown = pair.partition(SPLIT)
            review.setdefault(phase, []).append(shown)
        return review


class QuizForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Everything that can be set about a quiz; `groups` puts it in order."""

    GROUPS: tuple[tuple[str | Promise, str | Promise, tuple[str, ...]], ...] = (
        (gettext_lazy("What it is"), "", ("title", "week", "intro")),
        (
            gettext_lazy("When and how long"),
            gettext_lazy("Without an opening time the quiz waits until you open it with the button."),
            ("time_limit_seconds", "opens_at", "closes_at", "published_at"),
        ),
        (
            gettext_lazy("Attempts and marks"),
            "",
            ("max_attempts", "counts", "marking", "practice", "hint_cost_percent"),
        ),
        (gettext_lazy("Order"), "", ("shuffle_questions", "shuffle_options")),
        (
            gettext_lazy("In the room"),
            "",
            ("lobby", "access_code", "anonymous"),
        ),
        (
            gettext_lazy("Fairness"),
            "",
            ("grace_seconds", "outage_cap_seconds", "watch_focus"),
        ),
        (
            gettext_lazy("What students see of their results"),
            gettext_lazy(
                "Nothing is ticked at first: students see nothing until you release the review, and then "
                "everything. “After the close” means closed for everybody, those with more time or a later "
                "date of their own included."
            ),
            ("review",),
        ),
    )

    time_limit_seconds = DurationField(
        label=gettext_lazy("Time limit"),
        least=10,
        most=24 * 3600,
        help_text=gettext_lazy("Minutes and seconds, such as 6:00. Empty: only the closing time counts."),
    )
    review = ReviewField(label=gettext_lazy("Review"))

    class Meta:
        model = Quiz
        fields = (
            "title",
            "week",
            "intro",
            "time_limit_seconds",
            "max_attempts",
            "counts",
            "marking",
            "practice",
            "hint_cost_percent",
            "shuffle_questions",
            "shuffle_options",
            "lobby",
            "access_code",
            "anonymous",
            "grace_seconds",
            "outage_cap_seconds",
            "watch_focus",
            "review",
        )
        widgets = {
            "intro": forms.Textarea({"rows": 4}),
            "access_code": forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        zone, quiz = course.zone, self.instance
        self.is_new = quiz.pk is None
        self.fields["week"].queryset = course.weeks.all()  # type: ignore[attr-defined]  # a choice of rows
        meant = _("On the course's clock: %(zone)s.") % {"zone": zone.key}
        moments = {
            "opens_at": (_("Opens"), _("Empty: when you open it.")),
            "closes_at": (_("Closes"), _("Empty: when you close it. A limit ends here, too.")),
            "published_at": (_("Shown to students from"), _("Empty: only staff see it.")),
        }
        for name, (label, help_text) in moments.items():
            if name != "published_at" or not self.is_new:
                kept: datetime | None = getattr(quiz, name)
                self.fields[name] = MomentField(
                    zone=zone, kept=kept, label=label, help_text=f"{help_text} {meant}"
                )
                self.initial[name] = kept

    def clean(self) -> dict[str, Any]:
        """Refuse what does not go together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", _("It closes before it opens: choose a later time."))
        if cleaned.get("lobby") and (cleaned.get("max_attempts") or 1) > 1:
            self.add_error(
                "max_attempts", _("Who starts together has one attempt: choose 1, or no common start.")
            )
        return cleaned

    def _post_clean(self) -> None:
        """Check the model's own rules on a copy, so that a refused change leaves no trace in the row."""
        kept = self.instance
        self.instance = Quiz(**{f.attname: getattr(kept, f.attname) for f in Quiz._meta.concrete_fields})
        super()._post_clean()  # type: ignore[misc]  # Django's, not in the stubs
        self.instance = kept

    def groups(self) -> Iterator[tuple[str | Promise, str | Promise, list[forms.BoundField]]]:
        """Yield (title, what to know, fields)."""
        for title, note, names in self.GROUPS:
            yield title, note, [self[name] for name in names if name in self.fields]
