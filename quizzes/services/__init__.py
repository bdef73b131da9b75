"""What people do: each service is one act, in one transaction, or it raises `Refused`."""

from quizzes.services.attempts import start_attempt
from quizzes.services.bank import create_question, revise_question
from quizzes.services.closing import answers_of, finish_overdue, hand_in, handed_in, receipt_holds, settle
from quizzes.services.contact import is_unheard, note_focus, note_seen, report_outage, written_elsewhere
from quizzes.services.guests import (
    forget_guests,
    give_join_code,
    join_as_guest,
    quiz_to_join,
    remove_guest,
    rename_guest,
)
from quizzes.services.helping import note_check, take_hint
from quizzes.services.reopening import reopen_attempt
from quizzes.services.room import arrive, room_of
from quizzes.services.running import close_quiz, extend, open_quiz, release_review, withdraw_review
from quizzes.services.saving import answers_of_others, record_answer

__all__ = [
    "answers_of",
    "answers_of_others",
    "arrive",
    "close_quiz",
    "create_question",
    "extend",
    "finish_overdue",
    "forget_guests",
    "give_join_code",
    "hand_in",
    "handed_in",
    "is_unheard",
    "join_as_guest",
    "note_check",
    "note_focus",
    "note_seen",
    "open_quiz",
    "quiz_to_join",
    "receipt_holds",
    "record_answer",
    "release_review",
    "remove_guest",
    "rename_guest",
    "reopen_attempt",
    "report_outage",
    "revise_question",
    "room_of",
    "settle",
    "start_attempt",
    "take_hint",
    "withdraw_review",
    "written_elsewhere",
]
