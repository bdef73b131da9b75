"""XML in, elements that know their line out; and back. Entities, foreign DTDs, deep nesting are refused."""

import json
import re
from collections.abc import Iterator
from html import escape, unescape
from xml.etree.ElementTree import (
    Element,
    ParseError,
    ProcessingInstruction,
    SubElement,
    TreeBuilder,
    fromstring,
    tostring,
)
from xml.parsers.expat import ExpatError

from defusedxml import ElementTree as DefusedElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from quizzes.formats import html
from quizzes.formats.draft import Reading, Unreadable
from quizzes.formats.mending import mended

MAX_DEPTH = 200
MAX_ELEMENTS = 120_000
#: What XML cannot hold, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_DOCTYPE_BYTES = 4096
MAX_ATTRIBUTE_CHARACTERS = 20_000_000
#: Where a document type may lie: beside the file, or at the standard's home. None is ever fetched.
_HARMLESS_DTD = re.compile(r"[\w.-]+|https?://(www\.)?(imsglobal|w3)\.org/[\w./-]*")
#: Carries the Markdown beside its HTML. Other systems skip it; we believe it where it still gives that HTML.
_SOURCE = "markdown"


class Node(Element):
    """An element that knows its line; its name and its attributes' names are without namespace."""

    line = 0
    namespace = ""
    #: Of the first element: what was wrong with the XML, and is set right.
    mended = ""


class _Parser(DefusedElementTree.DefusedXMLParser):
    """Writes lines down, counts, and stops at what only attacks need."""

    def __init__(self) -> None:
        builder = TreeBuilder(element_factory=Node, pi_factory=_instruction, insert_pis=True)
        super().__init__(target=builder, forbid_entities=True, forbid_external=True)
        self.parser.StartDoctypeDeclHandler = self._doctype_starts
        self.parser.EndDoctypeDeclHandler = self._doctype_ends
        self.depth = self.count = self.size = self.doctype_at = 0

    def _doctype_starts(self, name: str, system: str | None, public: str | None, inner: int) -> None:
        self.doctype_at = self.parser.CurrentByteIndex
        if system and not _HARMLESS_DTD.fullmatch(system):
            raise Unreadable(
                _("The XML names a document type elsewhere, as attacks do: remove the DOCTYPE."), self.line()
            )

    def _doctype_ends(self) -> None:
        if self.parser.CurrentByteIndex - self.doctype_at > MAX_DOCTYPE_BYTES:
            raise Unreadable(_("The XML's document type is too long: remove the DOCTYPE."), self.line())

    def _start(self, tag: str, attributes: list[str]) -> object:
        self.depth += 1
        self.count += 1
        self.size += sum(map(len, attributes))
        is_large = self.count > MAX_ELEMENTS or self.size > MAX_ATTRIBUTE_CHARACTERS
        if self.depth > MAX_DEPTH or is_large:
            raise Unreadable(_("The XML is too deep or too long: split the file."), self.line())
        element = super()._start(tag, attributes)  # type: ignore[misc]  # of the parser in pure Python
        element.line, element.namespace = self.line(), tag.rpartition("}")[0]
        return element

    def _end(self, tag: str) -> object:
        self.depth -= 1
        return super()._end(tag)  # type: ignore[misc]  # as above

    def _fixname(self, key: str) -> str:
        return key.rpartition("}")[2]

    def line(self) -> int:
        return int(self.parser.CurrentLineNumber)


def _instruction(target: str, text: str | None = None) -> Element:
    node = Node(f"?{target}")
    node.text = text
    return node


class _Malformed(Unreadable):
    """XML that is broken, but not dangerous."""


def parse(content: bytes) -> Node:
    """Parse XML, also such as other programs write nearly right.

    Raises
    ------
    Unreadable
        It is broken or dangerous; with the line.
    """
    try:
        return _parse(content)
    except _Malformed as fault:
        better = mended(content)
        if better is None:
            raise
        try:
            root = _parse(better)
        except Unreadable:
            raise fault from None
        root.mended = fault.message
        root.line = fault.line
        return root


def _parse(content: bytes) -> Node:
    content = content.removeprefix(b"\xef\xbb\xbf")
    body = content.lstrip()
    skipped = content[: len(content) - len(body)].count(b"\n")
    parser = _Parser()
    try:
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException as attack:
        raise Unreadable(
            _("The XML defines entities or fetches files, as attacks do: remove the DOCTYPE."),
            parser.line() + skipped,
        ) from attack
    except (ParseError, ExpatError, ValueError, LookupError, AssertionError) as fault:
        raise _Malformed(
            _("This is no well-formed XML: %(fault)s.") % {"fault": str(fault)[:200]}, parser.line() + skipped
        ) from fault
    for node in root.iter():
        if isinstance(node, Node):
            node.line += skipped
    if not isinstance(root, Node):  # the factory above makes nothing else
        raise Unreadable(_("There is no element in this file."))
    return root


def warn_if_mended(root: Node, reading: Reading, file: str = "") -> None:
    """Say so where a document was set right."""
    if root.mended:
        reading.warn(
            _("%(fault)s It was set right: check its questions.") % {"fault": root.mended}, root.line, file
        )


# Reading ---------------------------------------------------------------------------------------------------


def child(element: Element | None, *names: str) -> Node | None:
    """Return the element that the path of names leads to."""
    for name in names:
        element = element.find(name) if element is not None else None
    return element if isinstance(element, Node) else None


def children(element: Element | None, name: str) -> list[Node]:
    """Return the children of that name."""
    return [
        found for found in (element.findall(name) if element is not None else []) if isinstance(found, Node)
    ]


def descendants(element: Element, *names: str) -> Iterator[Node]:
    """Yield all elements of these names, however deep."""
    return (node for node in element.iter() if isinstance(node, Node) and node.tag in names)


def text_of(element: Element | None) -> str:
    """Return all text in an element, without that of instructions."""
    if element is None:
        return ""
    parts = [element.text or "" if not str(element.tag).startswith("?") else ""]
    for inner in element:
        parts += [text_of(inner), inner.tail or ""]
    return "".join(parts)


def inner_html(element: Element) -> str:
    """Return what is in an element as HTML."""
    parts = [escape(element.text or "", quote=False)]
    for inner in element:
        if not str(inner.tag).startswith("?"):
            parts.append(_outer_html(inner))
        parts.append(escape(inner.tail or "", quote=False))
    return "".join(parts)


_VOID = frozenset({"br", "hr", "img", "col", "input", "source", "track", "wbr", "embed", "area"})


def _outer_html(element: Element) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
    if element.tag in _VOID:
        return f"<{element.tag}{attributes}>"
    return f"<{element.tag}{attributes}>{inner_html(element)}</{element.tag}>"


def markdown_beside(
    element: Element | None, found_html: str, *, base: str = "", inline: bool = False
) -> str | None:
    """Return the Markdown that our export left in `element`, if it still says what `found_html` says."""
    note = element.find(f"?{_SOURCE}") if element is not None else None
    if note is None:
        return None
    try:
        source = json.loads((note.text or "").removeprefix(_SOURCE))
    except ValueError:
        return None
    if not isinstance(source, str):
        return None
    rendered = html.to_html(clean(source), base=base, inline=inline)
    return source if _words(rendered) == _words(found_html) else None


def _words(markup: str) -> str:
    """Return HTML without what serializers change: spaces, quotes and empty elements' slashes."""
    return re.sub(r"[\s/]", "", unescape(markup))


# Writing ---------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Return text without what XML cannot hold."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def add(parent: Element, tag: str, text: str | float | None = None, /, **attributes: object) -> Element:
    """Add an element; an underscore at the end of an attribute's name is left out, others become hyphens."""
    named = {name.rstrip("_").replace("_", "-"): clean(str(value)) for name, value in attributes.items()}
    element = SubElement(parent, tag, named)
    if text is not None:
        element.text = clean(str(text))
    return element


def add_source(parent: Element, markdown: str) -> None:
    """Note the Markdown that the HTML beside it was made from."""
    source = json.dumps(clean(markdown), ensure_ascii=False).replace(">", "\\u003e")
    parent.append(ProcessingInstruction(_SOURCE, source))


def add_html(parent: Element, markdown: str, *, base: str = "", inline: bool = False) -> None:
    """Add Markdown as XHTML elements."""
    made = html.to_html(clean(markdown), base=base, inline=inline)
    wrapped = fromstring(f"<div>{made}</div>")  # noqa: S314 - our own renderer wrote it
    parent.text = (parent.text or "") + (wrapped.text or "")
    parent.extend(wrapped)


def document(root: Element) -> bytes:
    """Return the whole document, in UTF-8."""
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"
