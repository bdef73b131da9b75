"""One assessment item of QTI 2.1, 2.2 or 3.0: its texts, its declared answers and its rules.

https://www.imsglobal.org/question/index.html. Version 3 writes `qti-choice-interaction` for what version 2
calls `choiceInteraction`; `as_version_2` makes them equal, so that one reader understands both.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from quizzes.formats import html, weights, xml
from quizzes.formats.pictures import Pictures
from quizzes.kinds.cloze import GAP

BLANK = "_____"


def as_version_2(root: xml.Node) -> None:
    """Rename what version 3 names otherwise."""
    for node in root.iter():
        if "template" in node.attrib:
            node.attrib["template"] = re.sub(r"/qti_v\dp\d/", "/qti_v2p1/", node.attrib["template"])
        if str(node.tag).startswith("qti-"):
            node.tag = _camel(str(node.tag).removeprefix("qti-"))
            for name in [name for name in node.attrib if "-" in name and not name.startswith("data-")]:
                node.attrib[_camel(name)] = node.attrib.pop(name)


def _camel(name: str) -> str:
    return re.sub(r"-(\w)", lambda match: match[1].upper(), name)


@dataclass(frozen=True)
class Declared:
    """What is right for one interaction, as declared or as the rules say."""

    cardinality: str = "single"
    base_type: str = "string"
    correct: tuple[str, ...] = ()
    #: Value, what it earns, and whether its case counts.
    mapped: tuple[tuple[str, float, bool], ...] = ()
    upper: float | None = None
    #: Tolerance, "absolute" or "relative", and numbers, from the rules.
    ruled: tuple["Rule", ...] = ()

    def shares(self) -> dict[str, float]:
        """Return what each value earns, as a share of the points."""
        if not self.mapped:
            return dict.fromkeys(self.correct, 1.0)
        gained = [points for _value, points, _case in self.mapped if points > 0]
        together = self.cardinality == "multiple"
        most = (
            self.upper
            if self.upper and self.upper > 0
            else (sum(gained) if together else max(gained, default=0))
        )
        if not most:
            return dict.fromkeys(self.correct, 1.0)
        return {value: max(-1.0, min(1.0, points / most)) for value, points, _case in self.mapped}


@dataclass(frozen=True)
class Rule:
    """A comparison in the rules that earns something."""

    values: tuple[str, ...]
    score: float
    tolerance: float = 0.0
    mode: str = "exact"
    is_case_sensitive: bool = False


@dataclass
class Item:
    """An item, and what is needed to read it."""

    node: xml.Node
    pictures: Pictures
    #: Gap numbers by the interaction that stands there.
    gaps: dict[int, str] = field(default_factory=dict)

    @cached_property
    def body(self) -> xml.Node | None:
        """Return the part that students see."""
        return xml.child(self.node, "itemBody")

    def markdown(self, element: xml.Node | None) -> str:
        """Return what is in an element as Markdown."""
        return html.to_markdown(xml.inner_html(element), self.pictures.find) if element is not None else ""

    def plain(self, element: xml.Node) -> str:
        """Return an element's words; a picture's are its description or its name."""
        words = " ".join(xml.text_of(element).split())
        if words:
            return words
        for picture in xml.descendants(element, "img"):
            return picture.get("alt") or PurePosixPath(picture.get("src", "")).stem
        return ""

    def declared(self, identifier: str) -> Declared:
        """Return what is right for the interaction with this identifier."""
        for node in xml.children(self.node, "responseDeclaration"):
            if node.get("identifier") == identifier:
                return self._declared(node, identifier)
        return Declared(ruled=tuple(self._rules(identifier)))

    def _declared(self, node: xml.Node, identifier: str) -> Declared:
        mapping = xml.child(node, "mapping")
        mapped = [
            (one.get("mapKey", ""), points, one.get("caseSensitive", "true") == "true")
            for one in xml.children(mapping, "mapEntry")
            if (points := weights.read_number(one.get("mappedValue", ""))) is not None
        ]
        rules = tuple(self._rules(identifier))
        values = xml.children(xml.child(node, "correctResponse"), "value")
        correct = tuple(" ".join(xml.text_of(value).split()) for value in values)
        if not correct and rules and not mapped:
            correct = max(rules, key=lambda rule: rule.score).values
        return Declared(
            node.get("cardinality", "single"),
            node.get("baseType", "string"),
            correct,
            tuple(mapped),
            weights.read_number(mapping.get("upperBound", "")) if mapping is not None else None,
            rules,
        )

    def _rules(self, identifier: str) -> list[Rule]:
        """Return comparisons of the response that lead to a score above 0."""
        processing = xml.child(self.node, "responseProcessing")
        found = []
        for branch in (
            xml.descendants(processing, "responseIf", "responseElseIf") if processing is not None else ()
        ):
            score = self._score(branch)
            for test in xml.descendants(branch, "match", "equal", "stringMatch", "member"):
                variables = [one.get("identifier") for one in xml.children(test, "variable")]
                values = tuple(xml.text_of(one).strip() for one in xml.descendants(test, "baseValue"))
                if score and variables == [identifier] and values:
                    tolerance = (test.get("tolerance") or "0").split()
                    found.append(
                        Rule(
                            values,
                            score,
                            weights.read_number(tolerance[-1]) or 0.0,
                            test.get("toleranceMode", "exact"),
                            test.tag == "stringMatch" and test.get("caseSensitive") == "true",
                        )
                    )
        return found

    def _score(self, branch: xml.Node) -> float:
        for setting in xml.children(branch, "setOutcomeValue"):
            if "SCORE" in (setting.get("identifier") or "").upper():
                value = next(xml.descendants(setting, "baseValue"), None)
                return weights.read_number(xml.text_of(value)) or 0.0 if value is not None else 1.0
        return 0.0

    def feedback(self, identifier: str) -> str:
        """Return the feedback that bears a choice's name."""
        nodes = [
            node
            for node in xml.descendants(self.node, "modalFeedback")
            if node.get("identifier") == identifier
        ]
        return self.markdown(nodes[0]) if nodes else ""

    def prompt(self, interaction: xml.Node) -> str:
        """Return an interaction's own question."""
        return self.markdown(xml.child(interaction, "prompt"))

    def text_without(self, *interactions: xml.Node, marks: bool = False) -> str:
        """Return the body's text; interactions are left out, or a gap's mark stands in their place."""
        if self.body is None:
            return ""
        hidden = {"rubricBlock", "feedbackBlock", "feedbackInline"}
        places = {id(node): f"{{{{{number}}}}}" for number, node in enumerate(interactions, start=1)}
        for parent in list(self.body.iter()):
            for node in list(parent):
                if id(node) in places:
                    mark = places[id(node)] if marks else ""
                    _replace(parent, node, xml.child(node, "prompt") if mark else None, mark)
                elif node.tag in hidden and not _is_for_students(node):
                    _replace(parent, node, None, "")
        return self.markdown(self.body)

    @property
    def for_scorers(self) -> str:
        """Return what is written for those who grade."""
        notes = [
            node for node in xml.descendants(self.node, "rubricBlock") if "scorer" in node.get("view", "")
        ]
        return "\n\n".join(self.markdown(node) for node in notes)

    def warn(self, message: str) -> None:
        """Note something about this item."""
        title = self.node.get("title") or self.node.get("identifier") or ""
        self.pictures.reading.warn(f"“{title}”: {message}", self.node.line, self.pictures.file)


def _is_for_students(node: Element) -> bool:
    return node.tag == "rubricBlock" and "candidate" in node.get("view", "candidate")


def _replace(parent: Element, node: Element, prompt: xml.Node | None, mark: str) -> None:
    """Put a mark where an element was; what follows it stays."""
    place = list(parent).index(node)
    substitute = xml.Node("span")
    substitute.text = mark
    substitute.tail = node.tail
    if prompt is not None:
        substitute.text = ""
        prompt.tail = mark
        prompt.tag = "p"
        substitute.append(prompt)
    parent[place] = substitute


def blank_for(text: str) -> str:
    """Return text with a line of underscores for its one gap, or nothing where that stands at the end."""
    text = re.sub(r"\s*\{\{1\}\}\s*$", "", text)
    return GAP.sub(BLANK, text).strip()


def warn_of_lost(item: Item) -> None:
    """Name what is in the item and cannot be kept."""
    names = {node.tag for node in xml.descendants(item.node, "audio", "video", "object")}
    if names:
        item.warn(_("Sound, film and embedded objects were left out."))
