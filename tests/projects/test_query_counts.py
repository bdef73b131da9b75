"""No page asks the database more because the event is larger, and none asks twenty times."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classroom import clock
from classroom.demo import crowd
from projects.urls import urlpatterns
from tests.factories import NOW
from tests.projects.addresses import ELSEWHERE, SMALL, pages

FEWER_THAN = 20
#: No page to look at: every table of the event in one file, some two queries each, however long they are.
MANY = {"export_json (instructor)"}
LARGER = crowd.Size(participants=200, teams=60, sessions=90, judges=10, looks_a_project=3)


def counted(event):
    """How many queries each page takes, for each who may open it, the second time they do.

    Finding the pages is the first time.
    """
    counts = {}
    for page in pages(event):
        vars(clock._reading).clear()
        clock.now()
        with CaptureQueriesContext(connection) as queries:
            assert page.get().status_code == 200
        counts[str(page)] = len(queries)
    return counts


@pytest.mark.django_db
def test_every_page_asks_as_often_for_many_as_for_few_and_not_often():
    small = counted(crowd.build(NOW, seed=1, size=SMALL))
    larger = counted(crowd.build(NOW, seed=2, size=LARGER))
    assert {page: count for page, count in larger.items() if count >= FEWER_THAN}.keys() == MANY
    assert {page: (count, larger[page]) for page, count in small.items() if larger[page] > count} == {}
    assert small.keys() == larger.keys()


def test_exceptions_are_of_addresses_there_are():
    assert ELSEWHERE.keys() - {pattern.name for pattern in urlpatterns} == set()
