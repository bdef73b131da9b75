"""Signing in at another place, against a provider on loopback that really signs."""

import json
import os
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from jwcrypto.jwk import JWK

from classroom.models import AuditEntry, Enrolment, Role, User
from tests.classroom.test_sign_in import mailed_code
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, student_of

pytestmark = pytest.mark.django_db

KEY, OTHER_KEY = (JWK.generate(kty="RSA", size=2048, kid="key-1") for _ in range(2))
BEGIN, CALLBACK, CONNECT = (f"/accounts/elsewhere/{part}" for part in ("", "callback/", "connect/"))


class Provider(ThreadingHTTPServer):
    """An OpenID Connect provider. `claims` and `changes` are what it says of whoever comes."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.claims = {
            "sub": "s-1",
            "email": "Ada@Example.org",
            "email_verified": True,
            "name": "Ada Lovelace",
        }
        self.signed = {}  # claims that the token has instead
        self.info = {}  # what the user info says instead
        self.key, self.algorithm = KEY, "RS256"
        self.codes = {}  # code: (nonce, challenge)
        self.broken = set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def allow(self, address):
        """Let the person at the browser sign in; return the query with which it comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["redirect_uri"] == f"http://127.0.0.1:8000{CALLBACK}"
        assert set(asked["scope"].split()) == {"openid", "profile", "email"}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        self.codes["the-code"] = (asked["nonce"], asked["code_challenge"])
        return {"code": "the-code", "state": asked["state"]}

    def token(self, nonce):
        now = int(time.time())
        body = {"iss": self.url, "aud": "our-client", "iat": now, "exp": now + 60, "nonce": nonce}
        body = {
            name: value for name, value in (body | self.claims | self.signed).items() if value is not None
        }
        secret = self.key.export_to_pem(private_key=True, password=None).decode()
        headers = {"kid": "key-1"}
        return jwt.encode(
            body, secret if self.algorithm == "RS256" else None, self.algorithm, headers=headers
        )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, path = self.server, urlsplit(self.path).path
        if path in server.broken:
            return self._send(500, {"error": "broken"})
        if path == "/.well-known/openid-configuration":
            addresses = {
                "authorization_endpoint": "authorize",
                "token_endpoint": "token",
                "userinfo_endpoint": "userinfo",
                "jwks_uri": "jwks",
            }
            found = {name: f"{server.url}/{part}" for name, part in addresses.items()}
            return self._send(200, {"issuer": server.url} | found)
        if path == "/jwks":
            return self._send(200, {"keys": [json.loads(KEY.export_public())]})
        if path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
            return self._send(200, server.claims | server.info)
        return self._send(404, {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        nonce, challenge = self.server.codes.pop(fields.get("code"), (None, None))
        verifier = fields.get("code_verifier", "")
        known = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode() == challenge
        if "/token" in self.server.broken or not known or fields["client_secret"] != "our-secret":
            return self._send(400, {"error": "invalid_grant"})
        return self._send(
            200, {"access_token": "access", "token_type": "bearer", "id_token": self.server.token(nonce)}
        )

    def _send(self, status, document):
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        pass


@pytest.fixture
def provider(settings):
    cache.clear()
    with Provider() as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        settings.OIDC = {"issuer": server.url, "name": "University of Kiel", "signup": False}
        app = {
            "provider_id": "oidc",
            "name": "University of Kiel",
            "client_id": "our-client",
            "secret": "our-secret",
            "settings": {"server_url": server.url, "oauth_pkce_enabled": True},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield server
        server.shutdown()


def come(client, provider, **query):
    """Sign in there and come back."""
    return client.get(CALLBACK, provider.allow(client.get(BEGIN, query).url))


def person(client):
    return client.session.get("_auth_user_id")


def not_signed_in(answer):
    assert "Not signed in" in answer.content.decode()
    return answer.content.decode().split("data-error>")[1].split("</p>")[0]


def test_student_is_joined_by_a_verified_address_and_known_from_then_on(client, provider):
    student = student_of(CourseFactory(), user__email="ada@example.org")
    assert (come(client, provider).url, person(client)) == ("/", str(student.pk))
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.provider, account.extra_data) == (
        student,
        "s-1",
        provider.url,
        {},
    )
    assert AuditEntry.objects.get().action == "oidc.connected"
    provider.claims["email"] = "moved@example.org"
    again = Client()
    come(again, provider)
    assert person(again) == str(student.pk)
    assert SocialAccount.objects.count() == 1


def test_sign_in_leads_back_to_where_it_began_on_this_site_only(client, provider):
    student_of(CourseFactory(), user__email="ada@example.org")
    wanted = {"/settings/": "/settings/", "https://evil.example/": "/", "//evil.example": "/"}
    for asked, reached in wanted.items():
        assert come(client, provider, next=asked).url == reached


def test_button_is_on_the_sign_in_page_and_signing_out_ends_it(client, provider):
    page = client.get("/accounts/login/code/?next=/settings/").content.decode()
    assert "Sign in with University of Kiel" in page
    assert 'href="/accounts/elsewhere/?next=%2Fsettings%2F"' in page
    student_of(CourseFactory(), user__email="ada@example.org")
    come(client, provider)
    client.post("/accounts/logout/")
    assert person(client) is None
    assert client.get("/").status_code == 302


def test_without_a_provider_there_is_no_such_page(client):
    for path in (BEGIN, CALLBACK, CONNECT):
        assert client.get(path).status_code == 404
    assert "elsewhere" not in client.get("/accounts/login/code/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["3rdparty/", "3rdparty/signup/", "social/connections/", "oidc/oidc/login/", "oidc/oidc/login/callback/"],
)
def test_allauths_own_doors_stay_shut(client, provider, path):
    client.force_login(UserFactory())
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}").status_code == 404


# Whose account


def test_unknown_people_are_let_in_only_where_the_operator_says_so(client, provider, settings):
    assert come(client, provider).url == CONNECT
    assert (person(client), User.objects.count()) == (None, 0)
    settings.OIDC["signup"] = True
    come(client, provider)
    user = User.objects.get()
    assert (user.email, user.name, person(client)) == ("ada@example.org", "Ada Lovelace", str(user.pk))
    assert (user.has_usable_password(), Enrolment.objects.count()) == (False, 0)


@pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
@pytest.mark.parametrize("signup", [True, False])
def test_address_that_is_not_verified_joins_nothing(client, provider, settings, verified, signup):
    settings.OIDC["signup"] = signup
    student = student_of(CourseFactory(), user__email="ada@example.org")
    provider.claims["email_verified"] = verified
    assert come(client, provider).url == CONNECT
    assert (person(client), SocialAccount.objects.count(), User.objects.get()) == (None, 0, student)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ASSISTANT, Role.INSTRUCTOR])
@pytest.mark.parametrize("rights", [{}, {"is_staff": True}, {"is_superuser": True}])
def test_staff_sign_in_with_a_code_before_they_are_joined(client, provider, role, rights):
    user = UserFactory(email="ada@example.org", **rights)
    EnrolmentFactory(user=user, role=role)
    assert come(client, provider, next="/settings/").url == CONNECT
    assert (person(client), SocialAccount.objects.count()) == (None, 0)
    assert (
        "/accounts/login/code/?next=%2Faccounts%2Felsewhere%2Fconnect%2F"
        in client.get(CONNECT).content.decode()
    )
    assert client.post(CONNECT).status_code == 200  # asks for the code again
    assert SocialAccount.objects.count() == 0
    client.force_login(user)  # as the code does: what the session waits for stays
    assert "Yes, connect the two" in client.get(CONNECT).content.decode()
    assert client.post(CONNECT).url == "/settings/"
    assert SocialAccount.objects.get().user == user
    assert client.get(CONNECT).status_code == 404
    again = Client()
    come(again, provider)
    assert person(again) == str(user.pk)


def test_what_waits_survives_the_real_code(client, provider, settings):
    user = EnrolmentFactory(role=Role.INSTRUCTOR, user__email="ada@example.org").user
    come(client, provider)
    client.post("/accounts/login/code/", {"email": user.email, "next": CONNECT})

    answer = client.post("/accounts/login/code/confirm/", {"code": mailed_code(user), "next": CONNECT})
    assert answer.url == CONNECT
    client.post(CONNECT)
    assert SocialAccount.objects.get().user == user


def test_account_there_belongs_to_one_account_here(client, provider):
    owner, other = UserFactory(email="a@example.org"), UserFactory()
    provider.claims["email_verified"] = False
    come(client, provider)
    SocialAccount.objects.create(provider=provider.url, uid="s-1", user=owner)
    client.force_login(other)
    assert client.post(CONNECT).status_code == 409
    assert SocialAccount.objects.get().user == owner


def test_subjects_of_another_provider_are_other_people(client, provider):
    SocialAccount.objects.create(provider="https://elsewhere.example", uid="s-1", user=UserFactory())
    provider.claims["email_verified"] = False
    assert come(client, provider).url == CONNECT


def test_closed_account_stays_closed(client, provider):
    user = UserFactory(email="ada@example.org", is_active=False)
    assert not_signed_in(come(client, provider)) == "Your account here is closed."
    SocialAccount.objects.create(provider=provider.url, uid="s-1", user=user)
    assert not_signed_in(come(client, provider)) == "Your account here is closed."
    assert person(client) is None


def test_guests_address_is_nobodys(client, provider, settings):
    settings.OIDC["signup"] = True
    provider.claims["email"] = User.objects.create_guest("x", "Guest").email
    assert come(client, provider).url == CONNECT
    assert person(client) is None


# What is believed


@pytest.mark.parametrize(
    "signed",
    [
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": "s-2"},  # the user info is about s-1
        {"sub": None},
    ],
)
def test_token_with_a_wrong_claim_is_refused(client, provider, signed):
    student_of(CourseFactory(), user__email="ada@example.org")
    provider.signed = signed
    assert "not accepted" in not_signed_in(come(client, provider))
    assert person(client) is None


def test_forged_signatures_are_refused(client, provider):
    student_of(CourseFactory(), user__email="ada@example.org")
    for key, algorithm in ((OTHER_KEY, "RS256"), (KEY, "none")):
        provider.key, provider.algorithm = key, algorithm
        assert "not accepted" in not_signed_in(come(client, provider))
    assert person(client) is None


def test_answer_that_nobody_asked_for_is_refused(client, provider):
    query = provider.allow(client.get(BEGIN).url)
    assert "is over" in not_signed_in(Client().get(CALLBACK, query))
    assert "is over" in not_signed_in(client.get(CALLBACK, query | {"state": "made-up"}))
    assert "is over" in not_signed_in(client.get(CALLBACK))
    client.get(CALLBACK, query)
    assert "is over" in not_signed_in(client.get(CALLBACK, query))


def test_who_has_no_account_here_is_told_so_and_only_about_an_address_of_theirs(client, provider):
    come(client, provider)
    page = client.get(CONNECT).content.decode()
    assert "Nobody here has the address ada@example.org yet." in page
    assert f'href="{reverse("enter_course_code")}"' in page.split("<main")[1]
    provider.claims["email_verified"] = False
    stranger = Client()
    come(stranger, provider)
    assert "Nobody here has" not in stranger.get(CONNECT).content.decode()
    EnrolmentFactory(role=Role.INSTRUCTOR, user__email="ada@example.org")
    assert "Nobody here has" not in client.get(CONNECT).content.decode()


def test_who_turns_back_there_is_told(client, provider):
    state = provider.allow(client.get(BEGIN).url)["state"]
    assert "University of Kiel did not sign you in" in not_signed_in(
        client.get(CALLBACK, {"error": "access_denied", "state": state})
    )


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"])
def test_provider_that_is_broken_is_no_error_of_ours(client, provider, path):
    query = provider.allow(client.get(BEGIN).url)
    provider.broken.add(path)
    assert client.get(CALLBACK, query).status_code == 403
    assert client.get(BEGIN).status_code == (503 if "well-known" in path else 302)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": 7},
        {"sub": ""},
        {"sub": "x" * 300},
        {"email": 7},
        {"email": ["ada@example.org"]},
        {"email": "no address"},
        {"email": None},
        {"name": {"a": 1}},
        {"name": "x" * 500},
        {"name": "a\ud800\x00"},
        {"sub": "a\ud800"},
        {"sub": "a\x00"},
        {"email": "\ud800@example.org"},
    ],
)
def test_claims_of_any_shape_are_no_error_of_ours(client, provider, settings, claims):
    settings.OIDC["signup"] = True
    provider.claims |= claims
    assert come(client, provider).status_code in {302, 403}


def test_link_of_another_site_signs_nobody_in(client, provider):
    answer = client.get(BEGIN, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.url == "/accounts/login/code/"


def test_providers_in_the_database_count_for_nothing(client, provider):
    """An administrator's row in allauth's table must not become a second way in."""
    SocialApp.objects.create(
        provider="openid_connect", provider_id="oidc", name="x", client_id="y", secret="z"
    )
    student_of(CourseFactory(), user__email="ada@example.org")
    assert come(client, provider).url == "/"


# What the operator sets

TELL = (
    "from django.conf import settings as s; print(s.OIDC, s.LTI_ALLOW_HTTP, len(s.SOCIALACCOUNT_PROVIDERS))"
)
SET = {"OIDC_ISSUER": "https://id.example.org/realm/", "OIDC_CLIENT_ID": "c", "OIDC_CLIENT_SECRET": "s"}


def told(tmp_path, **environment):
    done = subprocess.run(
        [sys.executable, "-c", TELL],
        env={
            "PATH": os.environ["PATH"],
            "VAR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "classroom.settings",
            "SITE_URL": "https://classroom.example.org",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.splitlines()[-1]


def test_environment_switches_it_on(tmp_path):
    assert told(tmp_path) == "None False 0"
    place = {"issuer": "https://id.example.org/realm", "name": "id.example.org", "signup": False}
    assert told(tmp_path, **SET) == f"{place} False 1"
    named = told(tmp_path, **SET, OIDC_NAME="Kiel", OIDC_SIGNUP="1")
    assert named == f"{place | {'name': 'Kiel', 'signup': True}} False 1"


def test_half_a_provider_is_refused(tmp_path):
    assert "OIDC_ISSUER needs OIDC_CLIENT_ID" in told(tmp_path, OIDC_ISSUER="https://id.example.org")
    assert "has to begin with https://" in told(tmp_path, **SET | {"OIDC_ISSUER": "http://id.example.org"})
