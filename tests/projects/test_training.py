"""Runs for a leaderboard: real workers' code, the real sandbox."""

from datetime import timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection

from classroom import clock
from nnengine.sandbox import IsolationUnavailable, Room, SandboxCrashed
from projects import grading, queries, services, training
from projects.errors import Refused
from projects.models import MAX_ATTEMPTS, State, Submission, Training
from projects.services.quota import day_of
from tests.factories import NOW
from tests.projects.boards import CUT, RAISES, SAME, board_of, hand_in, team_on, train
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(db):
    return board_of()


@pytest.fixture
def team(board):
    return team_on(board)


def test_a_run_brings_scores_cost_and_curve(board, team):
    run = train(team)
    brought = run.training
    assert (run.state(NOW), run.score, run.points) == (State.GRADED, None, None)
    assert brought.reason == ""
    assert 0.7 < brought.score < 1
    assert brought.low < brought.score < brought.high
    assert brought.private_low < brought.private_score < brought.private_high
    assert brought.score != brought.private_score
    assert run.merit == brought.score
    assert brought.parameters == 5  # w (2), b, and a letter to name each
    assert 0 < brought.cpu_seconds < 5
    assert [step for step, _ in brought.curve] == list(range(30))
    assert brought.curve[0][1] == pytest.approx(np.log(2))
    assert brought.curve[-1][1] < 0.5


def test_the_score_is_that_of_the_hidden_examples(board, team):
    """A run that always says 1 is right for as many as there are ones in the public part."""
    brought = train(team, SAME).training
    examples = training.examples_of(board)
    assert brought.score == examples.labels[examples.parts.public].mean()
    assert brought.private_score == examples.labels[examples.parts.private].mean()


def test_of_errors_the_smaller_merits_more(db):
    numbers = "x,y\n" + "\n".join(f"{n % 7},{n % 7}" for n in range(100))
    board = board_of(table=numbers, metric="mse")
    team = team_on(board)
    source = SAME.replace("np.full(len(X), params[0])", "X[:, 0] + params[0]")
    run = train(team, source)
    assert (run.training.score, run.merit) == (1.0, -1.0)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (RAISES, ("train", "raised", 2)),
        ("x = 1", ("read", "missing", None)),
        (SAME.replace("np.full(len(X), params[0])", "X[:5, 0]"), ("predict", "unusable", None)),
        (SAME.replace("params[0])", "np.nan)"), ("predict", "unusable", None)),
        (SAME.replace("return [1]", "return object()"), ("train", "parameters", None)),
        (SAME.replace("return [1]", "while True: pass"), ("train", "processor-time", None)),
        (SAME.replace("return [1]", "return np.ones(10**9)"), ("train", "memory", 5)),
    ],
)
def test_a_run_without_a_score_names_the_reason(source, told):
    team = team_on(board_of(cpu_seconds=1))
    run = train(team, source)
    assert (run.training.stage, run.training.reason, run.training.line) == told
    assert (run.merit, run.training.score, run.state(NOW)) == (None, None, State.GRADED)


def test_too_many_parameters_bring_no_score():
    team = team_on(board_of(max_parameters=4))
    brought = train(team).training
    assert (brought.reason, brought.parameters, brought.score) == ("too-many-parameters", 5, None)


# Secrets ----------------------------------------------------------------------------------------------


#: Looks for the hidden labels in everything this process holds, and gives itself away in what it predicts.
SEARCHES = """
import gc
import numpy as np

def found():
    for one in gc.get_objects():
        many = one.values() if isinstance(one, dict) else one if isinstance(one, (list, tuple)) else [one]
        for held in many:
            if isinstance(held, np.ndarray) and held.dtype.kind == "f" and held.size:
                if np.any((held > 7000) & (held < 8000)):
                    return 1.0
    return 0.0

def train(X, y, seed):
    return [found()]

def predict(params, X):
    return np.full(len(X), params[0] + 2 * found())
"""


def test_hidden_labels_are_never_in_a_process_that_runs_student_code(monkeypatch):
    """Labels of the given half are 1000 to 2000, those of the hidden half 7000 to 8000."""
    said = []
    send = Room._send
    monkeypatch.setattr(Room, "_send", lambda room, data, until: said.append(data) or send(room, data, until))
    board = board_of(table="x,y\n" + "\n".join(f"{n},{1000 + n}" for n in range(200)), metric="mae")
    examples = training.examples_of(board)
    labels = examples.labels.copy()
    labels[examples.parts.hidden] += 6000
    monkeypatch.setattr(
        training, "examples_of", lambda board: training.Examples(board, examples.features, labels)
    )
    brought = train(team_on(board), SEARCHES).training
    hidden = labels[examples.parts.hidden]
    public = hidden[: len(examples.parts.public)]
    assert brought.score == pytest.approx(public.mean())  # it predicted zero: nothing was found
    wire = b"".join(said)
    told = [label for label in labels if label.tobytes() in wire]
    assert sorted(told) == sorted(labels[examples.parts.train])
    assert all(feature.tobytes() in wire for feature in examples.features[examples.parts.hidden])


def test_the_search_would_find_labels_that_are_there(db):
    """The probe of the test above works: with the given labels in its range it gives itself away."""
    board = board_of(table="x,y\n" + "\n".join(f"{n},{7000 + n}" for n in range(200)), metric="mae")
    brought = train(team_on(board), SEARCHES).training
    examples = training.examples_of(board)
    assert brought.score == pytest.approx(examples.labels[examples.parts.public].mean() - 1.0)


@pytest.mark.parametrize(
    "tampering",
    [
        "np.mean = lambda *a, **k: 1.0",
        "np.equal = lambda *a, **k: np.ones(1, bool)",
        "import sys; sys.stdout.write('{\"score\": 1.0}')",
        "import os\n    try: os.write(3, b'\\x31\\x57\\x4e\\x4e')\n    except OSError: pass",
        "open('/tmp/score', 'w').write('1')",
    ],
)
def test_tampering_inside_changes_no_score(tampering):
    board = board_of()
    honest = train(team_on(board), SAME).training
    brought = train(team_on(board), SAME.replace("return [1]", f"{tampering}\n    return [1]")).training
    assert brought.score in {honest.score, None}


def test_the_hidden_order_tells_nothing():
    """Two runs meet the hidden examples in different orders, so a position means nothing."""
    echo = SAME.replace("return np.full(len(X), params[0])", "raise ValueError(repr(X[:3, 0].tolist()))")
    board = board_of()
    first, second = (train(team_on(board), echo).training.detail for _ in range(2))
    assert first != second


# Workers ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_claims_a_run():
    team = team_on(board_of())
    hand_in(team)
    claims = at_once([lambda: grading.claim(now=NOW)] * 6, refusals=Refused)
    assert len([held for held in claims if held]) == 1


def test_a_killed_workers_run_is_taken_up_again(team, now):
    submission = hand_in(team)
    dead = grading.claim(now=NOW)
    training._begin(dead.submission, dead.run)
    now(NOW + grading.LEASE + timedelta(seconds=1))
    assert grading.grade_next()
    submission.refresh_from_db()
    assert (submission.run, submission.training.run, submission.merit is not None) == (2, 2, True)
    late = training.Outcome({"curve": [], "score": 1.0}, 1.0)
    assert not grading.record(dead, report=late, now=clock.now())  # what the dead one would still write
    training._Progress(submission.pk, dead.run).row.update(curve=[[0, 0.0]])
    submission.training.refresh_from_db()
    assert len(submission.training.curve) == 30


def test_a_run_whose_workers_keep_dying_is_given_up_and_costs_no_try(now):
    board = board_of(runs_a_day=1)
    team = team_on(board)
    submission = hand_in(team)
    later = NOW
    for _ in range(MAX_ATTEMPTS):
        assert grading.claim(now=later).submission == submission
        later += grading.LEASE + timedelta(seconds=1)
    assert grading.claim(now=later) is None
    assert grading.give_up_lapsed(now=later) == 1
    submission.refresh_from_db()
    assert submission.state(later) == State.FAILED
    assert hand_in(team, SAME, later).number == 2  # refunded


@pytest.mark.parametrize("error", [SandboxCrashed("gone"), IsolationUnavailable("no seccomp")])
def test_a_sandbox_that_fails_scores_nobody(monkeypatch, team, error):
    def crash(*args, **kwargs):
        raise error

    submission = hand_in(team)
    monkeypatch.setattr("nnengine.contest.run.default_sandbox", crash)
    assert grading.grade_next()
    submission.refresh_from_db()
    waits = State.BLOCKED if isinstance(error, IsolationUnavailable) else State.WAITING
    assert (submission.state(NOW), submission.graded_at, submission.merit) == (waits, None, None)


def test_one_slot_stays_free_for_others_while_runs_train(settings, board):
    settings.GRADERS = 2
    first, second = hand_in(team_on(board)), hand_in(team_on(board))
    assert grading.claim(now=NOW).submission == first
    assert grading.claim(now=NOW) is None  # the other slot is for exercises
    settings.GRADERS = 3
    assert grading.claim(now=NOW).submission == second


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_leave_a_slot_free(settings):
    settings.GRADERS = 3
    board = board_of()
    for _ in range(4):
        hand_in(team_on(board))
    connected = Barrier(4)

    def claim():
        connection.ensure_connection()
        connected.wait()
        return grading.claim(now=NOW)

    claims = at_once([claim] * 4, refusals=Refused)
    assert len([held for held in claims if held]) == 2


def test_a_flood_of_runs_starves_nobody(settings, board):
    """The flooding team's later runs go behind those of others, who come after it."""
    settings.GRADERS = 9
    eager, calm = team_on(board, "eager"), team_on(board, "calm")
    flood = [hand_in(eager, f"{CUT}# {n}", NOW + timedelta(seconds=n)) for n in range(5)]
    others = [hand_in(calm, f"{CUT}# {n}", NOW + timedelta(minutes=1, seconds=n)) for n in range(2)]
    order = [grading.claim(now=NOW).submission for _ in range(7)]
    assert order == [flood[0], others[0], flood[1], others[1], *flood[2:]]


# Tries ------------------------------------------------------------------------------------------------


def test_tries_are_counted_a_team_and_day_and_the_next_free_one_is_told():
    board = board_of(runs_a_day=2, time_zone="Pacific/Auckland")
    team, other = team_on(board), team_on(board)
    train(team, CUT, NOW)
    train(team, SAME, NOW)
    with pytest.raises(Refused, match=r"has used its 2 runs of today.*Pacific/Auckland") as refused:
        hand_in(team, CUT + "# 3", NOW)
    midnight = refused.value.until.astimezone(ZoneInfo("Pacific/Auckland"))
    assert (midnight.hour, midnight.minute) == (0, 0)
    assert midnight.date() == (NOW.astimezone(midnight.tzinfo) + timedelta(days=1)).date()
    assert hand_in(other).number == 1  # another team's tries are its own


@pytest.mark.django_db(transaction=True)
def test_of_many_hand_ins_at_once_the_last_try_takes_one():
    team = team_on(board_of(runs_a_day=2))
    hand_in(team)
    acts = [lambda source=f"{CUT}# {n}": hand_in(team, source) for n in range(5)]
    assert len(at_once(acts, refusals=Refused)) == 1
    assert Submission.objects.count() == 2


def test_runs_without_a_score_cost_no_try():
    board = board_of(runs_a_day=1)
    team = team_on(board)
    train(team, RAISES)
    waiting = hand_in(team, CUT)
    with pytest.raises(Refused, match="its 1 run of today"):  # one that waits counts until it is known
        hand_in(team, SAME)
    Submission.objects.filter(pk=waiting.pk).update(failed_at=NOW)
    assert hand_in(team, SAME).number == 3


def test_the_day_begins_anew_at_midnight_of_the_zone():
    board = board_of(runs_a_day=1, time_zone="Europe/Berlin")
    team = team_on(board)
    begins, ends = day_of(NOW, board.zone)
    train(team, CUT, max(begins, NOW - timedelta(hours=20)))
    quota = services.run_quota(
        challenge=board.challenge, earlier=Submission.objects.filter(team=team), now=ends
    )
    assert (quota.used, quota.left, quota.next_free) == (0, 1, None)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_of_tries_is_as_long_as_the_zones_day(day, hours):
    zone = ZoneInfo("Europe/Berlin")
    noon = clock.datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone)
    begins, ends = day_of(noon, zone)
    assert (ends - begins).total_seconds() == hours * 3600
    assert day_of(begins, zone) == (begins, ends)  # the first moment belongs to it
    assert day_of(ends, zone)[0] == ends  # the end to the next


def test_grading_a_run_again_forgets_what_it_brought(board, team):
    run = train(team)
    services.grade_again(submission=run, by=run.user, now=NOW)
    assert (Submission.objects.get().merit, Training.objects.count()) == (None, 0)
    assert grading.grade_next()
    assert Submission.objects.get().merit is not None


def test_results_are_offered_by_team(board, team):
    run = train(team)
    event, here = board.challenge.hackathon, [board.challenge_id]
    found = queries.board_results(hackathon=event, now=NOW, teams=[team.pk], challenges=here)
    assert queries.board_results(hackathon=event, now=NOW, teams=[team.pk], challenges=[]) == {}
    assert queries.board_results(hackathon=event, now=NOW, teams=[], challenges=here) == {}
    result = found[team.pk]
    assert (list(found), result.submission_id, result.rank, result.of) == ([team.pk], run.pk, 1, 1)
    assert (result.score, result.parameters) == (run.training.score, 5)
    assert len(result.curve) == 30
    assert (result.metric, result.is_final) == ("accuracy", False)
