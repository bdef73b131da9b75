import pytest
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ENTRANCE = "/accounts/login/code/"


def test_theme_is_written_by_the_server(client):
    assert b"data-theme" not in client.get(ENTRANCE).content.split(b"<head>")[0]
    client.post(reverse("appearance"), {"theme": "dark", "next": ENTRANCE})
    assert b'<html lang="en" data-theme="dark">' in client.get(ENTRANCE).content


@pytest.mark.parametrize("theme", ["purple", '"><script>', ""])
def test_theme_that_is_none_is_not_kept(client, theme):
    client.post(reverse("appearance"), {"theme": theme})
    assert client.cookies.get("theme") is None


def test_language_is_kept_with_the_person(client):
    user = UserFactory()
    client.force_login(user)
    response = client.post(reverse("appearance"), {"language": "de", "next": ENTRANCE})
    assert (response.status_code, response.url) == (302, ENTRANCE)
    user.refresh_from_db()
    assert user.language == "de"
    assert b'<html lang="de">' in client.get("/nowhere/").content


def test_stored_language_counts_where_the_browser_has_no_cookie(client):
    client.force_login(UserFactory(language="de"))
    assert b'<html lang="de">' in client.get("/nowhere/").content


def test_choice_never_leads_to_another_site(client):
    assert client.post(reverse("appearance"), {"next": "https://example.org/"}).url == "/"
