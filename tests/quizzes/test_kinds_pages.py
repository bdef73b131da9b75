"""Every kind on its pages: asked, answered without script, reviewed."""

import random
import re
from html import unescape

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services
from quizzes.kinds import KINDS, matching, ordering
from quizzes.models import Attempt
from quizzes.templatetags.gaps import gapped
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import ALL_KINDS, CLOZE, MATCHING, ORDERING, make_question, make_quiz

RIGHT = {
    "single": ["0"],
    "multiple": ["0", "1"],
    "true_false": ["0"],
    "numeric": ["0.64"],
    "short_text": ["chain rule"],
    "matching": [str(matching.choices(MATCHING).index(pair["right"])) for pair in MATCHING["pairs"]],
    "ordering": [str(ordering.listed(ORDERING).index(item)) for item in ORDERING["items"]],
    "cloze": ["chain rule", "0.64", "0"],
    "matrix": ["[[1, 2, 3], [4, 5, 6]]"],
    "numpy_line": ["X @ W + b"],
    "essay": ["Because of the *chain rule*."],
}


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


def started(client, course, kinds):
    quiz = make_quiz(course, kinds, now=clock.now())
    client.force_login(student_of(course))
    client.post(reverse("quizzes:start", args=["dl", quiz.pk]))
    return Attempt.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "data"), ALL_KINDS)
def test_an_answer_without_script_comes_back_on_the_page_and_in_the_review(client, course, kind, data):
    attempt = started(client, course, [kind])
    address = reverse("quizzes:attempt", args=["dl", attempt.pk])
    asked = client.get(address).content.decode()
    fields = re.findall(r'<(?:input|select|textarea)[^>]*name="q1"', asked)
    assert len(fields) >= len(RIGHT[kind])
    client.post(address, {"q1": RIGHT[kind]})
    again = client.get(address).content.decode()
    assert again.count(" checked") + again.count(" selected") + sum(
        unescape(again).count(text) for text in RIGHT[kind] if not text.isdigit()
    ) >= len(RIGHT[kind])
    client.post(address, {"q1": RIGHT[kind], "hand_in": "1"})
    services.close_quiz(quiz=attempt.quiz, by=instructor_of(course), now=clock.now())
    services.release_review(quiz=attempt.quiz, by=instructor_of(course), now=clock.now())
    review = client.get(reverse("quizzes:attempt_review", args=["dl", attempt.pk]))
    assert review.status_code == 200
    assert 'data-tone="bad"' not in review.content.decode()
    item = attempt.items.get()
    graded = KINDS[kind].graded_by == "rule"
    assert item.points == (2 if graded else None)
    attempt.refresh_from_db()
    assert attempt.pending == (0 if graded else 1)


def test_the_fields_of_a_cloze_stand_in_the_text_and_never_in_a_tag_or_a_formula():
    gaps = [{"number": n, "text": f'"{n}">', "mode": "text"} for n in (1, 2, 3, 4)]
    text = 'Let {{1}} be $a_{{2}}$ and **{{ 3 }}**, ![{{4}}](x.png "<b>") <script>{{9}}</script>'
    html = gapped(text, gaps, "quizzes/kinds/_gap.html", name="q1", position=1)
    assert html.count("<input") == 4
    assert html.count("&quot;1&quot;&gt;") == 1
    assert re.search(r"Let <input[^<]*> be", html)
    assert re.search(r"<strong><input[^<]*></strong>", html)
    assert re.search(r"<code[^<]*>a_<input[^<]*></code>", html)
    assert re.search(r"<p><input[^<]*></p>$", html)
    assert "<script" not in html
    assert not re.search("[\ue000-\uf8ff]", html)
    assert not re.search(r"<math.*<input.*</math>", html, re.S)


def test_a_reviewed_gap_ends_with_its_text_so_that_the_space_after_it_stays():
    gaps = [{"number": 1, "said": "mean", "right": True}, {"number": 2, "said": "3", "key": "4"}]
    html = gapped("The {{1}} is {{2}} here", gaps, "quizzes/kinds/_gap_review.html")
    assert re.findall(r"\s</span>", html) == []
    assert re.search(r"</span> is <span.*</span> here</p>", html, re.S)


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("{{1}} {{2}} {{ 3 }}", 0),
        ("{{1}} {{2}}", 1),
        ("{{1}} {{1}} {{2}} {{3}}", 1),
        ("{{1}}{{2}}{{3}}{{4}}", 1),
    ],
)
def test_the_gaps_of_a_cloze_are_in_its_text(body, problems):
    assert len(KINDS["cloze"].body_problems(CLOZE, body)) == problems


@pytest.mark.django_db
def test_a_cloze_without_its_gaps_in_the_text_is_refused(course):
    with pytest.raises(services.bank.Refused, match="gap 1"):
        make_question(course, "cloze", body="No gaps here.")


@pytest.mark.parametrize("seed", range(20))
def test_an_ordering_is_never_shown_in_the_right_order(seed):
    shown = KINDS["ordering"].order(ORDERING, random.Random(seed), shuffle=False)
    assert [ordering.listed(ORDERING)[place] for place in shown] != ORDERING["items"]


def test_choices_with_formulas_are_listed_by_letter_since_a_select_shows_none():
    data = {"pairs": [{"left": "sigmoid", "right": "$\\sigma$"}, {"left": "tanh", "right": "tanh"}]}
    shown = KINDS["matching"].fields(data, [1, 0], ["0", ""])
    assert [(one["letter"], one["text"]) for one in shown["listed"]] == [("A", "tanh"), ("B", "$\\sigma$")]
    assert [(one["label"], one["chosen"]) for one in shown["rows"][0]["options"]] == [
        ("A", False),
        ("B", True),
    ]
    assert KINDS["matching"].fields(MATCHING, [], None)["listed"] == []
