import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quizzes.statistics import numbers as s

FILES = Path(__file__).parent / "files"


def columns(name):
    """The marks of a table, a list a question."""
    with (FILES / name).open() as lines:
        header, *rows = csv.reader(lines)
    return {key: [float(row[place]) for row in rows] for place, key in enumerate(header)}


def digits(value):
    """A published number: right to the last digit printed."""
    return None if value is None else pytest.approx(value, rel=1e-9)


# Moodle's own test data: marks of mod/quiz/report/statistics/tests/fixtures/mdl_question_states.csv, and what
# tests/statistics_test.php expects of them, computed in a spreadsheet (contrib/tools/quiz_tools/stats.xls).
# Questions 1 to 4, which nobody got right, and 5 to 7, which give no points, are left out of the file.
MOODLE = {
    # question: facility, deviation in thousandths of a mark, effective weight, index, efficiency
    "8": (41.19318182, 1912.733589, 26.58464457, 25.88327077, 27.23492723),
    "9": (81.36363636, 251.2738111, 3.368456046, 1.170256965, 1.382386552),
    "10": (71.36363636, 322.6312277, 3.253955259, -4.207816809, -4.691171307),
    "11": (65.45454545, 333.4199022, 7.584083694, 28.16930644, 31.12404354),
    "12": (65.90909091, 337.5811591, 3.79658376, -2.513606859, -2.877487579),
    "13": (36.36363636, 492.3659639, 3.183278505, -12.99017581, -17.5074184),
    "14": (59.09090909, 503.2362797, 4.532356904, -8.900638238, -10.27568922),
    "15": (50, 511.7663157, 7.78856243, 8.670004606, 10.86956522),
    "16": (59.09090909, 503.2362797, 10.08351572, 29.63337745, 34.58997279),
    "17": (63.63636364, 492.3659639, 8.381139345, 15.18945843, 17.4790556),
    "18": (45.45454545, 509.6471914, 8.727645713, 16.21079629, 20.14359793),
    "19": (27.27272727, 455.8423058, 7.946277111, 15.52451404, 22.06477733),
    "20": (50, 511.7663157, 4.769500946, -8.396734802, -10),
}


@pytest.fixture(scope="module")
def moodle():
    return columns("moodle_marks_22x13.csv")


@pytest.mark.parametrize("question", MOODLE)
def test_a_question_has_the_numbers_of_moodles_spreadsheet(moodle, question):
    most = 8 if question == "8" else 1
    found = s.item_statistics(moodle[question], moodle["total"], most)
    facility, spread, _, index, efficiency = map(digits, MOODLE[question])
    assert found.count == 22
    assert found.facility == facility
    assert found.deviation * most * 10 == spread
    assert found.discrimination_index == index
    assert found.discriminative_efficiency == efficiency


def test_effective_weights_are_those_of_moodles_spreadsheet(moodle):
    nobody_got_it = ([0.0] * 22, moodle["total"])
    weights = s.effective_weights([(moodle[q], moodle["total"]) for q in MOODLE] + [nobody_got_it])
    assert weights == [digits(row[2]) for row in MOODLE.values()] + [0]


def test_a_question_nobody_got_right_discriminates_nothing(moodle):
    found = s.item_statistics([0.0] * 22, moodle["total"], 1)
    assert (found.facility, found.deviation) == (0, 0)
    assert (found.discrimination_index, found.discriminative_efficiency) == (None, None)


def test_a_question_without_points_has_no_facility(moodle):
    assert s.item_statistics([0.0] * 22, moodle["total"], 0).facility is None


# The same of tests/fixtures/results00.csv, qstats00.csv and stats_from_steps_walkthrough_test.php, from
# https://github.com/jamiepratt/moodle-quiz-tools/tree/master/statsspreadsheet
QSTATS = {
    # question: facility, deviation, effective weight, index, efficiency
    "1": (0.704, 0.4513682901, 21.2922742344, -7.0650767526, -9.4550536967),
    "2": (0.48, 0.5099019514, 18.8979800309, -28.8982125772, -36.7834118938),
    "3": (0.973333332, 0.13333334, 4.443012573, -9.1230674268, -21.6545012165),
    "4": (0.68, 0.4760952286, 18.9347251357, -22.6306444113, -31.4411395613),
    "5": (0.52, 0.3055050463, 11.1450138688, -17.6997047674, -21.1794802584),
    "6": (0.64, 0.4898979486, 9.8081339177, -45.3785178421, -56.9365974439),
    "7": (0.62, 0.331662479, 15.4788602394, -5.6543166602, -6.5043742058),
}


@pytest.fixture(scope="module")
def walkthrough():
    questions = columns("moodle_marks_25x7.csv")
    return questions, [math.fsum(marks) for marks in zip(*questions.values(), strict=True)]


def test_questions_of_the_walkthrough_are_as_in_its_spreadsheet(walkthrough):
    questions, totals = walkthrough
    weights = s.effective_weights([(marks, totals) for marks in questions.values()])
    for (name, row), weight in zip(QSTATS.items(), weights, strict=True):
        found = s.item_statistics(questions[name], totals, 1)
        got = (
            found.facility / 100,
            found.deviation / 100,
            weight,
            found.discrimination_index,
            found.discriminative_efficiency,
        )
        assert got == pytest.approx(row, rel=1e-8)


def test_the_quiz_of_the_walkthrough_is_as_in_its_spreadsheet(walkthrough):
    questions, totals = walkthrough
    found = s.quiz_statistics(totals, [7] * 25, questions.values())
    assert found.count == 25
    assert found.median * 7 / 100 == pytest.approx(4.5)
    assert found.mean * 7 / 100 == pytest.approx(4.617333332, rel=1e-9)
    assert found.deviation * 7 / 100 == pytest.approx(0.8117265554, rel=1e-8)
    assert found.skewness == pytest.approx(-0.092502502, rel=1e-7)
    assert found.kurtosis == pytest.approx(-0.7073968557, rel=1e-7)
    assert found.consistency == pytest.approx(-87.2230935542, rel=1e-8)
    assert found.error_ratio == pytest.approx(136.8294900795, rel=1e-8)
    assert found.standard_error * 7 / 100 == pytest.approx(1.1106813066, rel=1e-8)


def test_four_attempts_at_two_questions_worked_by_hand():
    # x = 0 1 1 2 and y = 0 0 1 1, so X = 0 1 2 3. V(x) = 2/3, V(y) = 1/3, V(X) = 5/3, cov(x, y) = 1/3.
    x, y, total = [0, 1, 1, 2], [0, 0, 1, 1], [0, 1, 2, 3]
    assert s.discrimination_index(x, y) == pytest.approx(100 / math.sqrt(2))  # (1/3) / sqrt(2/3 * 1/3)
    assert s.discriminative_efficiency(x, y) == pytest.approx(100)  # as sorted as it can be
    assert s.consistency(total, [x, y]) == pytest.approx(80)  # 2 (1 - (2/3 + 1/3) / (5/3))
    root_x, root_y = 1, math.sqrt(2 / 3)  # cov(x, X) = 1, cov(y, X) = 2/3
    weights = s.effective_weights([(x, total), (y, total)])
    assert weights == pytest.approx([100 * root / (root_x + root_y) for root in (root_x, root_y)])
    # m2 = 5/4, m4 = 41/16, k2 = 5/3; k4 = 16 (5 * 41/16 - 9 * 25/16) / 6 = -10/3
    assert s.kurtosis(total) == pytest.approx(-1.2)
    assert s.skewness(total) == 0
    found = s.quiz_statistics(total, [3] * 4, [x, y])
    assert found.error_ratio == pytest.approx(100 * math.sqrt(0.2))
    assert found.standard_error == pytest.approx(100 * math.sqrt(0.2) * math.sqrt(5 / 3) / 3)


def test_alpha_of_a_published_example():
    # calkulon.com's three items by four people (item variances 5/3, 11/12, 5/3), here in exact fractions:
    # totals 13, 11, 15, 7 have the variance 35/3, alpha = 3/2 (1 - (51/12) / (35/3)) = 267/280.
    items = [[4, 3, 5, 2], [5, 4, 5, 3], [4, 3, 5, 2]]
    totals = [sum(row) for row in zip(*items, strict=True)]
    parts = Fraction(5, 3) + Fraction(11, 12) + Fraction(5, 3)
    whole = Fraction(sum(t * t for t in totals) * 4 - sum(totals) ** 2, 12)
    assert s.consistency(totals, items) == pytest.approx(float(150 * (1 - parts / whole)), rel=1e-12)


# What cannot be said.


def test_nothing_is_said_of_no_attempts():
    assert s.quiz_statistics([], [], []) == s.QuizStatistics(count=0)
    assert s.item_statistics([], [], 1) == s.ItemStatistics(0, None, None, None, None, None, None)


def test_one_attempt_has_a_mean_and_no_spread():
    found = s.quiz_statistics([2], [4], [[1], [1]])
    assert (found.mean, found.median) == (50, 50)
    assert (found.deviation, found.mean_interval, found.skewness, found.consistency) == (None,) * 4


def test_two_attempts_have_no_consistency_and_no_shape():
    found = s.quiz_statistics([1, 2], [2, 2], [[0, 1], [1, 1]])
    assert found.deviation == pytest.approx(100 / math.sqrt(8))
    assert (found.skewness, found.kurtosis, found.consistency, found.error_ratio) == (None,) * 4


def test_three_attempts_have_skewness_and_consistency_but_no_kurtosis():
    found = s.quiz_statistics([0, 1, 2], [2] * 3, [[0, 0, 1], [0, 1, 1]])
    assert found.skewness == 0
    assert found.kurtosis is None
    assert found.consistency == pytest.approx(200 * (1 - (2 / 3) / 1))


def test_one_question_has_no_consistency():
    assert s.consistency([0, 1, 1], [[0, 1, 1]]) is None


def test_equal_totals_have_no_consistency_and_no_shape():
    found = s.quiz_statistics([1, 1, 1, 1], [2] * 4, [[1, 0, 1, 0], [0, 1, 0, 1]])
    assert (found.deviation, found.skewness, found.kurtosis, found.consistency) == (0, None, None, None)


def test_a_question_that_moves_against_the_total_has_no_weight_and_the_others_share_it():
    totals = [1, 2, 3]
    assert s.effective_weights([([3, 2, 1], totals), ([0, 1, 2], totals)]) == [None, 100]


def test_marks_that_are_the_same_but_for_rounding_do_not_vary():
    assert s.variance([0.1 + 0.2, 0.3, 0.3]) == 0
    assert s.discrimination_index([0.1 + 0.2, 0.3, 0.3], [1, 2, 3]) is None


# Intervals.


def test_wilsons_interval_of_a_published_example():
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
    # (1998), table I, method 3.
    published = [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]
    for right, count, low, high in published:
        found = s.share_interval(100 * right / count, count)
        assert (round(found.low / 100, 4), round(found.high / 100, 4)) == (low, high)


def test_fishers_interval_worked_by_hand():
    # r = 0.5, n = 28: z = ln(3) / 2 = 0.549306, half = 1.959964 / 5 = 0.391993: tanh 0.157313, tanh 0.941299
    found = s.correlation_interval(50, 28)
    assert (found.low, found.high) == (pytest.approx(15.6028, abs=1e-3), pytest.approx(73.5818, abs=1e-3))
    assert s.correlation_interval(50, 3) is None
    assert s.correlation_interval(100, 10) == s.Interval(100, 100)


def test_interval_of_alpha_is_close_to_feldts():
    # psyctc.org's feldt1.sas: alpha 0.82, 213 people, 7 items. Quantiles of F(212, 1272) give 0.78 to 0.85.
    found = s.consistency_interval(82, 213, 7)
    assert (round(found.low), round(found.high)) == (78, 85)
    assert s.consistency_interval(82, 2, 7) is None


# What always holds.

marks = st.integers(-4, 8).map(lambda quarters: quarters / 4)


def tables(rows=(3, 30), questions=(2, 6)):
    """Marks of some attempts at some questions."""
    return st.integers(*questions).flatmap(
        lambda width: st.lists(
            st.lists(marks, min_size=width, max_size=width), min_size=rows[0], max_size=rows[1]
        )
    )


def turned(table):
    return [list(column) for column in zip(*table, strict=True)]


def everything(table, scale=1):
    """All statistics of a table as one list of numbers."""
    questions = turned(table)
    totals = [math.fsum(row) for row in table]
    whole = s.quiz_statistics(totals, [scale * len(questions) * 2] * len(totals), questions)
    items = [s.item_statistics(column, totals, scale * 2) for column in questions]
    numbers = [(i.facility, i.deviation, i.discrimination_index, i.discriminative_efficiency) for i in items]
    weights = s.effective_weights([(column, totals) for column in questions])
    return [
        *(number for row in numbers for number in row),
        *weights,
        *(whole.mean, whole.median, whole.deviation, whole.skewness, whole.kurtosis),
        *(whole.consistency, whole.error_ratio, whole.standard_error),
    ]


def close(one, other):
    assert [x is None for x in one] == [x is None for x in other]
    assert [x for x in one if x is not None] == pytest.approx([x for x in other if x is not None], abs=1e-5)


@given(tables())
def test_numbers_stay_within_their_bounds(table):
    questions, totals = turned(table), [math.fsum(row) for row in table]
    for column in questions:
        found = s.item_statistics(column, totals, 2)
        assert found.facility is not None
        assert found.facility_interval.low <= max(0, found.facility) + 1e-9
        assert found.facility_interval.high >= min(100, found.facility) - 1e-9
        if found.discrimination_index is not None:
            assert -100 <= found.discrimination_index <= 100
            assert found.discriminative_efficiency <= 100
            # The largest covariance is at most what the correlation allows: efficiency is never nearer to 0.
            assert abs(found.discriminative_efficiency) >= abs(found.discrimination_index) - 1e-6
    weights = [
        weight for weight in s.effective_weights([(c, totals) for c in questions]) if weight is not None
    ]
    assert sum(weights) == pytest.approx(100) or not any(weights)
    whole = s.quiz_statistics(totals, [2 * len(questions)] * len(totals), questions)
    assert whole.consistency is None or whole.consistency <= 100 + 1e-9
    if whole.consistency_interval:
        assert whole.consistency_interval.low <= whole.consistency <= whole.consistency_interval.high


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_attempts_does_not_matter(table, rng):
    shuffled = list(table)
    rng.shuffle(shuffled)
    close(everything(table), everything(shuffled))


@given(tables(), st.integers(2, 50))
def test_points_that_count_more_change_no_percentage(table, factor):
    larger = [[factor * mark for mark in row] for row in table]
    close(everything(table), everything(larger, scale=factor))


@given(st.lists(marks, min_size=3, max_size=30), st.integers(2, 8))
def test_a_question_asked_again_and_again_is_perfectly_consistent(column, times):
    assume(len(set(column)) > 1)
    totals = [times * mark for mark in column]
    assert s.consistency(totals, [column] * times) == pytest.approx(100)
    assert s.discrimination_index(column, column) == pytest.approx(100)
    assert s.effective_weights([(column, totals)] * times) == pytest.approx([100 / times] * times)


@given(tables())
def test_numbers_are_those_of_exact_arithmetic(table):
    exact = [[Fraction(mark) for mark in row] for row in table]
    size, questions = len(exact), turned(exact)
    totals = [sum(row) for row in exact]

    def common(one, other):
        middle, second = sum(one) / size, sum(other) / size
        return sum((a - middle) * (b - second) for a, b in zip(one, other, strict=True)) / (size - 1)

    whole = common(totals, totals)
    alpha = s.consistency([float(t) for t in totals], turned(table))
    if whole == 0:
        assert alpha is None
    else:
        parts = sum(common(q, q) for q in questions)
        p = len(questions)
        assert alpha == pytest.approx(float(Fraction(100 * p, p - 1) * (1 - parts / whole)), abs=1e-7)
    for column, plain in zip(questions, turned(table), strict=True):
        others = [total - mark for total, mark in zip(totals, column, strict=True)]
        index = s.discrimination_index(plain, [float(other) for other in others])
        product = common(column, column) * common(others, others)
        if product == 0:
            assert index is None
        else:
            assert index == pytest.approx(100 * float(common(column, others)) / math.sqrt(product), abs=1e-7)
