"""QTI of any version, in a document or a package."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from quizzes.formats import package, qti2, qti12, xml
from quizzes.formats.draft import Draft, Reading, Unreadable
from quizzes.formats.package import Package


def read(content: bytes) -> Reading:
    """Read a document or a package."""
    reading = Reading("qti21")
    try:
        if package.is_zip(content):
            _read_package(package.open_package(content), reading)
        else:
            root = xml.parse(content)
            if not _read_document(root, reading, lambda _address: None, ""):
                reading.give_up(
                    _("This is no QTI: <%(name)s> is no item, assessment or bank.") % {"name": root.tag},
                    root.line,
                )
    except Unreadable as fault:
        reading.give_up(fault.message, fault.line)
    return reading


def version_of(root: xml.Node) -> str:
    """Return the name of the version, "" for what is no QTI."""
    if root.tag in {"questestinterop", "item"}:
        return "qti12"
    if root.tag in {"assessmentItem", "qti-assessment-item"}:
        return qti2.version_of(root)
    inner = next(xml.descendants(root, "assessmentItem", "qti-assessment-item"), None)
    return qti2.version_of(inner) if inner is not None else ""


def _read_document(
    root: xml.Node, reading: Reading, lookup: Callable[[str], bytes | None], file: str
) -> bool:
    version = version_of(root)
    if not version:
        return False
    reading.format = version
    xml.warn_if_mended(root, reading, file)
    reader = qti12.read_document if version == "qti12" else qti2.read_document
    reader(root, reading, lookup, file)
    return True


def _read_package(files: Package, reading: Reading) -> None:
    found = False
    for name in files.documents():
        if name.endswith("imsmanifest.xml"):
            continue
        try:
            root = xml.parse(files.read(name))
            found |= _read_document(root, reading, lambda address, name=name: files.near(address, name), name)  # type: ignore[misc]
        except Unreadable as fault:
            reading.refuse(fault.message, fault.line, name)
            found = True
    if not found:
        reading.give_up(_("There are no QTI items in this package."))
    _forget_repeated(reading)


def _forget_repeated(reading: Reading) -> None:
    """Keep one of those questions that a package holds twice, for old and for new readers."""
    seen: dict[tuple[str, str, str], Draft] = {}
    for draft in reading.drafts:
        seen.setdefault((draft.title, draft.body, repr(draft.data)), draft)
    reading.drafts = list(seen.values())
