"""Details of the questions that the engine draws and checks: a few parameters each."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quizzes.forms.parts import Number, Part, Row, Text, Typed

CODE = {"rows": 3, "look": "short code"}


class Slips(Part):
    """Details with a credit for well-known slips."""

    slip_credit = Number(
        label=_("Credit for a well-known slip"),
        required=False,
        help_text=_("A share from 0 to 1; empty: 0.5."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, prefix: str = "", initial: Typed | None = None
    ) -> None:
        super().__init__(data, prefix=prefix, initial=initial)
        self.order_fields([name for name in self.fields if name != "slip_credit"])


class Shapes(Slips):
    """Which network is drawn."""

    main = "network"
    network = forms.ChoiceField(
        label=_("Network"),
        choices=[
            ("convolutional", _("convolutional")),
            ("dense", _("dense")),
            ("recurrent", _("recurrent: RNN or LSTM")),
        ],
        initial="convolutional",
    )


class Backprop(Slips):
    """What is worked out."""

    main = "tolerance"
    ask = forms.ChoiceField(
        label=_("Asked for is"),
        choices=[
            ("backward", _("the way back; the forward pass is given")),
            ("forward", _("the forward pass")),
            ("all", _("both")),
        ],
        initial="backward",
    )
    tolerance = Number(
        label=_("Relative tolerance"), required=False, help_text=_("A share above 0; empty: 0.01.")
    )


class WholeNumber(forms.TypedChoiceField):
    """A choice among a few whole numbers."""

    def __init__(self, numbers: range, **options: Any) -> None:  # noqa: ANN401 - a field's own
        super().__init__(choices=[(number, str(number)) for number in numbers], coerce=int, **options)


class Convolution(Slips):
    """How large the grid is."""

    size = WholeNumber(range(3, 7), label=_("Rows and columns of the image"), initial=4)
    kernel = WholeNumber(range(2, 4), label=_("Rows and columns of the kernel"), initial=2)
    stride = WholeNumber(range(1, 3), label=_("Stride"), initial=1)
    padding = WholeNumber(range(2), label=_("Padding"), initial=0)


class VariableRow(Row):
    """A variable of the function."""

    title, plural = _("Variable"), _("Variables")
    help = _("The function and the answer are compared at points within these ranges.")
    name = Text(label=_("Name"), max_length=20)
    low = Number(label=_("From"))
    high = Number(label=_("To"))


class GradientFormula(Part):
    """The function whose gradient is asked for."""

    lists: ClassVar[dict[str, type[Part]]] = {"variables": VariableRow}
    main = "function"
    function = Text(
        label=_("Function"),
        max_length=300,
        help_text=_("For example (w * x - y)^2: products with *, powers with ^."),
    )
    by = Text(label=_("Derivative by"), max_length=20)
    solution = Text(
        label=_("The gradient"), max_length=300, required=False, help_text=_("Shown in the review.")
    )

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - see `Part`
        """See `Part.fill`."""
        ranges = stored.get("variables") or {}
        rows = [{"name": name, "low": low, "high": high} for name, (low, high) in ranges.items()]
        return super().fill(stored | {"variables": rows})

    def stored(self) -> Any:  # noqa: ANN401 - see `Part`
        """See `Part.stored`."""
        found = super().stored()
        found["variables"] = {row["name"]: [row["low"], row["high"]] for row in found.get("variables", [])}
        return found

    def own_problems(self) -> list[str]:
        """Find two variables of the same name, of which one would be lost."""
        names = [row["name"] for row in self.parts["variables"].stored()]
        return [] if len(set(names)) == len(names) else [gettext("Two variables have the same name.")]


class LossCurve(Part):
    """Nothing to choose: each student gets curves with one of five causes."""


class Boundary(Part):
    """How far the clouds are apart."""

    main = "gap"
    gap = Number(
        label=_("Distance of the two clouds"),
        required=False,
        help_text=_("In standard deviations, from 1 to 6; empty: 3."),
    )


VALUES = [
    ("normal", _("normally distributed")),
    ("positive", _("positive, 0.1 to 2")),
    ("probability", _("probabilities, 0.05 to 0.95")),
    ("integers", _("whole numbers, -5 to 5")),
    ("sizes", _("sizes, 1 to 3")),
    ("binary", _("0 or 1")),
    ("one_hot", _("one-hot rows")),
    ("one_hot_columns", _("one-hot columns")),
]


class ArgumentRow(Row):
    """A variable that the line can use."""

    title, plural = _("Variable"), _("Variables")
    help = _(
        "What the line can use, drawn anew for every check. A name in a shape gets another size each time."
    )
    preset = frozenset({"values"})
    name = Text(label=_("Name"), max_length=40)
    shape = Text(label=_("Shape"), max_length=60, required=False, help_text=_("m, n – empty: one number."))
    values = forms.ChoiceField(label=_("Values"), choices=VALUES, initial="normal")

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - see `Part`
        """See `Part.fill`."""
        return super().fill(stored) | {"shape": ", ".join(map(str, stored.get("shape") or []))}

    def stored(self) -> Any:  # noqa: ANN401 - see `Part`
        """See `Part.stored`."""
        sizes = self.cleaned_data["shape"].strip(" ()[]").replace(",", " ").split()
        shape = [int(size) if size.isascii() and size.isdigit() and len(size) < 6 else size for size in sizes]
        return super().stored() | {"shape": shape}


class NumpyLine(Slips):
    """A line of numpy, and what it is checked with."""

    lists: ClassVar[dict[str, type[Part]]] = {"arguments": ArgumentRow}
    main = "reference"
    before = Text(label=_("Lines before"), max_length=4000, required=False, strip=False, **CODE)
    result = Text(label=_("The line assigns to"), max_length=40, required=False)
    after = Text(label=_("Lines after"), max_length=4000, required=False, strip=False, **CODE)
    reference = Text(
        label=_("The right line"),
        max_length=500,
        help_text=_("Any line that gives the same is right, for example X @ W + b."),
    )
    tolerance = Number(
        label=_("Tolerance"), required=False, help_text=_("Relative to the largest number; empty: 1e-7.")
    )
    checks = Number(
        label=_("Checks during a quiz"),
        required=False,
        help_text=_("How often a student may have the line checked; empty: never."),
    )
