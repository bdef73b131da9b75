"""Moodle's text with gaps: `{1:SHORTANSWER:=Berlin#yes~%50%Bonn}`; https://docs.moodle.org/en/Embedded_Answers_(Cloze)."""

import re
from html import escape, unescape

from django.utils.translation import gettext as _

from quizzes.formats import html, weights
from quizzes.formats.draft import Unreadable
from quizzes.formats.writing import accepted_entries, number, widest_tolerance
from quizzes.kinds import Data

_TEXT = ("SHORTANSWER", "SA", "MW")
_TEXT_CASE = ("SHORTANSWER_C", "SAC", "MWC")
_NUMBER = ("NUMERICAL", "NM")
_START = re.compile(r"\{(\d*):([A-Z_]+):")
_WEIGHT = re.compile(r"\s*(=|%\s*(-?[\d.,]+)\s*%)")


def read(text: str) -> tuple[str, list[Data]]:
    """Return the text with `{{1}}`, `{{2}}` ... for its gaps, and the gaps."""
    parts, gaps, at = [], [], 0
    text = re.sub(r"\{\{(?=\s*\d{1,2}\s*\}\})", "{ {", text)
    for match in _START.finditer(text):
        if match.start() < at:
            continue
        end = _end_of(text, match.end())
        if end < 0:
            raise Unreadable(
                _("The gap “%(text)s” is never closed: write } at its end.") % {"text": match[0]}
            )
        gaps.append(_gap(match[2], match[1], text[match.end() : end]))
        parts += [text[at : match.start()], gap_mark(len(gaps))]
        at = end + 1
    if not gaps:
        raise Unreadable(_("There is no gap in this text: write one as {1:SHORTANSWER:=answer}."))
    return "".join([*parts, text[at:]]), gaps


def without_gaps(text: str) -> str:
    """Return HTML in which nothing looks like a gap that is none."""
    return _START.sub(lambda match: "&#123;" + match[0][1:], text)


def gap_mark(number: int) -> str:
    """Return what stands in a text where its gap of that number is."""
    return f"{{{{{number}}}}}"


def _end_of(text: str, start: int) -> int:
    match = re.compile(r"(?:\\.|[^}\\])*\}", re.DOTALL).match(text, start)
    return match.end() - 1 if match else -1


def _gap(name: str, weight: str, text: str) -> Data:
    entries = [_entry(part) for part in re.split(r"(?<!\\)~", text.lstrip("~"))]
    if name in _TEXT + _TEXT_CASE:
        gap: Data = {"kind": "short_text", "data": _short_text(entries, case=name in _TEXT_CASE)}
    elif name in _NUMBER:
        gap = {"kind": "numeric", "data": _numeric(entries)}
    elif name.startswith(("MULTICHOICE", "MC")):
        gap = {"kind": "single", "data": weights.single([one for one in entries if one[0]])}
    else:
        raise Unreadable(
            _("A gap of the type %(name)s (several choices in one gap) has no counterpart: use several gaps.")
            % {"name": name}
        )
    return gap | ({"points": int(weight)} if weight and int(weight[:6]) != 1 else {})


def _entry(part: str) -> weights.Option:
    match = _WEIGHT.match(part)
    share = 0.0
    if match:
        share = 1.0 if match[1] == "=" else weights.read_percent(match[2]) or 0.0
        part = part[match.end() :]
    answer, *feedback = re.split(r"(?<!\\)#", part, maxsplit=1)
    return _plain(answer), max(-1.0, min(1.0, share)), _plain(feedback[0]) if feedback else ""


def _plain(text: str) -> str:
    return plain_answer(re.sub(r"\\([}#~/\"\\{=:%])", r"\1", text))


def plain_answer(text: str) -> str:
    """Return the text of an answer that is no rich text: as it is, but for HTML where there is some."""
    text = text.strip()
    return html.to_markdown(text) if html.looks_like_html(text) else unescape(text).strip()


def _short_text(entries: list[weights.Option], *, case: bool) -> Data:
    accepted = [entry_for(*entry) for entry in entries if entry[0]]
    return {"accepted": accepted} | ({"case": True} if case else {})


def entry_for(text: str, share: float, feedback: str) -> str | Data:
    """Return an accepted answer: a text, with a share and feedback only where there are any."""
    extra: Data = ({"fraction": share} if share != 1 else {}) | ({"feedback": feedback} if feedback else {})
    return {"text": text} | extra if extra else text


def _numeric(entries: list[weights.Option]) -> Data:
    answers = []
    for text, share, feedback in entries:
        if text == "*" and share <= 0:
            continue
        value, _colon, tolerance = text.partition(":")
        answers.append(answer_for(value, tolerance, share, feedback))
    return {"answers": answers}


def answer_for(value: str, tolerance: str, share: float, feedback: str) -> Data:
    """Return a numeric answer; raises `Unreadable` for what is no number."""
    read_value, read_tolerance = weights.read_number(value), weights.read_number(tolerance or "0")
    if read_value is None or read_tolerance is None or read_tolerance < 0:
        raise Unreadable(
            _("“%(value)s” with the tolerance “%(tolerance)s” is no number: write one.")
            % {"value": value.strip(), "tolerance": tolerance.strip()}
        )
    answer: Data = {"value": read_value}
    if read_tolerance:
        answer["absolute"] = read_tolerance
    if share != 1:
        answer["fraction"] = share
    if feedback:
        answer["feedback"] = feedback
    return answer


def write(gap: Data) -> str:
    """Return a gap as Moodle reads it, ready to stand in HTML."""
    data, kind = gap["data"], gap["kind"]
    if kind == "numeric":
        name = "NUMERICAL"
        entries = [
            (
                f"{number(one['value'])}:{number(widest_tolerance(one))}",
                one.get("fraction", 1),
                one.get("feedback", ""),
            )
            for one in data["answers"]
        ]
    elif kind == "single":
        name = "MULTICHOICE"
        shares = weights.shares(data, is_single=True)
        entries = [
            (_escaped(one["text"]), share, one.get("feedback", ""))
            for one, share in zip(data["options"], shares, strict=True)
        ]
    else:
        name = "SHORTANSWER_C" if data.get("case") else "SHORTANSWER"
        entries = [(_escaped(text), share, said) for text, share, said in accepted_entries(data)]
    answers = "~".join(
        f"%{weights.write_percent(share)}%{text}" + (f"#{_escaped(feedback)}" if feedback else "")
        for text, share, feedback in entries
    )
    return f"{{{number(gap.get('points', 1))}:{name}:{answers}}}"


def _escaped(text: str) -> str:
    safe = escape(text, quote=False).replace("\\", "&bsol;").replace("\n", " ")
    return re.sub(r"[}#~]", r"\\\g<0>", safe)
