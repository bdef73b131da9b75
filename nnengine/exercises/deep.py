"""A network of any depth, step by step; columns are examples."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug, not_averaged, without_keepdims, wrong_axis
from nnengine.exercises.randomness import describe_weights
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]
LinearCache = tuple[Array, Array, Array]
Cache = tuple[LinearCache, Array]


def sigmoid(Z: Array) -> tuple[Array, Array]:
    """Return 1 / (1 + e^-Z), and Z."""
    return 1 / (1 + np.exp(-Z)), Z


def relu(Z: Array) -> tuple[Array, Array]:
    """Return max(0, Z), and Z."""
    return np.maximum(0, Z), Z


def sigmoid_backward(dA: Array, Z: Array) -> Array:
    """Return the gradient by Z."""
    s = 1 / (1 + np.exp(-Z))
    return dA * s * (1 - s)


def relu_backward(dA: Array, Z: Array) -> Array:
    """Return the gradient by Z."""
    return np.where(Z > 0, dA, 0.0)


def initialize_parameters_deep(layer_dims: list[int]) -> Parameters:
    """Draw small normal weights for every layer; biases are zero columns."""
    parameters = {}
    for l in range(1, len(layer_dims)):  # noqa: E741 - the course's letter for a layer
        parameters[f"W{l}"] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01  # noqa: NPY002
        parameters[f"b{l}"] = np.zeros((layer_dims[l], 1))
    return parameters


def linear_forward(A: Array, W: Array, b: Array) -> tuple[Array, LinearCache]:
    """Return W A + b, and its factors."""
    Z = W @ A + b
    return Z, (A, W, b)


def linear_activation_forward(A_prev: Array, W: Array, b: Array, activation: str) -> tuple[Array, Cache]:
    """Return the layer's output, and what its backward step needs."""
    Z, linear_cache = linear_forward(A_prev, W, b)
    A, activation_cache = sigmoid(Z) if activation == "sigmoid" else relu(Z)
    return A, (linear_cache, activation_cache)


def L_model_forward(X: Array, parameters: Parameters) -> tuple[Array, list[Cache]]:
    """Return the output of relu layers and a last sigmoid layer, and every layer's cache."""
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):  # noqa: E741 - the course's letter for a layer
        A, cache = linear_activation_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], "relu")
        caches.append(cache)
    AL, cache = linear_activation_forward(A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid")
    caches.append(cache)
    return AL, caches


def compute_cost(AL: Array, Y: Array) -> float:
    """Return the mean cross-entropy."""
    m = Y.shape[1]
    cost = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    return float(cost)


def linear_backward(dZ: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """Return the gradients by input, weights and bias."""
    A_prev, W, _ = cache
    m = A_prev.shape[1]
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


def linear_activation_backward(dA: Array, cache: Cache, activation: str) -> tuple[Array, Array, Array]:
    """Return the gradients by the layer's input, weights and bias."""
    linear_cache, activation_cache = cache
    if activation == "relu":
        dZ = relu_backward(dA, activation_cache)
    else:
        dZ = sigmoid_backward(dA, activation_cache)
    return linear_backward(dZ, linear_cache)


def L_model_backward(AL: Array, Y: Array, caches: list[Cache]) -> Parameters:
    """Return the gradients of the cost by every layer's parameters."""
    grads = {}
    L = len(caches)
    dA = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    current = caches[L - 1]
    dA, dW, db = linear_activation_backward(dA, current, "sigmoid")
    grads[f"dA{L - 1}"], grads[f"dW{L}"], grads[f"db{L}"] = dA, dW, db
    for l in reversed(range(L - 1)):  # noqa: E741 - the course's letter for a layer
        dA, dW, db = linear_activation_backward(dA, caches[l], "relu")
        grads[f"dA{l}"], grads[f"dW{l + 1}"], grads[f"db{l + 1}"] = dA, dW, db
    return grads


def update_parameters(params: Parameters, grads: Parameters, learning_rate: float) -> Parameters:
    """Take one step of gradient descent."""
    parameters = {name: value.copy() for name, value in params.items()}
    L = len(parameters) // 2
    for l in range(1, L + 1):  # noqa: E741 - the course's letter for a layer
        parameters[f"W{l}"] = parameters[f"W{l}"] - learning_rate * grads[f"dW{l}"]
        parameters[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]
    return parameters


def _layers(rng: Rng) -> list[Draw]:
    """Draw single layers; no two sizes are equal, and both signs of Z occur."""
    draws = []
    for n_prev, n, m, activation in ((4, 3, 6, "sigmoid"), (3, 5, 7, "relu"), (3, 1, 5, "sigmoid")):
        A, W, b = rng.normal(size=(n_prev, m)), rng.normal(size=(n, n_prev)), rng.normal(size=(n, 1))
        Z, linear_cache = linear_forward(A, W, b)
        args = {
            "A": A,
            "A_prev": A,
            "W": W,
            "b": b,
            "activation": activation,
            "dZ": rng.normal(size=Z.shape),
            "dA": rng.normal(size=Z.shape),
            "linear_cache": linear_cache,
            "activation_cache": Z,
        }
        draws.append(Draw(args, sizes={"m": m, "n_prev": n_prev}))
    return draws


def _linear_caches(rng: Rng) -> list[Draw]:
    return [
        Draw({**draw.args, "cache": draw.args["linear_cache"]}, sizes=draw.sizes) for draw in _layers(rng)
    ]


def _caches(rng: Rng) -> list[Draw]:
    return [
        Draw(
            {**draw.args, "cache": (draw.args["linear_cache"], draw.args["activation_cache"])},
            sizes=draw.sizes,
            label="sigmoid" if draw.args["activation"] == "sigmoid" and index else "",
        )
        for index, draw in enumerate(_layers(rng))
    ]


def _networks(rng: Rng) -> list[Draw]:
    draws = []
    for dims, m, label in (((4, 5, 3, 1), 7, ""), ((3, 3, 3, 1), 5, "equal sizes"), ((3, 1), 6, "one layer")):
        parameters = {}
        for l in range(1, len(dims)):  # noqa: E741 - the course's letter for a layer
            parameters[f"W{l}"] = rng.normal(size=(dims[l], dims[l - 1]))
            parameters[f"b{l}"] = rng.normal(size=(dims[l], 1)) * 0.5
        X = rng.normal(size=(dims[0], m))
        AL, caches = L_model_forward(X, parameters)
        AL = np.clip(AL, 0.02, 0.98)
        Y = (rng.random(AL.shape) > 0.5).astype(np.float64)
        Y[:, :2] = [0.0, 1.0]
        grads = {f"d{name}": rng.normal(size=value.shape) for name, value in parameters.items()}
        args = {"X": X, "Y": Y, "AL": AL, "parameters": parameters, "params": parameters, "grads": grads}
        args |= {"caches": caches, "learning_rate": float(rng.uniform(0.05, 0.5))}
        draws.append(Draw(args, label=label, sizes={"m": m}))
    return draws


def _dims(rng: Rng) -> list[Draw]:
    return [Draw({"layer_dims": [int(n) for n in rng.permutation([40, 50, 60, 70])]})]


def _by_layer(args: Mapping[str, Any], result: object) -> object:
    """Leave the dA out: their numbering differs between editions of the course."""
    if not isinstance(result, dict):
        return result
    return {key: value for key, value in result.items() if not str(key).startswith("dA")}


def _scaled_by_inputs(draw: Draw, view: object) -> bool:
    """Accept weights scaled by 1/sqrt(n) or sqrt(2/n), as later editions do."""
    if not isinstance(view, dict):
        return False
    dims = draw.args["layer_dims"]
    for layer in range(1, len(dims)):
        spread = np.log2(1 / np.sqrt(dims[layer - 1]) / 0.01)
        shapes = (view.get(f"W{layer}", 0.0), view.get(f"b{layer}", 0.0))
        wanted = ((dims[layer], dims[layer - 1]), (dims[layer], 1))
        if any(np.shape(found) != shape for found, shape in zip(shapes, wanted, strict=True)):
            return False
        if not spread - 0.6 <= view.get(f"the spread of W{layer}", -99) <= spread + 1.1:
            return False
        if view.get(f"the mean of W{layer}") != 0 or view.get(f"the spread of b{layer}") != -99:
            return False
    return True


_INITIALISE = (
    bug(
        "deep-weights-zero",
        {
            "np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01": "np.zeros((layer_dims[l], layer_dims[l - 1]))"
        },
        "The weights are zero: all units of a layer stay the same for ever.",
        "Die Gewichte sind null: alle Einheiten einer Schicht bleiben für immer gleich.",
        "What breaks the symmetry between two units?",
        "Was bricht die Symmetrie zweier Einheiten?",
    ),
    bug(
        "deep-weights-not-scaled",
        {"layer_dims[l - 1]) * 0.01": "layer_dims[l - 1])"},
        "The weights are not small: the factor 0.01 is missing.",
        "Die Gewichte sind nicht klein: der Faktor 0.01 fehlt.",
        "What do large weights do to a sigmoid?",
        "Was machen große Gewichte mit einem Sigmoid?",
    ),
    bug(
        "deep-weights-transposed",
        {"(layer_dims[l], layer_dims[l - 1])": "(layer_dims[l - 1], layer_dims[l])"},
        "The weights are transposed: rows are the units of layer l, columns those of layer l-1.",
        "Die Gewichte sind transponiert: Zeilen sind die Einheiten der Schicht l, Spalten die der Schicht l-1.",
        "Write down the shapes in W A.",
        "Schreiben Sie die Formen in W A auf.",
    ),
    bug(
        "deep-weights-all-positive",
        {"np.random.randn(": "np.random.rand("},
        "The weights are all positive: np.random.rand draws from [0, 1).",
        "Alle Gewichte sind positiv: np.random.rand zieht aus [0, 1).",
        "One letter of the function's name decides it.",
        "Ein Buchstabe im Funktionsnamen entscheidet.",
    ),
    bug(
        "deep-last-layer-missing",
        {"range(1, len(layer_dims))": "range(1, len(layer_dims) - 1)"},
        "The last layer has no parameters.",
        "Die letzte Schicht hat keine Parameter.",
        "How many layers do n sizes make?",
        "Wie viele Schichten ergeben n Größen?",
    ),
)

_LINEAR_BACKWARD = (
    not_averaged("dW", "dW = dZ @ A_prev.T / m", "dW = dZ @ A_prev.T"),
    not_averaged(
        "db", "db = np.sum(dZ, axis=1, keepdims=True) / m", "db = np.sum(dZ, axis=1, keepdims=True)"
    ),
    without_keepdims("db", "np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, axis=1)"),
    wrong_axis("db", "np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, axis=0, keepdims=True)"),
    bug(
        "db-one-number",
        {"np.sum(dZ, axis=1, keepdims=True)": "np.sum(dZ)"},
        "db is one number: dZ is summed over the units, too.",
        "db ist eine einzige Zahl: dZ ist auch über die Einheiten summiert.",
        "np.sum without axis sums over all axes.",
        "np.sum ohne axis summiert über alle Achsen.",
    ),
    bug(
        "m-from-units",
        {"A_prev.shape[1]": "A_prev.shape[0]"},
        "m is the number of units of the layer before, not of examples.",
        "m ist die Zahl der Einheiten der vorigen Schicht, nicht der Beispiele.",
        "On which axis do the examples lie?",
        "Auf welcher Achse liegen die Beispiele?",
    ),
    bug(
        "dA_prev-averaged",
        {"dA_prev = W.T @ dZ": "dA_prev = W.T @ dZ / m"},
        "dA_prev is divided by m; the mean is taken once, in dW and db.",
        "dA_prev ist durch m geteilt; gemittelt wird nur einmal, in dW und db.",
        "Is dA_prev a sum over examples?",
        "Ist dA_prev eine Summe über Beispiele?",
    ),
)

_LINEAR_ACTIVATION_BACKWARD = (
    bug(
        "activations-swapped-backward",
        {'activation == "relu"': 'activation == "sigmoid"'},
        "relu_backward and sigmoid_backward are swapped.",
        "relu_backward und sigmoid_backward sind vertauscht.",
        "Which branch belongs to which activation?",
        "Welcher Zweig gehört zu welcher Aktivierung?",
    ),
    bug(
        "sigmoid-backward-only",
        {"relu_backward(dA, activation_cache)": "sigmoid_backward(dA, activation_cache)"},
        "The relu layers use sigmoid_backward.",
        "Die relu-Schichten benutzen sigmoid_backward.",
        "Look at the first branch.",
        "Schauen Sie auf den ersten Zweig.",
    ),
    bug(
        "activation-derivative-missing",
        {
            "dZ = relu_backward(dA, activation_cache)": "dZ = dA",
            "dZ = sigmoid_backward(dA, activation_cache)": "dZ = dA",
        },
        "The derivative of the activation is missing: dZ is not dA.",
        "Die Ableitung der Aktivierung fehlt: dZ ist nicht dA.",
        "Which function lies between Z and A?",
        "Welche Funktion liegt zwischen Z und A?",
    ),
)

_MODEL_BACKWARD = (
    bug(
        "dAL-sign",
        {"-(np.divide(Y, AL)": "(np.divide(Y, AL)"},
        "dAL has the wrong sign, and with it every gradient.",
        "dAL hat das falsche Vorzeichen und damit jeder Gradient.",
        "The cost is minus a sum of logarithms.",
        "Die Kosten sind minus eine Summe von Logarithmen.",
    ),
    bug(
        "dAL-second-term-missing",
        {"-(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))": "-np.divide(Y, AL)"},
        "dAL lacks the term of the examples with y = 0.",
        "In dAL fehlt der Term der Beispiele mit y = 0.",
        "Differentiate both logarithms.",
        "Leiten Sie beide Logarithmen ab.",
    ),
    bug(
        "dAL-terms-added",
        {"np.divide(Y, AL) - np.divide": "np.divide(Y, AL) + np.divide"},
        "The two terms of dAL are added; the derivative of log(1 - a) brings a minus.",
        "Die beiden Terme von dAL sind addiert; die Ableitung von log(1 - a) bringt ein Minus.",
        "Mind the inner derivative.",
        "Beachten Sie die innere Ableitung.",
    ),
    bug(
        "hidden-layers-sigmoid",
        {'caches[l], "relu"': 'caches[l], "sigmoid"'},
        "The hidden layers are differentiated as sigmoid layers.",
        "Die verborgenen Schichten werden als Sigmoid-Schichten abgeleitet.",
        "Which activation have the hidden layers?",
        "Welche Aktivierung haben die verborgenen Schichten?",
    ),
    bug(
        "hidden-layers-from-dAL",
        {"dA, dW, db = linear_activation_backward(dA, current": "_, dW, db = linear_activation_backward(dA, current"},
        "The last hidden layer gets dAL instead of what comes back through the output layer.",
        "Die letzte verborgene Schicht bekommt dAL statt dem, was durch die Ausgabeschicht zurückkommt.",
        "Follow dA from layer to layer.",
        "Verfolgen Sie dA von Schicht zu Schicht.",
    ),
    bug(
        "first-layer-without-gradient",
        {"reversed(range(L - 1))": "reversed(range(1, L - 1))"},
        "The first layer gets no gradient: the loop ends one too early.",
        "Die erste Schicht bekommt keinen Gradienten: die Schleife endet eins zu früh.",
        "Which numbers does range give?",
        "Welche Zahlen liefert range?",
    ),
)  # fmt: skip

_MODEL_FORWARD = (
    bug(
        "last-hidden-layer-skipped",
        {"range(1, L)": "range(1, L - 1)"},
        "The last hidden layer is skipped.",
        "Die letzte verborgene Schicht ist übersprungen.",
        "Which numbers does range give?",
        "Welche Zahlen liefert range?",
    ),
    bug(
        "output-layer-relu",
        {'"sigmoid"': '"relu"'},
        "The output layer uses relu instead of sigmoid.",
        "Die Ausgabeschicht benutzt relu statt sigmoid.",
        "Between which values must AL lie?",
        "Zwischen welchen Werten muss AL liegen?",
    ),
    bug(
        "hidden-layers-sigmoid-forward",
        {'"relu"': '"sigmoid"'},
        "The hidden layers use sigmoid instead of relu.",
        "Die verborgenen Schichten benutzen sigmoid statt relu.",
        "Which activation have the hidden layers?",
        "Welche Aktivierung haben die verborgenen Schichten?",
    ),
    bug(
        "every-layer-from-X",
        {"linear_activation_forward(A, parameters[f\"W{l}\"]": "linear_activation_forward(X, parameters[f\"W{l}\"]"},
        "Every hidden layer gets X instead of the output of the layer before.",
        "Jede verborgene Schicht bekommt X statt der Ausgabe der vorigen Schicht.",
        "What does layer 2 receive?",
        "Was bekommt Schicht 2?",
    ),
)  # fmt: skip

EXERCISE = Exercise(
    id="deep-network-step-by-step",
    title=Text("A deep network, step by step", "Ein tiefes Netz, Schritt für Schritt"),
    week="C1W4",
    reading="Bishop, Deep Learning: Foundations and Concepts, chapter 8",
    provided="cached",
    functions=(
        Function(
            initialize_parameters_deep,
            10,
            _dims,
            returns=("parameters",),
            view=describe_weights,
            accept=_scaled_by_inputs,
            bugs=_INITIALISE,
        ),
        Function(
            linear_forward,
            10,
            _layers,
            returns=("Z", "cache"),
            private=("cache",),
            signatures=("A, W, b",),
            bugs=(
                bug(
                    "bias-missing",
                    {" + b": ""},
                    "The bias is not added.",
                    "Der Bias wird nicht addiert.",
                    "Which argument have you not used?",
                    "Welches Argument haben Sie nicht benutzt?",
                ),
                bug(
                    "linear-elementwise",
                    {"W @ A + b": "W.sum(axis=1, keepdims=True) * A.sum(axis=0) + b"},
                    "The sums of W and A are multiplied; it is a matrix product.",
                    "Die Summen von W und A werden multipliziert; es ist ein Matrixprodukt.",
                    "np.dot or @.",
                    "np.dot oder @.",
                ),
            ),
        ),
        Function(
            linear_activation_forward,
            10,
            _layers,
            returns=("A", "cache"),
            private=("cache",),
            signatures=("A_prev, W, b, activation",),
            uses=("linear_forward",),
            bugs=(
                bug(
                    "activations-swapped",
                    {'activation == "sigmoid"': 'activation == "relu"'},
                    "relu and sigmoid are swapped.",
                    "relu und sigmoid sind vertauscht.",
                    "Which branch belongs to which activation?",
                    "Welcher Zweig gehört zu welcher Aktivierung?",
                ),
                bug(
                    "sigmoid-everywhere",
                    {'sigmoid(Z) if activation == "sigmoid" else relu(Z)': "sigmoid(Z)"},
                    "Sigmoid is used whatever `activation` says.",
                    "Es wird immer sigmoid benutzt, was auch in `activation` steht.",
                    "Use the argument.",
                    "Benutzen Sie das Argument.",
                ),
                bug(
                    "activation-not-applied",
                    {"A, activation_cache = sigmoid(Z) if activation == \"sigmoid\" else relu(Z)": "A, activation_cache = Z, Z"},
                    "No activation is applied.",
                    "Es wird keine Aktivierung angewendet.",
                    "What is A, given Z?",
                    "Was ist A, wenn Z gegeben ist?",
                ),
            ),
        ),
        Function(
            L_model_forward,
            10,
            _networks,
            returns=("AL", "caches"),
            private=("caches",),
            signatures=("X, parameters",),
            uses=("linear_activation_forward", "linear_forward"),
            bugs=_MODEL_FORWARD,
        ),
        Function(
            compute_cost,
            10,
            _networks,
            returns=("cost",),
            signatures=("AL, Y",),
            bugs=(
                bug(
                    "deep-cost-not-averaged",
                    {") / m": ")"},
                    "The cost is a sum, not a mean over the examples: 1/m is missing.",
                    "Die Kosten sind eine Summe statt eines Mittels über die Beispiele: 1/m fehlt.",
                    "Should twice the data cost twice as much?",
                    "Sollen doppelt so viele Daten doppelt so viel kosten?",
                ),
                bug(
                    "deep-cost-first-term-only",
                    {" + (1 - Y) * np.log(1 - AL)": ""},
                    "The term of the examples with y = 0 is missing.",
                    "Der Term der Beispiele mit y = 0 fehlt.",
                    "What does an example with y = 0 contribute?",
                    "Was trägt ein Beispiel mit y = 0 bei?",
                ),
                bug(
                    "deep-cost-sign",
                    {"-np.sum": "np.sum"},
                    "The cost has the wrong sign.",
                    "Die Kosten haben das falsche Vorzeichen.",
                    "Which sign has the logarithm of a probability?",
                    "Welches Vorzeichen hat der Logarithmus einer Wahrscheinlichkeit?",
                ),
            ),
        ),
        Function(
            linear_backward,
            15,
            _linear_caches,
            returns=("dA_prev", "dW", "db"),
            signatures=("dZ, cache",),
            bugs=_LINEAR_BACKWARD,
        ),
        Function(
            linear_activation_backward,
            10,
            _caches,
            returns=("dA_prev", "dW", "db"),
            signatures=("dA, cache, activation",),
            uses=("linear_backward",),
            bugs=_LINEAR_ACTIVATION_BACKWARD,
        ),
        Function(
            L_model_backward,
            15,
            _networks,
            returns=("grads",),
            signatures=("AL, Y, caches",),
            uses=("linear_activation_backward", "linear_backward"),
            view=_by_layer,
            bugs=_MODEL_BACKWARD,
        ),
        Function(
            update_parameters,
            10,
            _networks,
            returns=("parameters",),
            signatures=("params, grads, learning_rate", "parameters, grads, learning_rate"),
            bugs=(
                bug(
                    "deep-gradient-ascent",
                    {'parameters[f"W{l}"] - learning': 'parameters[f"W{l}"] + learning', 'parameters[f"b{l}"] - learning': 'parameters[f"b{l}"] + learning'},
                    "The gradients are added: that climbs the cost.",
                    "Die Gradienten werden addiert: das steigt die Kosten hinauf.",
                    "In which direction does the gradient point?",
                    "In welche Richtung zeigt der Gradient?",
                ),
                bug(
                    "last-layer-not-updated",
                    {"range(1, L + 1)": "range(1, L)"},
                    "The last layer is not updated.",
                    "Die letzte Schicht wird nicht aktualisiert.",
                    "Which numbers does range give?",
                    "Welche Zahlen liefert range?",
                ),
                bug(
                    "deep-biases-not-updated",
                    {'        parameters[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]\n': ""},
                    "The biases are not updated.",
                    "Die Biases werden nicht aktualisiert.",
                    "Two parameters a layer.",
                    "Zwei Parameter je Schicht.",
                ),
            ),
        ),
    ),
)  # fmt: skip
