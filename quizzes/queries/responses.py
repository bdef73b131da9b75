"""What was answered to one question of a quiz, and the wrong ideas behind all wrong answers."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from quizzes.kinds import KINDS, Data, Value
from quizzes.kinds.ideas import in_words
from quizzes.models import Answer, Attempt, AttemptItem, Question, QuestionVersion, Quiz
from quizzes.queries.counted import Which, counted_attempts
from quizzes.queries.standing import logs_in, standing_in
from quizzes.statistics.responses import Answered, Part, misconceptions, tally, thirds


@dataclass(frozen=True)
class VersionResponses:
    """What was answered to one version of a question; `upper` and `lower` are the sizes of the thirds."""

    version: QuestionVersion
    answers: int
    upper: int
    lower: int
    parts: list[Part]

    @property
    def body(self) -> str:
        """The question's text, without its fields."""
        kind = KINDS.get(self.version.kind)
        return kind.bare(self.version.body) if kind else self.version.body


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, and in how many of the attempts that could show it, it does; by question.

    `told` is what its kind says to who holds it, where the idea is one of the kind's.
    """

    name: str
    told: str
    count: int
    attempts: int
    questions: list[tuple[int, str, int]]

    @property
    def percent(self) -> float:
        """The share of attempts."""
        return 100 * self.count / self.attempts if self.attempts else 0.0


@dataclass(frozen=True)
class AnsweredItem:
    """A question in an attempt with the answer that stands."""

    attempt: Attempt
    version_id: int
    key_id: int
    variant: Data
    points: float | None
    misconception: str
    value: Value


def answered_items(*, quiz: Quiz, which: Which, question: Question | None = None) -> list[AnsweredItem]:
    """Return what was given in the attempts that count, or only `question`, in three queries."""
    attempts = {attempt.pk: attempt for attempt in counted_attempts(quiz=quiz, which=which)}
    items = AttemptItem.objects.filter(attempt__quiz=quiz)
    answers = Answer.objects.filter(attempt__quiz=quiz)
    if question is not None:
        items = items.filter(version__question=question)
        answers = answers.filter(
            Exists(items.filter(attempt=OuterRef("attempt"), position=OuterRef("position")))
        )
    standing = standing_in(logs_in(answers))
    rows = items.order_by("attempt", "position").values_list(
        *("attempt_id", "position", "version_id", "scored_by_id", "variant", "points", "verdict")
    )
    return [
        AnsweredItem(
            attempt=attempts[attempt_id],
            version_id=version_id,
            key_id=scored_by_id or version_id,
            variant=variant,
            points=points,
            misconception=str(verdict.get("misconception", "")),
            value=standing[attempt_id, position].value if (attempt_id, position) in standing else [],
        )
        for attempt_id, position, version_id, scored_by_id, variant, points, verdict in rows
        if attempt_id in attempts
    ]


def responses(items: list[AnsweredItem]) -> list[VersionResponses]:
    """Return what was answered to a question, the newest version first, in one query."""
    versions = QuestionVersion.objects.in_bulk(
        {pk for item in items for pk in (item.version_id, item.key_id)}
    )
    by_version: defaultdict[int, list[AnsweredItem]] = defaultdict(list)
    for item in items:
        by_version[item.version_id].append(item)
    return [
        _version(versions[pk], versions[max(item.key_id for item in by_version[pk])], by_version[pk])
        for pk in sorted(by_version, reverse=True)
    ]


def _version(version: QuestionVersion, key: QuestionVersion, items: list[AnsweredItem]) -> VersionResponses:
    """Count what was answered to `version`; `key`, a mended version after a regrade, says what is right."""
    third = thirds((_rest(item), number) for number, item in enumerate(items))
    answers = [Answered(item.value, third.get(number, "")) for number, item in enumerate(items)]
    drawn = any(item.variant for item in items)
    return VersionResponses(
        version=version,
        answers=len(items),
        upper=sum(answer.third == "upper" for answer in answers),
        lower=sum(answer.third == "lower" for answer in answers),
        parts=[] if drawn else tally(version.kind, key.data, answers),
    )


def _rest(item: AnsweredItem) -> float:
    return (item.attempt.score or 0.0) - (item.points or 0.0)


@dataclass(frozen=True)
class Held:
    """A wrong idea behind one person's answer to one question."""

    user_id: int
    attempt_id: int
    question: str
    name: str
    told: str


def held_in(items: list[AnsweredItem]) -> list[Held]:
    """Return who holds which wrong idea, in one query."""
    versions = QuestionVersion.objects.select_related("question").in_bulk({item.key_id for item in items})
    known: dict[tuple[int, tuple[str, ...]], dict[str, str]] = {}
    return [
        Held(item.attempt.user_id, item.attempt.pk, versions[item.key_id].question.name, name, told)
        for item in items
        for name, told in _ideas(item, versions[item.key_id], known).items()
    ]


def misconceptions_in(items: list[AnsweredItem]) -> list[Misconception]:
    """Return the wrong ideas behind answers, the most frequent first, in one query."""
    versions = QuestionVersion.objects.select_related("question").in_bulk({item.key_id for item in items})
    known: dict[tuple[int, tuple[str, ...]], dict[str, str]] = {}
    holders: defaultdict[str, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    told: defaultdict[str, set[str]] = defaultdict(set)
    asked: defaultdict[int, set[int]] = defaultdict(set)
    for item in items:
        question = versions[item.key_id].question_id
        asked[question].add(item.attempt.pk)
        for name, words in _ideas(item, versions[item.key_id], known).items():
            holders[name][question].add(item.attempt.pk)
            told[name].add(words)
    names = {version.question_id: version.question.name for version in versions.values()}
    found = [
        Misconception(
            name=name,
            told=min(told[name], key=len),
            count=len(set().union(*by_question.values())),
            attempts=len(set().union(*(asked[pk] for pk in by_question))),
            questions=sorted(
                ((pk, names[pk], len(who)) for pk, who in by_question.items()), key=lambda row: -row[2]
            ),
        )
        for name, by_question in holders.items()
    ]
    return sorted(found, key=lambda idea: (-idea.count, idea.name))


def _ideas(
    item: AnsweredItem, version: QuestionVersion, known: dict[tuple[int, tuple[str, ...]], dict[str, str]]
) -> dict[str, str]:
    """Return the ideas behind one answer; the same answer to the same version is looked at once."""
    if item.variant:
        found = misconceptions(version.kind, version.data | item.variant, item.value)
    else:
        key = (version.pk, tuple(item.value))
        if key not in known:
            known[key] = misconceptions(version.kind, version.data, item.value)
        found = known[key]
    name = in_words(version.kind, item.misconception)
    return found | ({name: ""} if name and name not in found else {})
