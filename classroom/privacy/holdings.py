"""Which table holds what of a person, and what becomes of it; a test wants every table with people here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from classroom.models import User


class Fate(StrEnum):
    """What becomes of a person's rows when the person is made anonymous."""

    KEPT = "kept"  # stays, and is the anonymous account's
    BLANKED = "blanked"  # stays, without what tells who it was
    DELETED = "deleted"


@dataclass(frozen=True)
class Scope:
    """Whose data are given out, when, and of which quizzes the person may see the results."""

    user: User
    now: datetime
    quizzes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Holding:
    """Rows of one table that are about a person.

    Attributes
    ----------
    owners
        Lookups from a row to the person; a row is theirs by any of them.
    hide
        Fields that do not leave: secrets, answer keys, what belongs to others.
    show
        What is told beside a row's own fields, so that ids mean something.
    blank
        What takes the place of what tells who it was.
    only
        Which rows are given out; results that students do not see yet are not.
    file
        Lookups to a row's file and its name.
    """

    label: str
    owners: tuple[str, ...]
    fate: Fate
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    blank: Mapping[str, object] = field(default_factory=dict)
    only: Callable[[Scope], Q] = lambda _scope: Q()
    file: tuple[str, str] | None = None

    @property
    def model(self) -> type[Model]:
        """The table."""
        return apps.get_model(self.label)

    def rows(self, user: User) -> "QuerySet[Model]":
        """Return the person's rows, each once."""
        theirs = Q(pk__in=[])
        for owner in self.owners:
            theirs |= Q(**{owner: user.email if owner.endswith("email") else user.pk})
        manager = self.model._default_manager
        return manager.filter(pk__in=manager.filter(theirs).values("pk"))


def _kept(label: str, *owners: str, **more: object) -> Holding:
    return Holding(label, owners or ("user",), Fate.KEPT, **more)  # type: ignore[arg-type]  # as named there


def _deleted(label: str, *owners: str, **more: object) -> Holding:
    return Holding(label, owners or ("user",), Fate.DELETED, **more)  # type: ignore[arg-type]  # as named there


def _blanked(label: str, *owners: str, **more: object) -> Holding:
    return Holding(label, owners or ("user",), Fate.BLANKED, **more)  # type: ignore[arg-type]  # as named there


def _seen_results(scope: Scope) -> Q:
    return Q(attempt__quiz__in=scope.quizzes)


SITE = (
    _blanked("classroom.User", "pk", hide=("password",)),
    _kept("classroom.Enrolment", show=("course__title",)),
    _deleted("classroom.EnrolmentRequest", show=("course__title",)),
    _kept("classroom.ErasureRequest"),
    _deleted("classroom.Accommodation", show=("course__title",)),
    _blanked("classroom.Extension", blank={"reason": ""}, show=("course__title",)),
    _blanked("classroom.HelpRequest", "asked_by"),  # its party's name, see anonymising
    _blanked(  # names in its details, see anonymising
        "classroom.AuditEntry",
        "about",
        "actor",
        show=("course__title",),
        only=lambda scope: Q(about=scope.user.pk) | Q(about=None),  # acts on others are theirs
    ),
    _deleted("classroom.Session", hide=("session_key", "session_data")),
    _deleted("classroom.SignInCode", hide=("digest",)),
    _deleted("classroom.Notice", show=("course__title",)),
    _deleted("classroom.NoticeSettings"),
    _blanked(
        "classroom.GradeMark",
        blank={"reason": ""},
        show=("column__title", "column__course__title"),
        only=lambda scope: Q(column__released_at__lte=scope.now),
    ),
    _blanked(
        "classroom.GradeChange",
        "mark__user",
        blank={"reason": ""},
        only=lambda scope: Q(mark__column__released_at__lte=scope.now),
    ),
    _deleted("classroom.GradeUpload"),
    _kept("classroom.Attendance", show=("session__title", "course__title")),
    _deleted("classroom.CalendarFeed", hide=("token",)),
    _deleted("classroom.ApiToken", hide=("digest",)),
    _deleted("classroom.Outcome", only=lambda _scope: Q(pk__in=[])),  # counted from the rest, and again
    _deleted("classroom.Mistake", only=lambda _scope: Q(pk__in=[])),
    _deleted("account.EmailAddress"),
    _deleted("socialaccount.SocialAccount"),
    _deleted("lti.Identity"),
    _deleted("lti.DeepLinking", hide=("token", "asked")),
    _kept("lti.Score"),
)

QUIZZES = (
    _blanked(
        "quizzes.Attempt", blank={"device": ""}, hide=("seed", "score", "pending"), show=("quiz__title",)
    ),
    _kept(
        "quizzes.AttemptItem",
        "attempt__user",
        hide=("variant", "run", "leased_until"),
        show=("version__question__name", "version__body", "attempt__quiz__title"),
        only=_seen_results,
    ),
    _kept("quizzes.Answer", "attempt__user", show=("attempt__quiz__title",)),
    _kept(
        "quizzes.AttemptEvent", "attempt__user", only=_seen_results
    ),  # its device's address, see anonymising
    _kept("quizzes.SecondLook", "item__attempt__user"),
    _deleted("quizzes.CodeTries"),
    _deleted("quizzes.Arrival"),
    _deleted("quizzes.Upload"),
)

PROJECTS = (
    _kept(
        "projects.Submission",
        "user",
        "authors",
        hide=("seed", "run", "leased_until"),
        show=("challenge__title", "team__name"),
        file=("source__content", "filename"),
    ),
    _kept("projects.FunctionGrade", "submission__user", "submission__authors"),
    _kept(
        "projects.Training",
        "submission__user",
        "submission__authors",
        hide=("private_score", "private_low", "private_high"),
    ),
    _kept("projects.Membership", show=("team__name", "hackathon__title")),
    _kept("projects.Project", "authors", "team__memberships__user", show=("team__name", "challenge__title")),
    _kept(
        "projects.Notebook", "project__authors", "project__team__memberships__user", file=("content", "name")
    ),
    _kept(
        "projects.ProjectPicture",
        "project__authors",
        "project__team__memberships__user",
        file=("content", "digest"),
    ),
    _kept("projects.Registration", show=("hackathon__title",)),
    _blanked(
        "projects.Answer",
        "registration__user",
        blank={"value": "", "content": None},
        file=("content", "value"),
    ),
    _kept("projects.Consent", show=("hackathon__title",)),
    _kept("projects.Scan", show=("hackathon__title",)),
    _blanked("projects.Certificate", show=("hackathon__title",)),  # the name on it, see anonymising
    _blanked(
        "projects.Invitation",
        "invitee",
        "email",
        "created_by",
        "used_by",
        blank={"email": ""},
        hide=("token", "email"),
    ),
    _blanked("projects.JoinRequest", blank={"message": ""}, show=("team__name",)),
    _deleted("projects.Seeker"),
    _deleted("projects.FailedJoin"),
    _deleted("projects.Reading"),
    _deleted("projects.Availability"),
    _deleted("projects.CalendarToken", hide=("token",)),
    _kept("projects.Ballot", show=("hackathon__title",)),
    _kept("projects.Choice", "ballot__user", show=("project__title",)),
    _kept("projects.Judge", show=("hackathon__title",)),
    _kept("projects.Conflict", "judge__user", show=("team__name",)),
    _kept("projects.Look", "judge__user", show=("project__title",)),
    _kept("projects.Mark", "look__judge__user", show=("criterion__title",)),
)

HOLDINGS = (*SITE, *QUIZZES, *PROJECTS)

#: Where a person appears in rows that are about somebody or something else: as who wrote, graded or decided
#: it. They stay, under the anonymous account; what staff did is given out by the audit log.
TRACES = {
    "admin.LogEntry": ("user",),
    "classroom.Announcement": ("author",),
    "classroom.EnrolmentRequest": ("decided_by",),
    "classroom.ErasureRequest": ("decided_by",),
    "classroom.Extension": ("given_by",),
    "classroom.GradeChange": ("by",),
    "classroom.GradeMark": ("by",),
    "classroom.HelpRequest": ("claimed_by",),
    "classroom.InviteLink": ("created_by",),
    "lti.Context": ("linked_by",),
    "lti.Invitation": ("created_by",),
    "lti.Platform": ("created_by",),
    "lti.Roster": ("asked_by",),
    "quizzes.AttemptEvent": ("by",),
    "quizzes.AttemptItem": ("graded_by",),
    "quizzes.QuestionVersion": ("author",),
    "quizzes.Regrade": ("created_by",),
    "quizzes.SecondLook": ("answered_by",),
    "projects.Award": ("given_by",),
    "projects.Challenge": ("mentors",),
    "projects.CustomExercise": ("uploaded_by",),
    "projects.EventAnnouncement": ("author",),
    "projects.JoinRequest": ("decided_by",),
    "projects.Package": ("asked_by",),
    "projects.Project": ("reviewed_by",),
    "projects.ProjectDraft": ("changed_by",),
    "projects.Regrade": ("begun_by",),
    "projects.Scan": ("by",),
    "projects.Schedule": ("released_by",),
    "projects.Session": ("speakers",),
    "projects.Submission": ("adjusted_by",),
}
#: Groups are left, and given out in a table of their own; addresses go with their rows.
LEFT = {"account.EmailAddress": ("email",), "classroom.Group": ("members",), "classroom.User": ("email",)}
