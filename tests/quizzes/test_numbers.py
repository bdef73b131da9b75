"""Numbers that people send in forms of the quizzes' staff: any text, and nothing breaks."""

import pytest
from django.urls import reverse

from classroom import clock
from tests.factories import CourseFactory, instructor_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "²", "-1"])
def test_numbers_that_no_row_has_are_refused_in_forms(client, number):
    course = CourseFactory()
    client.force_login(instructor_of(course))
    slug, quiz = course.slug, make_quiz(course, ("single",), now=clock.now(), lobby=True).pk
    for name, args, sent in (
        ("bank", (), {"act": "archive", "question": number}),
        ("bank", (), {"act": "add", "question": "1", "quiz": number}),
        ("slots_arrange", (quiz,), {"layout": number}),
        ("room_guest", (quiz,), {"guest": number}),
        ("room_discuss", (quiz,), {"position": number}),
        ("room_more_time", (quiz,), {"minutes": number}),
    ):
        assert client.post(reverse(f"quizzes:{name}", args=[slug, *args]), sent).status_code == 302, name
    exported = client.get(reverse("quizzes:export_questions", args=[slug]), {"question": number})
    assert exported.status_code == 200
