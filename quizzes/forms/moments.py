"""Fields for times: moments on a course's clock, and how long something lasts."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: What browsers send for `datetime-local`; seconds only where they are not zero.
SHAPE = "%Y-%m-%dT%H:%M"
DURATION = re.compile(r"(?:(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,4}):)?(?P<seconds>\d{1,4})", re.ASCII)


def moments_meant(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the moments (in UTC) at which the wall clock in `zone` shows `wall`.

    One, usually; none in the hour that is left out in spring, two in the hour that comes twice in autumn.
    """
    found = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        moment for moment in found if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(fold=0)
    )


class MomentField(forms.DateTimeField):
    """A date and time on the clock of `zone`, the course's, whatever zone the person prefers to read in.

    `kept` is the moment the field had: sent back unchanged it stays as it was, seconds and all, also in the
    hour that comes twice.
    """

    def __init__(self, *, zone: ZoneInfo, kept: datetime | None = None, **options: Any) -> None:  # noqa: ANN401 - a field's own
        options.setdefault("required", False)
        super().__init__(widget=forms.DateTimeInput({"type": "datetime-local"}, format=SHAPE), **options)
        self.zone, self.kept = zone, kept

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Show a moment on the zone's clock."""
        return value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:  # noqa: ANN401 - Django's
        """Read what the wall clock shall show, and find the moment it means."""
        text = str(value or "").strip().replace(" ", "T")
        if not text:
            return None
        if self.kept is not None and text == self.kept.astimezone(self.zone).strftime(SHAPE):
            return self.kept
        try:
            wall = datetime.fromisoformat(text)
            meant = moments_meant(wall.replace(microsecond=0), self.zone) if wall.tzinfo is None else [wall]
        except (ValueError, OverflowError) as error:
            raise ValidationError(_("Write a date and a time, such as 2027-05-18 16:00.")) from error
        if len(meant) == 1:
            return meant[0].astimezone(UTC)
        shown = {"time": wall.strftime("%Y-%m-%d %H:%M"), "zone": self.zone.key}
        if meant:
            raise ValidationError(
                _(
                    "%(time)s comes twice in %(zone)s, because the clock is put back that night: choose a "
                    "time before or after that hour."
                )
                % shown
            )
        raise ValidationError(
            _(
                "%(time)s does not exist in %(zone)s, because the clock is put forward that night: choose a "
                "time before or after that hour."
            )
            % shown
        )


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
