"""Migrations make what the models describe, and suit the code of the release before them."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.utils import ConnectionHandler

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


def tables(database):
    """Return each table's columns and constraints; the order of columns is history."""
    with database.cursor() as cursor:
        see = database.introspection
        return {
            name: (
                sorted(column[:2] + column[3:] for column in see.get_table_description(cursor, name)),
                set(see.get_constraints(cursor, name)),
            )
            for name in see.table_names(cursor)
        }


@pytest.mark.django_db
@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="needs an empty file"
)
def test_migrations_make_the_tables_that_all_tests_run_on(tmp_path):
    file = tmp_path / "db.sqlite3"
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{file}",
        "DJANGO_SETTINGS_MODULE": "classroom.settings",
    }
    command = [sys.executable, "manage.py", "prepare"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
    migrated = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file}})[
        "default"
    ]
    try:
        assert tables(migrated) == tables(connection)
    finally:
        migrated.close()
