"""Tell people of an event: on the site, by mail as each of them wants it, and in the course's chat.

A notice is written in the event's own transaction, once a person and event. Its letter waits in the outbox
until the quiet hours are over, or with the notice for the letter of the day. What must reach an address, not
a person who reads here (sign-in codes, invitations, what concerns the account), goes through `notify.email`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom import notify
from classroom.appearance import zone_named
from classroom.models import Course, Notice, NoticeSettings, Outbox, User
from classroom.models.notice import How, Sort
from classroom.quiet import after_quiet, next_at

#: How many people's letters of the day one sweep writes.
LETTERS_AT_ONCE = 200
#: How many notices one letter lists; the rest are counted.
MOST_IN_A_LETTER = 50
SALT = "classroom.notices"


@dataclass(frozen=True)
class News:
    """What one person is told, in that person's language; `page` is the path of what it is about.

    A letter about something `urgent` comes at once, whatever the person chose: tomorrow it would be too late.
    Where it is of use only `until` some time, it comes at once rather than after that.
    """

    user: User
    key: str
    title: str
    body: str
    page: str
    urgent: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class Post:
    """What the course's Mattermost channel is told of the same event: Markdown, in the course's language.

    `title` is what the log of messages calls it.
    """

    key: str
    text: str
    title: str


def tell(
    *,
    sort: Sort,
    news: Iterable[News],
    now: datetime,
    course: Course | None = None,
    post: Post | None = None,
) -> bool:
    """Tell people, and the course's channel; who was told with the same key already is not told again.

    Guests are not told, nor who may not sign in any more. Return whether there is a channel for the `post`.
    """
    people = [one for one in news if one.user.is_active and not one.user.is_guest]
    with transaction.atomic():
        posted = (
            course is not None
            and post is not None
            and notify.mattermost(
                key=f"{post.key}:chat", course=course, text=post.text, title=post.title, now=now
            )
        )
        known = set(
            Notice.objects.filter(
                user__in=[one.user.pk for one in people], key__in={one.key for one in people}
            ).values_list("user_id", "key")
        )
        fresh = [one for one in people if (one.user.pk, one.key) not in known]
        chosen = NoticeSettings.objects.filter(user__in=[one.user for one in fresh])
        choices = {own.user_id: own for own in chosen}
        plans = [_plan(one, choices.get(one.user.pk), sort, now, course) for one in fresh]
        Notice.objects.bulk_create([plan[0] for plan in plans], batch_size=500, ignore_conflicts=True)
        _send([letter for _notice, letter in plans if letter], now, course)
        told = {one.user.pk for one in fresh}
        # After the commit: two events that tell the same people in another order would wait for each other.
        transaction.on_commit(lambda: count_unread(told), robust=True)
    return posted


def _plan(
    one: News, own: NoticeSettings | None, sort: Sort, now: datetime, course: Course | None
) -> tuple[Notice, notify.Letter | None]:
    """Return a person's notice, and the letter if one is written now."""
    how, at = _mailed(one, own or NoticeSettings(user=one.user), sort, now)
    notice = Notice(
        user=one.user,
        course=course,
        sort=sort,
        key=one.key,
        title=notify.one_line(one.title),
        body=one.body,
        page=one.page,
        at=now,
        mail_due_at=at if how == How.DAILY else None,
    )
    if how != How.AT_ONCE:
        return notice, None
    letter = notify.Letter(
        key=f"{one.key}:{one.user.pk}",
        to=one.user.email,
        subject=one.title,
        body=_letter(one, course),
        not_before=at,
        unsubscribe="" if one.urgent else unsubscribe_page(one.user, sort),
    )
    return notice, letter


def _letter(one: News, course: Course | None) -> str:
    """Return a letter's text: what is told, where there is more of it, and at the end whom it is from."""
    with translation.override(language_of(one.user, course)):
        ending = _how_you_hear()
    if course is not None:
        ending = f"{course.title}\n{ending}"
    return f"{one.body}\n\n{settings.SITE_URL}{one.page}\n\n-- \n{ending}".strip()


def _how_you_hear() -> str:
    address = settings.SITE_URL + reverse("notice_settings")
    return _("How you hear of things: %(address)s") % {"address": address}


def _mailed(one: News, own: NoticeSettings, sort: Sort, now: datetime) -> tuple[How, datetime]:
    """Return how the person hears of it by mail, and when: not after it has become useless."""
    how = How.AT_ONCE if one.urgent else own.how(sort)
    if one.urgent or how == How.NEVER:
        return how, now
    if how == How.DAILY:
        due = next_at(now, own.digest_at, clock_of(one.user))
        if one.until is None or _after_quiet(one.user, own, due) < one.until:
            return how, due
    at = _after_quiet(one.user, own, now)
    return How.AT_ONCE, at if one.until is None or at < one.until else now


def language_of(user: User, course: Course | None) -> str:
    """Return the language in which somebody is told of a course's things."""
    return user.language or (course.language if course else settings.LANGUAGE_CODE)


def zone_for(user: User, course: Course) -> ZoneInfo:
    """Return the zone in which times of a course's things are written to somebody, as pages show them."""
    return zone_named(user.time_zone) or course.zone


def clock_of(user: User) -> ZoneInfo:
    """Return the zone in which somebody's quiet hours and days are meant: the site's if they chose none."""
    return zone_named(user.time_zone) or ZoneInfo(settings.TIME_ZONE)


def _after_quiet(user: User, own: NoticeSettings, moment: datetime) -> datetime:
    return after_quiet(moment, own.quiet_from, own.quiet_until, clock_of(user))


def _send(letters: Sequence[notify.Letter], now: datetime, course: Course | None) -> None:
    """Put letters into the outbox; a bell is rung for a single one, many wait for the sweep."""
    if len(letters) == 1:
        notify.letter_out(letter=letters[0], now=now, course=course)
    else:
        notify.emails(letters=letters, now=now, course=course)


def count_unread(users: Iterable[int]) -> None:
    """Bring the number that the top of every page shows up to date: it is read with the person.

    The people are locked first, in a statement of its own. Without, of two events at the same moment the
    second would wait inside its update and then count what it saw before it waited, without the first.
    """
    users = list(users)
    unread = Notice.objects.filter(user=OuterRef("pk"), read_at=None).order_by()
    count = unread.values("user").annotate(count=Count("pk")).values("count")
    with transaction.atomic():
        list(
            User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk").values_list("pk")
        )
        User.objects.filter(pk__in=users).update(
            unread_notices=Coalesce(Subquery(count, output_field=IntegerField()), 0)
        )


def read(*, user: User, now: datetime, pk: int | None = None) -> None:
    """Mark one notice as read, or all."""
    with transaction.atomic():
        unread = Notice.objects.filter(user=user, read_at=None)
        # What was read here is left out of the day's letter.
        (unread if pk is None else unread.filter(pk=pk)).update(read_at=now, mail_due_at=None)
        count_unread([user.pk])


def take_back(*, course: Course, key_begins: str) -> None:
    """Take back what people were told with such keys; letters that have not left yet are not sent."""
    with transaction.atomic():
        told = Notice.objects.filter(course=course, key__startswith=key_begins)
        unread = list(told.filter(read_at=None).values_list("user_id", flat=True))
        told.delete()
        Outbox.objects.filter(
            course=course, key__startswith=key_begins, sent_at=None, given_up_at=None
        ).delete()
        transaction.on_commit(lambda: count_unread(unread), robust=True)


# The day's letter ------------------------------------------------------------------------------------------


def write_digests(*, now: datetime) -> None:
    """Write the day's letters that are due, each with all that waits for it."""
    due = Notice.objects.filter(mailed_at=None, mail_due_at__lte=now, user__is_active=True)
    for user in due.order_by().values_list("user", flat=True).distinct()[:LETTERS_AT_ONCE]:
        _write_digest(user, now)


def _write_digest(pk: int, now: datetime) -> None:
    """Claim what waits and write the letter, both or neither; of two workers the second finds nothing.

    One letter a day is one on each date of the person's clock, whatever hour or zone they change to: where
    there is one of today already, what waits goes into the next.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=pk)
        waiting = Notice.objects.filter(user=user, mailed_at=None, mail_due_at__lte=now)
        found = list(waiting.select_related("course").order_by("at", "pk"))
        if not found:
            return
        own = NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user)
        arrives, clock = _after_quiet(user, own, now), clock_of(user)
        key = f"digest:{user.pk}:{arrives.astimezone(clock).date()}"
        if Outbox.objects.filter(key=key).exists():
            waiting.update(mail_due_at=next_at(now, own.digest_at, clock))
            return
        Notice.objects.filter(pk__in=[notice.pk for notice in found]).update(mailed_at=now)
        with translation.override(language_of(user, found[0].course)):
            letter = notify.Letter(
                key=key,
                to=user.email,
                subject=ngettext("%(count)d notice", "%(count)d notices", len(found)) % {"count": len(found)},
                body=_digest(found),
                not_before=arrives,
                unsubscribe=unsubscribe_page(user),
            )
        notify.letter_out(letter=letter, now=now)


def _digest(found: Sequence[Notice]) -> str:
    parts = []
    for notice in found[:MOST_IN_A_LETTER]:
        place = f"{notice.course.title}: " if notice.course else ""
        parts.append(f"{place}{notice.title}\n{notice.body}\n{settings.SITE_URL}{notice.page}")
    if (left := len(found) - MOST_IN_A_LETTER) > 0:
        parts.append(_("And %(count)d more, on the site.") % {"count": left})
    parts.append(_how_you_hear())
    return "\n\n---\n\n".join(parts)


# How somebody wants to hear of things ----------------------------------------------------------------------


def choose(*, user: User, chosen: Mapping[str, Any], now: datetime) -> None:
    """Store what somebody chose; it also holds for what waits for a day's letter already."""
    with transaction.atomic():
        own = NoticeSettings.objects.update_or_create(user=user, defaults=dict(chosen))[0]
        _follow(own, now)


def _follow(own: NoticeSettings, now: datetime) -> None:
    """Let what waits for the day's letter come at the hour chosen now, or stay on the site."""
    daily = [sort for sort in Sort if own.how(sort) == How.DAILY]
    waiting = Notice.objects.filter(user=own.user, mailed_at=None, mail_due_at__isnull=False)
    waiting.exclude(sort__in=daily).update(mail_due_at=None)
    waiting.update(mail_due_at=next_at(now, own.digest_at, clock_of(own.user)))


# Who wants no more of it -----------------------------------------------------------------------------------


def unsubscribe_page(user: User, sort: Sort | None = None) -> str:
    """Return the path of a page that ends letters of one sort, or the day's letter, without signing in."""
    return reverse("unsubscribe", args=[signing.dumps([user.pk, sort], salt=SALT)])


def read_unsubscribe(token: str) -> tuple[User, Sort | None]:
    """Return whom a link is about, and which letters.

    Raises
    ------
    signing.BadSignature, User.DoesNotExist
        The link was not made here, or the person is gone.
    """
    pk, sort = signing.loads(token, salt=SALT)
    return User.objects.get(pk=pk, is_active=True), Sort(sort) if sort else None


def unsubscribe(*, user: User, sort: Sort | None, now: datetime) -> None:
    """Send no more letters of one sort; without one, none of those that come once a day."""
    with transaction.atomic():
        own = NoticeSettings.objects.get_or_create(user=user)[0]
        for one in [sort] if sort else list(Sort):
            if sort or own.how(one) == How.DAILY:
                setattr(own, one.value, How.NEVER)
        own.save(update_fields=[one.value for one in Sort])
        _follow(own, now)
