"""Platforms that register themselves, by a link that an administrator made."""

from datetime import timedelta

import pytest

from classroom import clock
from classroom.lti.models import Invitation, Platform
from classroom.lti.models.platform import origin_of
from classroom.models import AuditEntry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    boss = UserFactory(is_superuser=True)
    return Invitation.objects.create(created_by=boss, created_at=clock.now())


@pytest.fixture
def address(invitation):
    return f"/lti/register/{invitation.token}/"


def fields(fake, **changes):
    return {
        "openid_configuration": f"{fake.url}/configuration",
        "registration_token": "registration-token",
    } | changes


def test_administrator_gets_a_link(client):
    client.force_login(UserFactory(is_superuser=True))
    page = client.post("/lti/platforms/invite/").content.decode()
    assert f"http://127.0.0.1:8000/lti/register/{Invitation.objects.get().token}/" in page
    client.force_login(UserFactory(is_staff=True))
    assert client.post("/lti/platforms/invite/").status_code == 403
    assert Invitation.objects.count() == 1


def test_moodle_registers_itself_and_waits_to_be_opened(client, fake, address, invitation):
    page = client.get(address, fields(fake))
    assert f"{fake.url} wants to open" in page.content.decode()
    assert f"frame-ancestors {fake.url};" in page["Content-Security-Policy"] + ";"
    assert (Platform.objects.count(), fake.asked) == (0, [])
    done = client.post(address, fields(fake))
    assert "close-window.js" in done.content.decode()
    platform = Platform.objects.get()
    assert (platform.name, platform.issuer, platform.client_id) == (
        "Moodle 127.0.0.1",
        fake.url,
        "made-by-moodle",
    )
    assert (platform.deployment_ids, platform.created_by) == (["17"], invitation.created_by)
    assert (platform.auth_login_url, platform.auth_token_url, platform.jwks_url) == (
        f"{fake.url}/auth",
        f"{fake.url}/token",
        f"{fake.url}/jwks",
    )
    assert platform.closed_at is not None
    assert (platform.instructors_allowed, platform.verifies_email) == (False, False)
    (told,) = fake.registered
    tool = told.pop("https://purl.imsglobal.org/spec/lti-tool-configuration")
    assert told["redirect_uris"][0] == "http://127.0.0.1:8000/lti/launch/"
    assert (told["response_types"], told["token_endpoint_auth_method"]) == (["id_token"], "private_key_jwt")
    assert tool["messages"][1]["target_link_uri"] == "http://127.0.0.1:8000/lti/content/"
    assert AuditEntry.objects.get().action == "lti.platform_registered"


def test_link_works_once_and_for_a_day(client, fake, address, invitation):
    Invitation.objects.update(created_at=clock.now() - timedelta(days=1))
    assert client.post(address, fields(fake)).status_code == 404
    Invitation.objects.update(created_at=clock.now())
    assert client.post(address, fields(fake)).status_code == 200
    assert client.post(address, fields(fake)).status_code == 404
    assert client.get("/lti/register/made-up/", fields(fake)).status_code == 404
    assert (Platform.objects.count(), len(fake.registered)) == (1, 1)


def test_link_dies_with_its_makers_rights(client, fake, address, invitation):
    invitation.created_by.is_superuser = False
    invitation.created_by.save(update_fields=["is_superuser"])
    assert client.post(address, fields(fake)).status_code == 404


def test_platform_that_is_registered_already_is_told(client, fake, platform, address):
    fake.answer = {"client_id": platform.client_id}
    answer = client.post(address, fields(fake))
    assert answer.status_code == 422
    assert "registered here already" in answer.content.decode()
    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"registration_endpoint": "http://127.0.0.1:1/internal"},
        {"jwks_uri": "http://169.254.169.254/latest/"},
        {"token_endpoint": None},
        {"authorization_endpoint": 7},
        {"registration_endpoint": ["x"]},
    ],
)
def test_configuration_that_leads_elsewhere_is_refused(client, fake, address, told):
    fake.told = told
    assert client.post(address, fields(fake)).status_code == 422
    assert (Platform.objects.count(), fake.registered) == (0, [])


@pytest.mark.parametrize("answer", [{"client_id": None}, {"client_id": ["x"]}, {"client_id": " "}])
def test_answer_without_a_client_id_is_refused(client, fake, address, answer):
    fake.answer = answer
    assert client.post(address, fields(fake)).status_code == 422
    assert Platform.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"openid_configuration": "http://127.0.0.1:1/"},
        {"registration_token": "forged"},
        {"registration_token": "é\r\nX: y"},
        {"registration_token": ""},
    ],
)
def test_platform_that_does_not_play_along_is_told(client, fake, address, changes):
    assert client.post(address, fields(fake, **changes)).status_code == 422
    assert Platform.objects.count() == 0


@pytest.mark.parametrize("path", ["nothing", "huge", "elsewhere", "jwks"])
def test_configuration_that_is_none_is_told(client, fake, address, path):
    answer = client.post(address, fields(fake, openid_configuration=f"{fake.url}/{path}"))
    assert answer.status_code == 422
    assert len(fake.asked) == 1


def test_link_opened_by_hand_says_what_it_is_for(client, address):
    for data in (
        {},
        {"openid_configuration": "javascript:alert(1)"},
        {"openid_configuration": "https://a;b"},
    ):
        assert "Paste the address of this page" in client.get(address, data).content.decode()
        assert "Paste the address of this page" in client.post(address, data).content.decode()


def test_site_with_https_calls_no_platform_without(client, fake, address, settings):
    settings.LTI_ALLOW_HTTP = False
    assert client.post(address, fields(fake)).status_code == 422
    assert fake.asked == []


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Moodle.Example.org:443/a?b#c", "https://moodle.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://[::1]:99/x", "https://[::1]:99"),
        ("https://a;b.example/", ""),
        ("https://a b.example/", ""),
        ("https://a,b.example/", ""),
        ("https://user@evil.example/", "https://evil.example"),
        ("https://x:99999/", ""),
        ("https://[x/", ""),
        ("//a.example", ""),
        ("mailto:a@b", ""),
        ("", ""),
    ],
)
def test_origin_is_safe_in_a_policy(url, origin):
    assert origin_of(url) == origin
