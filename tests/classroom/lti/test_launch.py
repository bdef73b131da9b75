"""Launches: who is believed, and who is not."""

import json
import re
import time
from datetime import timedelta
from urllib.parse import quote

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom import clock
from classroom.lti.models import Context, Entry, Identity, Platform
from classroom.models import AuditEntry, Enrolment, Outbox, Role, User
from tests.classroom.lti.conftest import Browser, connected
from tests.classroom.lti.platform import (
    ASSISTANT,
    CLAIM,
    CLIENT_ID,
    INSTRUCTOR,
    KEY,
    LEARNER,
    OTHER_KEY,
    pem,
)
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


def refused(answer):
    """Why a launch was refused, as the page says it."""
    page = answer.content.decode()
    assert "This could not be opened" in page
    return page.split("data-error>")[1].split("</p>")[0]


# The way in


def test_login_sends_the_browser_to_the_platform_with_what_lti_asks_for(browser, fake, platform):
    asked = browser.begin(fake, lti_message_hint="17", client_id=CLIENT_ID)
    entry = Entry.objects.get()
    assert asked == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT_ID,
        "redirect_uri": "http://127.0.0.1:8000/lti/launch/",
        "login_hint": "7",
        "lti_message_hint": "17",
        "state": entry.state,
        "nonce": entry.nonce,
    }


def test_cookie_crosses_sites_and_is_for_launches_only(client, fake, platform, settings):
    settings.SESSION_COOKIE_SECURE = True
    answer = client.post("/lti/login/", {"iss": fake.url, "login_hint": "7"}, secure=True)
    (cookie,) = answer.cookies.values()
    flags = [cookie[name] for name in ("samesite", "secure", "httponly", "partitioned", "path")]
    assert flags == ["None", True, True, True, "/lti/"]


def test_student_who_is_known_lands_on_the_linked_work(browser, fake, context):
    student, quiz = student_of(context.course), make_quiz(context.course, now=clock.now())
    connected(fake, student)
    answer = browser.launch(fake, **{f"{CLAIM}custom": {"work": f"quiz:{quiz.pk}"}})
    assert (answer.status_code, answer.url) == (302, quiz.get_absolute_url())
    assert browser.person == str(student.pk)
    assert browser.get(answer.url).status_code == 200
    link = context.links.get()
    assert (link.work, link.resource_link_id) == (f"quiz:{quiz.pk}", "link-1")
    assert link.lineitem_url == f"{fake.url}/lineitems/1?type=7"


@pytest.mark.parametrize(
    "work", ["", "quiz:999999", "quiz:x", "quiz:" + "9" * 40, "user:1", "week:²", "\x00"]
)
def test_a_work_that_is_not_there_leads_to_the_course(browser, fake, context, work):
    connected(fake, student_of(context.course))
    answer = browser.launch(fake, **{f"{CLAIM}custom": {"work": work}})
    assert answer.url == context.course.get_absolute_url()


def test_a_work_of_another_course_is_not_there(browser, fake, context):
    connected(fake, student_of(context.course))
    quiz = make_quiz()
    answer = browser.launch(fake, **{f"{CLAIM}custom": {"work": f"quiz:{quiz.pk}"}})
    assert answer.url == context.course.get_absolute_url()
    assert context.links.count() == 0


# Who is not believed


def test_launch_is_good_once(browser, fake, context):
    connected(fake, student_of(context.course))
    asked = browser.begin(fake)
    fields = {"state": asked["state"], "id_token": fake.token(fake.claims(asked["nonce"]))}
    assert browser.post("/lti/launch/", fields).status_code == 302
    again = browser.post("/lti/launch/", fields)
    assert (again.status_code, refused(again)) == (
        400,
        "This launch is over. Go back to the platform and open the link again.",
    )


def test_nonce_of_an_earlier_launch_is_refused(browser, fake, context):
    connected(fake, student_of(context.course))
    token = fake.token(fake.claims(browser.begin(fake)["nonce"]))
    answer = browser.launch(fake, token=token)
    assert refused(answer).endswith("Invalid nonce")
    assert browser.person is None


def test_state_of_nobody_is_refused(browser, fake, context):
    nonce = browser.begin(fake)["nonce"]
    answer = browser.post("/lti/launch/", {"state": "made-up", "id_token": fake.token(fake.claims(nonce))})
    assert answer.status_code == 400
    assert "This launch is over" in refused(answer)


def test_launch_that_took_too_long_is_refused(browser, fake, context):
    connected(fake, student_of(context.course))
    asked = browser.begin(fake)
    Entry.objects.update(created_at=Entry.objects.get().created_at - timedelta(minutes=10))
    token = fake.token(fake.claims(asked["nonce"]))
    answer = browser.post("/lti/launch/", {"state": asked["state"], "id_token": token})
    assert "This launch is over" in refused(answer)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": int(time.time()) - 60}, "Signature has expired"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": int(time.time()) + 3600}, "not yet valid"),
        ({"aud": "somebody-else"}, "another client"),
        ({"aud": [CLIENT_ID, "somebody-else"]}, "several clients"),
        ({"aud": []}, "another client"),
        ({"aud": {"a": 1}}, "another client"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"sub": None}, "sub"),
        ({"sub": 7}, "Subject must be a string"),
        ({f"{CLAIM}deployment_id": "another"}, "Unable to find deployment"),
        ({f"{CLAIM}deployment_id": ["deployment-1"]}, "Unable to find deployment"),
        ({f"{CLAIM}deployment_id": None}, "deployment_id is not set"),
        ({f"{CLAIM}version": "1.1"}, "Incorrect version"),
        ({f"{CLAIM}message_type": "Other"}, "Unrecognized message type"),
        ({f"{CLAIM}resource_link": {}}, "Missing Resource Link Id"),
        ({f"{CLAIM}roles": None}, "Missing Roles"),
    ],
)
def test_launch_with_a_wrong_claim_is_refused(browser, fake, context, changes, why):
    connected(fake, student_of(context.course))
    answer = browser.launch(fake, **changes)
    assert answer.status_code == 400
    assert why in refused(answer)
    assert browser.person is None


def test_audience_may_be_a_list_that_names_us(browser, fake, context):
    connected(fake, student_of(context.course))
    assert browser.launch(fake, aud=["other", CLIENT_ID], azp=CLIENT_ID).status_code == 302


def test_signature_by_another_key_is_refused(browser, fake, context):
    connected(fake, student_of(context.course))
    asked = browser.begin(fake)
    token = fake.token(fake.claims(asked["nonce"]), key=OTHER_KEY)
    answer = browser.post("/lti/launch/", {"state": asked["state"], "id_token": token})
    assert "Signature verification failed" in refused(answer)


def test_token_without_signature_is_refused(browser, fake, context):
    connected(fake, student_of(context.course))
    for keys in (fake.keys, [{"kid": "platform-key", "alg": "none", "kty": "RSA"}]):
        fake.keys = keys
        asked = browser.begin(fake)
        token = fake.token(fake.claims(asked["nonce"]), algorithm="none")
        answer = browser.post("/lti/launch/", {"state": asked["state"], "id_token": token})
        assert "not signed with RS256" in refused(answer)


def test_public_key_taken_for_a_shared_secret_is_refused(browser, fake, context):
    asked = browser.begin(fake)
    body = json.dumps(fake.claims(asked["nonce"])).encode()
    forged = jwt.PyJWS().encode(
        body,
        b"0" * 32,
        algorithm="HS256",
        headers={"kid": "platform-key"},
    )
    answer = browser.post("/lti/launch/", {"state": asked["state"], "id_token": forged})
    assert "not signed with RS256" in refused(answer)


def test_unknown_key_is_looked_up_again_once_in_a_while(browser, fake, context):
    """A platform changes its key: the next launch fetches the set; forged ones don't make us hammer it."""
    connected(fake, student_of(context.course))
    assert browser.launch(fake).status_code == 302
    assert browser.launch(fake).status_code == 302
    assert fake.asked.count("/jwks") == 1
    fake.keys = [fake.keys[0] | {"kid": "new-key"}]
    for expected in (302, 302):
        asked = browser.begin(fake)
        token = fake.token(fake.claims(asked["nonce"]), kid="new-key")
        answer = browser.post("/lti/launch/", {"state": asked["state"], "id_token": token})
        assert answer.status_code == expected
    for n in range(5):
        asked = browser.begin(fake)
        token = fake.token(fake.claims(asked["nonce"]), kid=f"forged-{n}")
        browser.post("/lti/launch/", {"state": asked["state"], "id_token": token})
    assert fake.asked.count("/jwks") == 2


@pytest.mark.parametrize("where", ["elsewhere", "huge", "nothing"])
def test_keys_are_fetched_from_where_they_were_registered_only(browser, fake, platform, context, where):
    Platform.objects.update(jwks_url=f"{fake.url}/{where}")
    answer = browser.launch(fake)
    assert answer.status_code == 400
    assert len(fake.asked) == 1


def test_platform_that_is_down_is_named(browser, fake, platform, context):
    Platform.objects.update(jwks_url="http://127.0.0.1:9/jwks")
    assert refused(browser.launch(fake)) == "The platform does not answer: ConnectionError"


def test_platform_without_https_is_not_called_by_a_site_that_has_it(browser, fake, context, settings):
    settings.LTI_ALLOW_HTTP = False
    assert "is not an address of this platform" in refused(browser.launch(fake))
    assert fake.asked == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"iss": "https://unknown.example", "login_hint": "7"},
        {"iss": "KNOWN"},
        {"iss": "KNOWN", "login_hint": "7", "client_id": "another"},
        {"iss": "KNOWN", "login_hint": "7" * 3000},
    ],
)
def test_login_by_nobody_we_know_is_refused(client, fake, platform, fields):
    fields = {name: fake.url if value == "KNOWN" else value for name, value in fields.items()}
    assert client.get("/lti/login/", fields).status_code == 400
    assert client.post("/lti/login/", fields).status_code == 400
    assert Entry.objects.count() == 0


def test_issuer_with_two_clients_must_say_which(client, fake, platform):
    Platform.objects.create(created_at=platform.created_at, **fake.fields() | {"client_id": "client-2"})
    fields = {"iss": fake.url, "login_hint": "7"}
    assert client.get("/lti/login/", fields).status_code == 400
    assert client.get("/lti/login/", fields | {"client_id": "client-2"}).status_code == 302


def test_closed_platform_lets_nobody_in(client, browser, fake, platform, context):
    connected(fake, student_of(context.course))
    asked = browser.begin(fake)
    Platform.objects.update(closed_at=platform.created_at)
    assert client.get("/lti/login/", {"iss": fake.url, "login_hint": "7"}).status_code == 400
    token = fake.token(fake.claims(asked["nonce"]))
    assert browser.post("/lti/launch/", {"state": asked["state"], "id_token": token}).status_code == 400


def test_what_the_platform_says_went_wrong_is_shown_as_text(browser, fake, context):
    fields = {"error": "login_required", "error_description": "<b>no</b>"}
    answer = browser.post("/lti/launch/", fields | {"state": browser.begin(fake)["state"]})
    assert refused(answer) == "The platform did not let you through: &lt;b&gt;no&lt;/b&gt;"


@pytest.mark.parametrize("state", ["", "made-up", "a\x00b"])
def test_nobody_writes_on_a_page_of_ours(browser, platform, state):
    fields = {"error": "x", "error_description": "Call 0800 123", "state": state}
    assert refused(browser.post("/lti/launch/", fields)).startswith("This launch is over.")


# Frames and cookies


def test_launch_in_a_frame_opens_in_a_window_of_its_own(browser, fake, context):
    fields = {"iss": fake.url, "login_hint": "7", "lti_message_hint": "a b&c"}
    answer = browser.get("/lti/login/", fields, headers={"Sec-Fetch-Dest": "iframe"})
    page = answer.content.decode()
    assert "Open in a new window" in page
    assert "/lti/login/?iss=http%3A%2F%2F127.0.0.1" in page
    assert "lti_message_hint=a+b%26c" in page
    assert f"frame-ancestors {fake.url};" in answer["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in answer
    assert Entry.objects.count() == 0


def test_browser_that_kept_no_cookie_is_not_signed_in(browser, fake, context):
    connected(fake, student_of(context.course))
    asked = browser.begin(fake)
    thief = Browser()
    token = fake.token(fake.claims(asked["nonce"]))
    answer = thief.post("/lti/launch/", {"state": asked["state"], "id_token": token})
    assert (answer.status_code, thief.person) == (200, None)
    assert "did not keep the cookie" in answer.content.decode()


def test_other_pages_are_never_framed(browser, fake, context):
    connected(fake, student_of(context.course))
    answer = browser.get(browser.launch(fake).url)
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/lti/login/?iss=https://unknown.example&login_hint=7", 400),
        ("post", "/lti/launch/", 400),
        ("post", "/lti/content/made-up/", 404),
        ("get", "/lti/register/made-up/", 404),
    ],
)
def test_what_went_wrong_can_be_read_in_a_frame_of_anybody(browser, platform, method, address, status):
    answer = getattr(browser, method)(address)
    assert (answer.status_code, refused(answer) != "") == (status, True)
    assert ("X-Frame-Options" in answer, "frame-ancestors *" in answer["Content-Security-Policy"]) == (
        False,
        True,
    )


# Whose launch it is


def test_somebody_new_proves_the_address_with_a_code(browser, fake, context):
    """The platform does not vouch for addresses: only who reads the mailbox gets the account."""
    answer = browser.launch(fake)
    welcome = answer.url
    assert (answer.status_code, browser.person, Identity.objects.count()) == (302, None, 0)
    page = browser.get(welcome).content.decode()
    assert "Ada Lovelace" in page
    assert f"/accounts/login/code/?next={quote(welcome, safe='')}" in page
    sign_in_by_code(browser, "ada@example.org", welcome)
    assert Enrolment.objects.count() == 0
    landed = browser.post(welcome)
    assert landed.url == context.course.get_absolute_url()
    user = User.objects.get(email="ada@example.org")
    assert (user.name, Identity.objects.get().user, browser.person) == ("Ada Lovelace", user, str(user.pk))
    assert Enrolment.objects.get().role == Role.STUDENT
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == ["lti.connected", "people.added"]
    again = Browser()
    assert again.launch(fake).url == context.course.get_absolute_url()
    assert again.person == str(user.pk)


def sign_in_by_code(browser, email, following):
    browser.post("/accounts/login/code/", {"email": email, "next": following})
    body = Outbox.objects.filter(recipient=email).latest("pk").body
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", body)[0]
    answer = browser.post("/accounts/login/code/confirm/", {"code": code, "next": following})
    assert answer.url == following


def test_somebody_new_enters_at_once_where_the_platform_vouches_for_addresses(browser, fake, context):
    Platform.objects.update(verifies_email=True)
    answer = browser.launch(fake)
    assert answer.url == context.course.get_absolute_url()
    assert browser.person == str(User.objects.get(email="ada@example.org").pk)


@pytest.mark.parametrize("role", [None, Role.STUDENT, Role.INSTRUCTOR])
@pytest.mark.parametrize("vouches", [True, False])
def test_existing_account_is_never_taken_by_its_address(browser, fake, context, role, vouches):
    Platform.objects.update(verifies_email=vouches)
    user = UserFactory(email="ada@example.org")
    if role:
        EnrolmentFactory(user=user, course=context.course, role=role)
    answer = browser.launch(fake)
    assert answer.url.startswith("/lti/welcome/")
    assert (browser.person, Identity.objects.count()) == (None, 0)


@pytest.mark.parametrize("rights", [{"is_superuser": True}, {"is_staff": True}])
def test_administrators_are_never_signed_in_by_a_platform(browser, fake, context, rights):
    user = UserFactory(**rights)
    connected(fake, user)
    answer = browser.launch(fake)
    assert (answer.url.startswith("/lti/welcome/"), browser.person) == (True, None)


def test_closed_account_stays_closed(browser, fake, context):
    connected(fake, UserFactory(is_active=False))
    assert refused(browser.launch(fake)) == "Your account here is closed."
    assert browser.person is None


def test_who_is_signed_in_here_already_only_says_yes(browser, fake, context):
    user = student_of(context.course)
    welcome = browser.launch(fake).url
    browser.force_login(user)
    assert "Yes, connect the two" in browser.get(welcome).content.decode()
    assert browser.post(welcome).url == context.course.get_absolute_url()
    assert Identity.objects.get().user == user


def test_welcome_is_for_the_browser_that_came_from_the_platform(browser, fake, context):
    """Else somebody could have their own platform account connected with a victim's account here."""
    welcome = browser.launch(fake).url
    victim = Browser()
    victim.force_login(student_of(context.course))
    assert victim.get(welcome).status_code == 404
    assert victim.post(welcome).status_code == 404
    assert Identity.objects.count() == 0


def test_account_of_the_platform_belongs_to_one_account_here(browser, fake, context):
    owner, other = UserFactory(is_staff=True), UserFactory()
    connected(fake, owner)
    welcome = browser.launch(fake).url
    browser.force_login(other)
    assert browser.post(welcome).status_code == 409
    assert Identity.objects.get().user == owner


def test_person_without_an_address_signs_in_as_who_they_are_here(browser, fake, context):
    Platform.objects.update(verifies_email=True)
    user = student_of(context.course)
    welcome = browser.launch(fake, email=None, name=None).url
    assert User.objects.filter(email="").count() == 0
    browser.force_login(user)
    browser.post(welcome)
    assert Identity.objects.get().user == user


# Roles


@pytest.mark.parametrize(
    ("roles", "allowed", "role"),
    [
        ([LEARNER], False, Role.STUDENT),
        (["Learner"], False, Role.STUDENT),
        ([INSTRUCTOR], True, Role.INSTRUCTOR),
        ([INSTRUCTOR, ASSISTANT], True, Role.ASSISTANT),
        ([INSTRUCTOR], False, None),
        ([INSTRUCTOR, LEARNER], False, None),
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"], True, None),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"], True, None),
        ([], True, None),
    ],
)
def test_role_comes_from_the_platform_as_far_as_it_may(browser, fake, context, roles, allowed, role):
    Platform.objects.update(instructors_allowed=allowed)
    user = UserFactory()
    connected(fake, user)
    answer = browser.launch(fake, **{f"{CLAIM}roles": roles})
    assert answer.status_code == (302 if role else 403)
    assert list(Enrolment.objects.filter(user=user).values_list("role", flat=True)) == (
        [role] if role else []
    )


def test_platform_raises_nobody_who_has_a_role(browser, fake, context):
    Platform.objects.update(instructors_allowed=True)
    student = student_of(context.course)
    connected(fake, student)
    browser.launch(fake, **{f"{CLAIM}roles": [INSTRUCTOR]})
    assert Enrolment.objects.get(user=student).role == Role.STUDENT


def test_who_was_removed_here_stays_away(browser, fake, context):
    enrolment = EnrolmentFactory(course=context.course, left_at=context.linked_at)
    connected(fake, enrolment.user)
    assert browser.launch(fake).status_code == 403
    enrolment.refresh_from_db()
    assert enrolment.left_at is not None


# Connecting a course


def test_instructor_connects_the_course_once(browser, fake, platform, course):
    instructor = instructor_of(course)
    connected(fake, instructor)
    foreign = CourseFactory(title="Somebody else's")
    answer = browser.launch(fake, **{f"{CLAIM}roles": [INSTRUCTOR]})
    assert answer.url == "/lti/connect/"
    page = browser.get("/lti/connect/").content.decode()
    assert ("Networks" in page, foreign.title in page) == (True, False)
    assert browser.post("/lti/connect/", {"course": foreign.pk}).status_code == 422
    assert browser.post("/lti/connect/", {"course": course.pk}).url == f"/c/{course.slug}/platforms/"
    context = Context.objects.get()
    assert (context.course, context.linked_by, context.title) == (course, instructor, "Networks 101")
    assert browser.get("/lti/connect/").status_code == 404
    assert browser.post("/lti/connect/", {"course": course.pk}).status_code == 404


def test_student_finds_a_course_that_is_not_connected_yet(browser, fake, platform, course):
    connected(fake, student_of(course))
    assert "not connected yet" in refused(browser.launch(fake))
    assert browser.get("/lti/connect/").status_code == 404


def test_nobody_connects_without_a_launch(client, platform, course):
    Context.objects.create(platform=platform, deployment_id="d", context_id="c")
    client.force_login(instructor_of(course))
    assert client.get("/lti/connect/").status_code == 404


# Bad input


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a.b",
        "a.b.c",
        "...",
        "\x00.\x00.\x00",
        "é.é.é",
        "e30.e30.e30",
        "W10.W10.W10",
        "bnVsbA.bnVsbA.x",
        "x" * 70_000,
    ],
)
def test_token_of_any_shape_is_refused(browser, fake, context, token):
    assert browser.launch(fake, token=token or " ").status_code == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["iss", "login_hint", "client_id", "state", "id_token", "error"]
NAMES = st.sampled_from(
    [
        "sub",
        "name",
        "email",
        "nonce",
        "given_name",
        *(
            f"{CLAIM}{n}"
            for n in (
                "context",
                "resource_link",
                "roles",
                "custom",
                "deployment_id",
                "message_type",
                "version",
            )
        ),
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(NAMES, JSON, min_size=1, max_size=4))
def test_signed_nonsense_is_never_an_error_of_ours(fake, context, changes):
    browser = Browser()
    asked = browser.begin(fake)
    body = fake.claims(asked["nonce"]) | changes
    token = jwt.PyJWS().encode(
        json.dumps(body).encode(), pem(KEY), algorithm="RS256", headers={"kid": "platform-key"}
    )
    answer = browser.post("/lti/launch/", {"state": asked["state"], "id_token": token})
    assert answer.status_code in {200, 302, 400, 403}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(
        st.sampled_from(["iss", "login_hint", "client_id", "state", "id_token", "error"]),
        st.text(max_size=50),
    )
)
def test_any_fields_are_refused_kindly(client, platform, fields):
    for method, path in [
        (client.get, "/lti/login/"),
        (client.post, "/lti/login/"),
        (client.post, "/lti/launch/"),
    ]:
        assert method(path, fields).status_code == 400


@pytest.mark.parametrize("broken", ["\ud800", "\x00", "a\x00b\ud800c"])
@pytest.mark.parametrize(
    "name", ["sub", "name", "email", f"{CLAIM}deployment_id", f"{CLAIM}context", f"{CLAIM}custom"]
)
def test_text_that_no_database_takes_is_no_error_of_ours(browser, fake, context, name, broken):
    value = {f"{CLAIM}context": {"id": broken, "title": broken}, f"{CLAIM}custom": {broken: broken}}
    answer = browser.launch(fake, **{name: value.get(name, broken), f"{CLAIM}resource_link": {"id": "1"}})
    assert answer.status_code in {302, 400}
