"""Coming into a course by oneself: by a link, by a code, or by asking. All of it makes students, nobody else.

Whom staff removed does not come back by a link or code that is still around; they can ask.
"""

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from classroom import audit
from classroom.errors import Refused
from classroom.models import (
    Course,
    Enrolment,
    EnrolmentRequest,
    Entrance,
    InviteLink,
    Role,
    User,
    digest_of,
    new_course_code,
)
from classroom.models.notice import Sort
from classroom.notices import News, tell

#: How long an invite link may work at most.
LONGEST = timedelta(days=366)
#: So many links of a course work at a time: nobody keeps track of more.
MOST_LINKS = 20
#: How soon somebody who was declined may ask again.
ASK_AGAIN_AFTER = timedelta(days=3)


def entrance_of(course: Course) -> Entrance:
    """Return what the course's door is like, as it would be without a row, too."""
    return Entrance.objects.filter(course=course).first() or Entrance(course=course)


def renew_code(*, course: Course, by: User, now: datetime) -> str:
    """Give the course a code, a new one if it has one: the old one stops working."""
    while True:
        code = new_course_code()
        try:
            with transaction.atomic():
                Entrance.objects.update_or_create(course=course, defaults={"code": code})
                audit.note(course, by, "course_code.renewed", now)
        except IntegrityError:  # another course has it: one in 8.5e11
            continue
        return code


def switch_off_code(*, course: Course, by: User, now: datetime) -> None:
    """Take the course's code away."""
    with transaction.atomic():
        if Entrance.objects.filter(course=course).exclude(code=None).update(code=None):
            audit.note(course, by, "course_code.switched_off", now)


def take_requests(*, course: Course, takes: bool, by: User, now: datetime) -> None:
    """Let people ask to take part, or no longer; what was asked before stays to be answered."""
    with transaction.atomic():
        Entrance.objects.update_or_create(course=course, defaults={"takes_requests": takes})
        audit.note(course, by, "course_requests.on" if takes else "course_requests.off", now)


def make_link(
    *, course: Course, label: str, expires_at: datetime, max_uses: int | None, by: User, now: datetime
) -> tuple[InviteLink, str]:
    """Make an invite link and return it with its secret part, which is stored nowhere.

    Raises
    ------
    Refused
        It would have expired already, works too long or for nobody, or there are too many links.
    """
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("Choose an end that is in the future, and within a year."))
    if max_uses is not None and max_uses < 1:
        raise Refused(_("A link is for one person at least."))
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        if InviteLink.objects.working(now).filter(course=course).count() >= MOST_LINKS:
            raise Refused(_("The course has too many links that work: revoke one of them first."))
        token = secrets.token_urlsafe(24)
        link = InviteLink.objects.create(
            course=course,
            digest=digest_of(token),
            label=label,
            max_uses=max_uses,
            expires_at=expires_at,
            created_by=by,
            created_at=now,
        )
        audit.note(course, by, "invite_link.made", now, link=link.pk, label=label, max_uses=max_uses)
    return link, token


def revoke_link(*, link: InviteLink, by: User, now: datetime) -> bool:
    """End a link; who came through it stays. Return False when it was revoked before."""
    with transaction.atomic():
        revoked = InviteLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)
        if revoked:
            audit.note(link.course, by, "invite_link.revoked", now, link=link.pk, label=link.label)
    return bool(revoked)


def link_with(*, token: str, now: datetime) -> InviteLink | None:
    """Return the link with this secret part if somebody can come in through it."""
    working = InviteLink.objects.working(now).filter(course__archived_at=None)
    return working.filter(digest=digest_of(token)).select_related("course").first()


def course_with(*, code: str) -> Course | None:
    """Return the course that has this code."""
    return Course.objects.filter(entrance__code=code, archived_at=None).first() if code else None


def join_by_link(*, link: InviteLink, user: User, now: datetime) -> Enrolment:
    """Take part by a link; whoever takes part already uses nothing up.

    Raises
    ------
    Refused
        The link has no use left, was revoked or has expired, or the person was removed from the course.
    """
    with transaction.atomic():
        enrolment, is_new = _come_in(link.course, user, now, link=link.pk)
        if is_new and not InviteLink.objects.working(now).filter(pk=link.pk).update(uses=F("uses") + 1):
            raise Refused(_("This link no longer works. Ask your instructor for a new one."))
    return enrolment


def join_by_code(*, course: Course, code: str, user: User, now: datetime) -> Enrolment:
    """Take part by the course's code.

    Raises
    ------
    Refused
        The course has another code by now, or the person was removed from it.
    """
    with transaction.atomic():
        # Under a lock, so that nobody comes in by a code that has just been renewed.
        if not Entrance.objects.select_for_update().filter(course=course, code=code).exists():
            raise Refused(_("This code no longer works. Ask your instructor for the new one."))
        return _come_in(course, user, now, code=True)[0]


def ask(*, course: Course, user: User, message: str, now: datetime) -> EnrolmentRequest:
    """Ask to take part; the first request of a day is told to the instructors. Asking twice is asking once.

    Raises
    ------
    Refused
        The course takes no requests, the person takes part already or was declined a moment ago.
    """
    if not Entrance.objects.filter(course=course, course__archived_at=None, takes_requests=True).exists():
        raise Refused(_("This course takes no requests now."))
    if Enrolment.objects.filter(course=course, user=user, left_at=None).exists():
        raise Refused(_("You take part in this course already."))
    mine = EnrolmentRequest.objects.filter(course=course, user=user)
    if mine.filter(declined_at__gt=now - ASK_AGAIN_AFTER).exists():
        raise Refused(_("Your request was declined. You can ask again in a few days, or write to them."))
    with transaction.atomic():
        request, is_new = EnrolmentRequest.objects.open().get_or_create(
            course=course, user=user, defaults={"message": message, "asked_at": now}
        )
        if is_new:
            _tell_instructors(course, now)
    return request


def withdraw(*, course: Course, user: User, now: datetime) -> None:
    """Take one's request back."""
    EnrolmentRequest.objects.open().filter(course=course, user=user).update(withdrawn_at=now)


def accept(*, request: EnrolmentRequest, by: User, now: datetime) -> None:
    """Let somebody in who asked, also one who had left, and tell them.

    Raises
    ------
    Refused
        It was decided or withdrawn in between.
    """
    with transaction.atomic():
        _decide(request, accepted_at=now, decided_by=by)
        enrolment, created = Enrolment.objects.get_or_create(course=request.course, user=request.user)
        if not created:
            Enrolment.objects.filter(pk=enrolment.pk).exclude(left_at=None).update(
                left_at=None, role=Role.STUDENT
            )
        audit.note(request.course, by, "enrolment_request.accepted", now, about=request.user)
        _tell_applicant(request, now, is_in=True, words="")


def decline(*, request: EnrolmentRequest, words: str, by: User, now: datetime) -> None:
    """Decline somebody who asked, and tell them, with a few words if there are any.

    Raises
    ------
    Refused
        It was decided or withdrawn in between.
    """
    with transaction.atomic():
        _decide(request, declined_at=now, decided_by=by, answer=words)
        audit.note(request.course, by, "enrolment_request.declined", now, about=request.user)
        _tell_applicant(request, now, is_in=False, words=words)


def _decide(request: EnrolmentRequest, **outcome: object) -> None:
    if not EnrolmentRequest.objects.open().filter(pk=request.pk).update(**outcome):
        raise Refused(_("This request was decided or withdrawn in between."))


def _come_in(course: Course, user: User, now: datetime, **how: object) -> tuple[Enrolment, bool]:
    """Make a student of somebody; return their place and whether it is new."""
    if Course.objects.filter(pk=course.pk).exclude(archived_at=None).exists():
        raise Refused(_("This course is over."))
    enrolment, is_new = Enrolment.objects.get_or_create(course=course, user=user)
    if enrolment.left_at is not None:
        raise Refused(_("You no longer take part in this course. Ask an instructor to add you again."))
    if is_new:
        EnrolmentRequest.objects.open().filter(course=course, user=user).update(withdrawn_at=now)
        audit.note(course, user, "people.joined", now, about=user, **how)  # type: ignore[arg-type]  # a link or code
    return enrolment, is_new


def _tell_instructors(course: Course, now: datetime) -> None:
    """Tell at most once a day, however many ask."""
    day = localdate(now, course.zone)
    instructors = Enrolment.objects.filter(course=course, role=Role.INSTRUCTOR, left_at=None)
    news = []
    for enrolment in instructors.select_related("user"):
        with translation.override(enrolment.user.language or course.language):
            news.append(
                News(
                    user=enrolment.user,
                    key=f"enrolment-requests:{course.pk}:{day}",
                    title=_("%(course)s: somebody asks to take part") % {"course": course.title},
                    body=_("Accept or decline. There may be more requests by now."),
                    page=reverse("entrances", args=[course.slug]),
                )
            )
    tell(sort=Sort.DUTY, news=news, now=now, course=course)


def _tell_applicant(request: EnrolmentRequest, now: datetime, *, is_in: bool, words: str) -> None:
    course, user = request.course, request.user
    with translation.override(user.language or course.language):
        if is_in:
            title = _("You take part in %(course)s")
            page = course.get_absolute_url()
            body = _("Welcome! The instructors accepted your request.")
        else:
            title = _("%(course)s: your request was declined")
            page = reverse("ask_to_join", args=[course.slug])
            body = _("The instructors declined your request to take part.") + f"\n\n{words}"
        news = News(
            user=user,
            key=f"enrolment-request:{request.pk}:answer",
            title=title % {"course": course.title},
            body=body.strip(),
            page=page,
        )
    tell(sort=Sort.RESULT, news=[news], now=now, course=course)
