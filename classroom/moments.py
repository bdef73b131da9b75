"""A form field for moments on a course's clock."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: What browsers send for `datetime-local`; seconds only where they are not zero.
SHAPE = "%Y-%m-%dT%H:%M"


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
        self.widget.supports_microseconds = True  # else a disabled field would give less back than it had

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
