"""What a signed launch says, taken apart once; nothing in it is trusted to have the right shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classroom.outgoing import storable

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"

#: Longest text that is taken for an id, as LTI 1.3 (5.3) limits them.
LONGEST_ID = 255


@dataclass(frozen=True)
class Claims:
    """A launch: who, from where, to what."""

    message: str
    subject: str
    name: str
    email: str
    roles: list[str]
    deployment_id: str
    context_id: str
    context_title: str
    resource_link_id: str
    resource_title: str
    custom: dict[str, str]
    memberships_url: str
    lineitem_url: str
    lineitems_url: str
    grade_scopes: list[str]
    deep_linking: dict[str, object] = field(default_factory=dict)


def text(value: object, most: int = LONGEST_ID) -> str:
    """Return a text without what no database keeps, cut to its place; empty for anything else."""
    return storable(value).strip()[:most] if isinstance(value, str) else ""


def texts(value: object) -> list[str]:
    """Return the texts of a list."""
    return [text(item) for item in value if isinstance(item, str)][:100] if isinstance(value, list) else []


def part(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a claim that is an object; empty for anything else."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def name_of(person: Mapping[str, Any]) -> str:
    """Return a person's whole name."""
    parts = f"{text(person.get('given_name'))} {text(person.get('family_name'))}"
    return (text(person.get("name")) or parts.strip())[:150]


def claims_of(body: Mapping[str, Any]) -> Claims:
    """Take apart the body of a launch whose signature was found right."""
    context, link = part(body, f"{CLAIM}context"), part(body, f"{CLAIM}resource_link")
    grades, members = part(body, GRADES), part(body, MEMBERS)
    custom = part(body, f"{CLAIM}custom")
    return Claims(
        message=text(body.get(f"{CLAIM}message_type")),
        subject=text(body.get("sub")),
        name=name_of(body),
        email=text(body.get("email"), 254).lower(),
        roles=texts(body.get(f"{CLAIM}roles")),
        deployment_id=text(body.get(f"{CLAIM}deployment_id")),
        context_id=text(context.get("id")),
        context_title=text(context.get("title") or context.get("label"), 200),
        resource_link_id=text(link.get("id")),
        resource_title=text(link.get("title"), 200),
        custom={text(key, 60): text(value, 200) for key, value in list(custom.items())[:50]},
        memberships_url=text(members.get("context_memberships_url"), 1000),
        lineitem_url=text(grades.get("lineitem"), 1000),
        lineitems_url=text(grades.get("lineitems"), 1000),
        grade_scopes=texts(grades.get("scope")),
        deep_linking=_dialogue(part(body, DEEP_LINKING)),
    )


def _dialogue(asked: Mapping[str, Any]) -> dict[str, object]:
    """Return what of a request for content is answered to."""
    data = asked.get("data")
    return {
        "deep_link_return_url": text(asked.get("deep_link_return_url"), 2000),
        "accept_multiple": asked.get("accept_multiple") in (True, "true"),
        "accept_lineitem": asked.get("accept_lineitem") not in (False, "false"),
        "data": storable(data) if isinstance(data, str) else None,
    }
