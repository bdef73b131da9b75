import csv
import io

import pytest
from django.urls import reverse

from classroom.models import Enrolment, Role
from quizzes import services
from quizzes.models import Answer, Attempt, AttemptItem, Category, QuestionVersion, Slot
from quizzes.queries.counted import Which
from quizzes.queries.responses import answered_items, misconceptions_in, responses
from quizzes.queries.statistics import report
from quizzes.statistics.verdicts import Verdict
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.quizzes import factories
from tests.quizzes.factories import SINGLE, make_question, make_quiz

pytestmark = pytest.mark.django_db

OPTIONS = {
    "options": [
        {"text": "A step", "right": True},
        {"text": "An ELU", "misconception": "Takes smooth for non-linear"},
        {"text": "ReLU"},
    ]
}


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric"), now=NOW, max_attempts=3)


def url(name, *args, slug="dl", **query):
    return reverse(f"quizzes:{name}", args=[slug, *args], query=query)


def take(quiz, *values, step=20, **how):
    return factories.take(quiz, *values, now=NOW, step=step, last=200, client="t", **how)


def revise(question, data):
    return QuestionVersion.objects.create(
        question=question, number=2, kind="single", body="Once more", data=data, created_at=NOW
    )


def first(quiz):
    return report(quiz=quiz, which=Which.FIRST)


def test_a_question_has_its_share_and_its_time(quiz):
    take(quiz, "0", "0.64", step=10)
    take(quiz, "0", "0.7", step=20)
    take(quiz, "1", "0.7", step=60)
    found = first(quiz)
    single, numeric = found.rows
    assert (single.place, single.name, single.kind) == ("1", "A single question", "Single choice")
    assert single.numbers.count == 3
    assert single.numbers.facility == pytest.approx(200 / 3)
    assert numeric.numbers.facility == pytest.approx(100 / 3)
    assert (single.seconds, numeric.seconds) == (20, 20)
    assert single.guess == pytest.approx(100 / 3)
    assert (single.intended_weight, single.verdict) == (50, Verdict.TOO_FEW)
    assert found.whole.mean == pytest.approx(50)
    assert dict(found.bins) | {"0–10": 1, "50–60": 1, "90–100": 1} == dict(found.bins)


def test_ten_answers_are_enough_for_words(quiz):
    for number in range(10):
        take(quiz, "0" if number < 5 else "1", "0.64" if number < 5 else "3")
    assert [row.verdict for row in first(quiz).rows] == [Verdict.FINE, Verdict.FINE]


def test_a_wrong_key_is_noticed(course):
    quiz = make_quiz(course, ("single", "numeric", "short_text"), now=NOW)
    for number in range(12):
        good = number < 6
        take(quiz, "1" if good else "0", "0.64" if good else "3", "chain rule" if good else "sum rule")
    assert [row.verdict for row in first(quiz).rows] == [Verdict.CHECK_KEY, Verdict.FINE, Verdict.FINE]


def test_first_attempts_count_unless_asked_otherwise(quiz):
    ada = student_of(quiz.course)
    take(quiz, "1", "3", user=ada)
    take(quiz, "0", "0.64", user=ada)
    take(quiz, "0", "3", user=ada)
    found = {which: report(quiz=quiz, which=which) for which in Which}
    assert {which: (one.attempts, one.whole.mean) for which, one in found.items()} == {
        Which.FIRST: (1, 0),
        Which.BEST: (1, 100),
        Which.ALL: (3, 50),
    }


def test_staff_and_running_attempts_do_not_count_but_guests_do(quiz):
    take(quiz, "0", "0.64")
    take(quiz, "1", "3", user=instructor_of(quiz.course))
    guest = EnrolmentFactory(course=quiz.course, role=Role.STUDENT).user
    take(quiz, "0", "3", user=guest)
    Enrolment.objects.filter(user=guest).update(role=Role.GUEST)
    services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=NOW)
    found = first(quiz)
    assert (found.attempts, found.guests, found.whole.mean) == (2, 1, 75)


def test_staff_of_another_course_count_as_students_here(quiz):
    user = instructor_of(CourseFactory())
    EnrolmentFactory(course=quiz.course, user=user, role=Role.STUDENT)
    take(quiz, "0", "0.64", user=user)
    assert first(quiz).attempts == 1


def test_questions_are_told_apart_wherever_a_shuffle_puts_them(course):
    quiz = make_quiz(course, ("single", "numeric"), now=NOW, shuffle_questions=True)
    for _ in range(8):
        user = student_of(course)
        attempt = services.start_attempt(quiz=quiz, user=user, now=NOW)
        for item in attempt.items.all():
            value = "0" if item.version.kind == "single" else "3"
            services.record_answer(
                attempt_id=attempt.pk, user=user, position=item.position, client="t", seq=item.position,
                value=[value], now=NOW,
            )  # fmt: skip
        services.hand_in(attempt=attempt, now=NOW)
    positions = AttemptItem.objects.filter(version__kind="single").values_list("position", flat=True)
    assert set(positions) == {1, 2}
    assert [(row.place, row.numbers.facility) for row in first(quiz).rows] == [("1", 100), ("2", 0)]


def drawn_quiz(course):
    """A quiz with one drawn question: Ada, Ben and Cleo get one of two each, and one they share."""
    quiz = make_quiz(course, ("single",), now=NOW)
    category = Category.objects.create(course=course, name="Pool")
    drawn = [make_question(course, "single", SINGLE, body=f"Drawn {n}") for n in (1, 2)]
    slot = Slot.objects.create(quiz=quiz, position=2, category=category, points=2)
    for number, (question, points) in enumerate([(0, 2), (1, 0), (0, 0)]):
        attempt = Attempt.objects.create(
            quiz=quiz,
            user=student_of(course),
            seed=number,
            started_at=NOW,
            finished_at=NOW,
            score=0,
            max_score=4,
        )
        AttemptItem.objects.create(
            attempt=attempt, position=1, slot=quiz.slots.get(position=1), max_points=2, points=1,
            version=quiz.slots.get(position=1).question.versions.get(),
        )  # fmt: skip
        AttemptItem.objects.create(
            attempt=attempt, position=2, slot=slot, max_points=2, points=points,
            version=drawn[question].versions.get(),
        )  # fmt: skip
    return quiz, drawn


def test_drawn_questions_have_rows_of_their_own_and_one_place_in_the_total(course):
    quiz, drawn = drawn_quiz(course)
    found = first(quiz)
    rows = {row.question_id: row for row in found.rows}
    assert [(rows[q.pk].place, rows[q.pk].numbers.count) for q in drawn] == [("2.1", 2), ("2.2", 1)]
    assert [rows[q.pk].numbers.facility for q in drawn] == [50, 0]
    assert [rows[q.pk].effective_weight for q in drawn] == [None, None]
    # Two places, of which the first never varies: alpha = 2 (1 - V / V) = 0.
    assert found.whole.consistency == pytest.approx(0)


def test_a_question_that_waits_for_grading_is_in_nobodys_total(quiz):
    take(quiz, "0", "0.64")
    waiting = take(quiz, "1", "0.64")
    waiting.items.filter(position=2).update(points=None)
    single, numeric = first(quiz).rows
    assert (numeric.waiting, numeric.numbers.count, numeric.numbers.facility) == (1, 1, 100)
    assert (numeric.effective_weight, numeric.intended_weight) == (None, None)
    assert single.intended_weight == 100
    assert first(quiz).whole.mean == 50


def test_an_attempt_without_questions_spoils_no_numbers(quiz):
    take(quiz, "0", "0.64")
    take(quiz).items.all().delete()
    assert (first(quiz).attempts, first(quiz).whole.mean) == (2, 100)


def test_a_slot_that_was_deleted_keeps_its_numbers(quiz):
    take(quiz, "0", "0.64")
    quiz.slots.get(position=2).delete()
    assert [(row.place, row.numbers.count) for row in first(quiz).rows] == [("1", 1), ("", 1)]


def test_nothing_taken_is_an_empty_report(quiz):
    found = first(quiz)
    assert (found.attempts, found.rows, found.whole.count) == (0, [], 0)


# What was answered.


def test_options_are_counted_by_thirds(course):
    quiz = make_quiz(course, ("single", "numeric"), now=NOW)
    question = quiz.slots.get(position=1).question
    for number in range(6):
        good = number < 3
        take(quiz, "0" if good else "1", "0.64" if good else "3")
    [version] = responses(answered_items(quiz=quiz, question=question, which=Which.FIRST))
    [part] = version.parts
    assert (version.answers, version.upper, version.lower) == (6, 2, 2)
    assert [(r.text, r.count, r.upper, r.lower, r.tone) for r in part.responses] == [
        ("A step", 3, 2, 0, "good"),
        ("An ELU", 3, 0, 2, ""),
        ("ReLU", 0, 0, 0, ""),
    ]


def test_the_answer_that_stands_is_counted_and_each_version_apart(course):
    quiz = make_quiz(course, ("single",), now=NOW, max_attempts=2)
    question = quiz.slots.get(position=1).question
    attempt = take(quiz, "1")
    Answer.objects.create(attempt=attempt, position=1, client="t", seq=9, value=["2"], received_at=NOW)
    revise(question, OPTIONS)
    take(quiz, "1")
    newer, older = responses(answered_items(quiz=quiz, question=question, which=Which.FIRST))
    assert [version.version.number for version in (newer, older)] == [2, 1]
    assert [r.count for r in older.parts[0].responses] == [0, 0, 1]
    assert [r.count for r in newer.parts[0].responses] == [0, 1, 0]


def test_after_a_regrade_the_mended_key_says_what_is_right(course):
    quiz = make_quiz(course, ("single",), now=NOW)
    question = quiz.slots.get(position=1).question
    attempt = take(quiz, "1")
    mended = {"options": [{"text": "A step"}, {"text": "An ELU", "right": True}, {"text": "ReLU"}]}
    version = revise(question, mended)
    attempt.items.update(scored_by=version)
    [given] = responses(answered_items(quiz=quiz, question=question, which=Which.FIRST))
    assert [(r.text, r.tone) for r in given.parts[0].responses] == [
        ("A step", ""),
        ("An ELU", "good"),
        ("ReLU", ""),
    ]


def test_misconceptions_are_counted_over_the_quiz(course):
    quiz = make_quiz(course, (), now=NOW)
    questions = [make_question(course, "single", OPTIONS, body=body) for body in ("One", "Two")]
    for position, question in enumerate(questions, start=1):
        Slot.objects.create(quiz=quiz, position=position, question=question, points=1)
    take(quiz, "1", "1")
    take(quiz, "1", "0")
    worker = take(quiz, "0", "0")
    worker.items.filter(position=2).update(verdict={"misconception": "Forgets the bias"})
    smooth, bias = misconceptions_in(answered_items(quiz=quiz, which=Which.FIRST))
    assert (smooth.name, smooth.count, smooth.attempts) == ("Takes smooth for non-linear", 2, 3)
    assert smooth.questions == [
        (questions[0].pk, "A single question", 2),
        (questions[1].pk, "A single question", 1),
    ]
    assert (bias.name, bias.count, round(bias.percent)) == ("Forgets the bias", 1, 33)
    [alone] = misconceptions_in(answered_items(quiz=quiz, which=Which.FIRST, question=questions[0]))
    assert (alone.name, alone.count) == (smooth.name, 2)


def test_ideas_of_kinds_are_told_in_words(course):
    asked = {
        "matrix": {"value": [[1, 2], [3, 4]]},
        "numeric": {"answers": [{"value": 2}], "unit": "MB", "unit_required": True},
    }
    quiz = make_quiz(course, (), now=NOW)
    for position, (kind, data) in enumerate(asked.items(), start=1):
        question = make_question(course, kind, data)
        Slot.objects.create(quiz=quiz, position=position, question=question, points=1)
    take(quiz, "[[1, 3], [2, 4]]", "2")
    found = {idea.name for idea in misconceptions_in(answered_items(quiz=quiz, which=Which.FIRST))}
    assert found == {"Right numbers, but transposed", "Writes no unit"}


# The pages.


@pytest.fixture
def as_teacher(client, course):
    client.force_login(instructor_of(course))
    return client


def test_the_page_tells_numbers_words_and_what_is_counted(as_teacher, quiz):
    for number in range(10):
        take(quiz, "0", "0.64" if number < 5 else "3")
    page = as_teacher.get(url("statistics", quiz.pk)).content.decode()
    assert "The first attempts of 10 people count." in page
    assert "too easy" in page
    question = quiz.slots.get(position=1).question
    assert url("question_statistics", quiz.pk, question.pk) in page


def test_a_questions_page_shows_it_with_its_answers_and_words(as_teacher, quiz):
    for number in range(10):
        take(quiz, "0", "0.64" if number < 5 else "<b>3</b>")
    numeric = quiz.slots.get(position=2).question
    page = as_teacher.get(url("question_statistics", quiz.pk, numeric.pk)).content.decode()
    assert "as it was asked" in page.lower()
    assert "<b>3</b>" not in page
    assert "<code>0.64</code>" in page


def test_a_quiz_nobody_took_says_so(as_teacher, quiz):
    assert "No numbers yet" in as_teacher.get(url("statistics", quiz.pk)).content.decode()


def test_an_address_that_asks_for_nonsense_shows_first_attempts(as_teacher, quiz):
    take(quiz, "0", "0.64")
    page = as_teacher.get(url("statistics", quiz.pk, which="<script>"))
    assert page.context["report"].which == Which.FIRST


def test_misconceptions_are_a_page_and_a_part_of_one(as_teacher, quiz):
    take(quiz, "1", "3")
    address = url("misconceptions", quiz.pk)
    assert "<html" in as_teacher.get(address).content.decode()
    part = as_teacher.get(address, headers={"HX-Target": "misconceptions", "HX-Request": "true"})
    assert "<html" not in part.content.decode()


def test_the_table_to_take_along_is_harmless(as_teacher, quiz):
    take(quiz, "0", "0.64")
    take(quiz, "1", "0.64")
    question = quiz.slots.get(position=1).question
    question.name = "=HYPERLINK(1)"
    question.save(update_fields=["name"])
    body = as_teacher.get(url("statistics_csv", quiz.pk)).content.decode("utf-8-sig")
    header, row, _ = csv.reader(io.StringIO(body))
    assert row[0] == "'=HYPERLINK(1)"
    cells = dict(zip(header, row, strict=True))
    assert (cells["place"], cells["attempts"], cells["facility_percent"]) == ("1", "2", "50.0")
    assert cells["discrimination_index_percent"] == ""
    assert cells["verdict"] == "too few answers to say"


@pytest.mark.parametrize(
    ("name", "queries"),
    [("statistics", 9), ("statistics_csv", 9), ("misconceptions", 7), ("question_statistics", 15)],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    as_teacher, course, name, queries, rows, django_assert_num_queries
):
    quiz = make_quiz(course, ("single", "numeric", "short_text")[:rows], now=NOW)
    for _ in range(rows):
        take(quiz, *("0", "0.64", "chain rule")[:rows])
    question = quiz.slots.get(position=1).question
    args = [quiz.pk, question.pk] if name == "question_statistics" else [quiz.pk]
    with django_assert_num_queries(queries):
        assert as_teacher.get(url(name, *args)).status_code == 200


def test_students_guests_and_staff_of_other_courses_see_no_statistics(client, course, quiz):
    take(quiz, "0", "0.64", name="Ada Leaks")
    question = quiz.slots.get(position=1).question
    pages = [("statistics", [quiz.pk]), ("statistics_csv", [quiz.pk]), ("misconceptions", [quiz.pk])]
    pages.append(("question_statistics", [quiz.pk, question.pk]))
    for user, slug, status in (
        (student_of(course), "dl", 403),
        (student_of(course, role=Role.GUEST), "dl", 404),
        (instructor_of(CourseFactory(slug="other")), "dl", 404),
        (instructor_of(CourseFactory(slug="third")), "third", 404),
        (UserFactory(), "dl", 404),
    ):
        client.force_login(user)
        assert [client.get(url(name, *args, slug=slug)).status_code for name, args in pages] == [status] * 4
    viewer = student_of(course, role=Role.VIEWER)
    client.force_login(viewer)
    assert [client.get(url(name, *args)).status_code for name, args in pages] == [200] * 4


def test_a_question_that_the_quiz_never_gave_is_not_found(as_teacher, course, quiz):
    take(quiz, "0", "0.64")
    other = make_quiz(course, ("single",), now=NOW)
    take(other, "0")
    strange = other.slots.get(position=1).question
    assert as_teacher.get(url("question_statistics", quiz.pk, strange.pk)).status_code == 404
