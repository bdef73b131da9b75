"""Questions out as QTI 1.2, as Canvas reads it, in a package with a manifest."""

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from quizzes.formats import html, notes, package, weights, xml
from quizzes.formats.draft import Draft, Problem
from quizzes.formats.qti2_package import manifest
from quizzes.formats.writing import accepted_entries, each, number, refuse_kind, widest_tolerance
from quizzes.kinds import Data
from quizzes.kinds.cloze import GAP

PICTURES = "pictures/"
_NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_ALL = 100.0


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Problem]]:
    """Return a package and what could not be written."""

    def write_one(draft: Draft, problems: list[Problem]) -> None:
        if draft.kind not in _WRITERS:
            raise refuse_kind(draft, "QTI 1.2")

    made, problems = each(drafts, write_one)
    root = Element("questestinterop", {"xmlns": _NAMESPACE})
    assessment = xml.add(root, "assessment", ident="questions", title="Questions")
    section = xml.add(assessment, "section", ident="root_section")
    pictures: dict[str, bytes] = {}
    for place, (draft, _nothing) in enumerate(made, start=1):
        node = item(draft, draft.reference or f"item-{place}")
        notes.add(node, draft)
        section.append(node)
        pictures |= {PICTURES + picture.name: picture.content for picture in draft.pictures}
    files = {"questions.xml": xml.document(root)} | pictures
    return package.pack(
        {"imsmanifest.xml": manifest(list(files), "imsqti_xmlv1p2", "IMS Content")} | files
    ), problems


def item(draft: Draft, identifier: str) -> Element:
    """Return a question as an item."""
    node = Element("item", {"ident": xml.clean(identifier), "title": xml.clean(draft.title)})
    kind, write_response = _WRITERS[draft.kind]
    metadata = xml.add(xml.add(node, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", kind), ("points_possible", number(draft.points))):
        field = xml.add(metadata, "qtimetadatafield")
        xml.add(field, "fieldlabel", label)
        xml.add(field, "fieldentry", entry)
    presentation, processing = Element("presentation"), Element("resprocessing")
    body = GAP.sub(r"[gap\1]", draft.body) if draft.kind == "cloze" else draft.body
    _material(presentation, body)
    outcomes = xml.add(processing, "outcomes")
    xml.add(outcomes, "decvar", maxvalue=100, minvalue=0, varname="SCORE", vartype="Decimal")
    node.append(presentation)
    node.append(processing)
    write_response(node, presentation, processing, draft)
    if draft.explanation:
        rule = xml.add(processing, "respcondition", continue_="Yes")
        xml.add(xml.add(rule, "conditionvar"), "other")
        _feedback(node, rule, "general_fb", draft.explanation)
    return node


def _material(parent: Element, markdown: str, *, plain: bool = False) -> None:
    text = markdown if plain else html.to_html(xml.clean(markdown), base=PICTURES)
    xml.add(xml.add(parent, "material"), "mattext", text, texttype="text/plain" if plain else "text/html")


def _feedback(node: Element, rule: Element, name: str, markdown: str) -> None:
    if markdown:
        xml.add(rule, "displayfeedback", feedbacktype="Response", linkrefid=name)
        _material(xml.add(xml.add(node, "itemfeedback", ident=name), "flow_mat"), markdown)


def _rule(
    processing: Element, tests: Sequence[tuple[str, str]], points: float, action: str = "Set"
) -> Element:
    rule = xml.add(processing, "respcondition", continue_="Yes" if action == "Add" else "No")
    condition = xml.add(rule, "conditionvar")
    for identifier, value in tests:
        xml.add(condition, "varequal", value, respident=identifier)
    xml.add(rule, "setvar", number(points), action=action, varname="SCORE")
    return rule


def _list(
    parent: Element, identifier: str, texts: Sequence[tuple[str, str]], cardinality: str, **options: bool
) -> Element:
    response = xml.add(parent, "response_lid", ident=identifier, rcardinality=cardinality)
    rendered = xml.add(response, "render_choice")
    for name, text in texts:
        _material(xml.add(rendered, "response_label", ident=name), text, plain=bool(options.get("plain")))
    return response


def _choice(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    options = draft.data["options"]
    names = [f"choice{place}" for place in range(1, len(options) + 1)]
    is_single = draft.kind == "single"
    texts = [(name, one["text"]) for name, one in zip(names, options, strict=True)]
    _list(presentation, "response1", texts, "Single" if is_single else "Multiple")
    shares = weights.shares(draft.data, is_single=is_single)
    if not is_single and not any("fraction" in one for one in options):
        _exact_set(processing, names, [bool(one.get("right")) for one in options])
        shares = [0.0] * len(options)
    for name, one, share in zip(names, options, shares, strict=True):
        if share:
            _rule(processing, [("response1", name)], _ALL * share, "Set" if is_single else "Add")
        if one.get("feedback"):
            rule = xml.add(processing, "respcondition", continue_="Yes")
            xml.add(xml.add(rule, "conditionvar"), "varequal", name, respident="response1")
            _feedback(node, rule, f"{name}_fb", one["feedback"])


def _exact_set(processing: Element, names: Sequence[str], right: Sequence[bool]) -> None:
    rule = xml.add(processing, "respcondition", continue_="No")
    together = xml.add(xml.add(rule, "conditionvar"), "and")
    for name, is_right in zip(names, right, strict=True):
        parent = together if is_right else xml.add(together, "not")
        xml.add(parent, "varequal", name, respident="response1")
    xml.add(rule, "setvar", 100, action="Set", varname="SCORE")


def _true_false(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    _list(presentation, "response1", [("true", "True"), ("false", "False")], "Single", plain=True)
    _rule(processing, [("response1", "true" if draft.data["right"] else "false")], _ALL)
    for name in ("true", "false"):
        if text := draft.data.get(f"feedback_{name}"):
            rule = xml.add(processing, "respcondition", continue_="Yes")
            xml.add(xml.add(rule, "conditionvar"), "varequal", name, respident="response1")
            _feedback(node, rule, f"{name}_fb", text)


def _blank(presentation: Element, kind: str, *, rows: int = 1) -> None:
    response = xml.add(presentation, "response_str", ident="response1", rcardinality="Single")
    rendered = xml.add(response, "render_fib", fibtype=kind, rows=rows)
    xml.add(rendered, "response_label", ident="answer1")


def _short_text(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    _blank(presentation, "String")
    case = "Yes" if draft.data.get("case") else "No"
    for text, share, _said in sorted(accepted_entries(draft.data), key=lambda entry: -entry[1]):
        rule = _rule(processing, [("response1", text)], _ALL * share)
        rule[0][0].set("case", case)


def _numeric(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    _blank(presentation, "Decimal")
    for one in sorted(draft.data["answers"], key=lambda answer: -float(answer.get("fraction", 1))):
        rule = xml.add(processing, "respcondition", continue_="No")
        either = xml.add(xml.add(rule, "conditionvar"), "or")
        value, tolerance = float(one["value"]), widest_tolerance(one)
        xml.add(either, "varequal", number(value), respident="response1")
        both = xml.add(either, "and")
        xml.add(both, "vargte", number(value - tolerance), respident="response1")
        xml.add(both, "varlte", number(value + tolerance), respident="response1")
        xml.add(rule, "setvar", number(_ALL * float(one.get("fraction", 1))), action="Set", varname="SCORE")


def _matching(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    pairs = draft.data["pairs"]
    rights = list(dict.fromkeys([pair["right"] for pair in pairs] + list(draft.data.get("distractors", []))))
    labels = [(f"right{place}", text) for place, text in enumerate(rights, start=1)]
    for place, pair in enumerate(pairs, start=1):
        response = Element("response_lid", {"ident": f"response_left{place}"})
        _material(response, pair["left"])
        rendered = xml.add(response, "render_choice")
        for name, text in labels:
            _material(xml.add(rendered, "response_label", ident=name), text, plain=True)
        presentation.append(response)
        name = f"right{rights.index(pair['right']) + 1}"
        _rule(processing, [(f"response_left{place}", name)], _ALL / len(pairs), "Add")


def _ordering(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    items = draft.data["items"]
    names = [f"choice{place}" for place in range(1, len(items) + 1)]
    _list(presentation, "response1", list(zip(names, items, strict=True)), "Ordered")
    _rule(processing, [("response1", name) for name in names], _ALL)


def _cloze(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    gaps = draft.data["gaps"]
    for place, gap in enumerate(gaps, start=1):
        identifier, chosen = f"response_gap{place}", gap["kind"] == "single"
        texts = _gap_texts(gap)
        labels = [(f"gap{place}-{n}", text) for n, (text, _is_right) in enumerate(texts, start=1)]
        response = _list(presentation, identifier, labels, "Single", plain=True)
        for label in response.iter("response_label"):
            label.set("answer_type", "dropdown" if chosen else "openEntry")
        for (name, _text), (_same, is_right) in zip(labels, texts, strict=True):
            if is_right:
                _rule(processing, [(identifier, name)], _ALL / len(gaps), "Add")


def _gap_texts(gap: Data) -> list[tuple[str, bool]]:
    if gap["kind"] == "single":
        return [(one["text"], bool(one.get("right"))) for one in gap["data"]["options"]]
    if gap["kind"] == "numeric":
        return [(number(one["value"]), one.get("fraction", 1) > 0) for one in gap["data"]["answers"]]
    return [(text, share > 0) for text, share, _said in accepted_entries(gap["data"]) if share > 0]


def _essay(node: Element, presentation: Element, processing: Element, draft: Draft) -> None:
    _blank(presentation, "String", rows=draft.data.get("lines") or 8)


Writer = Callable[[Element, Element, Element, Draft], None]
_WRITERS: dict[str, tuple[str, Writer]] = {
    "single": ("multiple_choice_question", _choice),
    "multiple": ("multiple_answers_question", _choice),
    "true_false": ("true_false_question", _true_false),
    "numeric": ("numerical_question", _numeric),
    "short_text": ("short_answer_question", _short_text),
    "matching": ("matching_question", _matching),
    "ordering": ("ordering_question", _ordering),
    "cloze": ("fill_in_multiple_blanks_question", _cloze),
    "essay": ("essay_question", _essay),
}
