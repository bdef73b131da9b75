"""Tables and files that leave the site."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

#: Spreadsheets take a text that begins with one of these for a formula; some also the wide ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

#: So much is handed to the server at a time: each piece is work of its own, and a line is a small one.
PIECE_BYTES = 64 * 1024

Value = str | int | float | None
ResponseT = TypeVar("ResponseT", bound=HttpResponseBase)


def harmless(value: Value) -> Value:
    """Return a cell that no spreadsheet computes: a text that could be a formula gets an apostrophe."""
    if isinstance(value, str) and value.lstrip(" \n").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_table(header: Iterable[Value], rows: Iterable[Iterable[Value]]) -> Iterator[bytes]:
    """Write a table, a line at a time, that spreadsheets read as UTF-8 and compute nothing of."""
    line = io.StringIO()
    writer = csv.writer(line)
    yield b"\xef\xbb\xbf"
    for row in chain([header], rows):
        writer.writerow([harmless(value) for value in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def csv_response(name: str, header: Iterable[Value], rows: Iterable[Iterable[Value]]) -> HttpResponse:
    """Return a table as a download."""
    return download(f"{name}.csv", b"".join(csv_table(header, rows)), "text/csv; charset=utf-8")


def csv_stream(name: str, header: Iterable[Value], rows: Iterable[Iterable[Value]]) -> StreamingHttpResponse:
    """Return a table as a download that is written while it is sent: for long ones."""
    return stream(f"{name}.csv", csv_table(header, rows), "text/csv; charset=utf-8")


def download(name: str, content: bytes, kind: str) -> HttpResponse:
    """Return a file that browsers save and never show."""
    return _named(name, HttpResponse(content, content_type=kind))


def stream(name: str, pieces: Iterable[bytes], kind: str) -> StreamingHttpResponse:
    """Return a file that is made while it is sent."""
    return _named(name, StreamingHttpResponse(_gathered(pieces), content_type=kind))


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= PIECE_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _named(name: str, response: ResponseT) -> ResponseT:
    # Percent-encoded where a name is not ASCII; quotes and line ends cannot break out of the header.
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
