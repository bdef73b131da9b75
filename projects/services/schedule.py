"""The schedule: organisers change the one draft; a release copies it into a version that never changes.

Changes of one event's draft wait for each other by the event's lock, so that a release copies a whole draft.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from classroom.models.calendar import new_calendar_token
from projects import queries, timetable, words
from projects.errors import Refused
from projects.models import Availability, CalendarToken, Hackathon, Room, Schedule, Session, Slot, Team
from projects.services import places

#: How far from the event a slot may be; what is outside the event but within this is warned of.
AROUND = timedelta(days=7)
#: How long one slot may be.
LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class SessionDetails:
    """What a session is, wherever and whenever."""

    title: str
    kind: str = Session.Kind.SESSION
    abstract: str = ""
    track: str = ""
    speaker_names: str = ""
    team: Team | None = None


@dataclass(frozen=True)
class Place:
    """Where and when; without a room everywhere."""

    room: Room | None
    starts_at: datetime
    ends_at: datetime


def draft_of(*, hackathon: Hackathon) -> Schedule:
    """Return the draft, made if there is none yet."""
    return Schedule.objects.get_or_create(hackathon=hackathon, version=None)[0]


def add_session(
    *, hackathon: Hackathon, details: SessionDetails, speakers: Collection[User], place: Place | None
) -> Session:
    """Add a session, and put it into the draft if it has a place.

    Raises
    ------
    Refused
        The place is impossible: see `place_session`.
    """
    with transaction.atomic():
        session = Session.objects.create(hackathon=hackathon, **_fields(details))
        session.speakers.set(speakers)
        if place:
            place_session(session=session, place=place)
    return session


def change_session(
    *, session: Session, details: SessionDetails, speakers: Collection[User], place: Place | None
) -> None:
    """Change what a session is, in all versions at once, and where the draft has it; None takes it off.

    Raises
    ------
    Refused
        The place is impossible: see `place_session`.
    """
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(**_fields(details))
        session.speakers.set(speakers)
        if place:
            place_session(session=session, place=place)
        else:
            take_off(session=session)


def place_session(*, session: Session, place: Place) -> Slot:
    """Put a session into the draft, or move it there. Clashes are shown and forbid nothing.

    Raises
    ------
    Refused
        The end is not after the beginning, the slot is too long or far from the event, or the room is gone.
    """
    check_times(session.hackathon, place.starts_at, place.ends_at)
    if place.ends_at - place.starts_at > LONGEST:
        raise Refused(_("A slot is at most 24 hours long. Make two of it."))
    with transaction.atomic():
        places.lock(session.hackathon)
        if place.room and not Room.objects.filter(pk=place.room.pk, hackathon=session.hackathon_id).exists():
            raise Refused(_("This room no longer exists. Choose another one."))
        return Slot.objects.update_or_create(
            schedule=draft_of(hackathon=session.hackathon),
            session=session,
            defaults={"room": place.room, "starts_at": place.starts_at, "ends_at": place.ends_at},
        )[0]


def take_off(*, session: Session) -> None:
    """Take a session out of the draft; it waits to be placed again."""
    with transaction.atomic():
        places.lock(session.hackathon)
        Slot.objects.filter(schedule__version=None, session=session).delete()


def delete_session(*, session: Session) -> None:
    """Delete a session that no released version has.

    Raises
    ------
    Refused
        It has been released, and calendars must learn that it is cancelled.
    """
    with transaction.atomic():
        places.lock(session.hackathon)
        if Slot.objects.filter(session=session).exclude(schedule__version=None).exists():
            raise Refused(
                _(
                    "“%(title)s” has been released. Take it off the draft and release: then it is shown as "
                    "cancelled."
                )
                % {"title": session.title}
            )
        Session.objects.filter(pk=session.pk).delete()


def add_room(*, hackathon: Hackathon, name: str, url: str) -> Room:
    """Add a room behind the others.

    Raises
    ------
    Refused
        There is one of this name.
    """
    name = " ".join(name.split())
    try:
        with transaction.atomic():
            places.lock(hackathon)
            return Room.objects.create(
                hackathon=hackathon, name=name, url=url, position=hackathon.rooms.count()
            )
    except IntegrityError:
        raise Refused(_("There is already a room “%(name)s”.") % {"name": name}) from None


def remove_room(*, room: Room) -> None:
    """Remove a room where nothing is or was.

    Raises
    ------
    Refused
        The draft or a released version uses it.
    """
    try:
        with transaction.atomic():
            places.lock(room.hackathon)
            room.delete()
    except ProtectedError:
        raise Refused(
            _("“%(name)s” is used by the draft or a released version, so it stays.") % {"name": room.name}
        ) from None


def state_availability(
    *, hackathon: Hackathon, room: Room | None, user: User | None, starts_at: datetime, ends_at: datetime
) -> Availability:
    """Say when a room or a person can be had; outside all that is said they count as not available.

    Raises
    ------
    Refused
        Not exactly one of the two is named, the end is not after the beginning, or far from the event.
    """
    if (room is None) == (user is None):
        raise Refused(_("Choose a room or a person, one of them."))
    check_times(hackathon, starts_at, ends_at)
    return Availability.objects.create(
        hackathon=hackathon, room=room, user=user, starts_at=starts_at, ends_at=ends_at
    )


def release(*, hackathon: Hackathon, by: User, note: str, now: datetime) -> Schedule:
    """Copy the draft into the next version, for everybody to see.

    Raises
    ------
    Refused
        The draft is what the last version is (somebody else has just released it).
    """
    with transaction.atomic():
        places.lock(hackathon)
        last = Schedule.objects.filter(hackathon=hackathon).exclude(version=None).order_by("-version").first()
        drafted = draft_of(hackathon=hackathon)
        before = queries.entries_of(last.slots.all()) if last else []
        if not timetable.diff(before, queries.entries_of(drafted.slots.all())):
            raise Refused(
                _("Nothing has changed since version %(number)d, so there is nothing to release.")
                % {"number": last.version}
                if last
                else _("The draft is empty. Place a session first.")
            )
        number = (last.version or 0) + 1 if last else 1
        released = Schedule.objects.create(
            hackathon=hackathon, version=number, released_at=now, released_by=by, note=note
        )
        _copy(drafted.slots.all(), released)
        _log("schedule.released", released, by, now)
    return released


def restore(*, version: Schedule, by: User, now: datetime) -> Schedule:
    """Make the draft what a released version is; participants see it after the next release."""
    with transaction.atomic():
        places.lock(version.hackathon)
        draft = draft_of(hackathon=version.hackathon)
        draft.slots.all().delete()
        _copy(version.slots.all(), draft)
        _log("schedule.restored", version, by, now)
    return draft


def calendar_token(*, hackathon: Hackathon, user: User) -> str:
    """Return the secret of a person's calendars, drawn at the first asking."""
    return CalendarToken.objects.get_or_create(hackathon=hackathon, user=user)[0].token


def renew_calendar_token(*, hackathon: Hackathon, user: User) -> None:
    """Draw a new secret: the addresses passed on before no longer work."""
    CalendarToken.objects.filter(hackathon=hackathon, user=user).update(token=new_calendar_token())


def _fields(details: SessionDetails) -> dict[str, object]:
    return dict(vars(details))


def check_times(hackathon: Hackathon, starts_at: datetime, ends_at: datetime) -> None:
    """Raise `Refused` for times in the wrong order or far from the event."""
    if ends_at <= starts_at:
        raise Refused(_("The end has to be after the beginning."))
    if starts_at < hackathon.starts_at - AROUND or ends_at > hackathon.ends_at + AROUND:
        raise Refused(
            _("The hackathon is from %(first)s to %(last)s; stay within a week of it.")
            % {
                "first": words.moment(hackathon.starts_at, hackathon.course),
                "last": words.moment(hackathon.ends_at, hackathon.course),
            }
        )


def _copy(slots: Collection[Slot], to: Schedule) -> None:
    Slot.objects.bulk_create(
        Slot(
            schedule=to,
            session_id=slot.session_id,
            room_id=slot.room_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
        )
        for slot in slots
    )


def _log(action: str, version: Schedule, by: User, now: datetime) -> None:
    AuditEntry.objects.create(
        course=version.hackathon.course,
        actor=by,
        action=action,
        item=f"hackathon:{version.hackathon_id}",
        detail={"version": version.version},
        at=now,
    )
