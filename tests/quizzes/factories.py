"""Quizzes with questions, and people who take them."""

from datetime import timedelta

from classroom.models import Course
from quizzes import services
from quizzes.models import Quiz, Slot
from tests.factories import NOW, CourseFactory

SINGLE = {"options": [{"text": "A step", "right": True}, {"text": "A sigmoid"}, {"text": "ReLU"}]}
MULTIPLE = {
    "options": [{"text": "a", "right": True}, {"text": "b", "right": True}, {"text": "c"}, {"text": "d"}]
}
NUMERIC = {"answers": [{"value": 0.64, "absolute": 0.005}]}
SHORT_TEXT = {"accepted": ["chain rule", "kettenregel"]}
TRUE_FALSE = {"right": True}
ALL_KINDS = [
    ("single", SINGLE),
    ("multiple", MULTIPLE),
    ("numeric", NUMERIC),
    ("short_text", SHORT_TEXT),
    ("true_false", TRUE_FALSE),
]
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


def make_question(course: Course, kind="single", data=None, *, body="What is $x$?", explanation="", now=NOW):
    return services.create_question(
        course=course,
        name=f"A {kind} question",
        kind=kind,
        body=body,
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
