"""The API's description and the page drawn from it."""

import pytest
from django.db import OperationalError

from classroom import tokens
from classroom.api.root import api
from tests.factories import CourseFactory, student_of


def operations():
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, told in methods.items():
            yield f"{method} {path}", told


def test_every_operation_says_what_it_does_and_what_goes_wrong():
    for name, told in operations():
        assert told["summary"], name
        assert told["description"], name
        assert {401, 403, 404, 422, 429} <= set(told["responses"]), name
        assert name == "get /api/v1/me" or told["security"][0]["Token"], name


def test_operations_are_named_once():
    names = [told["operationId"] for _name, told in operations()]
    assert sorted(set(names)) == sorted(names)


def test_the_description_can_be_read_without_a_token(client, db):
    answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.json()["info"]["title"]) == (200, "Classroom")


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_page_explains_every_operation(client, db, signed_in):
    if signed_in:
        client.force_login(student_of(CourseFactory()))
    page = client.get("/api/").content.decode()
    for name, told in operations():
        assert f'id="{told["operationId"]}"' in page, name
    assert ("/settings/tokens/" in page) == signed_in


def test_an_outage_is_told_in_json(program_of, monkeypatch, db):
    program = program_of(student_of(CourseFactory()))
    program.raise_request_exception = False

    def gone(**_options):
        raise OperationalError("the database is away")

    monkeypatch.setattr(tokens, "find", gone)
    answer = program.get("/api/v1/me")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer["Retry-After"] == "2"


def test_a_mistake_of_ours_is_told_in_json_without_its_details(program_of, monkeypatch, db):
    program = program_of(student_of(CourseFactory()))
    program.raise_request_exception = False

    def broken(**_options):
        raise RuntimeError("a secret")

    monkeypatch.setattr(tokens, "find", broken)
    answer = program.get("/api/v1/me")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "a secret" not in answer.content.decode()
