import json
import logging
import re
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.operating import logs
from classroom.operating.request_ids import HEADER, current
from projects.models import Submission
from projects.tasks import grade_next
from tests.factories import CourseFactory, student_of
from tests.projects.factories import RIGHT, ChallengeFactory

pytestmark = pytest.mark.django_db


def asked_as(client, name, trusted=True, settings=None):
    settings.TRUSTED_PROXIES = ["127.0.0.1"] if trusted else []
    return client.get("/accounts/login/code/", headers={HEADER: name})[HEADER]


def test_a_trusted_proxys_name_is_kept_and_told(client, settings):
    assert asked_as(client, "edge-1.A_b", settings=settings) == "edge-1.A_b"
    assert current() == ""


@pytest.mark.parametrize("name", ["", "two\nlines", "two words", "x" * 65, "<b>", "é", "a\x1b[31m"])
def test_a_name_that_could_forge_a_log_is_replaced(client, settings, name):
    assert re.fullmatch("[0-9a-f]{32}", asked_as(client, name, settings=settings))


def test_strangers_do_not_name_requests(client, settings):
    assert re.fullmatch("[0-9a-f]{32}", asked_as(client, "mine", trusted=False, settings=settings))


class Keep(logging.Handler):
    """Log lines as a program reads them."""

    def __init__(self):
        super().__init__()
        self.entries = []
        self.setFormatter(logs.Json())

    def emit(self, record):
        self.entries.append(json.loads(self.format(record)))


@pytest.fixture
def kept(caplog):
    """Return a context that gives what these loggers write inside of it."""

    @contextmanager
    def keeping(*names):
        handler = Keep()
        with ExitStack() as stack:
            for name in names:
                stack.enter_context(caplog.at_level(logging.INFO, logger=name))
                logging.getLogger(name).addHandler(handler)
                stack.callback(logging.getLogger(name).removeHandler, handler)
            yield handler.entries

    return keeping


def test_a_request_is_one_json_object_with_its_route_and_no_secrets(client, kept, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    with kept("classroom.requests") as entries:
        client.get("/certificates/SECRETCODE/?q=private", headers={HEADER: "r-1"})
    [entry] = entries
    assert {key: entry[key] for key in ("request_id", "method", "route", "level")} == {
        "request_id": "r-1",
        "method": "GET",
        "route": "certificates/<str:code>/",
        "level": "INFO",
    }
    assert ("SECRETCODE" in str(entry), "private" in str(entry)) == (False, False)


def test_a_hand_in_is_found_in_the_logs_of_web_server_and_worker(client, kept):
    before = clock.now() - timedelta(days=1)
    times = {"published_at": before, "opens_at": before, "closes_at": None}
    challenge = ChallengeFactory(course=CourseFactory(), **times)
    client.force_login(student_of(challenge.course))
    address = reverse("projects:hand_in", args=[challenge.course.slug, challenge.pk])
    with kept("classroom.steps", "classroom.requests") as entries:
        client.post(address, {"source": RIGHT})
        grade_next.apply(task_id="t-1")
    submission = Submission.objects.get()
    steps = [(entry["message"], entry["submission"]) for entry in entries if "submission" in entry]
    assert steps == [
        (f"hand-in {submission.pk} taken in", submission.pk),
        (f"hand-in {submission.pk} graded", submission.pk),
    ]
    taken, request, graded = entries
    assert (taken["request_id"], request["method"]) == (request["request_id"], "POST")
    assert (graded["request_id"], graded["run"], graded["recorded"], current()) == ("t-1", 1, True, "")


@pytest.mark.parametrize("formatter", [logs.Line(), logs.Json()])
def test_what_somebody_sent_begins_no_line_of_a_log(formatter):
    forged = "nice\nERROR root: forged\r\x1b[2J\u2028x"
    record = logging.LogRecord("classroom", logging.WARNING, __file__, 1, "Said: %s", (forged,), None)
    line = formatter.format(record)
    assert logs.CONTROL.findall(line) == []
    assert len(line.splitlines()) == 1


def test_a_traceback_is_in_its_entry():
    try:
        raise ValueError("why")
    except ValueError as error:
        raised = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "broken", (), raised)
    entry = json.loads(logs.Json().format(record))
    assert entry["traceback"].splitlines()[-1] == "ValueError: why"
