"""What a team says about its project, and what a reviewer says about it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from classroom import clock
from projects.models import Challenge, Hackathon, Project
from projects.services import ProjectDetails


def moment_seen(text: str) -> datetime | None:
    """Read the time that a page carries along: when what it shows was saved."""
    try:
        seen = parse_datetime(text)
    except ValueError:
        return None
    return seen if seen and seen.tzinfo else None


class ChallengeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for type checkers only
    """Challenges with their places left."""

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 - Django's signature
        """Say how many places are left."""
        if obj.places_left is None:
            return str(obj.title)
        if obj.places_left <= 0:
            return str(_("%(title)s (full)") % {"title": obj.title})
        return str(_("%(title)s (places left: %(count)d)") % {"title": obj.title, "count": obj.places_left})


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """What a team registers."""

    challenge = ChallengeChoice(label=_("Challenge"), queryset=Challenge.objects.none(), empty_label=None)

    class Meta:
        model = Project
        fields = (
            "challenge",
            "title",
            "abstract",
            "needs",
            "credits",
            "repository_url",
            "demo_url",
            "video_url",
            "has_public_repository",
            "has_commented_notebook",
            "has_video",
        )

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.fields["abstract"].widget.attrs["rows"] = 8
        self.fields["abstract"].help_text = _("Markdown; formulas between dollar signs.")
        chosen = self.fields["challenge"]
        chosen.queryset = (  # type: ignore[attr-defined]  # a ModelChoiceField, declared above
            Challenge.objects.visible(clock.now()).filter(hackathon=hackathon)
        )

    def clean(self) -> dict[str, Any]:
        """Ask for the links that a ticked requirement speaks of."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for ticked, link in (("has_public_repository", "repository_url"), ("has_video", "video_url")):
            if given.get(ticked) and link in given and not given[link]:
                self.add_error(link, _("You have ticked that it is there: give the link."))
        return given

    def typed(self) -> dict[str, str]:
        """Return what was typed, right or wrong, for a draft."""
        return {name: self.data[name] for name in self.Meta.fields if name in self.data}

    def details(self) -> ProjectDetails:
        """Return the fields but the challenge."""
        return ProjectDetails(
            **{name: self.cleaned_data[name] for name in self.Meta.fields if name != "challenge"}
        )


class ReviewForm(forms.Form):
    """What a reviewer says."""

    words = forms.CharField(
        label=_("Words for the team"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Plain text. Needed where you want changes."),
    )


class ReviewFilter(forms.Form):
    """Which projects a reviewer looks at."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("Approval"), required=False, choices=[("", _("all")), *Project.Review.choices]
    )

    def asked(self) -> dict[str, str]:
        """Return what is asked for; what is no choice asks for nothing."""
        self.is_valid()
        return {"search": self.cleaned_data.get("q", ""), "state": self.cleaned_data.get("state", "")}
