"""Logistic regression as a network of one unit; columns are examples, as in the course's second week."""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug, not_averaged
from nnengine.text import Text

Array = npt.NDArray[np.float64]


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z)."""
    s = 1 / (1 + np.exp(-z))
    return np.asarray(s)


def initialize_with_zeros(dim: int) -> tuple[Array, float]:
    """Return weights, a column of zeros, and a bias of zero."""
    w = np.zeros((dim, 1))
    b = 0.0
    return w, b


def propagate(w: Array, b: float, X: Array, Y: Array) -> tuple[dict[str, Any], float]:
    """Return the gradients and the cross-entropy, both averaged over the m examples."""
    m = X.shape[1]
    A = sigmoid(w.T @ X + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dw = X @ (A - Y).T / m
    db = np.sum(A - Y) / m
    return {"dw": dw, "db": db}, float(cost)


def optimize(
    w: Array,
    b: float,
    X: Array,
    Y: Array,
    num_iterations: int = 100,
    learning_rate: float = 0.009,
    print_cost: bool = False,
) -> tuple[dict[str, Any], dict[str, Any], list[float]]:
    """Descend; return the parameters, the last gradients and the cost of every hundredth step."""
    costs = []
    grads: dict[str, Any] = {}
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(cost)
    return {"w": w, "b": b}, grads, costs


def predict(w: Array, b: float, X: Array) -> Array:
    """Return 1 where the probability is above one half, shape (1, m)."""
    A = sigmoid(w.T @ X + b)
    return np.asarray(A > 0.5, dtype=np.float64)


def model(
    X_train: Array,
    Y_train: Array,
    X_test: Array,
    Y_test: Array,
    num_iterations: int = 2000,
    learning_rate: float = 0.5,
    print_cost: bool = False,
) -> dict[str, Any]:
    """Train from zeros and predict both sets."""
    w, b = initialize_with_zeros(X_train.shape[0])
    params, _, _ = optimize(w, b, X_train, Y_train, num_iterations, learning_rate, print_cost)
    w, b = params["w"], params["b"]
    test = predict(w, b, X_test)
    train = predict(w, b, X_train)
    return {"Y_prediction_test": test, "Y_prediction_train": train, "w": w, "b": b}


def _scores(rng: Rng) -> list[Draw]:
    return [Draw({"z": rng.normal(size=(2, 5)) * 2}), Draw({"z": np.zeros(3)}, "z = 0")]


def _dims(rng: Rng) -> list[Draw]:
    return [Draw({"dim": int(n)}) for n in rng.permutation([3, 5, 8])[:2]]


def _examples(rng: Rng, n_x: int, m: int) -> tuple[Array, Array]:
    X = rng.normal(size=(n_x, m))
    Y = (rng.random((1, m)) > 0.5).astype(np.float64)
    Y[:, :2] = [0.0, 1.0]
    return X, Y


def _batches(rng: Rng) -> list[Draw]:
    """Draw examples with weights; n_x and m differ, so that a transposed array shows."""
    draws = []
    for n_x, m in ((3, 7), (5, 4)):
        X, Y = _examples(rng, n_x, m)
        args = {"w": rng.normal(size=(n_x, 1)), "b": float(rng.normal()), "X": X, "Y": Y}
        draws.append(Draw(args, sizes={"m": m, "n_x": n_x}))
    return draws


def _decisions(rng: Rng) -> list[Draw]:
    """Draw many examples and a bias that decides some of them."""
    draws = []
    for n_x, m, side in ((3, 40, 1), (5, 30, -1)):
        X, _ = _examples(rng, n_x, m)
        w = rng.normal(size=(n_x, 1))
        draws.append(Draw({"w": w, "b": side * float(np.linalg.norm(w)), "X": X}))
    return draws


def _descents(rng: Rng) -> list[Draw]:
    return [
        Draw(
            {
                **draw.args,
                "num_iterations": steps,
                "learning_rate": float(rng.uniform(0.1, 0.6)),
                "print_cost": False,
            },
            "one step" if steps == 1 else "",
            sizes=draw.sizes,
        )
        for draw, steps in zip(_batches(rng), (4, 1), strict=True)
    ]


def _courses(rng: Rng) -> list[Draw]:
    draws = []
    for n_x, m, steps in ((3, 9, 12), (4, 7, 5)):
        X, Y = _examples(rng, n_x, m)
        X_test, Y_test = _examples(rng, n_x, m + 3)
        args = {"X_train": X, "Y_train": Y, "X_test": X_test, "Y_test": Y_test, "num_iterations": steps}
        draws.append(Draw({**args, "learning_rate": float(rng.uniform(0.2, 0.6)), "print_cost": False}))
    return draws


_PROPAGATE = (
    not_averaged("dw", "X @ (A - Y).T / m", "X @ (A - Y).T"),
    not_averaged("db", "np.sum(A - Y) / m", "np.sum(A - Y)"),
    bug("gradient-turned", {"X @ (A - Y).T": "X @ (Y - A).T", "db = np.sum(A - Y)": "db = np.sum(Y - A)"}, "The gradients have the wrong sign: A - Y, not Y - A.", "Die Gradienten haben das falsche Vorzeichen: A - Y, nicht Y - A.", "What must become smaller when A is too large?", "Was muss kleiner werden, wenn A zu groß ist?"),
    bug("sigmoid-derivative-twice", {"X @ (A - Y).T": "X @ ((A - Y) * A * (1 - A)).T"}, "dw holds the derivative of the sigmoid; it cancels against that of the cross-entropy.", "dw enthält die Ableitung des Sigmoids; sie kürzt sich gegen die der Kreuzentropie.", "Write down dJ/dA and dA/dz and multiply them.", "Schreiben Sie dJ/dA und dA/dz auf und multiplizieren Sie beide."),
    bug("cost-turned", {"-np.sum(Y": "np.sum(Y"}, "The cost has the wrong sign: it is negative.", "Die Kosten haben das falsche Vorzeichen: Sie sind negativ.", "A logarithm of a probability is at most 0.", "Der Logarithmus einer Wahrscheinlichkeit ist höchstens 0."),
    bug("cost-summed", {"(1 - Y) * np.log(1 - A)) / m": "(1 - Y) * np.log(1 - A))"}, "The cost is a sum, not a mean over the examples.", "Die Kosten sind eine Summe, kein Mittel über die Beispiele.", "Would it be the same for twice the examples?", "Bliebe es bei doppelt so vielen Beispielen gleich?"),
    bug("cost-of-ones-only", {" + (1 - Y) * np.log(1 - A)": ""}, "The cost counts the examples of class 1 only.", "Die Kosten zählen nur die Beispiele der Klasse 1.", "What does a wrong answer on a 0 cost?", "Was kostet eine falsche Antwort auf eine 0?"),
    bug("bias-not-added", {"sigmoid(w.T @ X + b)": "sigmoid(w.T @ X)"}, "The bias b is not added.", "Der Bias b wird nicht addiert.", "Through which point must the boundary go without it?", "Durch welchen Punkt muss die Grenze ohne ihn gehen?"),
    bug("m-from-features", {"m = X.shape[1]": "m = X.shape[0]"}, "m is the number of features, not of examples.", "m ist die Zahl der Merkmale, nicht der Beispiele.", "Examples are columns here.", "Beispiele sind hier Spalten."),
)  # fmt: skip

_OPTIMIZE = (
    bug("ascent", {'w - learning_rate * grads["dw"]': 'w + learning_rate * grads["dw"]', 'b - learning_rate * grads["db"]': 'b + learning_rate * grads["db"]'}, "The gradients are added: that climbs the cost.", "Die Gradienten werden addiert: Das steigt die Kosten hinauf.", "Where does the gradient point?", "Wohin zeigt der Gradient?"),
    bug("bias-not-updated", {'b = b - learning_rate * grads["db"]': "b = b + 0.0"}, "b is never updated.", "b wird nie verändert.", "Both parameters have a gradient.", "Beide Parameter haben einen Gradienten."),
    bug("rate-not-used", {'w - learning_rate * grads["dw"]': 'w - grads["dw"]', 'b - learning_rate * grads["db"]': 'b - grads["db"]'}, "The learning rate is not used.", "Die Lernrate wird nicht benutzt.", "How long is one step?", "Wie lang ist ein Schritt?"),
    bug("only-one-step", {"range(num_iterations)": "range(1)"}, "There is one step only, whatever num_iterations says.", "Es gibt nur einen Schritt, was immer num_iterations sagt.", "Is the return inside the loop?", "Steht das return in der Schleife?"),
    bug("one-step-too-few", {"range(num_iterations)": "range(1, num_iterations)"}, "There is one step too few.", "Es gibt einen Schritt zu wenig.", "How many numbers are in range(1, n)?", "Wie viele Zahlen sind in range(1, n)?"),
)  # fmt: skip

_PREDICT = (
    bug("probabilities", {"A > 0.5": "A"}, "The probabilities are returned, not the classes.", "Zurück kommen die Wahrscheinlichkeiten, nicht die Klassen.", "From which probability on is it a 1?", "Ab welcher Wahrscheinlichkeit ist es eine 1?"),
    bug("classes-swapped", {"A > 0.5": "A < 0.5"}, "The classes are swapped.", "Die Klassen sind vertauscht.", "A large A means class 1.", "Ein großes A bedeutet Klasse 1."),
    bug("everything-is-one", {"A > 0.5": "A > 0"}, "The threshold is 0: everything becomes class 1.", "Die Schwelle ist 0: alles wird Klasse 1.", "A sigmoid is never below 0.", "Ein Sigmoid ist nie kleiner als 0."),
    bug("predict-without-bias", {"w.T @ X + b": "w.T @ X"}, "The bias is not added before the decision.", "Vor der Entscheidung wird der Bias nicht addiert.", "The same formula as in propagate.", "Dieselbe Formel wie in propagate."),
)  # fmt: skip

EXERCISE = Exercise(
    id="logistic-regression",
    title=Text("Logistic regression", "Logistische Regression"),
    week="C1W2",
    reading="Bishop, Deep Learning: Foundations and Concepts, section 5.4",
    provided="plain",
    functions=(
        Function(
            sigmoid,
            10,
            _scores,
            returns=("s",),
            bugs=(
                bug("exponent-sign", {"np.exp(-z)": "np.exp(z)"}, "The exponent has the wrong sign: it falls where it should rise.", "Der Exponent hat das falsche Vorzeichen: Es fällt, wo es steigen soll.", "What should sigmoid(100) be?", "Was soll sigmoid(100) sein?"),
                bug("tanh-for-sigmoid", {"1 / (1 + np.exp(-z))": "np.tanh(z)"}, "That is tanh; a sigmoid lies between 0 and 1.", "Das ist tanh; ein Sigmoid liegt zwischen 0 und 1.", "Can a probability be negative?", "Kann eine Wahrscheinlichkeit negativ sein?"),
                bug("one-missing", {"(1 + np.exp(-z))": "np.exp(-z)"}, "The 1 in the denominator is missing.", "Die 1 im Nenner fehlt.", "What should sigmoid(0) be?", "Was soll sigmoid(0) sein?"),
            ),
        ),
        Function(
            initialize_with_zeros,
            10,
            _dims,
            returns=("w", "b"),
            bugs=(
                bug("weights-are-a-row", {"(dim, 1)": "(1, dim)"}, "w is a row; it must be a column, one weight below the other.", "w ist eine Zeile; es muss eine Spalte sein, ein Gewicht unter dem anderen.", "Which shape makes w.T X possible?", "Welche Form macht w.T X möglich?"),
                bug("weights-have-one-axis", {"np.zeros((dim, 1))": "np.zeros(dim)"}, "w has one axis only; it must be a column.", "w hat nur eine Achse; es muss eine Spalte sein.", "What is the transpose of an array with one axis?", "Was ist die Transponierte eines Arrays mit einer Achse?"),
                bug("weights-are-ones", {"np.zeros": "np.ones"}, "The weights are ones.", "Die Gewichte sind Einsen.", "The name says it.", "Der Name sagt es."),
                bug("bias-is-a-column", {"b = 0.0": "b = np.zeros((dim, 1))"}, "There is one bias, not one a feature.", "Es gibt einen Bias, nicht einen je Merkmal.", "How many units has logistic regression?", "Wie viele Einheiten hat die logistische Regression?"),
            ),
        ),
        Function(
            propagate,
            35,
            _batches,
            returns=("grads", "cost"),
            signatures=("w, b, X, Y",),
            uses=("sigmoid",),
            bugs=_PROPAGATE,
        ),
        Function(
            optimize,
            20,
            _descents,
            returns=("params", "grads", "costs"),
            optional=1,
            signatures=("w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False",),
            uses=("sigmoid", "propagate"),
            bugs=_OPTIMIZE,
        ),
        Function(
            predict,
            15,
            _decisions,
            returns=("predictions",),
            signatures=("w, b, X",),
            uses=("sigmoid",),
            any_layout=True,
            bugs=_PREDICT,
        ),
        Function(
            model,
            10,
            _courses,
            returns=("result",),
            signatures=(
                "X_train, Y_train, X_test, Y_test, num_iterations=2000, learning_rate=0.5, print_cost=False",
            ),
            uses=("sigmoid", "initialize_with_zeros", "propagate", "optimize", "predict"),
            bugs=(
                bug("arguments-ignored", {"Y_train, num_iterations, learning_rate": "Y_train, 2000, 0.5"}, "num_iterations and learning_rate are not passed on.", "num_iterations und learning_rate werden nicht weitergegeben.", "Which arguments does optimize get?", "Welche Argumente bekommt optimize?"),
                bug("predicts-untrained", {'w, b = params["w"], params["b"]': "pass"}, "It predicts with the weights from before the training.", "Vorhergesagt wird mit den Gewichten von vor dem Training.", "Where are the trained weights?", "Wo sind die trainierten Gewichte?"),
                bug("trains-on-test", {"optimize(w, b, X_train, Y_train,": "optimize(w, b, X_test, Y_test,"}, "It trains on the test set.", "Trainiert wird auf der Testmenge.", "What is the test set for?", "Wozu ist die Testmenge da?"),
                bug("sets-swapped", {"predict(w, b, X_test)": "predict(w, b, X_train)", "train = predict(w, b, X_train)": "train = predict(w, b, X_test)"}, "The predictions of the two sets are swapped.", "Die Vorhersagen der beiden Mengen sind vertauscht.", "Compare their numbers of examples.", "Vergleichen Sie ihre Zahlen von Beispielen."),
            ),
        ),
    ),
)  # fmt: skip
