"""Awards: which there are, who gets them, and the one moment at which everybody learns of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from classroom.models.notice import Sort
from classroom.notices import News, tell
from projects import queries
from projects.errors import Refused
from projects.models import Award, Certificate, Hackathon, Project
from projects.models.track import competing
from projects.services import organising, places


def add_award(*, event: Hackathon, award: Award) -> Award:
    """Add an award behind the others.

    Raises
    ------
    Refused
        The awards are published.
    """
    award.hackathon = event
    with transaction.atomic():
        _lock_unpublished(event)
        award.position = organising.behind(Award.objects.filter(hackathon=event))
        award.save(force_insert=True)
    return award


def change_award(*, award: Award, fields: Sequence[str]) -> None:
    """Store the changed `fields`.

    Raises
    ------
    Refused
        The awards are published, or the project that gets it is in another challenge.
    """
    with transaction.atomic():
        _lock_unpublished(award.hackathon)
        project = Award.objects.select_related("project").get(pk=award.pk).project
        if project is not None:
            _check_may_get(award, project)
        award.save(update_fields=fields)


def remove_award(*, award: Award, now: datetime) -> None:
    """Delete an award; certificates of it are withdrawn.

    Raises
    ------
    Refused
        The awards are published.
    """
    with transaction.atomic():
        _lock_unpublished(award.hackathon)
        Certificate.objects.valid().filter(award=award).update(withdrawn_at=now)
        Award.objects.filter(pk=award.pk).delete()


def give_award(*, award: Award, project: Project | None, by: User, now: datetime) -> None:
    """Give an award to a project, or with None to nobody; certificates of whoever had it are withdrawn.

    Raises
    ------
    Refused
        The awards are published, or this project cannot get it.
    """
    with transaction.atomic():
        _lock_unpublished(award.hackathon)
        if project is not None:
            _check_may_get(award, project)
        if Award.objects.filter(pk=award.pk, project=project).exists():
            return
        Certificate.objects.valid().filter(award=award).update(withdrawn_at=now)
        Award.objects.filter(pk=award.pk).update(
            project=project, given_at=now if project else None, given_by=by if project else None
        )
        detail = {"award": award.title, "project": project.title if project else None}
        _log("award.given", award.hackathon, by, now, detail)


def publish_awards(*, event: Hackathon, by: User, now: datetime) -> None:
    """Show who gets what, and write to the members of their teams; a second time changes nothing.

    Raises
    ------
    Refused
        No award has been given.
    """
    with transaction.atomic():
        locked = places.lock(event)
        given = list(Award.objects.given().filter(hackathon=event).select_related("project"))
        if not given:
            raise Refused(_("No award has been given yet: choose a project for at least one."))
        if locked.awards_published_at is None:
            Hackathon.objects.filter(pk=event.pk).update(awards_published_at=now)
            for award in given:
                _write_to_team(event, award, now)
            _log("awards.published", event, by, now, {"awards": len(given)})
    event.refresh_from_db()


def hide_awards(*, event: Hackathon, by: User, now: datetime) -> None:
    """Take the publication back, so that the awards can be changed; a second time changes nothing."""
    with transaction.atomic():
        places.lock(event)
        shown = Hackathon.objects.filter(pk=event.pk).exclude(awards_published_at=None)
        if shown.update(awards_published_at=None):
            _log("awards.hidden", event, by, now, {})
    event.refresh_from_db()


def _lock_unpublished(event: Hackathon) -> None:
    """Lock the event, so that nothing changes while it is published."""
    if places.lock(event).awards_published_at is not None:
        raise Refused(_("The awards are published. Hide them first, then change them."))


def _check_may_get(award: Award, project: Project) -> None:
    rivals = competing(award.hackathon, award.track)
    if not rivals.filter(pk=project.pk).exists():
        raise Refused(
            _(
                "“%(project)s” does not compete here: it has been withdrawn, is not approved, or is not in "
                "the track."
            )
            % {"project": project.title}
        )
    if award.challenge_id is not None and project.challenge_id != award.challenge_id:
        raise Refused(
            _("“%(award)s” is for projects of “%(challenge)s” only: choose one of them.")
            % {"award": award.title, "challenge": award.challenge}
        )


def _write_to_team(event: Hackathon, award: Award, now: datetime) -> None:
    project = award.project
    if project is None:  # `given` leaves these out
        return
    news = []
    for author in queries.authors_of(project=project):
        with translation.override(author.language or event.course.language):
            news.append(
                News(
                    user=author,
                    key=f"award:{award.pk}:{now.isoformat()}",
                    title=_("Your team gets an award: %(award)s") % {"award": award.title},
                    body=_("%(event)s: “%(project)s” gets the award “%(award)s”. Congratulations!")
                    % {"event": event.title, "project": project.title, "award": award.title},
                    page=event.get_absolute_url(),
                )
            )
    tell(sort=Sort.RESULT, news=news, now=now, course=event.course)


def _log(action: str, event: Hackathon, by: User, now: datetime, detail: Mapping[str, object]) -> None:
    AuditEntry.objects.create(
        course=event.course,
        actor=by,
        action=action,
        item=f"hackathon:{event.pk}",
        detail=dict(detail),
        at=now,
    )
