"""The tables of `projects`."""

from projects.models.announcement import EventAnnouncement, Reading, Reminder
from projects.models.award import Award
from projects.models.ballot import Ballot, Choice
from projects.models.board import Board, BoardData, Training, new_token
from projects.models.certificate import Certificate, CertificateKind, CertificateTemplate
from projects.models.challenge import BOARD_PREFIX, Challenge, DataSet
from projects.models.door import Scan
from projects.models.exercise import CustomExercise
from projects.models.exhibit import Notebook, NotebookPicture, ProjectDraft, ProjectPicture
from projects.models.hackathon import Consent, Hackathon
from projects.models.joining import (
    MAX_SKILL_LETTERS,
    MAX_SKILLS,
    Invitation,
    JoinRequest,
    Seeker,
    skills_in,
)
from projects.models.judging import Conflict, Criterion, Judge, Look, Mark
from projects.models.package import Package, PackagePart
from projects.models.registration import Answer, Registration, RegistrationQuestion
from projects.models.regrade import Regrade, Shadow, shadow_of
from projects.models.schedule import (
    Availability,
    CalendarToken,
    Room,
    Schedule,
    Session,
    Slot,
)
from projects.models.submission import (
    MAX_ATTEMPTS,
    FunctionGrade,
    Gradable,
    Source,
    State,
    Submission,
    new_seed,
)
from projects.models.team import FailedJoin, Membership, Project, Team, new_join_code
from projects.models.track import Track, TrackEntry, competing

__all__ = [
    "BOARD_PREFIX",
    "MAX_ATTEMPTS",
    "MAX_SKILLS",
    "MAX_SKILL_LETTERS",
    "Answer",
    "Availability",
    "Award",
    "Ballot",
    "Board",
    "BoardData",
    "CalendarToken",
    "Certificate",
    "CertificateKind",
    "CertificateTemplate",
    "Challenge",
    "Choice",
    "Conflict",
    "Consent",
    "Criterion",
    "CustomExercise",
    "DataSet",
    "EventAnnouncement",
    "FailedJoin",
    "FunctionGrade",
    "Gradable",
    "Hackathon",
    "Invitation",
    "JoinRequest",
    "Judge",
    "Look",
    "Mark",
    "Membership",
    "Notebook",
    "NotebookPicture",
    "Package",
    "PackagePart",
    "Project",
    "ProjectDraft",
    "ProjectPicture",
    "Reading",
    "Registration",
    "RegistrationQuestion",
    "Regrade",
    "Reminder",
    "Room",
    "Scan",
    "Schedule",
    "Seeker",
    "Session",
    "Shadow",
    "Slot",
    "Source",
    "State",
    "Submission",
    "Team",
    "Track",
    "TrackEntry",
    "Training",
    "competing",
    "new_join_code",
    "new_seed",
    "new_token",
    "shadow_of",
    "skills_in",
]
