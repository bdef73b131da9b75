"""Abuse of the site beside its quizzes, each case tried through the site's own door.

The numbers go on from those of `tests/quizzes/test_abuse.py`. What another file tries better is named in
`TRIED_ELSEWHERE`, and a test looks whether it is still there.
"""

import logging
import logging.config
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from classroom import clock, exports
from classroom.demo import crowd
from classroom.models import Course, Outbox, Role, Session, User
from tests.factories import CourseFactory, UserFactory, instructor_of, student_of
from tests.projects.addresses import SMALL, addresses, clients_of, pages

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent

#: By case: a file and the test in it.
TRIED_ELSEWHERE = {
    17: ("projects/test_teams.py", "codes_cannot_be_guessed_for_ever"),
    18: ("classroom/pages/test_pages.py", "who_has_left_is_out"),
    20: ("projects/test_membership.py", "nobody_smuggles_in_a_team_a_seat_or_the_lead"),
    25: ("classroom/test_sign_in.py", "rival_cannot_lock_anybody_out"),
    27: ("projects/test_exhibits.py", "what_is_no_picture_is_refused_and_its_description_kept"),
    28: ("projects/test_projects.py", "links_are_links_and_a_ticked_one_is_given"),
    29: ("classroom/test_exports.py", "no_table_that_leaves_holds_a_formula"),
    30: ("quizzes/formats/test_attacks.py", "a_package_that_means_harm_is_refused"),
    31: ("quizzes/test_images.py", "flood_of_pixels_is_refused_before_it_is_decoded"),
    32: ("projects/test_examples.py", "pickled_objects_are_refused_and_never_loaded"),
    33: ("projects/test_projects.py", "links_are_never_fetched"),
    35: ("classroom/test_sign_in.py", "sign_in_leads_back_to_where_it_began_on_this_site_only"),
}
#: What a GET may write, by address: what one asks for is drawn up at that moment, or noted as read, and harms
#: nobody.
WRITTEN_BY_LOOKING = {
    "hackathon": {"projects_reading"},
    "announcements": {"projects_reading"},
    "calendars": {"projects_calendartoken"},
    "calendar_feed": {"projects_calendartoken"},
    "judge": {"projects_look"},
}
WRITING = re.compile(r'(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "(\w+)"')
#: Texts that are no person's words but names that the site gives.
KEPT = {
    *("password", "language", "time_zone", "exercise", "join_code", "token"),
    *("sha256", "text_sha256", "digest", "media_type", "party"),
}
#: What a platform's page or a mail program posts: a signature, a nonce or a secret address tells where it
#: comes from.
PROVEN_OTHERWISE = {
    "/lti/login/",
    "/lti/launch/",
    "/lti/content/x/",
    "/lti/register/x/",
    "/notices/unsubscribe/x/",
}
#: Not for this role, not there, not by this method.
REFUSED = {403, 404, 405}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
ASK = "/accounts/login/code/"


@pytest.fixture
def event():
    return crowd.build(clock.now(), seed=1, size=SMALL)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def everything(patterns=None, before=""):
    """Return every address of the site with something in its placeholders, and its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from everything(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            path = re.sub(r"<int:\w+>", "1", route)
            path = re.sub(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)", "x", path).replace("^", "").replace("$", "")
            yield f"/{path}", pattern.callback


@pytest.mark.parametrize("case", TRIED_ELSEWHERE)
def test_what_is_tried_elsewhere_is_there(case):
    file, name = TRIED_ELSEWHERE[case]
    assert re.search(rf"def test_{name}\(", (ROOT / file).read_text())


def test_19_a_table_of_people_makes_nobody_staff_and_changes_no_account(event):
    instructor = User.objects.get(email="instructor0@crowd-1.example.org")
    viewer = User.objects.get(email="judge0@crowd-1.example.org")
    known = UserFactory(email="ada@example.org", name="Ada")
    table = (
        "email,name,role,is_staff,is_superuser,password\n"
        "ada@example.org,Mallory,instructor,1,1,x\n"
        "new@example.org,New,instructor,1,1,x\n"
        f"{viewer.email},Mallory,instructor,1,1,x\n"
        f'"Ada <root@example.org>",Root,instructor,1,1,x\n'
    )
    before = User.objects.filter(pk__in=[known.pk, viewer.pk, instructor.pk]).order_by("pk").values()
    before = list(before)
    url = reverse("projects:import_participants", args=[event.course.slug, event.pk])
    event.__class__.objects.filter(pk=event.pk).update(places=None)
    assert signed_in(instructor).post(url, {"text": table, "confirm": "1"}).status_code == 302
    after = User.objects.filter(pk__in=[known.pk, viewer.pk, instructor.pk]).order_by("pk").values()
    moves = {"last_login": None, "unread_notices": None}
    assert [row | moves for row in after] == [row | moves for row in before]
    roles = dict(event.course.enrolments.values_list("user__email", "role"))
    assert {roles["ada@example.org"], roles["new@example.org"]} == {Role.STUDENT}
    assert roles[viewer.email] == Role.ASSISTANT
    assert not User.objects.filter(email="root@example.org").exists()
    new = User.objects.get(email="new@example.org")
    assert (new.is_staff, new.is_superuser, new.has_usable_password()) == (False, False, False)


def test_21_nothing_of_one_course_is_reached_through_another(event):
    other = CourseFactory(slug="other")
    intruders = [signed_in(instructor_of(other)), signed_in(student_of(other))]
    for name, url in list(addresses(event)):
        through = url.replace("/c/crowd-1/", "/c/other/")
        if not re.search(r"/\d+[/.]", through) or name == "calendar_feed":  # the feed's secret is its door
            continue
        for ask in (ask for intruder in intruders for ask in (intruder.get, intruder.post)):
            assert ask(through).status_code in REFUSED, (name, ask)
            assert ask(url).status_code in REFUSED - {403}, (name, ask)


def test_22_an_address_that_is_not_proven_takes_no_account_over(client):
    """Who asked for the victim's code before there was an account gains nothing when there is one."""
    victim = "victim@example.org"
    client.post(ASK, {"email": victim})
    course = CourseFactory()
    instructor = signed_in(instructor_of(course))
    instructor.post(reverse("add_people", args=[course.slug]), {"addresses": victim, "role": "student"})
    account = User.objects.get(email=victim)
    for code in ("", "BBBB-BBBB", str(account.pk)):
        client.post("/accounts/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session
    assert not Outbox.objects.filter(recipient=victim, subject__icontains="code").exists()
    for path in ("/accounts/signup/", "/accounts/email/", "/accounts/password/reset/", "/accounts/3rdparty/"):
        assert client.get(path).status_code in {302, 404}
    somebody = signed_in(UserFactory(email="rival@example.org"))
    somebody.post("/settings/", {"name": "Rival", "email": victim, "language": "en", "time_zone": ""})
    assert User.objects.filter(email="rival@example.org").exists()


def test_23_a_session_handed_to_somebody_is_not_signed_in_with_them(client):
    user = student_of(CourseFactory())
    client.post(ASK, {"email": user.email})
    planted = client.cookies[settings.SESSION_COOKIE_NAME].value
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", Outbox.objects.get(recipient=user.email).body)[0]
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert client.session["_auth_user_id"] == str(user.pk)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert "_auth_user_id" not in thief.session


def test_23_the_next_person_at_a_shared_computer_finds_nothing_of_the_last():
    course = CourseFactory()
    first, second = instructor_of(course), student_of(course)
    shared = signed_in(first)
    shared.post(reverse("student_view", args=[course.slug]))
    shared.post("/accounts/logout/")
    assert shared.get(reverse("course", args=[course.slug])).status_code == 302
    assert not Session.objects.filter(user=first).exists()
    shared.force_login(second)
    assert "view_as_student" not in shared.session
    page = shared.get(reverse("course", args=[course.slug]))
    assert first.email not in page.content.decode()


def test_24_no_address_takes_a_post_without_its_token():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory(is_superuser=True, is_staff=True))
    exempt = {path for path, view in everything() if getattr(view, "csrf_exempt", False)}
    assert {path for path in exempt if not path.startswith("/api/v1/")} == PROVEN_OTHERWISE
    answers = {path: strict.post(path).status_code for path, _view in everything() if path not in exempt}
    assert len(answers) > 200
    assert {path: status for path, status in answers.items() if status not in {403, 404, 405}} == {}


def test_24_no_browser_asks_the_api():
    """Its addresses need no token against forgery, since no cookie counts there."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(UserFactory(is_superuser=True, is_staff=True))
    found = {path for path, _view in everything() if path.startswith("/api/v1/")} - {"/api/v1/openapi.json"}
    assert len(found) > 15
    for path in found:
        assert {browser.get(path).status_code, browser.post(path).status_code} <= {401, 404, 405}, path


def test_24_looking_changes_nothing(event):
    clients = clients_of(event)
    for name, url in list(addresses(event)):
        for who, client in clients.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            written = {match[1] for query in queries if (match := WRITING.match(query["sql"] or ""))}
            assert written - WRITTEN_BY_LOOKING.get(name, set()) == set(), (name, who)


def test_26_what_people_write_is_never_html(event):
    """Every text of every row is hostile; no page of the event lets one through."""
    for model in [*apps.get_app_config("projects").get_models(), User, Course]:
        texts = [
            field
            for field in model._meta.get_fields()
            if isinstance(field, models.CharField | models.TextField)
            and type(field) in {models.CharField, models.TextField}
            and not (field.choices or field.unique or field.name in KEPT)
            and (field.max_length or 1000) >= len(EVIL)
        ]
        for row in model.objects.all()[:200]:
            changes = {field.name: f"{EVIL}{row.pk}"[: field.max_length] for field in texts}
            if changes:
                model.objects.filter(pk=row.pk).update(**changes)
    shown = set()
    for page in pages(event):
        response = page.answer
        if response.headers["Content-Type"].startswith("text/html"):
            html = response.content.decode()
            assert "<script>alert" not in html, page
            assert "<img src=x" not in html, page
            shown |= {page.name} if "&lt;script&gt;alert" in html else set()
        else:
            assert response.headers["X-Content-Type-Options"] == "nosniff", page
    assert len(shown) > 20


def test_26_a_files_name_cannot_break_out_of_its_header():
    answer = exports.download('a"; x="\r\nSet-Cookie: y=1;é.csv', b"", "text/csv")
    told = answer.headers["Content-Disposition"]
    assert told == "attachment; filename*=utf-8''a%22%3B%20x%3D%22%0D%0ASet-Cookie%3A%20y%3D1%3B%C3%A9.csv"


def test_34_a_forged_host_is_in_no_letter(client):
    user = student_of(CourseFactory())
    for headers in (
        {"host": "evil.example"},
        {"host": "evil.example:8000"},
        {"host": "testserver@evil.example"},
    ):
        assert client.post(ASK, {"email": user.email}, headers=headers).status_code == 400
    assert not Outbox.objects.exists()
    client.post(ASK, {"email": user.email}, headers={"x-forwarded-host": "evil.example"})
    [letter] = Outbox.objects.all()
    assert "evil.example" not in letter.subject + letter.body


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_35_no_address_leads_elsewhere(target):
    client = signed_in(student_of(CourseFactory(slug="x")))
    for path, _view in everything():
        answer = client.get(path, dict.fromkeys(("next", "url", "return", "redirect", "to"), target))
        assert urlsplit(answer.headers.get("Location", "")).netloc in {"", "testserver"}, path
        assert not answer.headers.get("Location", "").startswith(("//", "/\\")), path


def test_36_nobody_writes_lines_into_the_log():
    forged = "x\nERROR   django: forged\r\nERROR   two\x1b[31m\u2028ERROR   three"
    try:
        raise ValueError(forged)
    except ValueError as error:
        record = logging.LogRecord("site", 40, "", 1, "Told: %s", (forged,), (type(error), error, None))
    written = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        settings.LOGGING["formatters"]["line"]
    )
    lines = written.format(record).split("\n")
    assert [line for line in lines if re.match(r"\S*ERROR   (django|two|three)", line)] == []
    assert not set("\r\x1b") & set("".join(lines))


def test_36_a_strange_address_is_one_line_of_the_log(client, caplog):
    client.get("/c/%0aERROR%20%20%20django:%20forged%0d%1b[31m/")
    assert [record for record in caplog.records if "\n" in record.getMessage()] == []
