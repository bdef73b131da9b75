"""Quizzes with questions, and people who take them."""

from datetime import timedelta

from classroom import clock
from classroom.models import Course
from quizzes import services
from quizzes.models import Attempt, Quiz, Slot
from tests.factories import NOW, CourseFactory, student_of

SINGLE = {"options": [{"text": "A step", "right": True}, {"text": "An ELU"}, {"text": "ReLU"}]}
MULTIPLE = {
    "options": [{"text": "a", "right": True}, {"text": "b", "right": True}, {"text": "c"}, {"text": "d"}]
}
NUMERIC = {"answers": [{"value": 0.64, "absolute": 0.005}]}
SHORT_TEXT = {"accepted": ["chain rule", "kettenregel"]}
TRUE_FALSE = {"right": True}
MATCHING = {
    "pairs": [
        {"left": "sigmoid", "right": "0 to 1"},
        {"left": "tanh", "right": "−1 to 1"},
        {"left": "softmax", "right": "0 to 1"},
    ],
    "distractors": ["0 to ∞"],
}
ORDERING = {"items": ["zero the gradients", "forward", "backward", "step"]}
CLOZE = {
    "gaps": [
        {"kind": "short_text", "data": SHORT_TEXT},
        {"kind": "numeric", "data": NUMERIC, "points": 2},
        {"kind": "single", "data": SINGLE},
    ]
}
MATRIX = {"value": [[1, 2, 3], [4, 5, 6]], "absolute": 0.01}
NUMPY_LINE = {
    "before": "m = X.shape[0]",
    "result": "Z",
    "arguments": [
        {"name": "X", "shape": ["m", "n"]},
        {"name": "W", "shape": ["n", "k"]},
        {"name": "b", "shape": ["k"]},
    ],
    "reference": "X @ W + b",
    "checks": 3,
}
ESSAY = {
    "rubric": [
        {
            "criterion": "Argument",
            "weight": 2,
            "levels": [{"text": "none", "fraction": 0}, {"text": "complete", "fraction": 1}],
        },
        {
            "criterion": "Words",
            "levels": [{"text": "vague", "fraction": 0.5}, {"text": "exact", "fraction": 1}],
        },
    ],
    "min_words": 2,
    "max_words": 200,
}
ALL_KINDS = [
    ("single", SINGLE),
    ("multiple", MULTIPLE),
    ("numeric", NUMERIC),
    ("short_text", SHORT_TEXT),
    ("true_false", TRUE_FALSE),
    ("matching", MATCHING),
    ("ordering", ORDERING),
    ("cloze", CLOZE),
    ("matrix", MATRIX),
    ("numpy_line", NUMPY_LINE),
    ("essay", ESSAY),
]
#: Questions whose text must say more than "What is x?".
BODIES = {"cloze": "By the {{1}} it is {{2}}, and the learning rate scales {{3}}."}
GRADIENT = {
    "function": "(w * x - y)^2",
    "by": "w",
    "variables": {"w": [-2, 2], "x": [-2, 2], "y": [-2, 2]},
    "solution": "2 * x * (w * x - y)",
}
#: Kinds whose questions are drawn for every student.
DRAWN_KINDS = [
    ("shapes", {"network": "convolutional"}),
    ("shapes", {"network": "recurrent"}),
    ("shapes", {"network": "dense"}),
    ("backprop", {"ask": "all"}),
    ("backprop", {}),
    ("convolution", {"size": 5, "kernel": 3, "stride": 2, "padding": 1}),
    ("loss_curve", {}),
    ("boundary", {}),
]


def make_question(course: Course, kind="single", data=None, *, body="", explanation="", now=NOW):
    return services.create_question(
        course=course,
        name=f"A {kind} question",
        kind=kind,
        body=body or BODIES.get(kind, "What is $x$?"),
        data=dict(ALL_KINDS)[kind] if data is None else data,
        explanation=explanation,
        now=now,
    )


def make_quiz(course=None, kinds=("single", "numeric"), *, now=NOW, is_open=True, **fields) -> Quiz:
    course = course or CourseFactory()
    defaults = {
        "title": "Feed-forward nets",
        "time_limit_seconds": 360,
        "published_at": now - timedelta(days=1),
        "opens_at": now - timedelta(minutes=1) if is_open else None,
    }
    quiz = Quiz.objects.create(course=course, **defaults | fields)
    for position, kind in enumerate(kinds, start=1):
        Slot.objects.create(quiz=quiz, position=position, question=make_question(course, kind), points=2)
    return quiz


def save(attempt: Attempt, position: int, *value: str, seq=1, now=None, **more):
    """Save an answer as the attempt's own student does."""
    return services.record_answer(
        attempt_id=attempt.pk,
        user=attempt.user,
        position=position,
        seq=seq,
        value=list(value),
        now=now or clock.now(),
        **{"client": "tab"} | more,
    )


def take(
    quiz: Quiz, *values: str, user=None, name="Ada", now=None, step=0, last=0, finish=True, **more
) -> Attempt:
    """Take a quiz: the answers by position, one every `step` seconds, and hand in after `last` seconds."""
    user, now = user or student_of(quiz.course, user__name=name), now or clock.now()
    attempt = services.start_attempt(quiz=quiz, user=user, now=now)
    for position, value in enumerate(values, start=1):
        save(attempt, position, value, seq=position, now=now + timedelta(seconds=step * position), **more)
    return services.hand_in(attempt=attempt, now=now + timedelta(seconds=last)) if finish else attempt
