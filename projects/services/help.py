"""Help at a hackathon: who asks for whom, and when. The queue itself is `classroom.helpdesk`'s."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom import errors, helpdesk
from classroom.models import HelpDesk, HelpRequest, User
from projects import words
from projects.errors import Refused
from projects.models import Hackathon, Team
from projects.services import places


def desk_of(hackathon: Hackathon) -> HelpDesk:
    """Return the event's help desk."""
    return helpdesk.desk_for(course=hackathon.course, about=f"hackathon:{hackathon.pk}")


def parties_of(user: User, team: Team | None) -> list[str]:
    """Return for whom somebody asks: the team, where there is one; and what was asked before joining it."""
    return [*([f"team:{team.pk}"] if team else []), f"user:{user.pk}"]


def ask_for_help(
    *, hackathon: Hackathon, team: Team | None, user: User, topic: str, place: str, now: datetime
) -> HelpRequest:
    """Queue the request of a team, or of somebody without one.

    Raises
    ------
    Refused
        Mentors are not there yet or any more, the person does not take part, or there is an open request.
    """
    opens, closes = hackathon.registration_opens_at, hackathon.ends_at
    if not opens <= now < closes:
        raise Refused(
            _("Mentors can be asked from %(first)s until %(last)s.")
            % {"first": words.moment(opens, hackathon.course), "last": words.moment(closes, hackathon.course)}
        )
    desk = desk_of(hackathon)
    try:
        with transaction.atomic():
            if team is None:
                places.check_takes_part(hackathon=hackathon, user=user)
            return helpdesk.ask(
                desk=desk,
                party=parties_of(user, team)[0],
                party_name=team.name if team else str(user),
                by=user,
                topic=topic,
                place=place,
                now=now,
            )
    except errors.Refused as refusal:
        raise Refused(str(refusal)) from None
