"""Gradient descent and its better relatives; columns are examples."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]


def update_parameters_with_gd(parameters: Parameters, grads: Parameters, learning_rate: float) -> Parameters:
    """Take one step of gradient descent."""
    L = len(parameters) // 2
    for l in range(1, L + 1):  # noqa: E741 - the course's letter for a layer
        parameters[f"W{l}"] = parameters[f"W{l}"] - learning_rate * grads[f"dW{l}"]
        parameters[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]
    return parameters


def random_mini_batches(X: Array, Y: Array, mini_batch_size: int = 64, seed: int = 0) -> list[Any]:
    """Shuffle and cut; the last batch may be smaller."""
    np.random.seed(seed)  # noqa: NPY002 - as the course does
    m = X.shape[1]
    order = list(np.random.permutation(m))  # noqa: NPY002 - as the course does
    X_shuffled = X[:, order]
    Y_shuffled = Y[:, order]
    batches = []
    for start in range(0, m, mini_batch_size):
        stop = start + mini_batch_size
        batches.append((X_shuffled[:, start:stop], Y_shuffled[:, start:stop]))
    return batches


def initialize_velocity(parameters: Parameters) -> Parameters:
    """Return zeros in the shape of every gradient."""
    v = {}
    for l in range(1, len(parameters) // 2 + 1):  # noqa: E741 - the course's letter for a layer
        v[f"dW{l}"] = np.zeros(parameters[f"W{l}"].shape)
        v[f"db{l}"] = np.zeros(parameters[f"b{l}"].shape)
    return v


def update_parameters_with_momentum(
    parameters: Parameters, grads: Parameters, v: Parameters, beta: float, learning_rate: float
) -> tuple[Parameters, Parameters]:
    """Take a step along the running mean of the gradients."""
    for l in range(1, len(parameters) // 2 + 1):  # noqa: E741 - the course's letter for a layer
        for k in (f"W{l}", f"b{l}"):
            v["d" + k] = beta * v["d" + k] + (1 - beta) * grads["d" + k]
            parameters[k] = parameters[k] - learning_rate * v["d" + k]
    return parameters, v


def initialize_adam(parameters: Parameters) -> tuple[Parameters, Parameters]:
    """Return zeros for the first and the second moments."""
    v, s = {}, {}
    for l in range(1, len(parameters) // 2 + 1):  # noqa: E741 - the course's letter for a layer
        v[f"dW{l}"] = np.zeros(parameters[f"W{l}"].shape)
        v[f"db{l}"] = np.zeros(parameters[f"b{l}"].shape)
        s[f"dW{l}"] = np.zeros(parameters[f"W{l}"].shape)
        s[f"db{l}"] = np.zeros(parameters[f"b{l}"].shape)
    return v, s


def update_parameters_with_adam(
    parameters: Parameters,
    grads: Parameters,
    v: Parameters,
    s: Parameters,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Parameters, Parameters, Parameters]:
    """Take a step of Adam: bias-corrected first moment over the root of the second."""
    for l in range(1, len(parameters) // 2 + 1):  # noqa: E741 - the course's letter for a layer
        for k in (f"W{l}", f"b{l}"):
            g = grads["d" + k]
            v["d" + k] = beta1 * v["d" + k] + (1 - beta1) * g
            s["d" + k] = beta2 * s["d" + k] + (1 - beta2) * g**2
            v_hat = v["d" + k] / (1 - beta1**t)
            s_hat = s["d" + k] / (1 - beta2**t)
            parameters[k] = parameters[k] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return parameters, v, s


def update_lr(learning_rate0: float, epoch_num: int, decay_rate: float) -> float:
    """Decay the rate with every epoch."""
    return float(1 / (1 + decay_rate * epoch_num) * learning_rate0)


def schedule_lr_decay(
    learning_rate0: float, epoch_num: int, decay_rate: float, time_interval: int = 1000
) -> float:
    """Decay the rate once an interval."""
    return float(learning_rate0 / (1 + decay_rate * np.floor(epoch_num / time_interval)))


def _steps(rng: Rng) -> list[Draw]:
    """Draw states in the middle of a training; the gradients are not small against epsilon."""
    draws = []
    for dims, t, label in (((4, 3, 2), 3, ""), ((3, 5, 1), 1, "t = 1")):
        parameters: Parameters = {}
        for layer in range(1, len(dims)):
            parameters[f"W{layer}"] = rng.normal(size=(dims[layer], dims[layer - 1]))
            parameters[f"b{layer}"] = rng.normal(size=(dims[layer], 1))
        grads = {f"d{name}": rng.normal(size=value.shape) for name, value in parameters.items()}
        v = {name: rng.normal(size=value.shape) for name, value in grads.items()}
        s = {name: rng.uniform(0.1, 2.0, size=value.shape) for name, value in grads.items()}
        args = {
            "parameters": parameters,
            "grads": grads,
            "v": v,
            "s": s,
            "t": t,
            "beta": float(rng.uniform(0.6, 0.9)),
        }
        args |= {"learning_rate": float(rng.uniform(0.05, 0.3)), "beta1": 0.7, "beta2": 0.8, "epsilon": 1e-2}
        draws.append(Draw(args, label=label))
    return draws


def _data(rng: Rng) -> list[Draw]:
    draws = []
    for m, size, label in ((23, 5, ""), (17, 4, ""), (12, 4, "m a multiple of the batch size")):
        X = np.arange(3 * m, dtype=np.float64).reshape(3, m)
        Y = np.arange(m, dtype=np.float64).reshape(1, m)
        args = {"X": X, "Y": Y, "mini_batch_size": size, "seed": int(rng.integers(1, 1000))}
        draws.append(Draw(args, label=label))
    return draws


def _batches(args: Mapping[str, Any], result: object) -> object:
    """Describe a shuffling that may be any: sizes, that pairs stay together, that each example comes once."""
    if not isinstance(result, list | tuple) or not all(
        isinstance(b, list | tuple) and len(b) == 2 for b in result
    ):
        return result
    X, Y = args["X"], args["Y"]
    try:
        xs = np.concatenate([np.asarray(x).reshape(X.shape[0], -1) for x, _ in result], axis=1)
        ys = np.concatenate([np.asarray(y).reshape(Y.shape[0], -1) for _, y in result], axis=1)
    except ValueError:
        return result
    view: dict[str, object] = {"sizes": [int(np.shape(x)[-1]) for x, _ in result]}
    view["every example once"] = int(xs.shape[1] == X.shape[1] and set(xs[0]) == set(X[0]))
    view["X in another order"] = int(not np.array_equal(xs, X))
    view["Y in another order"] = int(not np.array_equal(ys, Y))
    view["pairs together"] = int(xs.shape[1] == ys.shape[1] and np.array_equal(xs[0], ys[0]))
    return view


def _rates(rng: Rng) -> list[Draw]:
    return [
        Draw(
            {
                "learning_rate0": float(rng.uniform(0.1, 1)),
                "epoch_num": epoch,
                "decay_rate": float(rng.uniform(0.3, 2)),
                "time_interval": interval,
            }
        )
        for epoch, interval in ((7, 3), (250, 100), (11, 4))
    ]


EXERCISE = Exercise(
    id="optimisation",
    title=Text("Optimisation methods", "Optimierungsverfahren"),
    week="C2W2",
    reading="Kingma and Ba, Adam (2015)",
    functions=(
        Function(update_parameters_with_gd, 10, _steps, returns=("parameters",), bugs=(
            bug("gd-ascent", {'parameters[f"W{l}"] - learning': 'parameters[f"W{l}"] + learning', 'parameters[f"b{l}"] - learning': 'parameters[f"b{l}"] + learning'}, "The gradients are added: that climbs the cost.", "Die Gradienten werden addiert: das steigt die Kosten hinauf.", "In which direction does the gradient point?", "In welche Richtung zeigt der Gradient?"),
            bug("gd-last-layer-missing", {"range(1, L + 1)": "range(1, L)"}, "The last layer is not updated.", "Die letzte Schicht wird nicht aktualisiert.", "Which numbers does range give?", "Welche Zahlen liefert range?"),
        )),
        Function(random_mini_batches, 20, _data, returns=("batches",), signatures=("X, Y, mini_batch_size=64, seed=0",), view=_batches, bugs=(
            bug("batches-only-X-shuffled", {"Y[:, order]": "Y"}, "X is shuffled, Y is not: the labels no longer belong to the examples.", "X ist gemischt, Y nicht: die Labels gehören nicht mehr zu den Beispielen.", "Which label belongs to the first example?", "Welches Label gehört zum ersten Beispiel?"),
            bug("batches-shuffled-apart", {"Y[:, order]": "Y[:, list(np.random.permutation(m))]"}, "X and Y are shuffled by different permutations.", "X und Y sind verschieden gemischt.", "How many permutations are needed?", "Wie viele Permutationen braucht es?"),
            bug("batches-last-one-missing", {"range(0, m, mini_batch_size)": "range(0, m - m % mini_batch_size, mini_batch_size)"}, "The last, smaller batch is missing.", "Der letzte, kleinere Batch fehlt.", "What if m is no multiple of the batch size?", "Was, wenn m kein Vielfaches der Batchgröße ist?"),
            bug("batches-not-shuffled", {"list(np.random.permutation(m))": "list(range(m))"}, "The examples are not shuffled.", "Die Beispiele sind nicht gemischt.", "What does np.random.permutation do?", "Was tut np.random.permutation?"),
            bug("batches-start-anywhere", {"[:, start:stop], Y_shuffled[:, start:stop]": "[:, :mini_batch_size], Y_shuffled[:, :mini_batch_size]"}, "Every batch is the first one.", "Jeder Batch ist der erste.", "Where does batch k begin?", "Wo beginnt Batch k?"),
        )),
        Function(initialize_velocity, 5, _steps, returns=("v",), bugs=(
            bug("velocity-from-parameters", {'np.zeros(parameters[f"W{l}"].shape)': 'parameters[f"W{l}"]'}, "The velocity starts from the weights; it starts at zero.", "Die Geschwindigkeit beginnt bei den Gewichten; sie beginnt bei null.", "How fast is something at rest?", "Wie schnell ist etwas in Ruhe?"),
            bug("velocity-last-layer-missing", {"range(1, len(parameters) // 2 + 1)": "range(1, len(parameters) // 2)"}, "The last layer has no velocity.", "Die letzte Schicht hat keine Geschwindigkeit.", "Which numbers does range give?", "Welche Zahlen liefert range?"),
        )),
        Function(update_parameters_with_momentum, 20, _steps, returns=("parameters", "v"), bugs=(
            bug("momentum-without-one-minus-beta", {"(1 - beta) * grads": "grads"}, "The gradient is not multiplied by 1 - beta: the mean is no mean.", "Der Gradient ist nicht mit 1 - beta multipliziert: das Mittel ist keines.", "What must the weights of a mean add up to?", "Was müssen die Gewichte eines Mittels zusammen ergeben?"),
            bug("momentum-betas-swapped", {"beta * v[\"d\" + k] + (1 - beta) * grads": "(1 - beta) * v[\"d\" + k] + beta * grads"}, "beta and 1 - beta are swapped.", "beta und 1 - beta sind vertauscht.", "Which of the two should weigh more, the past or the present?", "Was soll mehr wiegen, das Gestern oder das Heute?"),
            bug("momentum-steps-by-gradient", {"learning_rate * v[\"d\" + k]": "learning_rate * grads[\"d\" + k]"}, "The step follows the gradient; the velocity is computed but not used.", "Der Schritt folgt dem Gradienten; die Geschwindigkeit wird berechnet, aber nicht benutzt.", "What is v for?", "Wozu ist v da?"),
            bug("momentum-subtracted", {"+ (1 - beta) * grads": "- (1 - beta) * grads"}, "The gradient is subtracted from the velocity and again in the step.", "Der Gradient wird von der Geschwindigkeit und im Schritt noch einmal abgezogen.", "Count the signs.", "Zählen Sie die Vorzeichen."),
        )),
        Function(initialize_adam, 5, _steps, returns=("v", "s"), bugs=(
            bug("adam-s-ones", {'s[f"dW{l}"] = np.zeros': 's[f"dW{l}"] = np.ones'}, "s starts at one; it starts at zero.", "s beginnt bei eins; es beginnt bei null.", "What is the bias correction for?", "Wozu dient die Bias-Korrektur?"),
            bug("adam-last-layer-missing", {"range(1, len(parameters) // 2 + 1)": "range(1, len(parameters) // 2)"}, "The last layer has no moments.", "Die letzte Schicht hat keine Momente.", "Which numbers does range give?", "Welche Zahlen liefert range?"),
        )),
        Function(update_parameters_with_adam, 30, _steps, returns=("parameters", "v", "s", "v_corrected", "s_corrected"), optional=2, signatures=("parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8",), bugs=(
            bug("adam-s-not-squared", {"g**2": "g"}, "The second moment takes the gradient itself, not its square.", "Das zweite Moment nimmt den Gradienten selbst, nicht sein Quadrat.", "What is under the root?", "Was steht unter der Wurzel?"),
            bug("adam-correction-without-t", {"(1 - beta1**t)": "(1 - beta1)", "(1 - beta2**t)": "(1 - beta2)"}, "The bias correction does not use t.", "Die Bias-Korrektur benutzt t nicht.", "How large is the correction after 1,000 steps?", "Wie groß ist die Korrektur nach 1.000 Schritten?"),
            bug("adam-beta1-for-s", {"s[\"d\" + k] / (1 - beta2**t)": "s[\"d\" + k] / (1 - beta1**t)"}, "s is corrected with beta1; its own rate is beta2.", "s ist mit beta1 korrigiert; zu s gehört beta2.", "Which rate does each moment use?", "Welche Rate benutzt jedes Moment?"),
            bug("adam-not-corrected", {"v[\"d\" + k] / (1 - beta1**t)": "v[\"d\" + k]", "s[\"d\" + k] / (1 - beta2**t)": "s[\"d\" + k]"}, "The moments are not bias-corrected.", "Die Momente sind nicht korrigiert.", "Both start at zero: are they too small at first?", "Beide beginnen bei null: sind sie anfangs zu klein?"),
            bug("adam-correction-unused", {"learning_rate * v_hat": "learning_rate * v[\"d\" + k]"}, "The corrected first moment is computed but not used.", "Das korrigierte erste Moment wird berechnet, aber nicht benutzt.", "Which variables have you not used?", "Welche Variablen haben Sie nicht benutzt?"),
            bug("adam-s-correction-unused", {"np.sqrt(s_hat)": "np.sqrt(s[\"d\" + k])"}, "The corrected second moment is computed but not used.", "Das korrigierte zweite Moment wird berechnet, aber nicht benutzt.", "Which variables have you not used?", "Welche Variablen haben Sie nicht benutzt?"),
            bug("adam-without-root", {"np.sqrt(s_hat) + epsilon": "s_hat + epsilon"}, "The root of the second moment is missing.", "Die Wurzel des zweiten Moments fehlt.", "Which units has the step?", "Welche Einheit hat der Schritt?"),
            bug("adam-epsilon-inside-root", {"np.sqrt(s_hat) + epsilon": "np.sqrt(s_hat + epsilon)"}, "epsilon stands inside the root.", "epsilon steht in der Wurzel.", "Mind the brackets.", "Achten Sie auf die Klammern."),
            bug("adam-beta2-for-v", {"beta1 * v[\"d\" + k] + (1 - beta1) * g": "beta2 * v[\"d\" + k] + (1 - beta2) * g"}, "The first moment uses beta2.", "Das erste Moment benutzt beta2.", "Which rate does each moment use?", "Welche Rate benutzt jedes Moment?"),
        )),
        Function(update_lr, 5, _rates, returns=("learning_rate",), bugs=(
            bug("decay-exponential", {"1 / (1 + decay_rate * epoch_num) * learning_rate0": "np.exp(-decay_rate * epoch_num) * learning_rate0"}, "That is an exponential decay; asked for is 1 / (1 + rate * epoch).", "Das ist ein exponentieller Abfall; verlangt ist 1 / (1 + Rate * Epoche).", "Read the formula again.", "Lesen Sie die Formel noch einmal."),
            bug("decay-without-one", {"(1 + decay_rate * epoch_num)": "(decay_rate * epoch_num)"}, "The 1 in the denominator is missing.", "Die 1 im Nenner fehlt.", "What is the rate in epoch 0?", "Was ist die Rate in Epoche 0?"),
        )),
        Function(schedule_lr_decay, 5, _rates, returns=("learning_rate",), bugs=(
            bug("schedule-without-floor", {"np.floor(epoch_num / time_interval)": "(epoch_num / time_interval)"}, "The rate decays all the time; the floor is missing.", "Die Rate fällt ständig; das Abrunden fehlt.", "When does the rate change?", "Wann ändert sich die Rate?"),
            bug("schedule-interval-ignored", {"np.floor(epoch_num / time_interval)": "epoch_num"}, "time_interval is not used.", "time_interval wird nicht benutzt.", "Use all arguments.", "Benutzen Sie alle Argumente."),
        )),
    ),
)  # fmt: skip
