"""What people do: each service is one act, in one transaction, or it raises `Refused`."""

from projects.errors import Refused
from projects.services.exercises import hand_out, upload_exercise
from projects.services.handing_in import (
    check_open,
    choose,
    hand_in,
    late_factor,
    next_free_try,
    submissions_of,
)
from projects.services.judging import add_judge, declare_conflict, next_look, place, reorder
from projects.services.letters import write_to
from projects.services.organising import (
    add_challenge,
    add_question,
    change_challenge,
    change_event,
    change_question,
    create_event,
    move,
    publish,
    remove_challenge,
    remove_question,
    unpublish,
)
from projects.services.participants import (
    Given,
    accept_offer,
    decline,
    give_place,
    register,
    save_draft,
    withdraw,
)
from projects.services.places import settle_if_due
from projects.services.registration import ProjectDetails, register_project, withdraw_project
from projects.services.regrading import apply_regrade, begin_regrade, discard_regrade
from projects.services.staff import adjust, grade_again
from projects.services.teams import (
    asks_consent,
    create_team,
    give_consent,
    hand_over,
    join_team,
    leave_team,
    renew_join_code,
)

__all__ = [
    "Given",
    "ProjectDetails",
    "Refused",
    "accept_offer",
    "add_challenge",
    "add_judge",
    "add_question",
    "adjust",
    "apply_regrade",
    "asks_consent",
    "begin_regrade",
    "change_challenge",
    "change_event",
    "change_question",
    "check_open",
    "choose",
    "create_event",
    "create_team",
    "declare_conflict",
    "decline",
    "discard_regrade",
    "give_consent",
    "give_place",
    "grade_again",
    "hand_in",
    "hand_out",
    "hand_over",
    "join_team",
    "late_factor",
    "leave_team",
    "move",
    "next_free_try",
    "next_look",
    "place",
    "publish",
    "register",
    "register_project",
    "remove_challenge",
    "remove_question",
    "renew_join_code",
    "reorder",
    "save_draft",
    "settle_if_due",
    "submissions_of",
    "unpublish",
    "upload_exercise",
    "withdraw",
    "withdraw_project",
    "write_to",
]
