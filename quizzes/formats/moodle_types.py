"""Moodle's types of questions: how each becomes one of ours, and why some cannot."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from quizzes.formats import html, moodle_cloze, weights, xml
from quizzes.formats.draft import Unreadable
from quizzes.formats.moodle_question import MoodleQuestion
from quizzes.kinds import Data
from quizzes.kinds.essay import MOST_LINES, MOST_WORDS

_TEMPLATE = gettext_noop("its values are drawn by formulas of Moodle's")
_PICTURE = gettext_noop("answers are places in a picture")
#: Types without a counterpart, and the reason.
REFUSED = {
    "calculated": _TEMPLATE,
    "calculatedmulti": _TEMPLATE,
    "calculatedsimple": _TEMPLATE,
    "formulas": _TEMPLATE,
    "varnumeric": _TEMPLATE,
    "varnumericset": _TEMPLATE,
    "stack": gettext_noop("answers are checked by the computer algebra system of the STACK plugin"),
    "coderunner": gettext_noop(
        "answers are programs that the CodeRunner plugin runs; make it an exercise here"
    ),
    "random": gettext_noop("it draws from a category: let a quiz's section draw instead"),
    "randomsamatch": gettext_noop("it draws from a category: let a quiz's section draw instead"),
    "ddimageortext": _PICTURE,
    "ddmarker": _PICTURE,
    "pmatch": gettext_noop("its patterns are those of the Pattern match plugin"),
    "regexp": gettext_noop("its answers are regular expressions"),
    "recordrtc": gettext_noop("answers are recordings"),
    "missingtype": gettext_noop("Moodle itself did not know its type"),
}
_TRUE_WORDS = {"true", "yes", "richtig", "wahr", "ja", "correct", "t", "right"}


@dataclass(frozen=True)
class Asked:
    """What a question asks for; `body` only where it is not the question's text."""

    kind: str
    data: Data
    body: str = ""
    points: float = 1.0


def refusal(kind: str) -> str:
    """Return why a type is refused."""
    return _("Questions of the type %(type)s have no counterpart here: %(reason)s.") % {
        "type": kind,
        "reason": _(REFUSED[kind]),
    }


def _share(answer: xml.Node) -> float:
    """Return an answer's share of the points; old files write it as an element."""
    text = answer.get("fraction") or xml.text_of(xml.child(answer, "fraction"))
    share = weights.read_percent(text.strip() or "0")
    if share is None:
        raise Unreadable(_("“%(text)s” is no percentage.") % {"text": text.strip()}, answer.line)
    return max(-1.0, min(1.0, share))


def _options(question: MoodleQuestion) -> list[weights.Option]:
    return [
        (question.rich(answer), _share(answer), question.rich(xml.child(answer, "feedback")))
        for answer in xml.children(question.node, "answer")
    ]


def _choice(question: MoodleQuestion) -> Asked:
    options = _options(question)
    if not question.flag("single", True):
        return Asked("multiple", weights.multiple(options))
    if sum(share >= 1 for _text, share, _feedback in options) > 1:
        question.warn(_("Several options are right: this was read as multiple choice."))
        return Asked("multiple", weights.equal(options))
    return Asked("single", weights.single(options))


def _all_or_nothing(question: MoodleQuestion) -> Asked:
    return Asked("multiple", weights.equal(_options(question)) | {"all_or_nothing": True})


def _true_false(question: MoodleQuestion) -> Asked:
    answers = xml.children(question.node, "answer")
    said = [html.to_plain(question.raw(answer)).lower() for answer in answers]
    if len(answers) != 2:
        raise Unreadable(_("True or false needs two answers."))
    is_swapped = said[0] == "false" or said[1] == "true"
    true, false = reversed(answers) if is_swapped else answers
    data: Data = {"right": _share(true) > _share(false)}
    for name, answer in (("feedback_true", true), ("feedback_false", false)):
        if feedback := question.rich(xml.child(answer, "feedback")):
            data[name] = feedback
    return Asked("true_false", data)


def _short_text(question: MoodleQuestion) -> Asked:
    accepted = []
    for answer in xml.children(question.node, "answer"):
        text = moodle_cloze.plain_answer(question.raw(answer))
        feedback = question.rich(xml.child(answer, "feedback"))
        accepted.append(moodle_cloze.entry_for(text, _share(answer), feedback))
    return Asked(
        "short_text", {"accepted": accepted} | ({"case": True} if question.flag("usecase", False) else {})
    )


def _numeric(question: MoodleQuestion) -> Asked:
    answers = []
    for answer in xml.children(question.node, "answer"):
        value, share = html.to_plain(question.raw(answer)), _share(answer)
        feedback = question.rich(xml.child(answer, "feedback"))
        if value == "*" and share <= 0:
            if feedback:
                question.warn(_("The feedback for all other numbers was left out: use the explanation."))
            continue
        tolerance = xml.text_of(xml.child(answer, "tolerance")).strip()
        answers.append(moodle_cloze.answer_for(value, tolerance, share, feedback))
    return Asked("numeric", {"answers": answers} | _units(question))


def _units(question: MoodleQuestion) -> Data:
    """Return the unit and its multiples. Moodle's multiplier is how many of them make one of the first."""
    units = []
    for node in xml.children(question.child("units"), "unit"):
        name = xml.text_of(xml.child(node, "unit_name")).strip()
        factor = weights.read_number(xml.text_of(xml.child(node, "multiplier")) or "1")
        if name and factor:
            units.append((name, factor))
    if not units or question.number("showunits") == 3:
        return {}
    base, whole = min(units, key=lambda unit: abs(unit[1] - 1))
    data: Data = {"unit": base}
    others = [{"name": name, "factor": factor / whole} for name, factor in units if name != base]
    if others:
        data["units"] = others
    if question.number("unitgradingtype"):
        data["unit_required"] = True
    return data


def _matching(question: MoodleQuestion) -> Asked:
    pairs, distractors = [], []
    for node in xml.children(question.node, "subquestion"):
        left, right = question.rich(node), moodle_cloze.plain_answer(question.raw(xml.child(node, "answer")))
        if left:
            pairs.append({"left": left, "right": right})
        elif right:
            distractors.append(right)
    return Asked("matching", {"pairs": pairs} | ({"distractors": distractors} if distractors else {}))


def _ordering(question: MoodleQuestion) -> Asked:
    answers = xml.children(question.node, "answer")
    placed = sorted(answers, key=lambda answer: weights.read_number(answer.get("fraction", "")) or 0)
    count = question.number("selectcount") or 0
    if question.number("selecttype") in {1, 2} and 2 <= count < len(answers):
        question.warn(_("Moodle shows only some of the items; here all of them are put in order."))
    scoring = {-1: "exact", 0: "positions"}.get(int(question.number("gradingtype") or 0), "pairs")
    data: Data = {"items": [question.rich(answer) for answer in placed]}
    return Asked("ordering", data | ({} if scoring == "pairs" else {"scoring": scoring}))


def _cloze(question: MoodleQuestion) -> Asked:
    element = question.child("questiontext")
    text, gaps = moodle_cloze.read(question.raw(element))
    return Asked(
        "cloze", {"gaps": gaps}, _gap_body(question, element, text), sum(gap.get("points", 1) for gap in gaps)
    )


def _gap_body(question: MoodleQuestion, element: xml.Node | None, text: str) -> str:
    source = xml.markdown_beside(element, text, base="@@PLUGINFILE@@/")
    return question.with_pictures(source) if source is not None else question.from_html(text)


def _missing_words(question: MoodleQuestion) -> Asked:
    """Read `[[1]]` as a gap to choose for, among the words of the same group."""
    nodes = [*xml.children(question.node, "selectoption"), *xml.children(question.node, "dragbox")]
    words = [
        (html.to_plain(question.raw(node)), xml.text_of(xml.child(node, "group")).strip() or "1")
        for node in nodes
    ]
    gaps: list[Data] = []

    def gap(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        if not 0 <= place < len(words):
            raise Unreadable(_("%(gap)s names a word that is not there.") % {"gap": match[0]})
        texts = list(dict.fromkeys(text for text, group in words if group == words[place][1]))
        if len(texts) < 2:  # nothing to choose from in its group
            texts = list(dict.fromkeys(text for text, _group in words))
        options = [{"text": text, "right": text == words[place][0]} for text in texts]
        gaps.append({"kind": "single", "data": {"options": options}})
        return moodle_cloze.gap_mark(len(gaps))

    text = re.sub(r"\[\[(\d{1,3})\]\]", gap, question.raw(question.child("questiontext")))
    if not gaps:
        raise Unreadable(_("There is no gap in this text: write one as [[1]]."))
    return Asked("cloze", {"gaps": gaps}, question.from_html(text))


def _essay(question: MoodleQuestion) -> Asked:
    if question.plain("responseformat") == "noinline":
        raise Unreadable(_("Only files can be handed in for it: make it an exercise here."))
    if question.number("attachments"):
        question.warn(_("Files cannot be attached to an answer here."))
    data: Data = {}
    names = (("minwordlimit", "min_words"), ("maxwordlimit", "max_words"), ("responsefieldlines", "lines"))
    for theirs, ours in names:
        if (number := question.number(theirs)) and number > 0:
            data[ours] = int(min(number, MOST_LINES if ours == "lines" else MOST_WORDS))
    for theirs, ours in (("responsetemplate", "template"), ("graderinfo", "notes")):
        if text := question.markdown(theirs):
            data[ours] = text
    return Asked("essay", data)


def _rows(question: MoodleQuestion) -> Asked:
    """Read statements with a column to mark in each: true ones are chosen, others are matched."""
    columns = [
        question.rich(xml.child(node, "responsetext")) for node in xml.children(question.node, "column")
    ]
    right: dict[str, int] = {}
    for node in xml.children(question.node, "weight"):
        if (weights.read_number(xml.text_of(node)) or 0) > 0:
            column = weights.read_number(node.get("columnnumber", "")) or 0
            right[node.get("rownumber", "")] = int(column) - 1
    rows = []
    for place, node in enumerate(xml.children(question.node, "row"), start=1):
        column_place = right.get(node.get("number", str(place)), -1)
        if not 0 <= column_place < len(columns):
            raise Unreadable(_("A row has no right column."), node.line)
        text, feedback = (question.rich(xml.child(node, name)) for name in ("optiontext", "feedbacktext"))
        rows.append((text, columns[column_place], feedback))
    is_true_false = len(columns) == 2 and html.to_plain(columns[0]).lower() in _TRUE_WORDS
    if is_true_false and any(said == columns[0] for _text, said, _feedback in rows):
        options = [(text, float(said == columns[0]), feedback) for text, said, feedback in rows]
        strict = question.plain("scoringmethod") in {"mtfonezero", "kprime", "kprimeonezero"}
        return Asked("multiple", weights.equal(options) | ({"all_or_nothing": True} if strict else {}))
    if any(feedback for _text, _said, feedback in rows):
        question.warn(_("The feedback of single rows was left out: use the explanation."))
    used = {said for _text, said, _feedback in rows}
    data: Data = {"pairs": [{"left": text, "right": said} for text, said, _feedback in rows]}
    others = [column for column in columns if column not in used]
    return Asked("matching", data | ({"distractors": others} if others else {}))


READERS: dict[str, Callable[[MoodleQuestion], Asked]] = {
    "multichoice": _choice,
    "multichoiceset": _all_or_nothing,
    "truefalse": _true_false,
    "shortanswer": _short_text,
    "numerical": _numeric,
    "matching": _matching,
    "match": _matching,
    "ddmatch": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _missing_words,
    "ddwtos": _missing_words,
    "essay": _essay,
    "mtf": _rows,
    "kprime": _rows,
}
