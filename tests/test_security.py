"""What holds for every answer of the site, and for the page that says which test shows what."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from classroom import clock, tokens
from classroom.models import Scope
from tests.classroom.test_production import COMPLETE
from tests.factories import CourseFactory, student_of

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
#: A test as docs/security.md names it: "classroom/test_sign_in.py::code_is_good_once".
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_what_the_page_names_is_there(file, name):
    assert re.search(rf"def test_{name}\(", (ROOT / "tests" / file).read_text())


def test_the_page_names_a_test_for_every_requirement_that_is_met():
    rows = [line.split("|") for line in PAGE.splitlines() if re.match(r"\| \d+\.\d+\.\d+", line)]
    assert len(rows) > 60
    assert [row[1].strip() for row in rows if row[3].strip() == "met" and "::" not in row[4]] == []
    assert {row[3].strip() for row in rows} == {"met", "partly", "not met"}


@pytest.fixture
def answers(client, db):
    """One answer of every sort: pages, data, files, redirects, refusals, of people and of programs."""
    course = CourseFactory(slug="deep")
    client.force_login(person := student_of(course))
    paths = {
        "page": "/settings/",
        "course": reverse("course", args=["deep"]),
        "redirect": "/",
        "refused": reverse("people", args=["deep"]),
        "missing": "/c/nothing/",
        "nowhere": "/nothing/at/all",
        "method": reverse("add_people", args=["deep"]),
        "program": "/api/v1/me",
        "description": "/api/v1/openapi.json",
    }
    return {name: client.get(path) for name, path in paths.items()} | {
        "signed out": Client().get("/settings/"),
        "sign in": Client().get("/accounts/login/code/"),
        "asked": Client().post("/accounts/login/code/", {"email": person.email}),
        "forged": Client(enforce_csrf_checks=True).post("/accounts/login/code/"),
    }


def test_every_answer_tells_browsers_to_be_careful(answers):
    for name, answer in answers.items():
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["Referrer-Policy"] == "same-origin", name
        assert answer["X-Frame-Options"] == "DENY", name
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert {"'none'"} == {
            policy[part] for part in ("default-src", "object-src", "base-uri", "frame-ancestors")
        }, name
        assert "unsafe" not in answer["Content-Security-Policy"], name
        assert "Access-Control-Allow-Origin" not in answer, name


def test_every_answer_says_what_it_is(answers):
    for name, answer in answers.items():
        if answer.content:
            kind = answer["Content-Type"]
            assert "charset=utf-8" in kind or "json" in kind, name


def test_cookies_are_for_this_site_and_the_session_not_for_scripts(answers):
    cookies = {**answers["sign in"].cookies, **answers["asked"].cookies}
    assert {name: (one["samesite"], bool(one["httponly"])) for name, one in cookies.items()} == {
        "sessionid": ("Lax", True),
        "csrftoken": ("Lax", False),
        "messages": ("Lax", True),
    }


def test_every_cookie_travels_encrypted_where_the_site_does(client, db, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client.get("/accounts/login/code/")
    client.post("/accounts/login/code/", {"email": student_of(CourseFactory()).email})
    client.post("/appearance/", {"theme": "dark"})
    client.post("/appearance/", {"language": "de"})
    found = {name: bool(cookie["secure"]) for name, cookie in client.cookies.items()}
    assert found == dict.fromkeys(("sessionid", "csrftoken", "messages", "theme", "django_language"), True)


def test_programs_are_refused_in_the_open_not_redirected(db, settings):
    settings.SECURE_SSL_REDIRECT = True
    course = CourseFactory()
    _token, secret = tokens.create(
        user=student_of(course), name="a", scopes=Scope.values, good_for=timedelta(days=1), now=clock.now()
    )
    program = Client(headers={"authorization": f"Bearer {secret}"})
    answer = program.get("/api/v1/courses")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert "Use https" in answer.json()["detail"]
    assert program.get("/api/v1/courses", secure=True).status_code == 200
    assert program.get("/settings/")["Location"] == "https://testserver/settings/"


def test_sessions_are_named_by_enough_chance(client, db):
    client.force_login(student_of(CourseFactory()))
    assert re.fullmatch("[a-z0-9]{32}", client.cookies[settings.SESSION_COOKIE_NAME].value)  # 36**32 > 2**128


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_methods_that_nothing_takes_are_refused(client, db, method):
    client.force_login(student_of(CourseFactory(slug="deep")))
    for path in ("/settings/", "/c/deep/", "/api/v1/me", "/settings/tokens/"):
        assert client.generic(method, path).status_code in {403, 405}, path


def test_production_speaks_https_only_and_says_so_for_a_year(tmp_path):
    """Asked of a process of its own: settings are read once."""
    asked = """
import django; django.setup()
from django.conf import settings
from django.test import RequestFactory
from django.middleware.security import SecurityMiddleware
from django.http import HttpResponse
answer = SecurityMiddleware(lambda request: HttpResponse())
factory = RequestFactory(HTTP_HOST=settings.ALLOWED_HOSTS[0])
plain, safe = answer(factory.get("/")), answer(factory.get("/", secure=True))
print(plain.status_code, plain["Location"])
print(safe["Strict-Transport-Security"])
for name in ("SESSION_COOKIE_", "CSRF_COOKIE_"):
    print(*(getattr(settings, name + part) for part in ("NAME", "SECURE", "DOMAIN")))
print(settings.LANGUAGE_COOKIE_NAME, settings.THEME_COOKIE_NAME, settings.MESSAGES_COOKIE_NAME)
print(settings.DEBUG, settings.DEMO, settings.STYLEGUIDE)
"""
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR": str(tmp_path), **COMPLETE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "301 https://classroom.example.org/",
        "max-age=31536000; includeSubDomains; preload",
        "__Host-session True None",
        "__Host-csrf True None",
        "__Host-language __Host-theme __Host-messages",
        "False False False",
    ], done.stderr
