"""Lists, a piece at a time."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Schema

#: How many a list holds when nothing else is asked for, and at most.
USUAL, MOST = 50, 200

ItemT = TypeVar("ItemT")


class Window(Schema):
    """Which piece of a list is asked for."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="How many to return.")
    offset: int = Field(0, ge=0, le=1_000_000, description="How many to leave out before.")


class Page(Schema, Generic[ItemT]):
    """A piece of a list in a stable order, and where the next one is."""

    items: list[ItemT] = Field(description="This piece.")
    count: int = Field(description="How many there are altogether.", examples=[123])
    next: str | None = Field(
        description="The address of the next piece; null: this is the last.",
        examples=["https://classroom.example.org/api/v1/courses?limit=50&offset=50"],
    )


def page_of(
    request: HttpRequest,
    rows: "QuerySet[Any] | Sequence[Any]",
    window: Window,
    told: Callable[[list[Any]], list[Any]],
) -> dict[str, object]:
    """Return the piece of `rows` that `window` asks for, as `told` puts it; rows come in a stable order."""
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    end = window.offset + window.limit
    following = {**request.GET.dict(), "limit": window.limit, "offset": end}
    return {
        "items": told(list(rows[window.offset : end])),
        "count": count,
        "next": request.build_absolute_uri(f"{request.path}?{urlencode(following)}") if end < count else None,
    }
