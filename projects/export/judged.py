"""Tables of what is said about projects: judging, votes, awards, certificates."""

from django.utils.translation import gettext_lazy as _

from projects.export.table import Table, person, same
from projects.models import (
    Award,
    Certificate,
    CertificateTemplate,
    Choice,
    Conflict,
    Criterion,
    Judge,
    Look,
    Mark,
    Track,
    TrackEntry,
)

JUDGED = (
    Table(
        "tracks",
        _("what is judged beside the whole"),
        Track,
        "hackathon",
        same("id", "position", "title", "question", "by_choice", challenge="challenge__title"),
    ),
    Table(
        "track_entries",
        _("which projects compete in tracks that teams enter themselves"),
        TrackEntry,
        "track__hackathon",
        same("track_id", "project_id", track="track__title", project="project__title") | same("entered_at"),
    ),
    Table(
        "criteria",
        _("the rubric"),
        Criterion,
        "hackathon",
        same("id", "position", "title", "help_text", "weight"),
    ),
    Table(
        "judges",
        _("who judges"),
        Judge,
        "hackathon",
        same("id") | person("user") | same(track="track__title") | same("added_at", "left_at"),
    ),
    Table(
        "conflicts",
        _("whom judges must not judge"),
        Conflict,
        "judge__hackathon",
        same("judge_id") | person("judge__user") | same(team="team__name") | same("declared_at"),
    ),
    Table(
        "looks",
        _("which judge put which project where"),
        Look,
        "judge__hackathon",
        same("id", "judge_id")
        | person("judge__user")
        | same("project_id", project="project__title")
        | same("begun_at", "placed_at", "place", "skipped_at", "comment"),
    ),
    Table(
        "marks",
        _("what judges gave for each criterion"),
        Mark,
        "look__judge__hackathon",
        same("look_id", "criterion_id", criterion="criterion__title") | same("points"),
    ),
    Table(
        "votes",
        _("the public vote: which ballot put which project where, not whose it is"),
        Choice,
        "ballot__hackathon",
        same("ballot_id", "project_id", project="project__title") | same("place"),
    ),
    Table(
        "awards",
        _("prizes, and the projects that get them"),
        Award,
        "hackathon",
        same("id", "position", "title", "sponsor", "prize", challenge="challenge__title")
        | same(track="track__title")
        | same("project_id", project="project__title", team="project__team__name")
        | same("given_at"),
    ),
    Table(
        "certificates",
        _("what was certified to whom"),
        Certificate,
        "hackathon",
        same("id", "kind", "code")
        | person("user")
        | same("name", "team", "project", "award_title", "issued_at", "withdrawn_at"),
    ),
    Table(
        "certificate_texts",
        _("what certificates say, where that was changed"),
        CertificateTemplate,
        "hackathon",
        same("kind", "language", "title", "text", "signatures", "is_landscape"),
    ),
)
