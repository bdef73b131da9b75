"""How much of the ranking everybody sees."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PublishRankingForm(forms.Form):
    """How many places are shown."""

    shown = forms.IntegerField(
        label=_("Places shown"),
        min_value=1,
        max_value=1000,
        required=False,
        initial=3,
        help_text=_("Empty: all of them, the last one too."),
    )
