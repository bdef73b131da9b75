r"""TeX in, MathML out: formulas are typeset on the server by Temml, which runs in an embedded QuickJS.

Temml comes from npm (`classroom.assets`). Where it is not installed, and where a formula cannot be read, the
TeX itself is shown. Temml is run with its defaults: `\href`, `\class` and the like, which could carry script,
are refused.

A QuickJS context belongs to the thread that made it, so one thread of its own holds it and answers everybody.
"""

import json
import logging
import os
import re
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from threading import Lock

import quickjs
from django.conf import settings

logger = logging.getLogger(__name__)

TEMML = Path("temml/dist/temml.min.js")
MAX_CHARACTERS = 4000
TIME_LIMIT_SECONDS = 2
MEMORY_LIMIT_BYTES = 96 * 1024 * 1024

# JSON, because QuickJS builds long strings as ropes, which its Python binding cannot take.
_RENDER = """
(tex, display) => {
  try {
    return JSON.stringify({mathml: temml.renderToString(tex, {displayMode: display, throwOnError: true})});
  } catch (error) {
    return JSON.stringify({problem: String(error.message ?? error)});
  }
}
"""


class FormulaError(ValueError):
    """A formula that cannot be typeset; the text says where it stops making sense."""


class Typesetter:
    """Temml, loaded once a process, in the one thread that may touch it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.render: quickjs.Object | None = None
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="temml")

    def mathml(self, tex: str, *, display: bool) -> str:
        """Typeset a formula.

        Raises
        ------
        FormulaError
            Temml does not understand it, or it takes too long.
        """
        return self.thread.submit(self._mathml, tex, display=display).result()

    def _mathml(self, tex: str, *, display: bool) -> str:
        if self.render is None:
            self.render = self._load()
        try:
            answer = json.loads(self.render(tex, display))
        except (quickjs.JSException, quickjs.StackOverflow) as error:  # time, memory or stack ran out
            self.render = None
            raise FormulaError(str(error).splitlines()[0]) from error
        if "problem" in answer:
            raise FormulaError(
                answer["problem"].replace("ParseError:", "").partition(" at position")[0].strip()
            )
        return without_styles(answer["mathml"])

    def _load(self) -> quickjs.Object:
        context = quickjs.Context()
        context.set_memory_limit(MEMORY_LIMIT_BYTES)
        context.eval(self.source)
        context.set_time_limit(TIME_LIMIT_SECONDS)
        return context.eval(_RENDER)


_lock = Lock()
_typesetters: dict[str, Typesetter | None] = {}
# A forked child has no copy of the parent's thread: it starts its own.
os.register_at_fork(after_in_child=_typesetters.clear)


def _typesetter() -> Typesetter | None:
    with _lock:
        if "it" not in _typesetters:
            file = settings.NODE_MODULES / TEMML
            if file.is_file():
                _typesetters["it"] = Typesetter(file.read_text())
            else:
                logger.info("Formulas are shown as TeX: Temml is not installed (npm ci).")
                _typesetters["it"] = None
        return _typesetters["it"]


def html(tex: str, *, display: bool = False) -> str:
    """Write a formula as MathML, or as its TeX where that is all there is.

    The result is safe to put into a page.
    """
    typesetter = _typesetter()
    if typesetter is None:
        return _raw(tex, display=display)
    if len(tex) > MAX_CHARACTERS:
        return _raw(tex, display=display, problem=f"more than {MAX_CHARACTERS} characters")
    try:
        formula = typesetter.mathml(tex, display=display)
    except FormulaError as error:
        return _raw(tex, display=display, problem=str(error))
    return f'<span class="formula">{formula}</span>' if display else formula


def _raw(tex: str, *, display: bool, problem: str = "") -> str:
    kind = "formula formula--raw" if display else "formula--raw"
    title = f' data-tone="bad" title="{escape(problem)}"' if problem else ""
    return f'<code class="{kind}"{title}>{escape(tex.strip())}</code>'


# Temml's lengths and colours ------------------------------------------------------------------------------
# The content security policy refuses `style="..."`. Colours become MathML's own attributes, the rest classes
# of `formulas.css`; what has no class is left out.

_TAG = re.compile(r"<(m[a-z]+)((?:\s[^<>]*?)?)\s(style=\"([^\"]*)\")([^<>]*)>")
_CLASS = re.compile(r'\sclass="([^"]*)"')
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]+")
_LENGTH = re.compile(r"(-?[0-9.]+)(em|pt|%)?")
_WORDS = {
    "font-weight:bold": "m-bold",
    "text-align:left": "tml-left",
    "width:100%": "m-wide",
    "width:50%": "m-half",
    "border:1px solid": "m-boxed",
}
_SIDES = {"padding-left": "m-pl", "padding-right": "m-pr"}
_POINTS_PER_EM = 12


def without_styles(mathml: str) -> str:
    """Replace Temml's `style` attributes by classes and MathML's own attributes."""
    return _TAG.sub(_restyled, mathml)


def _restyled(match: re.Match[str]) -> str:
    name, before, _, style, after = match.groups()
    attributes = before + after
    classes = []
    for declaration in filter(None, (part.strip() for part in style.split(";"))):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "color" and _COLOUR.fullmatch(value):
            attributes += f' mathcolor="{value}"'
        elif key in _SIDES and (length := _LENGTH.fullmatch(value)):
            ems = float(length[1]) / (_POINTS_PER_EM if length[2] == "pt" else 1)
            classes.append(f"{_SIDES[key]}-{min(4, max(0, round(ems * 2)))}")
        elif word := _WORDS.get(f"{key}:{value}"):
            classes.append(word)
        elif key in {"border-left", "border-right", "border-top", "border-bottom"}:
            classes.append(f"m-{key}")
    if classes:
        own = _CLASS.search(attributes)
        names = " ".join([own[1], *classes] if own else classes)
        attributes = _CLASS.sub("", attributes) + f' class="{names}"'
    return f"<{name}{attributes}>"
