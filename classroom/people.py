"""Who takes part in a course, and as what: adding people, changing roles, letting people go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from classroom import audit, notify
from classroom.errors import Refused
from classroom.models import Course, Enrolment, EnrolmentRequest, Role, User


@dataclass(frozen=True)
class Person:
    """Somebody to add: an address and perhaps a name."""

    email: str
    name: str = ""


def parse_people(text: str) -> tuple[list[Person], list[str]]:
    """Read one person a line, as `ada@example.org` or `Ada Lovelace <ada@example.org>`.

    Returns
    -------
    The people, each address once, and the lines that hold no address.
    """
    people: dict[str, Person] = {}
    problems = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, address = parseaddr(line.rstrip(",;"))
        email = address.lower()
        try:
            validate_email(email)
        except ValidationError:
            problems.append(line)
        else:
            people.setdefault(email, Person(email, name[:150]))
    return list(people.values()), problems


def add_people(*, course: Course, people: Iterable[Person], role: Role, by: User, now: datetime) -> list[str]:
    """Enrol people, with an account where they have none; return the addresses of who is new in the course.

    Who takes part already keeps the role; who had left is back. Nobody's name is changed.
    """
    arrived = []
    with transaction.atomic():
        for person in people:
            user = User.objects.filter(email=person.email).first() or User.objects.create_user(
                person.email, name=person.name
            )
            enrolment, created = Enrolment.objects.get_or_create(
                course=course, user=user, defaults={"role": role}
            )
            if not created:
                created = bool(
                    Enrolment.objects.filter(pk=enrolment.pk)
                    .exclude(left_at=None)
                    .update(left_at=None, role=role)
                )
            if created:
                arrived.append(user.email)
                asked = EnrolmentRequest.objects.open().filter(course=course, user=user)
                asked.update(accepted_at=now, decided_by=by)
                audit.note(course, by, "people.added", now, about=user, role=role)
    return arrived


def welcome(*, course: Course, addresses: Iterable[str], now: datetime) -> None:
    """Write to people that they take part now, each in their language."""
    address = f"{settings.SITE_URL}{course.get_absolute_url()}"
    letters = []
    for user in User.objects.filter(email__in=list(addresses)):
        with translation.override(user.language or course.language):
            body = _(
                "You take part in %(course)s. Sign in with this e-mail address; a code is sent to it, there "
                "is no password to remember:\n%(address)s"
            )
            told = {"course": course.title, "address": address}
            subject = _("You take part in %(course)s") % told
            letters.append(
                notify.Letter(f"welcome:{course.pk}:{user.pk}:{now.date()}", user.email, subject, body % told)
            )
    notify.emails(letters=letters, now=now, course=course)


def change_role(*, enrolment: Enrolment, role: Role, by: User, now: datetime) -> bool:
    """Give somebody another role in the course; return False when they have it already.

    Raises
    ------
    Refused
        The role is not one to give, the person has left, or the course would be without an instructor.
    """
    if role == Role.GUEST or enrolment.role == Role.GUEST:
        raise Refused(_("Guests take part in one quiz only: add the person with their e-mail address."))
    with transaction.atomic():
        current = _locked(enrolment)
        if current is None:
            raise Refused(_("This person no longer takes part in the course."))
        if current.role == role:
            return False
        if current.role == Role.INSTRUCTOR:
            _refuse_last_instructor(current)
        Enrolment.objects.filter(pk=current.pk).update(role=role)
        told = {"before": current.role, "after": role}
        audit.note(current.course, by, "people.role_changed", now, about=current.user, **told)
    return True


def let_go(*, enrolment: Enrolment, by: User, now: datetime) -> bool:
    """End a person's part in the course; the history stays. Return False when it had ended before.

    Raises
    ------
    Refused
        The course would be without an instructor.
    """
    with transaction.atomic():
        current = _locked(enrolment)
        if current is None:
            return False
        if current.role == Role.INSTRUCTOR:
            _refuse_last_instructor(current)
        Enrolment.objects.filter(pk=current.pk).update(left_at=now)
        audit.note(current.course, by, "people.removed", now, about=current.user, role=current.role)
    return True


def _locked(enrolment: Enrolment) -> Enrolment | None:
    """Return the enrolment as it is now, None if it has ended; changes of a course's roles wait in line."""
    Course.objects.select_for_update().get(pk=enrolment.course_id)
    current = Enrolment.objects.filter(pk=enrolment.pk, left_at=None)
    return current.select_related("course", "user").first()


def _refuse_last_instructor(enrolment: Enrolment) -> None:
    others = Enrolment.objects.filter(course=enrolment.course_id, role=Role.INSTRUCTOR, left_at=None)
    if not others.exclude(pk=enrolment.pk).filter(user__is_active=True).exists():
        raise Refused(_("The course needs an instructor: make somebody else one first."))
