"""Questions out as items of QTI 2.1."""

import re
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, SubElement

from quizzes.formats import weights, xml
from quizzes.formats.draft import Draft
from quizzes.formats.writing import accepted_entries, number, widest_tolerance
from quizzes.kinds import Data
from quizzes.kinds.cloze import GAP

PICTURES = "pictures/"
_RULES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"


def item(draft: Draft, identifier: str) -> Element:
    """Return a question as an item of version 2.1."""
    node = Element("assessmentItem", {"identifier": identifier, "title": xml.clean(draft.title)})
    if draft.reference:
        node.set("label", xml.clean(draft.reference))
    node.attrib.update({"adaptive": "false", "timeDependent": "false"})
    body = Element("itemBody")
    _WRITERS[draft.kind](node, body, draft)
    points = {"cardinality": "single", "baseType": "float"}
    xml.add(node, "outcomeDeclaration", identifier="SCORE", **points)
    most = xml.add(node, "outcomeDeclaration", identifier="MAXSCORE", **points)
    xml.add(xml.add(most, "defaultValue"), "value", number(draft.points))
    node.append(body)
    if draft.kind in {"numeric", "short_text", "cloze"}:
        _rules(node, draft)
    elif draft.kind != "essay":
        has_mapping = node.find("responseDeclaration/mapping") is not None
        xml.add(
            node, "responseProcessing", template=_RULES + ("map_response" if has_mapping else "match_correct")
        )
    if draft.explanation:
        feedback = xml.add(
            node, "modalFeedback", outcomeIdentifier="FEEDBACK", showHide="show", identifier="explanation"
        )
        _rich(feedback, draft.explanation)
    return node


def _rich(parent: Element, markdown: str, *, inline: bool = False) -> None:
    xml.add_html(parent, markdown, base=PICTURES, inline=inline)


def _declare(
    node: Element,
    kind: str,
    correct: Sequence[str],
    mapped: dict[str, float] | None = None,
    *,
    number: int = 1,
) -> str:
    """Declare a response with what is right; return its name."""
    identifier = "RESPONSE" if number == 1 else f"RESPONSE{number}"
    cardinality, base_type = kind.split()
    declaration = xml.add(
        node, "responseDeclaration", identifier=identifier, cardinality=cardinality, baseType=base_type
    )
    if correct:
        values = xml.add(declaration, "correctResponse")
        for value in correct:
            xml.add(values, "value", value)
    if mapped:
        mapping = xml.add(declaration, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
        for key, points in mapped.items():
            xml.add(mapping, "mapEntry", mapKey=key, mappedValue=points)
    return identifier


def _choice(node: Element, body: Element, draft: Draft) -> None:
    options = draft.data["options"]
    is_single = draft.kind == "single"
    names = [f"choice-{place}" for place in range(1, len(options) + 1)]
    shares = weights.shares(draft.data, is_single=is_single)
    right = [name for name, one in zip(names, options, strict=True) if one.get("right")]
    is_plain = draft.data.get("all_or_nothing") or (is_single and all(share in {0, 1} for share in shares))
    mapped = None if is_plain else {name: share for name, share in zip(names, shares, strict=True) if share}
    identifier = _declare(node, f"{'single' if is_single else 'multiple'} identifier", right, mapped)
    _rich(body, draft.body)
    interaction = xml.add(
        body,
        "choiceInteraction",
        responseIdentifier=identifier,
        shuffle="true",
        maxChoices="1" if is_single else "0",
    )
    for name, one in zip(names, options, strict=True):
        choice = xml.add(interaction, "simpleChoice", identifier=name)
        _rich(choice, one["text"])
        if one.get("feedback"):
            said = xml.add(
                choice, "feedbackInline", outcomeIdentifier="FEEDBACK", showHide="show", identifier=name
            )
            _rich(said, one["feedback"], inline=True)


def _true_false(node: Element, body: Element, draft: Draft) -> None:
    right = "true" if draft.data["right"] else "false"
    identifier = _declare(node, "single identifier", [right])
    _rich(body, draft.body)
    interaction = xml.add(
        body, "choiceInteraction", responseIdentifier=identifier, shuffle="false", maxChoices="1"
    )
    for name in ("true", "false"):
        choice = xml.add(interaction, "simpleChoice", name.capitalize(), identifier=name)
        if text := draft.data.get(f"feedback_{name}"):
            said = xml.add(
                choice, "feedbackInline", outcomeIdentifier="FEEDBACK", showHide="show", identifier=name
            )
            _rich(said, text, inline=True)


def _entries(kind: str, data: Data) -> list[tuple[str, float, float]]:
    """Return what may be typed: the text, its share of the points and its tolerance."""
    if kind == "numeric":
        return [
            (number(one["value"]), float(one.get("fraction", 1)), widest_tolerance(one))
            for one in data["answers"]
        ]
    return [(text, share, 0.0) for text, share, _said in accepted_entries(data)]


def _typed(node: Element, kind: str, data: Data, place: int) -> str:
    entries = _entries(kind, data)
    best = max(entries, key=lambda entry: entry[1])
    return _declare(node, "single float" if kind == "numeric" else "single string", [best[0]], number=place)


def _one_text(node: Element, body: Element, draft: Draft) -> None:
    identifier = _typed(node, draft.kind, draft.data, 1)
    _rich(body, draft.body)
    paragraph = xml.add(body, "p")
    xml.add(paragraph, "textEntryInteraction", responseIdentifier=identifier, expectedLength="20")


def _cloze(node: Element, body: Element, draft: Draft) -> None:
    made = []
    for place, gap in enumerate(draft.data["gaps"], start=1):
        if gap["kind"] == "single":
            options = gap["data"]["options"]
            right = next(n for n, one in enumerate(options, start=1) if one.get("right"))
            identifier = _declare(node, "single identifier", [f"choice-{right}"], number=place)
            interaction = Element(
                "inlineChoiceInteraction", {"responseIdentifier": identifier, "shuffle": "true"}
            )
            for n, one in enumerate(options, start=1):
                xml.add(interaction, "inlineChoice", one["text"], identifier=f"choice-{n}")
        else:
            identifier = _typed(node, gap["kind"], gap["data"], place)
            interaction = Element(
                "textEntryInteraction", {"responseIdentifier": identifier, "expectedLength": "15"}
            )
        made.append(interaction)
    _rich(body, draft.body)
    _put_gaps(body, made)


def _put_gaps(element: Element, interactions: Sequence[Element]) -> None:
    """Put interactions where the text has marks; those in code or links stand after the text."""
    for parent in list(element.iter()):
        if isinstance(parent.tag, str) and parent.tag not in {"code", "pre"}:
            _split(parent, interactions)


def _split(parent: Element, interactions: Sequence[Element]) -> None:
    children = list(parent)
    texts = [parent.text or "", *(child.tail or "" for child in children)]
    for child in children:
        parent.remove(child)
    parent.text = ""
    last: Element | None = None
    for place, text in enumerate(texts):
        if place:
            last = children[place - 1]
            last.tail = ""
            parent.append(last)
        for piece in re.split(r"(\{\{\s*\d{1,2}\s*\}\})", text):
            match = GAP.fullmatch(piece)
            if match and int(match[1]) <= len(interactions):
                last = interactions[int(match[1]) - 1]
                last.tail = ""
                parent.append(last)
            elif last is None:
                parent.text += piece
            else:
                last.tail = (last.tail or "") + piece


def _rules(node: Element, draft: Draft) -> None:
    """Write a rule for each answer that may be typed, and one for each gap to choose for."""
    processing = xml.add(node, "responseProcessing")
    gaps = draft.data["gaps"] if draft.kind == "cloze" else [{"kind": draft.kind, "data": draft.data}]
    for place, gap in enumerate(gaps, start=1):
        identifier = "RESPONSE" if place == 1 else f"RESPONSE{place}"
        condition = xml.add(processing, "responseCondition")
        if gap["kind"] == "single":
            test = xml.add(xml.add(condition, "responseIf"), "match")
            xml.add(test, "variable", identifier=identifier)
            xml.add(test, "correct", identifier=identifier)
            _add_score(condition[0], float(gap.get("points", 1)))
            continue
        for entry in sorted(_entries(gap["kind"], gap["data"]), key=lambda entry: -entry[1]):
            branch = xml.add(condition, "responseElseIf" if len(condition) else "responseIf")
            _compare(branch, identifier, entry, gap)
            _add_score(branch, entry[1] * float(gap.get("points", 1)))


def _compare(branch: Element, identifier: str, entry: tuple[str, float, float], gap: Data) -> None:
    text, _share, tolerance = entry
    if gap["kind"] == "numeric":
        mode = {"toleranceMode": "absolute", "tolerance": f"{number(tolerance)} {number(tolerance)}"}
        test = SubElement(branch, "equal", mode if tolerance else {"toleranceMode": "exact"})
    else:
        test = xml.add(branch, "stringMatch", caseSensitive=str(bool(gap["data"].get("case"))).lower())
    xml.add(test, "variable", identifier=identifier)
    xml.add(test, "baseValue", text, baseType="float" if gap["kind"] == "numeric" else "string")


def _add_score(branch: Element, points: float) -> None:
    setting = xml.add(branch, "setOutcomeValue", identifier="SCORE")
    total = xml.add(setting, "sum")
    xml.add(total, "variable", identifier="SCORE")
    xml.add(total, "baseValue", number(points), baseType="float")


def _matching(node: Element, body: Element, draft: Draft) -> None:
    pairs = draft.data["pairs"]
    rights = list(dict.fromkeys([pair["right"] for pair in pairs] + list(draft.data.get("distractors", []))))
    correct = [
        f"left-{place} right-{rights.index(pair['right']) + 1}" for place, pair in enumerate(pairs, start=1)
    ]
    mapped = dict.fromkeys(correct, 1 / len(correct))
    identifier = _declare(
        node, "multiple directedPair", correct, None if draft.data.get("all_or_nothing") else mapped
    )
    _rich(body, draft.body)
    interaction = xml.add(
        body, "matchInteraction", responseIdentifier=identifier, shuffle="true", maxAssociations=len(pairs)
    )
    for side, texts, most in (("left", [pair["left"] for pair in pairs], 1), ("right", rights, 0)):
        matchable = xml.add(interaction, "simpleMatchSet")
        for place, text in enumerate(texts, start=1):
            choice = xml.add(matchable, "simpleAssociableChoice", identifier=f"{side}-{place}", matchMax=most)
            if side == "left":
                _rich(choice, text)
            else:
                choice.text = xml.clean(text)


def _ordering(node: Element, body: Element, draft: Draft) -> None:
    items = draft.data["items"]
    names = [f"choice-{place}" for place in range(1, len(items) + 1)]
    identifier = _declare(node, "ordered identifier", names)
    _rich(body, draft.body)
    interaction = xml.add(body, "orderInteraction", responseIdentifier=identifier, shuffle="true")
    for name, text in zip(names, items, strict=True):
        _rich(xml.add(interaction, "simpleChoice", identifier=name), text)


def _essay(node: Element, body: Element, draft: Draft) -> None:
    identifier = _declare(node, "single string", [])
    _rich(body, draft.body)
    xml.add(
        body,
        "extendedTextInteraction",
        responseIdentifier=identifier,
        expectedLines=draft.data.get("lines") or 8,
    )
    if draft.data.get("notes"):
        _rich(xml.add(body, "rubricBlock", view="scorer"), draft.data["notes"])


_WRITERS: dict[str, Callable[[Element, Element, Draft], None]] = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "numeric": _one_text,
    "short_text": _one_text,
    "cloze": _cloze,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}
KINDS = tuple(_WRITERS)
