"""What one looks for in the gallery."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Hackathon


class GalleryFilter(forms.Form):
    """Words, a challenge, a track, and whether only winners are shown; what is no choice asks for nothing."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    challenge = forms.TypedChoiceField(label=_("Challenge"), required=False, coerce=int, empty_value=None)
    track = forms.TypedChoiceField(label=_("Track"), required=False, coerce=int, empty_value=None)
    won = forms.BooleanField(label=_("with an award"), required=False)

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        challenges = hackathon.challenges.values_list("pk", "title")
        self.fields["challenge"].choices = [("", _("all")), *challenges]  # type: ignore[attr-defined]
        self.tracks = {track.pk: track for track in hackathon.tracks.all()}
        if self.tracks:
            titles = [(pk, track.title) for pk, track in self.tracks.items()]
            self.fields["track"].choices = [("", _("all")), *titles]  # type: ignore[attr-defined]
        else:
            del self.fields["track"]
        if hackathon.awards_published_at is None:
            del self.fields["won"]

    def asked(self) -> dict[str, Any]:
        """Return what is asked for."""
        self.is_valid()
        return {
            "search": self.cleaned_data.get("q", ""),
            "challenge": self.cleaned_data.get("challenge"),
            "track": self.tracks.get(self.cleaned_data.get("track") or 0),
            "won": self.cleaned_data.get("won", False),
        }
