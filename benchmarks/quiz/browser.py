"""Browsers that cost next to nothing: they share the machine with the server they measure."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """What came back: status 0 when nothing did.

    `location` is where to go, or for a page that has an address of its own, that address.
    """

    status: int
    location: str
    body: bytes


class _Wire(asyncio.Protocol):
    """One kept-alive connection, one request at a time."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.waiting: asyncio.Future[Reply] | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.received[: end + 2])
        length = int(_header(head, b"content-length") or 0)
        if len(self.received) < end + 4 + length or self.waiting is None:
            return
        body = bytes(self.received[end + 4 : end + 4 + length])
        self.received.clear()
        waiting, self.waiting = self.waiting, None
        if not waiting.done():
            waiting.set_result(Reply(int(head[9:12]), _location(head), body))

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(error or ConnectionResetError("the server closed the connection"))


def _header(head: bytes, name: bytes) -> bytes:
    lower = head.lower()
    at = lower.find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    at += len(name) + 3
    return head[at : head.index(b"\r\n", at)].strip()


def _location(head: bytes) -> str:
    return (_header(head, b"location") or _header(head, b"content-location")).decode()


class Browser:
    """Somebody's browser: a session, the token against forgery, and one connection."""

    def __init__(self, origin: str, session: str) -> None:
        parts = urlsplit(origin)
        self.host, self.port = parts.hostname, parts.port
        token = "c" * 32
        self.head = (
            f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\nAccept-Language: de,en;q=0.5\r\n"
            f"Cookie: sessionid={session}; csrftoken={token}\r\n"
        ).encode()
        self.proof = f"Origin: {origin}\r\nX-CSRFToken: {token}\r\n".encode()
        self.wire: _Wire | None = None

    async def get(self, path: str) -> Reply:
        """Follow a link."""
        return await self._ask(b"GET " + path.encode() + self.head + b"\r\n")

    async def post(self, path: str, content: bytes = b"", kind: str = "application/json") -> Reply:
        """Send something, with the token."""
        more = f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        return await self._ask(b"POST " + path.encode() + self.head + self.proof + more + content)

    async def _ask(self, request: bytes) -> Reply:
        loop = asyncio.get_running_loop()
        try:
            if self.wire is None or self.wire.closed:
                _, self.wire = await loop.create_connection(_Wire, self.host, self.port)
            wire = self.wire
            wire.waiting = loop.create_future()
            wire.transport.write(request)
            return await asyncio.wait_for(wire.waiting, TIMEOUT_SECONDS)
        except (OSError, TimeoutError) as error:
            self.close()
            return Reply(0, "", repr(error).encode())

    def close(self) -> None:
        """Hang up."""
        if self.wire is not None:
            self.wire.transport.close()
            self.wire = None
