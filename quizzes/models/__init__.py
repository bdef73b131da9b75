"""Questions, quizzes, attempts."""

from quizzes.models.attempt import Answer, Attempt, AttemptEvent, AttemptItem
from quizzes.models.entry import CodeTries
from quizzes.models.question import Category, Kind, Question, QuestionImage, QuestionVersion, Tag
from quizzes.models.quiz import Counts, Marking, Quiz, Section, Slot
from quizzes.models.regrade import Regrade, RegradeChange, SecondLook
from quizzes.models.room import Arrival, Room
from quizzes.models.upload import Upload

__all__ = [
    "Answer",
    "Arrival",
    "Attempt",
    "AttemptEvent",
    "AttemptItem",
    "Category",
    "CodeTries",
    "Counts",
    "Kind",
    "Marking",
    "Question",
    "QuestionImage",
    "QuestionVersion",
    "Quiz",
    "Regrade",
    "RegradeChange",
    "Room",
    "SecondLook",
    "Section",
    "Slot",
    "Tag",
    "Upload",
]
