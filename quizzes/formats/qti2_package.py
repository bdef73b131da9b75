"""Packages of QTI 2.1 and 3.0: an item a file, their pictures, and a manifest."""

import re
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from quizzes.formats import notes, package, qti2_write, xml
from quizzes.formats.draft import Draft, Problem
from quizzes.formats.writing import each, refuse_kind

_NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_NAMESPACE_3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
#: Names of XHTML and of MathML stay as they are in version 3.
_QTI_NAMES = re.compile(r"[a-z]+[A-Z]\w*|value|mapping|match|equal|variable|prompt|gap|and|or|correct|sum")


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Problem]]:
    """Return a package of QTI 2.1 and what could not be written."""
    return _package(drafts, "QTI 2.1", _document, "imsqti_item_xmlv2p1", "QTIv2.1 Package")


def write_3(drafts: Sequence[Draft]) -> tuple[bytes, list[Problem]]:
    """Return a package of QTI 3.0 and what could not be written."""
    return _package(drafts, "QTI 3.0", _document_3, "imsqti_item_xmlv3p0", "QTI Package")


def _package(
    drafts: Sequence[Draft], name: str, document: Callable[[Element], bytes], kind: str, schema: str
) -> tuple[bytes, list[Problem]]:
    def write_one(draft: Draft, problems: list[Problem]) -> None:
        if draft.kind not in qti2_write.KINDS:
            raise refuse_kind(draft, name)

    made, problems = each(drafts, write_one)
    files: dict[str, bytes] = {}
    for place, (draft, _nothing) in enumerate(made, start=1):
        name = f"item-{place:04}"
        node = qti2_write.item(draft, name)
        notes.add(node, draft)
        files[f"{name}.xml"] = document(node)
        files |= {qti2_write.PICTURES + picture.name: picture.content for picture in draft.pictures}
    return package.pack({"imsmanifest.xml": manifest(list(files), kind, schema)} | files), problems


def manifest(names: Sequence[str], kind: str, schema: str) -> bytes:
    """Return a package's table of contents."""
    root = Element(
        "manifest", {"xmlns": "http://www.imsglobal.org/xsd/imscp_v1p1", "identifier": "questions"}
    )
    metadata = xml.add(root, "metadata")
    xml.add(metadata, "schema", schema)
    xml.add(metadata, "schemaversion", "1.0.0")
    xml.add(root, "organizations")
    resources = xml.add(root, "resources")
    for place, name in enumerate(names, start=1):
        is_item = name.endswith(".xml")
        one = xml.add(
            resources, "resource", identifier=f"r{place}", type_=kind if is_item else "webcontent", href=name
        )
        xml.add(one, "file", href=name)
    return xml.document(root)


def _document(node: Element) -> bytes:
    node.set("xmlns", _NAMESPACE)
    return xml.document(node)


def _document_3(node: Element) -> bytes:
    """Return the item with the names of version 3."""
    made = _renamed(node)
    made.set("xmlns", _NAMESPACE_3)
    return xml.document(made)


def _renamed(node: Element) -> Element:
    if not isinstance(node.tag, str):
        return node
    is_ours = bool(_QTI_NAMES.fullmatch(node.tag))
    made = Element(f"qti-{_kebab(node.tag)}" if is_ours else node.tag)
    made.attrib.update({_kebab(name) if is_ours else name: value for name, value in node.attrib.items()})
    made.text, made.tail = node.text, node.tail
    made.extend([_renamed(child) for child in node])
    if node.tag == "responseProcessing" and node.get("template"):
        made.set("template", str(node.get("template")).replace("qti_v2p1", "qti_v3p0"))
    return made


def _kebab(name: str) -> str:
    return re.sub(r"[A-Z]", lambda match: "-" + match[0].lower(), name)
