"""One item of QTI 1.2: its texts, and its rules, which can be run on an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from quizzes.formats import html, weights, xml
from quizzes.formats.pictures import Pictures

#: An answer to try: what is given for each response.
Answer = Mapping[str, frozenset[str]]
_MATERIAL = ("mattext", "matemtext", "matimage", "matbreak")


@dataclass(frozen=True)
class Outcome:
    """What the rules give an answer: points, and the names of feedback."""

    points: float
    feedback: tuple[str, ...]


@dataclass
class Item:
    """An item, and what is needed to read it."""

    node: xml.Node
    pictures: Pictures

    @cached_property
    def metadata(self) -> dict[str, str]:
        """Return what the item's metadata say."""
        found = {}
        for entry in xml.descendants(self.node, "qtimetadatafield"):
            label = xml.text_of(xml.child(entry, "fieldlabel")).strip()
            found[label] = xml.text_of(xml.child(entry, "fieldentry")).strip()
        return found

    @property
    def type(self) -> str:
        """Return the type that the metadata name, such as "multiple_choice_question"."""
        return self.metadata.get("question_type", "")

    @property
    def points(self) -> float:
        """Return the points that the metadata give."""
        points = weights.read_number(self.metadata.get("points_possible", ""))
        return points if points and 0 < points <= 9999 else 1.0

    @cached_property
    def presentation(self) -> xml.Node:
        """Return what students see."""
        found = xml.child(self.node, "presentation")
        return found if found is not None else xml.Node("presentation")

    @cached_property
    def responses(self) -> list[xml.Node]:
        """Return the places for answers, in their order."""
        return list(xml.descendants(self.presentation, "response_lid", "response_str", "response_num"))

    @cached_property
    def body(self) -> str:
        """Return the text before, between and after the places for answers."""
        return self.text(self.presentation)

    def text(self, element: xml.Node, marks: Mapping[int, str] | None = None) -> str:
        """Return the material in an element as Markdown; `marks` stand where these responses are."""
        return html.to_markdown("".join(self._parts(element, marks or {})), self.pictures.find)

    def plain(self, element: xml.Node) -> str:
        """Return the material in an element as plain words."""
        return html.to_plain("".join(self._parts(element, {})))

    def _parts(self, element: xml.Node, marks: Mapping[int, str]) -> list[str]:
        parts = []
        for node in element:
            if not isinstance(node, xml.Node):
                continue
            if node.tag in _MATERIAL:
                parts.append(self._material(node))
            elif str(node.tag).startswith("response_"):
                parts.append(marks.get(id(node), ""))
            elif not str(node.tag).startswith("render_"):
                inner = self._parts(node, marks)
                is_block = node.tag in {"flow", "flow_mat"} and any(inner)
                parts += ["<div>", *inner, "</div>"] if is_block else inner
        return parts

    def _material(self, node: xml.Node) -> str:
        if node.tag == "matbreak":
            return "<br>"
        if node.tag == "matimage":
            source = escape(node.get("uri", ""))
            return f'<img src="{source}" alt="{escape(node.get("label", ""))}">'
        text = xml.text_of(node)
        is_html = "html" in node.get("texttype", "") or html.looks_like_html(text)
        if not is_html:
            text = escape(text, quote=False)
        return f"<em>{text}</em>" if node.tag == "matemtext" else text

    def material(self, element: xml.Node | None) -> str:
        """Return an element's own material, without that of choices in it."""
        return self.text(element) if element is not None else ""

    @cached_property
    def feedback(self) -> dict[str, str]:
        """Return all feedback by its name."""
        found = {}
        for node in xml.children(self.node, "itemfeedback"):
            found[node.get("ident", "")] = self.text(node)
        return found

    @property
    def explanation(self) -> str:
        """Return what everybody is told afterwards: general feedback and the solution."""
        solution = [self.text(node) for node in xml.descendants(self.node, "solution")]
        general = self.feedback.get("general_fb", "")
        return "\n\n".join(dict.fromkeys(text for text in (general, *solution) if text))

    @property
    def hints(self) -> tuple[str, ...]:
        """Return the hints."""
        return tuple(text for node in xml.descendants(self.node, "hint") if (text := self.text(node)))

    @cached_property
    def conditions(self) -> list[xml.Node]:
        """Return the rules."""
        return list(xml.descendants(self.node, "respcondition"))

    def run(self, answer: Answer) -> Outcome:
        """Run the rules on an answer."""
        points, feedback = 0.0, []
        for condition in self.conditions:
            tested = xml.child(condition, "conditionvar")
            if tested is None or not all(holds(test, answer) for test in _grouped(tested)):
                continue
            for setting in xml.children(condition, "setvar"):
                value = weights.read_number(xml.text_of(setting)) or 0.0
                match setting.get("action", "Set").lower():
                    case "add":
                        points += value
                    case "subtract":
                        points -= value
                    case _:
                        points = value
            feedback += [one.get("linkrefid", "") for one in xml.children(condition, "displayfeedback")]
        return Outcome(points, tuple(feedback))


def _grouped(tested: xml.Node) -> list[list[xml.Node]]:
    """Return tests that must all hold; of those for one response that are plain, one is enough."""
    plain: dict[str, list[xml.Node]] = {}
    groups: list[list[xml.Node]] = []
    for test in tested:
        if not isinstance(test, xml.Node) or str(test.tag).startswith("?"):
            continue
        if test.tag == "varequal":
            identifier = test.get("respident", "")
            if identifier not in plain:
                plain[identifier] = []
                groups.append(plain[identifier])
            plain[identifier].append(test)
        else:
            groups.append([test])
    return groups


def holds(tests: list[xml.Node], answer: Answer) -> bool:
    """Tell whether one of the tests holds for an answer."""
    return any(_holds(test, answer) for test in tests)


def _holds(test: xml.Node, answer: Answer) -> bool:
    given = answer.get(test.get("respident", ""), frozenset())
    inner = [one for one in test if isinstance(one, xml.Node)]
    match test.tag:
        case "varequal" | "varsubset":
            return xml.text_of(test).strip() in given
        case "and":
            return all(_holds(one, answer) for one in inner)
        case "or":
            return any(_holds(one, answer) for one in inner)
        case "not":
            return not any(_holds(one, answer) for one in inner)
    return not given if test.tag == "unanswered" else test.tag == "other"
