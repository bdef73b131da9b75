"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format. Each type of question has a reader."""

import base64
import binascii

from django.utils.translation import gettext as _

from quizzes.formats import moodle_types, notes, weights, xml
from quizzes.formats.draft import Draft, Reading, Unreadable, title_of
from quizzes.formats.gift import category_name
from quizzes.formats.moodle_question import MoodleQuestion
from quizzes.formats.pictures import Pictures

MAX_QUESTIONS = 5000
#: What a note of ours may add to a kind's details.
MORE = {"essay": ("rubric",), "short_text": ("accents",)}


def read(content: bytes) -> Reading:
    """Read a Moodle XML file."""
    reading = Reading("moodle_xml")
    try:
        root = xml.parse(content)
    except Unreadable as fault:
        reading.give_up(fault.message, fault.line)
        return reading
    if root.tag != "quiz":
        reading.give_up(_("This is no Moodle XML: its first element is no <quiz>."), root.line)
        return reading
    xml.warn_if_mended(root, reading)
    category = ""
    for node in xml.children(root, "question"):
        if node.get("type") == "category":
            named = xml.child(node, "category")
            path = xml.child(named, "text")
            category = category_name(xml.text_of(path if path is not None else named))
            continue
        try:
            draft = _question(node, category, reading)
        except Unreadable as fault:
            title = xml.text_of(xml.child(node, "name", "text")).strip()
            reading.refuse(f"“{title}”: {fault.message}" if title else fault.message, fault.line or node.line)
        else:
            if draft:
                reading.drafts.append(draft)
    return reading


def _question(node: xml.Node, category: str, reading: Reading) -> Draft | None:
    if len(reading.drafts) >= MAX_QUESTIONS:
        raise Unreadable(_("There are too many questions in one file: split it."))
    kind = (node.get("type") or "").strip()
    if kind in moodle_types.REFUSED:
        raise Unreadable(moodle_types.refusal(kind))
    question = MoodleQuestion(node, Pictures(reading, node.line, lookup=_files(node).get))
    title = question.plain("name")
    if kind == "description":
        reading.warn(
            _("“%(title)s” is a description, no question: put its text into a quiz's section.")
            % {"title": title_of(title, question.markdown("questiontext"))},
            node.line,
        )
        return None
    if kind not in moodle_types.READERS:
        raise Unreadable(_("There is no type of question called “%(type)s” here.") % {"type": kind})
    asked = moodle_types.READERS[kind](question)
    body = asked.body or question.markdown("questiontext") + question.old_image()
    if not body:
        raise Unreadable(_("The question has no text."))
    question.warn_of_combined_feedback()
    return Draft(
        title=title_of(title, body),
        kind=asked.kind,
        body=body,
        data=asked.data | notes.details(node, MORE.get(asked.kind, ())),
        explanation=question.markdown("generalfeedback"),
        hints=tuple(hint for hint in (question.rich(one) for one in xml.children(node, "hint")) if hint),
        points=_bounded(question.plain("defaultgrade") or "", asked.points, 9999),
        penalty=_bounded(question.plain("penalty") or "", 0.0, 1),
        category=category,
        tags=tuple(
            filter(
                None, (xml.text_of(one).strip()[:60] for one in xml.children(xml.child(node, "tags"), "tag"))
            )
        ),
        reference=question.plain("idnumber")[:100],
        pictures=question.pictures.all(),
        line=node.line,
    )


def _bounded(text: str, otherwise: float, most: float) -> float:
    number = weights.read_number(text)
    if number is None or not 0 <= number <= most:
        return otherwise
    return weights.unround(text) if most == 1 else number


def _files(node: xml.Node) -> dict[str, bytes]:
    """Return all files in a question, by the address its texts use."""
    found = {}
    for file in xml.descendants(node, "file"):
        if file.get("encoding", "base64") != "base64":
            continue
        try:
            content = base64.b64decode("".join(xml.text_of(file).split()))
        except (binascii.Error, ValueError):
            continue
        path = (file.get("path") or "/").strip("/")
        name = f"{path}/{file.get('name', '')}".strip("/")
        found[f"@@PLUGINFILE@@/{name}"] = content
    return found
