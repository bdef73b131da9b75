import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

RUN = """
import os, sys
from pathlib import Path
from classroom import runner

runner.HEALTHY_SECONDS = float(sys.argv[2])
environment = os.environ | {"HOST": "127.0.0.1", "PORT": "9"}
sys.exit(runner.run(Path(sys.argv[1]), leave_out=set(sys.argv[3:]), environment=environment, ready="ready"))
"""


@pytest.fixture
def start(tmp_path):
    """Start the runner on a small Procfile; its output is in `output`."""
    running = []

    def start(procfile, *, healthy_seconds=60.0, leave_out=()):
        (tmp_path / "Procfile").write_text(procfile)
        command = [sys.executable, "-c", RUN, str(tmp_path / "Procfile"), str(healthy_seconds), *leave_out]
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def wait_for(process, text):
    """Read the output until `text` comes."""
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"never wrote {text!r}")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_runner_stops_every_process_and_ends_clean(start, stop):
    process = start("one: echo one is up; exec sleep 60\ntwo: echo two is up; exec sleep 60\n")
    wait_for(process, "is up")
    wait_for(process, "is up")
    process.send_signal(stop)
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 0
    assert "one stopped" in output
    assert "two stopped" in output


def test_runner_can_be_stopped_while_it_prints_without_pause(start):
    process = start("one: while :; do echo words words words; done\ntwo: exec sleep 60\n")
    wait_for(process, "words")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05])
def test_runner_can_be_stopped_while_it_starts(start, delay):
    process = start("".join(f"p{n}: exec sleep 60\n" for n in range(8)))
    wait_for(process, "p0 started")
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 0, output


def test_runner_starts_everything_again_when_a_process_dies(start):
    process = start(
        "one: echo one is up; exec sleep 60\ntwo: sleep 1; echo two gives up\n", healthy_seconds=0.0
    )
    wait_for(process, "starting all of them again")
    wait_for(process, "one is up")
    wait_for(process, "two gives up")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_runner_gives_up_on_a_site_that_cannot_start(start):
    process = start("one: exec sleep 60\ntwo: echo no database; exit 3\n")
    began = time.monotonic()
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 3
    assert "two  | no database" in output or "two    | no database" in output
    assert time.monotonic() - began < 20


def test_runner_leaves_out_what_runs_elsewhere(start):
    process = start("redis: echo redis is up\nweb: echo web is up; exec sleep 60\n", leave_out=["redis"])
    wait_for(process, "web is up")
    process.send_signal(signal.SIGTERM)
    assert "redis" not in process.communicate(timeout=20)[0]
