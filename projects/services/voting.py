"""The public vote: one ballot a person, changed as often as one likes until the vote closes."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import User
from projects import words
from projects.errors import Refused
from projects.models import Ballot, Choice, Hackathon, Project, competing


def cast_ballot(*, hackathon: Hackathon, user: User, order: Sequence[int], now: datetime) -> None:
    """Make these projects, best first, the person's ballot; an empty order takes the ballot back.

    Raises
    ------
    Refused
        No votes are taken now, there are too many, or one of them may not be chosen.
    """
    check_vote_open(hackathon=hackathon, now=now)
    if len(order) > hackathon.vote_places:
        raise Refused(
            ngettext(
                "A ballot has %(places)d place: take one off first.",
                "A ballot has %(places)d places: take one off first.",
                hackathon.vote_places,
            )
            % {"places": hackathon.vote_places}
        )
    allowed = votable(hackathon=hackathon, user=user).filter(pk__in=order)
    if len(set(order)) != len(order) or allowed.count() != len(order):
        raise Refused(_("One of these projects cannot be chosen (any more). Look at your ballot again."))
    with transaction.atomic():
        ballot = Ballot.objects.get_or_create(hackathon=hackathon, user=user, defaults={"cast_at": now})[0]
        # Two windows of one person write one after the other.
        if Ballot.objects.select_for_update().filter(pk=ballot.pk).first() is None:
            raise Refused(_("Your ballot was taken back in another window. Look at it again."))
        Choice.objects.filter(ballot=ballot).delete()
        if order:
            Ballot.objects.filter(pk=ballot.pk).update(cast_at=now)
            Choice.objects.bulk_create(
                Choice(ballot=ballot, project_id=project, place=place)
                for place, project in enumerate(order, start=1)
            )
        else:
            ballot.delete()


def votable(*, hackathon: Hackathon, user: User) -> QuerySet[Project]:
    """Return what a person may vote for: everything but their own."""
    return competing(hackathon, None).exclude(authors=user).exclude(team__memberships__user=user)


def check_vote_open(*, hackathon: Hackathon, now: datetime) -> None:
    """Raise `Refused` while no votes are taken; the end itself is already too late."""
    if hackathon.takes_votes(now):
        return
    opens_at, closes_at = hackathon.vote_opens_at, hackathon.vote_closes_at
    if opens_at is None:
        raise Refused(_("There is no vote at this hackathon."))
    if closes_at and now >= closes_at:
        raise Refused(_("The vote closed on %(when)s.") % {"when": words.moment(closes_at, hackathon.course)})
    if now < opens_at:
        raise Refused(
            _("The vote opens on %(when)s.") % {"when": words.moment(opens_at, hackathon.course)},
            until=opens_at,
        )
    if hackathon.ranking_published_at:
        raise Refused(_("The results are published: no more votes are taken."))
    raise Refused(_("Votes are taken while the projects are shown; they are not shown now."))
