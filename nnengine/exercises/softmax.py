"""A softmax classifier and a first network, trained in place; rows are examples."""

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def softmax_loss(Z: Array, y: Labels) -> float:
    """Return the mean cross-entropy of logits Z (n, classes) for labels y (n,)."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sum - shifted[np.arange(len(y)), y]))


def softmax_regression_epoch(X: Array, y: Labels, theta: Array, lr: float = 0.1, batch: int = 100) -> None:
    """Run one epoch of stochastic gradient descent, batches in order; changes theta in place."""
    n = len(X)
    for start in range(0, n, batch):
        X_batch, y_batch = X[start : start + batch], y[start : start + batch]
        Z = np.exp(X_batch @ theta)
        Z /= Z.sum(axis=1, keepdims=True)
        Z[np.arange(len(y_batch)), y_batch] -= 1
        theta -= lr * (X_batch.T @ Z) / len(y_batch)


def nn_epoch(X: Array, y: Labels, W1: Array, W2: Array, lr: float = 0.1, batch: int = 100) -> None:
    """Run one epoch for a network relu(X W1) W2; changes W1 and W2 in place."""
    n = len(X)
    for start in range(0, n, batch):
        X_batch, y_batch = X[start : start + batch], y[start : start + batch]
        H = np.maximum(0, X_batch @ W1)
        G2 = np.exp(H @ W2)
        G2 /= G2.sum(axis=1, keepdims=True)
        G2[np.arange(len(y_batch)), y_batch] -= 1
        G1 = (H > 0) * (G2 @ W2.T)
        dW1 = X_batch.T @ G1 / len(y_batch)
        dW2 = H.T @ G2 / len(y_batch)
        W1 -= lr * dW1
        W2 -= lr * dW2


def softmax_loss_vectorized(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    """Return the loss with reg * |W|^2, and its gradient by W."""
    n = len(X)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(n), y])) / n + reg * np.sum(W * W)
    dscores = p.copy()
    dscores[np.arange(n), y] -= 1
    dW = X.T @ dscores / n + 2 * reg * W
    return float(loss), dW


def _draws(rng: Rng) -> list[Draw]:
    draws = []
    for n, features, hidden, classes, batch, label in (
        (12, 5, 4, 3, 4, ""),
        (14, 3, 6, 4, 5, ""),
        (6, 4, 5, 3, 6, "one batch"),
    ):
        X = rng.normal(size=(n, features))
        y = rng.integers(0, classes, size=n)
        y[:classes] = np.arange(classes)
        args = {
            "X": X,
            "y": y,
            "Z": rng.normal(size=(n, classes)) * 2,
            "batch": batch,
            "lr": float(rng.uniform(0.1, 0.4)),
        }
        args |= {"theta": rng.normal(size=(features, classes)), "W": rng.normal(size=(features, classes))}
        args |= {
            "W1": rng.normal(size=(features, hidden)),
            "W2": rng.normal(size=(hidden, classes)),
            "reg": 0.3,
        }
        draws.append(Draw(args, label=label, sizes={"n": n, "batch": batch}))
    return draws


_NOT_AVERAGED = (
    "The gradient is summed over the batch, not averaged: divide by the number of examples.",
    "Der Gradient ist über den Batch summiert statt gemittelt: teilen Sie durch die Zahl der Beispiele.",
    "The loss is a mean over the batch.",
    "Der Verlust ist ein Mittel über den Batch.",
)
_FANCY = (
    "1 is subtracted in whole columns: [:, y] takes columns, [np.arange(n), y] takes one entry a row.",
    "1 wird in ganzen Spalten abgezogen: [:, y] nimmt Spalten, [np.arange(n), y] einen Eintrag je Zeile.",
    "What does Z[:, y] select?",
    "Was wählt Z[:, y] aus?",
)
_AXIS = (
    "Softmax is taken over the examples (axis 0) instead of the classes (axis 1).",
    "Softmax läuft über die Beispiele (Achse 0) statt über die Klassen (Achse 1).",
    "What must add up to one?",
    "Was muss zusammen eins ergeben?",
)

EXERCISE = Exercise(
    id="softmax-classifier",
    title=Text("Softmax classifier", "Softmax-Klassifikator"),
    week="dlsys hw0, cs231n A1",
    reading="Bishop, Deep Learning: Foundations and Concepts, section 5.4",
    functions=(
        Function(softmax_loss, 25, _draws, returns=("loss",), signatures=("Z, y",), bugs=(
            bug("loss-wrong-axis", {"Z.max(axis=1, keepdims=True)": "Z.max()", ".sum(axis=1)": ".sum(axis=0).sum() / len(Z) * np.ones(len(Z))"}, *_AXIS),
            bug("loss-not-averaged", {"np.mean(": "np.sum("}, "The loss is a sum, not a mean over the examples.", "Der Verlust ist eine Summe statt eines Mittels über die Beispiele.", "Should twice the data cost twice as much?", "Sollen doppelt so viele Daten doppelt so viel kosten?"),
            bug("loss-without-log-sum", {"log_sum - shifted": "-shifted"}, "The logarithm of the normaliser is missing.", "Der Logarithmus der Normierung fehlt.", "Write log softmax out.", "Schreiben Sie log softmax aus."),
            bug("loss-first-class-only", {"shifted[np.arange(len(y)), y]": "shifted[:, 0]"}, "The score of class 0 is used instead of the label's.", "Es wird der Wert der Klasse 0 statt der des Labels benutzt.", "What is y for?", "Wozu ist y da?"),
            bug("loss-sign", {"log_sum - shifted[np.arange(len(y)), y]": "shifted[np.arange(len(y)), y] - log_sum"}, "The loss has the wrong sign.", "Der Verlust hat das falsche Vorzeichen.", "Which sign has the logarithm of a probability?", "Welches Vorzeichen hat der Logarithmus einer Wahrscheinlichkeit?"),
        )),
        Function(softmax_regression_epoch, 25, _draws, returns=("theta",), signatures=("X, y, theta, lr=0.1, batch=100",), after=("theta",), bugs=(
            bug("regression-not-averaged", {" / len(y_batch)": ""}, *_NOT_AVERAGED),
            bug("regression-fancy-index", {"Z[np.arange(len(y_batch)), y_batch] -= 1": "Z[:, y_batch] -= 1"}, *_FANCY),
            bug("regression-wrong-axis", {"Z.sum(axis=1, keepdims=True)": "Z.sum(axis=0, keepdims=True)"}, *_AXIS),
            bug("regression-rebinds-theta", {"theta -= lr * (X_batch.T @ Z)": "theta = theta - lr * (X_batch.T @ Z)"}, "theta is bound to a new array: the caller's theta never changes.", "theta wird an ein neues Array gebunden: das theta des Aufrufers ändert sich nie.", "What is the difference between -= and = ... - ...?", "Was ist der Unterschied zwischen -= und = ... - ...?"),
            bug("regression-first-batch-only", {"range(0, n, batch)": "range(0, batch, batch)"}, "Only the first batch is used.", "Nur der erste Batch wird benutzt.", "How many steps has an epoch?", "Wie viele Schritte hat eine Epoche?"),
            bug("regression-ascent", {"theta -= lr": "theta += lr"}, "The gradient is added: that climbs the loss.", "Der Gradient wird addiert: das steigt den Verlust hinauf.", "In which direction does the gradient point?", "In welche Richtung zeigt der Gradient?"),
        )),
        Function(nn_epoch, 25, _draws, returns=("W1", "W2"), signatures=("X, y, W1, W2, lr=0.1, batch=100",), after=("W1", "W2"), bugs=(
            bug("nn-not-averaged", {"X_batch.T @ G1 / len(y_batch)": "X_batch.T @ G1", "H.T @ G2 / len(y_batch)": "H.T @ G2"}, *_NOT_AVERAGED),
            bug("nn-relu-derivative-missing", {"(H > 0) * (G2 @ W2.T)": "G2 @ W2.T"}, "The derivative of relu is missing.", "Die Ableitung von relu fehlt.", "Which units let a gradient through?", "Welche Einheiten lassen einen Gradienten durch?"),
            bug("nn-updates-W2-first", {"        dW1 = X_batch.T @ G1 / len(y_batch)\n": "", "        G1 = (H > 0) * (G2 @ W2.T)\n": "", "        W1 -= lr * dW1\n": "", "        W2 -= lr * dW2": "        W2 -= lr * dW2\n        G1 = (H > 0) * (G2 @ W2.T)\n        W1 -= lr * (X_batch.T @ G1 / len(y_batch))"}, "W2 is updated before the gradient of W1 is computed with it.", "W2 wird aktualisiert, bevor der Gradient von W1 damit berechnet ist.", "Compute all gradients first.", "Berechnen Sie erst alle Gradienten."),
            bug("nn-hidden-not-activated", {"np.maximum(0, X_batch @ W1)": "X_batch @ W1"}, "relu is not applied in the forward pass.", "relu wird im Vorwärtsschritt nicht angewendet.", "What is H?", "Was ist H?"),
        )),
        Function(softmax_loss_vectorized, 25, _draws, returns=("loss", "dW"), bugs=(
            bug("vectorized-gradient-not-averaged", {"X.T @ dscores / n": "X.T @ dscores"}, *_NOT_AVERAGED),
            bug("vectorized-fancy-index", {"dscores[np.arange(n), y] -= 1": "dscores[:, y] -= 1"}, *_FANCY),
            bug("vectorized-reg-gradient-halved", {"2 * reg * W": "reg * W"}, "The gradient of the penalty lacks the factor 2.", "Im Gradienten der Strafe fehlt der Faktor 2.", "Differentiate reg * W².", "Leiten Sie reg * W² ab."),
            bug("vectorized-reg-gradient-missing", {" + 2 * reg * W": ""}, "The gradient lacks the penalty.", "Im Gradienten fehlt die Strafe.", "Differentiate the whole loss.", "Leiten Sie den ganzen Verlust ab."),
            bug("vectorized-reg-loss-missing", {" + reg * np.sum(W * W)": ""}, "The loss lacks the penalty.", "Im Verlust fehlt die Strafe.", "The loss has two terms.", "Der Verlust hat zwei Terme."),
            bug("vectorized-label-not-subtracted", {"    dscores[np.arange(n), y] -= 1\n": ""}, "1 is not subtracted at the labels: dscores is p, not p - y.", "An den Labels wird nicht 1 abgezogen: dscores ist p statt p - y.", "What is the derivative of log softmax?", "Was ist die Ableitung von log softmax?"),
        )),
    ),
)  # fmt: skip
