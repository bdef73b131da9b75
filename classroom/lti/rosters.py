"""Who takes part in the platform's course (LTI Names and Role Provisioning Services 2.0).

A worker fetches the list; an instructor looks at what it would do; only then people are enrolled. Nobody is
ever removed by it, and nobody's role changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classroom import bell, lease, people
from classroom.errors import Refused
from classroom.lti import accounts
from classroom.lti.claims import name_of, text, texts
from classroom.lti.models import Context, Identity, Roster
from classroom.lti.roles import role_for
from classroom.lti.services import Services
from classroom.lti.wire import PlatformError
from classroom.models import Enrolment, Role, User

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ACCEPT = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
FETCH_TASK = "classroom.lti.tasks.deliver_roster"
LEASE = timedelta(minutes=10)
MOST_PEOPLE = 20_000
#: Lists hold names and addresses: those that nobody applied are forgotten after this.
KEPT_FOR = timedelta(days=1)


class Plan(StrEnum):
    """What becomes of a person on the list."""

    ADD = "add"
    HERE = "here"
    REMOVED = "removed"  # by an instructor here; stays away
    NO_ROLE = "no_role"
    NO_ADDRESS = "no_address"  # comes with the first launch


@dataclass(frozen=True)
class Line:
    """One person of the list. `user` is the account, where there is one."""

    subject: str
    name: str
    email: str
    role: Role | None
    plan: Plan
    user: User | None = None
    is_connected: bool = False


def ask(*, context: Context, by: User, now: datetime) -> Roster:
    """Ask a worker to fetch the list.

    Raises
    ------
    Refused
        The platform offers none.
    """
    if not context.memberships_url:
        raise Refused(
            _(
                "The platform does not share who takes part. Allow it there, then open a link of the course "
                "once."
            )
        )
    with transaction.atomic():
        roster = Roster.objects.create(context=context, asked_by=by, asked_at=now)
        bell.ring(FETCH_TASK, roster.pk)
    return roster


def waiting(*, now: datetime) -> list[int]:
    """Return the ids of lists that nobody is fetching."""
    due = Roster.objects.filter(lease.available(now), fetched_at=None, error="")
    return list(due.values_list("pk", flat=True)[:50])


def fetch(*, pk: int, now: datetime) -> bool:
    """Fetch a list if nobody else does; return whether it is there."""
    run = lease.claim(Roster.objects.filter(fetched_at=None, error=""), pk=pk, now=now, lease=LEASE)
    if run is None:
        return False
    roster = Roster.objects.select_related("context__platform").get(pk=pk)
    held = Roster.objects.filter(pk=pk, run=run)
    try:
        members = _members(roster.context)
    except PlatformError as error:
        held.update(error=str(error)[:1000], leased_until=None)
        return False
    held.update(members=members, fetched_at=now, leased_until=None)
    return True


def _members(context: Context) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    pages = Services(context.platform).pages(context.memberships_url, scopes=[SCOPE], accept=ACCEPT)
    for page in pages:
        members = page.get("members") if isinstance(page, dict) else None
        if not isinstance(members, list):
            raise PlatformError(_("The platform's list of people is not understood."))
        for member in members:
            subject = text(member.get("user_id")) if isinstance(member, dict) else ""
            if subject and member.get("status", "Active") == "Active":
                found[subject] = _person(member, subject)
        if len(found) > MOST_PEOPLE:
            raise PlatformError(_("The platform's list is too long."))
    return list(found.values())


def _person(member: Mapping[str, Any], subject: str) -> dict[str, Any]:
    email = text(member.get("email"), 254).lower()
    return {"subject": subject, "name": name_of(member), "email": email, "roles": texts(member.get("roles"))}


def plan_of(roster: Roster) -> list[Line]:
    """Return what applying the list would do, person by person; four queries for any length."""
    context, members = roster.context, roster.members
    identities = Identity.objects.filter(
        issuer=context.platform.issuer, subject__in=[member["subject"] for member in members]
    ).select_related("user")
    by_subject = {identity.subject: identity.user for identity in identities}
    emails = [member["email"] for member in members if member["email"]]
    by_email = {user.email: user for user in User.objects.filter(email__in=emails)}
    places = {place.user_id: place for place in Enrolment.objects.filter(course=context.course)}
    lines = [_line(member, by_subject, by_email, places, context) for member in members]
    return sorted(lines, key=lambda line: (line.plan != Plan.ADD, line.name.lower(), line.email))


def _line(
    member: Mapping[str, Any],
    by_subject: Mapping[str, User],
    by_email: Mapping[str, User],
    places: Mapping[int, Enrolment],
    context: Context,
) -> Line:
    connected = by_subject.get(member["subject"])
    user = connected or by_email.get(member["email"])
    role = role_for(member["roles"], context.platform)
    place = places.get(user.pk) if user else None
    if place is not None:
        plan = Plan.HERE if place.left_at is None else Plan.REMOVED
    elif role is None:
        plan = Plan.NO_ROLE
    elif user is None and not accounts.usable_email(member["email"]):
        plan = Plan.NO_ADDRESS
    else:
        plan = Plan.ADD
    return Line(
        member["subject"],
        member["name"],
        member["email"],
        role,
        plan,
        user,
        is_connected=connected is not None,
    )


def missing_of(roster: Roster, lines: Iterable[Line]) -> list[User]:
    """Return the students here whom the list does not name; nothing happens to them."""
    named = {line.user.pk for line in lines if line.user}
    students = Enrolment.objects.filter(course=roster.context.course, role=Role.STUDENT, left_at=None)
    found = students.select_related("user").order_by("user__name", "user__email")
    return [place.user for place in found if place.user_id not in named]


def apply(*, roster: Roster, by: User, now: datetime) -> int:
    """Enrol whom the list would add, once; return how many.

    Raises
    ------
    Refused
        It is not fetched yet, was applied before, or the course is no longer connected.
    """
    with transaction.atomic():
        if roster.context.course is None or not Roster.objects.filter(
            pk=roster.pk, fetched_at__isnull=False, applied_at=None
        ).update(applied_at=now, members=[]):
            raise Refused(_("This list was applied already, or is not there yet. Fetch it again."))
        return _enrol([line for line in plan_of(roster) if line.plan == Plan.ADD], roster.context, by, now)


def _enrol(lines: list[Line], context: Context, by: User, now: datetime) -> int:
    """Add people, and connect the new ones with the platform where it vouches for their addresses."""
    added = 0
    for role in Role:
        group = [line for line in lines if line.role == role]
        persons = [people.Person(line.user.email if line.user else line.email, line.name) for line in group]
        if persons and context.course:
            added += len(people.add_people(course=context.course, people=persons, role=role, by=by, now=now))
    if context.platform.verifies_email:
        # Of two persons with one address the first gets the account; the other proves it at the first launch.
        firsts = {line.email: line for line in reversed(lines) if line.user is None}
        for user in User.objects.filter(email__in=list(firsts)):
            Identity.objects.get_or_create(
                issuer=context.platform.issuer,
                subject=firsts[user.email].subject,
                defaults={"user": user, "linked_at": now},
            )
    return added


def forget_old(now: datetime) -> None:
    """Delete lists that nobody applied."""
    Roster.objects.filter(asked_at__lte=now - KEPT_FOR).delete()
