"""What the site keeps of learning platforms."""

from classroom.lti.models.context import Context, WorkLink
from classroom.lti.models.entry import DeepLinking, Entry
from classroom.lti.models.identity import Identity
from classroom.lti.models.platform import Invitation, Platform, ToolKey
from classroom.lti.models.roster import Roster
from classroom.lti.models.score import Score

__all__ = [
    "Context",
    "DeepLinking",
    "Entry",
    "Identity",
    "Invitation",
    "Platform",
    "Roster",
    "Score",
    "ToolKey",
    "WorkLink",
]
