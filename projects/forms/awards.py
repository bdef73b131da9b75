"""Prizes as organisers describe them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Award, Challenge, Hackathon, Track


class AwardForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A prize, for everybody or within a challenge."""

    class Meta:
        model = Award
        fields = ("title", "sponsor", "prize", "challenge", "track")

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        challenge = self.fields["challenge"]
        challenge.queryset = Challenge.objects.filter(hackathon=hackathon)  # type: ignore[attr-defined]  # a choice
        challenge.empty_label = _("all challenges")  # type: ignore[attr-defined]  # as above
        track = self.fields["track"]
        track.queryset = Track.objects.filter(hackathon=hackathon)  # type: ignore[attr-defined]  # as above
        track.empty_label = _("no track")  # type: ignore[attr-defined]  # as above
        if not track.queryset.exists():  # type: ignore[attr-defined]  # as above
            del self.fields["track"]

    @property
    def stored(self) -> list[str]:
        """The names of the fields that are shown."""
        return list(self.fields)
