"""From a launch to a place in the course."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.errors import Refused
from classroom.lti.claims import Claims
from classroom.lti.models import Context, Platform, WorkLink
from classroom.lti.roles import role_for
from classroom.models import AuditEntry, Course, Enrolment, EnrolmentRequest, Role, User


def context_of(*, platform: Platform, claims: Claims) -> Context | None:
    """Return the platform's course as the launch names it, with its services as they are now."""
    if not claims.context_id:
        return None
    context, _created = Context.objects.select_related("course", "platform").get_or_create(
        platform=platform,
        deployment_id=claims.deployment_id,
        context_id=claims.context_id,
        defaults={"title": claims.context_title},
    )
    told = {
        "title": claims.context_title or context.title,
        "memberships_url": _own(platform, claims.memberships_url) or context.memberships_url,
        "lineitems_url": _own(platform, claims.lineitems_url) or context.lineitems_url,
        "grade_scopes": claims.grade_scopes or context.grade_scopes,
    }
    changed = [name for name, value in told.items() if getattr(context, name) != value]
    for name in changed:
        setattr(context, name, told[name])
    if changed:
        context.save(update_fields=changed)
    return context


def _own(platform: Platform, url: str) -> str:
    return url if url and platform.owns(url) else ""


def link_of(*, context: Context, claims: Claims, work: str, now: datetime) -> None:
    """Remember which link on the platform opens which work, and where its scores go."""
    if not claims.resource_link_id:
        return
    lineitem = _own(context.platform, claims.lineitem_url)
    link, created = WorkLink.objects.get_or_create(
        context=context,
        resource_link_id=claims.resource_link_id,
        defaults={
            "work": work,
            "title": claims.resource_title,
            "lineitem_url": lineitem,
            "seen_at": now,
        },
    )
    if not created:
        told = {"work": work, "title": claims.resource_title or link.title, "seen_at": now}
        if lineitem:
            told["lineitem_url"] = lineitem
        WorkLink.objects.filter(pk=link.pk).update(**told)


def seat_for(*, user: User, course: Course, platform: Platform, roles: list[str], now: datetime) -> Enrolment:
    """Return the person's place in the course; who has none gets one, with the role the platform may give.

    Who has one keeps the role: a platform raises nobody. Who was removed here stays away.

    Raises
    ------
    Refused
        There is no place for this person; the text says whom to ask.
    """
    found = Enrolment.objects.filter(course=course, user=user).first()
    if found is None:
        role = role_for(roles, platform)
        if role is None:
            raise Refused(
                _(
                    "%(platform)s gives you no role in %(course)s here. "
                    "Ask an instructor of the course to add you."
                )
                % {"platform": platform, "course": course}
            )
        found = enrol(user=user, course=course, role=role, platform=platform, now=now)
    if found.left_at is not None:
        raise Refused(
            _("You no longer take part in %(course)s. Ask an instructor of the course to add you again.")
            % {"course": course}
        )
    return found


def enrol(*, user: User, course: Course, role: Role, platform: Platform, now: datetime) -> Enrolment:
    """Give somebody a place who has none; a second call at the same time finds the first one's."""
    if course.archived_at:
        raise Refused(_("%(course)s is archived: nobody can be added any more.") % {"course": course})
    with transaction.atomic():
        enrolment, created = Enrolment.objects.get_or_create(
            course=course, user=user, defaults={"role": role}
        )
        if created:
            EnrolmentRequest.objects.open().filter(course=course, user=user).update(accepted_at=now)
            AuditEntry.objects.create(
                course=course,
                actor=None,
                action="people.added",
                about=user,
                detail={"role": role, "platform": platform.name},
                at=now,
            )
    return enrolment


def connect_course(*, context: Context, course: Course, by: User, now: datetime) -> None:
    """Connect a platform's course with ours, once.

    Raises
    ------
    Refused
        It is connected already.
    """
    with transaction.atomic():
        if not Context.objects.filter(pk=context.pk, course=None).update(
            course=course, linked_by=by, linked_at=now
        ):
            raise Refused(_("This course of the platform is connected already."))
        _log(context, course, by, "lti.course_connected", now)


def disconnect_course(*, context: Context, by: User, now: datetime) -> None:
    """Undo that; people and points stay as they are, and launches ask again."""
    with transaction.atomic():
        course = context.course
        if course and Context.objects.filter(pk=context.pk, course=course).update(
            course=None, linked_by=None, linked_at=None
        ):
            _log(context, course, by, "lti.course_disconnected", now)


def _log(context: Context, course: Course, by: User, action: str, now: datetime) -> None:
    AuditEntry.objects.create(
        course=course,
        actor=by,
        action=action,
        detail={"platform": context.platform.name, "context": str(context)},
        at=now,
    )
