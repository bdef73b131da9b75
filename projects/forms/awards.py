"""Prizes as organisers describe them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Award, Challenge, Hackathon


class AwardForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A prize, for everybody or within a challenge."""

    class Meta:
        model = Award
        fields = ("title", "sponsor", "prize", "challenge")

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        challenge = self.fields["challenge"]
        challenge.queryset = Challenge.objects.filter(hackathon=hackathon)  # type: ignore[attr-defined]  # a choice
        challenge.empty_label = _("all challenges")  # type: ignore[attr-defined]  # as above
