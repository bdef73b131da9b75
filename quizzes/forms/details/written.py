"""Details of the questions that are answered by writing: numbers, words, matrices, gaps, essays."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quizzes.forms.details.choices import Single
from quizzes.forms.parts import Number, Part, Row, Text, Typed
from quizzes.kinds.numeric import read_number

ANSWER_SHARE = _("From -1 to 1; empty: 1. With 0 it gives feedback to a known mistake.")


class NumericAnswerRow(Row):
    """A number with its tolerances."""

    title, plural = _("Answer"), _("Answers")
    more = ("fraction", "feedback")
    value = Number(label=_("Number"))
    absolute = Number(label=_("Tolerance ±"), required=False)
    relative = Number(label=_("Relative tolerance"), required=False, help_text=_("0.01 is one percent."))
    fraction = Number(label=_("Share of the points"), required=False, help_text=ANSWER_SHARE)
    feedback = Text(label=_("Feedback"), max_length=2000, rows=1, required=False)


class UnitRow(Row):
    """Another unit in which the answer may be given."""

    title, plural, at_first = _("Further unit"), _("Further units"), 0
    help = _("For example kB and 1000 where the unit is MB: 1000 kB are one MB.")
    name = Text(label=_("Unit"), max_length=40)
    factor = Number(label=_("How many make one of the unit"))


class Numeric(Part):
    """A number."""

    lists: ClassVar[dict[str, type[Part]]] = {"answers": NumericAnswerRow, "units": UnitRow}
    main = "answers"
    unit = Text(
        label=_("Unit"), max_length=40, required=False, help_text=_("May be written after the number.")
    )
    unit_required = forms.BooleanField(label=_("The unit must be written"), required=False)

    def clean_unit_required(self) -> bool:
        """Want the unit that must be written."""
        wanted: bool = self.cleaned_data["unit_required"]
        if wanted and not self.cleaned_data.get("unit"):
            raise forms.ValidationError(gettext("Give the unit that must be written."))
        return wanted


class AcceptedRow(Row):
    """A text that is accepted, or known to be wrong."""

    title, plural = _("Accepted text"), _("Accepted texts")
    help = _("An asterisk stands for any text: *rule*")
    more = ("fraction", "feedback")
    text = Text(label=_("Text"), max_length=500)
    fraction = Number(label=_("Share of the points"), required=False, help_text=ANSWER_SHARE)
    feedback = Text(label=_("Feedback"), max_length=2000, rows=1, required=False)

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - see `Part`
        """See `Part.fill`."""
        return super().fill(stored if isinstance(stored, dict) else {"text": stored})

    def stored(self) -> Any:  # noqa: ANN401 - see `Part`
        """Return the text alone where there is no more to say about it."""
        found = super().stored()
        return found if set(found) != {"text"} else found["text"]


class ShortText(Part):
    """A word or two."""

    lists: ClassVar[dict[str, type[Part]]] = {"accepted": AcceptedRow}
    main = "accepted"
    case = forms.BooleanField(label=_("Capital letters matter"), required=False)
    accents = forms.BooleanField(label=_("Accents matter"), required=False)


class Matrix(Part):
    """Numbers in rows and columns."""

    main = "value"
    value = Text(
        label=_("Matrix"),
        rows=4,
        max_length=5000,
        help_text=_("A row a line, spaces or commas between the numbers; or as in numpy: [[1, 2], [3, 4]]"),
    )
    absolute = Number(label=_("Tolerance ±"), required=False)
    relative = Number(label=_("Relative tolerance"), required=False, help_text=_("0.01 is one percent."))
    shape_given = forms.BooleanField(
        label=_("Students see how many rows and columns there are"), required=False, initial=True
    )
    slip_credit = Number(
        label=_("Credit for the transposed matrix"),
        required=False,
        help_text=_("A share from 0 to 1; empty: 0.5."),
    )

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - see `Part`
        """See `Part.fill`."""
        rows = stored.get("value") or []
        text = "\n".join(" ".join(map(repr, row)) for row in rows)
        return {"shape_given": True} | super().fill(stored) | {"value": text}

    def clean_value(self) -> list[list[float | int]]:
        """Read the rows."""
        text = self.cleaned_data["value"].replace("],", "\n").replace(";", "\n").replace("−", "-")
        lines = [line for line in re.sub(r"[\[\]]", " ", text).splitlines() if line.strip(" ,")]
        return [[_entry(one) for one in re.split(r"[\s,]+", line.strip(" ,\t"))] for line in lines]

    def stored(self) -> Any:  # noqa: ANN401 - see `Part`
        """See `Part.stored`."""
        return super().stored() | {"shape_given": self.cleaned_data["shape_given"]}


def _entry(text: str) -> float | int:
    number = read_number(text)
    if number is None:
        raise forms.ValidationError(gettext("%(text)s is no number.") % {"text": text[:40]})
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


#: The kinds a gap can have.
GAPS: dict[str, type[Part]] = {"short_text": ShortText, "numeric": Numeric, "single": Single}


class GapRow(Row):
    """A gap: a small question of its own."""

    title, plural, ordered = _("Gap"), _("Gaps"), True
    help = _("Write {{1}}, {{2}} … in the question where the gaps are.")
    preset = frozenset({"kind"})
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("short_text", _("Words")),
            ("numeric", _("A number")),
            ("single", _("A list to choose from")),
        ],
        initial="short_text",
        # Another kind has other fields: the editor is drawn again; without script there is a button.
        widget=forms.Select({"hx-post": "", "hx-trigger": "change", "hx-vals": '{"refresh": "1"}'}),
    )
    points = Number(label=_("Counts"), required=False, help_text=_("Beside the other gaps; empty: 1."))

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, prefix: str = "", initial: Typed | None = None
    ) -> None:
        super().__init__(data, prefix=prefix, initial=initial)
        kind = str(self["kind"].value())
        self.inner_kind = kind if kind in GAPS else "short_text"
        self.inner = GAPS[self.inner_kind](
            data, prefix=self.add_prefix(self.inner_kind), initial=self.initial.get(self.inner_kind, {})
        )

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - see `Part`
        """See `Part.fill`."""
        kind = stored.get("kind", "short_text")
        return super().fill(stored) | {kind: GAPS[kind].fill(stored.get("data", {}))}

    def typed(self) -> Typed:
        """See `Part.typed`."""
        return super().typed() | {self.inner_kind: self.inner.typed()}

    def stored(self) -> Any:  # noqa: ANN401 - see `Part`
        """See `Part.stored`."""
        return super().stored() | {"data": self.inner.stored()}

    def is_valid(self) -> bool:
        """Whether it and what is asked in it are."""
        return all([super().is_valid(), self.is_blank() or self.inner.is_valid()])

    def all_problems(self) -> list[str]:
        """See `Part.all_problems`."""
        return super().all_problems() + ([] if self.is_blank() else self.inner.all_problems())

    def as_sent(self) -> dict[str, str]:
        """See `Part.as_sent`."""
        return super().as_sent() | self.inner.as_sent()


class Cloze(Part):
    """A text with gaps."""

    lists: ClassVar[dict[str, type[Part]]] = {"gaps": GapRow}
    main = "gaps"


class LevelRow(Row):
    """How well a criterion can be met."""

    title, plural, at_first = _("Level"), _("Levels"), 3
    text = Text(label=_("What it looks like"), max_length=500)
    fraction = Number(label=_("Share"), help_text=_("From 0 to 1."))


class CriterionRow(Row):
    """What graders look at."""

    title, plural, at_first = _("Criterion"), _("Rubric"), 0
    help = _("What graders look at, and how well it can be met. Without one they give points freely.")
    lists: ClassVar[dict[str, type[Part]]] = {"levels": LevelRow}
    criterion = Text(label=_("Criterion"), max_length=200)
    weight = Number(label=_("Weight"), required=False, help_text=_("Beside the others; empty: 1."))


class Essay(Part):
    """A longer text that a person grades."""

    lists: ClassVar[dict[str, type[Part]]] = {"rubric": CriterionRow}
    main = "rubric"
    min_words = Number(label=_("Least words"), required=False)
    max_words = Number(label=_("Most words"), required=False, help_text=_("Shown and counted, not enforced."))
    lines = Number(label=_("Height of the field (lines)"), required=False)
    template = Text(label=_("The field begins with"), rows=2, max_length=5000, required=False)
    notes = Text(
        label=_("Notes for graders"),
        rows=2,
        max_length=5000,
        required=False,
        help_text=_("Never shown to students."),
    )
