"""Registering projects: a team takes a place in a challenge, and gives it back."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import words
from projects.errors import Refused
from projects.models import Challenge, Project, Team


@dataclass(frozen=True)
class ProjectDetails:
    """What a project's page says; links are checked as links and never fetched."""

    title: str
    abstract: str = ""
    needs: str = ""
    repository_url: str = ""
    demo_url: str = ""
    video_url: str = ""
    has_public_repository: bool = False
    has_commented_notebook: bool = False
    has_video: bool = False


def register_project(*, team: Team, challenge: Challenge, details: ProjectDetails, now: datetime) -> Project:
    """Register the team's project, or change what is registered, the challenge included.

    The last place goes to exactly one of many teams at once: it is taken by a conditional update.

    Raises
    ------
    Refused
        Too early or late, the team is too small, or the challenge is full.
    """
    if challenge.hackathon_id != team.hackathon_id:
        raise Refused(_("This challenge belongs to another hackathon."))
    if challenge.is_own_idea and not details.abstract.strip():
        raise Refused(_("With an idea of your own, say in the abstract what you are going to do."))
    with transaction.atomic():
        team = Team.objects.select_for_update().select_related("hackathon__course").get(pk=team.pk)
        project = Project.objects.filter(team=team, withdrawn_at=None).first()
        if project is None or project.challenge_id != challenge.pk:
            _check_may_choose(team, challenge, now)
            _take_place(challenge)
        elif now >= team.hackathon.submission_closes_at:
            raise Refused(
                _("Projects were due on %(when)s; the page stays as it was.")
                % {"when": words.moment(team.hackathon.submission_closes_at, team.hackathon.course)}
            )
        if project is None:
            return Project.objects.create(
                team=team, challenge=challenge, registered_at=now, changed_at=now, **asdict(details)
            )
        if project.challenge_id != challenge.pk:
            _give_back(project.challenge_id)
        Project.objects.filter(pk=project.pk).update(challenge=challenge, changed_at=now, **asdict(details))
    project.refresh_from_db()
    return project


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
