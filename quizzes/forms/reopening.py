"""Opening a student's attempt again."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReopenForm(forms.Form):
    """How long the student may write on, and why."""

    minutes = forms.IntegerField(label=_("Minutes from now"), min_value=1, max_value=24 * 60, initial=5)
    reason = forms.CharField(label=_("Reason"), max_length=500)
