"""Checking gradients by finite differences."""

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug, not_averaged
from nnengine.text import Text

Array = npt.NDArray[np.float64]


def forward_propagation(x: float, theta: float) -> float:
    """Return J = theta x."""
    return theta * x


def backward_propagation(x: float, theta: float) -> float:
    """Return dJ/dtheta."""
    return float(x + 0 * theta)


def gradient_check(x: float, theta: float, epsilon: float = 1e-7) -> float:
    """Return the relative difference of both gradients."""
    plus = forward_propagation(x, theta + epsilon)
    minus = forward_propagation(x, theta - epsilon)
    approximate = (plus - minus) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    numerator = np.linalg.norm(grad - approximate)
    denominator = np.linalg.norm(grad) + np.linalg.norm(approximate)
    return float(numerator / denominator)


def backward_propagation_n(X: Array, Y: Array, cache: tuple[Array, ...]) -> dict[str, Array]:
    """Return the gradients of a network of three layers, the planted mistakes of the notebook repaired."""
    m = X.shape[1]
    _, A1, _, _, _, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * (A2 > 0)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * (A1 > 0)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
        "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }  # fmt: skip


def _numbers(rng: Rng) -> list[Draw]:
    return [
        Draw({"x": float(rng.uniform(1.5, 4)), "theta": float(rng.uniform(3, 6)), "epsilon": 1e-7})
        for _ in range(3)
    ]


def _wrong_gradient(x: float, theta: float) -> float:
    """Return a gradient that is wrong, so that a check has something to find."""
    return 1.5 * x + 0 * theta


def _curved(x: float, theta: float) -> float:
    """Return a J that is not linear, so that one-sided and centred differences differ."""
    return theta**3 * x


def _steps(rng: Rng) -> list[Draw]:
    """Draw steps so large that rounding plays no part; J is curved and its gradient wrong, so that all shows."""
    given = {"forward_propagation": _curved, "backward_propagation": _wrong_gradient}
    return [
        Draw({"x": float(rng.uniform(1.5, 4)), "theta": float(rng.uniform(3, 6)), "epsilon": e}, given=given)
        for e in (0.25, 0.125)
    ]


def _networks(rng: Rng) -> list[Draw]:
    draws = []
    for dims, m in (((4, 5, 3, 1), 7), ((3, 6, 4, 1), 9)):
        W = [rng.normal(size=(dims[i + 1], dims[i])) for i in range(3)]
        b = [rng.normal(size=(dims[i + 1], 1)) for i in range(3)]
        X = rng.normal(size=(dims[0], m))
        Y = (rng.random((1, m)) > 0.5).astype(np.float64)
        Z1 = W[0] @ X + b[0]
        A1 = np.maximum(0, Z1)
        Z2 = W[1] @ A1 + b[1]
        A2 = np.maximum(0, Z2)
        Z3 = W[2] @ A2 + b[2]
        A3 = 1 / (1 + np.exp(-Z3))
        cache = (Z1, A1, W[0], b[0], Z2, A2, W[1], b[1], Z3, A3, W[2], b[2])
        draws.append(Draw({"X": X, "Y": Y, "cache": cache}, sizes={"m": m}))
    return draws


_CHECK = (
    bug("check-without-two", {"(2 * epsilon)": "epsilon"}, "The centred difference is divided by epsilon instead of 2 epsilon.", "Die zentrale Differenz ist durch epsilon statt 2 epsilon geteilt.", "How far apart are the two points?", "Wie weit liegen die beiden Punkte auseinander?"),
    bug("check-one-sided", {"forward_propagation(x, theta - epsilon)": "forward_propagation(x, theta)"}, "The difference is one-sided but divided by 2 epsilon.", "Die Differenz ist einseitig, aber durch 2 epsilon geteilt.", "How far apart are the two points?", "Wie weit liegen die beiden Punkte auseinander?"),
    bug("check-not-relative", {"numerator / denominator": "numerator"}, "The difference is not divided by the size of the gradients.", "Die Differenz ist nicht durch die Größe der Gradienten geteilt.", "Is 0.001 much?", "Sind 0.001 viel?"),
    bug("check-sum-instead", {"np.linalg.norm(grad - approximate)": "np.linalg.norm(grad + approximate)"}, "The gradients are added instead of compared.", "Die Gradienten werden addiert statt verglichen.", "What is the difference of two equal numbers?", "Was ist die Differenz zweier gleicher Zahlen?"),
    bug("check-denominator-of-one", {"np.linalg.norm(grad) + np.linalg.norm(approximate)": "np.linalg.norm(grad) * np.linalg.norm(approximate)"}, "The denominator is a product; it is the sum of the two norms.", "Der Nenner ist ein Produkt; er ist die Summe der beiden Normen.", "Which units has the quotient?", "Welche Einheit hat der Quotient?"),
    bug("check-own-gradient", {"grad = backward_propagation(x, theta)": "grad = (forward_propagation(x, theta + epsilon) - forward_propagation(x, theta - epsilon)) / (2 * epsilon)"}, "It compares with a gradient of its own, not with what backward_propagation returns: no mistake there would show.", "Verglichen wird mit einem eigenen Gradienten, nicht mit dem von backward_propagation: Ein Fehler dort fiele nicht auf.", "Whose gradient is to be checked?", "Wessen Gradient ist zu prüfen?"),
    bug("check-x-for-theta", {"(x, theta + epsilon)": "(x + epsilon, theta)", "(x, theta - epsilon)": "(x - epsilon, theta)"}, "x is moved instead of theta.", "Verschoben wird x statt theta.", "By which variable do you differentiate?", "Nach welcher Variablen leiten Sie ab?"),
)  # fmt: skip


EXERCISE = Exercise(
    id="gradient-checking",
    title=Text("Gradient checking", "Gradienten prüfen"),
    week="C2W1",
    reading="Bishop, Deep Learning: Foundations and Concepts, section 8.1",
    provided="gradients",
    functions=(
        Function(
            forward_propagation,
            15,
            _numbers,
            returns=("J",),
            signatures=("x, theta",),
            bugs=(
                bug("product-missing", {"theta * x": "theta"}, "J is theta x; x is missing.", "J ist theta x; x fehlt.", "Use both arguments.", "Benutzen Sie beide Argumente."),
                bug("sum-for-product", {"theta * x": "theta + x"}, "theta and x are added, not multiplied.", "theta und x werden addiert statt multipliziert.", "J is linear in theta.", "J ist linear in theta."),
            ),
        ),
        Function(
            backward_propagation,
            15,
            _numbers,
            returns=("dtheta",),
            signatures=("x, theta",),
            bugs=(
                bug("dtheta-is-theta", {"x + 0 * theta": "theta"}, "dJ/dtheta is x, not theta.", "dJ/dtheta ist x, nicht theta.", "Differentiate theta x by theta.", "Leiten Sie theta x nach theta ab."),
                bug("dtheta-is-J", {"x + 0 * theta": "x * theta"}, "That is J itself; its derivative by theta is x.", "Das ist J selbst; die Ableitung nach theta ist x.", "Differentiate theta x by theta.", "Leiten Sie theta x nach theta ab."),
            ),
        ),
        Function(
            gradient_check,
            35,
            _steps,
            returns=("difference",),
            signatures=("x, theta, epsilon=1e-7", "x, theta, epsilon=1e-7, print_msg=False"),
            given=("forward_propagation", "backward_propagation"),
            bugs=_CHECK,
        ),
        Function(
            backward_propagation_n,
            35,
            _networks,
            returns=("gradients",),
            bugs=(
                bug("planted-dW2-doubled", {"dW2 = dZ2 @ A1.T / m": "dW2 = dZ2 @ A1.T / m * 2"}, "dW2 is doubled: one of the notebook's planted mistakes is still there.", "dW2 ist verdoppelt: einer der eingebauten Fehler des Notebooks ist noch da.", "Let gradient_check_n tell which gradient is off.", "Lassen Sie gradient_check_n sagen, welcher Gradient abweicht."),
                bug("planted-db1-four", {"db1 = np.sum(dZ1, axis=1, keepdims=True) / m": "db1 = np.sum(dZ1, axis=1, keepdims=True) * 4 / m"}, "db1 is four times too large: one of the notebook's planted mistakes is still there.", "db1 ist viermal zu groß: einer der eingebauten Fehler des Notebooks ist noch da.", "Let gradient_check_n tell which gradient is off.", "Lassen Sie gradient_check_n sagen, welcher Gradient abweicht."),
                bug("planted-both", {"dW2 = dZ2 @ A1.T / m": "dW2 = dZ2 @ A1.T / m * 2", "db1 = np.sum(dZ1, axis=1, keepdims=True) / m": "db1 = np.sum(dZ1, axis=1, keepdims=True) * 4 / m"}, "Both planted mistakes are still there: dW2 is doubled, db1 is four times too large.", "Beide eingebauten Fehler sind noch da: dW2 ist verdoppelt, db1 viermal zu groß.", "Let gradient_check_n tell which gradients are off.", "Lassen Sie gradient_check_n sagen, welche Gradienten abweichen."),
                not_averaged("dW3", "dW3 = dZ3 @ A2.T / m", "dW3 = dZ3 @ A2.T"),
            ),
        ),
    ),
)  # fmt: skip
