"""The grader's sentences that no exercise owns, in English and German."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nnengine.exercises.base import Function
from nnengine.grading.compare import Mismatch, close
from nnengine.grading.outcome import Diagnosis
from nnengine.grading.report import FunctionResult, Problem, Verdict
from nnengine.grading.submission import Submission
from nnengine.text import Text

HEAT_MAP = 8  # rows and columns of the difference that is shown


def missing(signature: str) -> tuple[Text, Text]:
    """Return message and hint for a function that is not there."""
    return (
        Text("There is no such function in the submission.", "Diese Funktion gibt es in der Abgabe nicht."),
        Text(f"Define {signature} at the top level.", f"Definieren Sie {signature} auf oberster Ebene."),
    )


def not_from_scratch(frameworks: Sequence[str]) -> tuple[Text, Text]:
    """Return message and hint for a function that lets a framework do the work."""
    names = ", ".join(frameworks)
    return (
        Text(f"It uses {names}, but it is to be written with numpy alone.", f"Sie benutzt {names}, soll aber allein mit numpy geschrieben sein."),
        Text("Write the mathematics out.", "Schreiben Sie die Mathematik aus."),
    )  # fmt: skip


def load_error(error: dict[str, Any], submission: Submission) -> Problem:
    """Say what a statement outside functions raised when it was loaded."""
    line = submission.line(error["where"], error["line"])
    place = (error["where"] or "submission").removeprefix("submission").strip()
    en, de = (place or "the file"), (place.replace("cell", "Zelle") or "der Datei")
    quoted = f" ({line})" if line else ""
    return Problem(
        "load-error",
        Text(
            f"In {en}, line {error['line']}{quoted}: {error['type']}: {error['message']}",
            f"In {de}, Zeile {error['line']}{quoted}: {error['type']}: {error['message']}",
        ),
    )


_ENDED: dict[str, tuple[Verdict, str, Text, Text]] = {
    "time": (
        Verdict.TOO_SLOW,
        "out-of-time",
        Text("It did not finish in time and was stopped.", "Sie wurde nicht rechtzeitig fertig und gestoppt."),
        Text(
            "Look for a loop that never ends, or for loops where numpy could work on whole arrays.",
            "Suchen Sie eine endlose Schleife, oder Schleifen, wo numpy auf ganzen Arrays rechnen könnte.",
        ),
    ),
    "processor-time": (
        Verdict.TOO_SLOW,
        "out-of-processor-time",
        Text("It used up its processor time and was stopped.", "Sie hat ihre Rechenzeit verbraucht und wurde gestoppt."),
        Text("Look for a loop that never ends.", "Suchen Sie eine endlose Schleife."),
    ),
    "memory": (
        Verdict.RAISED,
        "out-of-memory",
        Text("It ran out of memory and was stopped.", "Ihr ging der Speicher aus, sie wurde gestoppt."),
        Text("How large is the largest array you make?", "Wie groß ist Ihr größtes Array?"),
    ),
    "crash": (
        Verdict.RAISED,
        "crash",
        Text("The Python process crashed.", "Der Python-Prozess ist abgestürzt."),
        Text("Recursion too deep, or memory written by hand?", "Zu tiefe Rekursion, oder von Hand beschriebener Speicher?"),
    ),
    "exit": (
        Verdict.TAMPERING,
        "left-early",
        Text("It ended the process instead of returning.", "Sie hat den Prozess beendet, statt zurückzukehren."),
        Text("Return the result.", "Geben Sie das Ergebnis zurück."),
    ),
    "forbidden-call": (
        Verdict.TAMPERING,
        "forbidden-call",
        Text(
            "It made a system call that no network needs, and was stopped.",
            "Sie machte einen Systemaufruf, den kein Netz braucht, und wurde gestoppt.",
        ),
        Text("numpy is enough.", "numpy genügt."),
    ),
    "forged": (
        Verdict.TAMPERING,
        "forged-answer",
        Text("It wrote to the grader's own line.", "Sie schrieb auf die Leitung des Graders."),
        Text("Return the result.", "Geben Sie das Ergebnis zurück."),
    ),
    "too-much-output": (
        Verdict.RAISED,
        "result-too-large",
        Text("Its result is too large to be read.", "Ihr Ergebnis ist zu groß, um gelesen zu werden."),
        Text("Compare the shape with the one asked for.", "Vergleichen Sie die Form mit der verlangten."),
    ),
}  # fmt: skip


def ended(reason: str) -> tuple[Verdict, Diagnosis]:
    """Say how a function ended its room."""
    verdict, cause, message, hint = _ENDED[reason]
    return verdict, Diagnosis(cause, message, hint)


def raised(error: dict[str, Any]) -> Diagnosis:
    """Explain an exception."""
    kind, what = error["type"], error["message"]
    at_en = f" in line {error['line']}" if error["line"] else ""
    at_de = f" in Zeile {error['line']}" if error["line"] else ""
    message = Text(f"It raised {kind}{at_en}: {what}", f"Sie löste{at_de} {kind} aus: {what}")
    return Diagnosis(_RAISED.get(kind, f"raised:{kind}"), message, _RAISED_HINTS.get(kind))


_RAISED = {
    "MemoryError": "out-of-memory",
    "_ArrayMemoryError": "out-of-memory",
    "RecursionError": "endless-recursion",
    "PermissionError": "not-allowed",
}
_RAISED_HINTS = {
    "NameError": Text(
        "Is it defined at the top level, or only in a cell that ran once?",
        "Ist es auf oberster Ebene definiert oder nur in einer Zelle, die einmal lief?",
    ),
    "KeyError": Text("Compare the dictionary's keys.", "Vergleichen Sie die Schlüssel des Dictionarys."),
    "ValueError": Text("Write the shapes down.", "Schreiben Sie die Formen auf."),
    "MemoryError": Text("How large is the largest array you make?", "Wie groß ist Ihr größtes Array?"),
    "TypeError": Text("Compare the signature with the one asked for.", "Vergleichen Sie die Signatur mit der verlangten."),
    "RecursionError": Text("Does the function call itself?", "Ruft die Funktion sich selbst auf?"),
}  # fmt: skip


def costliest_loop(line: int) -> Diagnosis:
    """Say which loop to look at."""
    return Diagnosis(
        "loop", Text(f"Its innermost loop is in line {line}.", f"Ihre innerste Schleife ist in Zeile {line}.")
    )


def joined(cause: Diagnosis, detail: Diagnosis) -> Diagnosis:
    """Return `cause` with `detail`'s sentence after its own."""
    if cause == detail:
        return cause
    message = Text(f"{cause.message.en} {detail.message.en}", f"{cause.message.de} {detail.message.de}")
    return Diagnosis(cause.cause, message, cause.hint)


def mismatch(found: Mismatch, function: Function) -> Diagnosis:
    """Describe a wrong result that no rule names."""
    path = found.path
    if found.kind == "missing":
        return Diagnosis(
            f"missing:{path}",
            Text(f"{path} is missing from the result (found: {found.note}).", f"{path} fehlt im Ergebnis (gefunden: {found.note})."),
            Text(f"{function.name} returns {', '.join(function.returns)}.", f"{function.name} gibt {', '.join(function.returns)} zurück."),
        )  # fmt: skip
    if found.kind == "type":
        nothing = found.note == "None"
        return Diagnosis(
            "returns-nothing" if nothing else f"wrong-type:{path}",
            Text(f"{path} is {found.note}, which is no number or array.", f"{path} ist {found.note}, also keine Zahl und kein Array."),
            Text("Is there a return statement?", "Gibt es eine return-Anweisung?") if nothing else None,
        )  # fmt: skip
    if found.kind == "not_finite":
        return Diagnosis(
            f"not-finite:{path}",
            Text(f"{path} holds NaN or infinity.", f"{path} enthält NaN oder unendlich."),
            Text("Look for log(0), 0/0 or exp of something large.", "Suchen Sie log(0), 0/0 oder exp von etwas Großem."),
        )  # fmt: skip
    if found.kind in ("shape", "layout"):
        wanted = found.expected.shape if found.expected is not None else ()
        shape = found.got.shape if found.got is not None else ()
        return Diagnosis(
            f"wrong-shape:{path}",
            Text(f"{path} has the shape {shape}; {wanted} is expected.", f"{path} hat die Form {shape}; erwartet wird {wanted}."),
            Text("Write the shapes of its factors down.", "Schreiben Sie die Formen seiner Faktoren auf."),
        )  # fmt: skip
    index = first_index(found)
    return Diagnosis(
        f"wrong-values:{path}",
        Text(f"{path} has wrong values, the first at {index}.", f"{path} hat falsche Werte, zuerst bei {index}."),
        Text("Work that entry out by hand on a tiny example.", "Rechnen Sie diesen Eintrag an einem winzigen Beispiel von Hand."),
    )  # fmt: skip


def first_index(found: Mismatch) -> str | None:
    """Return where the first wrong value is, e.g. ``"dW1[0, 2]"``."""
    if found.expected is None or found.got is None or found.expected.shape != found.got.shape:
        return None
    if found.expected.shape == ():
        return found.path
    scale = max(float(np.max(np.abs(found.expected))), 1e-5)
    off = ~(np.abs(found.got - found.expected) <= 1e-7 * scale)
    if not off.any():
        return None
    index = np.unravel_index(int(np.argmax(off)), off.shape)
    return f"{found.path}[{', '.join(str(int(i)) for i in index)}]"


def with_evidence(result: FunctionResult, found: Mismatch, *, half: bool) -> FunctionResult:
    """Add shapes, the first wrong index and a piece of the difference; half the points for right values."""
    return replace(
        result,
        points=result.max_points / 2 if half else 0.0,
        expected=str(found.expected.shape) if found.expected is not None else None,
        got=str(found.got.shape) if found.got is not None else found.note or None,
        first_index=first_index(found),
        difference=_difference(found),
    )


def _difference(found: Mismatch) -> tuple[tuple[float, ...], ...] | None:
    if found.expected is None or found.got is None or found.expected.shape != found.got.shape:
        return None
    if not found.expected.ndim >= 1 or close(found.expected, found.got, 1e-7):
        return None
    rows = np.asarray(found.got - found.expected, dtype=np.float64).reshape(-1, found.expected.shape[-1])
    piece = np.nan_to_num(rows[:HEAT_MAP, :HEAT_MAP], nan=0.0, posinf=1e300, neginf=-1e300)
    return tuple(tuple(float(f"{value:.4g}") for value in row) for row in piece)


def note(notes: Sequence[str], function: Function) -> Diagnosis | None:
    """Turn remarks about a correct function into one message; None without remarks."""
    for remark in notes:
        if remark.startswith("changes:"):
            index = int(remark.partition(":")[2])
            names = function.parameter_lists[0]
            name = names[index] if index < len(names) else "an argument"
            return Diagnosis(
                "changes-argument",
                Text(f"Right, but it changes its argument {name} in place.", f"Richtig, aber sie verändert ihr Argument {name}."),
                Text("Who else uses that array?", "Wer benutzt dieses Array noch?"),
            )  # fmt: skip
        if remark == "shares-memory":
            return Diagnosis(
                "shares-memory",
                Text("Right, but two of its results are the same array.", "Richtig, aber zwei ihrer Ergebnisse sind dasselbe Array."),
                Text("What happens to the one when the other is changed in place?", "Was geschieht mit dem einen, wenn das andere verändert wird?"),
            )  # fmt: skip
        if remark.startswith("warns:"):
            return Diagnosis(
                "overflow-warning",
                Text(
                    "Right, but numpy warns of an overflow.", "Richtig, aber numpy warnt vor einem Überlauf."
                ),
                Text("What is exp(1000)?", "Was ist exp(1000)?"),
            )
        if remark == "assertion-failed":
            return Diagnosis(
                "assertion-failed",
                Text("Right, but an assertion of your own does not hold for every input.", "Richtig, aber eine Ihrer Assertions gilt nicht für jede Eingabe."),
                Text("Does it know other shapes than the example's?", "Kennt sie andere Formen als die des Beispiels?"),
            )  # fmt: skip
        if remark in ("float-of-array", "element-from-array"):
            return Diagnosis(
                "float-of-array",
                Text("Right; newer numpy refuses float() of an array, even of one number.", "Richtig; neueres numpy lehnt float() eines Arrays ab, auch bei einer einzigen Zahl."),
                Text("Use .item().", "Benutzen Sie .item()."),
            )  # fmt: skip
    return None
