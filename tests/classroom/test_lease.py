from datetime import timedelta

import pytest

from classroom import lease
from classroom.models import Outbox
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def row():
    return Outbox.objects.create(channel="email", key="k", recipient="a@example.org", body="", not_before=NOW)


def claim(row, now=NOW, rows=None):
    return lease.claim(Outbox.objects.all() if rows is None else rows, pk=row.pk, now=now, lease=MINUTE)


def test_a_claim_counts_runs_from_one(row):
    assert claim(row) == 1


def test_a_held_row_cannot_be_claimed(row):
    claim(row)
    assert claim(row, NOW + MINUTE - timedelta(microseconds=1)) is None


def test_a_lapsed_lease_goes_to_the_next_with_a_higher_run(row):
    claim(row)
    assert claim(row, NOW + MINUTE) == 2


def test_a_superseded_run_matches_no_row(row):
    first = claim(row)
    claim(row, NOW + MINUTE)
    assert Outbox.objects.filter(pk=row.pk, run=first).update(sent_at=NOW) == 0


def test_the_callers_condition_counts(row):
    assert claim(row, rows=Outbox.objects.exclude(sent_at=None)) is None


def test_a_row_that_is_gone_is_no_claim(row):
    row.delete()
    assert lease.claim(Outbox.objects.all(), pk=1, now=NOW, lease=MINUTE) is None


def test_a_claim_that_joins_is_refused(row):
    with pytest.raises(ValueError, match="must not join"):
        claim(row, rows=Outbox.objects.filter(course__archived_at=None))
