"""Results that are nearly right: but for a factor, the last digits, or the scale of random numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.grading.compare import Mismatch, close
from nnengine.grading.outcome import SAME, Diagnosis, Outcome, wrong_paths
from nnengine.text import Text

# Errors of differences, of a forgotten epsilon, of single precision: larger ones have other causes.
_NEARLY = 1e-3


def ratio(outcomes: Sequence[Outcome]) -> Diagnosis | None:
    """Explain a result that is a constant times the right one."""
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    if not wrong or any(outcome.raised for outcome in wrong):
        return None
    for path in wrong_paths(wrong):
        pairs = [(o, m) for o in wrong for m in o.mismatches if m.path == path and m.kind == "values"]
        found = [constant_ratio(m.expected, m.got) for _, m in pairs]
        ratios = [number for number in found if number is not None]
        if len(ratios) != len(wrong):
            continue
        for cause, name, values in _known_ratios([outcome for outcome, _ in pairs]):
            if all(abs(r - v) < 1e-6 * abs(v) for r, v in zip(ratios, values, strict=True)):
                return _ratio_message(path, cause, name)
        # One number is always some multiple of another; only of several does the same multiple say something.
        entries = sum(m.expected.size for _, m in pairs if m.expected is not None)
        if entries > 1 and np.ptp(ratios) <= SAME * abs(ratios[0]):
            return _ratio_message(path, "constant-factor", f"{ratios[0]:.6g}")
    return None


def constant_ratio(expected: npt.NDArray[Any] | None, got: npt.NDArray[Any] | None) -> float | None:
    """Return c where got = c * expected all over and c is neither 0 nor 1, else None."""
    if expected is None or got is None or expected.shape != got.shape or not expected.size:
        return None
    where = np.unravel_index(np.argmax(np.abs(expected)), expected.shape)
    if expected[where] == 0:
        return None
    factor = float(got[where] / expected[where])
    if (
        factor == 0
        or abs(factor - 1) < _NEARLY
        or not np.isfinite(factor)
        or not close(expected * factor, got, SAME)
    ):
        return None
    return factor


def _known_ratios(outcomes: Sequence[Outcome]) -> list[tuple[str, str, list[float]]]:
    known: list[tuple[str, str, list[float]]] = [
        ("sign", "-1", [-1.0] * len(outcomes)),
        ("factor-two", "2", [2.0] * len(outcomes)),
        ("factor-half", "1/2", [0.5] * len(outcomes)),
        ("log10", "1/ln 10", [float(1 / np.log(10))] * len(outcomes)),
        ("log2", "1/ln 2", [float(1 / np.log(2))] * len(outcomes)),
    ]
    for name in outcomes[0].draw.sizes:
        sizes = [float(outcome.draw.sizes.get(name, 1.0)) for outcome in outcomes]
        known.append((f"times-{name}", name, sizes))
        known.append((f"over-{name}", f"1/{name}", [1 / size for size in sizes]))
        known.append((f"minus-times-{name}", f"-{name}", [-size for size in sizes]))
        known.append((f"minus-over-{name}", f"-1/{name}", [-1 / size for size in sizes]))
    return known


def _ratio_message(path: str, cause: str, name: str) -> Diagnosis:
    if cause == "sign":
        message = Text(f"{path} has the wrong sign.", f"{path} hat das falsche Vorzeichen.")
    elif cause.startswith("times-"):
        message = Text(
            f"{path} is {name} times too large: a division by {name} is missing.",
            f"{path} ist um den Faktor {name} zu groß: eine Division durch {name} fehlt.",
        )
    else:
        message = Text(
            f"{path} is {name} times what it should be, in every entry.",
            f"{path} ist in jedem Eintrag das {name}-fache des richtigen Werts.",
        )
    hint = Text(
        "The form is right; look for a constant factor.",
        "Die Form stimmt; suchen Sie einen konstanten Faktor.",
    )
    return Diagnosis(f"{cause}:{path}", message, hint)


def nearly(outcomes: Sequence[Outcome]) -> Diagnosis | None:
    """Name results that are right to a few digits only, as derivatives by differences are."""
    found = [mismatch for outcome in outcomes for mismatch in outcome.mismatches]
    if not found or any(outcome.raised for outcome in outcomes):
        return None
    errors = [_relative_error(mismatch) for mismatch in found]
    if max(errors) > _NEARLY:
        return None
    path, digits = found[0].path, int(-np.log10(max(errors)))
    return Diagnosis(
        f"nearly-right:{path}",
        Text(
            f"{path} is right to about {digits} digits only.", f"{path} stimmt nur auf etwa {digits} Stellen."
        ),
        Text(
            "Is it computed by differences instead of the formula, or does a small epsilon stay in it?",
            "Ist es mit Differenzen berechnet statt mit der Formel, oder bleibt ein kleines Epsilon darin?",
        ),
    )


def _relative_error(mismatch: Mismatch) -> float:
    """Return the largest error relative to the largest right number; infinity where it has none."""
    expected, got = mismatch.expected, mismatch.got
    if mismatch.kind != "values" or expected is None or got is None or expected.shape != got.shape:
        return np.inf
    largest = float(np.max(np.abs(expected)))
    return float(np.max(np.abs(got - expected))) / largest if largest else np.inf


def spread(outcomes: Sequence[Outcome]) -> Diagnosis | None:
    """Name random weights of the wrong standard deviation (see `nnengine.exercises.randomness`)."""
    found = next((path for path in wrong_paths(outcomes) if path.startswith("the spread of ")), None)
    if found is None:
        return None
    name = found.removeprefix("the spread of ")
    return Diagnosis(
        f"scale:{name}",
        Text(
            f"The random numbers in {name} are on another scale than asked for.",
            f"Die Zufallszahlen in {name} haben eine andere Größenordnung als verlangt.",
        ),
        Text(
            "What is the standard deviation of the generator, and what is it multiplied by?",
            "Welche Standardabweichung hat der Generator, und womit wird er multipliziert?",
        ),
    )
