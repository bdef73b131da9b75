"""Against overfitting: L2 and dropout in a network of three layers; columns are examples."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def relu(x: Array) -> Array:
    """Return max(0, x)."""
    return np.maximum(0, x)


def compute_cost(A3: Array, Y: Array) -> float:
    """Return the mean cross-entropy; the course gives it."""
    return float(-np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / Y.shape[1])


def compute_cost_with_regularization(A3: Array, Y: Array, parameters: Parameters, lambd: float) -> float:
    """Add lambda/2m times the squares of all weights."""
    m = Y.shape[1]
    W1, W2, W3 = parameters["W1"], parameters["W2"], parameters["W3"]
    squares = np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2)
    return float(compute_cost(A3, Y) + lambd / (2 * m) * squares)


def backward_propagation_with_regularization(X: Array, Y: Array, cache: Any, lambd: float) -> Parameters:  # noqa: ANN401 - the course's tuple
    """Return the gradients of the cost with the L2 term."""
    m = X.shape[1]
    _, A1, W1, _, _, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m + lambd / m * W3
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * (A2 > 0)
    dW2 = dZ2 @ A1.T / m + lambd / m * W2
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * (A1 > 0)
    dW1 = dZ1 @ X.T / m + lambd / m * W1
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
        "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }  # fmt: skip


def forward_propagation_with_dropout(X: Array, parameters: Parameters, keep_prob: float = 0.5) -> Any:  # noqa: ANN401 - the course's tuple
    """Drop units of both hidden layers and scale what stays."""
    W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    D1 = np.random.rand(*A1.shape) < keep_prob  # noqa: NPY002 - as the course does
    A1 = A1 * D1 / keep_prob
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    D2 = np.random.rand(*A2.shape) < keep_prob  # noqa: NPY002 - as the course does
    A2 = A2 * D2 / keep_prob
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_with_dropout(X: Array, Y: Array, cache: Any, keep_prob: float) -> Parameters:  # noqa: ANN401 - the course's tuple
    """Return the gradients through the same masks."""
    m = X.shape[1]
    _, D1, A1, _, _, _, D2, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = W3.T @ dZ3
    dA2 = dA2 * D2 / keep_prob
    dZ2 = dA2 * (A2 > 0)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = W2.T @ dZ2
    dA1 = dA1 * D1 / keep_prob
    dZ1 = dA1 * (A1 > 0)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
        "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }  # fmt: skip


def _networks(rng: Rng) -> list[Draw]:
    draws = []
    for dims, m in (((4, 6, 5, 1), 7), ((3, 7, 4, 1), 9)):
        parameters = {}
        for layer in (1, 2, 3):
            parameters[f"W{layer}"] = rng.normal(size=(dims[layer], dims[layer - 1]))
            parameters[f"b{layer}"] = rng.normal(size=(dims[layer], 1)) * 0.5
        X = rng.normal(size=(dims[0], m))
        Y = (rng.random((1, m)) > 0.5).astype(np.float64)
        W1, b1, W2, b2, W3, b3 = (parameters[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
        Z1 = W1 @ X + b1
        A1 = relu(Z1)
        Z2 = W2 @ A1 + b2
        A2 = relu(Z2)
        Z3 = W3 @ A2 + b3
        A3 = np.clip(sigmoid(Z3), 0.02, 0.98)
        cache = (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
        args = {"X": X, "Y": Y, "A3": A3, "parameters": parameters, "cache": cache}
        args["lambd"] = float(rng.uniform(0.5, 1.5))
        draws.append(Draw(args, sizes={"m": m}))
    return draws


def _masked(rng: Rng) -> list[Draw]:
    draws = []
    for draw in _networks(rng):
        keep_prob = float(rng.uniform(0.6, 0.85))
        Z1, A1, W1, b1, _, _, W2, b2, _, A3, W3, b3 = draw.args["cache"]
        D1 = rng.random(A1.shape) < keep_prob
        A1 = A1 * D1 / keep_prob
        Z2 = W2 @ A1 + b2
        A2 = relu(Z2)
        D2 = rng.random(A2.shape) < keep_prob
        A2 = A2 * D2 / keep_prob
        Z3 = W3 @ A2 + b3
        cache = (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)
        args = {**draw.args, "cache": cache, "keep_prob": keep_prob}
        draws.append(Draw(args, sizes={**draw.sizes, "keep_prob": keep_prob}))
    return draws


def _wide(rng: Rng) -> list[Draw]:
    """Draw wide layers, so that fractions of kept units are sharp."""
    draws = []
    for keep_prob in (0.8, 0.65):
        dims = (5, 60, 50, 1)
        parameters = {}
        for layer in (1, 2, 3):
            parameters[f"W{layer}"] = rng.normal(size=(dims[layer], dims[layer - 1])) * 0.3
            parameters[f"b{layer}"] = rng.normal(size=(dims[layer], 1)) * 0.5
        draws.append(Draw({"X": rng.normal(size=(5, 40)), "parameters": parameters, "keep_prob": keep_prob}))
    return draws


def _kept(args: Mapping[str, Any], result: object) -> object:
    """Describe a pass with dropout: what the masks kept, and that everything else follows from them."""
    if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], tuple):
        return result
    A3, cache = result
    if len(cache) != 14 or not all(isinstance(part, np.ndarray) for part in cache):
        return result
    _, D1, A1, _, _, _, D2, A2, *_ = cache
    W1, b1, W2, b2 = (args["parameters"][name] for name in ("W1", "b1", "W2", "b2"))
    view: dict[str, object] = {}
    try:
        shapes = {"D1": (len(W1), args["X"].shape[1]), "D2": (len(W2), args["X"].shape[1])}
        for name, mask, active, raw in (
            ("1", D1, A1, relu(W1 @ args["X"] + b1)),
            ("2", D2, A2, relu(W2 @ A1 + b2)),
        ):
            view[f"the shape of D{name}"] = int(mask.shape == shapes[f"D{name}"])
            # Six standard errors around keep_prob, so that chance does not decide.
            view[f"the fraction kept by D{name}"] = int(abs(float(mask.mean()) - args["keep_prob"]) < 0.06)
            alive, scale = np.broadcast_to(mask, raw.shape) * raw, args["keep_prob"]
            kinds = (alive / scale, alive, raw / scale, raw, alive * scale)
            found = [index for index, kind in enumerate(kinds) if np.abs(active - kind).max() < 1e-9]
            view[f"what A{name} is"] = found[0] if found else len(kinds)
        view["A3"] = int(np.allclose(A3, sigmoid(args["parameters"]["W3"] @ A2 + args["parameters"]["b3"])))
    except ValueError:
        return result
    return view


_REG_COST = (
    bug("l2-missing-half", {"lambd / (2 * m)": "lambd / m"}, "The L2 term is twice too large: lambda / 2m, not lambda / m.", "Der L2-Term ist doppelt so groß: lambda / 2m, nicht lambda / m.", "Differentiate w²/2.", "Leiten Sie w²/2 ab."),
    bug("l2-not-averaged", {"lambd / (2 * m)": "lambd / 2"}, "The L2 term is not divided by m.", "Der L2-Term ist nicht durch m geteilt.", "Compare it with the first term of the cost.", "Vergleichen Sie ihn mit dem ersten Term der Kosten."),
    bug("l2-W1-three-times", {"np.sum(W2**2) + np.sum(W3**2)": "np.sum(W1**2) + np.sum(W1**2)"}, "W1 is counted three times; W2 and W3 are missing.", "W1 ist dreimal gezählt; W2 und W3 fehlen.", "Read the copied lines again.", "Lesen Sie die kopierten Zeilen noch einmal."),
    bug("l2-last-layer-missing", {" + np.sum(W3**2)": ""}, "W3 is missing from the L2 term.", "W3 fehlt im L2-Term.", "How many weight matrices are there?", "Wie viele Gewichtsmatrizen gibt es?"),
    bug("l2-absolute", {"np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2)": "np.sum(np.abs(W1)) + np.sum(np.abs(W2)) + np.sum(np.abs(W3))"}, "That is the L1 norm; L2 takes squares.", "Das ist die L1-Norm; L2 nimmt Quadrate.", "What is squared?", "Was wird quadriert?"),
    bug("l2-cost-left-out", {"compute_cost(A3, Y) + ": ""}, "Only the L2 term is returned; the cross-entropy is missing.", "Es wird nur der L2-Term zurückgegeben; die Kreuzentropie fehlt.", "The cost is a sum of two terms.", "Die Kosten sind eine Summe zweier Terme."),
)  # fmt: skip

_REG_BACKWARD = (
    bug("l2-gradient-missing-W1", {"/ m + lambd / m * W1": "/ m"}, "dW1 lacks the L2 term.", "In dW1 fehlt der L2-Term.", "All three weight matrices are penalised.", "Alle drei Gewichtsmatrizen werden bestraft."),
    bug("l2-gradient-missing-everywhere", {" + lambd / m * W1": "", " + lambd / m * W2": "", " + lambd / m * W3": ""}, "The gradients lack the L2 term.", "In den Gradienten fehlt der L2-Term.", "Differentiate the whole cost.", "Leiten Sie die ganzen Kosten ab."),
    bug("l2-gradient-not-averaged", {"lambd / m * W1": "lambd * W1", "lambd / m * W2": "lambd * W2", "lambd / m * W3": "lambd * W3"}, "The L2 term of the gradients is not divided by m.", "Der L2-Term der Gradienten ist nicht durch m geteilt.", "Differentiate lambda/2m W².", "Leiten Sie lambda/2m W² ab."),
    bug("l2-gradient-halved", {"lambd / m * W1": "lambd / (2 * m) * W1", "lambd / m * W2": "lambd / (2 * m) * W2", "lambd / m * W3": "lambd / (2 * m) * W3"}, "The L2 term of the gradients is half of what it should be: the 2 of the derivative is missing.", "Der L2-Term der Gradienten ist halb so groß wie nötig: die 2 der Ableitung fehlt.", "Differentiate W².", "Leiten Sie W² ab."),
    bug("l2-gradient-subtracted", {" + lambd / m * W1": " - lambd / m * W1", " + lambd / m * W2": " - lambd / m * W2", " + lambd / m * W3": " - lambd / m * W3"}, "The L2 term is subtracted: the weights would grow.", "Der L2-Term wird abgezogen: die Gewichte würden wachsen.", "Which sign has the penalty in the cost?", "Welches Vorzeichen hat die Strafe in den Kosten?"),
)  # fmt: skip

_DROPOUT_FORWARD = (
    bug("dropout-not-scaled", {"A1 * D1 / keep_prob": "A1 * D1", "A2 * D2 / keep_prob": "A2 * D2"}, "What stays is not divided by keep_prob: the layers shrink.", "Was bleibt, ist nicht durch keep_prob geteilt: die Schichten schrumpfen.", "What should the expected value of A1 be?", "Was soll der Erwartungswert von A1 sein?"),
    bug("dropout-inverted", {"np.random.rand(*A1.shape) < keep_prob": "np.random.rand(*A1.shape) > keep_prob", "np.random.rand(*A2.shape) < keep_prob": "np.random.rand(*A2.shape) > keep_prob"}, "The masks are inverted: they drop keep_prob of the units.", "Die Masken sind invertiert: sie verwerfen keep_prob der Einheiten.", "How many units should stay?", "Wie viele Einheiten sollen bleiben?"),
    bug("dropout-mask-not-applied", {"A1 * D1 / keep_prob": "A1 / keep_prob", "A2 * D2 / keep_prob": "A2 / keep_prob"}, "The masks are drawn but not applied.", "Die Masken werden gezogen, aber nicht angewendet.", "What is D1 for?", "Wozu ist D1 da?"),
    bug("dropout-one-mask-per-batch", {"np.random.rand(*A1.shape)": "np.random.rand(A1.shape[0], 1)", "np.random.rand(*A2.shape)": "np.random.rand(A2.shape[0], 1)"}, "All examples share one mask.", "Alle Beispiele teilen eine Maske.", "Which shape has A1?", "Welche Form hat A1?"),
    bug("dropout-b3-missing", {"W3 @ A2 + b3": "W3 @ A2"}, "The bias b3 is not added.", "Der Bias b3 wird nicht addiert.", "Which parameters have you not used?", "Welche Parameter haben Sie nicht benutzt?"),
    bug("dropout-first-layer-only", {"    A2 = A2 * D2 / keep_prob\n": ""}, "The second hidden layer is not dropped from.", "In der zweiten verborgenen Schicht wird nichts verworfen.", "Which layers get a mask?", "Welche Schichten bekommen eine Maske?"),
)  # fmt: skip

_DROPOUT_BACKWARD = (
    bug("dropout-backward-not-scaled", {"dA2 * D2 / keep_prob": "dA2 * D2", "dA1 * D1 / keep_prob": "dA1 * D1"}, "The masked gradients are not divided by keep_prob.", "Die maskierten Gradienten sind nicht durch keep_prob geteilt.", "What did the forward pass do besides masking?", "Was tat der Vorwärtsschritt außer Maskieren?"),
    bug("dropout-backward-no-mask", {"    dA2 = dA2 * D2 / keep_prob\n": "", "    dA1 = dA1 * D1 / keep_prob\n": ""}, "The masks are not applied to the gradients.", "Die Masken werden nicht auf die Gradienten angewendet.", "Does a dropped unit get a gradient?", "Bekommt eine verworfene Einheit einen Gradienten?"),
    bug("dropout-backward-no-mask-but-scaled", {"dA2 * D2 / keep_prob": "dA2 / keep_prob", "dA1 * D1 / keep_prob": "dA1 / keep_prob"}, "The gradients are scaled, but not masked.", "Die Gradienten sind skaliert, aber nicht maskiert.", "Does a dropped unit get a gradient?", "Bekommt eine verworfene Einheit einen Gradienten?"),
    bug("dropout-backward-masks-swapped-scale", {"dA1 * D1 / keep_prob": "dA1 * D1 * keep_prob", "dA2 * D2 / keep_prob": "dA2 * D2 * keep_prob"}, "The gradients are multiplied by keep_prob instead of divided.", "Die Gradienten sind mit keep_prob multipliziert statt geteilt.", "Do to dA what was done to A.", "Tun Sie mit dA, was mit A getan wurde."),
    bug("dropout-backward-first-mask-missing", {"    dA1 = dA1 * D1 / keep_prob\n": ""}, "The mask of the first layer is not applied to dA1.", "Die Maske der ersten Schicht wird nicht auf dA1 angewendet.", "Which layers had a mask?", "Welche Schichten hatten eine Maske?"),
)  # fmt: skip

EXERCISE = Exercise(
    id="regularisation",
    title=Text("L2 regularisation and dropout", "L2-Regularisierung und Dropout"),
    week="C2W1",
    reading="Srivastava et al., Dropout (2014); Bishop, Deep Learning: Foundations and Concepts, chapter 9",
    provided="regularisation",
    functions=(
        Function(compute_cost_with_regularization, 20, _networks, returns=("cost",), bugs=_REG_COST),
        Function(backward_propagation_with_regularization, 30, _networks, returns=("gradients",), bugs=_REG_BACKWARD),
        Function(forward_propagation_with_dropout, 25, _wide, returns=("result",), signatures=("X, parameters, keep_prob=0.5",), view=_kept, bugs=_DROPOUT_FORWARD),
        Function(backward_propagation_with_dropout, 25, _masked, returns=("gradients",), bugs=_DROPOUT_BACKWARD),
    ),
)  # fmt: skip
