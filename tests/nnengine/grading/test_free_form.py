"""A network of the student's own making learns tasks whose test labels stay outside."""

import pytest

from nnengine.grading import Sandbox, grade

CLASS = """
import numpy as np

class Network:
    def __init__(self, hidden=16):
        self.hidden = hidden

    def fit(self, X, y):
        rng = np.random.default_rng(1)
        classes = y.max() + 1
        self.W1, self.b1 = rng.normal(size=(X.shape[1], self.hidden)), rng.normal(size=self.hidden)
        self.W2, self.b2 = rng.normal(size=(self.hidden, classes)) * 0.1, np.zeros(classes)
        for step in range(400):
            H = np.maximum(0, X @ self.W1 + self.b1)
            e = np.exp(H @ self.W2 + self.b2)
            d = (e / e.sum(axis=1, keepdims=True) - np.eye(classes)[y]) / len(y)
            dH = d @ self.W2.T * (H > 0)
            self.W2 -= 0.5 * H.T @ d
            self.b2 -= 0.5 * d.sum(axis=0)
            self.W1 -= 0.5 * X.T @ dH
            self.b1 -= 0.5 * dH.sum(axis=0)

    def predict(self, X):
        return (np.maximum(0, X @ self.W1 + self.b1) @ self.W2 + self.b2).argmax(axis=1)
"""
LINEAR = """
import numpy as np

def fit(X, y):
    return np.linalg.lstsq(np.c_[X, np.ones(len(X))], np.eye(y.max() + 1)[y], rcond=None)[0]

def predict(model, X):
    return (np.c_[X, np.ones(len(X))] @ model).argmax(axis=1)
"""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


def outcome(sandbox, source: str) -> dict[str, tuple[str, str | None]]:
    report = grade(source.encode(), filename="a.py", exercise="train-a-network", seed=2, sandbox=sandbox)
    return {f.name: (f.verdict.value, f.cause) for f in report.functions}


def test_a_class_that_learns_gets_every_point(sandbox):
    assert set(outcome(sandbox, CLASS).values()) == {("correct", None)}


def test_a_linear_model_learns_the_blobs_only(sandbox):
    assert outcome(sandbox, LINEAR) == {
        "classify_blobs": ("correct", None),
        "classify_rings": ("wrong_values", "linear-on-rings"),
        "classify_squares": ("wrong_values", "linear-on-squares"),
    }


def test_scores_instead_of_labels_are_named(sandbox):
    found = outcome(sandbox, CLASS.replace(".argmax(axis=1)", ""))
    assert found["classify_blobs"] == ("wrong_values", "returns-scores")


def test_nothing_to_train_is_missing(sandbox):
    assert set(outcome(sandbox, "def fit(X, y): pass").values()) == {("missing", "missing")}
