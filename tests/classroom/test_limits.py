"""Limits: shared by all processes in Redis, and by one process alone while Redis is away."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from django.test import RequestFactory

from classroom import counters, limits
from classroom.limits import Limit, network_of
from classroom.management.commands.redis import server_binary
from tests.site import wait_until


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Ask Redis again although another test found it away."""
    monkeypatch.setattr(counters, "_quiet_until", 0.0)


@pytest.fixture
def redis(settings):
    """A Redis of its own; the address is as Celery writes it."""
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    address = folder / "redis.sock"
    flags = ["--port", "0", "--unixsocket", str(address), "--dir", str(folder), "--save", ""]
    process = subprocess.Popen([server_binary(), *flags], stdout=subprocess.DEVNULL)
    wait_until(address.exists, what="Redis")
    settings.REDIS_URL = f"redis+socket://{address}"
    yield process
    process.kill()
    process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def ticks(monkeypatch):
    """A clock of one's own, and no Redis."""
    now = [100.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(counters, "_quiet_until", 10.0**9)
    return now


def test_processes_count_together(redis):
    one, other = (Limit("test", 3, seconds=60) for _process in range(2))
    assert [one.add("ada").times, other.add("ada").times] == [1, 2]
    assert (one.is_used_up("ada"), other.add("eve").times) == (False, 1)
    last = one.add("ada")
    assert (last.times, 0 < last.ends_in <= 60) == (3, True)
    assert [limit.is_used_up("ada") for limit in (one, other)] == [True, True]
    assert not Limit("another", 3, seconds=60).is_used_up("ada")


def test_a_count_ends_and_does_not_grow_older_by_more_of_it(redis):
    limit = Limit("test", 1, seconds=0.3)
    first = limit.add("ada")
    assert limit.add("ada").ends_in <= first.ends_in
    wait_until(lambda: not limit.is_used_up("ada"), what="the end of the count")
    assert limit.add("ada").times == 1


def test_redis_does_not_learn_who_is_counted(redis, settings):
    Limit("test", 1, seconds=60).add("192.0.2.7")
    [name] = counters._client(settings.REDIS_URL).keys()
    assert (name[:6], b"192" in name, len(name)) == (b"count:", False, 38)


def test_without_redis_each_process_counts_alone(redis, caplog):
    limit = Limit("test", 2, seconds=60)
    limit.add("ada")
    redis.kill()
    redis.wait()
    assert [limit.add("ada").times, limit.is_used_up("ada"), limit.add("ada").times] == [1, False, 2]
    assert limit.is_used_up("ada")
    assert len(caplog.records) == 1  # it is not asked again at once


def test_a_redis_that_hangs_holds_nobody_up(settings, tmp_path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "redis.sock"))
        silent.listen()
        settings.REDIS_URL = f"redis+socket://{tmp_path / 'redis.sock'}"
        limit = Limit("test", 2, seconds=60)
        assert [limit.add("ada").times for _time in range(3)] == [1, 2, 3]


def test_alone_a_count_ends_after_a_while(ticks):
    limit = Limit("test", 2, seconds=60)
    assert limit.add("a") == (1, 60.0)
    assert not limit.is_used_up("a")
    ticks[0] += 20
    assert limit.add("a") == (2, 40.0)
    assert (limit.is_used_up("a"), limit.is_used_up("b")) == (True, False)
    ticks[0] += 40
    assert not limit.is_used_up("a")


def test_alone_a_flood_of_addresses_costs_no_memory(ticks, monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    limit = Limit("test", 1, seconds=60)
    for number in range(1000):
        limit.add(str(number))
    assert len(limit._alone) == 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_addresses_of_one_household_are_one(address, network):
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == network
