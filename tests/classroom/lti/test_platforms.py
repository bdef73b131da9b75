"""Registering platforms, and what they are told of this site."""

import json

import jwt
import pytest
from jwcrypto.jwk import JWKSet

from classroom.lti.models import Context, Platform, ToolKey
from classroom.models import AuditEntry, Role
from tests.classroom.lti.conftest import connected
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of

pytestmark = pytest.mark.django_db

PAGES = ["/lti/platforms/", "/lti/platforms/new/", "/lti/platforms/{pk}/"]
ACTS = [
    "/lti/platforms/{pk}/",
    "/lti/platforms/new/",
    "/lti/platforms/{pk}/check/",
    "/lti/platforms/{pk}/close/",
]


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def form_of(fake, **changes):
    return (
        fake.fields()
        | {"deployment_ids": "deployment-1\n deployment-2 \n\ndeployment-1", "origins": ""}
        | changes
    )


def test_platform_is_registered_and_changed(admin, fake):
    answer = admin.post(
        "/lti/platforms/new/", form_of(fake, origins=f"{fake.url}/x\nHTTPS://School.example:443/")
    )
    platform = Platform.objects.get()
    assert answer.url == f"/lti/platforms/{platform.pk}/"
    assert platform.deployment_ids == ["deployment-1", "deployment-2"]
    assert platform.origins == [fake.url, "https://school.example"]
    assert platform.own_origins == [fake.url, "https://school.example"]
    assert (platform.instructors_allowed, platform.verifies_email) == (False, False)
    admin.post(answer.url, form_of(fake, name="Kiel", instructors_allowed="on"))
    platform.refresh_from_db()
    assert (platform.name, platform.instructors_allowed, platform.origins) == ("Kiel", True, [])
    assert [entry.action for entry in AuditEntry.objects.all()] == ["lti.platform_saved"] * 2


def test_same_client_of_an_issuer_is_registered_once(admin, fake, platform):
    answer = admin.post("/lti/platforms/new/", form_of(fake))
    assert (answer.status_code, Platform.objects.count()) == (422, 1)
    assert "This issuer is registered with this client id already." in answer.content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"jwks_url": "ftp://x"},
        {"auth_token_url": "file:///etc/passwd"},
        {"auth_login_url": "javascript:alert(1)"},
        {"auth_login_url": "https://a b"},
        {"jwks_url": "https://[x"},
        {"origins": "school.example"},
        {"deployment_ids": " \n "},
        {"deployment_ids": "x" * 300},
        {"issuer": ""},
    ],
)
def test_addresses_that_are_none_are_refused(admin, fake, changes):
    assert admin.post("/lti/platforms/new/", form_of(fake, **changes)).status_code == 422
    assert Platform.objects.count() == 0


def test_only_https_is_taken_by_a_site_that_has_it(admin, fake, settings):
    settings.LTI_ALLOW_HTTP = False
    assert admin.post("/lti/platforms/new/", form_of(fake)).status_code == 422


def test_moodle_and_canvas_are_filled_in(admin):
    page = admin.get("/lti/platforms/new/", {"moodle": "https://moodle.example.org/"}).content.decode()
    for path in ("/mod/lti/auth.php", "/mod/lti/token.php", "/mod/lti/certs.php"):
        assert f'value="https://moodle.example.org{path}"' in page
    page = admin.get("/lti/platforms/new/", {"canvas": "1"}).content.decode()
    assert 'value="https://sso.canvaslms.com/api/lti/security/jwks"' in page


@pytest.mark.parametrize("is_staff", [True, False])
def test_only_administrators_register(client, platform, course, is_staff):
    instructor = instructor_of(course)
    instructor.is_staff = is_staff
    instructor.save(update_fields=["is_staff"])
    client.force_login(instructor)
    for path in PAGES:
        assert client.get(path.format(pk=platform.pk)).status_code == 403
    for path in ACTS:
        assert client.post(path.format(pk=platform.pk)).status_code == 403
    client.logout()
    assert client.get("/lti/platforms/").url.startswith("/accounts/login/code/")


def test_list_tells_the_addresses_and_asks_a_fixed_number_of_queries(
    admin, fake, platform, context, django_assert_num_queries
):
    for more in range(3):
        if more:
            Platform.objects.create(
                created_at=platform.created_at, **fake.fields() | {"client_id": f"client-{more + 1}"}
            )
        with django_assert_num_queries(2):
            page = admin.get("/lti/platforms/").content.decode()
    for address in ("lti/launch/", "lti/login/", "lti/jwks.json", "lti/content/", "lti/canvas.json"):
        assert f"http://127.0.0.1:8000/{address}" in page
    assert "1 course<" in page


def test_platform_is_tried_out(admin, fake, platform):
    answer = admin.post(f"/lti/platforms/{platform.pk}/check/", follow=True)
    assert "The platform answers, knows our key, and has 1 of its own." in answer.content.decode()
    (asked,) = fake.assertions
    keys = JWKSet.from_json(admin.get("/lti/jwks.json").content.decode())
    header = jwt.get_unverified_header(asked["client_assertion"])
    claims = jwt.decode(
        asked["client_assertion"],
        keys.get_key(header["kid"]).export_to_pem().decode(),
        algorithms=["RS256"],
        audience=f"{fake.url}/token",
    )
    assert (claims["iss"], claims["sub"]) == ("client-1", "client-1")


def test_platform_that_does_not_answer_is_told(admin, fake, platform):
    Platform.objects.update(jwks_url=f"{fake.url}/nothing")
    answer = admin.post(f"/lti/platforms/{platform.pk}/check/", follow=True)
    assert "does not hold a key set" in answer.content.decode()
    Platform.objects.update(jwks_url=f"{fake.url}/jwks", auth_token_url=f"{fake.url}/lineitems/1")
    answer = admin.post(f"/lti/platforms/{platform.pk}/check/", follow=True)
    assert "The platform answers 401: no token" in answer.content.decode()


def test_platform_is_closed_and_opened_again(admin, platform):
    for closed in ("1", "0"):
        admin.post(f"/lti/platforms/{platform.pk}/close/", {"closed": closed})
        platform.refresh_from_db()
        assert (platform.closed_at is not None) == (closed == "1")


def test_key_is_made_once_and_never_shown(client):
    first = client.get("/lti/jwks.json")
    key = ToolKey.objects.get()
    (shown,) = first.json()["keys"]
    assert (shown["kid"], shown["alg"], shown["use"], shown["kty"]) == (key.kid, "RS256", "sig", "RSA")
    assert {"d", "p", "q", "dp", "dq", "qi"} & set(shown) == set()
    assert client.get("/lti/jwks.json").json() == first.json()
    assert ToolKey.objects.count() == 1


def test_canvas_reads_the_tool_from_one_address(client):
    told = client.get("/lti/canvas.json").json()
    assert told["target_link_uri"] == "http://127.0.0.1:8000/lti/launch/"
    placements = told["extensions"][0]["settings"]["placements"]
    assert [(p["placement"], p["message_type"]) for p in placements] == [
        ("course_navigation", "LtiResourceLinkRequest"),
        ("link_selection", "LtiDeepLinkingRequest"),
        ("assignment_selection", "LtiDeepLinkingRequest"),
    ]
    json.dumps(told)


# A course's page


@pytest.mark.parametrize(
    ("role", "sees", "changes"),
    [
        (Role.STUDENT, 403, 403),
        (Role.VIEWER, 200, 403),
        (Role.ASSISTANT, 200, 403),
        (Role.INSTRUCTOR, 200, 302),
    ],
)
def test_course_page_is_for_staff_and_disconnecting_for_instructors(
    client, context, course, role, sees, changes
):
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    page = client.get(f"/c/{course.slug}/platforms/")
    assert page.status_code == sees
    assert client.post(f"/c/{course.slug}/platforms/{context.pk}/disconnect/").status_code == changes
    context.refresh_from_db()
    assert context.course == (None if changes == 302 else course)


def test_another_courses_instructor_cannot_disconnect(client, context):
    other = CourseFactory()
    client.force_login(instructor_of(other))
    assert client.post(f"/c/{other.slug}/platforms/{context.pk}/disconnect/").status_code == 404
    assert Context.objects.get().course is not None


@pytest.mark.parametrize("contexts", [1, 3])
def test_course_page_asks_a_fixed_number_of_queries(
    client, fake, platform, course, context, contexts, django_assert_num_queries
):
    for number in range(1, contexts):
        Context.objects.create(platform=platform, deployment_id="d", context_id=f"c{number}", course=course)
    client.force_login(instructor_of(course))
    with django_assert_num_queries(8):
        page = client.get(f"/c/{course.slug}/platforms/").content.decode()
    assert page.count("No work is linked yet") == contexts


def test_students_do_not_learn_of_platforms(client, fake, context):
    user = student_of(context.course)
    connected(fake, user)
    client.force_login(user)
    assert client.get("/lti/").url == "/"


def test_administrator_undoes_a_wrong_connection(admin, fake, platform):
    administrator = UserFactory(is_superuser=True, is_staff=True)
    admin.force_login(administrator)
    identity = connected(fake, UserFactory())
    assert admin.get("/admin/lti/identity/").status_code == 200
    assert admin.get("/admin/lti/identity/add/").status_code == 403
    admin.post(f"/admin/lti/identity/{identity.pk}/delete/", {"post": "yes"})
    assert type(identity).objects.count() == 0
