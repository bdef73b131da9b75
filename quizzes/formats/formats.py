"""All formats by name, and which one a file is in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quizzes.formats import (
    csv,
    gift,
    gift_write,
    moodle_write,
    moodle_xml,
    package,
    qti,
    qti2_package,
    qti12_write,
)
from quizzes.formats.draft import Draft, Problem, Reading
from quizzes.formats.text import decode, is_binary
from quizzes.kinds import KINDS

MAX_BYTES = 20 * 1024 * 1024
AUTO = "auto"


@dataclass(frozen=True)
class Format:
    """A format of files of questions."""

    label: str | Promise
    extension: str
    media_type: str
    read: Callable[[bytes], Reading]
    #: Returns the file and what could not be written.
    write: Callable[[Sequence[Draft]], tuple[bytes, list[Problem]]]


FORMATS: dict[str, Format] = {
    "gift": Format("GIFT", "gift", "text/plain; charset=utf-8", gift.read, gift_write.write),
    "moodle_xml": Format("Moodle XML", "xml", "application/xml", moodle_xml.read, moodle_write.write),
    "qti12": Format("QTI 1.2", "zip", "application/zip", qti.read, qti12_write.write),
    "qti21": Format("QTI 2.1", "zip", "application/zip", qti.read, qti2_package.write),
    "qti22": Format("QTI 2.2", "zip", "application/zip", qti.read, qti2_package.write),
    "qti3": Format("QTI 3.0", "zip", "application/zip", qti.read, qti2_package.write_3),
    "csv": Format("CSV", "csv", "text/csv; charset=utf-8", csv.read, csv.write),
}


def read(name: str, content: bytes, format: str = AUTO) -> Reading:
    """Read a file of questions; whatever is in it, this does not raise.

    Parameters
    ----------
    name
        The file's name; it counts only where the content leaves a doubt.
    content
        The whole file.
    format
        A name from `FORMATS`, or "auto": then the content tells.
    """
    chosen = detect(name, content) if format == AUTO else format
    reading = Reading(chosen)
    if len(content) > MAX_BYTES:
        reading.give_up(_("The file is larger than 20 MB: split it."))
        return reading
    if not content.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        reading.give_up(_("The file is empty."))
        return reading
    if chosen in {"gift", "csv"} and is_binary(content):
        reading.give_up(_("This is no file of questions: choose GIFT, Moodle XML, QTI or CSV."))
        return reading
    reading = FORMATS[chosen].read(content)
    reading.drafts = [draft for draft in reading.drafts if _is_sound(draft, reading)]
    reading.problems.sort(key=lambda problem: (problem.file, problem.line))
    return reading


def _is_sound(draft: Draft, reading: Reading) -> bool:
    """Tell whether the kind takes the draft's details; what is wrong becomes a problem."""
    kind = KINDS[draft.kind]
    problems = kind.problems(draft.data) or kind.body_problems(draft.data, draft.body)
    if problems:
        reading.refuse(f"“{draft.title}”: {' '.join(problems)}", draft.line, draft.file)
    return not problems


def detect(name: str, content: bytes) -> str:
    """Return the name of the format that a file is in, by its content; GIFT is what no other claims."""
    start = decode(content[:4000]).lstrip("\ufeff \t\n")
    first = re.search(r"<(?![?!])(?:\w+:)?([\w-]+)", re.sub(r"<!--.*?-->", "", start, flags=re.DOTALL))
    if package.is_zip(content):
        return "qti21"
    if start.startswith("<") and (first or start.startswith(("<?xml", "<!DOCTYPE"))):
        return "moodle_xml" if first is None or first[1] in {"quiz", "question"} else "qti21"
    return "csv" if csv.is_table(start) else "gift"


def write(format: str, drafts: Sequence[Draft]) -> tuple[bytes, list[Problem]]:
    """Return a file with the questions, and what had no place in it.

    Pictures that a draft names must be among its pictures.
    """
    return FORMATS[format].write([replace(draft, line=0, file="") for draft in drafts])
