"""QTI's interactions: how each becomes one of our kinds, and why some cannot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from quizzes.formats import html, weights, xml
from quizzes.formats.draft import Unreadable
from quizzes.formats.moodle_cloze import answer_for, entry_for
from quizzes.formats.qti_item import Declared, Item, blank_for
from quizzes.kinds import Data

_PICTURE = gettext_noop("answers are places in a picture")
#: Interactions without a counterpart, and the reason.
REFUSED = {
    "hotspotInteraction": _PICTURE,
    "graphicOrderInteraction": _PICTURE,
    "graphicAssociateInteraction": _PICTURE,
    "graphicGapMatchInteraction": _PICTURE,
    "positionObjectInteraction": _PICTURE,
    "selectPointInteraction": _PICTURE,
    "drawingInteraction": gettext_noop("answers are drawings"),
    "mediaInteraction": gettext_noop("the answer is having played a film or sound"),
    "sliderInteraction": gettext_noop("the answer is the place of a slider: ask for a number"),
    "uploadInteraction": gettext_noop("answers are files: make it an exercise"),
    "customInteraction": gettext_noop("only the program that wrote it knows what it is"),
    "portableCustomInteraction": gettext_noop("it is a program of its own"),
    "endAttemptInteraction": gettext_noop("it reacts while it is answered"),
}
_GAPS = {"textEntryInteraction", "inlineChoiceInteraction"}
INTERACTIONS = (
    frozenset(REFUSED)
    | _GAPS
    | {
        "choiceInteraction",
        "orderInteraction",
        "associateInteraction",
        "matchInteraction",
        "gapMatchInteraction",
        "hottextInteraction",
        "extendedTextInteraction",
    }
)
_TRUE, _FALSE = {"true", "wahr", "richtig"}, {"false", "falsch"}


@dataclass(frozen=True)
class Asked:
    """What an item asks for, and its text."""

    kind: str
    data: Data
    body: str


def names_in(node: xml.Node) -> list[str]:
    """Return the names of all interactions in an item, each once."""
    return list(dict.fromkeys(str(one.tag) for one in xml.descendants(node, *INTERACTIONS)))


def read(item: Item) -> Asked:
    """Read an item's interactions.

    Raises
    ------
    Unreadable
        There is no counterpart for one; the message names it and the reason.
    """
    found = list(xml.descendants(item.body, *INTERACTIONS)) if item.body is not None else []
    names = names_in(item.node)
    refused = [
        _("%(name)s has no counterpart here: %(reason)s.") % {"name": name, "reason": _(REFUSED[name])}
        for name in names
        if name in REFUSED
    ]
    if refused:
        raise Unreadable(" ".join(refused))
    if not found:
        raise Unreadable(_("There is no interaction in this item: it asks nothing."))
    if len(found) > 1 and not set(names) <= _GAPS:
        raise Unreadable(
            _("Several interactions in one item (%(names)s): make each a question of its own.")
            % {"names": ", ".join(names)}
        )
    if names == ["textEntryInteraction"] and len(found) == 1:
        return _one_text(item, found[0])
    if set(names) <= _GAPS:
        return _cloze(item, found)
    return READERS[names[0]](item, found[0])


def _body(item: Item, interaction: xml.Node) -> str:
    prompt = item.prompt(interaction)
    return "\n\n".join(text for text in (item.text_without(interaction), prompt) if text)


def _key(item: Item, interaction: xml.Node) -> Declared:
    return item.declared(interaction.get("responseIdentifier", ""))


def _choice(item: Item, interaction: xml.Node) -> Asked:
    nodes = [
        node
        for node in interaction.iter()
        if isinstance(node, xml.Node) and node.tag in {"simpleChoice", "hottext"}
    ]
    declared = _key(item, interaction)
    shares = declared.shares()
    if not any(share > 0 for share in shares.values()):
        raise Unreadable(
            _("%(name)s names no right answer: a survey has no counterpart here.") % {"name": interaction.tag}
        )
    if not {node.get("identifier") for node in nodes} & {name for name, share in shares.items() if share > 0}:
        raise Unreadable(
            _("%(name)s: what is declared as right is none of the choices.") % {"name": interaction.tag}
        )
    options = []
    for node in nodes:
        identifier = node.get("identifier", "")
        inner = [one for one in node.iter() if isinstance(one, xml.Node) and one.tag == "feedbackInline"]
        said = "\n\n".join(item.markdown(one) for one in inner) or item.feedback(identifier)
        for one in inner:
            one.clear()
        text = item.markdown(node) or item.plain(node)
        options.append((text, shares.get(identifier, 0.0), said))
    is_single = declared.cardinality == "single" or interaction.get("maxChoices") == "1"
    words = [text.strip().lower() for text, _share, _said in options]
    body = _body(item, interaction)
    if is_single and len(words) == 2 and words[0] in _TRUE and words[1] in _FALSE:
        return Asked("true_false", _true_false(options), body)
    if is_single and len(words) == 2 and words[1] in _TRUE and words[0] in _FALSE:
        return Asked("true_false", _true_false(options[::-1]), body)
    if is_single:
        return Asked("single", weights.single(options), body)
    if not declared.mapped:
        return Asked("multiple", weights.equal(options), body)
    return Asked("multiple", weights.multiple(options), body)


def _true_false(options: Sequence[weights.Option]) -> Data:
    (_true, true_share, true_said), (_false, false_share, false_said) = options
    said = {"feedback_true": true_said, "feedback_false": false_said}
    return {"right": true_share > false_share} | {name: text for name, text in said.items() if text}


def _hottext(item: Item, interaction: xml.Node) -> Asked:
    asked = _choice(item, interaction)
    for node in interaction.iter():
        if isinstance(node, xml.Node) and node.tag == "hottext":
            node.tag = "strong"
    prompt = xml.child(interaction, "prompt")
    if prompt is not None:
        interaction.remove(prompt)
    passage = item.markdown(interaction)
    return Asked(asked.kind, asked.data, "\n\n".join(text for text in (asked.body, passage) if text))


def _order(item: Item, interaction: xml.Node) -> Asked:
    texts = {
        node.get("identifier", ""): item.markdown(node) for node in xml.children(interaction, "simpleChoice")
    }
    correct = _key(item, interaction).correct
    missing = [text for identifier, text in texts.items() if identifier not in correct]
    if not correct or any(identifier not in texts for identifier in correct):
        raise Unreadable(_("%(name)s names no right order.") % {"name": interaction.tag})
    if missing:
        raise Unreadable(_("orderInteraction: not all of the choices belong into the order; here they must."))
    return Asked(
        "ordering", {"items": [texts[one] for one in correct], "scoring": "exact"}, _body(item, interaction)
    )


def _pairs(declared: Declared) -> list[tuple[str, str]]:
    """Return the right pairs."""
    values = [value for value, share in declared.shares().items() if share > 0]
    pairs = [tuple(value.split()[:2]) for value in dict.fromkeys(values)]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _associate(item: Item, interaction: xml.Node) -> Asked:
    nodes = xml.children(interaction, "simpleAssociableChoice")
    texts = {node.get("identifier", ""): item.markdown(node) for node in nodes}
    pairs = [(a, b) for a, b in _pairs(_key(item, interaction)) if a in texts and b in texts]
    used = {one for pair in pairs for one in pair}
    return _matched(
        [(texts[a], html.to_plain(texts[b])) for a, b in pairs],
        [html.to_plain(text) for identifier, text in texts.items() if identifier not in used],
        _body(item, interaction),
    )


def _matched(pairs: list[tuple[str, str]], others: list[str], body: str) -> Asked:
    if not pairs:
        raise Unreadable(_("No pair is marked as right."))
    data: Data = {"pairs": [{"left": left, "right": right} for left, right in pairs]}
    left_over = [text for text in dict.fromkeys(others) if text]
    return Asked("matching", data | ({"distractors": left_over} if left_over else {}), body)


def _match(item: Item, interaction: xml.Node) -> Asked:
    sets = [
        {
            node.get("identifier", ""): item.markdown(node)
            for node in xml.children(one, "simpleAssociableChoice")
        }
        for one in xml.children(interaction, "simpleMatchSet")
    ]
    if len(sets) != 2:
        raise Unreadable(_("matchInteraction needs two sets."))
    first, second = sets
    pairs = [pair if pair[0] in first else pair[::-1] for pair in _pairs(_key(item, interaction))]
    pairs = [(a, b) for a, b in pairs if a in first and b in second]
    if len({a for a, _b in pairs}) < len(pairs):  # several belong to one: then those choose
        pairs, first, second = [(b, a) for a, b in pairs], second, first
    if len({a for a, _b in pairs}) < len(pairs):
        raise Unreadable(_("matchInteraction: both sides belong to several; here one side must choose once."))
    right = dict(pairs)
    none = _("none of them")
    made = [(text, second[right[one]] if one in right else none) for one, text in first.items()]
    others = [text for identifier, text in second.items() if identifier not in right.values()]
    return _matched(made if right else [], others, _body(item, interaction))


def _gap_match(item: Item, interaction: xml.Node) -> Asked:
    """Read words, or pictures by their description, that belong into gaps of a text."""
    choices = [*xml.children(interaction, "gapText"), *xml.children(interaction, "gapImg")]
    texts = {node.get("identifier", ""): node.get("objectLabel") or item.plain(node) for node in choices}
    gaps = list(xml.descendants(interaction, "gap"))
    right: dict[str, str] = {}
    for one, other in _pairs(_key(item, interaction)):
        choice, gap_name = (one, other) if one in texts else (other, one)
        right.setdefault(gap_name, choice)
    if not all(texts.values()):
        raise Unreadable(_("gapMatchInteraction: the choices are pictures without a description."))
    words = list(dict.fromkeys(texts.values()))
    data = []
    for gap in gaps:
        answer = right.get(gap.get("identifier", ""), "")
        if answer not in texts:
            raise Unreadable(_("gapMatchInteraction: a gap has no right answer; here each needs one."))
        options = [{"text": text, "right": text == texts[answer]} for text in words]
        data.append({"kind": "single", "data": {"options": options}})
    for node in choices:
        interaction.remove(node)
    prompt = xml.child(interaction, "prompt")
    if prompt is not None:
        prompt.tag = "p"
    interaction.tag = "div"
    return Asked("cloze", {"gaps": data}, item.text_without(*gaps, marks=True))


def _essay(item: Item, interaction: xml.Node) -> Asked:
    data: Data = {}
    lines = weights.read_number(interaction.get("expectedLines", ""))
    if lines and 1 <= lines <= 60:
        data["lines"] = int(lines)
    if notes := item.for_scorers:
        data["notes"] = notes
    return Asked("essay", data, _body(item, interaction))


def _one_text(item: Item, interaction: xml.Node) -> Asked:
    kind, data = _typed(item, interaction)
    return Asked(kind, data, blank_for(item.text_without(interaction, marks=True)))


def _typed(item: Item, interaction: xml.Node) -> tuple[str, Data]:
    """Read what may be typed: a number or words."""
    declared = _key(item, interaction)
    most = max((rule.score for rule in declared.ruled), default=0) or 1.0
    rules = {rule.values[0]: rule for rule in declared.ruled if len(rule.values) == 1}
    shares = declared.shares() if declared.mapped else {}
    shares |= {value: rule.score / most for value, rule in rules.items() if value not in shares}
    shares |= {value: 1.0 for value in declared.correct if value not in shares}
    if not any(share > 0 for share in shares.values()):
        raise Unreadable(_("%(name)s names no right answer.") % {"name": interaction.tag})
    if declared.base_type in {"float", "integer"}:
        answers = []
        for value, share in shares.items():
            rule = rules.get(value)
            answer = answer_for(
                value, str(rule.tolerance) if rule and rule.mode == "absolute" else "", share, ""
            )
            if rule and rule.mode == "relative" and rule.tolerance:
                answer["relative"] = rule.tolerance / 100  # QTI counts in per cent
            answers.append(answer)
        return "numeric", {"answers": answers}
    accepted = [entry_for(value, share, "") for value, share in shares.items()]
    differ_in_case = len({value.casefold() for value in shares}) < len(shares)
    if differ_in_case or (rules and all(rule.is_case_sensitive for rule in rules.values())):
        return "short_text", {"accepted": accepted, "case": True}
    return "short_text", {"accepted": accepted}


def _cloze(item: Item, interactions: Sequence[xml.Node]) -> Asked:
    gaps: list[Data] = []
    for node in interactions:
        if node.tag == "textEntryInteraction":
            kind, data = _typed(item, node)
        else:
            shares = _key(item, node).shares()
            choices = xml.children(node, "inlineChoice")
            options = [(item.plain(one), shares.get(one.get("identifier", ""), 0.0), "") for one in choices]
            kind, data = "single", weights.single(options)
        gaps.append({"kind": kind, "data": data})
    return Asked("cloze", {"gaps": gaps}, item.text_without(*interactions, marks=True))


READERS: dict[str, Callable[[Item, xml.Node], Asked]] = {
    "choiceInteraction": _choice,
    "hottextInteraction": _hottext,
    "orderInteraction": _order,
    "associateInteraction": _associate,
    "matchInteraction": _match,
    "gapMatchInteraction": _gap_match,
    "extendedTextInteraction": _essay,
}
