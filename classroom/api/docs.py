"""The page that explains the API: drawn from its description, without a script of anybody else's."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from classroom.api.root import api

#: How deep an example goes.
DEEPEST = 4
#: What stands in an example where nothing better is given.
STAND_INS: dict[str, object] = {
    "integer": 1,
    "number": 1.0,
    "boolean": False,
    "null": None,
    "date-time": "2026-12-01T17:00:00Z",
    "date": "2026-12-01",
    "string": "…",
}


@dataclass(frozen=True)
class Endpoint:
    """One thing that can be asked for."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: list[Mapping[str, Any]]
    fields: list[tuple[str, str, str]]
    example: str
    problems: list[tuple[int, str]]


@dataclass(frozen=True)
class Part:
    """What belongs together."""

    title: str
    endpoints: list[Endpoint]


@require_GET
@login_not_required
def docs(request: HttpRequest) -> HttpResponse:
    """Explain tokens, and each address with its parameters and an example of its answer."""
    schema = api.get_openapi_schema()
    parts: dict[str, list[Endpoint]] = {}
    for tag, endpoint in _endpoints(schema):
        parts.setdefault(tag, []).append(endpoint)
    context = {
        "introduction": schema["info"]["description"],
        "parts": [Part(title, endpoints) for title, endpoints in parts.items()],
        "root": request.build_absolute_uri(reverse("api:api-root")),
    }
    return render(request, "classroom/api.html", context)


def _endpoints(schema: Mapping[str, Any]) -> Iterator[tuple[str, Endpoint]]:
    models = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            good = next(answer for status, answer in told["responses"].items() if status < 300)
            answered = good.get("content", {}).get("application/json", {}).get("schema")
            yield (
                told["tags"][0],
                Endpoint(
                    name=told["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=told["summary"],
                    description=told.get("description", ""),
                    scope=", ".join(told["security"][0]["Token"]),
                    parameters=told["parameters"],
                    fields=_fields(answered, models) if answered else [],
                    example=_json(answered, models) if answered else "",
                    problems=[
                        (status, answer["description"])
                        for status, answer in told["responses"].items()
                        if status >= 400
                    ],
                ),
            )


def _fields(schema: Mapping[str, Any], models: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return name, type and meaning of what an answer holds; of a list, those of its items."""
    found = _resolved(schema, models)
    properties = found["properties"]
    if "items" in properties:
        properties = _resolved(properties["items"]["items"], models)["properties"]
    return [(name, _type(one, models), one.get("description", "")) for name, one in properties.items()]


def _type(schema: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(one, models) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], models)}"
    found = _resolved(schema, models)
    return str(found.get("format") or found["type"])


def _json(schema: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    return json.dumps(_example(schema, models, DEEPEST), indent=2, ensure_ascii=False)


def _example(schema: Mapping[str, Any], models: Mapping[str, Any], depth: int) -> object:
    if schema.get("examples"):
        return schema["examples"][0]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], models, depth)
    found = _resolved(schema, models)
    if found.get("type") == "array":
        return [_example(found["items"], models, depth - 1)] if depth else []
    if "properties" in found:
        return (
            {name: _example(one, models, depth - 1) for name, one in found["properties"].items()}
            if depth
            else {}
        )
    return STAND_INS[found.get("format") or found["type"]]


def _resolved(schema: Mapping[str, Any], models: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference names."""
    reference = schema.get("$ref")
    found: Mapping[str, Any] = models[reference.rsplit("/", 1)[-1]] if reference else schema
    return found
