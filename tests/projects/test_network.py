"""The grade sheet's functions as a network."""

from hypothesis import given
from hypothesis import strategies as st

from nnengine.grading import grade
from projects.queries.network import network_of
from tests.projects.factories import RIGHT

NAMES = st.sampled_from("abcdef")


def test_what_is_built_on_stands_left_of_what_builds_on_it():
    found = network_of({"a": "good", "b": "bad", "c": "good"}, {"c": ["b"], "b": ["a"]})
    assert [(node.name, node.tone) for node in found.nodes] == [("a", "good"), ("b", "bad"), ("c", "good")]
    assert sorted(found.nodes, key=lambda node: float(node.x)) == found.nodes
    assert len(found.lines) == 2


def test_functions_that_stand_alone_make_no_network():
    assert network_of({"a": "good", "b": "bad"}, {}) is None


@given(st.dictionaries(NAMES, st.just("good")), st.dictionaries(NAMES, st.lists(NAMES, max_size=4)))
def test_every_function_is_drawn_once_and_inside(tones, uses):
    found = network_of(tones, uses)
    if found is None:
        return
    assert sorted(node.name for node in found.nodes) == sorted(tones)
    assert len({(node.x, node.y) for node in found.nodes}) == len(tones)
    assert all(float(node.x) + float(node.width) <= found.width for node in found.nodes)
    assert all(float(node.y) + found.box <= found.height for node in found.nodes)


def test_a_report_says_what_builds_on_what():
    report = grade(RIGHT.encode(), filename="a.py", exercise="planar-one-hidden-layer", seed=1)
    assert report.to_dict()["uses"]["predict"] == ["forward_propagation"]
