"""What every course has."""

from classroom.models.agenda import ScheduleItem
from classroom.models.announcement import Announcement
from classroom.models.attendance import Attendance
from classroom.models.audit import AuditEntry
from classroom.models.calendar import CalendarEntry, CalendarFeed
from classroom.models.course import Course, Reference, Topic, Week
from classroom.models.entrance import (
    EnrolmentRequest,
    Entrance,
    InviteLink,
    digest_of,
    new_course_code,
)
from classroom.models.gradebook import (
    GradeCategory,
    GradeChange,
    GradeColumn,
    GradeMark,
    GradeUpload,
    PassingRule,
)
from classroom.models.help import HelpDesk, HelpRequest
from classroom.models.leased import Leased
from classroom.models.material import Material, MaterialFile
from classroom.models.notice import Notice, NoticeSettings
from classroom.models.outbox import Outbox
from classroom.models.outcome import Mistake, Outcome, Standing, Tally, standing_is
from classroom.models.people import Accommodation, Enrolment, Extension, Group, Role
from classroom.models.privacy import ErasureRequest
from classroom.models.session import Session
from classroom.models.sign_in import SignInCode
from classroom.models.token import ApiToken, Scope
from classroom.models.user import User

__all__ = [
    "Accommodation",
    "Announcement",
    "ApiToken",
    "Attendance",
    "AuditEntry",
    "CalendarEntry",
    "CalendarFeed",
    "Course",
    "Enrolment",
    "EnrolmentRequest",
    "Entrance",
    "ErasureRequest",
    "Extension",
    "GradeCategory",
    "GradeChange",
    "GradeColumn",
    "GradeMark",
    "GradeUpload",
    "Group",
    "HelpDesk",
    "HelpRequest",
    "InviteLink",
    "Leased",
    "Material",
    "MaterialFile",
    "Mistake",
    "Notice",
    "NoticeSettings",
    "Outbox",
    "Outcome",
    "PassingRule",
    "Reference",
    "Role",
    "ScheduleItem",
    "Scope",
    "Session",
    "SignInCode",
    "Standing",
    "Tally",
    "Topic",
    "User",
    "Week",
    "digest_of",
    "new_course_code",
    "standing_is",
]
