"""The nine rules of correctness, each with the tests that hold it: where they are, and one that was missing.

1. One team a person and event, by constraint. 2. What is over full refuses, too. 3. Counters are not lost.
4. A missing score is never the best. 5. Times are right in nights in which clocks change. 6. In time is what
arrives before the deadline, and from the opening's first moment. 7. No edit restarts an offer's clock.
8. Leaders are followed, teams archived, authors kept. 9. Tries are a team's, in a named zone, and refunded.
"""

import re
from pathlib import Path

import pytest

from projects import services
from projects.errors import Refused
from projects.models import Team
from tests.factories import NOW, student_of
from tests.projects.factories import HackathonFactory, team_of

TESTS = Path(__file__).parent.parent
HELD_BY = {
    1: [
        "projects/test_membership.py::the_database_allows_one_team_a_person_and_event",
        "projects/test_teams.py::one_person_in_five_tabs_gets_one_team",
    ],
    2: ["projects/test_rules.py::what_is_over_full_refuses_too"],
    3: [
        "projects/test_teams.py::the_last_place_in_a_challenge_goes_to_exactly_one",
        "projects/test_places.py::the_last_places_go_to_exactly_as_many_and_the_others_wait",
        "projects/test_teams.py::whatever_people_do_the_counts_are_right",
    ],
    4: ["projects/test_boards.py::the_best_stand_first_and_those_without_a_score_last"],
    5: [
        "classroom/test_clock.py::a_window_over_the_clock_change_closes_when_its_wall_clock_says",
        "projects/test_calendars.py::times_are_right_in_nights_in_which_clocks_change",
    ],
    6: [
        "projects/test_handing_in.py::the_last_microsecond_is_in_time",
        "projects/test_registering.py::answers_change_until_the_deadline_itself",
        "projects/test_registering.py::registration_opens_at_its_first_moment",
    ],
    7: ["projects/test_places.py::no_edit_restarts_the_clock_of_an_offer"],
    8: [
        "projects/test_teams.py::a_leader_who_leaves_is_followed_by_the_longest_standing_member",
        "projects/test_teams.py::all_leaving_at_once_archives_the_team_once",
        "projects/test_grading.py::a_teams_hand_in_belongs_to_its_members_of_then",
    ],
    9: [
        "projects/test_training.py::runs_without_a_score_cost_no_try",
        "projects/test_training.py::the_day_begins_anew_at_midnight_of_the_zone",
    ],
}


@pytest.mark.parametrize("rule", HELD_BY)
def test_every_rule_is_held(rule):
    for test in HELD_BY[rule]:
        file, name = test.split("::")
        assert re.search(rf"def test_{name}\(", (TESTS / file).read_text()), test


@pytest.mark.django_db
def test_what_is_over_full_refuses_too():
    """Equal to the limit is not the question: once over it, a team still takes nobody."""
    event = HackathonFactory(max_team_size=2)
    team = team_of(event, size=2)
    Team.objects.filter(pk=team.pk).update(size=3)
    with pytest.raises(Refused):
        services.join_team(hackathon=event, user=student_of(event.course), code=team.join_code, now=NOW)
    team.refresh_from_db()
    assert team.size == 3
