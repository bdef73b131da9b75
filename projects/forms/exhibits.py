"""Pictures and the notebook of a project."""

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import ProjectPicture


class AltForm(forms.Form):
    """What a picture shows."""

    alt = forms.CharField(
        label=_("What it shows"),
        max_length=ProjectPicture._meta.get_field("alt").max_length,
        help_text=_("For those who cannot see it."),
    )


class PictureForm(AltForm):
    """A new picture."""

    picture = forms.FileField(
        label=_("Picture"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
        help_text=_("PNG, JPEG, GIF or WebP, at most 10 MB."),
    )

    field_order = ("picture", "alt")


class NotebookForm(forms.Form):
    """A notebook."""

    notebook = forms.FileField(
        label=_("Notebook"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".ipynb"}),
        help_text=_("An .ipynb file, at most 5 MB, with its outputs. It is shown, never run."),
    )
