"""The shape of what people send; what it means is the services' business."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classroom.models import Week
from projects.models import Submission, Team

#: What a pasted text is called.
PASTED = "pasted.py"


class HandInForm(forms.Form):
    """A file, or what was written in the editor; the file wins."""

    source = forms.CharField(label=_("Your code"), required=False, strip=False, widget=forms.Textarea)
    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)

    def content(self, limit: int) -> tuple[str, bytes]:
        """Return name and bytes, of a file at most one byte more than `limit`."""
        file = self.cleaned_data["file"]
        if file:
            return file.name, file.read(limit + 1)
        # Browsers send text with CRLF; Python and line numbers are happier without.
        return PASTED, self.cleaned_data["source"].replace("\r\n", "\n").encode()


class ExerciseForm(forms.Form):
    """The file of an exercise of one's own."""

    file = forms.FileField(
        label=_("Python file"), widget=forms.ClearableFileInput(attrs={"accept": ".py,text/x-python"})
    )


class HandOutForm(forms.Form):
    """When an exercise of one's own is due, and in which week."""

    week = forms.TypedChoiceField(label=_("Week"), required=False, coerce=int, empty_value=None)
    closes_at = forms.DateTimeField(
        label=_("Due"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: no end."),
    )

    def __init__(self, *args: Any, weeks: list[Week], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.weeks = {week.pk: week for week in weeks}
        self.fields["week"].choices = [  # type: ignore[attr-defined]  # declared above
            ("", _("no week")),
            *((pk, str(week)) for pk, week in self.weeks.items()),
        ]

    def content(self) -> dict[str, Any]:
        """Return week and end."""
        return {
            "week": self.weeks.get(self.cleaned_data["week"]),
            "closes_at": self.cleaned_data["closes_at"],
        }


class ConductForm(forms.Form):
    """Asks for agreement with the code of conduct, of those who have not given it for its present words."""

    conduct = forms.BooleanField(label=_("I have read the code of conduct and will keep to it."))

    def __init__(self, *args: Any, asks_consent: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        if not asks_consent:
            del self.fields["conduct"]

    field_order = ("name", "code", "message", "conduct")


class TeamForm(ConductForm):
    """A new team."""

    name = forms.CharField(label=_("Name of the team"), max_length=Team._meta.get_field("name").max_length)


class JoinForm(ConductForm):
    """A code that somebody passed on."""

    code = forms.CharField(
        label=_("Join code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class MemberForm(forms.Form):
    """Which member is meant."""

    user = forms.IntegerField(min_value=1, max_value=2**62)


class RegradeForm(forms.Form):
    """Why everything is graded again."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("It is kept in the log."))


class AdjustForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    """Points given by staff, with the reason."""

    class Meta:
        model = Submission
        fields = ("adjusted_score", "adjustment_comment")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        points = self.fields["adjusted_score"]
        points.help_text = _("Empty: the grader's points count.")
        points.min_value = 0  # type: ignore[attr-defined]
        points.widget.attrs.update({"min": 0, "step": "any"})
        self.fields["adjustment_comment"].required = True

    def clean_adjusted_score(self) -> float | None:
        """Refuse points below nothing or above the most there are."""
        points: float | None = self.cleaned_data["adjusted_score"]
        most = self.instance.max_score or self.instance.challenge.points_at_most
        if points is not None and (points < 0 or (most is not None and points > most)):
            raise forms.ValidationError(_("Give between 0 and %(most)s points."), params={"most": most})
        return points
