"""QTI 2.1, 2.2 and 3.0: items alone, several in one file, or in a package."""

import re
from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext as _

from quizzes.formats import notes, qti2_write, qti_interactions, xml
from quizzes.formats.draft import Draft, Reading, Unreadable, title_of
from quizzes.formats.pictures import Pictures, names_in
from quizzes.formats.qti_item import Item, as_version_2, warn_of_lost

Lookup = Callable[[str], bytes | None]


def version_of(root: xml.Node) -> str:
    """Return the format's name by the document's namespace."""
    if root.tag.startswith("qti-") or "qtiasi_v3" in root.namespace or "imsqtiasi_v3" in root.namespace:
        return "qti3"
    return "qti22" if re.search(r"v2p2|2p2", root.namespace) else "qti21"


def read_document(root: xml.Node, reading: Reading, lookup: Lookup, file: str = "") -> None:
    """Read all items of a document into `reading`."""
    as_version_2(root)
    items = list(xml.descendants(root, "assessmentItem"))
    for node in items:
        try:
            reading.drafts.append(_item(node, reading, lookup, file))
        except Unreadable as fault:
            title = node.get("title") or node.get("identifier") or ""
            reading.refuse(f"“{title}”: {fault.message}", fault.line or node.line, file)


def _item(node: xml.Node, reading: Reading, lookup: Lookup, file: str) -> Draft:
    pictures = Pictures(reading, node.line, file, lookup)
    ours = notes.read(node, lambda draft: qti2_write.item(draft, node.get("identifier", "")))
    if ours is not None:
        for name in names_in(repr(ours)):
            pictures.take(qti2_write.PICTURES + name)
        return replace(ours, pictures=pictures.all(), line=node.line, file=file)
    names = ", ".join(qti_interactions.names_in(node))
    if node.get("adaptive") == "true":
        message = _("An adaptive item (%(names)s) has no counterpart here: it goes on after an answer.")
        raise Unreadable(message % {"names": names})
    if xml.child(node, "templateDeclaration") is not None:
        message = _("templateDeclaration (%(names)s) has no counterpart here: its own rules draw the values.")
        raise Unreadable(message % {"names": names})
    item = Item(node, pictures)
    _show_objects(node)
    warn_of_lost(item)
    asked = qti_interactions.read(item)
    if not asked.body:
        raise Unreadable(_("The item has no text."))
    return Draft(
        title=title_of(node.get("title", ""), asked.body),
        kind=asked.kind,
        body=asked.body,
        data=asked.data,
        points=_points(node),
        reference=(node.get("label") or node.get("identifier") or "")[:100],
        pictures=pictures.all(),
        line=node.line,
        file=file,
    )


def _show_objects(node: xml.Node) -> None:
    """Make pictures of objects that are some."""
    for one in list(xml.descendants(node, "object")):
        if one.get("type", "").startswith("image/"):
            source, tail = one.get("data", ""), one.tail
            words = " ".join(xml.text_of(one).split())
            one.clear()
            one.tag, one.tail = "img", tail
            one.attrib.update({"src": source, "alt": words[:200]})


def _points(node: xml.Node) -> float:
    """Return the item's highest score."""
    for declaration in xml.children(node, "outcomeDeclaration"):
        if declaration.get("identifier") == "MAXSCORE":
            try:
                points = float(xml.text_of(xml.child(declaration, "defaultValue", "value")).strip())
            except ValueError:
                continue
            if 0 < points <= 9999:
                return points
    return 1.0
