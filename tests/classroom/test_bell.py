import time

import pytest
from celery import current_app
from django.db import transaction

from classroom import bell
from classroom.models import Course
from tests.factories import CourseFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dead_broker(monkeypatch):
    """Point Celery at a port of loopback where nothing listens."""
    monkeypatch.setattr(bell, "_quiet_until", 0.0)
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    for pool in ("_pool", "_producer_pool"):
        monkeypatch.setattr(current_app.amqp if pool == "_producer_pool" else current_app, pool, None)


def save_and_ring():
    with transaction.atomic():
        course = CourseFactory()
        bell.ring("classroom.tasks.sweep")
    return course


@pytest.mark.usefixtures("dead_broker")
def test_saved_work_stays_saved_when_the_broker_is_down():
    course = save_and_ring()
    assert Course.objects.filter(pk=course.pk).exists()


@pytest.mark.usefixtures("dead_broker")
def test_a_dead_broker_costs_patience_once(caplog):
    save_and_ring()
    began = time.monotonic()
    for _ in range(20):
        save_and_ring()
    assert len([r for r in caplog.records if r.name == "classroom.bell"]) == 1
    assert time.monotonic() - began < bell.QUIET_SECONDS
