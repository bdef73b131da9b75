"""The API's description in OpenAPI, which programs read and the documentation page is drawn from."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from classroom.api import problems
from classroom.api.auth import REQUESTS_A_MINUTE, Token
from classroom.problems import MEDIA_TYPE

INTRODUCTION = f"""\
What the pages show, for programs. Everything is read and done in the name of the person whose token asks,
with their rights: a student sees what a student's pages show, staff see their courses.

**Tokens** are made in your settings, with the scopes a program needs, and sent with every request as
`Authorization: Bearer crt_…`. Cookies count for nothing here.

**Lists** come a piece at a time: `limit` (at most 200) and `offset`; `next` is the address of what follows.

**Times** are ISO 8601 with their offset from UTC. **Texts** follow `Accept-Language` (English or German).

**Problems** are JSON objects after RFC 9457 whose `detail` says what is wrong and what to do. What is not
there and what is not for you are both 404. One token may ask {REQUESTS_A_MINUTE} times a minute; `RateLimit`
says how often it still may (`r`) and in how many seconds counting begins anew (`t`). Then the answer is 429
with `Retry-After`.
"""
#: What any request may be answered, and when.
EVERYWHERE = {
    401: "No token, or one that is not known, expired or revoked.",
    403: "The token lacks the scope, or you may see this but not do it.",
    404: "There is nothing here, or it is not for you.",
    422: "The request is not as described here.",
    429: "Too many requests; `Retry-After` says when to go on.",
}
#: What a request that changes something may be answered besides.
WRITING = {
    400: "The body cannot be read.",
    409: "Not possible now; `detail` says why and what to do, `Retry-After` when, if that is known.",
    413: "The body is too large.",
}


class Description(OpenAPISchema):
    """Ninja's, with each operation's scope and the problems that it may answer."""

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """Name the scope that the token must have."""
        super().operation_security(operation)
        scopes = [auth.scope for auth in operation.auth_callbacks if isinstance(auth, Token)]
        return [{"Token": [scope.value for scope in scopes if scope]}]

    def request_body(self, operation: Operation) -> dict[str, Any]:
        """Say that forms have no other parts: one with an odd name would be read as a broken body."""
        body: dict[str, Any] = super().request_body(operation)
        for part in body.get("content", {}).values() if body else ():
            part["schema"].setdefault("additionalProperties", False)
        return body

    def responses(self, operation: Operation) -> dict[int, dict[str, Any]]:
        """Add what goes wrong."""
        told = EVERYWHERE if operation.methods == ["GET"] else EVERYWHERE | WRITING
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        return super().responses(operation) | {
            status: {"description": why, "content": content} for status, why in told.items()
        }

    def get_components(self) -> dict[str, Any]:
        """Add what problems look like."""
        problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        self.add_schema_definitions(problem.pop("$defs") | {"Problem": problem})
        return super().get_components()


class API(NinjaAPI):
    """Ninja's, described as above."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description."""
        return Description(
            self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        )

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Call operations what their functions are called: generated clients use these names."""
        return str(operation.view_func.__name__)
