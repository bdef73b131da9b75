from datetime import timedelta

from quizzes.statistics.pace import seconds_by_position
from tests.factories import NOW


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def test_time_counts_for_the_question_that_was_saved():
    saves = [(1, at(20)), (2, at(50)), (1, at(55))]
    assert seconds_by_position(NOW, saves) == {1: 25, 2: 30}


def test_the_order_in_which_saves_are_read_does_not_matter():
    saves = [(1, at(55)), (2, at(50)), (1, at(20))]
    assert seconds_by_position(NOW, saves) == {1: 25, 2: 30}


def test_a_save_from_before_the_start_takes_no_time():
    assert seconds_by_position(NOW, [(1, at(-5)), (2, at(10))]) == {1: 0, 2: 10}


def test_nothing_saved_is_nothing_spent():
    assert seconds_by_position(NOW, []) == {}
