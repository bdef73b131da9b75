"""Handing in through the pages, graded by the real grader in the real sandbox."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom.models import Extension
from projects import grading
from projects.models import Source, Submission
from tests.factories import NOW, instructor_of, student_of
from tests.projects.factories import NOT_AVERAGED, RIGHT, ChallengeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(course):
    return ChallengeFactory(course=course)


def url(name, course, *args):
    return reverse(f"projects:{name}", args=[course.slug, *args])


def paste(client, challenge, text, **headers):
    return client.post(url("hand_in", challenge.course, challenge.pk), {"source": text}, headers=headers)


def upload(client, challenge, name, content):
    return client.post(
        url("hand_in", challenge.course, challenge.pk), {"file": SimpleUploadedFile(name, content)}
    )


def notebook(*sources):
    cells = [
        {
            "cell_type": "code",
            "source": s.splitlines(keepends=True),
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for s in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_a_right_solution_earns_everything(as_user, student, challenge, grade_all):
    client = as_user(student)
    response = paste(client, challenge, RIGHT)
    submission = Submission.objects.get()
    assert response.url == url("submission", challenge.course, submission.pk)
    grade_all()
    submission.refresh_from_db()
    assert (submission.score, submission.max_score) == (100, 100)
    assert [g.verdict for g in submission.functions.all()] == ["correct"] * 8
    assert "100 / 100" in client.get(response.url).content.decode()


def test_a_mistake_costs_one_function_and_is_named(as_user, student, challenge, grade_all):
    client = as_user(student)
    page = paste(client, challenge, NOT_AVERAGED).url
    grade_all()
    wrong = [(g.name, g.verdict) for g in Submission.objects.get().functions.exclude(verdict="correct")]
    assert wrong == [("backward_propagation", "wrong_values")]
    html = client.get(page).content.decode()
    assert 'data-cause="' in html
    assert "db1" in html


def test_a_notebook_is_graded_like_a_file(as_user, student, challenge, grade_all):
    response = upload(as_user(student), challenge, "mine.ipynb", notebook("%matplotlib inline", RIGHT))
    assert response.status_code == 302
    grade_all()
    assert Submission.objects.get().score == 100


def test_the_sheet_says_where_it_stands_until_it_is_graded(as_user, student, challenge, grade_all):
    client = as_user(student)
    paste(as_user(student_of(challenge.course)), challenge, RIGHT)
    client = as_user(student)
    page = paste(client, challenge, RIGHT)
    mine = Submission.objects.latest("pk")
    sheet = url("sheet", challenge.course, mine.pk)
    waiting = client.get(sheet)
    assert page.status_code == 302
    assert 'hx-trigger="load delay:150ms"' in waiting.content.decode()
    Submission.objects.exclude(pk=mine.pk).update(submitted_at=NOW - timedelta(seconds=1))
    assert "1 hand-in is before yours" in client.get(sheet).content.decode()
    grading.claim(now=NOW)
    grading.claim(now=NOW)
    assert "being graded now" in client.get(sheet).content.decode()
    Submission.objects.update(leased_until=None)
    grade_all()
    graded = client.get(sheet)
    assert graded.headers["HX-Trigger"] == "graded"
    assert "hx-trigger" not in graded.content.decode()


def test_htmx_gets_the_sheet_in_place(as_user, student, challenge):
    response = paste(as_user(student), challenge, RIGHT, **{"hx-request": "true"})
    html = response.content.decode()
    assert json.loads(response.headers["HX-Trigger"])["handed-in"] == {}
    assert "<html" not in html
    assert 'id="sheet"' in html


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.py", b"", "There is nothing in it yet"),
        ("blank.py", b" \n\n", "There is nothing in it yet"),
        ("picture.py", b"\x89PNG\r\n\x1a\n\xff\xfe", "This is not text"),
        ("zeros.py", b"x = 1\0", "zero bytes"),
        ("essay.docx", b"PK", "one of these kinds: .py, .ipynb"),
        ("broken.ipynb", b'{"cells": [', "This notebook is damaged: line 1"),
        ("deep.ipynb", b"[" * 100_000, "is no notebook"),
        ("list.ipynb", b"[]", "is no notebook"),
        ("prose.ipynb", b'{"cells": [{"cell_type": "markdown"}]}', "no code cell"),
        ("big.py", b"#" * (5 * 1024 * 1024 + 1), "the limit is 5.0"),
    ],
)
def test_what_cannot_be_graded_is_refused_with_a_reason(as_user, student, challenge, name, content, says):
    response = upload(as_user(student), challenge, name, content)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert Submission.objects.count() == 0


def test_python_that_does_not_parse_is_graded_and_names_the_line(as_user, student, challenge, grade_all):
    client = as_user(student)
    page = paste(client, challenge, "import numpy as np\ndef layer_sizes(X, Y)\n    return 1").url
    grade_all()
    assert Submission.objects.get().score == 0
    assert "line 2" in client.get(page).content.decode()


def test_after_the_deadline_the_text_stays_in_the_editor(as_user, student, challenge, now):
    now(challenge.closes_at)
    response = paste(as_user(student), challenge, "my = 'evening of work'")
    html = response.content.decode()
    assert response.status_code == 422
    assert "This closed on" in html
    assert "evening of work" in html
    assert Submission.objects.count() == 0


def test_the_last_microsecond_is_in_time(as_user, student, challenge, now):
    now(challenge.closes_at - timedelta(microseconds=1))
    assert paste(as_user(student), challenge, RIGHT).status_code == 302


def test_an_extension_counts(as_user, student, challenge, now):
    Extension.objects.create(
        course=challenge.course,
        item=challenge.deadline_key,
        user=student,
        closes_at=challenge.closes_at + timedelta(hours=1),
    )
    now(challenge.closes_at)
    assert paste(as_user(student), challenge, RIGHT).status_code == 302


def test_before_the_opening_nothing_is_taken(as_user, student, challenge, now):
    now(challenge.opens_at - timedelta(seconds=1))
    challenge.published_at = NOW - timedelta(days=9)
    challenge.save()
    assert "This opens on" in paste(as_user(student), challenge, RIGHT).content.decode()


def test_tries_are_limited_and_the_next_free_one_is_told(as_user, student, challenge, grade_all, now):
    challenge.tries = 2
    challenge.save()
    client = as_user(student)
    paste(client, challenge, "a = 1")
    now(NOW + timedelta(minutes=10))
    paste(client, challenge, "a = 2")
    refused = paste(client, challenge, "a = 3")
    assert refused.status_code == 422
    assert ", 19:00 (" in refused.content.decode()  # an hour after the first, in Berlin
    now(NOW + timedelta(hours=1))
    assert paste(client, challenge, "a = 3").status_code == 302


def test_a_failed_grading_costs_no_try(as_user, student, challenge):
    challenge.tries = 1
    challenge.save()
    client = as_user(student)
    paste(client, challenge, "a = 1")
    Submission.objects.update(failed_at=NOW)
    assert paste(client, challenge, "a = 2").status_code == 302


def test_a_second_click_hands_in_once(as_user, student, challenge):
    client = as_user(student)
    first = paste(client, challenge, RIGHT)
    assert paste(client, challenge, RIGHT).url == first.url
    assert Submission.objects.count() == 1


def test_the_editor_holds_the_latest_hand_in(as_user, student, challenge):
    client = as_user(student)
    page = url("challenge", challenge.course, challenge.pk)
    assert "def forward_propagation(X, parameters):" in client.get(page).content.decode()
    paste(client, challenge, "mine = 1")
    assert "mine = 1</textarea>" in client.get(page).content.decode()


def test_the_best_hand_in_counts(as_user, student, challenge, grade_all):
    client = as_user(student)
    paste(client, challenge, RIGHT)
    paste(client, challenge, NOT_AVERAGED)
    grade_all()
    best = Submission.objects.counting(challenge).get()
    assert (best.number, best.score) == (1, 100)


def test_the_source_comes_back_byte_for_byte_and_is_never_shown_by_the_browser(as_user, student, challenge):
    client = as_user(student)
    upload(client, challenge, 'x"><script>.py', "# größer\r\nx = 1".encode())
    response = client.get(url("source", challenge.course, Submission.objects.get().pk))
    assert response.content == "# größer\r\nx = 1".encode()
    assert response.headers["Content-Disposition"] == 'attachment; filename="01-x___script_.py"'
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_what_students_write_is_shown_as_text(as_user, student, challenge, grade_all):
    client = as_user(student)
    page = paste(client, challenge, "raise ValueError('<script>alert(1)</script>')").url
    grade_all()
    assert "<script>alert(1)" not in client.get(page).content.decode()


class TestDoors:
    @pytest.fixture
    def submission(self, as_user, student, challenge):
        paste(as_user(student), challenge, "secret_idea = 1")
        return Submission.objects.get()

    @pytest.mark.parametrize("name", ["submission", "sheet", "source"])
    def test_nobody_elses_hand_in_can_be_seen(self, as_user, course, submission, name):
        page = url(name, course, submission.pk)
        assert as_user(submission.user).get(page).status_code == 200
        assert as_user(student_of(course)).get(page).status_code == 404
        assert as_user(instructor_of(course)).get(page).status_code == 200

    @pytest.mark.parametrize("name", ["submission", "sheet", "source"])
    def test_another_courses_staff_cannot_see_it(self, as_user, submission, name):
        stranger = instructor_of(ChallengeFactory().course)
        elsewhere = stranger.enrolments.get().course
        client = as_user(stranger)
        assert client.get(url(name, submission.challenge.course, submission.pk)).status_code == 404
        assert client.get(url(name, elsewhere, submission.pk)).status_code == 404

    @pytest.mark.parametrize("name", ["results", "heat_panel", "results_csv"])
    def test_results_are_for_staff(self, as_user, course, submission, challenge, name):
        page = url(name, course, challenge.pk)
        assert as_user(submission.user).get(page).status_code == 403
        assert as_user(instructor_of(course)).get(page).status_code == 200

    @pytest.mark.parametrize("name", ["grade_again", "adjust"])
    def test_students_cannot_grade(self, as_user, submission, name, course):
        response = as_user(submission.user).post(url(name, course, submission.pk), {"adjusted_score": 100})
        submission.refresh_from_db()
        assert response.status_code == 403
        assert submission.adjusted_score is None

    def test_an_unpublished_challenge_is_not_there(self, as_user, student, course):
        draft = ChallengeFactory(course=course, published_at=None, title="Draft of the exam")
        client = as_user(student)
        assert client.get(url("challenge", course, draft.pk)).status_code == 404
        assert paste(client, draft, RIGHT).status_code == 404
        assert "Draft of the exam" not in client.get(url("index", course)).content.decode()

    def test_fields_nobody_asked_for_change_nothing(self, as_user, student, challenge):
        client = as_user(student)
        client.post(
            url("hand_in", challenge.course, challenge.pk),
            {"source": RIGHT, "score": "100", "user": "1", "adjusted_score": "100", "number": "7"},
        )
        saved = Submission.objects.get()
        assert (saved.user, saved.score, saved.adjusted_score, saved.number) == (student, None, None, 1)


def test_the_bytes_are_kept_apart_from_the_row(as_user, student, challenge):
    paste(as_user(student), challenge, "x = 1\r\n")
    assert bytes(Source.objects.get().content) == b"x = 1\n"
