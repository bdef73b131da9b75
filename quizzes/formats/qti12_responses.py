"""The places for answers in an item of QTI 1.2: how they become one of our kinds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quizzes.formats import html, weights, xml
from quizzes.formats.draft import Unreadable
from quizzes.formats.moodle_cloze import entry_for, gap_mark
from quizzes.formats.qti12_item import Item, Outcome
from quizzes.formats.qti_item import blank_for
from quizzes.kinds import Data

_TRUE, _FALSE = {"true", "wahr", "richtig"}, {"false", "falsch"}
_CHOSEN = {"dropdown", "wordbank"}


@dataclass(frozen=True)
class Asked:
    """What an item asks for, and its text."""

    kind: str
    data: Data
    body: str


def read(item: Item) -> Asked:
    """Read an item's places for answers.

    Raises
    ------
    Unreadable
        There is no counterpart for them.
    """
    responses = item.responses
    lists = [node for node in responses if node.tag == "response_lid"]
    if item.type in {"multiple_dropdowns_question", "fill_in_multiple_blanks_question"}:
        return _named_gaps(item, lists)
    if item.type in {"matching_question", "categorization_question"} and lists:
        return _matching(item, lists)
    if item.type == "essay_question" or not responses:
        if not responses and not item.type:
            raise Unreadable(_("There is no place for an answer in this item."))
        return Asked("essay", _essay(responses[0]) if responses else {}, item.body)
    if not lists:
        return _written(item, responses)
    if len(lists) == len(responses) == 1:
        return _choice(item, lists[0])
    if len(lists) == len(responses):
        return _matching(item, lists)
    raise Unreadable(_("Choices and blanks in one item: make each a question of its own."))


def _labels(item: Item, response: xml.Node) -> list[tuple[str, str]]:
    """Return the choices of a list: name and text."""
    return [(node.get("ident", ""), item.text(node)) for node in xml.descendants(response, "response_label")]


def _wanted(item: Item, identifier: str) -> list[tuple[list[str], float]]:
    """Return for each rule that earns something the values it wants of a response, in order."""
    found = []
    for condition in item.conditions:
        points = [weights.read_number(xml.text_of(one)) or 0.0 for one in xml.children(condition, "setvar")]
        refused = {id(inner) for one in xml.descendants(condition, "not") for inner in one.iter()}
        values = [
            xml.text_of(one).strip()
            for one in xml.descendants(condition, "varequal", "varsubset")
            if one.get("respident") == identifier and id(one) not in refused
        ]
        if values and (points or not xml.children(condition, "displayfeedback")):
            found.append((values, max(points, default=1.0)))
    return [(values, points) for values, points in found if points > 0]


def _choice(item: Item, response: xml.Node) -> Asked:
    labels, identifier = _labels(item, response), response.get("ident", "")
    cardinality = response.get("rcardinality", "Single").lower()
    if cardinality == "ordered" or item.type == "ordering_question":
        return _ordering(item, labels, identifier)
    if cardinality == "multiple" or item.type == "multiple_answers_question":
        return _multiple(item, labels, identifier)
    outcomes = [item.run({identifier: frozenset({name})}) for name, _text in labels]
    most = max((outcome.points for outcome in outcomes), default=0.0)
    if most <= 0:
        most, outcomes = 1.0, _marked(item, labels)
    if not any(outcome.points > 0 for outcome in outcomes):
        raise Unreadable(_("No choice is marked as right: give one of them points."))
    options = [
        (text, max(-1.0, outcome.points / most), _said(item, name))
        for (name, text), outcome in zip(labels, outcomes, strict=True)
    ]
    words = [text.strip().lower() for text, _share, _said_ in options]
    if len(words) == 2 and {words[0]} <= _TRUE | _FALSE and {words[1]} <= _TRUE | _FALSE:
        return Asked("true_false", _true_false(options, words[0] in _TRUE), item.body)
    if sum(share >= 1 for _text, share, _said_ in options) > 1:
        return Asked("multiple", weights.equal(options), item.body)
    return Asked("single", weights.single(options), item.body)


def _marked(item: Item, labels: list[tuple[str, str]]) -> list[Outcome]:
    """Return what choices earn by the mark `correctanswer` alone, where all of them earn nothing."""
    right = {
        xml.text_of(test).strip()
        for condition in item.conditions
        if condition.get("correctanswer", "").lower() == "yes"
        for test in xml.descendants(condition, "varequal")
    }
    return [Outcome(float(name in right), ()) for name, _text in labels]


def _said(item: Item, name: str) -> str:
    """Return the feedback for a choice: that which a rule for it alone shows."""
    for condition in item.conditions:
        tests = list(xml.descendants(condition, "varequal"))
        if len(tests) == 1 and xml.text_of(tests[0]).strip() == name:
            for shown in xml.children(condition, "displayfeedback"):
                if name in shown.get("linkrefid", "") and (
                    text := item.feedback.get(shown.get("linkrefid", ""))
                ):
                    return text
    return item.feedback.get(f"{name}_fb", "")


def _true_false(options: Sequence[weights.Option], true_first: bool) -> Data:
    true, false = options if true_first else reversed(options)
    said = {"feedback_true": true[2], "feedback_false": false[2]}
    return {"right": true[1] > false[1]} | {name: text for name, text in said.items() if text}


def _multiple(item: Item, labels: list[tuple[str, str]], identifier: str) -> Asked:
    wanted = _wanted(item, identifier)
    together = [values for values, _points in wanted if len(values) > 1]
    refusing = any(next(xml.descendants(condition, "not"), None) is not None for condition in item.conditions)
    said = {name: _said(item, name) for name, _text in labels}
    if together or (refusing and len(wanted) == 1):
        best: list[str] = sorted(together, key=len)[-1] if together else wanted[0][0]
        right = set(best)
        options = [(text, float(name in right), said[name]) for name, text in labels]
        return Asked("multiple", weights.equal(options), item.body)
    points = [item.run({identifier: frozenset({name})}).points for name, _text in labels]
    total = sum(one for one in points if one > 0)
    if not total:
        raise Unreadable(_("No choice is marked as right: give those that are points."))
    options = [
        (text, max(-1.0, one / total), said[name]) for (name, text), one in zip(labels, points, strict=True)
    ]
    return Asked("multiple", weights.multiple(options), item.body)


def _ordering(item: Item, labels: list[tuple[str, str]], identifier: str) -> Asked:
    wanted = _wanted(item, identifier)
    orders: list[list[str]] = [values for values, _points in wanted]
    order = sorted(orders, key=len)[-1] if orders else []
    texts = dict(labels)
    if sorted(order) != sorted(texts):
        raise Unreadable(_("The item does not say in which order all of its choices belong."))
    ends = [text for text in (_end(item, name) for name in ("top_label", "bottom_label")) if text]
    body = "\n\n".join([item.body, *(["→".join(f" {end} " for end in ends).strip()] if ends else [])])
    return Asked("ordering", {"items": [texts[name] for name in order], "scoring": "exact"}, body)


def _end(item: Item, name: str) -> str:
    """Return the text at an end of the list that is to be put in order, where there is one."""
    found = next((node for node in item.node.iter() if node.get("ident") == name), None)
    return item.text(found) if isinstance(found, xml.Node) else item.metadata.get(name, "")


def _matching(item: Item, lists: list[xml.Node]) -> Asked:
    pairs, used, all_texts = [], set(), []
    is_sorting = any(node.get("rcardinality", "").lower() == "multiple" for node in lists)
    for response in lists:
        labels = xml.descendants(response, "response_label")
        texts = {node.get("ident", ""): item.plain(node) for node in labels}
        left = item.text(response)
        all_texts += list(texts.items())
        right = [name for values, _points in _wanted(item, response.get("ident", "")) for name in values]
        names = [name for name in dict.fromkeys(right) if name in texts]
        used |= set(names)
        if is_sorting:
            pairs += [(texts[name], html.to_plain(left)) for name in names]
        elif names and left:
            pairs.append((left, texts[names[0]]))
    others = list(dict.fromkeys(text for name, text in all_texts if name not in used and text))
    if is_sorting:  # what belongs to no category is asked for, too
        pairs += [(text, _("none of them")) for text in others]
        others = []
    if not pairs:
        raise Unreadable(_("No pair is marked as right."))
    data: Data = {"pairs": [{"left": left, "right": right} for left, right in pairs]}
    taken = {right for _left, right in pairs}
    left_over = [text for text in others if text not in taken]
    return Asked("matching", data | ({"distractors": left_over} if left_over else {}), item.body)


def _named_gaps(item: Item, lists: list[xml.Node]) -> Asked:
    """Read a text with names in brackets, and for each name the answers."""
    body = item.body
    gaps: list[Data] = []
    for response in lists:
        nodes = list(xml.descendants(response, "response_label"))
        labels = [(node.get("ident", ""), item.plain(node)) for node in nodes]
        kinds = {node.get("answer_type", "") for node in nodes}
        right = [name for values, _points in _wanted(item, response.get("ident", "")) for name in values]
        if item.type == "multiple_dropdowns_question" or kinds & _CHOSEN:
            options = [(text, float(name in right), "") for name, text in labels if text]
            gap: Data = {"kind": "single", "data": weights.single(options)}
        else:
            gap = {"kind": "short_text", "data": _blank(item, nodes, labels)}
        name = response.get("ident", "").removeprefix("response_")
        mark = gap_mark(len(gaps) + 1)
        pattern = re.compile(rf"\\?\[{re.escape(html.from_plain(name))}\\?\]|\\?\[{re.escape(name)}\\?\]")
        body, count = pattern.subn(mark, body, count=1)
        body = body if count else f"{body} {mark}"
        gaps.append(gap)
    if not gaps:
        raise Unreadable(_("There is no gap in this item."))
    return Asked("cloze", {"gaps": gaps}, body)


def _blank(item: Item, nodes: list[xml.Node], labels: list[tuple[str, str]]) -> Data:
    algorithms = {node.get("scoring_algorithm", "") for node in nodes}
    accepted = [text for _name, text in labels]
    if "TextRegex" in algorithms:
        accepted = [text.removeprefix("^").removesuffix("$") for text in accepted]
        if any(re.search(r"[\\*+?.()\[\]{}|^$]", text) for text in accepted):
            raise Unreadable(_("A gap's answer is a regular expression (TextRegex): write the answers."))
        item.pictures.reading.warn(
            _("A gap's answer was a regular expression (TextRegex) and is read as words: check it."),
            item.node.line,
            item.pictures.file,
        )
    if "TextCloseEnough" in algorithms:
        item.pictures.reading.warn(
            _("Typing errors (TextCloseEnough) are not forgiven here: write them as answers of their own."),
            item.node.line,
            item.pictures.file,
        )
    return {"accepted": list(dict.fromkeys(text for text in accepted if text))}


def _written(item: Item, responses: list[xml.Node]) -> Asked:
    """Read places for words or numbers."""
    typed = [_typed(item, response) for response in responses]
    if len(responses) == 1:
        if typed[0] is None:
            return Asked("essay", _essay(responses[0]), item.body)
        kind, data = typed[0]
        return Asked(kind, data, blank_for(item.text(item.presentation, {id(responses[0]): gap_mark(1)})))
    if any(one is None for one in typed):
        raise Unreadable(_("A blank has no right answer."))
    marks = {id(node): gap_mark(place) for place, node in enumerate(responses, start=1)}
    gaps = [{"kind": one[0], "data": one[1]} for one in typed if one]
    return Asked("cloze", {"gaps": gaps}, item.text(item.presentation, marks))


def _essay(response: xml.Node) -> Data:
    rows = next(
        (weights.read_number(node.get("rows", "")) for node in response.iter() if node.get("rows")), None
    )
    return {"lines": int(rows)} if rows and 1 <= rows <= 60 else {}


def _typed(item: Item, response: xml.Node) -> tuple[str, Data] | None:
    identifier = response.get("ident", "")
    fib = next(xml.descendants(response, "render_fib"), None)
    fib_type = (fib.get("fibtype", "") if fib is not None else "").lower()
    if (
        item.type == "numerical_question"
        or response.tag == "response_num"
        or fib_type in {"decimal", "integer"}
    ):
        return "numeric", {"answers": _numbers(item, identifier)}
    wanted = _wanted(item, identifier)
    if not wanted:
        return None
    most = max(points for _values, points in wanted)
    accepted: dict[str, float] = {}
    for values, points in wanted:
        for value in values:
            accepted.setdefault(value, points / most)
    cases = [node.get("case", "") for node in xml.descendants(item.node, "varequal")]
    data: Data = {"accepted": [entry_for(text, share, "") for text, share in accepted.items() if text]}
    has_case = cases and all(case.lower() == "yes" for case in cases)
    return "short_text", data | ({"case": True} if has_case else {})


def _numbers(item: Item, identifier: str) -> list[Data]:
    """Return the numbers that earn something: each rule is a value, borders, or both."""
    found: list[tuple[Data, float]] = []
    for condition in item.conditions:
        settings = [weights.read_number(xml.text_of(one)) or 0.0 for one in xml.children(condition, "setvar")]
        points = max(settings, default=0.0)
        values, lows, highs = (
            [
                number
                for one in xml.descendants(condition, *names)
                if one.get("respident") == identifier
                and (number := weights.read_decimal(xml.text_of(one))) is not None
            ]
            for names in (("varequal",), ("vargte", "vargt"), ("varlte", "varlt"))
        )
        if points <= 0 or not (values or (lows and highs)):
            continue
        if lows and highs and not (values and not lows[0] <= values[0] <= highs[0]):
            low, high = lows[0], highs[0]
            value = values[0] if values else (low + high) / 2
            tolerance = max(value - low, high - value)
            answer: Data = {"value": float(value)} | ({"absolute": float(tolerance)} if tolerance > 0 else {})
            found.append((answer, points))
        else:
            found += [({"value": float(value)}, points) for value in values]
    if not found:
        raise Unreadable(_("No number is marked as right."))
    most = max(points for _answer, points in found)
    return [answer | ({"fraction": points / most} if points != most else {}) for answer, points in found]
