"""Reports of errors to Sentry, where `SENTRY_DSN` names one; without names, addresses or texts."""

import os
import re
from typing import TYPE_CHECKING

import sentry_sdk

from classroom.operating import request_ids

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

E_MAIL = re.compile(r"[^\s@\"'(<=]+@[^\s@\"')>,;]+")


def start(dsn: str) -> None:
    """Report this process's errors from now on."""
    sentry_sdk.init(
        dsn=dsn,
        environment=os.environ.get("SENTRY_ENVIRONMENT", "production"),
        release=os.environ.get("RELEASE") or None,
        send_default_pii=False,
        # Answers, code and names stand in bodies, in variables and in what was logged before.
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        traces_sample_rate=0,
        before_send=without_people,
    )


def without_people(event: "Event", _hint: "Hint") -> "Event":
    """Return the report without anything that tells of a person.

    Of the request its method stays and, as the transaction, its route; an address may be a secret link.
    """
    asked = event.get("request") or {}
    event["request"] = {"method": asked.get("method", "")}
    for part in ("user", "breadcrumbs", "extra"):
        event.pop(part, None)  # type: ignore[misc] # mypy wants a literal key
    if logged := event.get("logentry"):
        event["logentry"] = {"message": logged.get("message", "")}
    for error in (event.get("exception") or {}).get("values", []):
        # PostgreSQL's second line shows the row, engines' messages may show a mailbox.
        error["value"] = E_MAIL.sub("(e-mail)", str(error.get("value") or "").split("\nDETAIL:")[0])
    if name := request_ids.current():
        event["tags"] = {"request_id": name}
    return event
