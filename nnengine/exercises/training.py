"""Free form: any class with fit and predict, or two functions of these names, learns three small tasks.

Rows are examples, labels are whole numbers from 0. The labels of the test rows never enter the room.
"""

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
ENOUGH = 0.9  # share of the test rows that must be right


def initial(X: Array, y: Labels) -> dict[str, Array]:
    """Draw the parameters of a network with 24 hidden units."""
    rng = np.random.default_rng(0)
    classes = int(y.max()) + 1
    return {
        "W1": rng.normal(size=(X.shape[1], 24)),
        "b1": rng.normal(size=24),
        "W2": rng.normal(size=(24, classes)) * 0.2,
        "b2": np.zeros(classes),
    }


def hidden(p: dict[str, Array], X: Array) -> Array:
    """Return the hidden units."""
    return np.tanh(X @ p["W1"] + p["b1"])


def scores(p: dict[str, Array], X: Array) -> Array:
    """Return the logits."""
    return hidden(p, X) @ p["W2"] + p["b2"]


def train(X: Array, y: Labels, steps: int = 300, rate: float = 0.5) -> dict[str, Array]:
    """Train by gradient descent on the whole batch."""
    p = initial(X, y)
    for _ in range(steps):
        H, s = hidden(p, X), scores(p, X)
        e = np.exp(s - s.max(axis=1, keepdims=True))
        d = e / e.sum(axis=1, keepdims=True)
        d[np.arange(len(y)), y] -= 1
        d = d / len(y)
        dz = d @ p["W2"].T * (1 - H**2)
        step: dict[str, Any] = {"W1": X.T @ dz, "b1": dz.sum(axis=0), "W2": H.T @ d, "b2": d.sum(axis=0)}
        p = {name: np.asarray(value - rate * step[name], dtype=np.float64) for name, value in p.items()}
    return p


def straight(X: Array, y: Labels) -> Array:
    """Return the weights of a linear model: what a network without a hidden layer can do."""
    ones = np.column_stack((X, np.ones(len(X))))
    weights = np.linalg.lstsq(ones, np.eye(int(y.max()) + 1)[y], rcond=None)[0]
    return np.asarray(weights, dtype=np.float64)


def classify_blobs(X: Array, y: Labels, X_test: Array) -> Labels:
    """Learn three clouds of points."""
    p = train(X, y)
    labels: Labels = np.argmax(scores(p, X_test), axis=1)
    return labels


def classify_rings(X: Array, y: Labels, X_test: Array) -> Labels:
    """Learn an inner and an outer ring."""
    p = train(X, y)
    labels: Labels = np.argmax(scores(p, X_test), axis=1)
    return labels


def classify_squares(X: Array, y: Labels, X_test: Array) -> Labels:
    """Learn the two colours of a board of four squares."""
    p = train(X, y)
    labels: Labels = np.argmax(scores(p, X_test), axis=1)
    return labels


def _split(X: Array, y: Labels, rng: Rng) -> list[Draw]:
    order = rng.permutation(len(X))
    X, y = X[order], y[order].astype(np.int64)
    cut = len(X) * 3 // 5
    args = {"X": X[:cut], "y": y[:cut], "X_test": X[cut:], "y_test": y[cut:]}
    return [Draw(args)]


def _blobs(rng: Rng) -> list[Draw]:
    turn = rng.uniform(0, 2 * np.pi)
    angles = turn + 2 * np.pi * np.arange(3) / 3
    y = np.arange(300) % 3
    centres = 1.6 * np.column_stack((np.cos(angles), np.sin(angles)))
    return _split(centres[y] + 0.5 * rng.normal(size=(300, 2)), y, rng)


def _rings(rng: Rng) -> list[Draw]:
    y = np.arange(300) % 2
    radius, angle = 0.6 + 1.2 * y + 0.12 * rng.normal(size=300), rng.uniform(0, 2 * np.pi, size=300)
    return _split(np.column_stack((radius * np.cos(angle), radius * np.sin(angle))), y, rng)


def _squares(rng: Rng) -> list[Draw]:
    X = rng.uniform(0.12, 1.4, size=(300, 2)) * rng.choice([-1.0, 1.0], size=(300, 2))
    return _split(X, (X[:, 0] * X[:, 1] > 0).astype(np.int64), rng)


def _judged(args: Mapping[str, Any], result: object) -> object:
    """Describe predictions: their form, whether they are classes, and what share of them is right."""
    X_test, y = args["X_test"], args["y_test"]
    if not isinstance(result, np.ndarray) or result.size != len(X_test):
        shape = np.shape(result) if isinstance(result, np.ndarray) else ()
        many = len(shape) == 2 and shape[0] == len(X_test)
        return {"predictions, one label a row": 1 if many else 2 if shape[:1] == (len(args["X"]),) else 3}
    guess = np.asarray(result, dtype=np.float64).reshape(-1)
    right, classes = float(np.mean(guess == y)), int(y.max()) + 1
    # 0 enough, 1 one class only, 2 numbered from 1, 3 below enough but above chance, 4 chance
    outcome = 4
    if right >= ENOUGH:
        outcome = 0
    elif len(set(guess)) == 1:
        outcome = 1
    elif np.mean(guess - 1 == y) >= ENOUGH:
        outcome = 2
    elif right > 1 / classes + 0.2:
        outcome = 3
    elif not np.array_equal(guess, np.round(guess)):
        outcome = 5
    return {"predictions, one label a row": 0, "the share of right answers": outcome}


def adapter(tree: ast.Module) -> str | None:
    """Return source that lets the three tasks call what the student wrote, or None where nothing fits.

    The last class with fit and predict wins; else functions fit(X, y) and predict(model, X) or predict(X).
    """
    names = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    body = None
    for node in names.values():
        methods = (
            {m.name for m in node.body if isinstance(m, ast.FunctionDef)}
            if isinstance(node, ast.ClassDef)
            else set()
        )
        if {"fit", "predict"} <= methods:
            body = f"model = {node.name}()\n    model.fit(X, y)\n    return model.predict(X_test)"
    fit, predict = names.get("fit"), names.get("predict")
    if body is None and isinstance(fit, ast.FunctionDef) and isinstance(predict, ast.FunctionDef):
        takes_model = len(predict.args.args) - len(predict.args.defaults) > 1
        called = "predict(model, X_test)" if takes_model else "predict(X_test)"
        body = f"model = fit(X, y)\n    return {called}"
    if body is None:
        return None
    tasks = ("classify_blobs", "classify_rings", "classify_squares")
    return "\n".join(f"def {task}(X, y, X_test):\n    {body}" for task in tasks if task not in names)


_SCORES = ("np.argmax(scores(p, X_test), axis=1)", "scores(p, X_test)")
EXERCISE = Exercise(
    id="train-a-network",
    title=Text("Train a network of your own", "Ein eigenes Netz trainieren"),
    week="Deep Learning from Scratch",
    reading="Bishop, Deep Learning: Foundations and Concepts, chapters 6 and 7",
    adapter=adapter,
    functions=(
        Function(classify_blobs, 30, _blobs, returns=("result",), view=_judged, bugs=(
            bug("returns-scores", dict([_SCORES]), "One row of scores for each example is returned instead of one label.", "Je Beispiel kommt eine Zeile von Werten statt eines Labels.", "Which class has the largest score?", "Welche Klasse hat den größten Wert?"),
            bug("predicts-training-rows", {"scores(p, X_test)": "scores(p, X)"}, "The training rows are predicted instead of the rows given to predict.", "Vorhergesagt werden die Trainingszeilen statt der übergebenen.", "Which X does predict use?", "Welches X benutzt predict?"),
            bug("one-class-only", {"np.argmax(scores(p, X_test), axis=1)": "0 * np.argmax(scores(p, X_test), axis=1)"}, "Every row gets the same class.", "Jede Zeile bekommt dieselbe Klasse.", "Do the outputs depend on the input at all?", "Hängen die Ausgaben überhaupt von der Eingabe ab?"),
            bug("classes-from-one", {"axis=1)": "axis=1) + 1"}, "The classes are numbered from 1; labels start at 0.", "Die Klassen sind ab 1 gezählt; Labels beginnen bei 0.", "What does np.argmax return?", "Was gibt np.argmax zurück?"),
        )),
        Function(classify_rings, 35, _rings, returns=("result",), view=_judged, bugs=(
            bug("linear-on-rings", {"p = train(X, y)": "w = straight(X, y)", "scores(p, X_test)": "np.column_stack((X_test, np.ones(len(X_test)))) @ w"}, "The rings are not separated, as by a straight line: a nonlinear hidden layer is missing or does not learn.", "Die Ringe werden nicht getrennt, wie durch eine Gerade: eine nichtlineare verborgene Schicht fehlt oder lernt nicht.", "Is there an activation between the layers, and does its gradient arrive?", "Gibt es eine Aktivierung zwischen den Schichten, und kommt ihr Gradient an?"),
        )),
        Function(classify_squares, 35, _squares, returns=("result",), view=_judged, bugs=(
            bug("linear-on-squares", {"p = train(X, y)": "w = straight(X, y)", "scores(p, X_test)": "np.column_stack((X_test, np.ones(len(X_test)))) @ w"}, "The squares are not separated, as by a straight line: a nonlinear hidden layer is missing or does not learn.", "Die Felder werden nicht getrennt, wie durch eine Gerade: eine nichtlineare verborgene Schicht fehlt oder lernt nicht.", "XOR needs a hidden layer.", "XOR braucht eine verborgene Schicht."),
        )),
    ),
)  # fmt: skip
