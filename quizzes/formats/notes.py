"""A note in an exported QTI item that says everything, also what QTI has no place for.

Other systems skip it: it is a processing instruction. It is believed only where writing its question again
gives the very same item, so that whoever changes the item is heard.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element, ProcessingInstruction

from quizzes.formats.draft import Draft

NAME = "classroom"
_LEFT_OUT = ("pictures", "line", "file")
_TUPLES = ("hints", "tags")


def add(item: Element, draft: Draft) -> None:
    """Note a question in its item."""
    values = {one.name: getattr(draft, one.name) for one in fields(Draft) if one.name not in _LEFT_OUT}
    source = json.dumps(values, ensure_ascii=True).replace(">", "\\u003e")
    item.append(ProcessingInstruction(NAME, source))


def read(item: Element, write: Callable[[Draft], Element]) -> Draft | None:
    """Return the question that is noted, if `write` makes this very item of it."""
    note = item.find(f"?{NAME}")
    try:
        values = json.loads(note.text or "") if note is not None else None
        draft = _draft(values) if isinstance(values, dict) else None
        if draft is None or _shape(write(draft)) != _shape(item):
            return None
    except Exception:  # noqa: BLE001 - whatever somebody else wrote there, then it is no note of ours
        return None
    return draft


def add_details(item: Element, values: dict[str, Any]) -> None:
    """Note some of a question's details."""
    if values:
        source = json.dumps(values, ensure_ascii=True).replace(">", "\\u003e")
        item.append(ProcessingInstruction(NAME, source))


def details(item: Element, names: Sequence[str]) -> dict[str, Any]:
    """Return those of the noted details that may be there."""
    note = item.find(f"?{NAME}")
    try:
        values = json.loads(note.text or "") if note is not None else {}
    except (ValueError, RecursionError):
        return {}
    return {name: values[name] for name in names if name in values} if isinstance(values, dict) else {}


def _draft(values: dict[str, Any]) -> Draft:
    for name in _TUPLES:
        values[name] = tuple(map(str, values[name]))
    for name in ("title", "kind", "body", "explanation", "category", "reference"):
        values[name] = str(values[name])
    values["points"], values["penalty"] = float(values["points"]), float(values["penalty"])
    return Draft(**values)


def _shape(element: Element) -> object:
    """Return an element's names and words; notes, spaces and namespaces do not count."""
    if not isinstance(element.tag, str):
        return None
    name = element.tag.rpartition("}")[2]
    attributes = sorted(
        (key.rpartition("}")[2], " ".join(value.split())) for key, value in element.attrib.items()
    )
    inner = [
        (_shape(child), _words(child.tail))
        for child in element
        if isinstance(child.tag, str) and not child.tag.startswith("?")
    ]
    tails = [
        _words(child.tail) for child in element if not isinstance(child.tag, str) or child.tag.startswith("?")
    ]
    return name, attributes, _words(element.text), inner, [tail for tail in tails if tail]


def _words(text: str | None) -> str:
    return "".join(unescape(text or "").split())
