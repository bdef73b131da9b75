from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from classroom import clock
from classroom.lti.models import Context, Identity, Platform, ToolKey
from tests.classroom.lti.platform import DEPLOYMENT, pem, rsa_key, serving
from tests.factories import CourseFactory

TOOL_KEY = rsa_key("tool-key")


@pytest.fixture
def fake():
    """A learning platform that answers on loopback."""
    cache.clear()
    with serving() as server:
        yield server
        server.shutdown()


@pytest.fixture
def platform(db, fake):
    """The same as it is registered here; our key is made beforehand, for that takes a second."""
    ToolKey.objects.create(pk=1, kid="tool-key", private_pem=pem(TOOL_KEY), created_at=clock.now())
    return Platform.objects.create(created_at=clock.now(), **fake.fields())


@pytest.fixture
def course(db):
    return CourseFactory(title="Networks", time_zone="UTC")


@pytest.fixture
def context(platform, course):
    """The platform's course, connected with ours."""
    return Context.objects.create(
        platform=platform,
        deployment_id=DEPLOYMENT,
        context_id="context-1",
        title="Networks 101",
        course=course,
        linked_at=clock.now(),
    )


class Browser(Client):
    """A browser that goes through a launch as a person does, cookies included."""

    def begin(self, fake, **more):
        """Come from the platform; return what the site sends to it."""
        fields = {"iss": fake.url, "login_hint": "7", "target_link_uri": "http://127.0.0.1:8000/lti/launch/"}
        answer = self.get("/lti/login/", fields | more)
        assert answer.status_code == 302
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.url).query).items()}

    def launch(self, fake, *, token=None, hints=None, headers=None, **changes):
        """Come from the platform and back to it with a signed launch."""
        asked = self.begin(fake, **(hints or {}))
        token = token or fake.token(fake.claims(asked["nonce"], **changes))
        return self.post("/lti/launch/", {"state": asked["state"], "id_token": token}, headers=headers)

    @property
    def person(self):
        return self.session.get("_auth_user_id")


@pytest.fixture
def browser():
    return Browser()


def connected(fake, user, subject="user-7"):
    """Let the platform's `subject` be `user`."""
    return Identity.objects.create(issuer=fake.url, subject=subject, user=user, linked_at=clock.now())
