"""How a log line looks: for people by default, one JSON object a line with `LOG_FORMAT=json`.

Neither lets a text that somebody sent begin a line of its own.
"""

import json
import logging
import re
from datetime import UTC, datetime
from types import TracebackType

from classroom.operating import request_ids

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

#: Characters that end a line or steer a terminal.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def harmless(text: str) -> str:
    """Return `text` with control characters written out."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Line(logging.Formatter):
    """Level, logger and message, as people read them; a traceback follows, indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the record's one line."""
        named = f" [{name}]" if (name := request_ids.current()) and record.levelno >= logging.WARNING else ""
        return f"{record.levelname:<7} {record.name}: {harmless(record.message.rstrip())}{named}"

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - logging's name
        """Return the traceback, whose last lines may be somebody's text."""
        return "\n".join(f"    {harmless(line)}" for line in super().formatException(ei).split("\n"))


class Json(logging.Formatter):
    """One JSON object a line, its time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if name := request_ids.current():
            entry["request_id"] = name
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        entry |= getattr(record, "fields", {})
        return json.dumps(entry, default=str)
