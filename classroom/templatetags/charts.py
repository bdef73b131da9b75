"""`{% load charts %}`: `{% chart chart %}` draws a `classroom.charts.Chart`."""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from django import template

from classroom.charts import Chart
from classroom.templatetags.moments import moment

register = template.Library()


@dataclass(frozen=True)
class Row:
    """A line of a chart's table: what comes before the number, the number, and the rows behind it."""

    cells: tuple[Any, ...]
    value: Any
    url: str
    band: tuple[Any, ...]


@register.inclusion_tag("shared/_chart.html")
def chart(chart: Chart) -> dict[str, Any]:
    """Write a chart: its numbers for the browser to draw, and as a table for everybody else."""
    bands = {x: (low, high) for x, low, high in chart.band}
    rows = [
        Row(
            (*name, moment(point[0]) if isinstance(point[0], datetime) else point[0], *point[2:]),
            point[1],
            url,
            bands.get(point[0], (None, None)) if bands else (),
        )
        for name, point, url in zip(
            [(name,) for name in chart.names] or repeat(()),
            chart.points,
            chart.urls or repeat(""),
            strict=False,
        )
    ]
    return {"chart": chart, "rows": rows, "specification": json.dumps(chart.specification())}
