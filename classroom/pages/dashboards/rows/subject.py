"""What a page of rows is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Course
from classroom.pages.dashboards.pieces import Piece, pieces_of
from classroom.pages.dashboards.risk import often_absent

#: What a filter's form makes of an address: empty where nothing was chosen.
Chosen = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """The course at a moment, and what there is to do in it."""

    course: Course
    now: datetime
    may_grade: bool = False

    @cached_property
    def pieces(self) -> list[Piece]:
        """The pieces of work that have opened, as they did."""
        return pieces_of(self.course, self.now)

    @cached_property
    def absences(self) -> dict[int, int]:
        """Who missed too many sessions, and how many."""
        return often_absent(self.course)

    def title_of(self, key: str) -> str:
        """Return what people call a piece of work."""
        return next((piece.title for piece in self.pieces if piece.key == key), key)


@dataclass(frozen=True)
class Cell:
    """One value of a row: a text, perhaps with a link, or a time."""

    text: str = ""
    url: str = ""
    when: datetime | None = None


@dataclass(frozen=True)
class Subject:
    """Something that is counted."""

    name: str
    title: str | Promise
    header: Sequence[str | Promise]
    form: type["FilterForm"]
    rows: Callable[[Scene, Chosen], "QuerySet[Any, Any]"]
    cells: Callable[[Scene, Any], list[Cell]]


class FilterForm(forms.Form):
    """What every page of rows can be narrowed to."""

    q = forms.CharField(label=gettext_lazy("Name or e-mail"), required=False, max_length=100)

    def __init__(self, data: object, scene: Scene) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a request's parameters
        self.scene = scene
        if "item" in self.fields:
            works = [(piece.key, piece.title) for piece in scene.pieces]
            self.fields["item"].choices = [("", _("all")), *works]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen; what makes no sense narrows nothing."""
        self.is_valid()
        return self.cleaned_data

    def told(self) -> list[tuple[str, str]]:
        """Return what the rows are narrowed to, in words: the label and what was chosen."""
        found = []
        for name, value in self.chosen().items():
            if value is not None and value != "":
                field: Any = self.fields[name]
                named = type(self.fields[name]) is forms.ChoiceField
                shown = dict(field.choices)[value] if named else value
                found.append((str(field.label), f"{shown:g}" if isinstance(shown, float) else str(shown)))
        return found


def choices(pairs: Sequence[tuple[str, str | Promise]]) -> list[tuple[str, str | Promise]]:
    """Return a filter's choices, "all" first."""
    return [("", gettext_lazy("all")), *pairs]


def called(text: str, prefix: str = "user__") -> Q:
    """Return the condition that a person's name or address has `text` in it."""
    if not text:
        return Q()
    return Q(**{f"{prefix}name__icontains": text}) | Q(**{f"{prefix}email__icontains": text})


def percent(share: float | None) -> str:
    """Return a share in whole percent."""
    return "–" if share is None else f"{100 * share:.0f} %"
