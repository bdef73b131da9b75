"""Forms that grow: a part has fields and lists of further parts, as the details of a question have.

What is stored (JSON) and what is typed (texts, as browsers send them) follow from each other: `fill` makes
stored into typed, a part shows what is typed, and `stored` returns what a valid part says. Buttons named
"add", "remove" and "up" post the whole form; `typed` then holds the list with that change.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quizzes.kinds import Data
from quizzes.kinds.numeric import read_number

#: No list that is posted is read further.
MOST_ROWS = 500
#: A row that was just added; its first field gets the focus.
NEW = {"new": True}

Typed = dict[str, Any]


class NumberBox(forms.TextInput):
    """One line for a number, as people write it."""

    def __init__(self) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "maxlength": 80})


class Number(forms.Field):
    """A number: "0.5", "0,5", "1/3", "1e-3"."""

    widget = NumberBox

    def to_python(self, value: Any) -> float | int | None:  # noqa: ANN401 - what a browser sends
        """Read it; whole numbers stay whole."""
        if not value or not str(value).strip():
            return None
        number = read_number(str(value))
        if number is None:
            raise forms.ValidationError(_("Write a number, such as 0.5, 1/3 or 1e-3."))
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - as above
        """Show a stored number so that the same number is read again."""
        return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class Text(forms.CharField):
    """Text with line ends as Python writes them, not as browsers send them."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - a field's own
        rows = options.pop("rows", None)
        if rows:
            options["widget"] = forms.Textarea({"rows": rows, "class": options.pop("look", "short")})
        super().__init__(**options)

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - as above
        """Return the text."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


class Part(forms.Form):
    """Fields, and lists of further parts; a row of a list is one, too."""

    use_required_attribute = False
    #: The lists in it, by name: of what their rows are.
    lists: ClassVar[dict[str, type["Part"]]] = {}
    #: Fields of a row that are seldom needed and shown on demand.
    more: ClassVar[tuple[str, ...]] = ()
    #: Fields that a row has a value in before anybody writes: they make no row worth keeping.
    preset: ClassVar[frozenset[str]] = frozenset()
    #: Where the kind's own problems are shown: a list or a field.
    main: ClassVar[str] = ""
    #: Of a row: what it is called, what the list is, what the button says, and how many are there at first.
    title: ClassVar[str | Promise] = ""
    plural: ClassVar[str | Promise] = ""
    help: ClassVar[str | Promise] = ""
    at_first: ClassVar[int] = 1
    #: Whether the order of the rows means something.
    ordered: ClassVar[bool] = False

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, prefix: str = "", initial: Typed | None = None
    ) -> None:
        super().__init__(data, prefix=prefix or None, initial=initial or {})
        self.parts = {
            name: PartList(row, data, self.add_prefix(name), self.initial.get(name, []))
            for name, row in self.lists.items()
        }
        self.problems: list[str] = []
        if self.initial.get("new"):
            next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - any JSON
        """Return what the form shows for what is stored."""
        typed = {name: stored[name] for name in cls.base_fields if name in stored}
        for name, row in cls.lists.items():
            rows = stored.get(name)
            typed[name] = [row.fill(one) for one in rows] if isinstance(rows, list) else []
        return typed

    def typed(self) -> Typed:
        """Return what is typed, with the row added, removed or moved whose button was pressed."""
        found = {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }
        return found | {name: rows.typed() for name, rows in self.parts.items()}

    def stored(self) -> Any:  # noqa: ANN401 - any JSON
        """Return what a valid part says; what is empty is left out."""
        found = {
            name: value
            for name, value in self.cleaned_data.items()
            if value is not None and value is not False and value != ""
        }
        return found | {name: rows.stored() for name, rows in self.parts.items() if rows.stored()}

    def is_valid(self) -> bool:
        """Whether its fields and those of all its rows are valid; all of them are looked at."""
        return all([super().is_valid(), *(rows.is_valid() for rows in self.parts.values())])

    def own_problems(self) -> list[str]:
        """Return what is wrong with a valid part that what it stores would not show."""
        return []

    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        return self.is_bound and not any(
            _has_text(value) for name, value in self.typed().items() if name not in self.preset
        )

    def blame(self, problems: list[str]) -> None:
        """Show what is wrong at the list or field that it is about."""
        if self.main in self.parts:
            self.parts[self.main].problems += problems
        elif self.main in self.fields:
            for problem in problems:
                self.add_error(self.main, problem)
        else:
            self.problems += problems

    def all_problems(self) -> list[str]:
        """Return everything that is wrong in it and its rows, in one list."""
        found = [self._named(name, str(error)) for name, errors in self.errors.items() for error in errors]
        found += self.problems
        for rows in self.parts.values():
            found += rows.problems
            for row in rows.rows:
                found += row.all_problems()
        return found

    def _named(self, name: str, problem: str) -> str:
        """Return what is wrong with a field, understood also away from it."""
        if name in self.fields and problem == str(forms.Field.default_error_messages["required"]):
            return _("Fill in “%(label)s”.") % {"label": self.fields[name].label}
        return problem

    @classmethod
    def posted(cls, typed: Typed, prefix: str = "") -> dict[str, str]:
        """Return the fields that a browser sends which shows `typed` and changes nothing."""
        form = cls(prefix=prefix, initial=typed)
        return form.as_sent()

    def as_sent(self) -> dict[str, str]:
        """Return the fields that a browser sends for this form as it is shown."""
        sent = {}
        for bound in self:
            value = bound.value()
            if value is True or (value is not None and value is not False):
                sent[bound.html_name] = "on" if value is True else str(value)
        for rows in self.parts.values():
            sent |= rows.as_sent()
        return sent

    def usual_fields(self) -> list[forms.BoundField]:
        """Return the fields that are always shown."""
        return [self[name] for name in self.fields if name not in self.more]

    def further_fields(self) -> list[forms.BoundField]:
        """Return the fields that are shown on demand."""
        return [self[name] for name in self.fields if name in self.more]

    def has_further(self) -> bool:
        """Whether something is written in a field that is shown on demand."""
        return any(bound.value() or bound.errors for bound in self.further_fields())


class Row(Part):
    """A row of a list; one with nothing in it is no row."""

    def full_clean(self) -> None:
        """Find nothing wrong with an empty row."""
        if self.is_blank():
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()


class PartList:
    """The rows of one list."""

    def __init__(
        self, row: type[Part], data: Mapping[str, Any] | None, prefix: str, initial: list[Typed]
    ) -> None:
        self.row, self.data, self.prefix = row, data, prefix
        self.problems: list[str] = []
        if data is None:
            blank = max(0, row.at_first - len(initial))
            self.rows = [
                row(prefix=f"{prefix}-{place}", initial=typed)
                for place, typed in enumerate([*initial, *[{}] * blank])
            ]
        else:
            self.rows = [row(data, prefix=f"{prefix}-{place}") for place in range(self._count(data))]

    def _count(self, data: Mapping[str, Any]) -> int:
        text = str(data.get(f"{self.prefix}-count", ""))
        return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 6 else 0

    def typed(self) -> list[Typed]:
        """See `Part.typed`."""
        data = self.data or {}
        rows = [(row.prefix, row.typed()) for row in self.rows if row.prefix != data.get("remove")]
        for place, (prefix, _typed) in enumerate(rows):
            if place and prefix == data.get("up"):
                rows[place - 1 : place + 1] = rows[place], rows[place - 1]
                break
        return [typed for _prefix, typed in rows] + ([NEW] if data.get("add") == self.prefix else [])

    def stored(self) -> list[Any]:
        """See `Part.stored`."""
        return [row.stored() for row in self.rows if not row.is_blank()]

    def is_valid(self) -> bool:
        """Whether all rows are valid."""
        found = [row.is_valid() for row in self.rows]  # each is looked at
        return all(found)

    def as_sent(self) -> dict[str, str]:
        """See `Part.as_sent`."""
        sent = {f"{self.prefix}-count": str(len(self.rows))}
        for row in self.rows:
            sent |= row.as_sent()
        return sent


class TextRow(Row):
    """A row that is one text."""

    text = Text(max_length=2000)

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - as above
        """See `Part.fill`."""
        return {"text": stored}

    def stored(self) -> Any:  # noqa: ANN401 - as above
        """See `Part.stored`."""
        return self.cleaned_data["text"]


def unchanged(details: type[Part], form: Part, stored: Data) -> bool:
    """Whether the form says what is stored already: also where it would be written down in another way."""
    same = details(details.posted(details.fill(stored), "same"), prefix="same")
    return same.is_valid() and same.stored() == form.stored()


def _has_text(value: Any) -> bool:  # noqa: ANN401 - typed values, nested
    if isinstance(value, dict):
        return any(_has_text(one) for one in value.values())
    if isinstance(value, list):
        return any(_has_text(one) for one in value)
    return bool(value.strip()) if isinstance(value, str) else bool(value)
