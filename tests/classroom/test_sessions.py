"""Sessions that bring their person along, and everything that ends one."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib import auth
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classroom.models import AuditEntry, Session, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HOME = "/settings/"


@pytest.fixture
def person():
    return UserFactory(email="ada@example.org")


@pytest.fixture
def browser(person):
    browser = Client()
    browser.force_login(person)
    return browser


def is_signed_in(browser):
    return browser.get(HOME).status_code == 200


def change(browser, **values):
    """Write into the session as only the server could."""
    session = browser.session
    for key, value in values.items():
        session[key] = value
    session.save()


def test_session_and_person_are_one_query(browser, django_assert_num_queries):
    with django_assert_num_queries(2):  # the session with its person; what the page lists
        assert is_signed_in(browser)


def test_session_knows_its_owner(browser, person):
    assert Session.objects.get().user == person


def test_anonymous_session_has_no_owner(client):
    client.get(reverse("account_request_login_code"))
    change(client, anything=1)
    assert Session.objects.get().user is None
    assert not is_signed_in(client)


def test_changed_password_ends_the_session(browser, person):
    person.set_password("another one")
    person.save()
    assert not is_signed_in(browser)


def test_person_who_may_no_longer_sign_in_is_out_at_once(browser, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not is_signed_in(browser)


def test_deleted_person_takes_the_session_along(browser, person):
    person.delete()
    assert Session.objects.count() == 0
    assert not is_signed_in(browser)


def test_owner_column_alone_signs_nobody_in(browser, person):
    """What counts is what the session says; the column only saves a query."""
    Session.objects.update(user=UserFactory(is_superuser=True, email="root@example.org"))
    page = browser.get("/").wsgi_request
    assert page.user == person


def test_session_without_its_proof_is_no_sign_in(browser):
    change(browser, **{auth.HASH_SESSION_KEY: "made up"})
    assert not is_signed_in(browser)


def test_session_of_a_way_in_that_is_closed_is_no_sign_in(browser):
    change(browser, **{auth.BACKEND_SESSION_KEY: "somebody.elses.Backend"})
    assert not is_signed_in(browser)


def test_expired_session_is_no_sign_in(browser):
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    assert not is_signed_in(browser)


def test_what_is_kept_in_a_session_does_not_prolong_it(browser):
    soon = timezone.now() + timedelta(days=3)
    Session.objects.update(expire_date=soon)
    change(browser, anything=1)
    assert Session.objects.get().expire_date == soon


def test_signing_in_anew_has_the_whole_time(client, person):
    change(client, anything=1)
    Session.objects.update(expire_date=timezone.now() + timedelta(days=3))
    client.force_login(person)
    assert Session.objects.get(user=person).expire_date > timezone.now() + timedelta(days=29)


def test_a_person_sees_where_they_are_signed_in_and_signs_out_elsewhere(browser, person):
    lost, rival = Client(), Client()
    lost.force_login(person)
    rival.force_login(UserFactory())
    page = browser.get(HOME).content.decode().split('id="browsers"')[1]
    assert (page.count("<li>"), page.count("this browser")) == (2, 1)
    assert browser.get("/settings/sign-out-elsewhere/").status_code == 405
    answer = browser.post("/settings/sign-out-elsewhere/", follow=True)
    assert "You are signed out in 1 browser." in answer.content.decode()
    assert [is_signed_in(one) for one in (browser, lost, rival)] == [True, False, True]
    entry = AuditEntry.objects.get(action="sessions.ended")
    assert (entry.actor, entry.about, entry.detail) == (person, person, {"sessions": 1})
    assert (
        "signed in nowhere else"
        in browser.post("/settings/sign-out-elsewhere/", follow=True).content.decode()
    )


def test_an_administrator_signs_somebody_out(browser, person):
    root = Client()
    root.force_login(UserFactory(is_staff=True, is_superuser=True))
    chosen = {"action": "sign_out", "_selected_action": [person.pk]}
    answer = root.post(reverse("admin:classroom_user_changelist"), chosen, follow=True)
    assert "They are signed out everywhere." in answer.content.decode()
    assert [is_signed_in(one) for one in (browser, root)] == [False, True]
    assert AuditEntry.objects.get(action="sessions.ended").about == person


def test_signing_out_ends_the_session_in_the_database(browser):
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=key).exists()
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_signed_in(browser)
