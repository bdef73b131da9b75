import pytest

from quizzes.statistics.responses import LOWER, UPPER, Answered, misconceptions, tally, thirds

OPTIONS = {
    "options": [
        {"text": "a", "right": True},
        {"text": "b", "right": True},
        {"text": "c", "misconception": "Sums where it multiplies"},
    ]
}


def counts(part):
    return [(response.text, response.fraction, response.count) for response in part.responses]


def said(*values):
    return [Answered(list(value)) for value in values]


def test_each_chosen_option_of_several_counts():
    [part] = tally("multiple", OPTIONS, said(["0", "2"], ["0"], [], ["7"]))
    assert counts(part) == [("a", 1, 2), ("b", 1, 0), ("c", 0, 1)]
    assert (part.empty, part.responses[2].misconception) == (2, "Sums where it multiplies")


def test_true_and_false_are_options():
    [part] = tally("true_false", {"right": False}, said(["0"], ["1"], ["1"]))
    assert counts(part) == [("True", 0, 1), ("False", 1, 2)]


def test_spellings_of_one_text_are_counted_together():
    values = ["Chain rule", "chain  RULE", "Chain rule", "sum rule", "", "sum rule"]
    [part] = tally("short_text", {"accepted": ["chain rule"]}, said(*([v] for v in values)))
    assert counts(part) == [("`Chain rule`", 1, 3), ("`sum rule`", 0, 2)]
    assert part.empty == 1


def test_one_number_is_counted_together_however_it_is_written():
    values = ["0.5", "0,5", "1/2", "5e-1", "half"]
    [part] = tally("numeric", {"answers": [{"value": 0.5, "absolute": 0}]}, said(*([v] for v in values)))
    assert [(r.fraction, r.count) for r in part.responses] == [(1, 4), (0, 1)]


def test_rare_texts_are_counted_but_not_listed():
    values = [f"word {n}" for n in range(20)] + ["word 3"]
    [part] = tally("short_text", {"accepted": ["x"]}, said(*([v] for v in values)))
    assert (len(part.responses), part.responses[0].count, part.unlisted) == (12, 2, 8)


def test_pairs_are_parts_with_all_that_can_be_chosen():
    data = {
        "pairs": [{"left": "ReLU", "right": "kink"}, {"left": "tanh", "right": "smooth"}],
        "distractors": ["step"],
    }
    relu, tanh = tally("matching", data, said(["0", "1"], ["2", "1"], ["", "0"]))
    assert (relu.title, counts(relu), relu.empty) == (
        "ReLU",
        [("kink", 1, 1), ("smooth", 0, 0), ("step", 0, 1)],
        1,
    )
    assert counts(tanh) == [("kink", 0, 1), ("smooth", 1, 2), ("step", 0, 0)]


def test_gaps_are_parts_of_their_own_kinds():
    data = {
        "gaps": [
            {"kind": "short_text", "data": {"accepted": ["chain"]}},
            {"kind": "single", "data": OPTIONS},
            {"kind": "numeric", "data": {"answers": [{"value": 2}]}},
        ]
    }
    text, choice, number = tally("cloze", data, said(["chain", "0", "2"], ["sum", "", "2,0"]))
    assert counts(text) == [("`chain`", 1, 1), ("`sum`", 0, 1)]
    assert counts(choice) == [("a", 1, 1), ("b", 1, 0), ("c", 0, 0)]
    assert [(r.fraction, r.count) for r in number.responses] == [(1, 2)]
    assert (text.title, choice.empty) == ("Gap 1", 1)


@pytest.mark.parametrize("kind", ["essay", "no such kind"])
def test_what_has_no_common_answers_has_no_parts(kind):
    assert tally(kind, {}, said(["x"])) == []


def test_thirds_are_as_large_as_each_other_and_six_are_the_fewest():
    assert thirds([(points, points) for points in range(5)]) == {}
    assert thirds([(7 - n, n) for n in range(7)]) == {6: LOWER, 5: LOWER, 1: UPPER, 0: UPPER}


def test_misconceptions_come_from_the_chosen_options():
    assert misconceptions("multiple", OPTIONS, ["0", "2"]) == {"Sums where it multiplies": ""}
    assert misconceptions("multiple", OPTIONS, ["0"]) == {}
    assert misconceptions("multiple", OPTIONS, [""]) == {}


def test_a_slip_that_the_kind_names_counts_with_what_is_said_of_it():
    layer = {"layer": "dense", "units": 3, "count": {"key": 15, "slips": {"biases": 12}}}
    data = {"network": "dense", "input": [4], "layers": [layer]}
    [(name, told)] = misconceptions("shapes", data, ["12"]).items()
    assert (name, told.startswith("You forgot the biases")) == ("Forgets the biases", True)
    assert misconceptions("shapes", data, ["15"]) == {}
