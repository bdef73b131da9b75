"""Approving projects, where the organiser wants it."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from classroom.models.notice import Sort
from classroom.notices import News, tell
from projects.errors import Refused
from projects.models import Hackathon, Membership, Project


def approve(*, project: Project, seen: datetime, words: str = "", by: User, now: datetime) -> None:
    """Let the project be shown, in the state of `seen`; the team gets a letter.

    Raises
    ------
    Refused
        The team has changed or withdrawn it since `seen`.
    """
    _decide(project, seen, by, now, approved_at=now, changes_wanted_at=None, words=words.strip())


def want_changes(*, project: Project, seen: datetime, words: str, by: User, now: datetime) -> None:
    """Say what is missing; the project is not shown until it is approved.

    Raises
    ------
    Refused
        There are no words, or the team has changed or withdrawn the project since `seen`.
    """
    if not words.strip():
        raise Refused(_("Say what the team should change."))
    _decide(project, seen, by, now, approved_at=None, changes_wanted_at=now, words=words.strip())


def _decide(
    project: Project,
    seen: datetime,
    by: User,
    now: datetime,
    *,
    approved_at: datetime | None,
    changes_wanted_at: datetime | None,
    words: str,
) -> None:
    with transaction.atomic():
        as_seen = Project.objects.registered().filter(pk=project.pk, changed_at=seen)
        if not as_seen.update(
            approved_at=approved_at, changes_wanted_at=changes_wanted_at, review_words=words, reviewed_by=by
        ):
            raise Refused(_("The team has changed its project meanwhile. Look at it again, then decide."))
        event = Hackathon.objects.select_related("course").get(teams__projects=project)
        AuditEntry.objects.create(
            course=event.course,
            actor=by,
            action="project.approved" if approved_at else "project.changes_wanted",
            item=f"project:{project.pk}",
            at=now,
        )
        _tell(event, project, words, approved=approved_at is not None, now=now)
    project.refresh_from_db()


def _tell(event: Hackathon, project: Project, words: str, *, approved: bool, now: datetime) -> None:
    """Write to the members, each in their language."""
    page = reverse("projects:project", args=[event.course.slug, event.pk])
    news = []
    for member in Membership.objects.filter(team=project.team_id).select_related("user"):
        with translation.override(member.user.language or event.course.language):
            if approved:
                subject = _("Approved: %(title)s")
                body = _("Your project is approved. You can still change it until projects are due.")
            else:
                subject = _("Changes wanted: %(title)s")
                body = _("Your project is not shown yet. Change it and save: then it is looked at again.")
            key = f"project:{project.pk}:review:{now.isoformat()}"
            text = "\n\n".join(filter(None, [body, words]))
            news.append(News(member.user, key, subject % {"title": project.title}, text, page))
    tell(sort=Sort.RESULT, news=news, now=now, course=event.course)
