"""Tables of what teams do: challenges, projects, hand-ins."""

from django.utils.translation import gettext_lazy as _

from projects.export.table import Table, person, same
from projects.models import (
    Board,
    Challenge,
    FunctionGrade,
    Membership,
    Notebook,
    Project,
    ProjectPicture,
    Seeker,
    Submission,
    Team,
    Training,
)

WORK = (
    Table(
        "challenges",
        _("what teams work on"),
        Challenge,
        "hackathon",
        same(
            *("id", "position", "title", "description", "exercise", "max_points", "capacity", "taken"),
            *("published_at", "opens_at", "closes_at", "late_days", "late_percent", "policy", "tries"),
            *("tries_window_minutes", "is_own_idea", "data_url", "prizes", "starter_code"),
        ),
    ),
    Table(
        "mentors",
        _("who helps with which challenge"),
        Challenge.mentors.through,
        "challenge__hackathon",
        {"challenge_id": "challenge_id", "challenge": "challenge__title"} | person("user"),
    ),
    Table(
        "teams",
        _("teams, those that no longer exist included"),
        Team,
        "hackathon",
        same("id", "name", "size", "pitch", "skills_wanted", "listed_at", "created_at", "archived_at"),
    ),
    Table(
        "members",
        _("who is in which team"),
        Membership,
        "hackathon",
        same("team_id", team="team__name") | person("user") | same("is_leader", "joined_at"),
    ),
    Table(
        "seekers",
        _("who looks for a team, as they put it on the board"),
        Seeker,
        "hackathon",
        person("user") | same("skills", "about", "listed_at"),
    ),
    Table(
        "projects",
        _("what teams registered"),
        Project,
        "team__hackathon",
        same("id", "team_id", "challenge_id", team="team__name", challenge="challenge__title")
        | same(
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
        same("id", "project_id", project="project__title")
        | same("position", "alt", "media_type", "width", "height", "digest", "added_at"),
    ),
    Table(
        "notebooks",
        _("notebooks of projects"),
        Notebook,
        "project__team__hackathon",
        same("project_id", project="project__title") | same("name", "size_bytes", "uploaded_at"),
    ),
    Table(
        "project_authors",
        _("who was in the team when it handed in, where that is settled"),
        Project.authors.through,
        "project__team__hackathon",
        {"project_id": "project_id", "project": "project__title"} | person("user"),
    ),
    Table(
        "hand_ins",
        _("what teams handed in, with points"),
        Submission,
        "challenge__hackathon",
        same("id", "challenge_id", "team_id", challenge="challenge__title", team="team__name")
        | person("user")
        | same(
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
        {"hand_in_id": "submission_id"} | person("user"),
    ),
    Table(
        "functions",
        _("how the grader judged each function"),
        FunctionGrade,
        "submission__challenge__hackathon",
        {"hand_in_id": "submission_id", "function": "name"} | same("verdict", "points", "max_points"),
    ),
    Table(
        "leaderboards",
        _("the rules of leaderboards"),
        Board,
        "challenge__hackathon",
        same("challenge_id", challenge="challenge__title")
        | same(
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
        | same("began_at", "cpu_seconds", "parameters", "stage", "reason", "score", "low", "high"),
    ),
)
