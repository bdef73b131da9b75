"""Cards with what training brought, and two projects side by side."""

import pytest
from django.urls import reverse

from projects import queries
from projects.models import Hackathon, Project, Training
from tests.factories import NOW, instructor_of, student_of
from tests.projects.boards import SAME, board_of, team_on, train
from tests.projects.factories import (
    DAY,
    NOT_AVERAGED,
    RIGHT,
    HackathonFactory,
    challenge_of,
    project_of,
    team_of,
)
from tests.projects.test_gallery import hand_in

pytestmark = pytest.mark.django_db


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def shown(event, now):
    Hackathon.objects.filter(pk=event.pk).update(gallery_opens_at=NOW + 2 * DAY, gallery_is_public=True)
    now(NOW + 2 * DAY)


def of(event, team):
    return Project.objects.get(team=team, team__hackathon=event)


@pytest.fixture
def board():
    return board_of()


@pytest.fixture
def trained(board):
    """Two teams on a board: one that learns, one that guesses."""
    learns, guesses = team_on(board, "Learners"), team_on(board, "Guessers")
    Project.objects.filter(team=learns).update(title="Cut")
    train(learns)
    train(guesses, SAME)
    return learns, guesses


def test_a_card_is_what_training_brought(client, board, trained, now):
    event = board.challenge.hackathon
    shown(event, now)
    cards = {card.team: card for card in queries.gallery(hackathon=event, now=NOW)}
    learns = cards["Learners"]
    brought = Training.objects.get(submission=learns.result.submission_id)
    assert (learns.result.score, learns.result.rank, learns.result.of) == (brought.score, 1, 2)
    assert (learns.curve.count("L"), learns.reported[0] > learns.reported[1]) == (29, True)
    assert (cards["Guessers"].curve, cards["Guessers"].reported) == ("", None)
    assert (learns.score, learns.functions) == (None, ())
    page = client.get(url("gallery", event)).content.decode()
    wanted = ["place 1 of 2", "place 2 of 2", "parameters: 5", "what the code reported goes", learns.curve]
    assert [text in page for text in wanted] == [True] * 5


def test_two_networks_are_compared(client, board, trained, now):
    event = board.challenge.hackathon
    first, second = (of(event, team) for team in trained)
    shown(event, now)
    found = queries.comparison(
        hackathon=event,
        first=queries.gallery_projects(hackathon=event).get(pk=first.pk),
        second=queries.gallery_projects(hackathon=event).get(pk=second.pk),
        now=NOW,
    )
    assert (found.chance, found.functions) == (1.0, [])
    assert {point[2] for point in found.curves.points} == {"Cut"}
    page = client.get(url("compare", event, second.pk), {"with": first.pk}).content.decode()
    assert "would score better in 0 % of the cases" in page


def test_graded_code_is_compared_function_by_function(client, grade_all, now):
    event = HackathonFactory(gallery_opens_at=NOW + 2 * DAY)
    challenge = challenge_of(event, closes_at=NOW + DAY)
    one, two = (project_of(team_of(event), challenge, title=title) for title in ("One", "Two"))
    hand_in(one, RIGHT)
    hand_in(two, NOT_AVERAGED)
    grade_all()
    shown(event, now)
    page = client.get(url("compare", event, one.pk), {"with": two.pk}).content.decode()
    assert [page.count(text) for text in ("Wrong values", "Correct")] == [1, 15]


def test_only_shown_projects_of_one_challenge_are_compared(client, as_user, now):
    event = HackathonFactory(gallery_opens_at=NOW + 2 * DAY)
    challenge = challenge_of(event)
    one, two = (project_of(team_of(event), challenge, title=title) for title in ("One", "Two"))
    other = project_of(team_of(event), challenge_of(event), title="Other")
    student, boss = student_of(event.course), instructor_of(event.course)
    address = url("compare", event, one.pk)
    assert as_user(student).get(address).status_code == 403
    assert as_user(boss).get(address).status_code == 200
    client.logout()
    assert client.get(address).status_code == 302
    shown(event, now)
    page = client.get(address).content.decode()
    assert ("Two" in page, "Other" in page) == (True, False)
    for wanted in (other.pk, one.pk, "x", "9" * 30, "-1", ""):
        answer = client.get(address, {"with": wanted})
        assert (answer.status_code, "Nothing of both" in answer.content.decode()) == (200, False)
    both = client.get(address, {"with": two.pk, "q": "\0 <script>"}).content.decode()
    assert ("Nothing of both has been graded yet." in both, " <script>" in both) == (True, False)
    Hackathon.objects.filter(pk=event.pk).update(projects_reviewed=True)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_cards_ask_the_same_of_one_and_three_teams(board, count, django_assert_num_queries):
    for _ in range(count):
        train(team_on(board), SAME)
    with django_assert_num_queries(7):
        cards = queries.gallery(hackathon=board.challenge.hackathon, now=NOW)
    assert [card.result.of for card in cards] == [count] * count
