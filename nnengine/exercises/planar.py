"""A network with one hidden layer on planar data; columns are examples, as in the course's first weeks."""

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Bug, Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import not_averaged, without_keepdims, wrong_axis
from nnengine.exercises.randomness import describe_weights
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z)."""
    return 1 / (1 + np.exp(-z))


def layer_sizes(X: Array, Y: Array) -> tuple[int, int, int]:
    """Return the sizes of input, hidden (4) and output layer."""
    n_x = X.shape[0]
    n_h = 4
    n_y = Y.shape[0]
    return n_x, n_h, n_y


def initialize_parameters(n_x: int, n_h: int, n_y: int) -> Parameters:
    """Draw small normal weights; biases are zero columns."""
    W1 = np.random.randn(n_h, n_x) * 0.01  # noqa: NPY002 - as the course does
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.01  # noqa: NPY002 - as the course does
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def forward_propagation(X: Array, parameters: Parameters) -> tuple[Array, dict[str, Array]]:
    """Return the output A2 and everything on the way."""
    W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2: Array, Y: Array, parameters: Parameters | None = None) -> float:
    """Return the mean cross-entropy."""
    m = Y.shape[1]
    logprobs = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
    cost = -np.sum(logprobs) / m
    return float(cost)


def backward_propagation(parameters: Parameters, cache: Parameters, X: Array, Y: Array) -> Parameters:
    """Return the gradients of the cost by the parameters."""
    m = X.shape[1]
    W2 = parameters["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_parameters(parameters: Parameters, grads: Parameters, learning_rate: float = 1.2) -> Parameters:
    """Take one step of gradient descent."""
    W1 = parameters["W1"] - learning_rate * grads["dW1"]
    b1 = parameters["b1"] - learning_rate * grads["db1"]
    W2 = parameters["W2"] - learning_rate * grads["dW2"]
    b2 = parameters["b2"] - learning_rate * grads["db2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def nn_model(
    X: Array, Y: Array, n_h: int, num_iterations: int = 10000, print_cost: bool = False
) -> Parameters:
    """Train the network and return its parameters."""
    n_x, _, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    for _ in range(num_iterations):
        _, cache = forward_propagation(X, parameters)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
    return parameters


def predict(parameters: Parameters, X: Array) -> Array:
    """Return 1 where the output is above one half, else 0."""
    A2, _ = forward_propagation(X, parameters)
    return np.asarray(A2 > 0.5, dtype=np.float64)


def _network(rng: Rng, n_x: int, n_h: int, n_y: int) -> Parameters:
    return {
        "W1": rng.normal(size=(n_h, n_x)),
        "b1": rng.normal(size=(n_h, 1)),
        "W2": rng.normal(size=(n_y, n_h)),
        "b2": rng.normal(size=(n_y, 1)) * 0.3,
    }


def _batches(rng: Rng) -> list[Draw]:
    """Draw networks with data, caches and gradients that belong together; no two sizes are equal.

    There is one output unit, as the course's own code takes for granted.
    """
    draws = []
    for n_x, n_h, n_y, m in ((3, 5, 1, 7), (4, 3, 1, 6)):
        parameters = _network(rng, n_x, n_h, n_y)
        X = rng.normal(size=(n_x, m))
        Y = (rng.random((n_y, m)) > 0.5).astype(np.float64)
        Y[:, :2] = [0.0, 1.0]
        A2, cache = forward_propagation(X, parameters)
        grads = {f"d{name}": rng.normal(size=value.shape) for name, value in parameters.items()}
        args = {"X": X, "Y": Y, "parameters": parameters, "cache": cache, "A2": A2, "grads": grads}
        args["learning_rate"] = float(rng.uniform(0.1, 0.9))
        draws.append(Draw(args, sizes={"m": m, "n_x": n_x, "n_h": n_h, "n_y": n_y}))
    return draws


def _decisions(rng: Rng) -> list[Draw]:
    """Draw so many examples that both classes are among them."""
    return [
        Draw({"parameters": _network(rng, n_x, n_h, 1), "X": rng.normal(size=(n_x, 60))})
        for n_x, n_h in ((3, 5), (4, 3))
    ]


def _updates(rng: Rng) -> list[Draw]:
    """Leave the learning rate out once: nn_model does."""
    first, second = _batches(rng)
    args = {name: value for name, value in second.args.items() if name != "learning_rate"}
    return [first, second, Draw(args, "no learning rate given", sizes=second.sizes)]


def _sizes(rng: Rng) -> list[Draw]:
    shapes = ((5, 3, 2), (3, 8, 4), (2, 9, 1))
    return [
        Draw({"X": rng.normal(size=(n_x, m)), "Y": rng.normal(size=(n_y, m))}, sizes={"m": m})
        for n_x, m, n_y in shapes
    ]


def _wide(rng: Rng) -> list[Draw]:
    n_x, n_h, n_y = (int(n) for n in rng.permutation([50, 60, 70]))
    return [Draw({"n_x": n_x, "n_h": n_h, "n_y": n_y})]


def _training(rng: Rng) -> list[Draw]:
    draws = []
    for n_x, m, n_h, iterations in ((2, 12, 3, 6), (3, 9, 4, 1)):
        X = rng.normal(size=(n_x, m))
        Y = (X[:1] * X[1:2] > 0).astype(np.float64)
        args = {"X": X, "Y": Y, "n_h": n_h, "num_iterations": iterations, "print_cost": False}
        given = {"initialize_parameters": [_network(rng, n_x, n_h, 1) for _ in range(4)]}
        label = "one iteration" if iterations == 1 else ""
        draws.append(Draw(args, label=label, sizes={"m": m}, given=given))
    return draws


def _learns(draw: Draw, result: object) -> bool:
    """Accept training that draws its own start: the cost must fall as the reference's does."""
    if not isinstance(result, dict) or draw.label:
        return False
    X, Y = draw.args["X"], draw.args["Y"]
    try:
        A2, _ = forward_propagation(X, result)
        return compute_cost(A2, Y) < 0.69
    except (KeyError, ValueError, TypeError):
        return False


_INITIALISE = (
    Bug(
        "weights-zero",
        {"np.random.randn(n_h, n_x) * 0.01": "np.zeros((n_h, n_x))"},
        Text(
            "W1 starts at zero: all hidden units compute the same and stay the same for ever.",
            "W1 beginnt bei null: alle verborgenen Einheiten rechnen dasselbe und bleiben für immer gleich.",
        ),
        Text("What breaks the symmetry between two hidden units?", "Was bricht die Symmetrie zweier Einheiten?"),
    ),
    Bug(
        "weights-not-scaled",
        {"(n_h, n_x) * 0.01": "(n_h, n_x)", "(n_y, n_h) * 0.01": "(n_y, n_h)"},
        Text(
            "The weights are not small: the factor 0.01 is missing, tanh starts saturated.",
            "Die Gewichte sind nicht klein: der Faktor 0.01 fehlt, tanh beginnt in der Sättigung.",
        ),
        Text("Where is the slope of tanh largest?", "Wo ist die Steigung von tanh am größten?"),
    ),
    Bug(
        "weights-all-positive",
        {"W1 = np.random.randn(n_h, n_x)": "W1 = np.random.rand(n_h, n_x)",
         "W2 = np.random.randn(n_y, n_h)": "W2 = np.random.rand(n_y, n_h)"},
        Text(
            "The weights are all positive: np.random.rand draws from [0, 1), np.random.randn around 0.",
            "Alle Gewichte sind positiv: np.random.rand zieht aus [0, 1), np.random.randn um 0 herum.",
        ),
        Text("One letter of the function's name decides it.", "Ein Buchstabe im Funktionsnamen entscheidet."),
    ),
    Bug(
        "weights-transposed",
        {"np.random.randn(n_h, n_x)": "np.random.randn(n_x, n_h)",
         "np.random.randn(n_y, n_h)": "np.random.randn(n_h, n_y)"},
        Text(
            "W1 and W2 are transposed: rows must be the units of the layer, columns those of the layer before.",
            "W1 und W2 sind transponiert: Zeilen sind die Einheiten der Schicht, Spalten die der Schicht davor.",
        ),
        Text("Write down the shapes in W1 @ X.", "Schreiben Sie die Formen in W1 @ X auf."),
    ),
    Bug(
        "biases-rank-one",
        {"np.zeros((n_h, 1))": "np.zeros(n_h)", "np.zeros((n_y, 1))": "np.zeros(n_y)"},
        Text(
            "The biases have one axis only; they must be columns to be added to every example.",
            "Die Biases haben nur eine Achse; sie müssen Spalten sein, um zu jedem Beispiel addiert zu werden.",
        ),
        Text("How does numpy add (n,) to (n, m)?", "Wie addiert numpy (n,) zu (n, m)?"),
    ),
    Bug(
        "biases-random",
        {"np.zeros((n_h, 1))": "np.random.randn(n_h, 1) * 0.01",
         "np.zeros((n_y, 1))": "np.random.randn(n_y, 1) * 0.01"},
        Text("The biases are random; they start at zero.", "Die Biases sind zufällig; sie beginnen bei null."),
        Text("Only the weights must break the symmetry.", "Nur die Gewichte müssen die Symmetrie brechen."),
    ),
)  # fmt: skip

_FORWARD = (
    Bug(
        "sigmoid-in-hidden-layer",
        {"np.tanh(Z1)": "sigmoid(Z1)"},
        Text(
            "The hidden layer uses sigmoid instead of tanh.",
            "Die verborgene Schicht benutzt sigmoid statt tanh.",
        ),
        Text("Which activation belongs to which layer?", "Welche Aktivierung gehört zu welcher Schicht?"),
    ),
    Bug(
        "tanh-in-output-layer",
        {"sigmoid(Z2)": "np.tanh(Z2)"},
        Text(
            "The output layer uses tanh: A2 is no probability.",
            "Die Ausgabeschicht benutzt tanh: A2 ist keine Wahrscheinlichkeit.",
        ),
        Text("Between which values must A2 lie?", "Zwischen welchen Werten muss A2 liegen?"),
    ),
    Bug(
        "hidden-activation-missing",
        {"np.tanh(Z1)": "Z1"},
        Text(
            "The hidden layer has no activation: the network is linear up to the sigmoid.",
            "Die verborgene Schicht hat keine Aktivierung: das Netz ist bis zum Sigmoid linear.",
        ),
        Text("What is A1, given Z1?", "Was ist A1, wenn Z1 gegeben ist?"),
    ),
    Bug(
        "output-from-Z1",
        {"W2 @ A1": "W2 @ Z1"},
        Text(
            "Z2 is computed from Z1: the activation A1 is skipped.",
            "Z2 wird aus Z1 berechnet: die Aktivierung A1 ist übersprungen.",
        ),
        Text("What does the second layer receive?", "Was bekommt die zweite Schicht?"),
    ),
    Bug(
        "b1-missing",
        {"W1 @ X + b1": "W1 @ X"},
        Text("The bias b1 is not added.", "Der Bias b1 wird nicht addiert."),
        Text("Which parameters have you not used?", "Welche Parameter haben Sie nicht benutzt?"),
    ),
    Bug(
        "b2-missing",
        {"W2 @ A1 + b2": "W2 @ A1"},
        Text("The bias b2 is not added.", "Der Bias b2 wird nicht addiert."),
        Text("Which parameters have you not used?", "Welche Parameter haben Sie nicht benutzt?"),
    ),
)

_COST = (
    Bug(
        "cost-first-term-only",
        {"Y * np.log(A2) + (1 - Y) * np.log(1 - A2)": "Y * np.log(A2)"},
        Text(
            "Only the examples with y = 1 count: the term (1 - Y) log(1 - A2) is missing.",
            "Nur die Beispiele mit y = 1 zählen: der Term (1 - Y) log(1 - A2) fehlt.",
        ),
        Text("What does an example with y = 0 contribute?", "Was trägt ein Beispiel mit y = 0 bei?"),
    ),
    Bug(
        "cost-not-averaged",
        {"-np.sum(logprobs) / m": "-np.sum(logprobs)"},
        Text(
            "The cost is a sum, not a mean over the examples: 1/m is missing.",
            "Die Kosten sind eine Summe statt eines Mittels über die Beispiele: 1/m fehlt.",
        ),
        Text(
            "Should twice the data cost twice as much?",
            "Sollen doppelt so viele Daten doppelt so viel kosten?",
        ),
    ),
    Bug(
        "cost-log10",
        {"Y * np.log(A2) + (1 - Y) * np.log(1": "Y * np.log10(A2) + (1 - Y) * np.log10(1"},
        Text(
            "The logarithm is to base 10; the cross-entropy wants the natural one.",
            "Der Logarithmus hat die Basis 10; die Kreuzentropie verlangt den natürlichen.",
        ),
        Text("What is the derivative of log10?", "Was ist die Ableitung von log10?"),
    ),
    Bug(
        "cost-sign",
        {"-np.sum": "np.sum"},
        Text(
            "The cost has the wrong sign: it is negative and would be maximised.",
            "Die Kosten haben das falsche Vorzeichen: sie sind negativ und würden maximiert.",
        ),
        Text(
            "Which sign has log of a probability?",
            "Welches Vorzeichen hat der Logarithmus einer Wahrscheinlichkeit?",
        ),
    ),
)

_BACKWARD = (
    not_averaged("dW2", "dW2 = dZ2 @ A1.T / m", "dW2 = dZ2 @ A1.T"),
    not_averaged(
        "db2", "db2 = np.sum(dZ2, axis=1, keepdims=True) / m", "db2 = np.sum(dZ2, axis=1, keepdims=True)"
    ),
    not_averaged("dW1", "dW1 = dZ1 @ X.T / m", "dW1 = dZ1 @ X.T"),
    not_averaged(
        "db1", "db1 = np.sum(dZ1, axis=1, keepdims=True) / m", "db1 = np.sum(dZ1, axis=1, keepdims=True)"
    ),
    Bug(
        "nothing-averaged",
        {"m = X.shape[1]": "m = 1"},
        Text(
            "None of the gradients is averaged over the batch: 1/m is missing.",
            "Keiner der Gradienten ist über den Batch gemittelt: 1/m fehlt.",
        ),
        Text(
            "The cost is a mean over m examples, so its derivatives are, too.",
            "Die Kosten sind ein Mittel über m Beispiele, ihre Ableitungen also auch.",
        ),
    ),
    Bug(
        "m-from-features",
        {"m = X.shape[1]": "m = X.shape[0]"},
        Text(
            "m is the number of features, not of examples.",
            "m ist die Zahl der Merkmale, nicht der Beispiele.",
        ),
        Text("On which axis of X do the examples lie?", "Auf welcher Achse von X liegen die Beispiele?"),
    ),
    without_keepdims("db2", "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2, axis=1)"),
    without_keepdims("db1", "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, axis=1)"),
    wrong_axis("db2", "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2, axis=0, keepdims=True)"),
    wrong_axis("db1", "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, axis=0, keepdims=True)"),
    Bug(
        "db-summed-over-everything",
        {
            "np.sum(dZ2, axis=1, keepdims=True)": "np.sum(dZ2)",
            "np.sum(dZ1, axis=1, keepdims=True)": "np.sum(dZ1)",
        },
        Text(
            "The bias gradients are summed over everything: one number instead of one per unit.",
            "Die Bias-Gradienten sind über alles summiert: eine Zahl statt einer je Einheit.",
        ),
        Text("np.sum without axis sums over all axes.", "np.sum ohne axis summiert über alle Achsen."),
    ),
    Bug(
        "dZ2-sign",
        {"A2 - Y": "Y - A2"},
        Text(
            "dZ2 has the wrong sign, and with it every gradient: it is A2 - Y.",
            "dZ2 hat das falsche Vorzeichen und damit jeder Gradient: es ist A2 - Y.",
        ),
        Text(
            "If A2 is too large, should Z2 rise or fall?", "Wenn A2 zu groß ist: soll Z2 steigen oder fallen?"
        ),
    ),
    Bug(
        "extra-sigmoid-derivative",
        {"dZ2 = A2 - Y": "dZ2 = (A2 - Y) * A2 * (1 - A2)"},
        Text(
            "dZ2 holds the derivative of the sigmoid once too often.",
            "dZ2 enthält die Ableitung des Sigmoids einmal zu viel.",
        ),
        Text(
            "With cross-entropy the sigmoid's derivative cancels. Work out dL/dZ2 on paper.",
            "Mit der Kreuzentropie kürzt sich die Ableitung des Sigmoids. Rechnen Sie dL/dZ2 auf Papier aus.",
        ),
    ),
    Bug(
        "tanh-derivative-missing",
        {"W2.T @ dZ2 * (1 - A1**2)": "W2.T @ dZ2"},
        Text(
            "dZ1 lacks the derivative of tanh: what comes back through W2 must be multiplied by 1 - A1².",
            "In dZ1 fehlt die Ableitung von tanh: was durch W2 zurückkommt, wird mit 1 - A1² multipliziert.",
        ),
        Text("Which function lies between Z1 and A1?", "Welche Funktion liegt zwischen Z1 und A1?"),
    ),
    Bug(
        "tanh-derivative-of-Z1",
        {"(1 - A1**2)": '(1 - cache["Z1"] ** 2)'},
        Text(
            "The derivative of tanh is taken with Z1 instead of A1.",
            "Die Ableitung von tanh ist mit Z1 statt mit A1 gebildet.",
        ),
        Text(
            "tanh'(z) = 1 - tanh²(z): which of the two is tanh(Z1)?",
            "tanh'(z) = 1 - tanh²(z): was davon ist tanh(Z1)?",
        ),
    ),
    Bug(
        "sigmoid-derivative-for-tanh",
        {"(1 - A1**2)": "A1 * (1 - A1)"},
        Text(
            "dZ1 uses the derivative of the sigmoid; the hidden layer is a tanh layer.",
            "dZ1 benutzt die Ableitung des Sigmoids; die verborgene Schicht ist eine tanh-Schicht.",
        ),
        Text(
            "What is the derivative of tanh, written with A1?",
            "Was ist die Ableitung von tanh, mit A1 geschrieben?",
        ),
    ),
    Bug(
        "tanh-derivative-not-squared",
        {"(1 - A1**2)": "(1 - A1)"},
        Text(
            "A1 is not squared in the derivative of tanh.",
            "A1 ist in der Ableitung von tanh nicht quadriert.",
        ),
        Text(
            "What is the derivative of tanh, written with A1?",
            "Was ist die Ableitung von tanh, mit A1 geschrieben?",
        ),
    ),
    Bug(
        "tanh-derivative-square-of-difference",
        {"(1 - A1**2)": "(1 - A1) ** 2"},
        Text(
            "The derivative of tanh is 1 - A1², not (1 - A1)².",
            "Die Ableitung von tanh ist 1 - A1², nicht (1 - A1)².",
        ),
        Text("Check the brackets.", "Prüfen Sie die Klammern."),
    ),
    Bug(
        "dW2-from-Z1",
        {"dZ2 @ A1.T": 'dZ2 @ cache["Z1"].T'},
        Text(
            "dW2 is computed with Z1; the second layer's input is A1.",
            "dW2 ist mit Z1 berechnet; die Eingabe der zweiten Schicht ist A1.",
        ),
        Text(
            "Z2 = W2 A1 + b2: what is its derivative by W2?",
            "Z2 = W2 A1 + b2: was ist die Ableitung nach W2?",
        ),
    ),
)

_UPDATE = (
    Bug(
        "gradient-ascent",
        {f'parameters["{n}"] - learning_rate': f'parameters["{n}"] + learning_rate' for n in ("W1", "b1", "W2", "b2")},
        Text(
            "The gradients are added: that climbs the cost instead of descending.",
            "Die Gradienten werden addiert: das steigt die Kosten hinauf statt hinab.",
        ),
        Text("In which direction does the gradient point?", "In welche Richtung zeigt der Gradient?"),
    ),
    Bug(
        "biases-not-updated",
        {f' - learning_rate * grads["d{n}"]': "" for n in ("b1", "b2")},
        Text("The biases are not updated.", "Die Biases werden nicht aktualisiert."),
        Text("Four parameters, four updates.", "Vier Parameter, vier Aktualisierungen."),
    ),
    Bug(
        "learning-rate-missing",
        {f'- learning_rate * grads["d{n}"]': f'- grads["d{n}"]' for n in ("W1", "b1", "W2", "b2")},
        Text("The learning rate is not used.", "Die Lernrate wird nicht benutzt."),
        Text("How long is one step?", "Wie lang ist ein Schritt?"),
    ),
    Bug(
        "learning-rate-default",
        {"learning_rate: float = 1.2": "learning_rate: float = 0.01"},
        Text("The default of the learning rate is not 1.2.", "Der Vorgabewert der Lernrate ist nicht 1.2."),
        Text("nn_model calls it without one.", "nn_model ruft sie ohne auf."),
    ),
    Bug(
        "learning-rate-fixed",
        {"W1 = parameters": "learning_rate = 1.2\n    W1 = parameters"},
        Text(
            "The learning rate is fixed at 1.2, whatever is passed in.",
            "Die Lernrate ist auf 1.2 festgelegt, was immer übergeben wird.",
        ),
        Text("Use the argument.", "Benutzen Sie das Argument."),
    ),
)  # fmt: skip

_MODEL = (
    Bug(
        "one-iteration-too-few",
        {"range(num_iterations)": "range(1, num_iterations)"},
        Text("There is one iteration too few.", "Es gibt eine Iteration zu wenig."),
        Text("How many numbers are in range(1, n)?", "Wie viele Zahlen hat range(1, n)?"),
    ),
    Bug(
        "one-iteration-too-many",
        {"range(num_iterations)": "range(num_iterations + 1)"},
        Text("There is one iteration too many.", "Es gibt eine Iteration zu viel."),
        Text("How many numbers are in range(0, n + 1)?", "Wie viele Zahlen hat range(0, n + 1)?"),
    ),
    Bug(
        "never-updated",
        {"parameters = update_parameters(parameters, grads)": "update_parameters(parameters, grads)"},
        Text(
            "The updated parameters are thrown away: training returns where it began.",
            "Die aktualisierten Parameter werden verworfen: das Training endet, wo es begann.",
        ),
        Text("What does update_parameters return?", "Was gibt update_parameters zurück?"),
    ),
    Bug(
        "returns-after-first-iteration",
        {"    return parameters": "        return parameters"},
        Text(
            "The function returns inside the loop, after the first iteration.",
            "Die Funktion kehrt in der Schleife zurück, nach der ersten Iteration.",
        ),
        Text("Look at the indentation of return.", "Achten Sie auf die Einrückung von return."),
    ),
    Bug(
        "restarts-every-iteration",
        {"        _, cache = forward": "        parameters = initialize_parameters(n_x, n_h, n_y)\n        _, cache = forward"},
        Text(
            "The parameters are initialised again in every iteration.",
            "Die Parameter werden in jeder Iteration neu initialisiert.",
        ),
        Text("What belongs before the loop?", "Was gehört vor die Schleife?"),
    ),
    Bug(
        "forward-outside-loop",
        {
            "    for _ in range(num_iterations):\n        _, cache = forward_propagation(X, parameters)":
            "    _, cache = forward_propagation(X, parameters)\n    for _ in range(num_iterations):"
        },
        Text(
            "Forward propagation runs once, before the loop: every gradient is that of the start.",
            "Die Vorwärtsrechnung läuft einmal vor der Schleife: jeder Gradient ist der vom Anfang.",
        ),
        Text("What changes from one iteration to the next?", "Was ändert sich von Iteration zu Iteration?"),
    ),
)  # fmt: skip

_PREDICT = (
    Bug(
        "predict-probabilities",
        {"np.asarray(A2 > 0.5, dtype=np.float64)": "A2"},
        Text(
            "The probabilities are returned, not the decisions 0 or 1.",
            "Es werden die Wahrscheinlichkeiten zurückgegeben, nicht die Entscheidungen 0 oder 1.",
        ),
        Text("From which probability on is it a 1?", "Ab welcher Wahrscheinlichkeit ist es eine 1?"),
    ),
    Bug(
        "predict-inverted",
        {"A2 > 0.5": "A2 < 0.5"},
        Text("The classes are swapped.", "Die Klassen sind vertauscht."),
        Text("A large A2 means class 1.", "Ein großes A2 bedeutet Klasse 1."),
    ),
    Bug(
        "predict-threshold-zero",
        {"A2 > 0.5": "A2 > 0"},
        Text("The threshold is 0: everything becomes class 1.", "Die Schwelle ist 0: alles wird Klasse 1."),
        Text("A sigmoid is never below 0.", "Ein Sigmoid ist nie kleiner als 0."),
    ),
)

EXERCISE = Exercise(
    id="planar-one-hidden-layer",
    title=Text("Planar data with one hidden layer", "Ebene Daten mit einer verborgenen Schicht"),
    week="C1W3",
    reading="Bishop, Deep Learning: Foundations and Concepts, chapters 6 and 8",
    provided="plain",
    functions=(
        Function(
            layer_sizes,
            5,
            _sizes,
            returns=("n_x", "n_h", "n_y"),
            bugs=(
                Bug(
                    "sizes-from-examples",
                    {"X.shape[0]": "X.shape[1]", "Y.shape[0]": "Y.shape[1]"},
                    Text(
                        "n_x and n_y are numbers of examples, not of features.",
                        "n_x und n_y sind Zahlen von Beispielen, nicht von Merkmalen.",
                    ),
                    Text("Examples are columns here.", "Beispiele sind hier Spalten."),
                ),
                Bug(
                    "n_y-from-X",
                    {"Y.shape[0]": "X.shape[0]"},
                    Text(
                        "n_y is the size of X; it is that of Y.", "n_y ist die Größe von X; es ist die von Y."
                    ),
                    Text("Look at the third result.", "Schauen Sie auf das dritte Ergebnis."),
                ),
            ),
        ),
        Function(
            initialize_parameters, 10, _wide, returns=("parameters",), view=describe_weights, bugs=_INITIALISE
        ),
        Function(
            forward_propagation,
            20,
            _batches,
            returns=("A2", "cache"),
            private=("cache",),
            signatures=("X, parameters",),
            bugs=_FORWARD,
        ),
        Function(
            compute_cost,
            15,
            _batches,
            returns=("cost",),
            signatures=("A2, Y", "A2, Y, parameters"),
            bugs=_COST,
        ),
        Function(
            backward_propagation,
            25,
            _batches,
            returns=("grads",),
            signatures=("parameters, cache, X, Y",),
            bugs=_BACKWARD,
        ),
        Function(
            update_parameters,
            10,
            _updates,
            returns=("parameters",),
            signatures=("parameters, grads, learning_rate=1.2",),
            bugs=_UPDATE,
        ),
        Function(
            nn_model,
            10,
            _training,
            returns=("parameters",),
            signatures=("X, Y, n_h, num_iterations=10000, print_cost=False",),
            uses=(
                "layer_sizes",
                "forward_propagation",
                "compute_cost",
                "backward_propagation",
                "update_parameters",
            ),
            given=("initialize_parameters",),
            accept=_learns,
            bugs=_MODEL,
        ),
        Function(
            predict,
            5,
            _decisions,
            returns=("predictions",),
            signatures=("parameters, X",),
            uses=("forward_propagation",),
            any_layout=True,
            bugs=_PREDICT,
        ),
    ),
)
