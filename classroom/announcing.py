"""Announcing to a course: writing, publishing, changing, withdrawing, and telling people of it once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from classroom import audit, bell, notices
from classroom.errors import Refused
from classroom.models import Announcement, Course, Enrolment, Role, User
from classroom.models.notice import Sort

TELL_TASK = "classroom.tasks.tell_announcements"
#: How people are told beside on the course's pages.
CHANNELS = ("as_notice", "in_chat")
#: The same text by the same person within this time is a second click.
SECOND_CLICK = timedelta(minutes=1)


class ChangedMeanwhile(Refused):
    """Somebody else saved the same announcement while this was written; saving again replaces theirs."""


def write(*, announcement: Announcement, by: User, now: datetime) -> Announcement:
    """Store a new announcement and return it; a second click returns what the first one stored."""
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=announcement.course_id)
        if first := _clicked_before(announcement, by, now):
            return first
        announcement.author, announcement.written_at = by, now
        announcement.save(force_insert=True)
        _log("written", announcement, by, now)
        _ring(announcement, now)
    return announcement


def change(
    *, announcement: Announcement, values: Mapping[str, Any], seen: str, by: User, now: datetime
) -> None:
    """Change what an announcement says, and when it comes out as long as it has not.

    Of one that is out, `as_notice` and `in_chat` mean that people are told of it, again if they were before.

    Parameters
    ----------
    seen
        The revision that the writer began with, as a form brings it back.

    Raises
    ------
    ChangedMeanwhile
        There is another revision by now; nothing is changed.
    Refused
        It is withdrawn, or it came out meanwhile and its time shall change.
    """
    with transaction.atomic():
        fresh = Announcement.objects.select_for_update().filter(pk=announcement.pk).first()
        if fresh is None or fresh.withdrawn_at:
            raise Refused(_("It was withdrawn or deleted meanwhile. Copy your text, and write a new one."))
        if seen != str(fresh.revision):
            raise ChangedMeanwhile(
                _(
                    "Somebody saved this announcement while you wrote. Your text is below: compare it with "
                    "the announcement, then save again to replace theirs."
                )
            )
        was_out = fresh.is_out(now)
        if was_out:
            if "published_at" in values:
                raise Refused(_("It came out meanwhile: look at what can still change, then save again."))
            values = {**values, **_told_again(fresh, values), "changed_at": now}
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.revision += 1
        fresh.save(update_fields=[*values, "revision"])
        _log("published" if fresh.is_out(now) and not was_out else "changed", fresh, by, now)
        _ring(fresh, now)


def publish(*, announcement: Announcement, by: User, now: datetime) -> None:
    """Publish a draft, or what is scheduled, now.

    Raises
    ------
    Refused
        It is out already, withdrawn or deleted.
    """
    with transaction.atomic():
        waiting = Announcement.objects.filter(Q(published_at=None) | Q(published_at__gt=now))
        waiting = waiting.filter(pk=announcement.pk, withdrawn_at=None)
        if not waiting.update(published_at=now, revision=F("revision") + 1):
            raise Refused(_("It is published already, or withdrawn. Look at it again."))
        fresh = Announcement.objects.get(pk=announcement.pk)
        _log("published", fresh, by, now)
        _ring(fresh, now)


def withdraw(*, announcement: Announcement, by: User, now: datetime) -> None:
    """Take it off students' pages, with the notices of it and letters that have not left.

    What has left cannot be called back. A draft is deleted, since nobody has seen it. A second time changes
    nothing.
    """
    with transaction.atomic():
        one = Announcement.objects.filter(pk=announcement.pk)
        if one.filter(published_at=None).delete()[0]:
            _log("deleted", announcement, by, now)
        elif one.filter(withdrawn_at=None).update(withdrawn_at=now):
            _log("withdrawn", announcement, by, now)
            notices.take_back(course=announcement.course, key_begins=_key(announcement))


def hold_back(*, course: Course, by: User, now: datetime) -> None:
    """Make drafts of what is scheduled: nothing comes out in the archive, where nobody could withdraw it."""
    for one in Announcement.objects.scheduled(now).filter(course=course).select_related("course"):
        still = Announcement.objects.scheduled(now).filter(pk=one.pk)
        if still.update(published_at=None, revision=F("revision") + 1):
            _log("held_back", one, by, now)


def tell_due(*, now: datetime) -> None:
    """Tell people of every announcement that is out and of which they shall be told; each once."""
    untold = Announcement.objects.untold(now)
    for pk in untold.order_by("published_at").values_list("pk", flat=True):
        with transaction.atomic():
            # Whoever stamps it tells of it, as it is from then on: one that was withdrawn, put off or
            # changed at this moment is not told of, or with its new text.
            if untold.filter(pk=pk).update(told_at=now):
                _tell(Announcement.objects.select_related("course").get(pk=pk), now)


def _tell(found: Announcement, now: datetime) -> None:
    course, page = found.course, found.get_absolute_url()
    key = f"{_key(found)}{found.revision}"
    people: list[User] = []
    if found.as_notice:
        enrolled = Enrolment.objects.filter(course=course, left_at=None, user__is_active=True)
        others = enrolled.exclude(role=Role.GUEST).exclude(user=found.author_id)
        people = [enrolment.user for enrolment in others.select_related("user").order_by("user")]
    posted = notices.tell(
        sort=Sort.ANNOUNCEMENT,
        news=[notices.News(user, key, found.title, found.body, page) for user in people],
        now=now,
        course=course,
        post=notices.Post(key, _post(found, page), found.title) if found.in_chat else None,
    )
    Announcement.objects.filter(pk=found.pk).update(told_people=len(people), in_chat=posted)


def _post(found: Announcement, page: str) -> str:
    return f"#### {found.title}\n\n{found.body}\n\n{settings.SITE_URL}{page}"


def _key(announcement: Announcement) -> str:
    """Return how the keys of all that people are told of an announcement begin."""
    return f"news:{announcement.pk}:"


def _told_again(fresh: Announcement, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes the sweep tell of it as is asked for; what it still has to tell, it tells too."""
    asked = {name: bool(values.get(name)) for name in CHANNELS}
    if not any(asked.values()):
        return {name: getattr(fresh, name) for name in CHANNELS}
    if fresh.told_at is None:
        asked = {name: wished or getattr(fresh, name) for name, wished in asked.items()}
    return {**asked, "told_at": None}


def _clicked_before(announcement: Announcement, by: User, now: datetime) -> Announcement | None:
    same = Announcement.objects.filter(
        course=announcement.course_id,
        author=by,
        title=announcement.title,
        body=announcement.body,
        written_at__gt=now - SECOND_CLICK,
    )
    if announcement.is_out(now):
        return same.shown(now).first()
    return same.filter(published_at=announcement.published_at, withdrawn_at=None).first()


def _ring(announcement: Announcement, now: datetime) -> None:
    if announcement.is_out(now) and any(getattr(announcement, name) for name in CHANNELS):
        bell.ring(TELL_TASK)


def _log(what: str, announcement: Announcement, by: User, now: datetime) -> None:
    item = f"announcement:{announcement.pk}"
    audit.note(announcement.course, by, f"announcement.{what}", now, item=item, title=announcement.title)
