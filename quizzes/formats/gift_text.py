"""GIFT's characters: escapes, formats before a text, comments that carry more, and the traps in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from quizzes.formats import html
from quizzes.formats.draft import Reading

#: Private characters that stand for escaped ones until a question is taken apart.
_ESCAPED = {
    "\\": "\ue100",
    ":": "\ue101",
    "#": "\ue102",
    "=": "\ue103",
    "{": "\ue104",
    "}": "\ue105",
    "~": "\ue106",
}
_ESCAPED_BACK = str.maketrans({private: plain for plain, private in _ESCAPED.items()} | {"\ue107": "\n"})
_PRIVATE = str.maketrans("", "", "".join(_ESCAPED.values()) + "\ue107")
#: TeX that begins like GIFT's `\n`.
_TEX = (
    "nabla|natural|ncong|nearrow|neg|neq|ne|newcommand|nexists|ngeq|ngtr|ni|nleq|nless|nmid|nolimits|nonumber|norm"
    "|notin|not|nparallel|nprec|nrightarrow|nsim|nsubseteq|nsucc|nsupseteq|nu|nwarrow"
)
#: Outside of a formula these are more likely a line break and a word.
_WORDS = {"ne", "neg", "ni", "nu"}
_TEX_TAIL = re.compile(rf"(?:{_TEX.replace('|n', '|')[1:]})(?![a-zA-Z])")
_ESCAPE = re.compile(rf"\\(?P<tex>(?:{_TEX})(?![a-zA-Z]))|\\(?P<one>[\\:#={{}}~n])")
#: A formula, with private characters in it; in answers it ends with its line, and # begins feedback.
_FORMULA = re.compile(
    r"\$\$[^$#]+\$\$|(?<![$\\])\$(?=[^\s$])(?:[^$\n#]*[^\s$#])?\$(?![\d$])|[\\\ue100]\([^()#]*?[\\\ue100]\)"
)
_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_NOTE = re.compile(r"\[([a-z_]+):((?:\\.|[^\]\\])*)\]")


def protect(text: str, lines: list[int], reading: Reading) -> str:
    """Put private characters for escaped ones; warn about TeX that Moodle takes for a line break."""

    def replace(match: re.Match[str]) -> str:
        if match["tex"] in _WORDS and not _is_in_formula(match.string[: match.start()]):
            return "\ue107" + match["tex"][1:]
        if match["tex"]:
            reading.warn(
                _(
                    "\\%(tex)s: Moodle reads \\n as a line break and shows “%(rest)s”. "
                    "It was read as the formula; write \\\\%(tex)s."
                )
                % {"tex": match["tex"], "rest": match["tex"][1:]},
                lines[match.string.count("\n", 0, match.start())],
            )
            return _ESCAPED["\\"] + match["tex"]
        return "\ue107" if match["one"] == "n" else _ESCAPED[match["one"]]

    return _ESCAPE.sub(replace, text.translate(_PRIVATE))


def _is_in_formula(before: str) -> bool:
    is_open = any(before.rfind(f"\\{start}") > before.rfind(f"\\{end}") for start, end in ("()", "[]"))
    return is_open or before.count("$") % 2 == 1


#: What `spare` looks for: in a whole question, and then in its answers.
BRACES, SIGNS = "{}", "=~"


def spare(text: str, signs: str, line_at: Callable[[int], int], reading: Reading) -> str:
    """Put private characters for `signs` in formulas, where Moodle takes them for its own; warn of each."""

    def replace(match: re.Match[str]) -> str:
        formula = match[0]
        is_tex = re.search(r"[\\\ue100_^]", formula) and not re.search(r"(?<![\w^}\])]){", formula)
        is_whole = formula.count("{") == formula.count("}")
        is_one_answer = signs == BRACES or "\n" not in formula
        if not set(formula) & set(signs) or not (is_tex and is_whole and is_one_answer):
            return formula
        spared = formula.translate({ord(sign): _ESCAPED[sign] for sign in signs})
        reading.warn(
            _(
                "“%(formula)s”: Moodle takes { } = ~ in a formula for its own signs. "
                "It was read as the formula; write %(escaped)s."
            )
            % {"formula": plain(formula)[:100], "escaped": escape(plain(formula))[:150]},
            line_at(match.start()),
        )
        return spared

    return _FORMULA.sub(replace, text)


def plain(text: str) -> str:
    """Return protected text as it is meant."""
    return text.translate(_ESCAPED_BACK)


def escape(text: str) -> str:
    """Return text with everything escaped that GIFT would read, on one line."""
    escaped = re.sub(r"[\\:#={}~]", r"\\\g<0>", text)
    # A line that begins like the rest of \nabla stays a line, since \n before it would look like the trap.
    return re.sub(r"\n", lambda end: "\n" if _TEX_TAIL.match(escaped, end.end()) else "\\n", escaped)


def split_format(text: str) -> tuple[str, str]:
    """Return the format named before a text ("" where none is) and the text."""
    match = _FORMAT.match(text)
    return (match[1].lower(), text[match.end() :]) if match else ("", text)


def markdown(text: str, default: str) -> str:
    """Return protected text as Markdown, from the format named before it or else `default`."""
    named, rest = split_format(text)
    return as_markdown(rest, named or default)


def as_markdown(text: str, kind: str) -> str:
    """Return protected text of one format as Markdown."""
    meant = plain(text).strip()
    if kind == "markdown":
        return meant
    if kind == "html" or (kind == "moodle" and html.looks_like_html(meant)):
        return html.to_markdown(meant)
    return html.from_plain(meant)


def words(text: str) -> str:
    """Return protected text as plain words."""
    named, rest = split_format(text)
    meant = plain(rest).strip()
    return html.to_plain(meant) if named != "plain" and html.looks_like_html(meant) else meant


@dataclass
class Notes:
    """What comments before a question say: `// [id:x] [tag:y]`, and what only this site writes."""

    tags: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    other: dict[str, str] = field(default_factory=dict)

    def read(self, comment: str) -> None:
        """Take the notes out of a comment."""
        for name, raw in _NOTE.findall(comment):
            value = re.sub(
                r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], raw, flags=re.DOTALL
            )
            if name == "tag":
                self.tags.append(value.strip())
            elif name == "hint":
                self.hints.append(value)
            else:
                self.other[name] = value

    def number(self, name: str, otherwise: float, most: float) -> float:
        """Return a number that a note gives."""
        try:
            value = float(self.other.get(name, otherwise))
        except ValueError:
            return otherwise
        return value if 0 <= value <= most else otherwise


def note(name: str, value: object) -> str:
    """Return a note as it stands in a comment."""
    return f"[{name}:" + re.sub(r"[\]\\]", r"\\\g<0>", str(value)).replace("\n", "\\n") + "]"
