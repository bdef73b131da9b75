"""The wrong ideas that kinds see behind answers, in words: kinds name them shortly, staff read these."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from quizzes.kinds.loss_curve import cause_text


def in_words(kind: str, name: str) -> str:
    """Return what the kind's `name` for a wrong idea means; a name that an author gave stays as it is."""
    if kind == "loss_curve":
        return _mistaken_cause(name)
    if kind == "numpy_line":
        return _NUMPY[name]() if name in _NUMPY else _size_factor(name)
    own = _OWN.get(kind, {})
    return own[name]() if name in own else name


def _mistaken_cause(name: str) -> str:
    """Put "overfitting_for_healthy" into words."""
    said, _for, cause = name.partition("_for_")
    words = {"said": cause_text(said).rstrip("."), "cause": cause_text(cause).rstrip(".")}
    return _("Says “%(said)s” where this is right: “%(cause)s”") % words if all(words.values()) else name


def _size_factor(name: str) -> str:
    """Put "times_m" and "minus_over_m·n", factors made of the sizes, into words."""
    minus = name.startswith("minus_")
    way, _line, size = name.removeprefix("minus_").partition("_")
    if way not in _WAYS or not size:
        return name
    words = _WAYS[way]() % {"name": size}
    return _("%(factor)s, and the sign is wrong") % {"factor": words} if minus else words


_WAYS: dict[str, Callable[[], str]] = {
    "times": lambda: _("Does not divide by %(name)s"),
    "over": lambda: _("Divides by %(name)s once too often"),
}
_NUMPY: dict[str, Callable[[], str]] = {
    "no_line": lambda: _("Writes something that is not one line of numpy"),
    "no_array": lambda: _("The line gives no array"),
    "not_finite": lambda: _("Some numbers are not finite"),
    "shape": lambda: _("The shape is wrong"),
    "transposed": lambda: _("Right numbers, but transposed"),
    "imprecise": lambda: _("Right to a few digits only"),
    "values": lambda: _("The shape is right, but the numbers are not"),
    "sign": lambda: _("Only the sign is wrong"),
    "factor": lambda: _("Right but for a constant factor"),
    "factor_2": lambda: _("Twice the right result"),
    "factor_half": lambda: _("Half of the right result"),
    "raised": lambda: _("The line stops with an error"),
    "not_from_scratch": lambda: _("Takes a ready-made function instead of writing it"),
    "too_slow": lambda: _("The line takes too long"),
    "too_large": lambda: _("The line needs too much memory"),
    "forbidden": lambda: _("The line tried something that is not allowed"),
    "ended": lambda: _("The line ended the program that runs it"),
}
_NUMERIC: dict[str, Callable[[], str]] = {
    "no_unit": lambda: _("Writes no unit"),
    "unit": lambda: _("The right number in another unit"),
}
_OWN: dict[str, dict[str, Callable[[], str]]] = {
    "numeric": _NUMERIC,
    "cloze": _NUMERIC,
    "matrix": {
        "transposed": lambda: _("Right numbers, but transposed"),
        "shape": lambda: _("The shape is wrong"),
    },
    "ordering": {"turned": lambda: _("The right order, but from last to first")},
    "shapes": {
        "padding": lambda: _("Forgets the padding"),
        "stride": lambda: _("Forgets the stride"),
        "biases": lambda: _("Forgets the biases"),
        "channels": lambda: _("Forgets the input's channels"),
        "filters": lambda: _("Counts one filter only"),
        "recurrent": lambda: _("Forgets the weights from the hidden state to itself"),
        "gates": lambda: _("Counts one gate of an LSTM only"),
    },
    "backprop": {
        "bias": lambda: _("Forgets the biases"),
        "transposed": lambda: _("Takes weights or gradients transposed"),
        "linear": lambda: _("Leaves out the sigmoid"),
        "derivative": lambda: _("Leaves out the sigmoid's derivative"),
        "sign": lambda: _("Only the sign is wrong"),
        "factor": lambda: _("Forgets that the loss is halved"),
        "input": lambda: _("Takes a unit's input where its output belongs"),
        "weight": lambda: _("Leaves out the weight on the way back"),
    },
    "convolution": {"turned_kernel": lambda: _("Turns the kernel by 180 degrees")},
    "gradient_formula": {
        "not_finite": lambda: _("A formula without a value where the gradient has one"),
        "sign": lambda: _("Only the sign is wrong"),
        "factor": lambda: _("Right but for a constant factor"),
    },
    "boundary": {"turned": lambda: _("The classes are swapped")},
}
