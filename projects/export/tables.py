"""The tables of a hackathon that its organisers may take away, column by column.

What is not named here does not leave: secrets (join codes, calendars' addresses, seeds), answer keys, and
what a leaderboard hides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.models import (
    Answer,
    Availability,
    Award,
    Board,
    Certificate,
    CertificateTemplate,
    Challenge,
    Choice,
    Conflict,
    Consent,
    Criterion,
    EventAnnouncement,
    FunctionGrade,
    Hackathon,
    Judge,
    Look,
    Mark,
    Membership,
    Notebook,
    Project,
    ProjectPicture,
    Registration,
    RegistrationQuestion,
    Reminder,
    Room,
    Scan,
    Schedule,
    Session,
    Slot,
    Submission,
    Team,
    Track,
    TrackEntry,
    Training,
)

Cell = str | int | float | bool | None
#: How many rows are held at once.
CHUNK = 2000


@dataclass(frozen=True)
class Table:
    """A table: of which rows, how they belong to a hackathon, and what each column is looked up by."""

    name: str
    about: str | Promise
    model: type[Model]
    within: str
    columns: Mapping[str, str]

    def rows(self, hackathon: Hackathon) -> Iterator[list[Cell]]:
        """Return the rows in the order in which they came to be; one query."""
        zone = hackathon.course.zone
        found = self.model._default_manager.filter(**{self.within: hackathon.pk}).order_by("pk")
        for row in found.values_list(*self.columns.values()).iterator(chunk_size=CHUNK):
            yield [_cell(value, zone) for value in row]


def _cell(value: object, zone: ZoneInfo) -> Cell:
    """Return a value as JSON has it; times on the event's clock with their offset."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | UUID):
        return str(value)
    raise TypeError(f"A table has no form for {type(value).__name__}: leave the column out.")


def _same(*names: str, **others: str) -> dict[str, str]:
    """Return columns called what they are looked up by, then those with a name of their own."""
    return {name: name for name in names} | others


def _person(at: str) -> dict[str, str]:
    return {"person": f"{at}__name", "email": f"{at}__email"}


TABLES = (
    Table(
        "hackathon",
        _("dates and rules"),
        Hackathon,
        "pk",
        _same(
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
        _same("id", "position", "kind", "text", "help_text", "choices", "required", "removed_at"),
    ),
    Table(
        "registrations",
        _("who registered, and when each registration came to where it stands"),
        Registration,
        "hackathon",
        _same("id")
        | _person("user")
        | _same(
            *("begun_at", "changed_at", "submitted_at", "queued_at", "offer_expires_at", "confirmed_at"),
            *("withdrawn_at", "declined_at", "lapsed_at"),
        ),
    ),
    Table(
        "answers",
        _("what they answered, with the question as it was; of files the name"),
        Answer,
        "registration__hackathon",
        _same("id", registration="registration_id", question="question_id")
        | _person("registration__user")
        | _same("asked", "value", "answered_at"),
    ),
    Table(
        "consents",
        _("who agreed to the code of conduct, to which words (their SHA-256)"),
        Consent,
        "hackathon",
        _person("user") | _same("text_sha256", "given_at"),
    ),
    Table(
        "check_ins",
        _("who came, as the doors saw it"),
        Scan,
        "hackathon",
        _person("user") | _same("at", "door", "undoes", "received_at", by="by__name"),
    ),
    Table(
        "announcements",
        _("what was announced to whom"),
        EventAnnouncement,
        "hackathon",
        _same("id", "audience", "title", "body", "pinned", "by_mail", team="team__name", by="author__name")
        | _same("published_at", "mailed_at", "changed_at", "withdrawn_at"),
    ),
    Table(
        "reminders",
        _("of which deadlines how many people were reminded"),
        Reminder,
        "hackathon",
        _same("deadline", "due_at", "hours", "sent_at", "people"),
    ),
    Table(
        "challenges",
        _("what teams work on"),
        Challenge,
        "hackathon",
        _same(
            *("id", "position", "title", "description", "exercise", "max_points", "capacity", "taken"),
            *("published_at", "opens_at", "closes_at", "late_days", "late_percent", "policy", "tries"),
            *("tries_window_minutes", "is_own_idea", "data_url", "prizes"),
        ),
    ),
    Table(
        "mentors",
        _("who helps with which challenge"),
        Challenge.mentors.through,
        "challenge__hackathon",
        {"challenge_id": "challenge_id", "challenge": "challenge__title"} | _person("user"),
    ),
    Table(
        "teams",
        _("teams, those that no longer exist included"),
        Team,
        "hackathon",
        _same("id", "name", "size", "created_at", "archived_at"),
    ),
    Table(
        "members",
        _("who is in which team"),
        Membership,
        "hackathon",
        _same("team_id", team="team__name") | _person("user") | _same("is_leader", "joined_at"),
    ),
    Table(
        "projects",
        _("what teams registered"),
        Project,
        "team__hackathon",
        _same("id", "team_id", "challenge_id", team="team__name", challenge="challenge__title")
        | _same(
            *("title", "abstract", "needs", "repository_url", "demo_url", "video_url"),
            *("has_public_repository", "has_commented_notebook", "has_video", "registered_at"),
            *("changed_at", "withdrawn_at", "approved_at", "changes_wanted_at", "review_words", "credits"),
        ),
    ),
    Table(
        "pictures",
        _("pictures of projects"),
        ProjectPicture,
        "project__team__hackathon",
        _same("id", "project_id", project="project__title")
        | _same("position", "alt", "media_type", "width", "height", "digest", "added_at"),
    ),
    Table(
        "notebooks",
        _("notebooks of projects"),
        Notebook,
        "project__team__hackathon",
        _same("project_id", project="project__title") | _same("name", "size_bytes", "uploaded_at"),
    ),
    Table(
        "project_authors",
        _("who was in the team when it handed in, where that is settled"),
        Project.authors.through,
        "project__team__hackathon",
        {"project_id": "project_id", "project": "project__title"} | _person("user"),
    ),
    Table(
        "hand_ins",
        _("what teams handed in, with points"),
        Submission,
        "challenge__hackathon",
        _same("id", "challenge_id", "team_id", challenge="challenge__title", team="team__name")
        | _person("user")
        | _same(
            *("number", "exercise", "filename", "sha256", "size_bytes", "submitted_at", "graded_at"),
            *("score", "max_score", "late_factor", "chosen_at", "adjusted_score", "adjustment_comment"),
            *("adjusted_at", "failed_at"),
        ),
    ),
    Table(
        "hand_in_authors",
        _("who was in the team at each hand-in"),
        Submission.authors.through,
        "submission__challenge__hackathon",
        {"hand_in_id": "submission_id"} | _person("user"),
    ),
    Table(
        "functions",
        _("how the grader judged each function"),
        FunctionGrade,
        "submission__challenge__hackathon",
        {"hand_in_id": "submission_id", "function": "name"} | _same("verdict", "points", "max_points"),
    ),
    Table(
        "leaderboards",
        _("the rules of leaderboards"),
        Board,
        "challenge__hackathon",
        _same("challenge_id", challenge="challenge__title")
        | _same(
            *("metric", "cpu_seconds", "memory_mib", "max_parameters", "runs_a_day", "time_zone"),
            *("freezes_at", "final_at", "created_at"),
        ),
    ),
    Table(
        "trainings",
        _("what hand-ins reached on leaderboards, on the public part of the data"),
        Training,
        "submission__challenge__hackathon",
        {"hand_in_id": "submission_id"}
        | _same("began_at", "cpu_seconds", "parameters", "stage", "reason", "score", "low", "high"),
    ),
    Table(
        "tracks",
        _("what is judged beside the whole"),
        Track,
        "hackathon",
        _same("id", "position", "title", "question", "by_choice", challenge="challenge__title"),
    ),
    Table(
        "track_entries",
        _("which projects compete in tracks that teams enter themselves"),
        TrackEntry,
        "track__hackathon",
        _same("track_id", "project_id", track="track__title", project="project__title") | _same("entered_at"),
    ),
    Table(
        "criteria",
        _("the rubric"),
        Criterion,
        "hackathon",
        _same("id", "position", "title", "help_text", "weight"),
    ),
    Table(
        "judges",
        _("who judges"),
        Judge,
        "hackathon",
        _same("id") | _person("user") | _same(track="track__title") | _same("added_at", "left_at"),
    ),
    Table(
        "conflicts",
        _("whom judges must not judge"),
        Conflict,
        "judge__hackathon",
        _same("judge_id") | _person("judge__user") | _same(team="team__name") | _same("declared_at"),
    ),
    Table(
        "looks",
        _("which judge put which project where"),
        Look,
        "judge__hackathon",
        _same("id", "judge_id")
        | _person("judge__user")
        | _same("project_id", project="project__title")
        | _same("begun_at", "placed_at", "place", "skipped_at", "comment"),
    ),
    Table(
        "marks",
        _("what judges gave for each criterion"),
        Mark,
        "look__judge__hackathon",
        _same("look_id", "criterion_id", criterion="criterion__title") | _same("points"),
    ),
    Table(
        "votes",
        _("the public vote: which ballot put which project where, not whose it is"),
        Choice,
        "ballot__hackathon",
        _same("ballot_id", "project_id", project="project__title") | _same("place"),
    ),
    Table(
        "awards",
        _("prizes, and the projects that get them"),
        Award,
        "hackathon",
        _same("id", "position", "title", "sponsor", "prize", challenge="challenge__title")
        | _same(track="track__title")
        | _same("project_id", project="project__title", team="project__team__name")
        | _same("given_at"),
    ),
    Table(
        "certificates",
        _("what was certified to whom"),
        Certificate,
        "hackathon",
        _same("id", "kind", "code")
        | _person("user")
        | _same("name", "team", "project", "award_title", "issued_at", "withdrawn_at"),
    ),
    Table(
        "certificate_texts",
        _("what certificates say, where that was changed"),
        CertificateTemplate,
        "hackathon",
        _same("kind", "language", "title", "text", "signatures", "is_landscape"),
    ),
    Table("rooms", _("rooms and links"), Room, "hackathon", _same("id", "position", "name", "url")),
    Table(
        "sessions",
        _("what happens"),
        Session,
        "hackathon",
        _same("id", "uid", "kind", "title", "abstract", "track", "speaker_names", team="team__name"),
    ),
    Table(
        "speakers",
        _("who speaks at what"),
        Session.speakers.through,
        "session__hackathon",
        {"session_id": "session_id", "session": "session__title"} | _person("user"),
    ),
    Table(
        "schedules",
        _("the versions of the schedule; without a number the draft"),
        Schedule,
        "hackathon",
        _same("id", "version", "released_at", "note"),
    ),
    Table(
        "slots",
        _("where and when each session is, in each version"),
        Slot,
        "schedule__hackathon",
        _same("schedule_id", version="schedule__version")
        | _same("session_id", session="session__title", room="room__name")
        | _same("starts_at", "ends_at"),
    ),
    Table(
        "availabilities",
        _("when rooms and people can be had"),
        Availability,
        "hackathon",
        _same(room="room__name") | _person("user") | _same("starts_at", "ends_at"),
    ),
)


def table(name: str) -> Table | None:
    """Return the table called `name`."""
    return next((known for known in TABLES if known.name == name), None)
