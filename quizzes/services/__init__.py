"""What people do: each service is one act, in one transaction, or it raises `Refused`."""

from quizzes.services.attempts import finish_overdue, hand_in, record_answer, settle, start_attempt
from quizzes.services.bank import create_question, revise_question
from quizzes.services.running import close_quiz, extend, open_quiz, release_review, withdraw_review

__all__ = [
    "close_quiz",
    "create_question",
    "extend",
    "finish_overdue",
    "hand_in",
    "open_quiz",
    "record_answer",
    "release_review",
    "revise_question",
    "settle",
    "start_attempt",
    "withdraw_review",
]
