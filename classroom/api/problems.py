"""What the API answers where something cannot be done."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Schema

from classroom.problems import problem


class FieldProblem(Schema):
    """What is wrong with one part of the request."""

    where: str = Field(description="The parameter or field.", examples=["query.limit"])
    message: str = Field(
        description="What is wrong with it.", examples=["Input should be less than or equal to 200"]
    )


class Problem(Schema):
    """What went wrong, and what to do about it (RFC 9457)."""

    type: str = Field(
        description='Always "about:blank": the status says which kind of problem it is.',
        examples=["about:blank"],
    )
    title: str = Field(description="The status in words.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(
        description="What is wrong and what to do, in the language of `Accept-Language`.",
        examples=["There is no such quiz in this course."],
    )
    errors: list[FieldProblem] = Field(description="The parts of the request that are wrong; often empty.")


class ProblemError(Exception):
    """A request that cannot be answered; the text is for the person who wrote the program."""

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers


def not_found(_request: HttpRequest, error: Exception) -> HttpResponse:
    """Say that there is nothing here, or nothing for this person."""
    said = error.args[0] if error.args and isinstance(error.args[0], str) else ""
    return problem(404, said or _("There is nothing here, or it is not for you."))


def forbidden(_request: HttpRequest, error: Exception) -> HttpResponse:
    """Say why this person may see it, but not do this."""
    return problem(403, str(error) or _("You may not do this."))


def invalid(_request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own
    """Name each part of the request that is wrong."""
    errors = [
        {"where": ".".join(str(part) for part in one["loc"]), "message": str(one["msg"])}
        for one in error.errors
    ]
    return problem(
        422, _("The request is not as the API's description says; “errors” names each part."), errors=errors
    )


def raised(_request: HttpRequest, error: ProblemError) -> HttpResponse:
    """Tell of what the API itself refused."""
    headers = {name.replace("_", "-"): value for name, value in error.headers.items()}
    return problem(error.status, str(error), headers=headers)


def unreadable(_request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own
    """Say that the body is not what it says it is."""
    return problem(error.status_code, str(error))
