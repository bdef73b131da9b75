import json
import logging
import re

import pytest

from classroom.operating import logs
from classroom.operating.request_ids import HEADER, current

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


def test_a_request_is_one_json_object_with_its_route_and_no_secrets(client, caplog, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Keep()
    handler.setFormatter(logs.Json())
    log = logging.getLogger("classroom.requests")
    log.addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, logger="classroom.requests"):
            client.get("/certificates/SECRETCODE/?q=private", headers={HEADER: "r-1"})
    finally:
        log.removeHandler(handler)
    [line] = lines
    entry = json.loads(line)
    assert {key: entry[key] for key in ("request_id", "method", "route", "level")} == {
        "request_id": "r-1",
        "method": "GET",
        "route": "certificates/<str:code>/",
        "level": "INFO",
    }
    assert ("SECRETCODE" in line, "private" in line) == (False, False)


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
