"""Guests: people who take part in one quiz under a name of their own, without an account."""

import unicodedata
from datetime import datetime, timedelta

from allauth.core.internal.cryptokit import generate_user_code
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext as _

from classroom.models import Course, Enrolment, Role, User
from classroom.models.user import GUEST_DOMAIN
from quizzes.errors import Refused
from quizzes.models import Arrival, Attempt, Quiz, Room
from quizzes.services.audit import note
from quizzes.services.room import room_of

MOST_NAME_CHARACTERS = 40
#: Nobody's room is larger; somebody with the code and a script must not fill the database.
MOST_GUESTS = 2_000
#: How long guests are known by name after they came last.
DAYS_REMEMBERED = 30


def guest_name(text: str) -> str:
    """Return a name as it is shown, with single spaces.

    Raises
    ------
    Refused
        It is empty, too long, or holds characters that nobody sees or that turn the text around.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(char.isalnum() for char in name):
        raise Refused(_("Choose a name with at least one letter or digit."))
    if len(name) > MOST_NAME_CHARACTERS:
        raise Refused(_("Choose a name of at most %(most)d characters.") % {"most": MOST_NAME_CHARACTERS})
    if any(unicodedata.category(char).startswith("C") for char in name):
        raise Refused(_("This name holds invisible characters: type it anew."))
    return name


def give_join_code(*, quiz: Quiz, by: User, now: datetime) -> str:
    """Give the quiz a new code for guests and return it; the old one is dead from now on.

    Of several who do so at once, as pages do that are opened together, one does, and all get that code.
    """
    code = str(generate_user_code(length=8, dashed=False))
    with transaction.atomic():
        if Quiz.objects.filter(pk=quiz.pk, join_code=quiz.join_code).update(join_code=code):
            note(quiz, by, "quiz.join_code_given", now)
    quiz.refresh_from_db(fields=["join_code"])
    return str(quiz.join_code)


def quiz_to_join(*, code: str, now: datetime) -> Quiz | None:
    """Return the quiz that this code opens to guests, None if there is none."""
    found = Quiz.objects.filter(
        join_code=code, anonymous=True, published_at__lte=now, course__archived_at=None
    )
    return found.select_related("course").first()


def join_as_guest(*, quiz: Quiz, name: str, ticket: str, now: datetime, guest: User | None = None) -> User:
    """Let somebody in under a name of their own and return who they are from now on.

    Parameters
    ----------
    ticket
        A secret of the page that asks; the same page sent twice makes one guest.
    guest
        Who this browser is already, from another quiz: they stay the same person.

    Raises
    ------
    Refused
        The quiz takes no guests (any more), is over or full; the name will not do; the instructor has
        removed this guest.
    """
    name = guest_name(name)
    room = room_of(quiz)
    with transaction.atomic():
        Room.objects.select_for_update().get(pk=room.pk)  # one at a time, so that no name is given twice
        fresh = Quiz.objects.filter(pk=quiz.pk, anonymous=True, published_at__lte=now).first()
        if fresh is None or (fresh.closes_at is not None and fresh.closes_at <= now):
            raise Refused(_("This quiz takes no guests now: ask whoever gave you the code."))
        key = str(salted_hmac("quizzes.guest", f"{quiz.course_id}:{ticket}", algorithm="sha256").hexdigest())[
            :32
        ]
        known = guest or User.objects.filter(email=f"guest-{key}@{GUEST_DOMAIN}").first()
        if known and Arrival.objects.filter(room=room, user=known).exists():
            return known
        if known and Enrolment.objects.filter(course=quiz.course, user=known).exclude(left_at=None).exists():
            raise Refused(_("Your instructor has removed you from this course."))
        if Arrival.objects.filter(room=room).count() >= MOST_GUESTS:
            raise Refused(_("This room is full."))
        return _admit(room, quiz.course, known, key, name, now)


def _key_of(quiz: Quiz, ticket: str) -> str:
    """Return what names the guest of this page; staff see it, so it must not tell the ticket."""
    digest = salted_hmac("quizzes.guest", f"{quiz.course_id}:{ticket}", algorithm="sha256").hexdigest()
    return str(digest)[:32]


def _admit(room: Room, course: Course, known: User | None, key: str, name: str, now: datetime) -> User:
    free = _free_name(name, room, course, but=known)
    if known is None:
        known = User.objects.create_guest(key, free)
    elif known.name != free:
        known.name = free
        known.save(update_fields=["name"])
    Enrolment.objects.get_or_create(course=course, user=known, defaults={"role": Role.GUEST})
    Arrival.objects.create(room=room, user=known, arrived_at=now)
    return known


def _free_name(name: str, room: Room, course: Course, but: User | None = None) -> str:
    """Return the name, with a number if somebody in the room or a member of the course has it already."""
    members = Enrolment.objects.filter(course=course, left_at=None).exclude(role=Role.GUEST)
    arrived = Arrival.objects.filter(room=room)
    here = User.objects.filter(Q(pk__in=members.values("user")) | Q(pk__in=arrived.values("user")))
    if but is not None:
        here = here.exclude(pk=but.pk)
    taken = {one.casefold() for one in here.values_list("name", flat=True)}
    if name.casefold() not in taken:
        return name
    number = 2
    while f"{name} ({number})".casefold() in taken:
        number += 1
    return f"{name} ({number})"


def rename_guest(*, quiz: Quiz, user: User, name: str, by: User, now: datetime) -> str:
    """Call a guest by another name, and return it as it became.

    Raises
    ------
    Refused
        The person is no guest of this quiz, or the name will not do.
    """
    room = _room_with_guest(quiz, user)
    with transaction.atomic():
        Room.objects.select_for_update().get(pk=room.pk)
        free = _free_name(guest_name(name), room, quiz.course, but=user)
        User.objects.filter(pk=user.pk).update(name=free)
        note(quiz, by, "guest.renamed", now, about=user)
    user.name = free
    return free


def remove_guest(*, quiz: Quiz, user: User, by: User, now: datetime) -> None:
    """Send a guest away from the course: their pages end at once, what they handed in stays.

    Raises
    ------
    Refused
        The person is no guest of this quiz.
    """
    _room_with_guest(quiz, user)
    with transaction.atomic():
        Enrolment.objects.filter(course=quiz.course, user=user, left_at=None).update(left_at=now)
        Arrival.objects.filter(room__quiz__course=quiz.course, user=user).delete()
        note(quiz, by, "guest.removed", now, about=user)


def _room_with_guest(quiz: Quiz, user: User) -> Room:
    room = Room.objects.filter(quiz=quiz, arrivals__user=user).first()
    if room is None or not user.is_guest:
        raise Refused(_("This guest is not in the room any more."))
    return room


def forgettable_guests(*, now: datetime, days: int = DAYS_REMEMBERED) -> "QuerySet[User]":
    """Return who came as a guest and has not been back for `days` days."""
    lately = Arrival.objects.filter(user=OuterRef("pk"), arrived_at__gt=now - timedelta(days=days))
    return User.objects.filter(
        ~Exists(lately),
        email__endswith=f"@{GUEST_DOMAIN}",
        date_joined__lte=now - timedelta(days=days),
        anonymised_at=None,
    )


def forget_guests(*, now: datetime, days: int = DAYS_REMEMBERED) -> int:
    """Forget the `forgettable_guests`; return how many.

    What they handed in stays and is nobody's: it counts in statistics. Their browsers are signed out.
    """
    forgotten = 0
    for guest in forgettable_guests(now=now, days=days).iterator(chunk_size=500):
        with transaction.atomic():
            forgotten += _forget(guest, now)
    return forgotten


def _forget(guest: User, now: datetime) -> int:
    if not Attempt.objects.filter(user=guest).exists():
        guest.delete()
        return 1
    Attempt.objects.filter(user=guest).update(device="")
    Arrival.objects.filter(user=guest).delete()
    Enrolment.objects.filter(user=guest, left_at=None).update(left_at=now)
    # Sessions are bound to the password's hash, and the address to the page that asked for the name.
    guest.set_unusable_password()
    guest.email = f"guest-{get_random_string(32).lower()}@{GUEST_DOMAIN}"
    guest.name, guest.is_active, guest.anonymised_at = _("Guest"), False, now
    guest.save(update_fields=["password", "email", "name", "is_active", "anonymised_at"])
    return 1
