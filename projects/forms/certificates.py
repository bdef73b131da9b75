"""What certificates say, as organisers write it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models import CertificateTemplate
from projects.papers import drawing, issuing, layout, wording

#: The smallest size (points) that is read without glasses.
SMALLEST = 8.0


class CertificateForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """Title, text with placeholders, who signs, and which way the paper lies."""

    is_landscape = forms.TypedChoiceField(
        label=_("Paper"),
        choices=[("yes", _("landscape")), ("no", _("portrait"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = CertificateTemplate
        fields = ("title", "text", "signatures", "is_landscape")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 10}),
            "signatures": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.now = now
        self.initial["is_landscape"] = "yes" if self.instance.is_landscape else "no"
        allowed = ", ".join(f"{{{name}}}" for name in wording.PLACEHOLDERS[self.instance.kind])
        self.fields["text"].help_text = gettext(
            "A line that begins with “# ” is large. Placeholders: %(allowed)s."
        ) % {"allowed": allowed}

    def clean_title(self) -> str:
        """Refuse placeholders that mean nothing."""
        return self._checked("title")

    def clean_text(self) -> str:
        """Refuse placeholders that mean nothing."""
        return self._checked("text")

    def clean_signatures(self) -> str:
        """Refuse more than fit side by side."""
        given = self._written("signatures")
        if len(wording.signed(given)) > wording.MOST_SIGNATURES:
            raise forms.ValidationError(_("At most three can sign."))
        return given

    def clean(self) -> dict[str, Any]:
        """Refuse a text that would be too small to read."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        for name in self.Meta.fields:
            setattr(self.instance, name, given[name])
        example = issuing.sample(self.instance.hackathon, self.instance.kind, self.now)
        sheet = layout.arrange(issuing.words_of(example, self.instance), drawing.measure)
        if sheet.text_size < SMALLEST:
            self.add_error("text", _("This is too much for one page: shorten it, or use fewer lines."))
        return given

    def _checked(self, name: str) -> str:
        given = self._written(name)
        if found := wording.faults(given, self.instance.kind):
            raise forms.ValidationError(found)
        return given

    def _written(self, name: str) -> str:
        given: str = self.cleaned_data[name]
        if missing := drawing.unknown_letters(given):
            raise forms.ValidationError(
                gettext("There is no “%(letters)s” among the letters of certificates.") % {"letters": missing}
            )
        return given
