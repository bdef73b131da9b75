"""What graders write: points, by rubric or by hand, and why a question is graded again."""

from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from quizzes.models import AttemptItem, Regrade
from quizzes.services.marking import Judgement


class MarkForm(forms.Form):
    """Points for one answer: a level for each criterion of the rubric, or points instead."""

    use_required_attribute = False  # points may stand instead of levels

    points = forms.FloatField(
        label=_("Points"),
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        error_messages={"required": _("Write the points, 0 for none.")},
    )
    comment = forms.CharField(
        label=_("Comment for the student"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Markdown; formulas between dollar signs."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, item: AttemptItem, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        rubric = item.data.get("rubric") or []
        kwargs["initial"] = {f"level_{place}": str(level) for place, level in item.rubric.items()} | {
            "points": item.points if item.graded_at and not item.rubric else None,
            "comment": item.comment,
            "seen": item.graded_at.isoformat() if item.graded_at else "",
        }
        super().__init__(*args, **kwargs)
        self.criteria = len(rubric)
        points_are_written = bool(self.data.get("points"))
        for place, criterion in enumerate(rubric):
            self.fields[f"level_{place}"] = forms.ChoiceField(
                label=criterion.get("criterion", ""),
                required=not points_are_written,
                error_messages={"required": _("Choose a level for every criterion, or write the points.")},
                widget=forms.RadioSelect,
                choices=[
                    (str(number), f"{level.get('text', '')} ({100 * float(level['fraction']):g} %)")
                    for number, level in enumerate(criterion.get("levels", []))
                ],
            )
        self.fields["points"].help_text = (
            _("Of %(most)g. Empty: what the rubric gives.") if rubric else _("Of %(most)g.")
        ) % {"most": item.max_points}
        self.fields["points"].required = not rubric
        self.order_fields(
            [*(f"level_{place}" for place in range(self.criteria)), "points", "comment", "seen"]
        )

    def judgement(self) -> Judgement:
        """Return what was written."""
        data = self.cleaned_data
        levels = {
            place: int(data[f"level_{place}"]) for place in range(self.criteria) if data.get(f"level_{place}")
        }
        return Judgement(levels=levels, points=data["points"], comment=data["comment"])

    def seen_at(self) -> Any:  # noqa: ANN401 - a datetime or None
        """Return when the answer had been graded as far as the page knew."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class LookForm(forms.Form):
    """A student's request for a second look."""

    text = forms.CharField(
        label=_("What should be looked at again, and why?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """A grader's answer to it."""

    answer = forms.CharField(
        label=_("Your answer to the student"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class RegradeForm(forms.Form):
    """Which question is graded again, how, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    mode = forms.ChoiceField(label=_("How"), choices=Regrade.Mode, initial=Regrade.Mode.KEY)
    reason = forms.CharField(label=_("Reason"), max_length=200)
