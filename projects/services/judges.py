"""Who judges: inviting, from the course or from outside, letting go, and conflicts of interest."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from classroom.models.notice import Sort
from classroom.notices import News, tell
from classroom.people import Person
from projects import words
from projects.models import Conflict, Hackathon, Judge, Look, Team, Track
from projects.services.judging import forget_looks
from projects.services.results import check_unpublished


def invite_judges(
    *, hackathon: Hackathon, people: Iterable[Person], by: User, now: datetime, track: Track | None = None
) -> list[Judge]:
    """Let people judge, in a track or the whole, and write to each who does not yet; return those.

    Whoever has no account gets one: the letter's link leads to signing in, with a code that goes to the same
    address. They need not take part in the course.
    """
    invited = []
    with transaction.atomic():
        for person in people:
            user = User.objects.filter(email=person.email).first() or User.objects.create_user(
                person.email, name=person.name
            )
            if Judge.objects.filter(hackathon=hackathon, user=user, left_at=None).exists():
                continue
            judge = add_judge(hackathon=hackathon, user=user, now=now, track=track)
            _write_to(judge, now)
            _log("judge.added", judge, by, now)
            invited.append(judge)
    return invited


def add_judge(*, hackathon: Hackathon, user: User, now: datetime, track: Track | None = None) -> Judge:
    """Let somebody judge, again where they had left; a second time changes nothing, the track neither."""
    judge, created = Judge.objects.get_or_create(
        hackathon=hackathon, user=user, defaults={"added_at": now, "track": track}
    )
    if not created and judge.left_at:
        judge.left_at = None
        judge.save(update_fields=["left_at"])
    return judge


def remove_judge(*, judge: Judge, by: User, now: datetime) -> None:
    """Let a judge go. The order they made counts on; the project they were at goes to somebody else."""
    with transaction.atomic():
        if Judge.objects.filter(pk=judge.pk, left_at=None).update(left_at=now):
            Look.objects.filter(judge=judge, placed_at=None).delete()
            _log("judge.removed", judge, by, now)


def declare_conflict(*, judge: Judge, team: Team, now: datetime, by: User | None = None) -> None:
    """Never show the judge this team's project (again); what was said about it is forgotten.

    Parameters
    ----------
    by
        Who of the staff declares it; None when it is the judge.

    Raises
    ------
    Refused
        The ranking is published: it does not change any more.
    """
    check_unpublished(event=judge.hackathon)
    with transaction.atomic():
        Conflict.objects.get_or_create(judge=judge, team=team, defaults={"declared_at": now})
        forget_looks(judge=judge, team=team.pk)
        if by is not None:
            _log("conflict.declared", judge, by, now, team=team.name)


def revoke_conflict(*, conflict: Conflict, by: User, now: datetime) -> None:
    """Let a judge be sent to this team again: the conflict was declared by mistake."""
    with transaction.atomic():
        if Conflict.objects.filter(pk=conflict.pk).delete()[0]:
            _log("conflict.revoked", conflict.judge, by, now, team=conflict.team.name)


def _write_to(judge: Judge, now: datetime) -> None:
    event, user = judge.hackathon, judge.user
    with translation.override(user.language or event.course.language):
        when = (
            _("Judging opens on %(when)s.") % {"when": words.moment(event.judging_opens_at, event.course)}
            if event.judging_opens_at
            else _("The time of judging will be announced.")
        )
        invitation = News(
            user=user,
            key=f"judge:{judge.pk}:invited:{now.isoformat()}",
            title=_("You are asked to judge: %(event)s") % {"event": event.title},
            body=_(
                "You are a judge of “%(event)s”. %(when)s Sign in with this e-mail address: a code is mailed "
                "to you. Then you are led from project to project."
            )
            % {"event": event.title, "when": when},
            page=reverse("projects:judge", args=[event.course.slug, event.pk]),
            urgent=True,
        )
    tell(sort=Sort.DUTY, news=[invitation], now=now, course=event.course)


def _log(action: str, judge: Judge, by: User, now: datetime, **detail: str) -> None:
    AuditEntry.objects.create(
        course=judge.hackathon.course,
        actor=by,
        action=action,
        about=judge.user,
        item=f"hackathon:{judge.hackathon_id}",
        detail=detail,
        at=now,
    )
