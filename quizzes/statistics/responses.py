"""How often what was answered: options with who chose them, texts and numbers that many wrote. Pure.

The upper and the lower third of the attempts, by their points in the other questions, are counted apart: a
good wrong option draws the lower third, a right one the upper.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quizzes.kinds import KINDS, Data, Value
from quizzes.kinds.base import chosen_places, fraction_of, options_of, rows_of
from quizzes.kinds.ideas import in_words
from quizzes.kinds.matching import choices
from quizzes.kinds.numeric import read_number
from quizzes.kinds.short_text import normal_form

#: So many different texts are listed, the most frequent ones.
LISTED = 12
CHOICES = frozenset({"single", "multiple", "true_false"})

UPPER, LOWER = "upper", "lower"


@dataclass(frozen=True)
class Answered:
    """What one attempt says to a question, and its third: `UPPER`, `LOWER` or ""."""

    value: Value
    third: str = ""


@dataclass(frozen=True)
class Response:
    """One way to answer, as Markdown: how right it is, and how many chose it."""

    text: str
    fraction: float
    count: int
    upper: int
    lower: int
    misconception: str = ""

    @property
    def tone(self) -> str:
        """The tone the design gives it."""
        return "good" if self.fraction >= 1 else "warn" if self.fraction > 0 else ""


@dataclass(frozen=True)
class Part:
    """One thing asked: the question, a gap of it, or a pair to be matched; and what was answered."""

    title: str
    responses: list[Response]
    unlisted: int
    empty: int


def tally(kind: str, data: Data, answers: Sequence[Answered]) -> list[Part]:
    """Return what was answered to a question, part by part.

    Questions that are drawn anew for everybody have no common answers: nothing is returned for them.
    """
    if kind in CHOICES:
        return [_options("", _with_options(kind, data), answers, several=kind == "multiple")]
    if kind == "matching":
        return _pairs(data, answers)
    if kind == "cloze":
        return _gaps(data, answers)
    if kind == "essay" or kind not in KINDS:
        return []
    return [_texts("", kind, data, answers)]


def misconceptions(kind: str, data: Data, value: Value) -> dict[str, str]:
    """Return the wrong ideas that the author or the kind sees behind an answer, with what is said of each."""
    if not any(part.strip() for part in value) or kind not in KINDS:
        return {}
    found = {str(option.get("misconception", "")).strip(): "" for option in _chosen(kind, data, value)}
    score = KINDS[kind].score(data, value)
    name = in_words(kind, score.misconception)
    if name not in found:
        found[name] = score.feedback
    return {name: told for name, told in found.items() if name}


def same_text(kind: str, value: Value) -> str:
    """Return one text for all answers that say the same, however they are spelled."""
    parts = sorted(value) if kind == "multiple" else value
    return "\n".join(_KEYS.get(kind, _plain)(part) for part in parts)


def thirds(ranks: Iterable[tuple[float, int]]) -> dict[int, str]:
    """Return who is in the upper and who in the lower third, from (points, number); nobody below six."""
    order = [number for _, number in sorted(ranks)]
    size = len(order) // 3 if len(order) >= 6 else 0
    return dict.fromkeys(order[:size], LOWER) | dict.fromkeys(order[len(order) - size :], UPPER)


def _chosen(kind: str, data: Data, value: Value) -> list[Data]:
    if kind not in {"single", "multiple"}:
        return []
    return [options_of(data)[place] for place in chosen_places(data, value)]


def _with_options(kind: str, data: Data) -> Data:
    if kind != "true_false":
        return data
    right = bool(data.get("right"))
    said = [{"text": _("True"), "right": right}, {"text": _("False"), "right": not right}]
    return {"options": said, "in_order": True}


def _options(title: str, data: Data, answers: Sequence[Answered], *, several: bool) -> Part:
    """Count every option, those nobody chose too."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    empty = 0
    for answer in answers:
        places = chosen_places(data, answer.value)
        if not places or (not several and len(places) > 1):
            empty += 1
            continue
        for place in places:
            counts[place][answer.third] += 1
    responses = [
        _response(
            str(option.get("text", "")), fraction_of(option), counts[n], str(option.get("misconception", ""))
        )
        for n, option in enumerate(options_of(data))
    ]
    return Part(title, responses, unlisted=0, empty=empty)


def _response(text: str, fraction: float, counts: Counter[str], misconception: str = "") -> Response:
    return Response(text, fraction, counts.total(), counts[UPPER], counts[LOWER], misconception)


def _pairs(data: Data, answers: Sequence[Answered]) -> list[Part]:
    """Count, for every left side, what it was matched with."""
    pairs, texts = rows_of(data, "pairs"), choices(data)
    parts = []
    for place, pair in enumerate(pairs):
        options = [{"text": text, "right": text == pair.get("right")} for text in texts]
        said = [Answered(answer.value[place : place + 1], answer.third) for answer in answers]
        parts.append(_options(str(pair.get("left", "")), {"options": options}, said, several=False))
    return parts


def _gaps(data: Data, answers: Sequence[Answered]) -> list[Part]:
    """Count, for every gap of a text, what was filled in."""
    parts = []
    for place, gap in enumerate(rows_of(data, "gaps")):
        kind, inside = str(gap.get("kind", "")), gap.get("data", {})
        title = _("Gap %(number)d") % {"number": place + 1}
        said = [Answered(answer.value[place : place + 1], answer.third) for answer in answers]
        if kind in CHOICES:
            parts.append(_options(title, _with_options(kind, inside), said, several=False))
        elif kind in KINDS:
            parts.append(_texts(title, kind, inside, said))
    return parts


def _texts(title: str, kind: str, data: Data, answers: Sequence[Answered]) -> Part:
    """Count what was written, spellings of the same together under the most frequent one."""
    spellings: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    empty = 0
    for answer in answers:
        if not any(part.strip() for part in answer.value):
            empty += 1
            continue
        key = same_text(kind, answer.value)
        spellings[key][tuple(answer.value)] += 1
        counts[key][answer.third] += 1
    listed = sorted(counts, key=lambda key: (-counts[key].total(), key))
    responses = []
    for key in listed[:LISTED]:
        value = list(spellings[key].most_common(1)[0][0])
        score = KINDS[kind].score(data, value)
        text = ", ".join(KINDS[kind].said(data, value))
        idea = in_words(kind, score.misconception)
        responses.append(_response(text, score.fraction, counts[key], idea))
    return Part(title, responses, unlisted=sum(counts[key].total() for key in listed[LISTED:]), empty=empty)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _folded(text: str) -> str:
    return normal_form(text, case=False, accents=False)


def _number(text: str) -> str:
    number = read_number(text)
    return _plain(text) if number is None else repr(number)


_KEYS: dict[str, Callable[[str], str]] = {"short_text": _folded, "numeric": _number}
