"""Registering projects: a team takes a place in a challenge, and gives it back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import User
from projects import words
from projects.errors import Refused
from projects.models import Challenge, Project, ProjectDraft, Team

#: The longest draft, all fields together.
MAX_DRAFT_LETTERS = 20_000


@dataclass(frozen=True)
class ProjectDetails:
    """What a project's page says; links are checked as links and never fetched."""

    title: str
    abstract: str = ""
    needs: str = ""
    credits: str = ""
    repository_url: str = ""
    demo_url: str = ""
    video_url: str = ""
    has_public_repository: bool = False
    has_commented_notebook: bool = False
    has_video: bool = False


def register_project(
    *,
    team: Team,
    challenge: Challenge,
    details: ProjectDetails,
    now: datetime,
    seen: datetime | None = None,
) -> Project:
    """Register the team's project, or change what is registered, the challenge included.

    The last place goes to exactly one of many teams at once: it is taken by a conditional update. The
    draft is done with. A change keeps an approval, and asks again where changes were wanted.

    Parameters
    ----------
    seen
        When what is changed was saved, as the writer has seen it; None: it does not matter.

    Raises
    ------
    Refused
        Too early or late, the team is too small, the challenge is full, or somebody else of the team has
        saved meanwhile.
    """
    if challenge.hackathon_id != team.hackathon_id:
        raise Refused(_("This challenge belongs to another hackathon."))
    if challenge.is_own_idea and not details.abstract.strip():
        raise Refused(_("With an idea of your own, say in the abstract what you are going to do."))
    with transaction.atomic():
        team = Team.objects.select_for_update().select_related("hackathon__course").get(pk=team.pk)
        project = Project.objects.filter(team=team, withdrawn_at=None).first()
        _check_seen(project, ProjectDraft.objects.filter(team=team).first(), seen)
        if project is None or project.challenge_id != challenge.pk:
            _check_may_choose(team, challenge, now)
            _take_place(challenge)
        else:
            _check_due(team, now)
        ProjectDraft.objects.filter(team=team).delete()
        if project is None:
            return Project.objects.create(
                team=team, challenge=challenge, registered_at=now, changed_at=now, **asdict(details)
            )
        if project.challenge_id != challenge.pk:
            _give_back(project.challenge_id)
        Project.objects.filter(pk=project.pk).update(
            challenge=challenge, changed_at=now, changes_wanted_at=None, **asdict(details)
        )
    project.refresh_from_db()
    return project


def keep_draft(
    *, team: Team, typed: Mapping[str, str], by: User, now: datetime, seen: datetime | None = None
) -> None:
    """Keep what was typed for the team's project; it takes no place and nobody else sees it.

    Raises
    ------
    Refused
        A project is registered already, projects were due, it is endless, or somebody else of the team has
        saved meanwhile.
    """
    if sum(map(len, typed.values())) > MAX_DRAFT_LETTERS:
        raise Refused(_("This is too long for a draft. Shorten the abstract, then save again."))
    with transaction.atomic():
        team = Team.objects.select_for_update().select_related("hackathon__course").get(pk=team.pk)
        if Project.objects.filter(team=team, withdrawn_at=None).exists():
            raise Refused(_("Your project is registered already: save it instead."))
        _check_due(team, now)
        _check_seen(None, ProjectDraft.objects.filter(team=team).first(), seen)
        ProjectDraft.objects.update_or_create(
            team=team,
            defaults={
                "typed": {name: text.replace("\0", "") for name, text in typed.items()},
                "changed_at": now,
                "changed_by": by,
            },
        )


def withdraw_project(*, team: Team, now: datetime) -> None:
    """Withdraw the team's project; its place is free at once.

    Raises
    ------
    Refused
        Nothing is registered, or registration is over.
    """
    with transaction.atomic():
        team = Team.objects.select_for_update().select_related("hackathon__course").get(pk=team.pk)
        if now >= team.hackathon.teams_close_at:
            raise Refused(_("Registration is over. Ask the organisers to withdraw your project."))
        if not release_place(team=team, now=now):
            raise Refused(_("Your team has registered no project."))


def release_place(*, team: Team, now: datetime) -> bool:
    """Stamp the team's project as withdrawn and free its place; False when there is none."""
    project = Project.objects.filter(team=team, withdrawn_at=None).first()
    if project is None or not Project.objects.filter(pk=project.pk, withdrawn_at=None).update(
        withdrawn_at=now
    ):
        return False
    _give_back(project.challenge_id)
    return True


def _check_due(team: Team, now: datetime) -> None:
    event = team.hackathon
    if now >= event.submission_closes_at:
        raise Refused(
            _("Projects were due on %(when)s; the page stays as it was.")
            % {"when": words.moment(event.submission_closes_at, event.course)}
        )


def _check_seen(project: Project | None, draft: ProjectDraft | None, seen: datetime | None) -> None:
    """Refuse to overwrite what the writer has not seen."""
    stored = project or draft
    if seen is not None and stored is not None and stored.changed_at != seen:
        raise Refused(
            _(
                "Somebody of your team has saved in between. What you wrote is kept below: compare it with "
                "what is saved (open this page in another window), then save again."
            )
        )


def _check_may_choose(team: Team, challenge: Challenge, now: datetime) -> None:
    event = team.hackathon
    if team.archived_at:
        raise Refused(_("This team no longer exists. Create one, or join another."))
    if not event.registration_opens_at <= now < event.teams_close_at:
        raise Refused(
            _("A challenge can be chosen from %(first)s until %(last)s.")
            % {
                "first": words.moment(event.registration_opens_at, event.course),
                "last": words.moment(event.teams_close_at, event.course),
            }
        )
    smallest = max(event.min_team_size, challenge.min_team_size)
    if team.size < smallest:
        raise Refused(
            ngettext(
                "This needs a team of at least %(count)d. Invite somebody with your code first.",
                "This needs a team of at least %(count)d. Invite others with your code first.",
                smallest,
            )
            % {"count": smallest}
        )


def _take_place(challenge: Challenge) -> None:
    if Challenge.objects.with_places().filter(pk=challenge.pk).update(taken=F("taken") + 1):
        return
    free = Challenge.objects.with_places().filter(hackathon=challenge.hackathon_id)
    titles = ", ".join(f"“{title}”" for title in free.values_list("title", flat=True)) or "—"
    raise Refused(
        _(
            "The last place in “%(title)s” has just been taken. What you wrote is kept. There are places "
            "left in: %(others)s."
        )
        % {"title": challenge.title, "others": titles}
    )


def _give_back(challenge_id: int) -> None:
    Challenge.objects.filter(pk=challenge_id, taken__gt=0).update(taken=F("taken") - 1)
