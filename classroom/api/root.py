"""The API itself: its parts, and how it answers when something cannot be done."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Schema
from ninja.errors import HttpError, ValidationError

from classroom import clock
from classroom.access import signed_in
from classroom.api import challenges, courses, grades, problems, quizzes
from classroom.api.auth import Token
from classroom.api.description import API, INTRODUCTION
from classroom.models import ApiToken, Scope
from classroom.problems import problem, retry_after
from projects.errors import Refused


class Me(Schema):
    """Whose token it is, and what it may do."""

    id: int
    name: str = Field(examples=["Ada Lovelace"])
    email: str = Field(examples=["ada@example.org"])
    token: str = Field(description="The token's name.", examples=["results to my notebook"])
    scopes: list[str] = Field(examples=[["read:courses", "read:results"]])
    expires_at: datetime = Field(examples=["2027-02-24T16:00:00Z"])


api = API(
    title="Classroom",
    version="1",
    description=INTRODUCTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    servers=[{"url": settings.SITE_URL}],
)


@api.get("/me", auth=Token(None), response=Me, tags=["You"], summary="Your token")
def me(request: HttpRequest) -> dict[str, object]:
    """Whose token it is and what it may do: the first thing to try."""
    user = signed_in(request)
    token: ApiToken = request.auth  # type: ignore[attr-defined]  # set by ninja
    return {
        "id": user.pk,
        "name": user.name,
        "email": user.email,
        "token": token.name,
        "scopes": [scope for scope in token.scopes if scope in Scope.values],
        "expires_at": token.expires_at,
    }


api.add_router("", courses.router)
api.add_router("", quizzes.router)
api.add_router("", challenges.router)
api.add_router("", grades.router)


@api.exception_handler(Refused)
def refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    """Tell what a service refuses now."""
    return problem(409, str(error), headers=retry_after(error.until, clock.now()))


for kind, told in (
    (Http404, problems.not_found),
    (PermissionDenied, problems.forbidden),
    (ValidationError, problems.invalid),
    (problems.ProblemError, problems.raised),
    (HttpError, problems.unreadable),
):
    api.exception_handler(kind)(told)
