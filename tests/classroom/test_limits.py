import pytest
from django.test import RequestFactory

from classroom import limits
from classroom.limits import Failures, network_of


@pytest.fixture
def ticks(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
    return now


def test_only_failures_count_and_only_for_a_while(ticks):
    failures = Failures(2, seconds=60)
    failures.add("a")
    assert not failures.too_many("a")
    failures.add("a")
    assert (failures.too_many("a"), failures.too_many("b")) == (True, False)
    ticks[0] += 60
    assert not failures.too_many("a")


def test_a_flood_of_addresses_costs_no_memory(ticks, monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    failures = Failures(1, seconds=60)
    for number in range(1000):
        failures.add(str(number))
    assert len(failures._counts) == 10


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
