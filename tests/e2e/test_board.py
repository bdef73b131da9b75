"""A run trained by the site's own worker, seen while it trains; a board that changes before one's eyes."""

import pytest
from django.urls import reverse

from classroom import clock
from tests.e2e.test_accessibility import faults
from tests.factories import instructor_of
from tests.projects.boards import CUT, board_of, scored, team_on
from tests.projects.factories import members


@pytest.fixture
def board(transactional_db):
    return board_of(now=clock.now())


def test_a_run_is_trained_by_a_worker_and_the_board_changes_without_a_reload(open_page, site, board):
    now = clock.now()
    for name, right, parameters, cpu in (("Fluke", 170, 400, 4.0), ("Shrimp", 150, 20, 0.3)):
        scored(board, name, right, parameters=parameters, cpu=cpu, at=now)
    team = team_on(board, "Newcomers", now)
    looking = open_page(instructor_of(board.challenge.course))
    looking.goto(board.get_absolute_url())
    row = looking.locator("#board tr", has_text="Newcomers")
    assert "%" not in row.inner_text()

    page = open_page(members(team)[0])
    page.goto(board.challenge.get_absolute_url())
    page.set_input_files("#id_file", {"name": "net.py", "mimeType": "text/plain", "buffer": CUT.encode()})
    page.get_by_role("button", name="Hand in the file").click()
    page.locator("#outcome .stat", has_text="Score").wait_for(timeout=60_000)
    page.locator("#outcome svg").first.wait_for()  # the learning curve
    row.get_by_text("%").first.wait_for(timeout=30_000)

    found = faults(page, board.challenge.get_absolute_url())
    found += faults(looking, board.get_absolute_url())
    challenge = board.challenge
    rules = reverse("projects:edit_board", args=[challenge.course.slug, challenge.hackathon_id, challenge.pk])
    assert found + faults(looking, rules) == []
