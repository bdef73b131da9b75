"""What organisers send from the list of participants."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from classroom import spreadsheets
from projects.models.registration import State

#: How large a table may be.
MAX_TABLE_BYTES = 500_000


class ParticipantFilter(forms.Form):
    """Whom the list shows."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *State.choices])

    def asked(self) -> dict[str, str]:
        """Return what to look for; what makes no sense is left out."""
        self.full_clean()
        return {"words": self.cleaned_data.get("q", ""), "state": self.cleaned_data.get("state", "")}


class RosterForm(forms.Form):
    """A table as a file, or its text from the preview."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("The first line names the columns: email, and name if there is one."),
    )
    text = forms.CharField(
        label=_("Or the table as text"),
        required=False,
        strip=False,
        max_length=MAX_TABLE_BYTES,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean(self) -> dict[str, str]:
        """Read the file, in whatever letters a spreadsheet wrote it; the file wins."""
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            content = file.read(MAX_TABLE_BYTES + 1)
            if len(content) > MAX_TABLE_BYTES:
                raise forms.ValidationError(_("This file is too large for a list of people."))
            self.cleaned_data["text"] = spreadsheets.decoded(content)
        if not self.errors and not self.cleaned_data.get("text", "").strip():
            raise forms.ValidationError(_("Choose a file, or paste the table."))
        return self.cleaned_data
