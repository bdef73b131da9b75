"""The leaderboard through its pages: its rules, standings, freeze, final result, and who may see what."""

import io
import json
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from classroom.live import PREFIX, LiveNews
from classroom.models import AuditEntry, Role
from projects import grading, queries, services, training
from projects.errors import Refused
from projects.models import Board, BoardData, Challenge, Project, Submission, Team, Training
from projects.queries.board import news_of
from projects.standings import resampled_means
from projects.views.boards import TEAMS_A_PAGE
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.boards import (
    CUT,
    DAY,
    RAISES,
    ROWS,
    SAME,
    TABLE,
    board_of,
    event,
    hand_in,
    scored,
    team_on,
    train,
)
from tests.projects.factories import challenge_of, members

pytestmark = pytest.mark.django_db


def url(name, board, *args):
    return reverse(f"projects:{name}", args=[board.challenge.course.slug, *(args or [board.challenge_id])])


def settings_url(challenge, name="edit_board"):
    return reverse(f"projects:{name}", args=[challenge.course.slug, challenge.hackathon_id, challenge.pk])


def shown(client, board):
    """The board's rows as (rank, team, score), as the page tells them."""
    page = client.get(url("board", board))
    assert page.status_code == 200
    return [(row.rank, row.team, row.shown) for row in page.context["page"].object_list]


# Switching it on --------------------------------------------------------------------------------------


@pytest.fixture
def challenge(db):
    return challenge_of(event(), exercise="", opens_at=NOW - DAY, closes_at=NOW + DAY)


def rules(**fields):
    return {
        "source": "upload",
        "file": SimpleUploadedFile("clouds.csv", TABLE.encode()),
        "label_column": "",
        "train_percent": 60,
        "public_percent": 50,
        "metric": "accuracy",
        "policy": "last",
        "cpu_seconds": 20,
        "memory_mib": 1024,
        "max_parameters": "",
        "runs_a_day": 5,
        "time_zone": "Europe/Berlin",
        "freezes_at": "",
        "final_at": "",
    } | fields


def test_an_organiser_switches_a_board_on(as_user, challenge):
    client = as_user(instructor_of(challenge.course))
    page = client.get(settings_url(challenge)).content.decode()
    assert f'value="{challenge.course.time_zone}"' in page
    response = client.post(settings_url(challenge), rules())
    assert response.status_code == 302, response.context["form"].errors
    board = Board.objects.get()
    challenge.refresh_from_db()
    assert (challenge.exercise, challenge.policy) == (f"board/{board.pk}", "last")
    data = BoardData.objects.get()
    assert (data.name, data.examples, data.shape) == ("clouds.csv", 400, [2])
    assert (data.classes, data.columns) == (["left", "right"], ["across", "up"])
    assert AuditEntry.objects.filter(action="board.opened").count() == 1
    page = client.get(settings_url(challenge)).content.decode()
    assert "Now: clouds.csv, 400 examples." in page
    assert "live leaderboard" in client.get(settings_url(challenge, "edit_challenge")).content.decode()


@pytest.mark.parametrize("source", ["moons", "spirals", "flower", "digits"])
def test_the_engines_own_data_needs_no_file(as_user, challenge, source):
    client = as_user(instructor_of(challenge.course))
    response = client.post(settings_url(challenge), rules(source=source, file=""))
    assert response.status_code == 302, response.context["form"].errors
    assert BoardData.objects.get().name == source


def test_everybody_finds_the_board_from_the_hackathon(as_user):
    board = board_of()
    other = challenge_of(board.challenge.hackathon, title="Without a board")
    client = as_user(student_of(board.challenge.course))
    page = client.get(board.challenge.hackathon.get_absolute_url()).content.decode()
    assert [url("board", board, task.pk) in page for task in (board.challenge, other)] == [True, False]
    assert client.get(url("board", board)).status_code == 200


def test_made_up_data_is_another_for_every_board():
    first, second = (
        services.open_board(
            board=Board(challenge=challenge_of(event(), exercise=""), time_zone="UTC"),
            material=services.Material("moons"),
            by=student_of(CourseFactory()),
            now=NOW,
        )
        for _ in range(2)
    )
    one, other = (training.examples_of(board).features for board in (first, second))
    assert not np.array_equal(one, other)


def test_problems_of_a_file_are_told_by_line_and_nothing_is_lost(as_user, challenge):
    table = TABLE.replace("\n", "\n1,abc,left\n", 1)
    file = SimpleUploadedFile("clouds.csv", table.encode())
    response = as_user(instructor_of(challenge.course)).post(
        settings_url(challenge), rules(file=file, cpu_seconds=33)
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Line 2: “abc” in column “up” is no number." in page
    assert 'value="33"' in page
    assert Board.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"file": ""}, "file", "Choose a file."),
        ({"file": SimpleUploadedFile("a.zip", b"1")}, None, "Upload a .csv table with a heading"),
        ({"time_zone": "Kiel"}, "time_zone", "Write a time zone such as Europe/Berlin."),
        ({"cpu_seconds": 0}, "cpu_seconds", "greater than or equal to 1"),
        ({"cpu_seconds": 121}, "cpu_seconds", "less than or equal to 120"),
        ({"train_percent": 99}, "train_percent", "less than or equal to 90"),
        ({"memory_mib": 100}, "memory_mib", "greater than or equal to 384"),
        ({"source": "moons", "metric": "mse"}, None, "These data sets hold classes"),
        ({"source": "nonsense"}, "source", "Select a valid choice"),
        ({"final_at": "2020-01-01T10:00"}, "final_at", "comes after teams have stopped"),
        ({"freezes_at": "2096-01-01T10:00"}, "freezes_at", "freezes before teams stop"),
        ({"policy": "worst"}, "policy", "Select a valid choice"),
    ],
)
def test_rules_that_make_no_sense_are_refused(as_user, challenge, fields, field, says):
    response = as_user(instructor_of(challenge.course)).post(settings_url(challenge), rules(**fields))
    assert response.status_code == 422
    assert says in str(response.context["form"].errors[field or "__all__"])
    assert Board.objects.count() == 0


def test_names_of_classes_and_columns_are_stored_by_every_database(as_user, challenge):
    table = TABLE.replace("left", "le\0ft").replace("up", "u\0p", 1)
    file = SimpleUploadedFile("clouds.csv", table.encode())
    response = as_user(instructor_of(challenge.course)).post(settings_url(challenge), rules(file=file))
    assert response.status_code == 302, response.context["form"].errors
    data = BoardData.objects.get()
    assert (data.classes, data.columns) == (["le\ufffdft", "right"], ["across", "u\ufffdp"])


def test_pickled_arrays_are_refused_on_the_page(as_user, challenge):
    packed = io.BytesIO()
    np.savez(packed, X=np.array([[{}]] * 30, dtype=object), y=np.arange(30))
    file = SimpleUploadedFile("evil.npz", packed.getvalue())
    response = as_user(instructor_of(challenge.course)).post(settings_url(challenge), rules(file=file))
    assert response.status_code == 422
    assert "The array X holds Python objects, which are not read." in response.content.decode()


def test_what_runs_are_compared_by_stays_once_somebody_has_handed_in(as_user):
    board = board_of()
    challenge = board.challenge
    hand_in(team_on(board))
    client = as_user(instructor_of(challenge.course))
    response = client.post(
        settings_url(challenge), rules(source="", file="", cpu_seconds=99, metric="mse", runs_a_day=7)
    )
    assert response.status_code == 302
    board.refresh_from_db()
    assert (board.cpu_seconds, board.metric, board.runs_a_day) == (5, "accuracy", 7)
    board.cpu_seconds = 50
    with pytest.raises(Refused, match="stay, so that all runs compare"):
        services.change_board(
            board=board, fields=["cpu_seconds"], by=instructor_of(challenge.course), now=NOW
        )
    client.post(settings_url(challenge, "close_board"))
    assert Board.objects.count() == 1


def test_a_board_nobody_has_used_can_change_its_data_and_go(as_user):
    board = board_of()
    client = as_user(instructor_of(board.challenge.course))
    client.post(settings_url(board.challenge), rules(source="spirals", file="", cpu_seconds=9))
    assert (Board.objects.get().cpu_seconds, BoardData.objects.get().name) == (9, "spirals")
    client.post(settings_url(board.challenge), rules(source="", file="", cpu_seconds=8))
    assert (Board.objects.get().cpu_seconds, BoardData.objects.get().name) == (8, "spirals")
    client.post(settings_url(board.challenge, "close_board"))
    board.challenge.refresh_from_db()
    assert (Board.objects.count(), BoardData.objects.count(), board.challenge.exercise) == (0, 0, "")


def test_a_challenge_with_hand_ins_gets_no_board(challenge):
    board = Board(challenge=challenge, time_zone="UTC")
    team = team_on(board)
    Submission.objects.create(
        challenge=challenge, user=members(team)[0], team=team, number=1, size_bytes=1, submitted_at=NOW
    )
    with pytest.raises(Refused, match="handed in for this challenge already"):
        services.open_board(
            board=board, material=services.Material("moons"), by=instructor_of(challenge.course), now=NOW
        )


def test_why_there_can_be_no_board_is_told_once(as_user, challenge):
    team = team_on(Board(challenge=challenge))
    Submission.objects.create(
        challenge=challenge, user=members(team)[0], team=team, number=1, size_bytes=1, submitted_at=NOW
    )
    client = as_user(instructor_of(challenge.course))
    page = client.get(settings_url(challenge)).content.decode()
    assert (page.count("handed in for this challenge already"), "id_cpu_seconds" in page) == (1, False)
    page = client.post(settings_url(challenge), rules(cpu_seconds=33)).content.decode()
    assert (page.count("handed in for this challenge already"), 'value="33"' in page) == (1, True)


def test_changing_the_challenge_keeps_the_board(as_user):
    board = board_of()
    challenge = board.challenge
    client = as_user(instructor_of(challenge.course))
    fields = {"title": "Clouds", "exercise": "planar-one-hidden-layer", "max_points": 10}
    assert client.post(settings_url(challenge, "edit_challenge"), fields).status_code == 302
    challenge.refresh_from_db()
    assert (challenge.title, challenge.exercise) == ("Clouds", f"board/{board.pk}")


# Handing in -------------------------------------------------------------------------------------------


def test_a_team_hands_in_and_sees_it_train_and_its_score(as_user):
    board = board_of()
    team = team_on(board)
    client = as_user(members(team)[0])
    page = client.get(url("challenge", board)).content.decode()
    assert "10 of 10 left today" in page
    assert "def train(X, y, seed):" in page  # the starter
    sheet = client.post(url("hand_in", board), {"source": CUT}).url
    run = Submission.objects.get()
    held = grading.claim(now=NOW)
    training._begin(held.submission, held.run)
    training._Progress(run.pk, held.run).row.update(curve=[[0, 0.7], [1, 0.6]])
    page = client.get(url("sheet", board, run.pk)).content.decode()
    assert "It is training now" in page
    assert "Learning curve" in page
    assert 'hx-trigger="load delay:1500ms"' in page
    Submission.objects.update(leased_until=None)
    assert grading.grade_next()
    page = client.get(sheet).content.decode()
    run = Submission.objects.get()
    assert f"{100 * run.training.score:.1f} %" in page
    assert f"{100 * run.training.score:.1f} %" in client.get(url("history", board)).content.decode()
    assert "Final score" not in page
    assert "9 of 10 left today" in client.get(url("challenge", board)).content.decode()


def test_the_starters_train_and_predict():
    board = board_of()
    assert train(team_on(board), training.starter("accuracy")).training.score > 0.7
    numbers = "x,y\n" + "\n".join(f"{n / 10},{n / 5 + 1}" for n in range(100))
    regression = board_of(table=numbers, metric="mse")
    assert train(team_on(regression), training.starter("mse")).training.score < 0.01


def test_the_reason_of_a_failure_is_named_on_the_page(as_user):
    board = board_of(max_parameters=4)
    team = team_on(board)
    client = as_user(members(team)[0])
    run = train(team, RAISES)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Training ended without a network" in page
    assert "Your code raised an error in line 2: IndexError" in page
    run = train(team, CUT)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Your network holds 5 numbers; 4 are allowed." in page
    history = client.get(url("history", board)).content.decode()
    assert "Your network holds 5 numbers; 4 are allowed." in history
    assert "Your code raised an error in line 2: IndexError" in history
    assert "10 of 10 left today" in client.get(url("challenge", board)).content.decode()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def train(:\n    pass", "Die Datei hat in Zeile 1 einen Syntaxfehler: invalid syntax."),
        (CUT.replace("X @ params", "X[:5] @ params"), "Form (5,), erwartet ("),
    ],
)
def test_what_the_site_finds_wrong_is_said_in_german(as_user, source, says):
    board = board_of()
    team = team_on(board)
    user = members(team)[0]
    user.language = "de"
    user.save(update_fields=["language"])
    page = as_user(user).get(train(team, source).get_absolute_url()).content.decode()
    assert says in page


def test_every_reason_has_words():
    board = Board(cpu_seconds=7, memory_mib=512, max_parameters=3)
    for reason, said in queries.runs.REASONS.items():
        row = Training(stage="train", reason=reason, detail="DETAIL", line=3)
        words = queries.reason_of(row, board)
        assert "%" not in words, words
        assert ("DETAIL" in words) == ("%(detail)s" in str(said))


def test_what_a_run_prints_and_raises_is_shown_as_text(as_user):
    board = board_of()
    team = team_on(board)
    source = SAME.replace("return [1]", "print('<script>1</script>')\n    return [1]")
    run = train(team, source)
    page = as_user(members(team)[0]).get(run.get_absolute_url()).content.decode()
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert "<script>1</script>" not in page


def test_only_examples_to_train_on_are_given_out(as_user):
    board = board_of()
    client = as_user(student_of(board.challenge.course))
    with np.load(io.BytesIO(client.get(url("examples_npz", board)).content)) as arrays:
        assert arrays["X"].shape == (240, 2)
        given = {tuple(row) for row in arrays["X"].tolist()}
    examples = training.examples_of(board)
    hidden = {tuple(row) for row in examples.features[examples.parts.hidden].tolist()}
    assert given.isdisjoint(hidden)
    assert len(given | hidden) == len(ROWS)
    table = client.get(url("examples_csv", board)).content.decode("utf-8-sig").split()
    assert (table[0], len(table)) == ("across,up,y", 241)


def test_a_column_called_like_a_formula_leaves_as_text(as_user):
    board = board_of(table=TABLE.replace("across", "=1+1", 1))
    client = as_user(student_of(board.challenge.course))
    table = client.get(url("examples_csv", board)).content.decode("utf-8-sig")
    assert table.splitlines()[0] == "'=1+1,up,y"


def test_images_have_no_table(as_user):
    board = board_of()
    packed = io.BytesIO()
    np.savez(packed, X=np.zeros((40, 3, 3)), y=np.arange(40) % 2)
    services.change_board(
        board=board,
        fields=[],
        material=services.Material("images.npz", packed.getvalue()),
        by=instructor_of(board.challenge.course),
        now=NOW,
    )
    client = as_user(student_of(board.challenge.course))
    assert client.get(url("examples_csv", board)).status_code == 404
    assert "3 × 3" in client.get(url("challenge", board)).content.decode()


# Standings --------------------------------------------------------------------------------------------


def test_the_best_stand_first_and_those_without_a_score_last(as_user):
    board = board_of()
    scored(board, "low", 100)
    team_on(board, "nothing yet")
    scored(board, "high", 190)
    failed = team_on(board, "failed")
    train(failed, RAISES)
    assert shown(as_user(student_of(board.challenge.course)), board) == [
        (1, "high", "95.0 %"),
        (2, "low", "50.0 %"),
        (None, "failed", ""),
        (None, "nothing yet", ""),
    ]


def test_scores_that_cannot_be_told_apart_share_a_rank(as_user):
    board = board_of()
    for name, right in (("a", 180), ("b", 179), ("c", 179), ("d", 120)):
        scored(board, name, right)
    rows = shown(as_user(student_of(board.challenge.course)), board)
    assert [(rank, team) for rank, team, _ in rows] == [(1, "a"), (1, "b"), (1, "c"), (4, "d")]


@pytest.mark.parametrize(
    ("policy", "expected"), [("best", "95.0 %"), ("last", "60.0 %"), ("chosen", "75.0 %")]
)
def test_the_policy_says_which_run_counts(as_user, policy, expected):
    board = board_of(policy=policy)
    team = team_on(board, "t")
    for number, right in enumerate((150, 190, 120)):
        run = hand_in(team, f"{CUT}# {number}", NOW)
        means = resampled_means(np.zeros(4), seed=1).tobytes()
        Training.objects.create(submission=run, run=1, began_at=NOW, score=right / 200, means=means)
        Submission.objects.filter(pk=run.pk).update(graded_at=NOW, merit=right / 200)
    failed = hand_in(team, "x = 1", NOW)
    Submission.objects.filter(pk=failed.pk).update(graded_at=NOW)  # its last run has no score
    if policy == "chosen":
        first = Submission.objects.get(number=1)
        as_user(members(team)[0]).post(url("choose", board, first.pk))
        with pytest.raises(Refused, match="no score"):
            services.choose(submission=Submission.objects.get(number=4), now=NOW)
    assert shown(as_user(members(team)[0]), board) == [(1, "t", expected)]
    history = queries.history(
        challenge=Challenge.objects.get(pk=board.challenge_id),
        submissions=list(Submission.objects.filter(team=team)),
        now=NOW,
    )
    counts = [row.number for row in history if row.counts]
    assert counts == [{"best": 2, "last": 3, "chosen": 1}[policy]]


def test_the_fronts_are_marked_and_drawn_with_names(as_user):
    board = board_of()
    scored(board, "large", 190, parameters=1000, cpu=9.0)
    scored(board, "small", 180, parameters=10, cpu=1.0)
    scored(board, "wasteful", 150, parameters=500, cpu=5.0)
    page = as_user(student_of(board.challenge.course)).get(url("board", board))
    rows = {row.team: (row.is_small, row.is_quick) for row in page.context["page"].object_list}
    assert rows == {"large": (True, True), "small": (True, True), "wasteful": (False, False)}
    size, time = page.context["charts"]
    assert list(size.names) == ["large", "small", "wasteful"]
    assert [point[:2] for point in size.points] == [(1000, 95.0), (10, 90.0), (500, 75.0)]
    assert [point[0] for point in time.points] == [9.0, 1.0, 5.0]
    assert "<td>wasteful</td>" in page.content.decode()  # the same numbers as a table


def test_a_frozen_board_shows_nothing_newer_but_ones_own_runs(as_user, now):
    board = board_of(freezes_at=NOW + timedelta(hours=2))
    early = scored(board, "early", 150)
    late = scored(board, "late", 190, at=NOW + timedelta(hours=2))  # the moment itself is too late
    client = as_user(members(late)[0])
    now(NOW + timedelta(hours=3))
    assert shown(client, board) == [(1, "early", "75.0 %"), (None, "late", "")]
    run = Submission.objects.get(team=late)
    assert "95.0 %" in client.get(run.get_absolute_url()).content.decode()
    key = queries.key_of(board, NOW + timedelta(hours=3))
    scored(board, "later", 195, at=NOW + timedelta(hours=3))
    assert queries.key_of(board, NOW + timedelta(hours=3)) == key  # nothing leaks by the news, either
    results = queries.board_results(
        hackathon=board.challenge.hackathon,
        now=NOW + timedelta(hours=3),
        teams=[early.pk, late.pk],
        challenges=[board.challenge_id],
    )
    assert list(results) == [early.pk]


def test_private_scores_decide_in_the_end_and_are_seen_by_nobody_before(as_user, now):
    board = board_of(freezes_at=NOW + timedelta(hours=2))
    first = scored(board, "overfitted", 190, private=100)
    scored(board, "honest", 170, private=168)
    for user in (members(first)[0], instructor_of(board.challenge.course)):
        client = as_user(user)
        for page in (url("board", board), Submission.objects.get(team=first).get_absolute_url()):
            assert "50.0 %" not in client.get(page).content.decode()
    organiser = instructor_of(board.challenge.course)
    client = as_user(organiser)
    response = client.post(settings_url(board.challenge, "reveal_board"), follow=True)
    assert "Teams can hand in until" in response.content.decode()
    now(board.challenge.closes_at)
    client.post(settings_url(board.challenge, "reveal_board"))
    assert shown(as_user(members(first)[0]), board) == [(1, "honest", "84.0 %"), (2, "overfitted", "50.0 %")]
    page = as_user(members(first)[0]).get(Submission.objects.get(team=first).get_absolute_url())
    assert "Final score" in page.content.decode()
    assert AuditEntry.objects.filter(action="board.revealed", actor=organiser).count() == 1


def test_a_final_result_is_not_taken_back(as_user, now):
    board = board_of()
    scored(board, "t", 150)
    organiser = instructor_of(board.challenge.course)
    client = as_user(organiser)
    closed = board.challenge.closes_at + timedelta(microseconds=1)
    now(closed)
    client.post(settings_url(board.challenge, "reveal_board"))
    response = client.post(settings_url(board.challenge), rules(source="", file="", policy="last"))
    assert response.status_code == 302, response.context["form"].errors
    board = Board.objects.select_related("challenge").get()
    assert (board.final_at, board.challenge.policy, board.runs_a_day) == (closed, "best", 5)
    for change in ({"policy": "last"}, {}):
        board.final_at = closed if change else None
        with pytest.raises(Refused, match="The final result is shown"):
            services.change_board(board=board, fields=["final_at"], by=organiser, now=closed, **change)


def test_the_final_result_comes_at_its_date_and_never_while_teams_can_hand_in(now):
    board = board_of(final_at=NOW + 2 * DAY)
    assert not board.is_final(NOW + 2 * DAY - timedelta(microseconds=1))
    assert board.is_final(NOW + 2 * DAY)
    board.final_at = NOW
    assert not board.is_final(NOW)  # the challenge is open
    assert board.is_final(board.challenge.closes_at)


def test_nothing_is_taken_in_after_the_final_result(now):
    board = board_of()
    team = team_on(board)
    Challenge.objects.update(closes_at=NOW + DAY, late_days=5)
    services.reveal(
        board=Board.objects.select_related("challenge__course").get(),
        by=instructor_of(board.challenge.course),
        now=NOW + DAY,
    )
    with pytest.raises(Refused, match="The final result is out"):
        hand_in(team, CUT, NOW + DAY + timedelta(hours=1))


def test_no_later_end_opens_a_challenge_again_whose_final_result_is_shown(as_user, now):
    board = board_of()
    event = board.challenge.hackathon
    organiser, ended = instructor_of(event.course), event.submission_closes_at
    Challenge.objects.update(closes_at=ended)  # as the event's building
    later = ended + timedelta(hours=5)

    def move(at, **fields):
        event.refresh_from_db()
        for name, value in ({"submission_closes_at": later, "ends_at": later} | fields).items():
            setattr(event, name, value)
        services.change_event(
            event=event,
            fields=["submission_closes_at", "ends_at", "building_opens_at", "building_closes_at"],
            by=organiser,
            now=at,
        )

    move(ended, submission_closes_at=later - timedelta(hours=1))  # before it is shown they may go on
    ended = Challenge.objects.get().closes_at
    services.reveal(
        board=Board.objects.select_related("challenge__course").get(), by=organiser, now=ended + timedelta(1)
    )
    shown = ended + timedelta(days=1)
    later = shown + timedelta(hours=5)
    with pytest.raises(Refused, match=r"so it stays closed. Let building end on .* as it did"):
        move(shown)
    assert Challenge.objects.get().closes_at == ended
    move(shown, building_opens_at=event.starts_at, building_closes_at=ended)  # as the message says
    event.refresh_from_db()
    assert (Challenge.objects.get().closes_at, event.submission_closes_at) == (ended, later)

    now(shown)
    client = as_user(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:projects_challenge_change", args=[board.challenge_id])
    answer = client.post(address, {"closes_at_0": later.date().isoformat(), "closes_at_1": "23:00"})
    assert "so it stays closed" in " ".join(answer.context["adminform"].form.errors["closes_at"])


def test_an_end_after_the_date_of_the_final_result_is_refused(db):
    board = board_of(final_at=NOW + 9 * DAY)
    event = board.challenge.hackathon
    Challenge.objects.update(closes_at=event.submission_closes_at)
    organiser = instructor_of(event.course)
    event.submission_closes_at = event.ends_at = board.final_at + timedelta(minutes=1)
    change = {"event": event, "fields": ["submission_closes_at", "ends_at"], "by": organiser, "now": NOW}
    with pytest.raises(Refused, match="Set a later one first"):
        services.change_event(**change)
    board = Board.objects.select_related("challenge").get()
    board.final_at = event.ends_at
    services.change_board(board=board, fields=["final_at"], by=organiser, now=NOW)
    services.change_event(**change)
    assert Challenge.objects.get().closes_at == event.ends_at


def test_a_challenge_keeps_an_end_before_the_date_of_its_final_result(as_user, now):
    board = board_of(final_at=NOW + 9 * DAY)
    client = as_user(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:projects_challenge_change", args=[board.challenge_id])
    answer = client.post(address, {"closes_at_0": "", "closes_at_1": ""})  # teams could hand in for ever
    assert "before this end" in " ".join(answer.context["adminform"].form.errors["closes_at"])


def test_a_team_sees_its_own_row_wherever_it_is(as_user):
    board = board_of()
    user = student_of(board.challenge.course)
    teams = Team.objects.bulk_create(
        Team(hackathon=board.challenge.hackathon, name=f"team {n:03}", created_at=NOW, join_code=f"CODE{n}")
        for n in range(TEAMS_A_PAGE + 1)
    )
    Project.objects.bulk_create(
        Project(team=team, challenge=board.challenge, title="x", registered_at=NOW, changed_at=NOW)
        for team in teams
    )
    teams[-1].memberships.create(
        hackathon=board.challenge.hackathon, user=user, is_leader=True, joined_at=NOW
    )
    page = as_user(user).get(url("board", board))
    assert "Your team has no score yet." in page.content.decode()
    second = as_user(user).get(url("board", board), {"page": 2})
    assert [row.team for row in second.context["page"].object_list] == [f"team {TEAMS_A_PAGE:03}"]


def test_a_ranking_that_is_kept_is_never_an_old_one(as_user):
    """Whatever changes the order is seen by the next look."""
    board = board_of(policy="chosen")
    client = as_user(student_of(board.challenge.course))
    assert shown(client, board) == []
    team = scored(board, "a", 150)
    assert shown(client, board) == [(1, "a", "75.0 %")]
    better = scored(board, "b", 190, at=NOW + timedelta(minutes=1))
    assert [team for _, team, _ in shown(client, board)] == ["b", "a"]
    run = Submission.objects.get(team=better)
    services.grade_again(submission=run, by=run.user, now=NOW)
    assert shown(client, board) == [(1, "a", "75.0 %"), (None, "b", "")]
    Team.objects.filter(pk=team.pk).update(name="renamed")
    assert shown(client, board) == [(1, "renamed", "75.0 %"), (None, "b", "")]
    board.freezes_at = NOW
    board.save(update_fields=["freezes_at"])
    assert [row[:2] for row in shown(client, board)] == [(None, "b"), (None, "renamed")]


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_takes_as_many_queries_for_three_teams_as_for_one(
    as_user, django_assert_num_queries, count
):
    board = board_of()
    for n in range(count):
        team = scored(board, f"team {n}", 150 + n)
    client = as_user(members(team)[0])
    client.get(url("board", board))
    with django_assert_num_queries(10):
        client.get(url("board", board))


def test_the_pages_around_a_board_ask_fewer_than_twenty_times(as_user):
    board = board_of()
    team = scored(board, "t", 150)
    pages = [
        (members(team)[0], url("challenge", board)),
        (members(team)[0], Submission.objects.get().get_absolute_url()),
        (members(team)[0], url("history", board)),
        (instructor_of(board.challenge.course), settings_url(board.challenge)),
    ]
    counts = {}
    for user, address in pages:
        client = as_user(user)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts[address] = len(asked)
    assert {address: count for address, count in counts.items() if count >= 20} == {}


# News and doors ---------------------------------------------------------------------------------------


def asked(token):
    """What the address that pages ask answers."""
    answers = []
    application = LiveNews(lambda *a: [], news_of)
    environ = {"PATH_INFO": f"{PREFIX}{token}.json", "REQUEST_METHOD": "GET"}
    body = b"".join(application(environ, lambda status, headers: answers.append(status)))
    return answers[0], json.loads(body) if body else None


@pytest.mark.django_db(transaction=True)
def test_news_tell_that_something_is_new_and_nothing_else():
    board = board_of()
    status, before = asked(board.token)
    assert (status, sorted(before)) == ("200 OK", ["key", "seconds", "unsettled"])
    team = team_on(board)
    hand_in(team)
    _, waiting = asked(board.token)
    assert (waiting["key"], waiting["unsettled"]) == (before["key"], 1)
    assert grading.grade_next()
    _, after = asked(board.token)
    assert after["key"] != before["key"]
    assert asked("x" * 22) == ("404 Not Found", None)


def test_the_panel_is_what_the_page_includes(as_user):
    board = board_of()
    scored(board, "only", 150)
    client = as_user(student_of(board.challenge.course))
    panel = client.get(url("board_panel", board)).content.decode()
    page = client.get(url("board", board)).content.decode()
    assert panel.strip() in page
    assert f"/live/{board.token}.json" in page
    assert f'key="{queries.key_of(board, timezone.now())}"' in page


PAGES = ("board", "board_panel", "examples_npz", "examples_csv")


def people(board):
    course, other = board.challenge.course, CourseFactory()
    return {
        "student": student_of(course),
        "assistant": EnrolmentFactory(course=course, role=Role.ASSISTANT).user,
        "instructor": instructor_of(course),
        "stranger": student_of(other),
        "foreign instructor": instructor_of(other),
    }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("student", 200),
        ("assistant", 200),
        ("instructor", 200),
        ("stranger", 404),
        ("foreign instructor", 404),
    ],
)
def test_the_board_is_seen_by_the_course(as_user, name, who, status):
    board = board_of()
    scored(board, "secret team", 150)
    assert as_user(people(board)[who]).get(url(name, board)).status_code == status


@pytest.mark.parametrize("name", ["edit_board", "close_board", "reveal_board"])
@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("student", False),
        ("assistant", False),
        ("instructor", True),
        ("stranger", False),
        ("foreign instructor", False),
    ],
)
def test_rules_are_the_organisers(as_user, name, who, may):
    board = board_of()
    response = as_user(people(board)[who]).post(settings_url(board.challenge, name), rules())
    assert (response.status_code not in {403, 404}) == may


def test_a_board_of_a_challenge_not_shown_yet_is_for_staff(as_user):
    board = board_of()
    Challenge.objects.update(published_at=None)
    assert as_user(student_of(board.challenge.course)).get(url("board", board)).status_code == 404
    assert as_user(instructor_of(board.challenge.course)).get(url("board", board)).status_code == 200


def test_another_teams_run_stays_its_own(as_user):
    board = board_of()
    theirs = scored(board, "theirs", 150)
    mine = scored(board, "mine", 150)
    run = Submission.objects.get(team=theirs)
    client = as_user(members(mine)[0])
    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.get(url("sheet", board, run.pk)).status_code == 404
    assert client.get(url("source", board, run.pk)).status_code == 404


def test_staff_give_a_run_no_points(as_user):
    board = board_of()
    team = scored(board, "t", 150)
    run = Submission.objects.get(team=team)
    client = as_user(instructor_of(board.challenge.course))
    client.post(url("adjust", board, run.pk), {"adjusted_score": 1, "adjustment_comment": "no"})
    run.refresh_from_db()
    assert run.adjusted_score is None
    assert client.get(url("results", board)).url == url("board", board)
    with pytest.raises(Refused, match="nothing to grade again"):
        services.begin_regrade(
            challenge=board.challenge, reason="r", by=instructor_of(board.challenge.course), now=NOW
        )
