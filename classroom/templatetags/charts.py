"""`{% load charts %}`: `{% chart chart %}` draws a `classroom.charts.Chart`."""

import json
from datetime import datetime
from itertools import repeat
from typing import Any

from django import template

from classroom.charts import Chart
from classroom.templatetags.moments import moment

register = template.Library()


@register.inclusion_tag("shared/_chart.html")
def chart(chart: Chart) -> dict[str, Any]:
    """Write a chart: its numbers for the browser to draw, and as a table for everybody else."""
    rows = [
        (*name, moment(point[0]) if isinstance(point[0], datetime) else point[0], *point[2:], point[1])
        for name, point in zip([(name,) for name in chart.names] or repeat(()), chart.points, strict=False)
    ]
    return {"chart": chart, "rows": rows, "specification": json.dumps(chart.specification())}
