"""`manage.py import_questions FILE... --course SLUG`: questions from files into a course's bank."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classroom import clock
from classroom.models import Course
from quizzes import formats
from quizzes.errors import Refused
from quizzes.formats import FORMATS, Reading
from quizzes.services.importing import import_questions


class Command(BaseCommand):
    help = (
        "Import questions from GIFT, Moodle XML, QTI (items or packages) or CSV files. Either all questions "
        "that were understood are imported or, if a file cannot be read, none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--course", metavar="SLUG", help="whose question bank; a dry run needs none")
        parser.add_argument("--format", choices=["auto", *FORMATS], default="auto")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be imported")
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="a line of JSON for each file, nothing else"
        )

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401 - Django's own are of any type
        course = self._course(options["course"], is_needed=not options["dry_run"])
        names: list[str] = options["files"]
        readings = [_read(name, options["format"]) for name in names]
        failed = any(reading.is_unreadable for reading in readings)
        said = ""
        if course and not failed and not options["dry_run"]:
            try:
                done = import_questions(course=course, readings=readings, by=None, now=clock.now())
            except Refused as refusal:
                failed, said = True, str(refusal)
                readings[0].refuse(said)
            else:
                said = f"{len(done.created)} questions imported, {len(done.already)} were there already."
                failed = not (done.created or done.already) and any(one.has_errors for one in readings)
                for message in done.left_out:
                    readings[0].warn(message)
        for name, reading in zip(names, readings, strict=True):
            self.stdout.write(_as_json(name, reading) if options["as_json"] else _as_text(name, reading))
        if failed:
            raise CommandError(said or "A file could not be read, so nothing was imported.")
        if said and not options["as_json"]:
            self.stdout.write(said)

    def _course(self, slug: str | None, *, is_needed: bool) -> Course | None:
        if slug is None and is_needed:
            raise CommandError("Say whose question bank: --course SLUG, or --dry-run to look only.")
        course = Course.objects.filter(slug=slug).first() if slug else None
        if slug and course is None:
            raise CommandError(f"There is no course called {slug}.")
        return course


def _read(name: str, format_name: str) -> Reading:
    try:
        content = Path(name).read_bytes()
    except (OSError, ValueError) as fault:
        reading = Reading(format_name)
        reading.give_up(f"The file cannot be opened: {fault}.")
        return reading
    return formats.read(name, content, format_name)


def _said(problem: formats.Problem) -> str:
    return f"{problem.file}: {problem.message}" if problem.file else problem.message


def _as_json(name: str, reading: Reading) -> str:
    return json.dumps(
        {
            "file": name,
            "format": reading.format,
            "questions": [{"title": draft.title, "kind": draft.kind} for draft in reading.drafts],
            "problems": [{"line": one.line, "message": _said(one)} for one in reading.problems],
        }
    )


def _as_text(name: str, reading: Reading) -> str:
    lines = [f"{name} ({reading.format}): {len(reading.drafts)} questions"]
    lines += [f"  {draft.kind:<12} {draft.title}" for draft in reading.drafts]
    lines += [f"  line {one.line}: {_said(one)}" for one in reading.problems]
    return "\n".join(lines)
