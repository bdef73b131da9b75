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
    "ProjectDetails",
    "Refused",
    "add_judge",
    "adjust",
    "apply_regrade",
    "asks_consent",
    "begin_regrade",
    "check_open",
    "choose",
    "create_team",
    "declare_conflict",
    "discard_regrade",
    "give_consent",
    "grade_again",
    "hand_in",
    "hand_out",
    "hand_over",
    "join_team",
    "late_factor",
    "leave_team",
    "next_free_try",
    "next_look",
    "place",
    "register_project",
    "renew_join_code",
    "reorder",
    "submissions_of",
    "upload_exercise",
    "withdraw_project",
    "write_to",
]
