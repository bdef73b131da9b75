"""What people write when they ask for help, and when they have helped."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AskForm(forms.Form):
    """What about, and where."""

    topic = forms.CharField(
        label=_("What do you need help with?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    place = forms.CharField(
        label=_("Where are you?"),
        max_length=200,
        help_text=_("Room and table, or the link of your video call."),
    )


class ResolveForm(forms.Form):
    """What helped."""

    note = forms.CharField(max_length=500, required=False)
