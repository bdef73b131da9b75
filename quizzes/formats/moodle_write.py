"""Questions out as Moodle XML. What the engine checks, matrices and numpy lines have no place in it."""

import base64
import re
from collections.abc import Callable, Sequence
from html import escape
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from quizzes.formats import html, moodle_cloze, notes, weights, xml
from quizzes.formats.draft import Draft, Problem, Unreadable
from quizzes.formats.moodle_question import FILES
from quizzes.formats.pictures import names_in
from quizzes.formats.writing import (
    accepted_entries,
    each,
    number,
    refuse_kind,
    warn_of_lost,
    widest_tolerance,
)
from quizzes.kinds.cloze import GAP

#: What Moodle has no element for: a note carries it.
MORE = ("rubric", "accents")


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Problem]]:
    """Return the file and what could not be written."""
    made, problems = each(drafts, _question)
    root, category = Element("quiz"), ""
    for draft, node in made:
        if draft.category != category:
            category = draft.category
            named = xml.add(root, "question", type="category")
            xml.add(xml.add(named, "category"), "text", f"$course$/top/{category}")
        root.append(node)
    return xml.document(root), problems


def _question(draft: Draft, problems: list[Problem]) -> Element:
    if draft.kind not in _WRITERS:
        raise refuse_kind(draft, "Moodle XML")
    warn_of_lost(draft, (), "Moodle XML", problems)
    kind, write_answers = _WRITERS[draft.kind]
    if draft.data.get("all_or_nothing") and draft.kind == "multiple":
        kind = "multichoiceset"  # a plugin that most sites have
    node = Element("question", {"type": kind})
    xml.add(xml.add(node, "name"), "text", draft.title)
    _text(node, "questiontext", draft.body, draft, with_gaps=draft.kind == "cloze")
    _text(node, "generalfeedback", draft.explanation, draft)
    xml.add(node, "defaultgrade", number(draft.points))
    xml.add(node, "penalty", _penalty(draft.penalty))
    xml.add(node, "hidden", 0)
    xml.add(node, "idnumber", draft.reference)
    write_answers(node, draft)
    notes.add_details(node, {name: draft.data[name] for name in MORE if draft.data.get(name)})
    for hint in draft.hints:
        _text(node, "hint", hint, draft)
    if draft.tags:
        tags = xml.add(node, "tags")
        for tag in draft.tags:
            xml.add(xml.add(tags, "tag"), "text", tag)
    return node


def _penalty(share: float) -> str:
    text = f"{share:.7f}"
    return number(share) if weights.unround(number(share)) == share else text


def _text(parent: Element, name: str, markdown: str, draft: Draft, *, with_gaps: bool = False) -> Element:
    """Add a text with its pictures, as HTML with the Markdown noted beside it."""
    element = xml.add(parent, name, format="html")
    markdown = xml.clean(markdown)
    made = html.to_html(markdown, base=FILES)
    if with_gaps:
        made = _with_gaps(made, draft)
    xml.add(element, "text", made)
    if markdown:
        xml.add_source(element, markdown)
    contents = {picture.name: picture.content for picture in draft.pictures}
    for picture in names_in(markdown):
        if picture in contents:
            content = base64.b64encode(contents[picture]).decode()
            xml.add(element, "file", content, name=picture, path="/", encoding="base64")
    return element


def _with_gaps(made: str, draft: Draft) -> str:
    gaps = draft.data["gaps"]

    def gap(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        if place >= len(gaps):
            raise Unreadable(_("The text has a gap %(gap)s that is not described.") % {"gap": match[0]})
        return moodle_cloze.write(gaps[place])

    return GAP.sub(gap, moodle_cloze.without_gaps(made))


def _answer(
    node: Element, share: float, draft: Draft, *, rich: str | None = None, plain: str = ""
) -> Element:
    if rich is not None:
        answer = _text(node, "answer", rich, draft)
    else:
        answer = xml.add(node, "answer", format="plain_text")
        xml.add(answer, "text", escape(plain, quote=False))
    answer.set("fraction", weights.write_percent(share))
    return answer


def _feedback(answer: Element, text: str, draft: Draft) -> None:
    if text:
        _text(answer, "feedback", text, draft)


def _choice(node: Element, draft: Draft) -> None:
    is_single = draft.kind == "single"
    if not draft.data.get("all_or_nothing"):
        xml.add(node, "single", str(is_single).lower())
    xml.add(node, "shuffleanswers", "true")
    xml.add(node, "answernumbering", "none")
    options, strict = draft.data["options"], draft.data.get("all_or_nothing")
    for one, share in zip(options, weights.shares(draft.data, is_single=is_single), strict=True):
        answer = _answer(node, float(bool(one.get("right"))) if strict else share, draft, rich=one["text"])
        _feedback(answer, one.get("feedback", ""), draft)


def _true_false(node: Element, draft: Draft) -> None:
    for name, value in (("true", True), ("false", False)):
        answer = _answer(node, float(draft.data["right"] is value), draft, plain=name)
        _feedback(answer, draft.data.get(f"feedback_{name}", ""), draft)


def _short_text(node: Element, draft: Draft) -> None:
    xml.add(node, "usecase", int(bool(draft.data.get("case"))))
    for text, share, feedback in accepted_entries(draft.data):
        _feedback(_answer(node, share, draft, plain=text), feedback, draft)


def _numeric(node: Element, draft: Draft) -> None:
    for one in draft.data["answers"]:
        answer = _answer(node, float(one.get("fraction", 1)), draft, plain=number(one["value"]))
        xml.add(answer, "tolerance", number(widest_tolerance(one)))
        _feedback(answer, one.get("feedback", ""), draft)
    unit = draft.data.get("unit")
    if unit:
        units = xml.add(node, "units")
        for name, factor in [
            (unit, 1),
            *((one["name"], one["factor"]) for one in draft.data.get("units", [])),
        ]:
            entry = xml.add(units, "unit")
            xml.add(entry, "multiplier", number(factor))
            xml.add(entry, "unit_name", name)
    xml.add(node, "unitgradingtype", int(bool(draft.data.get("unit_required"))))
    xml.add(node, "showunits", 0 if unit else 3)


def _matching(node: Element, draft: Draft) -> None:
    xml.add(node, "shuffleanswers", "true")
    pairs = [(pair["left"], pair["right"]) for pair in draft.data["pairs"]]
    for left, right in [*pairs, *(("", text) for text in draft.data.get("distractors", []))]:
        subquestion = _text(node, "subquestion", left, draft)
        xml.add(xml.add(subquestion, "answer"), "text", escape(right, quote=False))


def _ordering(node: Element, draft: Draft) -> None:
    grading = {"exact": -1, "positions": 0}.get(draft.data.get("scoring", "pairs"), 7)
    for name, value in (("layouttype", 0), ("selecttype", 0), ("selectcount", 0), ("gradingtype", grading)):
        xml.add(node, name, value)
    for place, item in enumerate(draft.data["items"], start=1):
        _text(node, "answer", item, draft).set("fraction", str(place))


def _essay(node: Element, draft: Draft) -> None:
    xml.add(node, "responseformat", "editor")
    xml.add(node, "responserequired", 1)
    for theirs, ours in (
        ("responsefieldlines", "lines"),
        ("minwordlimit", "min_words"),
        ("maxwordlimit", "max_words"),
    ):
        xml.add(node, theirs, draft.data.get(ours, ""))
    xml.add(node, "attachments", 0)
    for theirs, ours in (("graderinfo", "notes"), ("responsetemplate", "template")):
        _text(node, theirs, draft.data.get(ours, ""), draft)


def _nothing(node: Element, draft: Draft) -> None:
    """The gaps stand in the text."""


Writer = Callable[[Element, Draft], None]
_WRITERS: dict[str, tuple[str, Writer]] = {
    "single": ("multichoice", _choice),
    "multiple": ("multichoice", _choice),
    "true_false": ("truefalse", _true_false),
    "numeric": ("numerical", _numeric),
    "short_text": ("shortanswer", _short_text),
    "matching": ("matching", _matching),
    "ordering": ("ordering", _ordering),
    "cloze": ("cloze", _nothing),
    "essay": ("essay", _essay),
}
KINDS = tuple(_WRITERS)
