"""Formulas in MathML as TeX, for what is written in school books and quizzes."""

from collections.abc import Callable

from bs4 import Tag

_OPERATORS = {
    "×": r"\times",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "÷": r"\div",
    "±": r"\pm",
    "−": "-",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "→": r"\to",
    "∞": r"\infty",
    "∑": r"\sum",
    "∏": r"\prod",
    "∫": r"\int",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∈": r"\in",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ε": r"\epsilon",
    "η": r"\eta",
    "θ": r"\theta",
    "λ": r"\lambda",
    "μ": r"\mu",
    "π": r"\pi",
    "σ": r"\sigma",
    "φ": r"\phi",
    "ω": r"\omega",
    "Δ": r"\Delta",
    "Σ": r"\Sigma",
    "\u2061": "",
    "\u2062": "",
    "%": r"\%",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "&": r"\&",
    "$": r"\$",
    "_": r"\_",
    "\\": r"\backslash",
}


def to_tex(element: Tag) -> str:
    """Return a `<math>` element as TeX; what is not known is its parts, one after the other."""
    annotation = element.find("annotation", attrs={"encoding": "application/x-tex"})
    if isinstance(annotation, Tag):
        return " ".join(annotation.get_text().split())
    return " ".join(_of(element).split())


def _of(element: Tag) -> str:
    name = element.name.rpartition(":")[2]
    parts = [child for child in element.children if isinstance(child, Tag)]
    if name in {"mi", "mn", "mo", "mtext", "ms"}:
        return _token(name, element.get_text().strip())
    if name in _MADE and len(parts) == _MADE[name][0]:
        return _MADE[name][1](*(_of(part) for part in parts))
    inside = " ".join(_of(part) for part in parts)
    if name == "msqrt":
        return rf"\sqrt{{{inside}}}"
    if name == "mfenced":
        return (
            f"{element.get('open', '(')}{', '.join(_of(part) for part in parts)}{element.get('close', ')')}"
        )
    return inside


def _token(name: str, text: str) -> str:
    if name == "mtext":
        return rf"\text{{{text}}}" if text and not set(text) & set("\\{}$") else ""
    if name == "mi" and len(text) > 1 and text.isascii() and text.isalpha():
        return rf"\mathrm{{{text}}}"
    return (
        " ".join(_OPERATORS.get(letter, letter) for letter in text)
        if name != "mn"
        else text.replace("%", r"\%")
    )


#: How many parts an element has, and how they stand in TeX.
_MADE: dict[str, tuple[int, Callable[..., str]]] = {
    "mfrac": (2, lambda above, below: rf"\frac{{{above}}}{{{below}}}"),
    "msup": (2, lambda base, up: f"{base}^{{{up}}}"),
    "msub": (2, lambda base, down: f"{base}_{{{down}}}"),
    "msubsup": (3, lambda base, down, up: f"{base}_{{{down}}}^{{{up}}}"),
    "munder": (2, lambda base, down: f"{base}_{{{down}}}"),
    "mover": (2, lambda base, up: f"{base}^{{{up}}}"),
    "munderover": (3, lambda base, down, up: f"{base}_{{{down}}}^{{{up}}}"),
    "mroot": (2, lambda base, degree: rf"\sqrt[{degree}]{{{base}}}"),
}
