"""GIFT, Moodle's text format: https://docs.moodle.org/en/GIFT_format. Blank lines separate questions.

Comments (`//` at a line's start) may say `[id:x] [tag:y]`, as Moodle's do, and here also `[points:2]`,
`[penalty:0.5]`, `[hint:...]`, `[unit:MB]`, `[case:1]`, `[accents:1]` and `[all_or_nothing:1]`.
"""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from quizzes.formats import gift_answers, gift_text
from quizzes.formats.draft import Draft, Reading, Unreadable, title_of
from quizzes.formats.gift_text import Notes
from quizzes.formats.text import decode

GAP = "_____"
MAX_QUESTIONS = 5000


@dataclass
class Block:
    """The lines of one question, and what the comments above it say."""

    lines: list[str] = field(default_factory=list)
    #: Where in the file each of them stands.
    numbers: list[int] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    category: str = ""

    @property
    def line(self) -> int:
        """Return where the question begins."""
        return self.numbers[0]

    @property
    def text(self) -> str:
        """Return all lines."""
        return "\n".join(self.lines)


def read(content: bytes) -> Reading:
    """Read a GIFT file."""
    reading = Reading("gift")
    for block in _joined(_blocks(decode(content)), reading):
        try:
            draft = _question(block, reading)
        except Unreadable as fault:
            reading.refuse(fault.message, fault.line or block.line)
        else:
            if draft:
                reading.drafts.append(draft)
    return reading


def _blocks(text: str) -> list[Block]:
    """Take the file apart at blank lines; comments and categories go with what follows."""
    blocks: list[Block] = []
    open_block: Block | None = None
    notes, category = Notes(), ""
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped.startswith("//"):
            (open_block.notes if open_block else notes).read(stripped)
        elif not stripped:
            open_block = None
        elif open_block is None and stripped.upper().startswith("$CATEGORY:"):
            category = category_name(stripped[len("$CATEGORY:") :])
        else:
            if open_block is None:
                open_block = Block(notes=notes, category=category)
                blocks.append(open_block)
                notes = Notes()
            open_block.lines.append(line)
            open_block.numbers.append(number)
    return blocks


def category_name(path: str) -> str:
    """Return Moodle's path of a category without what names the course: `$course$/top/Week 7/Pooling`."""
    parts = [part.strip() for part in re.sub(r"//", "-", gift_plain(path)).split("/")]
    return "/".join(part for part in parts if part and part != "top" and not re.fullmatch(r"\$\w+\$", part))[
        :200
    ]


def gift_plain(text: str) -> str:
    """Return a text without Moodle's escapes."""
    return re.sub(r"\\([\\:#={}~])", r"\1", text).strip()


def _joined(blocks: list[Block], reading: Reading) -> list[Block]:
    """Put blocks together that a blank line inside of braces took apart, as Moodle would too."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if before and _is_open(before.text) and _closes(block.text):
            reading.warn(
                _("A blank line inside the braces ends the question in Moodle: remove it."), block.line - 1
            )
            before.lines += block.lines
            before.numbers += block.numbers
        else:
            joined.append(block)
    return joined


def _bare(text: str) -> str:
    return re.sub(r"\\.", "", text)


def _is_open(text: str) -> bool:
    return "{" in _bare(text) and "}" not in _bare(text)


def _closes(text: str) -> bool:
    end, start = _bare(text).find("}"), _bare(text).find("{")
    return not text.lstrip().startswith("::") and (start < 0 or -1 < end < start)


def _question(block: Block, reading: Reading) -> Draft | None:
    whole = gift_text.protect(block.text, block.numbers, reading)
    if len(reading.drafts) >= MAX_QUESTIONS:
        raise Unreadable(_("There are too many questions in one file: split it."))
    whole = gift_text.spare(
        whole, gift_text.BRACES, lambda place: block.numbers[whole.count("\n", 0, place)], reading
    )
    title, text = _title(whole)
    before, answers, after = _braces(text, block, reading)
    form, before = gift_text.split_format(before)
    stem = (
        before.rstrip() + (f" {GAP}{after}" if after[:1] in ".,;:!?)" else f" {GAP} {after}")
        if after
        else before
    )
    body = gift_text.as_markdown(stem, form or "moodle")
    if answers is None:
        reading.warn(
            _("“%(title)s” is a description, no question: put its text into a quiz's section.")
            % {"title": title_of(title, body)},
            block.line,
        )
        return None
    if not body:
        raise Unreadable(_("There is no question before the braces."))
    inside = whole[: len(whole) - len(text) + text.find("{") + 1 + text.partition("{")[2].find(answers)]
    lines = block.numbers[inside.count("\n") :]
    asked = gift_answers.read(answers, form or "moodle", lines, reading, block.notes)
    notes = block.notes
    return Draft(
        title=title_of(title, body),
        kind=asked.kind,
        body=body,
        data=asked.data,
        explanation=asked.explanation,
        hints=tuple(notes.hints),
        points=notes.number("points", 1.0, 9999),
        penalty=notes.number("penalty", 0.0, 1),
        category=block.category,
        tags=tuple(notes.tags),
        reference=notes.other.get("id", "").strip()[:100],
        line=block.line,
    )


def _title(text: str) -> tuple[str, str]:
    match = re.match(r"\s*::(.*?)::", text, re.DOTALL)
    return (gift_text.plain(match[1]).strip(), text[match.end() :]) if match else ("", text)


def _braces(text: str, block: Block, reading: Reading) -> tuple[str, str | None, str]:
    """Return what is before, in and after the first braces; None in them where there are none."""
    start, end = text.find("{"), text.find("}")
    if start < 0:
        if end >= 0:
            raise Unreadable(_("There is a } without a { before it: write \\} for one that is text."))
        return text, None, ""
    if end < start:
        raise Unreadable(
            _("The braces of the answer are never closed: write } at its end, and \\{ for one that is text.")
        )
    after = text[end + 1 :].strip()
    if re.search(r"^[ \t]*(::|//|\$CATEGORY)", after, re.MULTILINE):
        reading.warn(
            _("Another question seems to begin inside this one: put an empty line before it."), block.line
        )
    elif "{" in after:
        reading.warn(
            _("Only the first braces hold the answer; write \\{ and \\} for those that are text."), block.line
        )
    if after and not after.strip("\"';,"):
        reading.warn(_("“%(text)s” after the answer was left out.") % {"text": after}, block.line)
        after = ""
    if after == "." and text[:start].rstrip().endswith(("?", ".", ":", "!", ">")):
        after = ""
    return text[:start], text[start + 1 : end].strip(), after
