"""Statements written once give what the querysets they were written with give."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, models
from django.db.models import F

from classroom.models import Enrolment, Session, User
from classroom.prepared import ID, MOMENT, Given, Insert, Rows, Update
from tests.factories import NOW, CourseFactory, UserFactory, student_of

pytestmark = pytest.mark.django_db

PLACES = Rows(
    lambda: (
        Enrolment.objects.select_related("course", "user")
        .annotate(slug=F("course__slug"))
        .filter(user=Given("user", ID))
        .order_by("pk")
    )
)
RENAME = Update(
    lambda: User.objects.filter(pk=Given("user", ID)),
    name=Given("name", models.CharField()),
    date_joined=Given("at", MOMENT),
)
KEEP = Insert(Session, "session_key", "session_data", "expire_date", ignore_conflicts=True)
KEEP_ALL = Insert(User, keyed=True)


def test_rows_are_instances_with_their_relations(django_assert_num_queries):
    user = student_of(CourseFactory(slug="one"))
    Enrolment.objects.create(course=CourseFactory(slug="two"), user=user)
    student_of(CourseFactory(slug="three"))
    with django_assert_num_queries(1):
        rows = PLACES(user=user.pk)
        assert [(row.course.slug, row.slug, row.user) for row in rows] == [
            ("one", "one", user),
            ("two", "two", user),
        ]
    rows[0].left_at = NOW
    rows[0].save(update_fields=["left_at"])
    assert [row.left_at for row in PLACES(user=user.pk)] == [NOW, None]


def test_each_run_has_its_own_values():
    one, other = student_of(CourseFactory(slug="one")), student_of(CourseFactory(slug="two"))
    assert [[row.slug for row in PLACES(user=pk)] for pk in (one.pk, other.pk, 0)] == [["one"], ["two"], []]


def test_update_tells_how_many_rows_it_changed():
    user, other = UserFactory(name="Ada"), UserFactory(name="Emmy")
    later = NOW + timedelta(days=1)
    assert (RENAME(user=user.pk, name="Augusta", at=later), RENAME(user=0, name="Nobody", at=later)) == (1, 0)
    user.refresh_from_db()
    other.refresh_from_db()
    assert (user.name, user.date_joined, other.name) == ("Augusta", later, "Emmy")


def test_insert_leaves_out_what_is_there():
    KEEP(Session(session_key="k", session_data="first", expire_date=NOW))
    KEEP(Session(session_key="k", session_data="second", expire_date=NOW))
    assert Session.objects.get().session_data == "first"


def test_several_rows_are_inserted_at_once():
    kept = [
        KEEP(*(Session(session_key=key, session_data=key.upper(), expire_date=NOW) for key in keys))
        for keys in ("ab", "bc", "a")
    ]
    assert kept == [2, 1, 0]
    assert list(Session.objects.order_by("pk").values_list("pk", "session_data", "expire_date")) == [
        (key, key.upper(), NOW) for key in "abc"
    ]


def test_keyed_insert_makes_an_instance_that_can_be_saved():
    kept = KEEP_ALL(user := User(email="ada@example.org", name="Ada", date_joined=NOW))
    user.name = "Augusta"
    user.save(update_fields=["name"])
    assert (kept, list(User.objects.values_list("pk", "email", "name"))) == (
        1,
        [(user.pk, "ada@example.org", "Augusta")],
    )


def test_value_that_is_not_named_is_an_error():
    with pytest.raises(KeyError):
        PLACES()


@pytest.mark.django_db(transaction=True)
def test_every_thread_has_its_own_copy():
    user = student_of(CourseFactory(slug="one"))
    found = []

    def look():
        found.append([row.slug for row in PLACES(user=user.pk)])
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["one"]] * 4
