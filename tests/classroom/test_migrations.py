"""Migrations suit the release before them, whose code goes on serving while and after they run."""

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

#: Each app's last migration of the last release. Raised with every release.
RELEASED = {
    "classroom": "0014_minutes_to_success",
    "lti": "0003_invitations",
    "projects": "0024_ways_into_teams",
    "quizzes": "0009_uploads",
}


def faults(operation, new_tables):
    """Say what the last release's code would stumble over."""
    if isinstance(operation, migrations.RenameField | migrations.RenameModel):
        yield "renames: add the new name, fill it, and drop the old one a release later"
    if isinstance(operation, migrations.AddField) and operation.model_name_lower not in new_tables:
        field = operation.field
        given = field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED
        if not given:
            yield f"adds {operation.model_name}.{operation.name} that the old code's INSERT lacks: db_default"


@pytest.mark.parametrize("app", RELEASED)
def test_the_last_releases_code_can_go_on_meanwhile(app):
    loader = MigrationLoader(None)
    ours = sorted(name for label, name in loader.disk_migrations if label == app)
    new = [loader.disk_migrations[app, name] for name in ours if name > RELEASED[app]]
    operations = [operation for migration in new for operation in migration.operations]
    made = {one.name_lower for one in operations if isinstance(one, migrations.CreateModel)}
    assert [fault for operation in operations for fault in faults(operation, made)] == []


@pytest.mark.parametrize(
    ("operation", "count"),
    [
        (migrations.AddField("quiz", "room", models.CharField(max_length=9, default="")), 1),
        (migrations.AddField("quiz", "room", models.CharField(max_length=9, default="", db_default="")), 0),
        (migrations.AddField("quiz", "room", models.CharField(max_length=9, null=True)), 0),
        (migrations.AddField("new", "room", models.CharField(max_length=9, default="")), 0),
        (migrations.RenameField("quiz", "title", "name"), 1),
        (migrations.AddField("quiz", "rooms", models.ManyToManyField("quizzes.quiz")), 0),
    ],
)
def test_what_the_last_release_stumbles_over_is_found(operation, count):
    assert len(list(faults(operation, {"new"}))) == count
