"""Questions, quizzes, attempts."""

from quizzes.models.attempt import Answer, Attempt, AttemptItem
from quizzes.models.question import Category, Kind, Question, QuestionVersion
from quizzes.models.quiz import Quiz, Slot

__all__ = [
    "Answer",
    "Attempt",
    "AttemptItem",
    "Category",
    "Kind",
    "Question",
    "QuestionVersion",
    "Quiz",
    "Slot",
]
