"""All tables of a hackathon that its organisers may take away."""

from projects.export.judged import JUDGED
from projects.export.people import PEOPLE
from projects.export.planned import PLANNED
from projects.export.table import Table
from projects.export.work import WORK

TABLES: tuple[Table, ...] = (*PEOPLE, *WORK, *JUDGED, *PLANNED)


def table(name: str) -> Table | None:
    """Return the table called `name`."""
    return next((known for known in TABLES if known.name == name), None)
