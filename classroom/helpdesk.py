"""Help desks: asking, claiming, handing back, resolving, and how long one waits.

A desk belongs to a course and is named after what it is for; who may ask and who may serve is for the
caller's doors to say.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db import IntegrityError, transaction
from django.db.models import Case, F, When
from django.utils import translation
from django.utils.translation import gettext as _

from classroom import notices
from classroom.errors import Refused
from classroom.live import News
from classroom.models import Course, HelpDesk, HelpRequest, User
from classroom.models.notice import Sort

#: From how many of the latest requests the usual wait is taken, and how few are too few to say anything.
RECENT = 20
FEWEST = 3
#: How many open requests a page shows.
MOST_SHOWN = 60


@dataclass(frozen=True)
class Waiting:
    """What somebody who waits may expect: how many are before them, and how long others waited lately."""

    ahead: int
    usual_seconds: float | None
    out_of: int
    longest_seconds: float


@dataclass(frozen=True)
class Figures:
    """How a desk is doing; None where nothing has happened yet."""

    waiting: int
    claimed: int
    resolved: int
    wait_seconds: float | None
    resolve_seconds: float | None


def desk_for(*, course: Course, about: str) -> HelpDesk:
    """Return the course's desk for one thing; it is there when it is first asked for."""
    return HelpDesk.objects.get_or_create(course=course, about=about)[0]


def ask(
    *, desk: HelpDesk, party: str, party_name: str, by: User, topic: str, place: str, now: datetime
) -> HelpRequest:
    """Queue a request.

    Raises
    ------
    Refused
        This party has an open request already.
    """
    try:
        with transaction.atomic():
            asked = HelpRequest.objects.create(
                desk=desk,
                party=party,
                party_name=party_name,
                asked_by=by,
                topic=topic,
                place=place,
                asked_at=now,
            )
            _changed(desk)
    except IntegrityError:
        raise Refused(
            _("You have asked already, or somebody of your team has. Withdraw that request to ask anew.")
        ) from None
    return asked


def withdraw(*, desk: HelpDesk, parties: Sequence[str], now: datetime) -> None:
    """Take the open request of any of the parties back, claimed or not.

    Raises
    ------
    Refused
        There is none.
    """
    mine = HelpRequest.objects.unsettled().filter(desk=desk, party__in=parties)
    _act(desk, mine.update, _("There is no open request to withdraw."), withdrawn_at=now)


def claim(*, request: HelpRequest, by: User, page: str, now: datetime) -> None:
    """Let `by` go and help; of many at once exactly one does.

    Who asked is told at once; `page` is the path of the desk.

    Raises
    ------
    Refused
        Somebody else was faster, or the request is no longer open.
    """
    with transaction.atomic():
        waiting = HelpRequest.objects.waiting().filter(pk=request.pk)
        _act(
            request.desk,
            waiting.update,
            _("Somebody else has claimed this request, or it was withdrawn."),
            claimed_at=now,
            claimed_by=by,
        )
        _tell_claimed(request, by, page, now)


def hand_back(*, request: HelpRequest) -> None:
    """Put a claimed request back where it stood: it keeps the time at which it was asked.

    Raises
    ------
    Refused
        Nobody has claimed it, or it is no longer open.
    """
    claimed = HelpRequest.objects.unsettled().filter(pk=request.pk).exclude(claimed_at=None)
    _act(
        request.desk,
        claimed.update,
        _("This request is not claimed any more."),
        claimed_at=None,
        claimed_by=None,
    )


def resolve(*, request: HelpRequest, by: User, note: str, now: datetime) -> None:
    """Close a request that `by` has claimed.

    Raises
    ------
    Refused
        `by` has not claimed it, or it is no longer open.
    """
    own = HelpRequest.objects.unsettled().filter(pk=request.pk, claimed_by=by)
    _act(
        request.desk,
        own.update,
        _("Claim this request first: only who helps can resolve it."),
        resolved_at=now,
        note=note,
    )


def request_of(*, desk: HelpDesk, parties: Sequence[str]) -> HelpRequest | None:
    """Return the latest request of any of the parties."""
    found = HelpRequest.objects.filter(desk=desk, party__in=parties).select_related("claimed_by", "asked_by")
    return found.order_by("-asked_at", "-pk").first()


def open_requests(*, desk: HelpDesk, by: User, limit: int = MOST_SHOWN) -> list[HelpRequest]:
    """Return what is open: what `by` has claimed, then the longest waiting; not all of an endless queue."""
    found = HelpRequest.objects.unsettled().filter(desk=desk).select_related("claimed_by", "asked_by")
    own_first = Case(When(claimed_by=by, then=0), default=1)
    return list(found.order_by(own_first, "asked_at", "pk")[:limit])


def resolved_requests(*, desk: HelpDesk, limit: int = 10) -> list[HelpRequest]:
    """Return what was resolved last, with the notes."""
    done = HelpRequest.objects.filter(desk=desk).exclude(resolved_at=None).select_related("claimed_by")
    return list(done.order_by("-resolved_at", "-pk")[:limit])


def waiting_for(*, request: HelpRequest, now: datetime) -> Waiting:
    """Return what one who waits may expect, in two queries; no promise where there is nothing to go by."""
    queue = list(
        HelpRequest.objects.waiting().filter(desk=request.desk_id).values_list("pk", "asked_at")[:500]
    )
    before = [asked for pk, asked in queue if (asked, pk) < (request.asked_at, request.pk)]
    waits = _recent_waits(request.desk_id)
    longest = (now - min((asked for _pk, asked in queue), default=now)).total_seconds()
    usual = median(waits) if len(waits) >= FEWEST else None
    return Waiting(len(before), usual, len(waits), max(0.0, longest))


def figures(*, desk: HelpDesk) -> Figures:
    """Return how long people waited and were helped (medians of the latest) and what is open."""
    counts = HelpRequest.objects.filter(desk=desk)
    helped = (
        counts.exclude(resolved_at=None)
        .order_by("-resolved_at")
        .values_list("claimed_at", "resolved_at")[:RECENT]
    )
    waits, lengths = _recent_waits(desk.pk), _seconds(helped)
    unsettled = counts.unsettled()
    waiting = unsettled.filter(claimed_at=None).count()
    return Figures(
        waiting=waiting,
        claimed=unsettled.exclude(claimed_at=None).count(),
        resolved=counts.exclude(resolved_at=None).count(),
        wait_seconds=median(waits) if waits else None,
        resolve_seconds=median(lengths) if lengths else None,
    )


def news_of(token: str) -> News | None:
    """Return how often a desk has changed, None where there is no such desk; nothing else is told."""
    changes = HelpDesk.objects.filter(token=token).values_list("changes", flat=True).first()
    return None if changes is None else News({"key": str(changes)})


def _recent_waits(desk: int) -> list[float]:
    claimed = HelpRequest.objects.filter(desk=desk).exclude(claimed_at=None)
    return _seconds(claimed.order_by("-claimed_at").values_list("asked_at", "claimed_at")[:RECENT])


def _seconds(spans: Iterable[tuple[datetime | None, datetime | None]]) -> list[float]:
    return [(end - start).total_seconds() for start, end in spans if start and end]


def _act(desk: HelpDesk, update: Callable[..., int], refusal: str, **changes: object) -> None:
    """Change a request by one conditional update, and let the open pages know."""
    with transaction.atomic():
        if not update(**changes):
            raise Refused(refusal)
        _changed(desk)


def _changed(desk: HelpDesk) -> None:
    HelpDesk.objects.filter(pk=desk.pk).update(changes=F("changes") + 1)


def _tell_claimed(request: HelpRequest, by: User, page: str, now: datetime) -> None:
    course, who = request.desk.course, request.asked_by
    with translation.override(who.language or course.language):
        told = notices.News(
            user=who,
            key=f"help:{request.pk}:claimed:{now.isoformat()}",
            title=_("Help is on the way"),
            body=_("%(mentor)s comes to help with: %(topic)s\n\nWhere: %(place)s")
            % {"mentor": by, "topic": request.topic, "place": request.place},
            page=page,
            urgent=True,
        )
    notices.tell(sort=Sort.TEAM, news=[told], now=now, course=course)
