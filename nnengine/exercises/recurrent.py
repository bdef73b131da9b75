"""Recurrent networks by hand; sequences are (feature, example, time), columns are examples."""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]
Gradients = dict[str, Array]


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    """Return the softmax over axis 0."""
    e = np.exp(x - np.max(x))
    return np.asarray(e / e.sum(axis=0))


def rnn_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array, Any]:
    """Take one step in time."""
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + ba)
    yt_pred = softmax(Wya @ a_next + by)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


def rnn_forward(x: Array, a0: Array, parameters: Parameters) -> tuple[Array, Array, Any]:
    """Run over a whole sequence."""
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wya"].shape
    a, y_pred = np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x))
    a_next = a0
    caches = []
    for t in range(T_x):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        y_pred[:, :, t] = yt_pred
        caches.append(cache)
    return a, y_pred, (caches, x)


def lstm_cell_forward(xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters) -> tuple[Any, ...]:
    """Take one step of an LSTM; gates see the state above the input."""
    Wf, bf, Wi, bi = parameters["Wf"], parameters["bf"], parameters["Wi"], parameters["bi"]
    Wc, bc, Wo, bo = parameters["Wc"], parameters["bc"], parameters["Wo"], parameters["bo"]
    Wy, by = parameters["Wy"], parameters["by"]
    concat = np.concatenate((a_prev, xt), axis=0)
    ft = sigmoid(Wf @ concat + bf)
    it = sigmoid(Wi @ concat + bi)
    cct = np.tanh(Wc @ concat + bc)
    c_next = ft * c_prev + it * cct
    ot = sigmoid(Wo @ concat + bo)
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(Wy @ a_next + by)
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


def lstm_forward(x: Array, a0: Array, parameters: Parameters) -> tuple[Array, Array, Array, Any]:
    """Run an LSTM over a whole sequence."""
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    a, c, y = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x))
    a_next = a0
    c_next = np.zeros((n_a, m))
    caches = []
    for t in range(T_x):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t] = a_next
        c[:, :, t] = c_next
        y[:, :, t] = yt
        caches.append(cache)
    return a, y, c, (caches, x)


def rnn_cell_backward(da_next: Array, cache: Any) -> Gradients:  # noqa: ANN401 - the course's tuple
    """Return the gradients of one step."""
    a_next, a_prev, xt, parameters = cache
    Wax, Waa = parameters["Wax"], parameters["Waa"]
    dtanh = (1 - a_next**2) * da_next
    dxt = Wax.T @ dtanh
    dWax = dtanh @ xt.T
    da_prev = Waa.T @ dtanh
    dWaa = dtanh @ a_prev.T
    dba = np.sum(dtanh, axis=1, keepdims=True)
    return {"dxt": dxt, "da_prev": da_prev, "dWax": dWax, "dWaa": dWaa, "dba": dba}


def rnn_backward(da: Array, caches: Any) -> Gradients:  # noqa: ANN401 - the course's tuple
    """Return the gradients through time."""
    caches, x = caches
    n_a, m, T_x = da.shape
    n_x = x.shape[0]
    dx = np.zeros((n_x, m, T_x))
    dWax, dWaa, dba = np.zeros((n_a, n_x)), np.zeros((n_a, n_a)), np.zeros((n_a, 1))
    da_prevt = np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        gradients = rnn_cell_backward(da[:, :, t] + da_prevt, caches[t])
        da_prevt = gradients["da_prev"]
        dx[:, :, t] = gradients["dxt"]
        dWax += gradients["dWax"]
        dWaa += gradients["dWaa"]
        dba += gradients["dba"]
    return {"dx": dx, "da0": da_prevt, "dWax": dWax, "dWaa": dWaa, "dba": dba}


def lstm_cell_backward(da_next: Array, dc_next: Array, cache: Any) -> Gradients:  # noqa: ANN401 - the course's tuple
    """Return the gradients of one step of an LSTM."""
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    dc = dc_next + ot * (1 - np.tanh(c_next) ** 2) * da_next
    dot = da_next * np.tanh(c_next) * ot * (1 - ot)
    dcct = dc * it * (1 - cct**2)
    dit = dc * cct * it * (1 - it)
    dft = dc * c_prev * ft * (1 - ft)
    concat = np.concatenate((a_prev, xt), axis=0)
    Wf, Wi, Wc, Wo = parameters["Wf"], parameters["Wi"], parameters["Wc"], parameters["Wo"]
    dconcat = Wf.T @ dft + Wi.T @ dit + Wc.T @ dcct + Wo.T @ dot
    return {
        "dxt": dconcat[n_a:],
        "da_prev": dconcat[:n_a],
        "dc_prev": dc * ft,
        "dWf": dft @ concat.T,
        "dbf": np.sum(dft, axis=1, keepdims=True),
        "dWi": dit @ concat.T,
        "dbi": np.sum(dit, axis=1, keepdims=True),
        "dWc": dcct @ concat.T,
        "dbc": np.sum(dcct, axis=1, keepdims=True),
        "dWo": dot @ concat.T,
        "dbo": np.sum(dot, axis=1, keepdims=True),
    }


def lstm_backward(da: Array, caches: Any) -> Gradients:  # noqa: ANN401 - the course's tuple
    """Return the gradients of an LSTM through time."""
    caches, x = caches
    n_a, m, T_x = da.shape
    n_x = x.shape[0]
    dx = np.zeros((n_x, m, T_x))
    da_prevt, dc_prevt = np.zeros((n_a, m)), np.zeros((n_a, m))
    total: Gradients = {f"dW{gate}": np.zeros((n_a, n_a + n_x)) for gate in "fico"}
    total |= {f"db{gate}": np.zeros((n_a, 1)) for gate in "fico"}
    for t in reversed(range(T_x)):
        gradients = lstm_cell_backward(da[:, :, t] + da_prevt, dc_prevt, caches[t])
        da_prevt = gradients["da_prev"]
        dc_prevt = gradients["dc_prev"]
        dx[:, :, t] = gradients["dxt"]
        for name in total:
            total[name] += gradients[name]
    return {"dx": dx, "da0": da_prevt, **total}


def _rnn(rng: Rng) -> list[Draw]:
    draws = []
    for n_x, n_a, n_y, m, T_x, label in ((3, 5, 2, 4, 6, ""), (2, 3, 4, 5, 1, "T = 1")):
        parameters = {
            "Wax": rng.normal(size=(n_a, n_x)) * 0.6,
            "Waa": rng.normal(size=(n_a, n_a)) * 0.5,
            "Wya": rng.normal(size=(n_y, n_a)),
            "ba": rng.normal(size=(n_a, 1)) * 0.3,
            "by": rng.normal(size=(n_y, 1)),
        }
        x, a0 = rng.normal(size=(n_x, m, T_x)), rng.normal(size=(n_a, m))
        a, _, caches = rnn_forward(x, a0, parameters)
        args = {"x": x, "a0": a0, "parameters": parameters, "xt": x[:, :, 0], "a_prev": a0}
        args |= {"caches": caches, "cache": caches[0][0], "da": rng.normal(size=a.shape)}
        args["da_next"] = rng.normal(size=a0.shape)
        draws.append(Draw(args, label=label, sizes={"m": m, "T": T_x}))
    return draws


def _lstm(rng: Rng) -> list[Draw]:
    draws = []
    for n_x, n_a, n_y, m, T_x, label in ((3, 5, 2, 4, 5, ""), (2, 3, 4, 5, 1, "T = 1")):
        parameters = {f"W{gate}": rng.normal(size=(n_a, n_a + n_x)) * 0.5 for gate in "fico"}
        parameters |= {f"b{gate}": rng.normal(size=(n_a, 1)) * 0.5 for gate in "fico"}
        parameters |= {"Wy": rng.normal(size=(n_y, n_a)), "by": rng.normal(size=(n_y, 1))}
        x, a0 = rng.normal(size=(n_x, m, T_x)), rng.normal(size=(n_a, m))
        c_prev = rng.normal(size=(n_a, m))
        a, _, _, caches = lstm_forward(x, a0, parameters)
        cell = lstm_cell_forward(x[:, :, 0], a0, c_prev, parameters)
        args = {"x": x, "a0": a0, "parameters": parameters, "xt": x[:, :, 0], "a_prev": a0, "c_prev": c_prev}
        args |= {"caches": caches, "cache": cell[3], "da": rng.normal(size=a.shape)}
        args |= {"da_next": rng.normal(size=a0.shape), "dc_next": rng.normal(size=a0.shape)}
        draws.append(Draw(args, label=label, sizes={"m": m, "T": T_x}))
    return draws


def _cells(draws: list[Draw]) -> list[Draw]:
    """Return the draws of single steps, where T says nothing."""
    return [Draw(draw.args, sizes=draw.sizes) for draw in draws]


def _rnn_cells(rng: Rng) -> list[Draw]:
    return _cells(_rnn(rng))


def _lstm_cells(rng: Rng) -> list[Draw]:
    return _cells(_lstm(rng))


_RNN_CELL = (
    bug(
        "rnn-state-ignored",
        {"Waa @ a_prev + Wax @ xt": "Wax @ xt"},
        "The previous state is not used: nothing is remembered.",
        "Der vorige Zustand wird nicht benutzt: nichts wird erinnert.",
        "Which argument have you not used?",
        "Welches Argument haben Sie nicht benutzt?",
    ),
    bug(
        "rnn-bias-missing",
        {"Wax @ xt + ba": "Wax @ xt"},
        "The bias ba is not added.",
        "Der Bias ba wird nicht addiert.",
        "Which parameters have you not used?",
        "Welche Parameter haben Sie nicht benutzt?",
    ),
    bug(
        "rnn-sigmoid-for-tanh",
        {"np.tanh(": "sigmoid("},
        "The state uses sigmoid instead of tanh.",
        "Der Zustand benutzt sigmoid statt tanh.",
        "Between which values must the state lie?",
        "Zwischen welchen Werten muss der Zustand liegen?",
    ),
    bug(
        "rnn-output-from-previous-state",
        {"Wya @ a_next": "Wya @ a_prev"},
        "The output is computed from the previous state.",
        "Die Ausgabe ist aus dem vorigen Zustand berechnet.",
        "Which state belongs to this step?",
        "Welcher Zustand gehört zu diesem Schritt?",
    ),
    bug(
        "rnn-output-without-softmax",
        {"softmax(Wya @ a_next + by)": "Wya @ a_next + by"},
        "The output is not put through softmax.",
        "Die Ausgabe geht nicht durch softmax.",
        "What must each column of y add up to?",
        "Was muss jede Spalte von y zusammen ergeben?",
    ),
)

_RNN_FORWARD = (
    bug(
        "rnn-state-not-carried",
        {"rnn_cell_forward(x[:, :, t], a_next, parameters)": "rnn_cell_forward(x[:, :, t], a0, parameters)"},
        "Every step starts from a0: the state is not carried through time.",
        "Jeder Schritt beginnt bei a0: der Zustand wird nicht durch die Zeit getragen.",
        "Which state does step 2 receive?",
        "Welchen Zustand bekommt Schritt 2?",
    ),
    bug(
        "rnn-reads-backwards",
        {"x[:, :, t]": "x[:, :, T_x - 1 - t]"},
        "The sequence is read backwards.",
        "Die Folge wird rückwärts gelesen.",
        "Which input belongs to step 0?",
        "Welche Eingabe gehört zu Schritt 0?",
    ),
    bug(
        "rnn-starts-from-zero",
        {"a_next = a0": "a_next = np.zeros(a0.shape)"},
        "The first state is zero; it is a0.",
        "Der erste Zustand ist null; er ist a0.",
        "Which argument have you not used?",
        "Welches Argument haben Sie nicht benutzt?",
    ),
)

_LSTM_CELL = (
    bug(
        "lstm-concat-order",
        {"(a_prev, xt)": "(xt, a_prev)"},
        "The input is stacked above the state; the weights expect the state first.",
        "Die Eingabe steht über dem Zustand; die Gewichte erwarten den Zustand zuerst.",
        "Which columns of Wf belong to a_prev?",
        "Welche Spalten von Wf gehören zu a_prev?",
    ),
    bug(
        "lstm-cell-without-tanh",
        {"ot * np.tanh(c_next)": "ot * c_next"},
        "The cell state goes out without tanh.",
        "Der Zellzustand geht ohne tanh hinaus.",
        "Between which values must the state lie?",
        "Zwischen welchen Werten muss der Zustand liegen?",
    ),
    bug(
        "lstm-candidate-sigmoid",
        {"np.tanh(Wc @ concat + bc)": "sigmoid(Wc @ concat + bc)"},
        "The candidate uses sigmoid instead of tanh.",
        "Der Kandidat benutzt sigmoid statt tanh.",
        "May a candidate be negative?",
        "Darf ein Kandidat negativ sein?",
    ),
    bug(
        "lstm-gates-swapped",
        {"ft * c_prev + it * cct": "it * c_prev + ft * cct"},
        "Forget and update gate are swapped.",
        "Vergess- und Eingangstor sind vertauscht.",
        "Which gate decides about the old cell state?",
        "Welches Tor entscheidet über den alten Zellzustand?",
    ),
    bug(
        "lstm-coupled-gates",
        {"it * cct": "(1 - ft) * cct"},
        "The update gate is 1 - forget gate; here it has weights of its own.",
        "Das Eingangstor ist 1 - Vergesstor; hier hat es eigene Gewichte.",
        "Which parameters have you not used?",
        "Welche Parameter haben Sie nicht benutzt?",
    ),
    bug(
        "lstm-output-from-cell",
        {"Wy @ a_next": "Wy @ c_next"},
        "The output is computed from the cell state; it is computed from a_next.",
        "Die Ausgabe ist aus dem Zellzustand berechnet; sie kommt aus a_next.",
        "What leaves the cell?",
        "Was verlässt die Zelle?",
    ),
)

_LSTM_FORWARD = (
    bug(
        "lstm-cell-not-carried",
        {"a_next, c_next, yt, cache": "a_next, c_now, yt, cache", "c[:, :, t] = c_next": "c[:, :, t] = c_now"},
        "The cell state is not carried: every step starts from a zero cell.",
        "Der Zellzustand wird nicht weitergetragen: jeder Schritt beginnt mit einer Nullzelle.",
        "Which c_prev does step 2 receive?",
        "Welches c_prev bekommt Schritt 2?",
    ),
    bug(
        "lstm-state-not-carried",
        {"x[:, :, t], a_next, c_next": "x[:, :, t], a0, c_next"},
        "Every step starts from a0: the state is not carried through time.",
        "Jeder Schritt beginnt bei a0: der Zustand wird nicht durch die Zeit getragen.",
        "Which a_prev does step 2 receive?",
        "Welches a_prev bekommt Schritt 2?",
    ),
    bug(
        "lstm-c-aliases-a",
        {"a[:, :, t] = a_next\n        c[:, :, t] = c_next": "c = a\n        a[:, :, t] = a_next\n        c[:, :, t] = c_next"},
        "a and c are one array: `c = a` makes a second name, not a second array.",
        "a und c sind ein Array: `c = a` macht einen zweiten Namen, kein zweites Array.",
        "What does np.zeros_like do that = does not?",
        "Was tut np.zeros_like, was = nicht tut?",
    ),
    bug(
        "lstm-starts-from-a0-cell",
        {"c_next = np.zeros((n_a, m))": "c_next = a0"},
        "The first cell state is a0; it is zero.",
        "Der erste Zellzustand ist a0; er ist null.",
        "What is remembered before the first step?",
        "Was ist vor dem ersten Schritt erinnert?",
    ),
)  # fmt: skip

_RNN_CELL_BACKWARD = (
    bug(
        "rnn-tanh-derivative-missing",
        {"(1 - a_next**2) * da_next": "da_next"},
        "The derivative of tanh is missing.",
        "Die Ableitung von tanh fehlt.",
        "Which function lies between the sum and a_next?",
        "Welche Funktion liegt zwischen der Summe und a_next?",
    ),
    bug(
        "rnn-tanh-derivative-not-squared",
        {"(1 - a_next**2)": "(1 - a_next)"},
        "a_next is not squared in the derivative of tanh.",
        "a_next ist in der Ableitung von tanh nicht quadriert.",
        "What is the derivative of tanh, written with its output?",
        "Was ist die Ableitung von tanh, mit dem Ausgang geschrieben?",
    ),
    bug(
        "rnn-dWaa-from-next-state",
        {"dtanh @ a_prev.T": "dtanh @ a_next.T"},
        "dWaa is computed with a_next; Waa multiplies a_prev.",
        "dWaa ist mit a_next berechnet; Waa multipliziert a_prev.",
        "What does Waa multiply?",
        "Was multipliziert Waa?",
    ),
    bug(
        "rnn-dWax-transposed-roles",
        {"da_prev = Waa.T @ dtanh": "da_prev = Waa @ dtanh"},
        "da_prev uses Waa instead of its transpose.",
        "da_prev benutzt Waa statt der Transponierten.",
        "Gradients go back through the transposed weights.",
        "Gradienten gehen durch die transponierten Gewichte zurück.",
    ),
    bug(
        "rnn-derivative-of-a_prev",
        {"(1 - a_next**2)": "(1 - a_prev**2)"},
        "The derivative of tanh is taken at a_prev; it belongs to a_next.",
        "Die Ableitung von tanh ist bei a_prev genommen; sie gehört zu a_next.",
        "Which state did this step compute?",
        "Welchen Zustand hat dieser Schritt berechnet?",
    ),
    bug(
        "rnn-dba-averaged",
        {"np.sum(dtanh, axis=1, keepdims=True)": "np.mean(dtanh, axis=1, keepdims=True)"},
        "dba is averaged; here it is a sum over the examples.",
        "dba ist gemittelt; hier ist es eine Summe über die Beispiele.",
        "The mean is already in da.",
        "Das Mittel steckt schon in da.",
    ),
)

_RNN_BACKWARD = (
    bug(
        "rnn-no-carry",
        {"da[:, :, t] + da_prevt": "da[:, :, t]"},
        "What comes back from the later step is not added: nothing is learned through time.",
        "Was vom späteren Schritt zurückkommt, wird nicht addiert: durch die Zeit wird nichts gelernt.",
        "Two ways lead back to a step: from its own output and from the next step.",
        "Zwei Wege führen zu einem Schritt zurück: von seiner Ausgabe und vom nächsten Schritt.",
    ),
    bug(
        "rnn-time-forwards",
        {"reversed(range(T_x))": "range(T_x)"},
        "The loop runs forwards in time; gradients come from the end.",
        "Die Schleife läuft in der Zeit vorwärts; Gradienten kommen vom Ende.",
        "Which step knows its gradient first?",
        "Welcher Schritt kennt seinen Gradienten zuerst?",
    ),
    bug(
        "rnn-weights-last-step-only",
        {"dWax += ": "dWax = ", "dWaa += ": "dWaa = ", "dba += ": "dba = "},
        "The weight gradients are overwritten at every step instead of added up.",
        "Die Gradienten der Gewichte werden bei jedem Schritt überschrieben statt aufsummiert.",
        "How often are the weights used?",
        "Wie oft werden die Gewichte benutzt?",
    ),
    bug(
        "rnn-da0-from-last-cache",
        {'"da0": da_prevt': '"da0": da[:, :, 0]'},
        "da0 is the gradient of the first output, not what comes back through the first step.",
        "da0 ist der Gradient der ersten Ausgabe, nicht was durch den ersten Schritt zurückkommt.",
        "Which value is left after the loop?",
        "Welcher Wert bleibt nach der Schleife?",
    ),
)

_LSTM_CELL_BACKWARD = (
    bug(
        "lstm-dc-next-ignored",
        {"dc = dc_next + ot": "dc = ot"},
        "dc_next is not added: the cell's own way through time is missing.",
        "dc_next wird nicht addiert: der eigene Weg der Zelle durch die Zeit fehlt.",
        "Two ways lead back to c_next.",
        "Zwei Wege führen zu c_next zurück.",
    ),
    bug(
        "lstm-dc-without-output-gate",
        {"dc_next + ot * (1": "dc_next + (1"},
        "The output gate is missing in the way from a_next to c_next.",
        "Das Ausgangstor fehlt auf dem Weg von a_next zu c_next.",
        "a_next = o tanh(c): differentiate by c.",
        "a_next = o tanh(c): leiten Sie nach c ab.",
    ),
    bug(
        "lstm-dc-without-tanh-derivative",
        {"ot * (1 - np.tanh(c_next) ** 2) * da_next": "ot * da_next"},
        "The derivative of tanh(c_next) is missing.",
        "Die Ableitung von tanh(c_next) fehlt.",
        "a_next = o tanh(c): differentiate by c.",
        "a_next = o tanh(c): leiten Sie nach c ab.",
    ),
    bug(
        "lstm-candidate-sigmoid-derivative",
        {"(1 - cct**2)": "cct * (1 - cct)"},
        "The candidate is differentiated like a sigmoid; it is a tanh.",
        "Der Kandidat ist wie ein Sigmoid abgeleitet; er ist ein tanh.",
        "Which activation has the candidate?",
        "Welche Aktivierung hat der Kandidat?",
    ),
    bug(
        "lstm-do-from-c",
        {"da_next * np.tanh(c_next) * ot": "da_next * c_next * ot"},
        "The output gate's gradient uses c_next instead of tanh(c_next).",
        "Der Gradient des Ausgangstors benutzt c_next statt tanh(c_next).",
        "What does the output gate multiply?",
        "Was multipliziert das Ausgangstor?",
    ),
    bug(
        "lstm-df-from-c-next",
        {"dc * c_prev * ft * (1": "dc * c_next * ft * (1"},
        "The forget gate's gradient uses c_next; the gate multiplies c_prev.",
        "Der Gradient des Vergesstors benutzt c_next; das Tor multipliziert c_prev.",
        "What does the forget gate multiply?",
        "Was multipliziert das Vergesstor?",
    ),
    bug(
        "lstm-gate-derivatives-missing",
        {"* ot * (1 - ot)": "", "* (1 - cct**2)": "", "dc * cct * it * (1 - it)": "dc * cct", "c_prev * ft * (1 - ft)": "c_prev"},
        "The gates' own derivatives (of sigmoid and tanh) are missing.",
        "Die eigenen Ableitungen der Tore (von sigmoid und tanh) fehlen.",
        "Each gate has an activation between its sum and its value.",
        "Jedes Tor hat eine Aktivierung zwischen Summe und Wert.",
    ),
    bug(
        "lstm-dc-prev-only-direct",
        {'"dc_prev": dc * ft': '"dc_prev": dc_next * ft'},
        "dc_prev lacks the way through a_next.",
        "In dc_prev fehlt der Weg über a_next.",
        "Use the whole gradient by c_next.",
        "Benutzen Sie den ganzen Gradienten nach c_next.",
    ),
    bug(
        "lstm-da-prev-and-dx-swapped",
        {"dconcat[n_a:]": "dconcat[: xt.shape[0]]", "dconcat[:n_a]": "dconcat[xt.shape[0] :]"},
        "The gradient is split as if the input stood above the state.",
        "Der Gradient ist geteilt, als stünde die Eingabe über dem Zustand.",
        "Which rows of concat are a_prev?",
        "Welche Zeilen von concat sind a_prev?",
    ),
)  # fmt: skip

_LSTM_BACKWARD = (
    bug(
        "lstm-no-carry",
        {"da[:, :, t] + da_prevt, dc_prevt": "da[:, :, t], np.zeros((n_a, m))"},
        "Neither da nor dc is carried back through time: each step is treated alone.",
        "Weder da noch dc werden durch die Zeit zurückgetragen: jeder Schritt steht für sich.",
        "Two ways lead back to a step: from its own output and from the next step.",
        "Zwei Wege führen zu einem Schritt zurück: von seiner Ausgabe und vom nächsten Schritt.",
    ),
    bug(
        "lstm-no-carry-of-da",
        {"da[:, :, t] + da_prevt": "da[:, :, t]"},
        "da is not carried back through time.",
        "da wird nicht durch die Zeit zurückgetragen.",
        "What comes back from the next step?",
        "Was kommt vom nächsten Schritt zurück?",
    ),
    bug(
        "lstm-no-carry-of-dc",
        {"        dc_prevt = gradients": "        _ = gradients"},
        "dc is not carried back through time.",
        "dc wird nicht durch die Zeit zurückgetragen.",
        "What comes back from the next step?",
        "Was kommt vom nächsten Schritt zurück?",
    ),
    bug(
        "lstm-weights-last-step-only",
        {"total[name] += ": "total[name] = "},
        "The weight gradients are overwritten at every step instead of added up.",
        "Die Gradienten der Gewichte werden bei jedem Schritt überschrieben statt aufsummiert.",
        "How often are the weights used?",
        "Wie oft werden die Gewichte benutzt?",
    ),
    bug(
        "lstm-time-forwards",
        {"reversed(range(T_x))": "range(T_x)"},
        "The loop runs forwards in time; gradients come from the end.",
        "Die Schleife läuft in der Zeit vorwärts; Gradienten kommen vom Ende.",
        "Which step knows its gradient first?",
        "Welcher Schritt kennt seinen Gradienten zuerst?",
    ),
)

_RESULTS = ("a", "y_pred", "caches")
EXERCISE = Exercise(
    id="recurrent-step-by-step",
    title=Text("Recurrent networks, step by step", "Rekurrente Netze, Schritt für Schritt"),
    week="C5W1",
    reading="Hochreiter and Schmidhuber, Long short-term memory (1997)",
    provided="recurrent",
    functions=(
        Function(rnn_cell_forward, 10, _rnn_cells, returns=("a_next", "yt_pred", "cache"), private=("cache",), signatures=("xt, a_prev, parameters",), bugs=_RNN_CELL),
        Function(rnn_forward, 10, _rnn, returns=_RESULTS, private=("caches",), signatures=("x, a0, parameters",), uses=("rnn_cell_forward",), bugs=_RNN_FORWARD),
        Function(lstm_cell_forward, 15, _lstm_cells, returns=("a_next", "c_next", "yt_pred", "cache"), private=("cache",), signatures=("xt, a_prev, c_prev, parameters",), bugs=_LSTM_CELL),
        Function(lstm_forward, 10, _lstm, returns=("a", "y", "c", "caches"), private=("caches",), signatures=("x, a0, parameters",), uses=("lstm_cell_forward",), bugs=_LSTM_FORWARD),
        Function(rnn_cell_backward, 10, _rnn_cells, returns=("gradients",), signatures=("da_next, cache",), bugs=_RNN_CELL_BACKWARD),
        Function(rnn_backward, 10, _rnn, returns=("gradients",), signatures=("da, caches",), uses=("rnn_cell_backward",), bugs=_RNN_BACKWARD),
        Function(lstm_cell_backward, 20, _lstm_cells, returns=("gradients",), signatures=("da_next, dc_next, cache",), bugs=_LSTM_CELL_BACKWARD),
        Function(lstm_backward, 15, _lstm, returns=("gradients",), signatures=("da, caches",), uses=("lstm_cell_backward",), bugs=_LSTM_BACKWARD),
    ),
)  # fmt: skip
