"""What people do: each service is one act, in one transaction, or it raises `Refused`."""

from quizzes.services.attempts import finish_overdue, hand_in, record_answer, settle, start_attempt
from quizzes.services.bank import create_question, revise_question
from quizzes.services.guests import (
    forget_guests,
    give_join_code,
    join_as_guest,
    quiz_to_join,
    remove_guest,
    rename_guest,
)
from quizzes.services.room import arrive, room_of
from quizzes.services.running import close_quiz, extend, open_quiz, release_review, withdraw_review

__all__ = [
    "arrive",
    "close_quiz",
    "create_question",
    "extend",
    "finish_overdue",
    "forget_guests",
    "give_join_code",
    "hand_in",
    "join_as_guest",
    "open_quiz",
    "quiz_to_join",
    "record_answer",
    "release_review",
    "remove_guest",
    "rename_guest",
    "revise_question",
    "room_of",
    "settle",
    "start_attempt",
    "withdraw_review",
]
