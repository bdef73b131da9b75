"""Every table that leaves the site: no cell of it is a formula, whatever people are called."""

import ast
import csv
import io
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver, reverse

from classroom import exports
from classroom.models import User
from classroom.pages.dashboards.counting import count_course
from classroom.pages.dashboards.rows import SUBJECTS
from projects import services
from projects.export.tables import TABLES
from projects.models import Board, BoardData, Challenge, Hackathon, Judge, Look, RegistrationQuestion
from projects.services import Given
from quizzes.models import Question, Quiz
from tests.factories import NOW, CourseFactory, UserFactory, instructor_of, student_of
from tests.projects.boards import board_of
from tests.projects.factories import HackathonFactory, challenge_of, members, project_of, team_of
from tests.quizzes.factories import make_quiz, take

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
#: The two modules that write tables: all of the site's go through the first; the second reads its own back.
#: The last one's table is a form's field that comes back; nobody gets it as a file.
DOORS = {"classroom/exports.py", "quizzes/formats/csv.py", "classroom/attendance/zoom.py"}
STARTS = ["=", "+", "-", "@", "\t", "\r", "＝"]


def addresses(event: Hackathon, task: Challenge, board: Board, quiz: Quiz) -> dict[str, list[str]]:
    """Where each table is; a new one needs its address here, and people's words in it below."""
    slug = event.course.slug
    quizzes, projects = [slug, quiz.pk], [slug, event.pk]
    return {
        "attendance_csv": [reverse("attendance_csv", args=[slug])],
        "export_grades": [reverse("export_grades", args=[slug, "csv"])],
        "people_csv": [reverse("people_csv", args=[slug])],
        "rows_csv": [reverse("rows_csv", args=[slug, subject]) for subject in SUBJECTS],
        "projects:participants_csv": [reverse("projects:participants_csv", args=projects)],
        "projects:teams_csv": [reverse("projects:teams_csv", args=[slug, task.hackathon_id])],
        "projects:results_csv": [reverse("projects:results_csv", args=[slug, task.pk])],
        "projects:export_csv": [
            reverse("projects:export_csv", args=[slug, pk, table.name])
            for pk in (event.pk, task.hackathon_id)
            for table in TABLES
        ],
        "projects:examples_csv": [reverse("projects:examples_csv", args=[slug, board.challenge_id])],
        "projects:marks_csv": [reverse("projects:marks_csv", args=[slug, task.hackathon_id])],
        "quizzes:results_csv": [reverse("quizzes:results_csv", args=quizzes)],
        "quizzes:statistics_csv": [reverse("quizzes:statistics_csv", args=quizzes)],
        "quizzes:export_questions": [reverse("quizzes:export_questions", args=[slug]) + "?format=csv"],
    }


def csv_routes(resolver=None, namespace=""):
    """The names of all routes of the site that end in .csv, and those that ask for the format."""
    for found in (resolver or get_resolver()).url_patterns:
        if not isinstance(found, URLPattern):
            inner = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from csv_routes(found, inner)
        elif ".csv" in str(found.pattern) or found.name in {"export_questions", "export_grades"}:
            yield namespace + found.name


def hostile_course(start: str):
    """A course whose people write formulas wherever they may write."""
    word = f"{start}HYPERLINK(1)"
    course = CourseFactory()
    event = HackathonFactory(course=course, registration_required=True, title=word)
    question = services.add_question(
        event=event, question=RegistrationQuestion(text=word, kind=RegistrationQuestion.Kind.TEXT)
    )
    student = student_of(course, user=UserFactory(name=word))
    services.register(hackathon=event, user=student, answers=[Given(question, word)], now=NOW)
    open_event = HackathonFactory(course=course, title=word)
    task = challenge_of(open_event, title=word, exercise="")
    team = team_of(open_event, name=word)
    project = project_of(team, task, title=word, abstract=word, needs=word)
    judge = Judge.objects.create(hackathon=open_event, user=student, added_at=NOW)
    Look.objects.create(judge=judge, project=project, begun_at=NOW, placed_at=NOW, place=1, comment=word)
    User.objects.filter(pk__in=[member.pk for member in members(team)]).update(name=word)
    services.hand_in(challenge=task, user=members(team)[0], filename="a.txt", source=b"1", now=NOW)
    board = board_of(open_event)
    data = BoardData.objects.get(board=board)
    BoardData.objects.filter(board=board).update(columns=[word] * len(data.columns))
    quiz = make_quiz(course)
    Question.objects.filter(course=course).update(name=word)
    take(quiz, "0", user=student, now=NOW)
    count_course(course=course, now=NOW)
    return event, task, board, quiz


def cells_of(content: bytes) -> list[str]:
    table = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [cell for row in table for cell in row]


def is_formula(cell: str) -> bool:
    """What a spreadsheet would compute: it begins with such a character and is not a number."""
    try:
        float(cell)
    except ValueError:
        return cell.lstrip(" \n").startswith(exports.FORMULA_STARTS)
    return False


@pytest.mark.parametrize("start", STARTS)
def test_no_table_that_leaves_holds_a_formula(client, monkeypatch, start):
    monkeypatch.setattr("classroom.clock.now", lambda: NOW)
    event, task, board, quiz = hostile_course(start)
    where = addresses(event, task, board, quiz)
    assert sorted(where) == sorted(csv_routes())
    client.force_login(instructor_of(event.course))
    for name, tables in where.items():
        answers = [client.get(table) for table in tables]
        assert (name, {answer.status_code for answer in answers}) == (name, {200})
        contents = [b"".join(answer) if answer.streaming else answer.content for answer in answers]
        cells = [cell for content in contents for cell in cells_of(content)]
        assert (name, [cell for cell in cells if is_formula(cell)]) == (name, [])
        assert (name, any(cell.startswith(f"'{start}") for cell in cells)) == (name, True)


def test_only_the_doors_write_tables():
    """A table written elsewhere would leave without neutralising."""
    writers = set()
    for app in ("classroom", "projects", "quizzes"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute | ast.Name):
                    name = node.attr if isinstance(node, ast.Attribute) else node.id
                    imported = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "csv"
                    if name == "DictWriter" or (imported and name == "writer"):
                        writers.add(str(path.relative_to(ROOT)))
    assert writers == DOORS


def test_numbers_stay_numbers():
    table = b"".join(exports.csv_table(["x"], [[-1.5], ["-1.5"], [None], ["plain"], [" \n=1"]]))
    assert cells_of(table) == ["x", "-1.5", "'-1.5", "", "plain", "' \n=1"]


def test_what_is_streamed_leaves_in_large_pieces_as_it_is_made():
    made = 0

    def lines():
        nonlocal made
        for made in range(1, 5001):
            yield b"%099d\n" % made

    pieces = iter(exports.stream("lines.txt", lines(), "text/plain"))
    first = next(pieces)
    assert (len(first), made) == (65_600, 656)
    rest = list(pieces)
    assert (len(rest), first + b"".join(rest)) == (7, b"".join(lines()))
