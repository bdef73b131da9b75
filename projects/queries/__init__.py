"""Reading: one annotated query a panel, frozen rows out."""

from projects.queries.cards import ChallengeCard, HandIn, cards_for, counting_of, history
from projects.queries.gallery import ProjectCard, gallery, project_page
from projects.queries.judging import ENOUGH_LOOKS, JudgingReport, judging_report
from projects.queries.queue import QueueState, queue_state
from projects.queries.registrations import answers_of, files_of, waiting_ahead
from projects.queries.regrades import RegradeReport, regrade_report
from projects.queries.results import HeatMap, Misconception, heat_map, misconceptions, progress
from projects.queries.sheets import Sheet, Step, sheet_of
from projects.queries.teams import (
    ChallengeRow,
    Member,
    TeamRow,
    challenge_rows,
    members_of,
    project_of,
    team_rows,
)

__all__ = [
    "ENOUGH_LOOKS",
    "ChallengeCard",
    "ChallengeRow",
    "HandIn",
    "HeatMap",
    "JudgingReport",
    "Member",
    "Misconception",
    "ProjectCard",
    "QueueState",
    "RegradeReport",
    "Sheet",
    "Step",
    "TeamRow",
    "answers_of",
    "cards_for",
    "challenge_rows",
    "counting_of",
    "files_of",
    "gallery",
    "heat_map",
    "history",
    "judging_report",
    "members_of",
    "misconceptions",
    "progress",
    "project_of",
    "project_page",
    "queue_state",
    "regrade_report",
    "sheet_of",
    "team_rows",
    "waiting_ahead",
]
