"""Tables of the schedule."""

from django.utils.translation import gettext_lazy as _

from projects.export.table import Table, person, same
from projects.models import Availability, Room, Schedule, Session, Slot

PLANNED = (
    Table("rooms", _("rooms and links"), Room, "hackathon", same("id", "position", "name", "url")),
    Table(
        "sessions",
        _("what happens"),
        Session,
        "hackathon",
        same("id", "uid", "kind", "title", "abstract", "track", "speaker_names", team="team__name"),
    ),
    Table(
        "speakers",
        _("who speaks at what"),
        Session.speakers.through,
        "session__hackathon",
        {"session_id": "session_id", "session": "session__title"} | person("user"),
    ),
    Table(
        "schedules",
        _("the versions of the schedule; without a number the draft"),
        Schedule,
        "hackathon",
        same("id", "version", "released_at", "note"),
    ),
    Table(
        "slots",
        _("where and when each session is, in each version"),
        Slot,
        "schedule__hackathon",
        same("schedule_id", version="schedule__version")
        | same("session_id", session="session__title", room="room__name")
        | same("starts_at", "ends_at"),
    ),
    Table(
        "availabilities",
        _("when rooms and people can be had"),
        Availability,
        "hackathon",
        same(room="room__name") | person("user") | same("starts_at", "ends_at"),
    ),
)
