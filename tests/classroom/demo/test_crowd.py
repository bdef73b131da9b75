"""The event of thousands, small: every rule of the database and every counter holds."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F

from classroom.demo import crowd
from classroom.models import Course
from projects import services
from projects.models import (
    Answer,
    Challenge,
    Consent,
    Hackathon,
    Look,
    Mark,
    Membership,
    Project,
    Registration,
    Slot,
    Submission,
    Team,
)
from projects.models.registration import WITH_PLACE
from tests.factories import NOW

SMALL = crowd.Size(participants=60, teams=15, sessions=24, judges=4, looks_a_project=2)
TABLES = (
    *(Answer, Challenge, Consent, Hackathon, Look, Mark, Membership),
    *(Project, Registration, Slot, Submission, Team),
)


@pytest.fixture
def event(db):
    return crowd.build(NOW, size=SMALL)


def test_every_row_keeps_the_rules_of_its_table(event):
    for table in TABLES:
        rows = list(table.objects.all())
        assert rows, table
        for row in rows:
            row.full_clean()


def test_counters_are_what_they_count(event):
    assert (Registration.objects.count(), Team.objects.count()) == (60, 15)
    assert event.places_taken == Registration.objects.in_state(*WITH_PLACE).count() == event.places
    assert not Team.objects.annotate(people=Count("memberships")).exclude(people=F("size")).exists()
    assert Membership.objects.filter(is_leader=True).values("team").distinct().count() == 15
    for challenge in Challenge.objects.all():
        assert challenge.taken == challenge.projects.filter(withdrawn_at=None).count()


def test_judges_have_an_order_without_gaps_and_one_look_open(event):
    for judge in event.judges.all():
        places = [look.place for look in judge.looks.exclude(place=None).order_by("place")]
        assert places == list(range(1, len(places) + 1))
        assert judge.looks.filter(place=None).count() == 1


def test_nothing_is_left_to_settle(event):
    before = list(Registration.objects.order_by("pk").values())
    services.settle_if_due(hackathon=event, now=NOW)
    assert list(Registration.objects.order_by("pk").values()) == before


def test_the_same_seed_makes_the_same_event(db):
    facts = []
    for _ in range(2):
        with transaction.atomic():
            facts.append(_facts(crowd.build(NOW, seed=3, size=SMALL)))
            transaction.set_rollback(True)
    assert facts[0] == facts[1]


def test_the_command_loads_it_once_and_on_ones_own_machine_only(db, settings):
    sizes = ["--participants=60", "--teams=15", "--sessions=24", "--judges=4"]
    call_command("seed_hackathon", "--seed=5", *sizes, stdout=StringIO())
    assert Course.objects.filter(slug="crowd-5").count() == 1
    with pytest.raises(CommandError, match="there already"):
        call_command("seed_hackathon", "--seed=5", *sizes)
    with pytest.raises(CommandError, match="three participants a team"):
        call_command("seed_hackathon", "--participants=10", "--teams=5")
    settings.DEMO = False
    with pytest.raises(CommandError, match="own machine"):
        call_command("seed_hackathon", "--seed=6", *sizes)


def _facts(event):
    """What there is, without the numbers the database gave it."""
    teams = Team.objects.filter(hackathon=event).order_by("name")
    slots = Slot.objects.filter(schedule__hackathon=event).order_by("pk")
    return [
        list(teams.values_list("name", "join_code", "size", "projects__title")),
        list(slots.values_list("session__uid", "room__name", "starts_at")),
        list(event.registrations.order_by("pk").values_list("user__email", "submitted_at", "confirmed_at")),
        list(
            Look.objects.filter(judge__hackathon=event).order_by("pk").values_list("project__title", "place")
        ),
    ]
