"""A table of a hackathon that its organisers may take away, column by column.

What is not named here does not leave: secrets (join codes, calendars' addresses, seeds), answer keys, and
what a leaderboard hides.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from types import NoneType
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils.functional import Promise

from projects.models import Hackathon

Cell = str | int | float | bool | None
#: What JSON has a form for. A tuple: `int | str` written where it is used is made anew for every cell.
PLAIN = (str, int, float, bool, NoneType)
#: How many rows are held at once.
CHUNK = 2000


@dataclass(frozen=True)
class Table:
    """A table: of which rows, how they belong to a hackathon, and what each column is looked up by.

    `within` leads from a row to what `key` says of the hackathon: its number.
    """

    name: str
    about: str | Promise
    model: type[Model]
    within: str
    columns: Mapping[str, str]
    key: Callable[[Hackathon], object] = attrgetter("pk")

    def rows(self, hackathon: Hackathon) -> Iterator[list[Cell]]:
        """Return the rows in the order in which they came to be; one query."""
        zone = hackathon.course.zone
        found = self.model._default_manager.filter(**{self.within: self.key(hackathon)}).order_by("pk")
        for row in found.values_list(*self.columns.values()).iterator(chunk_size=CHUNK):
            yield [_cell(value, zone) for value in row]


def _cell(value: object, zone: ZoneInfo) -> Cell:
    """Return a value as JSON has it; times on the event's clock with their offset."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, date | UUID):
        return str(value)
    raise TypeError(f"A table has no form for {type(value).__name__}: leave the column out.")


def same(*names: str, **others: str) -> dict[str, str]:
    """Return columns called what they are looked up by, then those with a name of their own."""
    return {name: name for name in names} | others


def person(at: str) -> dict[str, str]:
    """Return the columns that say who somebody is."""
    return {"person": f"{at}__name", "email": f"{at}__email"}
