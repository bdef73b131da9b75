"""What people do: each service is one act, in one transaction, or it raises `Refused`."""

from quizzes.services.attempts import start_attempt
from quizzes.services.bank import create_question, revise_question
from quizzes.services.closing import answers_of, finish_overdue, hand_in, handed_in, receipt_holds, settle
from quizzes.services.contact import is_unheard, note_focus, note_seen, report_outage, written_elsewhere
from quizzes.services.deadlines import Moved
from quizzes.services.extensions import (
    accommodate,
    allowances_change,
    extend,
    more_time_for_everybody,
    take_back,
)
from quizzes.services.guests import (
    forget_guests,
    forgettable_guests,
    give_join_code,
    join_as_guest,
    quiz_to_join,
    remove_guest,
    rename_guest,
)
from quizzes.services.helping import note_check, take_hint
from quizzes.services.reopening import reopen_attempt
from quizzes.services.room import (
    arrive,
    discuss,
    end_discussion,
    invite,
    reveal,
    room_of,
    show_leaders,
    start_together,
)
from quizzes.services.running import (
    close_quiz,
    open_quiz,
    post_link,
    release_review,
    withdraw_review,
)
from quizzes.services.saving import answers_of_others, record_answer
from quizzes.services.settings import (
    change_settings,
    copy_quiz,
    create_quiz,
    delete_quiz,
    publish_quiz,
    unpublish_quiz,
)
from quizzes.services.slots import (
    add_draw,
    add_question,
    add_section,
    arrange,
    change_section,
    change_slot,
    move_section,
    move_slot,
    remove_section,
    remove_slot,
)
from quizzes.services.terms import copy_quizzes, dates_of_quizzes

__all__ = [
    "Moved",
    "accommodate",
    "add_draw",
    "add_question",
    "add_section",
    "allowances_change",
    "answers_of",
    "answers_of_others",
    "arrange",
    "arrive",
    "change_section",
    "change_settings",
    "change_slot",
    "close_quiz",
    "copy_quiz",
    "copy_quizzes",
    "create_question",
    "create_quiz",
    "dates_of_quizzes",
    "delete_quiz",
    "discuss",
    "end_discussion",
    "extend",
    "finish_overdue",
    "forget_guests",
    "forgettable_guests",
    "give_join_code",
    "hand_in",
    "handed_in",
    "invite",
    "is_unheard",
    "join_as_guest",
    "more_time_for_everybody",
    "move_section",
    "move_slot",
    "note_check",
    "note_focus",
    "note_seen",
    "open_quiz",
    "post_link",
    "publish_quiz",
    "quiz_to_join",
    "receipt_holds",
    "record_answer",
    "release_review",
    "remove_guest",
    "remove_section",
    "remove_slot",
    "rename_guest",
    "reopen_attempt",
    "report_outage",
    "reveal",
    "revise_question",
    "room_of",
    "settle",
    "show_leaders",
    "start_attempt",
    "start_together",
    "take_back",
    "take_hint",
    "unpublish_quiz",
    "withdraw_review",
    "written_elsewhere",
]
