"""Exercises of one's own: uploaded, proven by a worker, handed out, graded by."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom import clock
from projects import custom, grading, services
from projects.errors import Refused
from projects.models import Challenge, CustomExercise, FunctionGrade, Submission
from tests.factories import CourseFactory, instructor_of, student_of

pytestmark = pytest.mark.django_db
SOURCE = (Path(__file__).parents[1] / "nnengine" / "custom" / "softplus.py").read_text(encoding="utf-8")
RIGHT = """
import numpy as np
def softplus(z):
    return np.logaddexp(0, z)
def softplus_backward(dA, z):
    return dA / (1 + np.exp(-z))
"""
RELU = RIGHT.replace("/ (1 + np.exp(-z))", "* (z > 0)")
NOT_CAUGHT = SOURCE.replace('"(z > 0)"', '"(np.exp(z) / (1 + np.exp(z)))"')


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def teacher(course):
    return instructor_of(course)


@pytest.fixture
def as_teacher(client, teacher):
    client.force_login(teacher)
    return client


def page(name, *arguments):
    return reverse(f"projects:{name}", args=["dl", *arguments])


def upload(client, source=SOURCE):
    content = source.encode() if isinstance(source, str) else source
    return client.post(page("own_exercises"), {"file": SimpleUploadedFile("a.py", content)}, follow=True)


def hand_in(challenge, student, text):
    return services.hand_in(
        challenge=challenge, user=student, filename="a.py", source=text.encode(), now=clock.now()
    )


def hand_out(version, teacher):
    return services.hand_out(version=version, by=teacher, week=None, closes_at=None, now=clock.now())


def test_an_exercise_is_uploaded_proven_handed_out_and_grades(as_teacher, course):
    assert "being proven" in upload(as_teacher).content.decode()
    assert custom.prove_next()
    assert not custom.prove_next()
    panel = as_teacher.get(page("own_exercises_panel")).content.decode()
    assert "Open it to the course now" in panel
    assert "hx-get" not in panel
    version = CustomExercise.objects.get()
    response = as_teacher.post(page("hand_out", version.pk), {"week": "", "closes_at": ""})
    challenge = Challenge.objects.get()
    assert response.url == page("challenge", challenge.pk)
    assert "softplus_backward" in as_teacher.get(response.url).content.decode()
    submission = hand_in(challenge, student_of(course), RELU)
    assert grading.grade_next()
    submission.refresh_from_db()
    assert (submission.score, submission.max_score) == (40, 100)
    causes = FunctionGrade.objects.filter(submission=submission).values_list("cause", flat=True)
    assert list(causes) == ["", "derivative-of-relu"]


def test_a_new_version_grades_what_comes_after_it(as_teacher, course, teacher):
    upload(as_teacher)
    custom.prove_next()
    challenge = hand_out(CustomExercise.objects.get(), teacher)
    upload(as_teacher, SOURCE.replace('"points": 60', '"points": 10'))
    before = hand_in(challenge, student_of(course), RIGHT)
    custom.prove_next()
    after = hand_in(challenge, student_of(course), RIGHT)
    while grading.grade_next():
        pass
    assert list(CustomExercise.objects.values_list("number", flat=True)) == [2, 1]
    most = dict(Submission.objects.values_list("pk", "max_score"))
    assert (most[before.pk], most[after.pk]) == (100, 50)


def test_a_faulty_exercise_says_what_to_mend_and_cannot_be_handed_out(as_teacher, teacher):
    upload(as_teacher, NOT_CAUGHT)
    version = CustomExercise.objects.get()
    with pytest.raises(Refused):
        hand_out(version, teacher)
    custom.prove_next()
    listed = as_teacher.get(page("own_exercises")).content.decode()
    assert "derivative-of-relu is not caught" in listed
    assert "Open it to the course now" not in listed
    as_teacher.post(page("hand_out", version.pk), {})
    assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SOURCE.replace("EXERCISE =", "OTHER ="), "There is no EXERCISE"),
        (b"\xff\xfe\x00binary", "This file is no text"),
        ("def (:", "Syntax error in line 1"),
    ],
)
def test_what_is_no_exercise_is_refused_at_once(as_teacher, source, words):
    response = upload(as_teacher, source)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not CustomExercise.objects.exists()


def test_only_instructors_write_exercises(client, course):
    client.force_login(student_of(course))
    answers = [client.get(page("own_exercises")), client.get(page("own_exercises_panel")), upload(client)]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert not CustomExercise.objects.exists()


def test_a_worker_that_died_while_proving_is_superseded(as_teacher):
    upload(as_teacher)
    version = CustomExercise.objects.get()
    CustomExercise.objects.update(run=1, leased_until=clock.now() + timedelta(minutes=1))
    assert not custom.prove_next()
    CustomExercise.objects.update(leased_until=clock.now() - timedelta(seconds=1))
    assert custom.waiting_count(now=clock.now()) == 1
    assert custom.prove_next()
    version.refresh_from_db()
    assert (version.run, version.is_sound) == (2, True)


def test_the_list_takes_as_many_queries_for_three_as_for_one(as_teacher, django_assert_num_queries):
    upload(as_teacher)
    with django_assert_num_queries(LIST_QUERIES):
        as_teacher.get(page("own_exercises"))
    upload(as_teacher)
    upload(as_teacher)
    with django_assert_num_queries(LIST_QUERIES):
        as_teacher.get(page("own_exercises"))


LIST_QUERIES = 4
