import pytest
from django.core import signing
from django.urls import reverse

from classroom.demo_sign_in import link_for
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LOCAL = {"headers": {"host": "127.0.0.1:8000"}}


def signed_in_as(client):
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]", "[::1]:8000"])
def test_link_signs_in_with_one_click(client, host):
    user = UserFactory()
    response = client.get(link_for(user), headers={"host": host})
    assert (response.status_code, response.url) == (302, "/")
    assert signed_in_as(client) == str(user.pk)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.168.1.7"},
        {"REMOTE_ADDR": ""},
        {"headers": {"host": "127.0.0.1", "x-forwarded-for": "127.0.0.1"}},
        {"headers": {"host": "127.0.0.1", "x-real-ip": "127.0.0.1"}},
        {"headers": {"host": "127.0.0.1", "forwarded": "for=127.0.0.1"}},
        {"headers": {"host": "127.0.0.1", "via": "1.1 proxy"}},
        # A name of somebody's that resolves to 127.0.0.1
        {"headers": {"host": "rebound.example.org"}},
    ],
)
def test_link_works_on_this_machine_only(client, settings, elsewhere):
    settings.ALLOWED_HOSTS = ["*"]
    settings.TRUSTED_PROXIES = []
    response = client.get(link_for(UserFactory()), **(LOCAL | elsewhere))
    assert response.status_code == 404
    assert signed_in_as(client) is None


def test_link_is_dead_outside_of_the_demo(client, settings):
    settings.DEMO = False
    assert client.get(link_for(UserFactory()), **LOCAL).status_code == 404


@pytest.mark.parametrize("token", ["1", "x" * 300])
def test_link_cannot_be_made_up(client, token):
    UserFactory(pk=1)
    assert client.get(reverse("demo_sign_in", args=[token]), **LOCAL).status_code == 404
    other_purpose = signing.dumps(1, salt="another.purpose")
    assert client.get(reverse("demo_sign_in", args=[other_purpose]), **LOCAL).status_code == 404


def test_link_does_not_open_a_closed_account(client):
    assert client.get(link_for(UserFactory(is_active=False)), **LOCAL).status_code == 404
