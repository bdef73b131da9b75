"""What stands in GIFT's braces: which kind of question it is, and the answers."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from quizzes.formats import gift_text, weights
from quizzes.formats.draft import Reading, Unreadable
from quizzes.formats.gift_text import Notes
from quizzes.kinds import Data

MAX_ANSWERS = 500
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}
_WEIGHT = re.compile(r"\s*%\s*([-−+]?[\d.,]+)\s*%")


@dataclass(frozen=True)
class Asked:
    """What a question asks for."""

    kind: str
    data: Data
    explanation: str = ""


@dataclass(frozen=True)
class Entry:
    """One answer in braces: the sign before it, its weight if one is written, its text and its feedback."""

    sign: str
    weight: float | None
    text: str
    feedback: str
    line: int


@dataclass(frozen=True)
class Braces:
    """What stands in braces, with what is needed to read it."""

    text: str
    format: str
    #: Where in the file each of its lines stands.
    lines: list[int]
    reading: Reading
    notes: Notes

    @property
    def line(self) -> int:
        """Return where they begin."""
        return self.lines[0]

    def line_at(self, place: int) -> int:
        """Return the line of a place at most as long as the text."""
        return self.lines[bisect_left(self._ends, place)]

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def markdown(self, text: str) -> str:
        """Return a text in them as Markdown."""
        return gift_text.markdown(text, self.format)


def read(text: str, form: str, lines: list[int], reading: Reading, notes: Notes) -> Asked:
    """Read the text between the braces, in the order in which Moodle tells the kinds apart."""
    answers, _mark, general = text.partition("####")
    inside = answers.strip()
    inside = gift_text.spare(
        inside, gift_text.SIGNS, lambda place: lines[inside.count("\n", 0, place)], reading
    )
    braces = Braces(inside, form, lines, reading, notes)
    kind, data = _kind_and_data(braces)
    return Asked(kind, data, braces.markdown(general))


def _kind_and_data(braces: Braces) -> tuple[str, Data]:
    text = braces.text
    statement = text.partition("#")[0].strip()
    if not text:
        return "essay", {}
    if text.startswith("#"):
        return "numeric", _numeric(braces)
    if statement.upper() in _TRUE | _FALSE:
        return "true_false", _true_false(braces)
    if "~" in text:
        return _choice(braces)
    if "=" in text and "->" in text:
        return "matching", _matching(braces)
    return "short_text", _short_text(braces)


def _entries(braces: Braces, text: str, *, signs: str = "=~", has_weights: bool = True) -> list[Entry]:
    """Split answers at their signs; an = in the middle of a word is text, and a trap."""
    starts = [match.start() for match in re.finditer(f"[{signs}]", text)]
    if len(starts) > MAX_ANSWERS:
        raise Unreadable(_("There are too many answers in one question."), braces.line)
    is_spaced = any(place == 0 or text[place - 1].isspace() for place in starts[1:]) or len(starts) == 1
    places = []
    for place in starts:
        if (
            place
            and text[place] == "="
            and is_spaced
            and not text[place - 1].isspace()
            and "%" not in text[place - 1]
        ):
            _warn_of_glued_sign(braces, text, place)
        else:
            places.append(place)
    if not places or text[: places[0]].strip():
        places.insert(0, -1)
    entries = []
    for place, end in zip(places, [*places[1:], len(text)], strict=True):
        line = braces.line_at(len(braces.text) - len(text) + max(place, 0))
        sign, piece = text[place] if place >= 0 else "=", text[place + 1 : end]
        entries.append(
            _entry(sign, piece, line) if has_weights else Entry(sign, None, piece.strip(), "", line)
        )
    return entries


def _warn_of_glued_sign(braces: Braces, text: str, place: int) -> None:
    around = re.search(r"[^\s~=]*$", text[max(0, place - 40) : place]), re.match(r"=+[^\s~=]*", text[place:])
    piece = "".join(match[0] for match in around if match)
    braces.reading.warn(
        _(
            "“%(piece)s”: Moodle begins a new answer at the = sign and splits this option. "
            "It was read as one; write %(escaped)s."
        )
        % {"piece": gift_text.plain(piece), "escaped": gift_text.escape(gift_text.plain(piece))},
        braces.line_at(len(braces.text) - len(text) + place),
    )


def _entry(sign: str, text: str, line: int) -> Entry:
    weight = None
    match = _WEIGHT.match(text)
    if match:
        weight = weights.read_percent(match[1])
        text = text[match.end() :]
    answer, _mark, feedback = text.partition("#")
    return Entry(sign, weight, answer.strip(), feedback.strip(), line)


def _choice(braces: Braces) -> tuple[str, Data]:
    entries = [entry for entry in _entries(braces, braces.text) if entry.text or entry.weight is not None]
    has_right = any(entry.sign == "=" for entry in entries)
    options = []
    for entry in entries:
        share = entry.weight if entry.weight is not None else float(entry.sign == "=")
        if entry.sign == "=" and entry.weight not in {None, 1.0}:
            braces.reading.warn(
                _(
                    "A weight after = is text to Moodle, which gives 100 %. "
                    "It was read as a weight; write ~%."
                ),
                entry.line,
            )
        options.append(
            (braces.markdown(entry.text), max(-1.0, min(1.0, share)), braces.markdown(entry.feedback))
        )
    if not has_right:
        data = weights.multiple(options)
        return "multiple", data | _flags(braces, "all_or_nothing")
    rights = sum(share >= 1 for _text, share, _feedback in options)
    if rights > 1:
        braces.reading.warn(
            _(
                "Several options are right: this was read as multiple choice. "
                "In Moodle only one can be chosen; write their weights, like ~%50%."
            ),
            braces.line,
        )
        return "multiple", weights.equal([(text, float(share >= 1), said) for text, share, said in options])
    return "single", weights.single(options)


def _flags(braces: Braces, *names: str) -> Data:
    return {name: True for name in names if braces.notes.other.get(name) == "1"}


def _true_false(braces: Braces) -> Data:
    statement, *said = braces.text.split("#")
    right = statement.strip().upper() in _TRUE
    if statement.strip() not in _TRUE | _FALSE:
        braces.reading.warn(
            _("“%(text)s” is a text to Moodle; it was read as true or false. Write TRUE or FALSE.")
            % {"text": statement.strip()},
            braces.line,
        )
    data: Data = {"right": right}
    if said and said[0].strip():  # the first is for the wrong answer
        data["feedback_false" if right else "feedback_true"] = braces.markdown(said[0])
    if said[1:] and said[1].strip():
        data["feedback_true" if right else "feedback_false"] = braces.markdown("#".join(said[1:]))
    return data


def _matching(braces: Braces) -> Data:
    pairs, distractors = [], []
    for entry in _entries(braces, braces.text, signs="=", has_weights=False):
        left, arrow, right = entry.text.partition("->")
        if not arrow:
            said = gift_text.plain(entry.text)
            raise Unreadable(_("“%(text)s” has no ->: write =left -> right.") % {"text": said}, entry.line)
        if left.strip():
            pairs.append({"left": braces.markdown(left), "right": gift_text.words(right)})
        else:
            distractors.append(gift_text.words(right))
    data: Data = {"pairs": pairs}
    if distractors:
        data["distractors"] = distractors
    return data | _flags(braces, "all_or_nothing")


def _short_text(braces: Braces) -> Data:
    accepted: list[str | Data] = []
    for entry in _entries(braces, braces.text, signs="="):
        text, feedback = gift_text.words(entry.text), braces.markdown(entry.feedback)
        extra: Data = {}
        if entry.weight not in {None, 1.0}:
            extra["fraction"] = entry.weight
        if feedback:
            extra["feedback"] = feedback
        accepted.append({"text": text} | extra if extra else text)
    return {"accepted": accepted} | _flags(braces, "case", "accents")


def _numeric(braces: Braces) -> Data:
    answers = []
    for entry in _entries(braces, braces.text[1:].strip()):
        if entry.sign == "~" or entry.text == "*":
            if (entry.weight or 0) > 0:
                raise Unreadable(_("“*” accepts every number: write the right one."), entry.line)
            if entry.feedback:
                braces.reading.warn(
                    _("The feedback for all other numbers was left out: write it into the explanation."),
                    entry.line,
                )
            continue
        answer = _number(entry)
        if entry.weight not in {None, 1.0}:
            answer["fraction"] = entry.weight
        if entry.feedback:
            answer["feedback"] = braces.markdown(entry.feedback)
        answers.append(answer)
    data: Data = {"answers": answers}
    if braces.notes.other.get("unit"):
        data["unit"] = braces.notes.other["unit"]
    return data


def _number(entry: Entry) -> Data:
    text = gift_text.plain(entry.text)
    low, dots, high = text.partition("..")
    value, _colon, tolerance = text.partition(":")
    numbers = [weights.read_decimal(part) for part in ((low, high) if dots else (value, tolerance or "0"))]
    first, second = numbers
    if first is None or second is None or (not dots and second < 0):
        raise Unreadable(
            _(
                "“%(text)s” is no number, so that Moodle would accept every answer. "
                "Write one, such as {#3.14:0.01} or {#1..5}, or leave out the # for an answer in words."
            )
            % {"text": text},
            entry.line,
        )
    if dots:
        return {"value": float((first + second) / 2), "absolute": float(abs(second - first) / 2)}
    return {"value": float(first)} | ({"absolute": float(second)} if second else {})
