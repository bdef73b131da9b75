"""Tokens: made in one's settings, shown once, revoked; and what opens nothing."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from classroom import clock, tokens
from classroom.errors import Refused
from classroom.models import ApiToken, AuditEntry, Outbox, Role, Scope
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.races import at_once

pytestmark = pytest.mark.django_db
PAGE, ME = "/settings/tokens/", "/api/v1/me"
FIELDS = {"name": "notebook", "scopes": ["read:courses", "read:results"], "days": "30"}


@pytest.fixture
def person(client):
    person = student_of(CourseFactory())
    client.force_login(person)
    return person


def shown_in(page):
    return re.search(r'id="secret">(crt_[\w-]{43})<', page.content.decode())[1]


def made(user, **more):
    given = {"name": "one", "scopes": ["read:courses"], "good_for": timedelta(days=7), "now": clock.now()}
    return tokens.create(user=user, **given | more)


def me(secret):
    return Client(headers={"authorization": f"Bearer {secret}"}).get(ME)


def test_a_token_is_shown_once_and_kept_as_a_digest(client, person):
    page = client.post(PAGE, FIELDS)
    secret = shown_in(page)
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    [token] = ApiToken.objects.all()
    assert (token.name, token.scopes, token.prefix) == ("notebook", FIELDS["scopes"], secret[:10])
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert secret not in str(ApiToken.objects.values())
    later = client.get(PAGE).content.decode()
    assert (secret in later, secret[:10] in later) == (False, True)
    assert me(secret).json() == {
        "id": person.pk,
        "name": person.name,
        "email": person.email,
        "token": "notebook",
        "scopes": FIELDS["scopes"],
        "expires_at": token.expires_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def test_its_person_is_told_by_letter_without_the_secret(client, person):
    secret = shown_in(client.post(PAGE, FIELDS))
    [letter] = Outbox.objects.all()
    assert (letter.recipient, letter.subject) == (person.email, "A new access token for your account")
    assert (secret in letter.body, secret[:10] in letter.body) == (False, True)
    assert list(AuditEntry.objects.values_list("action", "actor", "item")) == [
        ("api_token.created", person.pk, secret[:10])
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"scopes": []},
        {"scopes": ["write:grades"]},
        {"days": "0"},
        {"days": "9999"},
    ],
)
def test_a_form_that_is_wrong_makes_nothing_and_keeps_what_was_typed(client, person, wrong):
    page = client.post(PAGE, FIELDS | wrong)
    assert (page.status_code, ApiToken.objects.count()) == (422, 0)
    assert ('value="notebook"' in page.content.decode()) == ("name" not in wrong)


def test_the_same_form_sent_again_makes_no_second_token(client, person):
    client.post(PAGE, FIELDS)
    page = client.post(PAGE, FIELDS)
    assert (page.status_code, ApiToken.objects.count()) == (422, 1)
    assert "You have a token of this name." in page.content.decode()


def test_nobody_gets_more_than_twenty(person):
    for number in range(tokens.MOST):
        made(person, name=str(number))
    with pytest.raises(Refused, match="You have 20 tokens"):
        made(person, name="one more")
    tokens.revoke(token=person.api_tokens.first(), now=clock.now())
    made(person, name="one more")


def test_the_database_keeps_one_name_a_person_and_an_end_after_the_start(person):
    token, _secret = made(person)
    for wrong in ({"digest": "x"}, {"digest": "y", "name": "b", "expires_at": token.created_at}):
        row = {"user": person, "name": "one", "created_at": token.created_at, "expires_at": token.expires_at}
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.create(**row | wrong)


def test_a_revoked_token_opens_nothing_at_once(client, person):
    token, secret = made(person)
    assert me(secret).status_code == 200
    assert client.post(f"{PAGE}{token.pk}/revoke/").url == PAGE
    assert me(secret).status_code == 401
    assert client.post(f"{PAGE}{token.pk}/revoke/").status_code == 302
    assert AuditEntry.objects.filter(action="api_token.revoked").count() == 1
    assert token.prefix not in client.get(PAGE).content.decode()


def test_nobody_sees_or_revokes_anothers_token(client, person):
    other = UserFactory()
    token, secret = made(other, name="rivals")
    assert "rivals" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    assert client.get(f"{PAGE}{token.pk}/revoke/").status_code == 405
    assert me(secret).status_code == 200


def test_an_expired_token_opens_nothing(person):
    _token, secret = made(person, now=timezone.now() - timedelta(days=7))
    assert me(secret).status_code == 401


@pytest.mark.parametrize("gone", [{"is_active": False}, {"anonymised_at": "2026-01-01T00:00Z"}])
def test_a_token_ends_with_its_persons_account(person, gone):
    _token, secret = made(person)
    type(person).objects.filter(pk=person.pk).update(**gone)
    assert me(secret).status_code == 401


def test_the_last_use_is_noted_but_not_for_every_request(person, django_assert_num_queries):
    token, secret = made(person)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    with django_assert_num_queries(2):  # the token with its person, the note
        client.get(ME)
    with django_assert_num_queries(1):
        client.get(ME)
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_what_is_no_token_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        for header in ("", "Bearer", "Bearer x", "Bearer crt_" + "x" * 42, "Basic eDp5", "Bearer crt_\x00"):
            answer = Client(headers={"authorization": header}).get(ME)
            assert answer.status_code == 401, header
            assert answer["WWW-Authenticate"].startswith("Bearer")


def test_guests_have_none(client):
    guest = EnrolmentFactory(role=Role.GUEST, user=UserFactory(email="guest-1@guest.invalid")).user
    client.force_login(guest)
    assert (client.get(PAGE).status_code, client.post(PAGE, FIELDS).status_code) == (404, 404)


def test_the_scopes_are_those_the_page_offers():
    assert Scope.values == ["read:courses", "read:people", "read:results", "write:submissions"]


def test_the_list_takes_as_many_queries_for_many_as_for_one(client, person, django_assert_num_queries):
    for count in (1, 3):
        while person.api_tokens.count() < count:
            made(person, name=str(person.api_tokens.count()))
        with django_assert_num_queries(2):  # the session with its person, the tokens
            client.get(PAGE)


@pytest.mark.django_db(transaction=True)
def test_ten_forms_at_once_do_not_pass_the_limit():
    person = instructor_of(CourseFactory())
    for number in range(tokens.MOST - 1):
        made(person, name=str(number))

    acts = [lambda number=number: made(person, name=f"race {number}") for number in range(5)]
    assert len(at_once(acts, refusals=Refused)) == 1
    assert person.api_tokens.count() == tokens.MOST
