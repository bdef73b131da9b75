"""Sentences for mistakes that many functions share."""

from nnengine.exercises.base import Bug
from nnengine.text import Text


def bug(name: str, edits: dict[str, str], en: str, de: str, hint_en: str, hint_de: str) -> Bug:
    """Write a mistake down in one piece: its name, its edit, its sentence and its hint in English and German."""
    return Bug(name, edits, Text(en, de), Text(hint_en, hint_de))


def not_averaged(name: str, old: str, new: str) -> Bug:
    """`name` is summed over the batch instead of averaged."""
    return Bug(
        f"{name}-not-averaged",
        {old: new},
        Text(
            f"{name} is summed over the batch but not averaged: 1/m is missing.",
            f"{name} ist über den Batch summiert, aber nicht gemittelt: 1/m fehlt.",
        ),
        Text(
            f"The cost is a mean over m examples. What does that do to its derivative {name}?",
            f"Die Kosten sind ein Mittel über m Beispiele. Was heißt das für ihre Ableitung {name}?",
        ),
    )


def without_keepdims(name: str, old: str, new: str) -> Bug:
    """`name` has lost its second axis."""
    return Bug(
        f"{name}-without-keepdims",
        {old: new},
        Text(
            f"{name} has one axis only: the sum dropped the other.",
            f"{name} hat nur eine Achse: die Summe hat die andere verworfen.",
        ),
        Text(
            "np.sum removes the axis it sums over, unless it is told to keep it.",
            "np.sum entfernt die Achse, über die es summiert, wenn man ihm nichts anderes sagt.",
        ),
    )


def wrong_axis(name: str, old: str, new: str) -> Bug:
    """`name` is summed over the units instead of the examples."""
    return Bug(
        f"{name}-wrong-axis",
        {old: new},
        Text(
            f"{name} is summed over the wrong axis: over the units instead of the examples.",
            f"{name} ist über die falsche Achse summiert: über die Einheiten statt über die Beispiele.",
        ),
        Text(
            f"{name} must have the shape of the bias it belongs to. Which axis holds the examples?",
            f"{name} muss die Form des zugehörigen Bias haben. Auf welcher Achse liegen die Beispiele?",
        ),
    )
