"""A course's people from a table: read it, say line by line what it would change, do all of it or nothing.

A table never changes an account that exists: not its address, nor a name that is there. It makes nobody an
instructor, and no instructor anything else: that is done by hand, person by person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classroom.errors import Refused
from classroom.models import AuditEntry, Course, Enrolment, EnrolmentRequest, Group, Role, User
from classroom.roster.reading import Line, read


class What(StrEnum):
    """What a line does to a person's part in the course."""

    ACCOUNT = "account"  # new to the whole site
    NEW = "new"
    BACK = "back"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Step:
    """What one line would do."""

    line: Line
    what: What
    name: str
    role: Role
    role_before: Role | None
    groups_before: tuple[str, ...]

    @property
    def changes_groups(self) -> bool:
        """Whether the person's groups become others."""
        return bool(self.line.groups) and set(self.line.groups) != set(self.groups_before)

    @property
    def changes_role(self) -> bool:
        """Whether somebody who takes part gets another role."""
        return self.role_before is not None and self.role_before != self.role


@dataclass
class Plan:
    """What a table would do, and what is wrong with it by line; with problems nothing can be done."""

    steps: list[Step] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    new_groups: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[What, int]:
        """How many lines do what."""
        return {what: sum(step.what == what for step in self.steps) for what in What}

    @property
    def arriving(self) -> list[str]:
        """The addresses of those who do not take part yet."""
        return [step.line.email for step in self.steps if step.role_before is None]

    @property
    def digest(self) -> str:
        """A checksum of all of it: the same only while the table and the course are as they were."""
        return sha256(repr((self.steps, self.problems, self.new_groups)).encode()).hexdigest()


def plan(*, text: str, course: Course) -> Plan:
    """Read a table, and find out what it would do to the course's people; nothing is changed."""
    made = Plan()
    lines = read(text, made.problems)
    users = {user.email: user for user in User.objects.filter(email__in=[line.email for line in lines])}
    parts = {part.user_id: part for part in Enrolment.objects.filter(course=course, user__in=users.values())}
    groups = _groups_of(course, users.values())
    for line in lines:
        user = users.get(line.email)
        part = parts.get(user.pk) if user else None
        problem = _problem(line, user, part)
        if problem:
            made.problems.append((line.number, problem))
        else:
            made.steps.append(_step(line, user, part, groups.get(user.pk, ()) if user else ()))
    known = set(Group.objects.filter(course=course).values_list("name", flat=True))
    named = dict.fromkeys(name for step in made.steps for name in step.line.groups)
    made.new_groups = [name for name in named if name not in known]
    made.problems.sort()
    return made


def carry_out(*, text: str, course: Course, digest: str, by: User, now: datetime) -> Plan:
    """Do all that `plan` found, in one transaction, and return what was done.

    Parameters
    ----------
    digest
        Of the plan that somebody looked at: something else is never done.

    Raises
    ------
    Refused
        The table has problems, or the course has changed since the plan was made.
    """
    try:
        with transaction.atomic():
            Course.objects.select_for_update().get(pk=course.pk)
            made = plan(text=text, course=course)
            if made.problems:
                raise Refused(_("Nothing was imported: mend the lines that are named, and look again."))
            if made.digest != digest:
                raise _changed()
            users = _accounts(made.steps)
            _enrol(made.steps, users, course, by, now)
            _regroup([step for step in made.steps if step.changes_groups], users, course, by, now)
    except IntegrityError:  # somebody made one of these accounts or groups at the same moment
        raise _changed() from None
    return made


def _changed() -> Refused:
    return Refused(_("Nothing was imported: the course has changed since. Look at the table again."))


def _accounts(steps: Iterable[Step]) -> dict[str, User]:
    """Make the accounts that are missing, name those that have no name, and return all by address."""
    User.objects.bulk_create(
        User(email=step.line.email, name=step.line.name, password=make_password(None))
        for step in steps
        if step.what == What.ACCOUNT
    )
    users = User.objects.in_bulk([step.line.email for step in steps], field_name="email")
    for step in steps:
        if step.line.name and not users[step.line.email].name:
            User.objects.filter(email=step.line.email, name="").update(name=step.line.name)
    return users


def _enrol(steps: Iterable[Step], users: dict[str, User], course: Course, by: User, now: datetime) -> None:
    """Give people their places and roles."""
    coming = [step for step in steps if step.role_before is None]
    Enrolment.objects.bulk_create(
        Enrolment(course=course, user=users[step.line.email], role=step.role)
        for step in coming
        if step.what != What.BACK
    )
    parts = Enrolment.objects.filter(course=course)
    for role in Role:
        there = [
            step for step in steps if step.role == role and (step.what == What.BACK or step.changes_role)
        ]
        parts.filter(user__in=[users[step.line.email] for step in there]).update(role=role, left_at=None)
    arrived = [users[step.line.email] for step in coming]
    EnrolmentRequest.objects.open().filter(course=course, user__in=arrived).update(
        accepted_at=now, decided_by=by
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(
            course=course,
            actor=by,
            action="people.role_changed" if step.changes_role else "people.added",
            about=users[step.line.email],
            detail={"role": step.role, "before": step.role_before, "how": "table"},
            at=now,
        )
        for step in steps
        if step.changes_role or step.role_before is None
    )


def _regroup(steps: Iterable[Step], users: dict[str, User], course: Course, by: User, now: datetime) -> None:
    """Put people into exactly the groups that the table names."""
    groups = {group.name: group for group in Group.objects.filter(course=course)}
    for name in dict.fromkeys(name for step in steps for name in step.line.groups):
        if name not in groups:
            groups[name] = Group.objects.create(course=course, name=name)
    through = Group.members.through
    moved = [users[step.line.email] for step in steps]
    through.objects.filter(user__in=moved, group__course=course).delete()
    through.objects.bulk_create(
        through(user=users[step.line.email], group=groups[name])
        for step in steps
        for name in step.line.groups
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(
            course=course,
            actor=by,
            action="people.regrouped",
            about=users[step.line.email],
            detail={"before": list(step.groups_before), "after": list(step.line.groups)},
            at=now,
        )
        for step in steps
    )


def _step(line: Line, user: User | None, part: Enrolment | None, groups: tuple[str, ...]) -> Step:
    before = Role(part.role) if part and part.left_at is None else None
    role = line.role or before or Role.STUDENT
    name = (user.name if user else "") or line.name
    renamed = user is not None and not user.name and bool(line.name)
    changed = before is not None and (before != role or renamed or _regroups(line, groups))
    if user is None:
        what = What.ACCOUNT
    elif part is None:
        what = What.NEW
    elif before is None:
        what = What.BACK
    else:
        what = What.CHANGED if changed else What.SAME
    return Step(line, what, name, role, before, groups)


def _regroups(line: Line, groups: tuple[str, ...]) -> bool:
    return bool(line.groups) and set(line.groups) != set(groups)


def _problem(line: Line, user: User | None, part: Enrolment | None) -> str:
    """Say what is wrong with what a line wants; empty: nothing."""
    current = Role(part.role) if part and part.left_at is None else None
    role = line.role or current or Role.STUDENT
    if user and user.anonymised_at:
        return _("This account was anonymised: it cannot be used again.")
    if user and not user.is_active:
        return _("This account is blocked: an administrator of the site can unblock it.")
    if Role.INSTRUCTOR in {current, role} and role != current:
        return _("A table changes no instructor and makes none: do that on the page of the person.")
    if line.groups and role != Role.STUDENT:
        return _("Groups are for students: leave the group empty here.")
    return ""


def _groups_of(course: Course, users: Iterable[User]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    through = Group.members.through
    rows = through.objects.filter(group__course=course, user__in=users).order_by("group__name")
    for user_id, name in rows.values_list("user_id", "group__name"):
        found.setdefault(user_id, []).append(name)
    return {user_id: tuple(names) for user_id, names in found.items()}
