"""Recurrent layers as pairs of functions; sequences are (example, time, feature)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Own, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def rnn_step_forward(x: Array, prev_h: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Any]:
    """Take one step in time."""
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h: Array, cache: Any) -> tuple[Array, ...]:  # noqa: ANN401 - the student's own
    """Return the gradients by x, prev_h, Wx, Wh and b."""
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h**2)
    dx = dz @ Wx.T
    dprev_h = dz @ Wh.T
    dWx = x.T @ dz
    dWh = prev_h.T @ dz
    db = dz.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db


def rnn_forward(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Any]:
    """Run over a whole sequence."""
    N, T, _ = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    prev_h = h0
    caches = []
    for t in range(T):
        prev_h, cache = rnn_step_forward(x[:, t], prev_h, Wx, Wh, b)
        h[:, t] = prev_h
        caches.append(cache)
    return h, caches


def rnn_backward(dh: Array, cache: Any) -> tuple[Array, ...]:  # noqa: ANN401 - the student's own
    """Return the gradients by x, h0, Wx, Wh and b."""
    N, T, H = dh.shape
    x0, _, Wx, Wh, _ = cache[0]
    dx = np.zeros((N, T, x0.shape[1]))
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(H)
    dprev_h = np.zeros((N, H))
    for t in reversed(range(T)):
        dx[:, t], dprev_h, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dprev_h, cache[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dx, dprev_h, dWx, dWh, db


def word_embedding_forward(x: npt.NDArray[np.int64], W: Array) -> tuple[Array, Any]:
    """Look words up."""
    return W[x], (x, W)


def word_embedding_backward(dout: Array, cache: Any) -> Array:  # noqa: ANN401 - the student's own
    """Return the gradient by the table; a word that occurs twice gets both gradients."""
    x, W = cache
    dW = np.zeros(W.shape)
    np.add.at(dW, x, dout)
    return dW


def lstm_step_forward(
    x: Array, prev_h: Array, prev_c: Array, Wx: Array, Wh: Array, b: Array
) -> tuple[Array, Array, Any]:
    """Take one step; gates lie in the order i, f, o, g."""
    H = prev_h.shape[1]
    a = x @ Wx + prev_h @ Wh + b
    i = sigmoid(a[:, :H])
    f = sigmoid(a[:, H : 2 * H])
    o = sigmoid(a[:, 2 * H : 3 * H])
    g = np.tanh(a[:, 3 * H :])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)


def lstm_step_backward(dnext_h: Array, dnext_c: Array, cache: Any) -> tuple[Array, ...]:  # noqa: ANN401 - the student's own
    """Return the gradients by x, prev_h, prev_c, Wx, Wh and b."""
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    dc = dnext_c + dnext_h * o * (1 - np.tanh(next_c) ** 2)
    do = dnext_h * np.tanh(next_c)
    di = dc * g
    df = dc * prev_c
    dg = dc * i
    da = np.hstack((di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)))
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, prev_h.T @ da, da.sum(axis=0)


def _rnn(rng: Rng) -> list[Draw]:
    draws = []
    for N, T, D, H, label in ((3, 4, 5, 6, ""), (4, 1, 3, 2, "T = 1")):
        x, h0 = rng.normal(size=(N, T, D)), rng.normal(size=(N, H))
        Wx, Wh, b = rng.normal(size=(D, H)) * 0.5, rng.normal(size=(H, H)) * 0.5, rng.normal(size=H) * 0.3
        call = (x, h0, Wx, Wh, b)
        args: dict[str, Any] = {
            "x": x,
            "h0": h0,
            "Wx": Wx,
            "Wh": Wh,
            "b": b,
            "dh": rng.normal(size=(N, T, H)),
        }
        args["cache"] = Own("rnn_forward", call, 1, rnn_forward(*call)[1])
        draws.append(Draw(args, label=label, sizes={"N": N, "T": T}))
    return draws


def _steps(rng: Rng) -> list[Draw]:
    draws = []
    for N, D, H in ((3, 5, 4), (4, 2, 6)):
        x, prev_h = rng.normal(size=(N, D)), rng.normal(size=(N, H))
        Wx, Wh, b = rng.normal(size=(D, H)) * 0.5, rng.normal(size=(H, H)) * 0.5, rng.normal(size=H) * 0.3
        call = (x, prev_h, Wx, Wh, b)
        args: dict[str, Any] = {
            "x": x,
            "prev_h": prev_h,
            "Wx": Wx,
            "Wh": Wh,
            "b": b,
            "dnext_h": rng.normal(size=(N, H)),
        }
        args["cache"] = Own("rnn_step_forward", call, 1, rnn_step_forward(*call)[1])
        draws.append(Draw(args, sizes={"N": N}))
    return draws


def _lstm_steps(rng: Rng) -> list[Draw]:
    draws = []
    for N, D, H in ((3, 5, 4), (4, 2, 3)):
        x, prev_h, prev_c = rng.normal(size=(N, D)), rng.normal(size=(N, H)), rng.normal(size=(N, H))
        Wx, Wh = rng.normal(size=(D, 4 * H)) * 0.5, rng.normal(size=(H, 4 * H)) * 0.5
        b = rng.normal(size=4 * H) * 0.3
        call = (x, prev_h, prev_c, Wx, Wh, b)
        args: dict[str, Any] = {"x": x, "prev_h": prev_h, "prev_c": prev_c, "Wx": Wx, "Wh": Wh, "b": b}
        args |= {"dnext_h": rng.normal(size=(N, H)), "dnext_c": rng.normal(size=(N, H))}
        args["cache"] = Own("lstm_step_forward", call, 2, lstm_step_forward(*call)[2])
        draws.append(Draw(args, sizes={"N": N}))
    return draws


def _words(rng: Rng) -> list[Draw]:
    draws = []
    for words, D, x, label in (
        (5, 3, [[0, 3, 3, 1], [3, 0, 4, 3]], ""),
        (4, 2, [[0, 1], [2, 3]], "no word twice"),
    ):
        indices, W = np.array(x), rng.normal(size=(words, D))
        cache = Own("word_embedding_forward", (indices, W), 1, (indices, W))
        args = {"x": indices, "W": W, "dout": rng.normal(size=(*indices.shape, D)), "cache": cache}
        draws.append(Draw(args, label=label))
    return draws


EXERCISE = Exercise(
    id="cs231n-recurrent",
    title=Text("Recurrent layers", "Rekurrente Schichten"),
    week="cs231n A3",
    reading="Karpathy, The unreasonable effectiveness of recurrent neural networks (2015)",
    functions=(
        Function(rnn_step_forward, 10, _steps, returns=("next_h", "cache"), private=("cache",), optional=1, bugs=(
            bug("step-without-tanh", {"np.tanh(x @ Wx + prev_h @ Wh + b)": "x @ Wx + prev_h @ Wh + b"}, "The state is not put through tanh.", "Der Zustand geht nicht durch tanh.", "Between which values must the state lie?", "Zwischen welchen Werten muss der Zustand liegen?"),
            bug("step-state-ignored", {" + prev_h @ Wh": ""}, "The previous state is not used.", "Der vorige Zustand wird nicht benutzt.", "Which arguments have you not used?", "Welche Argumente haben Sie nicht benutzt?"),
        )),
        Function(rnn_step_backward, 15, _steps, returns=("dx", "dprev_h", "dWx", "dWh", "db"), signatures=("dnext_h, cache",), bugs=(
            bug("step-tanh-derivative-missing", {"dnext_h * (1 - next_h**2)": "dnext_h"}, "The derivative of tanh is missing.", "Die Ableitung von tanh fehlt.", "Which function made next_h?", "Welche Funktion hat next_h gemacht?"),
            bug("step-derivative-at-prev-h", {"(1 - next_h**2)": "(1 - prev_h**2)"}, "The derivative of tanh is taken at prev_h; it belongs to next_h.", "Die Ableitung von tanh ist bei prev_h genommen; sie gehört zu next_h.", "Which state did this step compute?", "Welchen Zustand hat dieser Schritt berechnet?"),
            bug("step-dWh-from-next-h", {"prev_h.T @ dz": "next_h.T @ dz"}, "dWh uses next_h; Wh multiplies prev_h.", "dWh benutzt next_h; Wh multipliziert prev_h.", "What does Wh multiply?", "Was multipliziert Wh?"),
            bug("step-db-averaged", {"dz.sum(axis=0)": "dz.mean(axis=0)"}, "db is averaged; here it is a sum.", "db ist gemittelt; hier ist es eine Summe.", "The mean is already in the gradient that comes in.", "Das Mittel steckt schon im ankommenden Gradienten."),
        )),
        Function(rnn_forward, 10, _rnn, returns=("h", "cache"), private=("cache",), optional=1, uses=("rnn_step_forward",), bugs=(
            bug("sequence-state-not-carried", {"x[:, t], prev_h, Wx": "x[:, t], h0, Wx"}, "Every step starts from h0.", "Jeder Schritt beginnt bei h0.", "Which state does step 2 receive?", "Welchen Zustand bekommt Schritt 2?"),
            bug("sequence-read-backwards", {"x[:, t]": "x[:, T - 1 - t]"}, "The sequence is read backwards.", "Die Folge wird rückwärts gelesen.", "Which input belongs to step 0?", "Welche Eingabe gehört zu Schritt 0?"),
        )),
        Function(rnn_backward, 20, _rnn, returns=("dx", "dh0", "dWx", "dWh", "db"), signatures=("dh, cache",), uses=("rnn_step_backward",), bugs=(
            bug("sequence-no-carry", {"dh[:, t] + dprev_h": "dh[:, t]"}, "What comes back from the later step is not added.", "Was vom späteren Schritt zurückkommt, wird nicht addiert.", "Two ways lead back to a step.", "Zwei Wege führen zu einem Schritt zurück."),
            bug("sequence-weights-last-step-only", {"dWx += ": "dWx = ", "dWh += ": "dWh = ", "db += ": "db = "}, "The weight gradients are overwritten at every step.", "Die Gradienten der Gewichte werden bei jedem Schritt überschrieben.", "How often are the weights used?", "Wie oft werden die Gewichte benutzt?"),
            bug("sequence-forwards", {"reversed(range(T))": "range(T)"}, "The loop runs forwards in time.", "Die Schleife läuft in der Zeit vorwärts.", "Which step knows its gradient first?", "Welcher Schritt kennt seinen Gradienten zuerst?"),
        )),
        Function(word_embedding_forward, 5, _words, returns=("out", "cache"), private=("cache",), optional=1, bugs=(
            bug("embedding-columns", {"W[x]": "W[:, x % W.shape[1]].transpose(1, 2, 0)"}, "Columns of the table are taken; a word is a row.", "Es werden Spalten der Tabelle genommen; ein Wort ist eine Zeile.", "Which axis of W counts the words?", "Welche Achse von W zählt die Wörter?"),
        )),
        Function(word_embedding_backward, 10, _words, returns=("dW",), signatures=("dout, cache",), bugs=(
            bug("embedding-overwrites", {"np.add.at(dW, x, dout)": "dW[x] = dout"}, "A word that occurs twice gets the last gradient only.", "Ein Wort, das zweimal vorkommt, bekommt nur den letzten Gradienten.", "What does dW[x] do when an index occurs twice?", "Was tut dW[x], wenn ein Index zweimal vorkommt?"),
            bug("embedding-adds-once", {"np.add.at(dW, x, dout)": "dW[x] += dout * 2"}, "Repeated words are lost and the rest is doubled.", "Wiederholte Wörter gehen verloren, der Rest ist verdoppelt.", "Look at np.add.at.", "Sehen Sie sich np.add.at an."),
        )),
        Function(lstm_step_forward, 10, _lstm_steps, returns=("next_h", "next_c", "cache"), private=("cache",), optional=1, bugs=(
            bug("gates-in-other-order", {"o = sigmoid(a[:, 2 * H : 3 * H])": "o = sigmoid(a[:, 3 * H :])", "g = np.tanh(a[:, 3 * H :])": "g = np.tanh(a[:, 2 * H : 3 * H])"}, "The gates are read as i, f, g, o; here they are i, f, o, g.", "Die Tore werden als i, f, g, o gelesen; hier sind sie i, f, o, g.", "In which order do the gates lie in a?", "In welcher Reihenfolge liegen die Tore in a?"),
            bug("gates-input-forget-swapped", {"f * prev_c + i * g": "i * prev_c + f * g"}, "Input and forget gate are swapped.", "Eingangs- und Vergesstor sind vertauscht.", "Which gate decides about the old cell?", "Welches Tor entscheidet über die alte Zelle?"),
            bug("cell-without-tanh", {"o * np.tanh(next_c)": "o * next_c"}, "The cell goes out without tanh.", "Die Zelle geht ohne tanh hinaus.", "Between which values must the state lie?", "Zwischen welchen Werten muss der Zustand liegen?"),
        )),
        Function(lstm_step_backward, 20, _lstm_steps, returns=("dx", "dprev_h", "dprev_c", "dWx", "dWh", "db"), signatures=("dnext_h, dnext_c, cache",), bugs=(
            bug("cell-dc-ignored", {"dc = dnext_c + dnext_h": "dc = dnext_h"}, "dnext_c is not added.", "dnext_c wird nicht addiert.", "Two ways lead back to next_c.", "Zwei Wege führen zu next_c zurück."),
            bug("cell-h-path-missing", {"dnext_c + dnext_h * o * (1 - np.tanh(next_c) ** 2)": "dnext_c"}, "The way from next_h to the cell is missing.", "Der Weg von next_h zur Zelle fehlt.", "Two ways lead back to next_c.", "Zwei Wege führen zu next_c zurück."),
            bug("cell-tanh-derivative-missing", {"* o * (1 - np.tanh(next_c) ** 2)": "* o"}, "The derivative of tanh(next_c) is missing.", "Die Ableitung von tanh(next_c) fehlt.", "next_h = o tanh(next_c).", "next_h = o tanh(next_c)."),
            bug("cell-do-from-c", {"do = dnext_h * np.tanh(next_c)": "do = dnext_h * next_c"}, "do uses next_c instead of tanh(next_c).", "do benutzt next_c statt tanh(next_c).", "What does o multiply?", "Was multipliziert o?"),
            bug("cell-g-sigmoid-derivative", {"dg * (1 - g**2)": "dg * g * (1 - g)"}, "g is differentiated like a sigmoid; it is a tanh.", "g ist wie ein Sigmoid abgeleitet; es ist ein tanh.", "Which activation has g?", "Welche Aktivierung hat g?"),
        )),
    ),
)  # fmt: skip
