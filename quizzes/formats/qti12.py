"""QTI 1.2, as Canvas, Respondus and others write it: items alone, in assessments, in banks, or in packages.

What an answer earns is found by trying: the item's rules are run on each answer.
"""

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from quizzes.formats import notes, qti12_responses, qti12_write, xml
from quizzes.formats.draft import Draft, Reading, Unreadable, title_of
from quizzes.formats.pictures import Pictures, names_in
from quizzes.formats.qti2 import Lookup
from quizzes.formats.qti12_item import Item

_FORMULA = gettext_noop("its values are drawn by formulas of Canvas's")
#: Types without a counterpart, by the name in the item's metadata, and the reason.
REFUSED = {
    "calculated_question": _FORMULA,
    "formula_question": _FORMULA,
    "file_upload_question": gettext_noop("answers are files: make it an exercise"),
    "hot_spot_question": gettext_noop("answers are places in a picture"),
}
#: The same, by the element.
_ELEMENTS = {
    "response_xy": gettext_noop("answers are places in a picture"),
    "render_hotspot": gettext_noop("answers are places in a picture"),
    "render_slider": gettext_noop("the answer is the place of a slider: ask for a number"),
    "response_grp": gettext_noop("answers are groups"),
    "calculated": _FORMULA,
    "itemproc_extension": _FORMULA,
}


def read_document(root: xml.Node, reading: Reading, lookup: Lookup, file: str = "") -> None:
    """Read all items of a document into `reading`."""
    bank = xml.child(root, "objectbank")
    category = _bank_title(bank) if bank is not None else ""
    for node in xml.descendants(root, "item", "bankentry_item"):
        try:
            draft = _item(node, category, reading, lookup, file)
        except Unreadable as fault:
            reading.refuse(f"“{node.get('title', '')}”: {fault.message}", fault.line or node.line, file)
        else:
            if draft:
                reading.drafts.append(draft)


def _bank_title(bank: xml.Node) -> str:
    for entry in xml.descendants(bank, "qtimetadatafield"):
        if xml.text_of(xml.child(entry, "fieldlabel")).strip() == "bank_title":
            return xml.text_of(xml.child(entry, "fieldentry")).strip()[:200]
    return ""


def _item(node: xml.Node, category: str, reading: Reading, lookup: Lookup, file: str) -> Draft | None:
    if node.tag == "bankentry_item":
        raise Unreadable(_("bankentry_item only refers to a question: export the item bank, too."))
    pictures = Pictures(reading, node.line, file, lookup)
    ours = notes.read(node, lambda draft: qti12_write.item(draft, node.get("ident", "")))
    if ours is not None:
        for name in names_in(repr(ours)):
            pictures.take(qti12_write.PICTURES + name)
        return replace(ours, pictures=pictures.all(), line=node.line, file=file)
    item = Item(node, pictures)
    _refuse(item)
    if item.type == "text_only_question":
        title = title_of(node.get("title", ""), item.body)
        message = _("“%(title)s” is a text, no question: put it into a quiz's section.") % {"title": title}
        reading.warn(message, node.line, file)
        return None
    asked = qti12_responses.read(item)
    if not asked.body:
        raise Unreadable(_("The item has no text."))
    return Draft(
        title=title_of(node.get("title", ""), asked.body),
        kind=asked.kind,
        body=asked.body,
        data=asked.data,
        explanation=item.explanation,
        hints=item.hints,
        points=item.points,
        category=category,
        reference=node.get("ident", "")[:100],
        pictures=pictures.all(),
        line=node.line,
        file=file,
    )


def _refuse(item: Item) -> None:
    reasons = {item.type: REFUSED[item.type]} if item.type in REFUSED else {}
    for one in xml.descendants(item.node, *_ELEMENTS):
        reasons.setdefault(str(one.tag), _ELEMENTS[str(one.tag)])
    for name, reason in reasons.items():
        raise Unreadable(
            _("%(name)s has no counterpart here: %(reason)s.") % {"name": name, "reason": _(reason)}
        )
