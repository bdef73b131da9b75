"""Rows in an order that people set."""

from typing import Any

from django.db.models import Max, Model, QuerySet


def swap(rows: QuerySet[Any], column: str, pk: int, step: int) -> tuple[Model, Model] | None:
    """Exchange the row `pk` with the next one up (`step` -1) or down (1); return both, None at the end.

    `rows` are all that share the order, their `column` unique among them and never negative; the caller
    holds what they belong to, so nobody else moves them meanwhile.
    """
    mine = rows.filter(pk=pk).first()
    if mine is None:
        return None
    here = getattr(mine, column)
    beyond = rows.filter(**{f"{column}__{'lt' if step < 0 else 'gt'}": here})
    other = beyond.order_by(f"{'-' if step < 0 else ''}{column}").first()
    if other is None:
        return None
    free = rows.aggregate(last=Max(column))["last"] + 1
    there = getattr(other, column)
    for row, place in ((mine, free), (other, here), (mine, there)):
        rows.filter(pk=row.pk).update(**{column: place})
        setattr(row, column, place)
    return mine, other
