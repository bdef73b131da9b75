"""Moodle and the site in one browser, on two sites as the browser sees it: frames, cookies, windows."""

from urllib.parse import quote, urlencode

import jwt
import pytest
from playwright.sync_api import expect

from classroom import clock
from classroom.lti.models import Context, Identity, Platform
from tests.browser import Watch, axe
from tests.classroom.lti.platform import CLAIM, DEPLOYMENT, INSTRUCTOR, serving
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz


@pytest.fixture
def fake(site):
    """A platform at another host's name, so that the browser keeps its cookies apart."""
    with serving() as server:
        server.host, server.tool = "localhost", site.url
        yield server
        server.shutdown()


@pytest.fixture
def context(fake):
    platform = Platform.objects.create(created_at=clock.now(), **fake.fields())
    return Context.objects.create(
        platform=platform,
        deployment_id=DEPLOYMENT,
        context_id="context-1",
        course=CourseFactory(),
        linked_at=clock.now(),
    )


@pytest.fixture
def page(browser, site, fake):
    browsing = browser.new_context(locale="en-GB")
    browsing.set_default_timeout(10_000)
    watch = Watch(site.url)
    watch.follow(browsing)
    yield browsing.new_page()
    browsing.close()
    platform_itself = [f"request to another host: {fake.url}", "favicon.ico"]
    assert [one for one in watch.problems if not any(part in one for part in platform_itself)] == []


def framed(fake, site, target):
    """The platform's page with the tool in a frame."""
    query = urlencode({"iss": fake.url, "login_hint": "7", "target_link_uri": f"{site.url}{target}"})
    return f"{fake.url}/course?url={quote(f'{site.url}/lti/login/?{query}')}"


def test_link_in_a_frame_opens_a_window_in_which_the_student_is_signed_in(page, site, fake, context):
    student = student_of(context.course, user__name="Ada")
    Identity.objects.create(issuer=fake.url, subject="user-7", user=student, linked_at=clock.now())
    quiz = make_quiz(context.course, now=clock.now(), title="Pooling")
    fake.launch = {f"{CLAIM}custom": {"work": f"quiz:{quiz.pk}"}}
    page.goto(framed(fake, site, "/lti/launch/"))
    frame = page.frame_locator("iframe")
    with page.expect_popup() as opened:
        frame.get_by_role("link", name="Open in a new window").click()
    window = opened.value
    expect(window.get_by_role("heading", name="Pooling")).to_be_visible()
    assert window.url == f"{site.url}{quiz.get_absolute_url()}"
    window.goto(site.url + "/settings/")
    expect(window.get_by_label("Name")).to_have_value("Ada")


def test_content_is_chosen_in_the_frame_without_a_cookie_of_ours(page, site, fake, context):
    instructor = instructor_of(context.course)
    Identity.objects.create(issuer=fake.url, subject="user-7", user=instructor, linked_at=clock.now())
    make_quiz(context.course, now=clock.now(), title="Pooling")
    fake.launch = {
        f"{CLAIM}message_type": "LtiDeepLinkingRequest",
        f"{CLAIM}roles": [INSTRUCTOR],
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": {
            "deep_link_return_url": f"{fake.url}/back",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
            "accept_multiple": True,
        },
    }
    page.goto(framed(fake, site, "/lti/content/"))
    frame = page.frame_locator("iframe")
    frame.get_by_label("Pooling").check()
    assert axe(page.frames[1]) == []
    frame.get_by_role("button", name="Link").click()
    expect(frame.get_by_role("heading", name="Linked")).to_be_visible()
    (signed,) = fake.chosen
    items = jwt.decode(signed, options={"verify_signature": False})[
        "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"
    ]
    assert [item["title"] for item in items] == ["Pooling"]
