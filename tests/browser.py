"""A browser that notices what a person would not: errors in the console, blocked code, requests elsewhere."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import BrowserContext, Page

ROOT = Path(settings.BASE_DIR)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: A browser in a test machine talks to nobody but the site; as root it needs to do without its own sandbox.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


def executable() -> str | None:
    """Find the machine's Chromium; None leaves the choice to Playwright."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Watch:
    """What went wrong in the pages of one browser context."""

    origin: str
    problems: list[str] = field(default_factory=list)
    #: Set to true while a test cuts the network or kills the server on purpose.
    offline: bool = False

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of `context`."""
        context.on("console", self._console)
        context.on("weberror", lambda event: self.problems.append(f"uncaught error: {event.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message) -> None:
        if message.type not in {"error", "warning"} or self.offline:
            return
        # Refusals (403, 404, 409, 413 ...) are shown to the person; Chromium also writes them to the console.
        if "Failed to load resource: the server responded with a status of 4" in message.text:
            return
        self.problems.append(f"console {message.type}: {message.text}")

    def _request(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.problems.append(f"request to another host: {request.url}")

    def _response(self, response) -> None:
        if response.status >= 500 and not self.offline:
            self.problems.append(f"{response.status} from {response.url}")
        if response.status == 404 and "/static/" in response.url:
            self.problems.append(f"missing file: {response.url}")


#: The rules of axe-core that look at colours; no other depends on light or dark.
COLOURS = ("color-contrast", "link-in-text-block")


def axe(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """List the accessibility faults axe-core sees on the page, one line a fault; empty is good.

    With `rules` it looks for those only, else for all that it knows.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text())
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']} at {node['target']}: {node['html'][:120]}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]
