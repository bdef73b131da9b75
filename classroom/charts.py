"""Charts: what is drawn, as numbers. The browser draws them; the same numbers stand below as a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Number = int | float


class Kind(StrEnum):
    """How the points are drawn."""

    BARS = "bars"
    HISTOGRAM = "histogram"
    LINES = "lines"
    DOTS = "dots"
    BAND = "band"
    HEAT = "heat"


@dataclass(frozen=True)
class Chart:
    """A chart of `points`: (x, y), or (x, y, series) where several series share the axes.

    x is a number, a time or, for bars, a name; names keep their order. A y of None is a gap. `mark` draws a
    line across at this y, such as a pass mark, with `mark_label` beside it. `names` say what each point is,
    for the table and for who points at it; `logarithmic` spreads an x that is never zero over powers of ten.

    A histogram's x are the names of its bins. A heat map's points are (column, value, row). A band is drawn
    behind lines: `band` holds (x, low, high), and `band_label` says what it is. `urls` lead from a point's
    number in the table to the rows behind it.
    """

    kind: Kind
    title: str
    x_label: str
    y_label: str
    points: Sequence[tuple[Any, Number | None] | tuple[Any, Number | None, str]]
    mark: Number | None = None
    mark_label: str = ""
    y_max: Number | None = None
    height: int = field(default=240)
    names: Sequence[str] = ()
    logarithmic: bool = False
    band: Sequence[tuple[Any, Number, Number]] = ()
    band_label: str = ""
    urls: Sequence[str] = ()

    @property
    def has_series(self) -> bool:
        """Whether points name the series they belong to."""
        return any(len(point) == 3 for point in self.points)

    def specification(self) -> dict[str, Any]:
        """Return what the browser's `<classroom-chart>` reads."""
        timed = any(isinstance(point[0], datetime) for point in self.points)
        return {
            "kind": self.kind,
            "title": str(self.title),
            "x": str(self.x_label),
            "y": str(self.y_label),
            "time": timed,
            "points": [[_plain(point[0]), point[1], *point[2:]] for point in self.points],
            "mark": self.mark,
            "markLabel": str(self.mark_label),
            "yMax": self.y_max,
            "height": self.height,
            "names": [str(name) for name in self.names],
            "log": self.logarithmic,
            "band": [[_plain(x), low, high] for x, low, high in self.band],
            "bandLabel": str(self.band_label),
        }


def _plain(x: Any) -> Any:  # noqa: ANN401 - a number, a time or a name
    if isinstance(x, datetime):
        return x.isoformat()
    return x if isinstance(x, int | float) else str(x)
