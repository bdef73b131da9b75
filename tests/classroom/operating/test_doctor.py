import json
import os
import time
from collections import namedtuple
from datetime import datetime, timedelta

import psycopg
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from classroom import clock, heartbeat, tasks
from classroom.models import Outbox
from classroom.operating.doctor import addresses, database, disk, workers
from tests.classroom.operating.tls import own_certificate, serving_over_tls
from tests.site import wait_until

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has none of its own")


def levels(check):
    return [str(finding.level) for finding in check()]


def test_a_site_without_redis_and_workers_is_told_so_with_remedies(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json")
    findings = {finding["check"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert ended.value.code == 1
    assert (findings["redis"]["level"], findings["workers"]["level"]) == ("error", "error")
    unhelpful = [
        name for name, found in findings.items() if (found["level"] == "ok") == bool(found["remedy"])
    ]
    assert unhelpful == []


@pytest.mark.parametrize(
    ("check", "changed", "expected"),
    [
        (addresses.secret_key, {"SECRET_KEY": "short"}, ["error"]),
        (addresses.address, {"SITE_URL": "http://127.0.0.1:8000"}, ["warning"]),
        (addresses.address, {"SITE_URL": "https://a.example", "ALLOWED_HOSTS": ["*"]}, ["error"]),
        (addresses.address, {"SITE_URL": "https://*", "ALLOWED_HOSTS": ["*"]}, ["error"]),
        (addresses.address, {"SITE_URL": "https://.a.example"}, ["error"]),
        (addresses.https, {"SITE_URL": "http://a.example"}, ["error"]),
        (addresses.mail, {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["warning"]),
        (disk.browser_libraries, {"NODE_MODULES": "/nowhere"}, ["warning"]),
        (addresses.https, {"DEBUG": True}, ["error"]),
        (addresses.proxies, {"SITE_URL": "https://a.example"}, ["error"]),
        (addresses.proxies, {"SITE_URL": "https://a.example", "TRUSTED_PROXIES": ["127.0.0.1"]}, ["ok"]),
        (
            addresses.mail,
            {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": "127.0.0.1",
                "EMAIL_PORT": 1,
            },
            ["error"],
        ),
        (addresses.reachable, {"SITE_URL": "https://127.0.0.2:1"}, ["error"]),
        (addresses.reachable, {"SITE_URL": "http://localhost:8000"}, []),
        (database.time_zones, {"TIME_ZONE": "Europe/Atlantis"}, ["error"]),
    ],
)
def test_what_is_forgotten_is_found(settings, check, changed, expected):
    for name, value in changed.items():
        setattr(settings, name, value)
    assert levels(check) == expected


def test_a_missing_migration_and_one_of_a_newer_version_are_found():
    recorder = MigrationRecorder(connection)
    last = max(name for app, name in recorder.applied_migrations() if app == "projects")
    assert levels(database.migrations) == ["ok"]
    recorder.record_applied("projects", "9999_newer")
    assert levels(database.migrations) == ["warning"]
    recorder.record_unapplied("projects", last)
    assert levels(database.migrations) == ["error"]


@pytest.fixture
def careful():
    """The tests' own server does without fsync, but for this test."""

    def set_fsync(value):
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f"ALTER SYSTEM SET fsync = {value}")
            server.execute("SELECT pg_reload_conf()")

    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        before = cursor.fetchone()[0]
        cursor.execute("SET LOCAL synchronous_commit = on")
    if before == "off":
        assert levels(database.server) == ["error"]
        set_fsync("on")
    yield
    if before == "off":
        set_fsync("off")


@on_postgresql
def test_a_server_that_says_saved_too_early_or_takes_too_few_is_found(settings, monkeypatch, careful):
    wait_until(lambda: levels(database.server) == ["ok"])
    with monkeypatch.context() as changed:
        changed.setitem(settings.DATABASES["default"]["OPTIONS"]["pool"], "max_size", 10_000)
        assert levels(database.server) == ["warning"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert levels(database.server) == ["error"]


@on_postgresql
@pytest.mark.parametrize(("hours", "words"), [(2, "7200 s ahead of"), (-2, "7200 s behind")])
def test_a_clock_that_is_off_is_found(monkeypatch, hours, words):
    assert levels(database.clocks) == ["ok"]

    class Off(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=hours)

    monkeypatch.setattr(database, "datetime", Off)
    [found] = database.clocks()
    assert (found.level, words in found.text) == ("warning", True)


def test_an_old_backup_is_found(settings, tmp_path):
    settings.BACKUPS = tmp_path
    assert levels(disk.backups) == ["warning"]
    file = tmp_path / "2027-05-18T160000Z.classroom.tar"
    file.touch()
    assert levels(disk.backups) == ["ok"]
    os.utime(file, (time.time() - 2 * 86_400,) * 2)
    assert levels(disk.backups) == ["error"]


def test_a_backup_that_another_host_made_counts(settings, tmp_path):
    settings.BACKUPS = tmp_path / "of this host"
    heartbeat.note(heartbeat.BACKED_UP, now=clock.now() - timedelta(hours=20))
    assert levels(disk.backups) == ["ok"]
    heartbeat.note(heartbeat.BACKED_UP, now=clock.now() - timedelta(hours=27))
    assert levels(disk.backups) == ["error"]


def test_old_data_that_nobody_throws_away_is_found():
    assert levels(disk.old_data) == ["warning"]
    call_command("purge", "--dry-run")
    assert levels(disk.old_data) == ["warning"]
    call_command("purge")
    assert levels(disk.old_data) == ["ok"]
    heartbeat.note(heartbeat.PURGED, now=clock.now() - timedelta(days=5))
    assert levels(disk.old_data) == ["warning"]


def test_a_large_class_that_comes_in_pushes_nothing_out_of_the_cache():
    heartbeat.note(now=clock.now())
    cache.set("launch", "nonce")
    cache.set_many({f"launch-{number}": "nonce" for number in range(400)})
    assert (cache.get("launch"), heartbeat.last() is None) == ("nonce", False)


@pytest.mark.parametrize(("days", "expected"), [(60, "ok"), (5, "warning"), (-1, "error")])
def test_a_certificate_that_ends_is_found(settings, tmp_path, monkeypatch, days, expected):
    certificate = own_certificate(tmp_path, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving_over_tls(certificate) as port:
        settings.SITE_URL = f"https://127.0.0.2:{port}"
        assert levels(addresses.reachable) == [expected]


def test_notices_that_were_given_up_are_found():
    assert levels(addresses.notices) == ["ok"]
    now = clock.now()
    Outbox.objects.create(
        channel="email", key="k", recipient="a@example.org", body="b", not_before=now, given_up_at=now
    )
    assert levels(addresses.notices) == ["warning"]


def test_a_sweep_that_does_not_come_round_is_found():
    assert levels(workers.beat) == ["error"]
    tasks.sweep()
    assert levels(workers.beat) == ["ok"]
    heartbeat.note(now=clock.now() - timedelta(minutes=5))
    assert levels(workers.beat) == ["error"]


def test_weaker_walls_are_never_well(settings):
    """A warning where the kernel has them, an error where it has not."""
    settings.SANDBOX_TIER = "reduced"
    [found] = workers.sandbox()
    assert (found.level == "ok", found.remedy == "") == (False, False)


def test_letters_that_nobody_sends_are_found():
    before = clock.now() - timedelta(minutes=20)
    Outbox.objects.create(channel="email", key="k", recipient="a@example.org", body="b", not_before=before)
    [found] = workers.queues()
    assert (found.level, found.text) == ("error", "Work waits (mail: 1, the oldest for 20 min).")


def test_static_files_that_are_missing_or_of_another_version_are_found(settings, tmp_path):
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path
    assert levels(disk.static_files) == ["error"]
    manifest = tmp_path / "staticfiles.json"
    manifest.touch()
    assert levels(disk.static_files) == ["ok"]
    os.utime(manifest, (0, 0))
    assert levels(disk.static_files) == ["warning"]


def test_german_that_is_missing_or_of_another_version_is_found(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    folder = tmp_path / "de/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").touch()
    assert levels(disk.translations) == ["warning"]
    (folder / "django.mo").touch()
    assert levels(disk.translations) == ["ok"]
    os.utime(folder / "django.mo", (0, 0))
    assert levels(disk.translations) == ["warning"]


@pytest.mark.parametrize(("free", "level"), [(2**20, "error"), (500 * 2**20, "warning"), (2**40, "ok")])
def test_a_disk_that_is_nearly_full_is_found(monkeypatch, free, level):
    usage = namedtuple("usage", "total used free")  # the machine, not ours
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10**12, 0, free))
    assert levels(disk.space) == [level]


@on_postgresql
@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"server_version_num": "130012", "server_version": "13.12"}, "PostgreSQL 13.12 is too old"),
        ({"server_encoding": "LATIN1"}, "Its encoding is LATIN1."),
    ],
)
def test_a_server_that_is_too_old_or_cannot_write_every_name_is_found(said, fault):
    well = {"server_version_num": "150020", "server_version": "15.20", "fsync": "on"}
    well |= {"synchronous_commit": "on", "max_connections": "1000", "server_encoding": "UTF8"}
    assert list(database._faults(well)) == []
    [found] = database._faults(well | said)
    assert (found.text.startswith(fault), bool(found.remedy)) == (True, True)


def test_a_letter_is_sent_to_see_whether_it_arrives(mailoutbox):
    call_command("doctor", "--mail", "operator@example.org")
    assert [letter.to for letter in mailoutbox] == [["operator@example.org"]]


def test_a_mail_server_that_does_not_take_it_is_told(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="did not take it"):
        call_command("doctor", "--mail", "operator@example.org")


@pytest.mark.parametrize(("moment", "off"), [(9, -1), (10, 0), (12, 0), (13, 0), (15, 2)])
def test_a_clock_is_off_by_what_it_is_outside_of_the_question(moment, off):
    assert workers._outside(moment, 10, 13) == off
