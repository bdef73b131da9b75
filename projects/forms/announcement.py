"""What organisers fill in to announce something."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classroom.moments import MomentField
from projects.models import EventAnnouncement, Hackathon, Team
from projects.models.announcement import Audience
from projects.services.announcing import ALWAYS_OPEN


class AnnouncementForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """An announcement; once it is out, only its text and whether it is pinned."""

    class Meta:
        model = EventAnnouncement
        fields = ("title", "body", "audience", "team", "published_at", "pinned", "by_mail")
        widgets = {"body": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, hackathon: Hackathon, is_out: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.instance.hackathon = hackathon
        if is_out:
            for name in set(self.fields) - set(ALWAYS_OPEN):
                del self.fields[name]
            return
        teams = Team.objects.active().filter(hackathon=hackathon)
        self.fields["team"] = forms.ModelChoiceField(
            teams, label=_("Team"), required=False, empty_label="–", help_text=_("For one team only.")
        )
        self.fields["published_at"] = MomentField(
            zone=hackathon.course.zone,
            kept=self.instance.published_at,
            label=_("Shown from"),
            help_text=_("Empty: now."),
        )

    @property
    def names(self) -> list[str]:
        """The fields that may change."""
        return list(self.fields)

    def clean(self) -> dict[str, Any]:
        """Ask for the team where it is for one, and for none elsewhere."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "audience" not in self.fields or "audience" not in given:
            return given
        if given["audience"] == Audience.TEAM and not given.get("team"):
            if "team" not in self.errors:
                self.add_error("team", _("Choose the team."))
        elif given["audience"] != Audience.TEAM:
            given["team"] = None
        return given

    def validate_constraints(self) -> None:
        """Do nothing: `clean` says at the field what the database would refuse."""
