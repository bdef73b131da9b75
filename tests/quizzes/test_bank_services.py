from decimal import Decimal

import pytest

from quizzes import services
from quizzes.errors import Outdated, Refused
from quizzes.models import Category, Question, QuestionVersion, Slot, Tag
from quizzes.services import bank, shelving
from tests.factories import NOW, CourseFactory, instructor_of, student_of
from tests.quizzes.factories import SINGLE, make_question, make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


def write(course, **fields):
    given = {"name": "Steps", "kind": "single", "body": "Which?", "data": SINGLE, "now": NOW}
    return bank.create_question(course=course, **given | fields)


def revise(question, **fields):
    given = {"kind": "single", "body": "Which?", "data": SINGLE, "explanation": "", "now": NOW}
    return bank.revise_question(question=question, **given | fields)


def numbers(question):
    return sorted(question.versions.values_list("number", flat=True))


def test_question_is_written_with_all_its_parts(course):
    author = instructor_of(course)
    question = write(
        course,
        hints=["Think", "Harder"],
        points=2.5,
        penalty=0.25,
        tags=[" conv ", "conv", "", "a  b"],
        reference="q7",
        author=author,
        explanation="Since.",
    )
    version = question.versions.get()
    assert (version.hints, version.points, version.penalty) == (["Think", "Harder"], Decimal("2.50"), 0.25)
    assert (version.author, version.number, version.explanation) == (author, 1, "Since.")
    assert sorted(tag.name for tag in question.tags.all()) == ["a b", "conv"]
    assert question.reference == "q7"


def test_unchanged_question_gets_no_new_version(course):
    question = write(course, hints=["Think"], points=2, penalty=0.5)
    assert revise(question).number == 1
    assert revise(question, hints=["Think"], points=Decimal("2.00"), penalty=0.5).number == 1
    assert numbers(question) == [1]


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Which one?"},
        {"explanation": "Since."},
        {"hints": []},
        {"points": 3},
        {"penalty": 0},
        {"data": {"options": [*SINGLE["options"], {"text": "More"}]}},
    ],
)
def test_any_change_makes_a_version_and_keeps_what_is_not_given(course, change):
    question = write(course, hints=["Think"], points=2, penalty=0.5)
    version = revise(question, **change)
    assert numbers(question) == [1, 2]
    expected = {"hints": ["Think"], "points": 2, "penalty": 0.5, "body": "Which?"} | change
    assert {name: getattr(version, name) for name in expected} == expected


def test_change_of_an_old_version_is_refused_and_writes_nothing(course):
    question = write(course)
    revise(question, body="Newer?", based_on=1)
    with pytest.raises(Outdated, match="Somebody has changed this question"):
        revise(question, body="Mine?", based_on=1)
    assert [v.body for v in question.versions.all()] == ["Newer?", "Which?"]


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_do_not_overwrite_each_other(course):
    question = write(course)

    acts = [lambda n=n: revise(question, body=f"Text {n}", based_on=1).number for n in range(4)]
    assert at_once(acts, refusals=Outdated) == [2]
    assert numbers(question) == [1, 2]


def test_copy_says_the_same_and_is_a_question_of_its_own(course):
    category = shelving.category_named(course=course, name="Week 7/Pooling")
    question = write(course, hints=["Think"], points=2, penalty=0.5, tags=["conv"], category=category)
    copy = bank.copy_question(question=question, by=instructor_of(course), now=NOW)
    assert (copy.name, copy.category) == ("Steps (copy)", category)
    assert [tag.name for tag in copy.tags.all()] == ["conv"]
    mine, theirs = copy.versions.get(), question.versions.get()
    for part in ("kind", "body", "data", "hints", "points", "penalty"):
        assert getattr(mine, part) == getattr(theirs, part)
    assert copy.pk != question.pk


def test_only_unused_question_is_deleted(course):
    unused = make_question(course)
    bank.delete_question(question=unused)
    assert not QuestionVersion.objects.filter(question=unused.pk).exists()
    quiz = make_quiz(course, ("single",))
    used = quiz.slots.get().question
    with pytest.raises(Refused, match="archive it instead"):
        bank.delete_question(question=used)
    Slot.objects.all().delete()
    quiz2 = make_quiz(course, ("single",))
    given = quiz2.slots.get().question
    services.start_attempt(quiz=quiz2, user=student_of(course), now=NOW)
    Slot.objects.all().delete()
    with pytest.raises(Refused, match="archive it instead"):
        bank.delete_question(question=given)
    bank.delete_question(question=used)


def test_renamed_category_takes_those_inside_along_and_no_other(course):
    for name in ("Week 7", "Week 7/Pooling", "Week 70", "week 7/x"):
        shelving.category_named(course=course, name=name)
    other = shelving.category_named(course=CourseFactory(), name="Week 7/Other")
    shelving.rename_category(course=course, path="Week 7", name=" Week 8 / CNN ")
    names = Category.objects.filter(course=course).values_list("name", flat=True)
    assert sorted(names) == ["Week 70", "Week 8/CNN", "Week 8/CNN/Pooling", "week 7/x"]
    other.refresh_from_db()
    assert other.name == "Week 7/Other"
    with pytest.raises(Refused, match="of that name already"):
        shelving.rename_category(course=course, path="Week 8/CNN", name="Week 70")
    with pytest.raises(Refused, match="Give the category a name"):
        shelving.rename_category(course=course, path="Week 70", name=" / ")


def test_deleted_category_leaves_its_questions(course):
    category = shelving.category_named(course=course, name="Week 7/Pooling")
    question = make_question(course)
    shelving.categorise(course=course, ids=[question.pk], category=category)
    shelving.delete_category(course=course, path="Week 7")
    question.refresh_from_db()
    assert question.category is None
    assert Category.objects.count() == 0


def test_category_that_a_quiz_draws_from_is_kept(course):
    category = shelving.category_named(course=course, name="Week 7")
    Slot.objects.create(quiz=make_quiz(course, (), title="Mid-term"), position=1, category=category)
    with pytest.raises(Refused, match="Mid-term"):
        shelving.delete_category(course=course, path="Week 7")
    assert Category.objects.count() == 1


def test_questions_of_other_courses_are_left_alone(course):
    mine, theirs = make_question(course), make_question(CourseFactory())
    ids = [mine.pk, theirs.pk]
    assert shelving.archive_questions(course=course, ids=ids, now=NOW) == 1
    category = shelving.category_named(course=course, name="A")
    assert shelving.categorise(course=course, ids=ids, category=category) == 1
    assert shelving.tag_questions(course=course, ids=ids, names=["x"]) == 1
    assert shelving.archive_questions(course=course, ids=ids, now=NOW, archived=False) == 1
    quiz = make_quiz(course, ())
    assert shelving.add_to_quiz(quiz=quiz, ids=ids) == 1
    theirs.refresh_from_db()
    assert (theirs.archived_at, theirs.category, list(theirs.tags.all())) == (None, None, [])


def test_tags_are_added_and_kept_once(course):
    question = write(course, tags=["conv"])
    for _ in range(2):
        shelving.tag_questions(course=course, ids=[question.pk], names=["conv", "new"])
    assert sorted(tag.name for tag in question.tags.all()) == ["conv", "new"]
    assert Tag.objects.count() == 2
    with pytest.raises(Refused, match="at least one tag"):
        shelving.tag_questions(course=course, ids=[question.pk], names=[" "])


def test_added_questions_stand_at_the_end_once_with_their_points(course):
    quiz = make_quiz(course, ("single",))
    first = quiz.slots.get().question
    second, archived = write(course, points=3), write(course)
    shelving.archive_questions(course=course, ids=[archived.pk], now=NOW)
    for _ in range(2):
        shelving.add_to_quiz(quiz=quiz, ids=[first.pk, second.pk, archived.pk])
    placed = quiz.slots.order_by("position").values_list("position", "question", "points")
    assert list(placed) == [(1, first.pk, 2), (2, second.pk, 3)]
    assert Question.objects.count() == 3


def test_quiz_that_was_taken_gets_no_question(course):
    quiz = make_quiz(course, ("single",))
    services.start_attempt(quiz=quiz, user=student_of(course), now=NOW)
    with pytest.raises(Refused, match="Students have taken this quiz"):
        shelving.add_to_quiz(quiz=quiz, ids=[write(course).pk, write(course).pk])
    assert quiz.slots.count() == 1
