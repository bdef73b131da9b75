import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom import clock
from quizzes import queries, services
from quizzes.drawing import Card, Draw, draw, is_inside, missing
from quizzes.models import Category, Quiz, Section, Slot
from quizzes.review import asked_questions
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_question, make_quiz

# How questions are drawn -----------------------------------------------------------------------------------

DRAWERS = ["A", "A/x", "A/x/deep", "A/y", "B", "AB"]
cards = st.lists(st.sampled_from(DRAWERS), max_size=12).map(
    lambda names: [Card(number, name) for number, name in enumerate(names, start=1)]
)
draws = st.lists(st.tuples(st.sampled_from(DRAWERS), st.integers(1, 4)), max_size=4).map(
    lambda rows: [Draw(number, name, count) for number, (name, count) in enumerate(rows, start=1)]
)


@given(draws=draws, cards=cards, taken=st.sets(st.integers(1, 12)), seed=st.integers(0, 2**62))
def test_a_draw_takes_each_question_once_from_its_drawer_and_the_seed_decides(draws, cards, taken, seed):
    drawn = draw(draws, cards, taken, random.Random(seed))
    assert drawn == draw(list(reversed(draws)), list(reversed(cards)), taken, random.Random(seed))
    everything = [question for questions in drawn.values() for question in questions]
    assert len(everything) == len(set(everything))
    assert not set(everything) & taken
    drawer_of = {card.question: card.category for card in cards}
    for each in draws:
        assert len(drawn[each.slot]) <= each.count
        assert all(is_inside(drawer_of[question], each.category) for question in drawn[each.slot])


def most_that_any_order_fills(draws, cards):
    """Fill greedily in every order of the draws; the best of them."""
    best = 0
    for order in permutations(draws):
        left, filled = list(cards), 0
        for each in order:
            # The cards that fit the fewest other draws first: these are never missed elsewhere.
            fitting = sorted(
                (card for card in left if is_inside(card.category, each.category)),
                key=lambda card: sum(is_inside(card.category, other.category) for other in draws),
            )[: each.count]
            left = [card for card in left if card not in fitting]
            filled += len(fitting)
        best = max(best, filled)
    return best


@given(draws=draws, cards=cards, seed=st.integers(0, 2**62))
def test_no_draw_goes_short_that_another_way_of_drawing_could_fill(draws, cards, seed):
    drawn = draw(draws, cards, [], random.Random(seed))
    assert sum(map(len, drawn.values())) == most_that_any_order_fills(draws, cards)
    assert sum(missing(draws, cards, []).values()) == sum(each.count for each in draws) - sum(
        map(len, drawn.values())
    )


def test_an_outer_drawer_leaves_the_inner_one_its_questions():
    cards = [Card(1, "Week 7"), Card(2, "Week 7/Pooling")]
    draws = [Draw(1, "Week 7", 1), Draw(2, "Week 7/Pooling", 1)]
    for seed in range(20):
        assert draw(draws, cards, [], random.Random(seed)) == {1: [1], 2: [2]}


# In a quiz -------------------------------------------------------------------------------------------------


@pytest.fixture
def course(db):
    return CourseFactory(slug="dl")


def drawer(course, name, size):
    category = Category.objects.create(course=course, name=name)
    for number in range(size):
        question = make_question(course, body=f"{name} {number}?")
        question.category = category
        question.save(update_fields=["category"])
    return category


def bodies(quiz):
    """The questions of a new student's attempt, in order."""
    attempt = services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=clock.now())
    return [question.body for question in asked_questions(attempt)]


def test_everybody_gets_so_many_questions_drawn_from_the_drawer(course):
    quiz = make_quiz(course, ("numeric",), now=clock.now())
    Slot.objects.create(quiz=quiz, position=2, category=drawer(course, "Week 7", 6), count=3, points=2)
    drawn = [bodies(quiz) for _ in range(8)]
    assert {len(set(each)) for each in drawn} == {4}
    assert {each[0] for each in drawn} == {"What is $x$?"}
    assert len({tuple(each) for each in drawn}) > 1
    assert {attempt.max_score for attempt in quiz.attempts.all()} == {8}
    assert quiz.questions == 4


def test_archived_and_fixed_questions_and_those_of_other_courses_are_not_drawn(course):
    quiz, category = make_quiz(course, (), now=clock.now()), drawer(course, "Week 7", 4)
    fixed, archived, *_ = category.questions.order_by("pk")
    archived.archived_at = clock.now()
    archived.save(update_fields=["archived_at"])
    drawer(CourseFactory(), "Week 7", 5)
    Slot.objects.create(quiz=quiz, position=1, question=fixed)
    Slot.objects.create(quiz=quiz, position=2, category=category, count=2)
    assert sorted(bodies(quiz)) == ["Week 7 0?", "Week 7 2?", "Week 7 3?"]
    assert queries.missing_draws(quiz=quiz, slots=list(quiz.slots.select_related("category"))) == {}


def test_a_draw_that_became_too_large_gives_what_there_is(course):
    quiz, category = make_quiz(course, (), now=clock.now()), drawer(course, "Week 7", 2)
    slot = Slot.objects.create(quiz=quiz, position=1, category=category, count=5)
    assert len(bodies(quiz)) == 2
    assert queries.missing_draws(quiz=quiz, slots=[slot]) == {slot.pk: 3}


@pytest.mark.parametrize("shuffle", [False, True])
def test_shuffling_keeps_sections_together(course, shuffle):
    quiz = make_quiz(course, (), now=clock.now(), shuffle_questions=shuffle)
    second = Section.objects.create(quiz=quiz, position=2, title="Second")
    first = Section.objects.create(quiz=quiz, position=1, title="First")
    for position, section in enumerate([second, first, None] * 3, start=1):
        question = make_question(course, body=f"{section and section.title} {position}")
        Slot.objects.create(quiz=quiz, position=position, section=section, question=question)
    papers = [bodies(quiz) for _ in range(6)]
    for paper in papers:
        assert [body.split()[0] for body in paper] == ["None"] * 3 + ["First"] * 3 + ["Second"] * 3
    assert (len({tuple(paper) for paper in papers}) > 1) is shuffle


def test_the_page_opens_each_section_with_its_title(course, client):
    quiz = make_quiz(course, ("numeric",), now=clock.now(), shuffle_questions=True)
    section = Section.objects.create(quiz=quiz, position=1, title="Pooling", intro="It **halves**.")
    for position in (2, 3):
        Slot.objects.create(quiz=quiz, position=position, section=section, question=make_question(course))
    student = student_of(course)
    client.force_login(student)
    page = client.post(f"/c/dl/quizzes/{quiz.pk}/start/", follow=True).content.decode()
    assert page.count("Pooling") == 1
    assert "It <strong>halves</strong>." in page
    assert page.index("Question 1 of 3") < page.index("Pooling") < page.index("Question 2 of 3")


@pytest.mark.parametrize("rows", [1, 3])
def test_starting_costs_as_many_queries_for_many_questions_as_for_few(
    course, rows, django_assert_num_queries
):
    quiz = make_quiz(course, ("single",) * rows, now=clock.now())
    for number in range(rows):
        category = drawer(course, f"Drawer {number}", 2)
        Slot.objects.create(quiz=quiz, position=10 + number, category=category, count=2)
    student = student_of(course)
    quiz = Quiz.objects.select_related("course").get(pk=quiz.pk)
    with django_assert_num_queries(13):
        services.start_attempt(quiz=quiz, user=student, now=clock.now())
