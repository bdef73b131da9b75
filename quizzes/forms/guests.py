"""Who comes as a guest."""

from django import forms
from django.utils.translation import gettext_lazy as _


class GuestForm(forms.Form):
    """A guest's name; the ticket makes the same page, sent twice, one guest."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,  # the service's limit is shorter and says so
        help_text=_("Everybody in the room sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autofocus": True}),
    )
    ticket = forms.CharField(min_length=20, max_length=64, widget=forms.HiddenInput)
