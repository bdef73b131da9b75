import json
from collections import namedtuple
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from classroom import clock
from classroom.operating import health
from projects.services import hand_in
from quizzes import services
from tests.factories import CourseFactory, student_of
from tests.projects.factories import RIGHT, ChallengeFactory
from tests.quizzes.factories import make_quiz
from tests.site import wait_until


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Nothing was looked at before."""
    monkeypatch.setattr(health, "_last", health._Last())


def measured(client, **headers):
    answer = client.get("/metrics", **headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
        if family.name.startswith("classroom_")
    }


def test_a_process_is_alive_without_a_database(client):
    """No database mark on this test: a query would fail it. Kubernetes asks by address, without HTTPS."""
    answer = client.get("/health/live", headers={"host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert (answer["Cache-Control"], "Set-Cookie" in answer) == ("no-store", False)


def test_probes_only_look(client):
    for address in ("/health/live", "/health/ready", "/metrics"):
        assert client.post(address).status_code == 405


@pytest.mark.django_db
def test_a_site_without_redis_is_degraded_and_still_ready(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/health/ready", headers={"host": "10.1.2.3:8000"})
    checks = {"database": "ok", "migrations": "ok", "redis": "degraded", "disk": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "checks": checks})


@pytest.mark.django_db
def test_a_host_that_is_newer_than_the_database_is_not_ready(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'quizzes'")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "failing")


@pytest.mark.django_db
@pytest.mark.parametrize(("free", "status", "state"), [(1, 503, "failing"), (500 * 2**20, 200, "degraded")])
def test_a_host_with_a_full_disk_says_so(client, monkeypatch, free, status, state):
    usage = namedtuple("usage", "total used free")  # the machine, not ours
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10**12, 0, free))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (status, state)


@pytest.mark.django_db
def test_who_asks_without_pause_costs_one_look(client, django_assert_num_queries):
    client.get("/health/ready")
    with django_assert_num_queries(0):
        client.get("/health/ready")


@pytest.mark.django_db
def test_metrics_tell_how_long_work_waits_and_what_was_saved(client):
    now, course = clock.now(), CourseFactory()
    quiz, student = make_quiz(course, ("single",), now=now), student_of(course)
    attempt = services.start_attempt(quiz=quiz, user=student, now=now)
    before = measured(client)
    challenge = ChallengeFactory(course=course, opens_at=now - timedelta(days=2), closes_at=None)
    hand_in(
        challenge=challenge,
        user=student,
        filename="a.py",
        source=RIGHT.encode(),
        now=now - timedelta(seconds=90),
    )
    services.record_answer(
        attempt_id=attempt.pk, user=student, position=1, client="t", seq=1, value=["0"], now=now
    )
    after = measured(client)
    assert before["classroom_queue_age_seconds", "grade"] == 0
    assert 90 <= after["classroom_queue_age_seconds", "grade"] < 600
    assert after["classroom_queue_length", "grade"] == 1
    assert after["classroom_attempts_running",] == 1
    assert after["classroom_answers_saved_total",] - before["classroom_answers_saved_total",] == 1


@pytest.mark.django_db
def test_metrics_cost_one_query_a_queue(client, django_assert_num_queries):
    with django_assert_num_queries(7):
        measured(client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # the client asks from 127.0.0.1
        ({"REMOTE_ADDR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        # Through a proxy on this machine that nobody told us to trust.
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": "10.0.0.7"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer sesame"}, 200),
        ({"HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}, 404),
    ],
)
def test_metrics_are_for_the_token_and_the_networks_named(client, settings, headers, status):
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "sesame", ["127.0.0.0/8", "10.0.0.0/24"]
    assert client.get("/metrics", **headers).status_code == status


@pytest.mark.django_db
def test_no_token_opens_no_door(client, settings):
    settings.METRICS_TOKEN = ""
    answer = client.get("/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer ")
    assert answer.status_code == 404


def test_all_processes_of_a_host_are_added_up(site):
    """The running site has two web processes and a worker."""
    visitor = site.visitor()
    for _ in range(20):
        assert visitor.get("/accounts/login/code/").status == 200
    answer = visitor.get("/metrics")
    assert answer.status == 200
    name = (
        "django_http_responses_total_by_status_view_method_total"
        '{method="GET",status="200",view="account_request_login_code"}'
    )
    assert [line for line in answer.text.splitlines() if line.startswith(name)] == [f"{name} 20.0"]
    ready = json.loads(visitor.get("/health/ready").text)
    assert ready["checks"] | {"disk": "ok"} == dict.fromkeys(
        ("database", "migrations", "redis", "disk"), "ok"
    )


def test_what_a_grader_and_a_web_server_count_is_told_by_the_host(site):
    """Each counts in processes of its own; Prometheus asks one address."""

    def told(name):
        families = text_string_to_metric_families(visitor.get("/metrics").text)
        return sum(one.value for family in families for one in family.samples if one.name == name)

    now, course = clock.now(), CourseFactory()
    student, visitor = student_of(course), site.visitor()
    quiz = make_quiz(course, ("single",), now=now)
    attempt = services.start_attempt(quiz=quiz, user=student, now=now)
    day = timedelta(days=1)
    challenge = ChallengeFactory(course=course, published_at=now - day, opens_at=now - day, closes_at=None)
    saved, graded = told("classroom_answers_saved_total"), told("classroom_grading_seconds_count")
    writer = site.visitor(student)
    writer.get(reverse("projects:challenge", args=[course.slug, challenge.pk]))
    body = {"position": 1, "client": "tab", "seq": 1, "value": ["0"]}
    assert writer.post_json(reverse("quizzes:save", args=[course.slug, attempt.pk]), body).status == 200
    address = reverse("projects:hand_in", args=[course.slug, challenge.pk])
    assert writer.post(address, {"source": RIGHT}).status == 200
    wait_until(lambda: told("classroom_grading_seconds_count") == graded + 1, seconds=120, what="a grade")
    assert told("classroom_answers_saved_total") == saved + 1
