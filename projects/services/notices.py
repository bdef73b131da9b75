"""What people are told about their registration; written with it, sent after the commit."""

from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classroom.models.notice import Sort
from classroom.notices import News, tell
from projects import tickets, words
from projects.models import Hackathon, Registration


def registered(event: Hackathon, registration: Registration, now: datetime) -> None:
    """Tell that the person takes part."""
    with _language_of(event, registration):
        _tell(
            event,
            registration,
            "confirmed",
            _("You take part: %(event)s") % {"event": event.title},
            _(
                "You have a place. Begin: %(when)s.\n\nYour ticket for the door is on the page below; its "
                "code is %(code)s."
            )
            % {
                "when": words.moment(event.starts_at, event.course),
                "code": tickets.typed(tickets.code_of(event.pk, registration.user_id)),
            },
            now,
        )


def put_on_waiting_list(event: Hackathon, registration: Registration, now: datetime) -> None:
    """Tell that all places are taken for now."""
    with _language_of(event, registration):
        _tell(
            event,
            registration,
            "waiting",
            _("You are on the waiting list: %(event)s") % {"event": event.title},
            _("All places are taken. As soon as one is free for you, we write to you."),
            now,
        )


def place_offered(event: Hackathon, registration: Registration, expires_at: datetime, now: datetime) -> None:
    """Tell that a place is kept, and until when."""
    with _language_of(event, registration):
        _tell(
            event,
            registration,
            "offered",
            _("A place for you: %(event)s") % {"event": event.title},
            _("A place has become free. Accept it before %(when)s; after that it goes to the next person.")
            % {"when": words.moment(expires_at, event.course)},
            now,
        )


def offer_lapsed(event: Hackathon, registration: Registration, now: datetime) -> None:
    """Tell that the place went to somebody else."""
    with _language_of(event, registration):
        _tell(
            event,
            registration,
            "lapsed",
            _("The offer has run out: %(event)s") % {"event": event.title},
            _("The place was not accepted in time and goes to the next person."),
            now,
        )


def declined(event: Hackathon, registration: Registration, now: datetime) -> None:
    """Tell that the organisers declined."""
    with _language_of(event, registration):
        _tell(
            event,
            registration,
            "declined",
            _("No place this time: %(event)s") % {"event": event.title},
            _("The organisers could not give you a place. Write to them if you think this is a mistake."),
            now,
        )


def _language_of(event: Hackathon, registration: Registration) -> translation.override:
    return translation.override(registration.user.language or event.course.language)


def _tell(
    event: Hackathon, registration: Registration, what: str, subject: str, body: str, now: datetime
) -> None:
    news = News(
        user=registration.user,
        key=f"registration:{registration.pk}:{what}:{now.isoformat()}",
        title=subject,
        body=body,
        page=reverse("projects:register", args=[event.course.slug, event.pk]),
        urgent=what == "offered",  # it runs out
    )
    tell(sort=Sort.TEAM, news=[news], now=now, course=event.course)
