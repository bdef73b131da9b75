"""Somebody who uses the site over the network, without a browser: cookies, forms and redirects."""

import json
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener
from uuid import uuid4


@dataclass(frozen=True)
class Answer:
    """What came back: status, address after redirects, text, and the address the page itself names."""

    status: int
    url: str
    text: str
    own_url: str = ""


class Visitor:
    """One person at one machine."""

    def __init__(self, origin: str, session: dict[str, str] | None = None) -> None:
        self.origin = origin
        self.jar = CookieJar()
        self.session = session
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> Answer:
        """Follow a link."""
        return self._open(Request(self._absolute(path)))

    def post(self, path: str, fields: dict[str, str] | None = None) -> Answer:
        """Send a form; the token against forgery comes from an earlier page."""
        return self._open(
            Request(
                self._absolute(path),
                urlencode(fields or {}).encode(),
                {"X-CSRFToken": self.cookie("csrftoken")},
            )
        )

    def post_file(self, path: str, field: str, filename: str, content: bytes) -> Answer:
        """Send a form with one file."""
        edge = uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        headers = {"X-CSRFToken": self.cookie("csrftoken"), "Content-Type": kind, "HX-Request": "true"}
        return self._open(Request(self._absolute(path), body, headers))

    def post_json(self, path: str, content: object) -> Answer:
        """Send what a script of the page would send."""
        headers = {"X-CSRFToken": self.cookie("csrftoken"), "Content-Type": "application/json"}
        return self._open(Request(self._absolute(path), json.dumps(content).encode(), headers))

    def cookie(self, name: str) -> str:
        """Return a cookie's value; empty where there is none."""
        return next((cookie.value or "" for cookie in self.jar if cookie.name == name), "")

    def _absolute(self, path: str) -> str:
        return path if path.startswith("http") else self.origin + path

    def _open(self, request: Request) -> Answer:
        if self.session:  # sent along redirects, too; other cookies are the opener's business
            cookies = [f"{cookie.name}={cookie.value}" for cookie in self.jar]
            cookies.append(f"{self.session['name']}={self.session['value']}")
            request.add_header("Cookie", "; ".join(cookies))
        try:
            with self.opener.open(request, timeout=30) as response:
                own_url = response.headers.get("Content-Location", "")
                return Answer(response.status, response.url, response.read().decode(), own_url)
        except HTTPError as error:
            with error:
                return Answer(error.code, error.url, error.read().decode())
        except HTTPException as error:  # cut off in the middle, which `http.client` does not count as OSError
            raise ConnectionError(f"the answer was cut off: {error!r}") from error
