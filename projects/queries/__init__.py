"""Reading: one annotated query a panel, frozen rows out."""

from projects.queries.awards import AwardLine, awards_of, candidates, published_awards
from projects.queries.board import BoardResult, Standing, Standings, board_results, standings_of
from projects.queries.calendars import Calendar, appointments
from projects.queries.cards import ChallengeCard, HandIn, cards_for, counting_of, history
from projects.queries.certificates import (
    Entitled,
    KindState,
    certificate_states,
    certificates_of,
    entitled,
    issued_certificates,
)
from projects.queries.gallery import ProjectCard, gallery, project_page
from projects.queries.judges import JudgeDesk, JudgingProgress, judge_desk, judging_progress
from projects.queries.judging import ENOUGH_LOOKS, JudgingReport, MarkLine, judging_report, mark_lines
from projects.queries.planning import STEP, Plan, availabilities_of, people_of_sessions, plan
from projects.queries.queue import QueueState, queue_state
from projects.queries.registrations import (
    ParticipantRow,
    answers_of,
    count_by_state,
    files_of,
    participant_rows,
    participants,
    waiting_ahead,
)
from projects.queries.regrades import RegradeReport, regrade_report
from projects.queries.results import HeatMap, Misconception, heat_map, misconceptions, progress
from projects.queries.reviewing import count_reviews, projects_to_review
from projects.queries.schedule import (
    PublicSchedule,
    Sitting,
    VersionRow,
    entries_of,
    hackathons_with_schedule,
    public_schedule,
    schedule_state,
    version_rows,
)
from projects.queries.sheets import Sheet, Step, sheet_of
from projects.queries.teams import (
    ChallengeRow,
    Member,
    TeamRow,
    acts_of_staff,
    authors_of,
    challenge_rows,
    members_of,
    project_of,
    team_rows,
)

__all__ = [
    "ENOUGH_LOOKS",
    "STEP",
    "AwardLine",
    "BoardResult",
    "Calendar",
    "ChallengeCard",
    "ChallengeRow",
    "Entitled",
    "HandIn",
    "HeatMap",
    "JudgeDesk",
    "JudgingProgress",
    "JudgingReport",
    "KindState",
    "MarkLine",
    "Member",
    "Misconception",
    "ParticipantRow",
    "Plan",
    "ProjectCard",
    "PublicSchedule",
    "QueueState",
    "RegradeReport",
    "Sheet",
    "Sitting",
    "Standing",
    "Standings",
    "Step",
    "TeamRow",
    "VersionRow",
    "acts_of_staff",
    "answers_of",
    "appointments",
    "authors_of",
    "availabilities_of",
    "awards_of",
    "board_results",
    "candidates",
    "cards_for",
    "certificate_states",
    "certificates_of",
    "challenge_rows",
    "count_by_state",
    "count_reviews",
    "counting_of",
    "entitled",
    "entries_of",
    "files_of",
    "gallery",
    "hackathons_with_schedule",
    "heat_map",
    "history",
    "issued_certificates",
    "judge_desk",
    "judging_progress",
    "judging_report",
    "mark_lines",
    "members_of",
    "misconceptions",
    "participant_rows",
    "participants",
    "people_of_sessions",
    "plan",
    "progress",
    "project_of",
    "project_page",
    "projects_to_review",
    "public_schedule",
    "published_awards",
    "queue_state",
    "regrade_report",
    "schedule_state",
    "sheet_of",
    "standings_of",
    "team_rows",
    "version_rows",
    "waiting_ahead",
]
