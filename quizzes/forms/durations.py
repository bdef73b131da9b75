"""A form field for how long something lasts."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DURATION = re.compile(r"(?:(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,4}):)?(?P<seconds>\d{1,4})", re.ASCII)


class DurationField(forms.CharField):
    """How long something lasts, written "6:00" (minutes and seconds) or "1:30:00"; in Python seconds."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:  # noqa: ANN401 - a field's own
        options.setdefault("required", False)
        super().__init__(max_length=12, **options)
        self.least, self.most = least, most

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Show seconds as people write them."""
        return duration_text(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:  # noqa: ANN401 - Django's
        """Read "6:30" as 390; a number alone counts minutes."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        match = DURATION.fullmatch(text)
        if match is None:
            raise ValidationError(_("Write minutes and seconds, such as 6:00, or hours, such as 1:30:00."))
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        total = hours * 3600 + minutes * 60 + seconds if ":" in text else seconds * 60
        if not self.least <= total <= self.most:
            raise ValidationError(
                _("Choose between %(least)s and %(most)s.")
                % {"least": duration_text(self.least), "most": duration_text(self.most)}
            )
        return total


def duration_text(seconds: int) -> str:
    """Write 390 as "6:30" and 5400 as "1:30:00"."""
    minutes, rest = divmod(seconds, 60)
    hours, under = divmod(minutes, 60)
    return f"{hours}:{under:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
