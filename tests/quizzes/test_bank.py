import re

import pytest
from django.urls import reverse

from classroom.models import Role
from quizzes import services
from quizzes.models import Category, Question, Tag
from quizzes.queries.bank import Drawer, drawers
from quizzes.services import bank, shelving
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.quizzes.factories import SINGLE, make_quiz

pytestmark = pytest.mark.django_db
BANK = reverse("quizzes:bank", args=["dl"])


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def as_instructor(client, course):
    client.force_login(instructor_of(course))
    return client


def write(course, name, *, category="", **fields):
    given = {"kind": "single", "body": "Which?", "data": SINGLE, "now": NOW}
    drawer = shelving.category_named(course=course, name=category)
    return bank.create_question(course=course, name=name, category=drawer, **given | fields)


def names_in(response):
    return re.findall(r'<th scope="row">\s*<a href="[^"]*">([^<]*)</a>', response.content.decode())


@pytest.fixture
def shelf(course):
    write(course, "Pool", category="Week 7/Pooling", tags=["conv"])
    write(course, "Stride", category="Week 7", body="How far does the *window* move?")
    write(course, "Seventy", category="Week 70", kind="true_false", data={"right": True})
    write(course, "Loose")
    old = write(course, "Old one", tags=["conv"])
    shelving.archive_questions(course=course, ids=[old.pk], now=NOW)
    write(CourseFactory(), "Foreign", category="Week 7", tags=["conv"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Loose", "Pool", "Seventy", "Stride"]),
        ({"q": "window far"}, ["Stride"]),
        ({"q": "poo"}, ["Pool"]),
        ({"q": "nowhere"}, []),
        ({"category": "Week 7"}, ["Pool", "Stride"]),
        ({"category": "Week 7/Pooling"}, ["Pool"]),
        ({"category": "/"}, ["Loose"]),
        ({"tag": "conv"}, ["Pool"]),
        ({"kind": "true_false"}, ["Seventy"]),
        ({"archived": "on"}, ["Old one"]),
        ({"kind": "single", "q": "pool", "category": "Week 7", "tag": "conv"}, ["Pool"]),
        ({"kind": "\0", "q": "\0'%", "page": "x"}, []),
    ],
)
def test_questions_are_found(as_instructor, shelf, asked, found):
    assert names_in(as_instructor.get(BANK, asked)) == found


def test_categories_form_a_tree_with_counts(course, shelf):
    shelving.category_named(course=course, name="Week 10/Empty")
    assert drawers(course=course) == [
        Drawer("Week 7", "Week 7", 0, 2),
        Drawer("Week 7/Pooling", "Pooling", 1, 1),
        Drawer("Week 10", "Week 10", 0, 0),
        Drawer("Week 10/Empty", "Empty", 1, 0),
        Drawer("Week 70", "Week 70", 0, 1),
    ]


def test_search_looks_at_the_newest_version(as_instructor, course):
    question = write(course, "Q", body="An old word")
    bank.revise_question(
        question=question, kind="single", body="A new one", data=SINGLE, explanation="", now=NOW
    )
    assert names_in(as_instructor.get(BANK, {"q": "old"})) == []
    assert names_in(as_instructor.get(BANK, {"q": "new"})) == ["Q"]


def test_list_shows_uses_and_how_many_solve_it(as_instructor, course):
    quiz = make_quiz(course, ("single",), title="Mid-term")
    for value in ("0", "1"):
        user = student_of(course)
        attempt = services.start_attempt(quiz=quiz, user=user, now=NOW)
        services.record_answer(
            attempt_id=attempt.pk, user=user, position=1, client="t", seq=1, value=[value], now=NOW
        )
        services.hand_in(attempt=attempt, now=NOW)
    page = as_instructor.get(BANK).content.decode()
    assert "Mid-term</a>" in page
    assert "50 % <span" in page


@pytest.mark.parametrize("questions", [1, 3])
def test_number_of_queries_does_not_grow_with_questions(
    as_instructor, course, questions, django_assert_num_queries
):
    for n in range(questions):
        write(course, f"Q{n}", category=f"C{n}", tags=[f"t{n}", "all"])
        make_quiz(course, ("single",))
    with django_assert_num_queries(10):
        as_instructor.get(BANK)


@pytest.mark.parametrize("versions", [1, 3])
def test_number_of_queries_of_a_question_does_not_grow(
    as_instructor, course, versions, django_assert_num_queries
):
    question = write(course, "Q", tags=["t"])
    for n in range(1, versions):
        bank.revise_question(
            question=question, kind="single", body=f"V{n}", data=SINGLE, explanation="", now=NOW,
            author=instructor_of(course),
        )  # fmt: skip
    with django_assert_num_queries(7):
        as_instructor.get(reverse("quizzes:question", args=["dl", question.pk]))


def test_pages_keep_what_is_looked_for(as_instructor, course):
    for n in range(52):
        write(course, f"Q{n:02}", tags=["t"])
    first = as_instructor.get(BANK, {"tag": "t"})
    assert len(names_in(first)) == 50
    assert "?tag=t&amp;page=2" in first.content.decode()
    assert names_in(as_instructor.get(BANK, {"tag": "t", "page": 2})) == ["Q50", "Q51"]


def test_ticked_questions_are_put_in_order_together(as_instructor, course):
    first, second, third = (write(course, name) for name in "abc")
    quiz = make_quiz(course, ())

    def act(**fields):
        return as_instructor.post(f"{BANK}?q=x", {"question": [first.pk, second.pk]} | fields)

    assert act(act="category", category="Week 7/New").url == f"{BANK}?q=x"
    act(act="tag", tags="one, two")
    act(act="add", quiz=quiz.pk)
    act(act="archive")
    first.refresh_from_db()
    assert (first.category.name, first.archived_at is None) == ("Week 7/New", False)
    assert sorted(first.tags.values_list("name", flat=True)) == ["one", "two"]
    assert list(quiz.slots.values_list("question", flat=True)) == [first.pk, second.pk]
    assert list(Question.objects.filter(archived_at=None)) == [third]
    act(act="restore")
    act(act="category", category="")
    assert Question.objects.filter(archived_at=None, category=None).count() == 3


def test_nothing_ticked_or_nothing_chosen_is_said(as_instructor, course):
    question = write(course, "a")
    said = as_instructor.post(BANK, {"act": "archive"}, follow=True).content.decode()
    assert "Tick at least one question first." in said
    foreign = make_quiz(CourseFactory(), ())
    for quiz in ("", "x", foreign.pk):
        sent = {"act": "add", "question": question.pk, "quiz": quiz}
        assert "Choose a quiz" in as_instructor.post(BANK, sent, follow=True).content.decode()
    assert as_instructor.post(BANK, {"act": "x", "question": ["x", "²", question.pk]}).status_code == 302


def test_categories_are_made_renamed_and_deleted(as_instructor, course):
    address = reverse("quizzes:categories", args=["dl"])
    as_instructor.post(address, {"act": "create", "name": "Week 7/Pooling"})
    question = write(course, "a", category="Week 7/Pooling")
    renamed = as_instructor.post(address, {"act": "rename", "path": "Week 7", "name": "Week 8"})
    assert renamed.url == f"{BANK}?category=Week+8"
    assert Category.objects.get().name == "Week 8/Pooling"
    as_instructor.post(address, {"act": "delete", "path": "Week 8"})
    question.refresh_from_db()
    assert (question.category, Category.objects.count()) == (None, 0)
    said = as_instructor.post(address, {"act": "create", "name": " / "}, follow=True)
    assert "Give the category a name." in said.content.decode()


def test_empty_bank_leads_on(as_instructor):
    page = as_instructor.get(BANK).content.decode()
    assert "No questions yet" in page
    assert reverse("quizzes:question_new", args=["dl"]) in page


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.STUDENT, 403), (Role.VIEWER, 200), (Role.ASSISTANT, 200), (Role.INSTRUCTOR, 200)]
)
def test_staff_look_and_only_instructors_change(client, course, role, sees):
    question = write(course, "Secret name", body="Secret body", tags=["secret"])
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    pages = [client.get(BANK), client.get(reverse("quizzes:question", args=["dl", question.pk]))]
    assert [page.status_code for page in pages] == [sees, sees]
    assert all(("Secret" in page.content.decode()) == (sees == 200) for page in pages)
    changes = 200 if role == Role.INSTRUCTOR else 403
    sent = {"act": "archive", "question": question.pk}
    assert client.post(BANK, sent, follow=True).status_code == changes
    made = client.post(
        reverse("quizzes:categories", args=["dl"]), {"act": "create", "name": "X"}, follow=True
    )
    assert made.status_code == changes
    question.refresh_from_db()
    assert (question.archived_at is None, Category.objects.count()) == (changes == 403, int(changes == 200))


def test_instructor_of_another_course_changes_nothing(client, course):
    question = write(course, "a")
    client.force_login(instructor_of(CourseFactory(slug="other")))
    assert client.get(BANK).status_code == 404
    sent = {"question": question.pk, "tags": "mine"}
    for act in ("archive", "tag", "category"):
        client.post(reverse("quizzes:bank", args=["other"]), sent | {"act": act})
    question.refresh_from_db()
    assert (question.archived_at, question.tags.count()) == (None, 0)
    assert list(Tag.objects.values_list("course__slug", flat=True)) == ["other"]


def test_ticked_questions_are_taken_to_the_export(as_instructor, course):
    first, _second = write(course, "First one"), write(course, "Second one")
    address = as_instructor.post(BANK, {"act": "export", "question": [first.pk]}).url
    assert address == f"{reverse('quizzes:export_questions', args=['dl'])}?question={first.pk}"
    page = as_instructor.get(address)
    assert page.status_code == 200
