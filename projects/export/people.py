"""Tables of the event itself and of the people at it."""

from django.utils.translation import gettext_lazy as _

from classroom.models import HelpRequest
from projects.export.table import Table, person, same
from projects.models import (
    Answer,
    Consent,
    EventAnnouncement,
    Hackathon,
    Registration,
    RegistrationQuestion,
    Reminder,
    Scan,
)

PEOPLE = (
    Table(
        "hackathon",
        _("dates and rules"),
        Hackathon,
        "pk",
        same(
            *("id", "title", "summary", "venue", "venue_url", "code_of_conduct", "starts_at", "ends_at"),
            *("registration_opens_at", "registration_closes_at", "building_opens_at", "building_closes_at"),
            *("submission_closes_at", "judging_opens_at", "judging_closes_at", "gallery_opens_at"),
            *(
                "gallery_closes_at",
                "gallery_is_public",
                "awards_published_at",
                "published_at",
                "min_team_size",
                "max_team_size",
            ),
            *("registration_required", "places", "places_taken", "offer_hours", "projects_reviewed"),
            *("vote_opens_at", "vote_closes_at", "vote_places", "ranking_published_at", "ranking_places"),
        ),
    ),
    Table(
        "questions",
        _("what people are asked when they register"),
        RegistrationQuestion,
        "hackathon",
        same("id", "position", "kind", "text", "help_text", "choices", "required", "removed_at"),
    ),
    Table(
        "registrations",
        _("who registered, and when each registration came to where it stands"),
        Registration,
        "hackathon",
        same("id")
        | person("user")
        | same(
            *("begun_at", "changed_at", "submitted_at", "queued_at", "offer_expires_at", "confirmed_at"),
            *("withdrawn_at", "declined_at", "lapsed_at"),
        ),
    ),
    Table(
        "answers",
        _("what they answered, with the question as it was; of files the name"),
        Answer,
        "registration__hackathon",
        same("id", registration="registration_id", question="question_id")
        | person("registration__user")
        | same("asked", "value", "answered_at"),
    ),
    Table(
        "consents",
        _("who agreed to the code of conduct, to which words (their SHA-256)"),
        Consent,
        "hackathon",
        person("user") | same("text_sha256", "given_at"),
    ),
    Table(
        "check_ins",
        _("who came, as the doors saw it"),
        Scan,
        "hackathon",
        person("user") | same("at", "door", "undoes", "received_at", by="by__name"),
    ),
    Table(
        "announcements",
        _("what was announced to whom"),
        EventAnnouncement,
        "hackathon",
        same("id", "audience", "title", "body", "pinned", "by_mail", team="team__name", by="author__name")
        | same("published_at", "mailed_at", "changed_at", "withdrawn_at"),
    ),
    Table(
        "reminders",
        _("of which deadlines how many people were reminded"),
        Reminder,
        "hackathon",
        same("deadline", "due_at", "hours", "sent_at", "people"),
    ),
    Table(
        "help_requests",
        _("who asked the mentors for help, and when who came"),
        HelpRequest,
        "desk__about",
        same("id", asked_for="party_name")
        | person("asked_by")
        | same("topic", "place", "asked_at", "claimed_at", mentor="claimed_by__name")
        | same("resolved_at", "withdrawn_at", "note"),
        key=lambda hackathon: f"hackathon:{hackathon.pk}",
    ),
)
