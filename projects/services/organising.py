"""Organising an event: its dates and places, its challenges, what people are asked, and when it is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, HelpDesk, HelpRequest, User
from projects.errors import Refused
from projects.models import (
    Award,
    Certificate,
    Challenge,
    Consent,
    Criterion,
    Hackathon,
    Judge,
    Project,
    Registration,
    RegistrationQuestion,
    Scan,
    Session,
    Submission,
    Team,
    Track,
)
from projects.services import boards, places
from projects.services.challenges import Extras, equip

Placed = TypeVar("Placed", Challenge, RegistrationQuestion, Award, Criterion, Track)


def create_event(*, event: Hackathon, by: User, now: datetime) -> Hackathon:
    """Create an event that only staff see; dates left out follow from when it begins and ends.

    Registration opens now and closes when the event begins; projects are due when it ends.
    """
    event.registration_opens_at = event.registration_opens_at or now
    event.registration_closes_at = event.registration_closes_at or event.starts_at
    event.submission_closes_at = event.submission_closes_at or event.ends_at
    with transaction.atomic():
        event.save(force_insert=True)
        _log("hackathon.created", event, by, now)
    return event


def change_event(*, event: Hackathon, fields: Sequence[str], by: User, now: datetime) -> None:
    """Store the changed `fields`. The challenges' times follow; new places go to those who wait.

    Raises
    ------
    Refused
        More people have a place already than there shall be, or a challenge would end after its final
        result, see `boards.check_new_end`.
    """
    try:
        with transaction.atomic():
            before = places.lock(event)
            event.save(update_fields=fields)
            _move_challenges(event, before, now)
            places.settle_locked(places.lock(event), now)
            _log("hackathon.changed", event, by, now)
    except IntegrityError:
        raise Refused(
            _("More people have a place already. Decline some of them first, or choose a larger number.")
        ) from None


def publish(*, event: Hackathon, by: User, now: datetime) -> None:
    """Show the event and its challenges to the course from now on; a second time changes nothing."""
    with transaction.atomic():
        unseen = Hackathon.objects.filter(pk=event.pk).exclude(published_at__lte=now)
        if unseen.update(published_at=now):
            _log("hackathon.published", event, by, now)
    event.refresh_from_db()


def unpublish(*, event: Hackathon, by: User, now: datetime) -> None:
    """Hide the event again, as long as nobody has registered or formed a team.

    Raises
    ------
    Refused
        Somebody has.
    """
    with transaction.atomic():
        places.lock(event)
        if (
            Registration.objects.filter(hackathon=event).exists()
            or Team.objects.filter(hackathon=event).exists()
        ):
            raise Refused(_("People have registered already: the hackathon cannot be hidden any more."))
        if Hackathon.objects.filter(pk=event.pk).exclude(published_at=None).update(published_at=None):
            _log("hackathon.hidden", event, by, now)
    event.refresh_from_db()


def delete_event(*, event: Hackathon, by: User, now: datetime) -> None:
    """Delete an event that nobody but staff has seen anything of, with its challenges and its schedule.

    Raises
    ------
    Refused
        See `stays_because`.
    """
    with transaction.atomic():
        if why := stays_because(places.lock(event)):
            raise Refused(why)
        _log("hackathon.deleted", event, by, now, title=event.title)
        HelpDesk.objects.filter(course=event.course, about=_item(event)).delete()
        Session.objects.filter(hackathon=event).delete()  # before its rooms, which their places protect
        Hackathon.objects.filter(pk=event.pk).delete()


def stays_because(event: Hackathon) -> str:
    """Say why an event is not deleted, and what to do instead; "" where it can be."""
    theirs = {"hackathon": event}
    if (
        Registration.objects.filter(**theirs).exists()
        or Team.objects.filter(**theirs).exists()
        or Consent.objects.filter(**theirs).exists()
        or Certificate.objects.filter(**theirs).exists()
        or Scan.objects.filter(**theirs).exists()
        or Submission.objects.filter(challenge__hackathon=event).exists()
        or HelpRequest.objects.filter(desk__course=event.course_id, desk__about=_item(event)).exists()
    ):
        return _(
            "People have registered, formed a team or handed in, and what they did stays. If the hackathon "
            "does not take place, let its registration end now and announce it to everybody."
        )
    if Judge.objects.filter(**theirs).exists():
        return _("Judges are invited: remove them first, on the page of the judging.")
    if event.published_at is not None:
        return _("The course sees it, or will: hide it first.")
    return ""


def add_challenge(
    *, event: Hackathon, challenge: Challenge, extras: Extras | None = None, now: datetime
) -> Challenge:
    """Add a challenge behind the others; code is handed in for it while the event's building lasts."""
    challenge.course_id = event.course_id
    challenge.hackathon = event
    challenge.opens_at, challenge.closes_at = event.building
    challenge.min_team_size, challenge.max_team_size = event.min_team_size, event.max_team_size
    challenge.published_at = now
    with transaction.atomic():
        places.lock(event)
        challenge.position = behind(Challenge.objects.filter(hackathon=event))
        challenge.save(force_insert=True)
        if extras:
            equip(challenge=challenge, extras=extras, now=now)
    return challenge


def change_challenge(
    *, challenge: Challenge, fields: Sequence[str], extras: Extras | None = None, now: datetime
) -> None:
    """Store the changed `fields`, and what comes with the challenge.

    Raises
    ------
    Refused
        More teams have chosen it already than there shall be places.
    """
    try:
        with transaction.atomic():
            challenge.save(update_fields=fields)
            if extras:
                equip(challenge=challenge, extras=extras, now=now)
    except IntegrityError:
        raise Refused(_("More teams have chosen it already: choose a larger number of places.")) from None


def remove_challenge(*, challenge: Challenge) -> None:
    """Delete a challenge nobody has chosen yet.

    Raises
    ------
    Refused
        A team has chosen it, or handed in for it.
    """
    with transaction.atomic():
        Challenge.objects.select_for_update().get(pk=challenge.pk)
        if (
            Project.objects.filter(challenge=challenge).exists()
            or Submission.objects.filter(challenge=challenge).exists()
        ):
            raise Refused(_("Teams have chosen this challenge: it stays. You can still change its text."))
        challenge.delete()


def add_question(*, event: Hackathon, question: RegistrationQuestion) -> RegistrationQuestion:
    """Add a question behind the others."""
    question.hackathon = event
    with transaction.atomic():
        places.lock(event)
        question.position = behind(RegistrationQuestion.objects.filter(hackathon=event))
        question.save(force_insert=True)
    return question


def change_question(*, question: RegistrationQuestion, fields: Sequence[str]) -> None:
    """Store the changed `fields`; answers keep the words they were given to.

    Raises
    ------
    Refused
        Its kind shall change although it has been answered.
    """
    with transaction.atomic():
        before = RegistrationQuestion.objects.select_for_update().get(pk=question.pk)
        if before.kind != question.kind and before.answers.exists():
            raise Refused(
                _("This question has been answered: its kind stays. Remove it and add a new one instead.")
            )
        question.save(update_fields=fields)


def remove_question(*, question: RegistrationQuestion, now: datetime) -> None:
    """Take a question off the form; what was answered stays."""
    with transaction.atomic():
        RegistrationQuestion.objects.select_for_update().get(pk=question.pk)
        if question.answers.exists():
            RegistrationQuestion.objects.filter(pk=question.pk).update(removed_at=now)
        else:
            question.delete()


def move(*, event: Hackathon, item: Placed, step: int) -> None:
    """Move something of `event` that has a position up (-1) or down (1) in its list."""
    with transaction.atomic():
        places.lock(event)
        rows = type(item)._default_manager.filter(hackathon=event).order_by("position", "pk")
        order = [row for row in rows if not getattr(row, "removed_at", None)]
        at = order.index(item)
        order.insert(max(0, at + step), order.pop(at))
        for number, row in enumerate(order):
            row.position = number
        type(item)._default_manager.bulk_update(order, ["position"])


def behind(rows: "QuerySet[Any]") -> int:
    """Return the position behind all of `rows`."""
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _move_challenges(event: Hackathon, before: Hackathon, now: datetime) -> None:
    """Let the challenges' times follow the event's building, where nobody has set others."""
    for column, then, since in zip(("opens_at", "closes_at"), before.building, event.building, strict=True):
        if then != since:
            following = Challenge.objects.filter(hackathon=event, **{column: then})
            if column == "closes_at":
                boards.check_new_end(challenges=following, closes_at=since, now=now)
            following.update(**{column: since})


def _item(event: Hackathon) -> str:
    return f"hackathon:{event.pk}"


def _log(action: str, event: Hackathon, by: User, now: datetime, **detail: str) -> None:
    AuditEntry.objects.create(
        course=event.course, actor=by, action=action, item=_item(event), detail=detail, at=now
    )
