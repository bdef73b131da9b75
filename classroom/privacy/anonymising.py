"""Making a person anonymous: work and scores stay, under an account that is nobody's; who it was is gone.

What somebody wrote into free texts and into the files they handed in is work, and stays as it is.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from classroom.errors import Refused
from classroom.lti.models import Roster
from classroom.models import (
    AuditEntry,
    Course,
    Enrolment,
    ErasureRequest,
    HelpRequest,
    Notice,
    Outbox,
    Role,
    User,
)
from classroom.models.user import NOBODY_DOMAIN
from classroom.privacy.holdings import HOLDINGS, Fate
from projects.models import Certificate, Package, Project, Submission
from quizzes.models import Attempt, AttemptEvent

#: A name shorter than this is not looked for in texts: it may be a word.
SHORTEST_NAME = 4


def check(*, user: User, now: datetime) -> None:
    """Refuse where something would be left in disorder.

    Raises
    ------
    Refused
        The person is anonymous already, a guest, an administrator, the last instructor of a course that is
        not archived, or writes a quiz at the moment.
    """
    if user.anonymised_at:
        raise Refused(_("This account is anonymous already."))
    if user.is_guest:
        raise Refused(_("Guests are forgotten by themselves, some days after their quiz."))
    if user.is_superuser:
        raise Refused(_("This is an administrator of the site: take these rights away first."))
    for part in Enrolment.objects.filter(user=user, role=Role.INSTRUCTOR, left_at=None):
        others = Enrolment.objects.filter(course=part.course_id, role=Role.INSTRUCTOR, left_at=None)
        if not others.exclude(user=user).exists() and part.course.archived_at is None:
            raise Refused(
                _("“%(course)s” has no other instructor: name one first, or archive the course.")
                % {"course": part.course}
            )
    if Attempt.objects.accepting(now).filter(user=user, deadline__gt=now).exists():
        raise Refused(_("This person writes a quiz at the moment: wait for its end."))


def anonymise(*, user: User, by: User | None, now: datetime) -> str:
    """Make a person anonymous and return what the account is called from now on. It cannot be undone.

    Parameters
    ----------
    by
        The administrator who does it; None for the command.

    Raises
    ------
    Refused
        See `check`.
    """
    with transaction.atomic():
        # Who makes or unmakes instructors meanwhile waits for this, as in `classroom.people`.
        courses = Course.objects.filter(enrolments__user=user).order_by("pk").select_for_update(of=("self",))
        list(courses)
        fresh = User.objects.select_for_update().get(pk=user.pk)
        check(user=fresh, now=now)
        before, nobody = (fresh.email, fresh.name), f"Anonymous {fresh.pk}"
        _clear_texts(fresh, nobody)
        _clear_outbox(fresh, nobody, now)
        _clear_tables(fresh, nobody)
        Enrolment.objects.filter(user=fresh, left_at=None).update(left_at=now)
        fresh.course_groups.clear()
        fresh.mentored_challenges.clear()
        _clear_account(fresh, nobody, now)
        ErasureRequest.objects.open().filter(user=fresh).update(done_at=now, decided_by=by)
        AuditEntry.objects.create(actor=by, action="person.anonymised", about=fresh, at=now)
        _clear_notices(_words(*before), nobody)
        _clear_details(_words(*before), nobody)
    user.refresh_from_db()
    return nobody


def _clear_account(user: User, nobody: str, now: datetime) -> None:
    user.email = f"anonymous-{user.pk}-{get_random_string(12).lower()}@{NOBODY_DOMAIN}"
    user.name, user.language, user.time_zone = nobody, "", ""
    user.is_active = user.is_staff = False
    user.last_login, user.anonymised_at = None, now
    user.set_unusable_password()
    user.user_permissions.clear()
    user.groups.clear()
    user.save()


def _clear_tables(user: User, nobody: str) -> None:
    """Do with each table's rows as it says there."""
    Certificate.objects.filter(user=user).update(name=nobody)
    AttemptEvent.objects.filter(attempt__user=user, what=AttemptEvent.What.DEVICE).update(detail={})
    for submission in Submission.objects.filter(user=user).only("pk", "filename"):
        suffix = PurePath(submission.filename).suffix
        Submission.objects.filter(pk=submission.pk).update(filename=f"hand-in-{submission.pk}{suffix}"[:120])
    # Archives name everybody; they can be packed again.
    courses = Course.objects.filter(enrolments__user=user)
    Package.objects.filter(Q(hackathon__course__in=courses) | Q(challenge__course__in=courses)).delete()
    for holding in HOLDINGS:
        rows = holding.rows(user)
        if holding.fate is Fate.DELETED:
            rows.delete()
        elif holding.blank:
            rows.update(**holding.blank)


def _clear_texts(user: User, nobody: str) -> None:
    """Replace the name where it stands in a field of its own, or in a list of names."""
    HelpRequest.objects.filter(asked_by=user, party_name=str(user)).update(party_name=nobody)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(user.pk)).update(object_repr=nobody)
    words = _words(user.email, user.name)
    for project in Project.objects.filter(Q(authors=user) | Q(team__memberships__user=user)).distinct():
        replaced = _replaced(project.credits, words, nobody)
        if replaced != project.credits:
            Project.objects.filter(pk=project.pk).update(credits=replaced[:300])
    for roster in Roster.objects.filter(context__course__enrolments__user=user):
        people = [one for one in roster.members if str(one.get("email", "")).lower() != user.email]
        if len(people) != len(roster.members):
            Roster.objects.filter(pk=roster.pk).update(members=people)


def _clear_outbox(user: User, nobody: str, now: datetime) -> None:
    """Blank the letters to the person, and take the name out of those to others."""
    mine = Outbox.objects.filter(recipient=user.email)
    mine.filter(sent_at=None, given_up_at=None).update(given_up_at=now)
    mine.update(recipient="", subject="", body="", last_error="", unsubscribe="")
    words = _words(user.email, user.name)
    named = Q(pk__in=[])
    for word in words:
        named |= Q(body__icontains=word) | Q(subject__icontains=word) | Q(last_error__icontains=word)
        named |= Q(key__icontains=word)
    for message in Outbox.objects.filter(named):
        Outbox.objects.filter(pk=message.pk).update(
            key=f"anonymised:{message.pk}"
            if any(word.lower() in message.key.lower() for word in words)
            else message.key,
            subject=_replaced(message.subject, words, nobody)[:200],
            body=_replaced(message.body, words, nobody),
            last_error=_replaced(message.last_error, words, nobody),
        )


def _clear_notices(words: Sequence[str], nobody: str) -> None:
    """Take the name out of what others were told."""
    named = Q(pk__in=[])
    for word in words:
        named |= Q(title__icontains=word) | Q(body__icontains=word)
    for notice in Notice.objects.filter(named):
        Notice.objects.filter(pk=notice.pk).update(
            title=_replaced(notice.title, words, nobody)[:200], body=_replaced(notice.body, words, nobody)
        )


def _clear_details(words: Sequence[str], nobody: str) -> None:
    """Take the name out of what the audit log tells, wherever it stands."""
    named = Q(pk__in=[])
    for word in words:  # SQLite stores letters beyond ASCII as escapes
        named |= Q(text__icontains=word) | Q(text__icontains=json.dumps(word)[1:-1])
    for entry in AuditEntry.objects.annotate(text=Cast("detail", TextField())).filter(named):
        AuditEntry.objects.filter(pk=entry.pk).update(detail=_deep(entry.detail, words, nobody))


def _words(email: str, name: str) -> list[str]:
    """Return what names the person in texts."""
    return [email] + ([name] if len(name) >= SHORTEST_NAME else [])


def _replaced(text: str, words: Iterable[str], nobody: str) -> str:
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", nobody, text, flags=re.IGNORECASE)
    return text


def _deep(value: Any, words: Iterable[str], nobody: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        return _replaced(value, words, nobody)
    if isinstance(value, list):
        return [_deep(one, words, nobody) for one in value]
    if isinstance(value, dict):
        return {key: _deep(one, words, nobody) for key, one in value.items()}
    return value
