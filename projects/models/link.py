"""Links that people give."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkField(models.URLField):  # type: ignore[type-arg]  # generic for type checkers only
    """A full https:// link. It is shown as a link and never fetched by the server."""

    default_validators = [
        URLValidator(schemes=["https"], message=_("Give a full link that begins with https://"))
    ]

    def formfield(self, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Take "example.org" for "https://example.org"."""
        field = super().formfield(**{"assume_scheme": "https", **kwargs})
        if isinstance(field, forms.URLField):
            field.widget.attrs.setdefault("placeholder", "https://")
        return field
