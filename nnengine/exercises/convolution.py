"""Convolution and pooling by hand; arrays are (example, height, width, channel)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Settings = dict[str, int]


def zero_pad(X: Array, pad: int) -> Array:
    """Put `pad` zeros around every image."""
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def conv_single_step(a_slice_prev: Array, W: Array, b: Array) -> float:
    """Return one output value: a window times the filter, summed, plus the bias."""
    Z = np.sum(a_slice_prev * W) + b.item()
    return float(Z)


def conv_forward(A_prev: Array, W: Array, b: Array, hparameters: Settings) -> tuple[Array, Any]:
    """Slide every filter over every image."""
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f, _, _, n_C = W.shape
    stride, pad = hparameters["stride"], hparameters["pad"]
    n_H = (n_H_prev - f + 2 * pad) // stride + 1
    n_W = (n_W_prev - f + 2 * pad) // stride + 1
    Z = np.zeros((m, n_H, n_W, n_C))
    A_pad = zero_pad(A_prev, pad)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                top, left = h * stride, w * stride
                window = A_pad[i, top : top + f, left : left + f, :]
                for c in range(n_C):
                    Z[i, h, w, c] = np.sum(window * W[..., c]) + b[0, 0, 0, c]
    return Z, (A_prev, W, b, hparameters)


def pool_forward(A_prev: Array, hparameters: Settings, mode: str = "max") -> tuple[Array, Any]:
    """Take the largest value or the mean of every window."""
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    f, stride = hparameters["f"], hparameters["stride"]
    n_H = (n_H_prev - f) // stride + 1
    n_W = (n_W_prev - f) // stride + 1
    A = np.zeros((m, n_H, n_W, n_C))
    for h in range(n_H):
        for w in range(n_W):
            top, left = h * stride, w * stride
            window = A_prev[:, top : top + f, left : left + f, :]
            A[:, h, w, :] = window.max(axis=(1, 2)) if mode == "max" else window.mean(axis=(1, 2))
    return A, (A_prev, hparameters)


def conv_backward(dZ: Array, cache: Any) -> tuple[Array, Array, Array]:  # noqa: ANN401 - the course's tuple
    """Return the gradients by images, filters and biases."""
    A_prev, W, b, hparameters = cache
    m, n_H, n_W, n_C = dZ.shape
    f = W.shape[0]
    stride, pad = hparameters["stride"], hparameters["pad"]
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    A_pad = zero_pad(A_prev, pad)
    dA_pad = np.zeros(A_pad.shape)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    top, left = h * stride, w * stride
                    window = A_pad[i, top : top + f, left : left + f, :]
                    dA_pad[i, top : top + f, left : left + f, :] += W[..., c] * dZ[i, h, w, c]
                    dW[..., c] += window * dZ[i, h, w, c]
                    db[..., c] += dZ[i, h, w, c]
    dA_prev = dA_pad[:, pad : A_pad.shape[1] - pad, pad : A_pad.shape[2] - pad, :]
    return dA_prev, dW, db


def create_mask_from_window(x: Array) -> npt.NDArray[np.bool_]:
    """Mark the largest value."""
    return np.asarray(x == np.max(x))


def distribute_value(dz: float, shape: tuple[int, int]) -> Array:
    """Spread `dz` evenly."""
    n_H, n_W = shape
    return np.ones(shape) * dz / (n_H * n_W)


def pool_backward(dA: Array, cache: Any, mode: str = "max") -> Array:  # noqa: ANN401 - the course's tuple
    """Return the gradient by the pooling layer's input."""
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    m, n_H, n_W, n_C = dA.shape
    dA_prev = np.zeros(A_prev.shape)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    top, left = h * stride, w * stride
                    place = (i, slice(top, top + f), slice(left, left + f), c)
                    if mode == "max":
                        mask = create_mask_from_window(A_prev[place])
                        dA_prev[place] += mask * dA[i, h, w, c]
                    else:
                        dA_prev[place] += distribute_value(dA[i, h, w, c], (f, f))
    return dA_prev


def _images(rng: Rng) -> list[Draw]:
    """Draw odd and non-square images; overlapping windows, stride and padding in every combination that matters."""
    draws = []
    settings = (
        ((2, 6, 7, 2), 3, 2, 1, 3, ""),
        ((2, 7, 5, 3), 2, 1, 2, 2, "stride = 1"),
        ((1, 5, 6, 2), 3, 2, 0, 2, "padding = 0"),
        ((1, 4, 5, 1), 2, 1, 0, 1, "stride = 1 and padding = 0"),
    )
    for shape, f, stride, pad, n_C, label in settings:
        A_prev = rng.normal(size=shape)
        W, b = rng.normal(size=(f, f, shape[3], n_C)), rng.normal(size=(1, 1, 1, n_C))
        hparameters = {"stride": stride, "pad": pad}
        Z, cache = conv_forward(A_prev, W, b, hparameters)
        args = {"A_prev": A_prev, "X": A_prev, "pad": pad, "W": W, "b": b, "hparameters": hparameters}
        args |= {"cache": cache, "dZ": rng.normal(size=Z.shape)}
        draws.append(Draw(args, label=label, sizes={"m": shape[0]}))
    return draws


def _padded(rng: Rng) -> list[Draw]:
    """Leave padding 0 out: the course's own way to crop, ``pad:-pad``, does not know it."""
    return [draw for draw in _images(rng) if "padding = 0" not in draw.label]


def _windows(rng: Rng) -> list[Draw]:
    draws = []
    for f, n in ((3, 2), (2, 4)):
        args = {
            "a_slice_prev": rng.normal(size=(f, f, n)),
            "W": rng.normal(size=(f, f, n)),
            "b": rng.normal(size=(1, 1, 1)),
        }
        draws.append(Draw(args, sizes={"f": f, "n_C_prev": n}))
    return draws


def _pools(rng: Rng) -> list[Draw]:
    draws = []
    settings = (
        ((2, 7, 6, 2), 3, 2, "max", ""),
        ((2, 6, 7, 3), 3, 2, "average", ""),
        ((2, 6, 5, 2), 3, 1, "max", "stride = 1"),
        ((2, 5, 6, 2), 2, 1, "average", "stride = 1"),
    )
    for shape, f, stride, mode, label in settings:
        A_prev = rng.normal(size=shape) - 0.7
        hparameters = {"f": f, "stride": stride}
        A, cache = pool_forward(A_prev, hparameters, mode)
        args = {"A_prev": A_prev, "hparameters": hparameters, "mode": mode, "cache": cache}
        draws.append(Draw({**args, "dA": rng.normal(size=A.shape)}, label=label, sizes={"f*f": f * f}))
    return draws


def _single_windows(rng: Rng) -> list[Draw]:
    return [Draw({"x": rng.normal(size=shape) - 1.5}) for shape in ((2, 3), (3, 3), (4, 2))]


def _values(rng: Rng) -> list[Draw]:
    shapes = ((2, 3), (4, 4), (1, 5))
    return [
        Draw({"dz": float(rng.normal()), "shape": shape}, sizes={"n_H*n_W": shape[0] * shape[1]})
        for shape in shapes
    ]


_STRIDE_EN = "The stride is ignored: windows start at h and w instead of h * stride and w * stride."
_STRIDE_DE = "Der Stride wird ignoriert: Fenster beginnen bei h und w statt bei h * stride und w * stride."
_STRIDE_HINT = (
    "Where does the second window start when stride is 2?",
    "Wo beginnt das zweite Fenster bei stride 2?",
)

_CONV_FORWARD = (
    bug("conv-stride-ignored", {"h * stride, w * stride": "h, w"}, _STRIDE_EN, _STRIDE_DE, *_STRIDE_HINT),
    bug(
        "conv-size-without-plus-one",
        {"n_H = (n_H_prev - f + 2 * pad) // stride + 1": "n_H = (n_H_prev - f + 2 * pad) // stride",
         "n_W = (n_W_prev - f + 2 * pad) // stride + 1": "n_W = (n_W_prev - f + 2 * pad) // stride"},
        "The output is one too small: + 1 is missing.",
        "Die Ausgabe ist eins zu klein: + 1 fehlt.",
        "How many positions has a window as large as the image?",
        "Wie viele Positionen hat ein Fenster, das so groß wie das Bild ist?",
    ),
    bug(
        "conv-not-padded",
        {"window = A_pad[": "window = A_prev["},
        "The windows are cut from the image without padding.",
        "Die Fenster werden aus dem Bild ohne Rand geschnitten.",
        "Which of the two arrays has the zeros?",
        "Welches der beiden Arrays hat die Nullen?",
    ),
    bug(
        "conv-bias-missing",
        {" + b[0, 0, 0, c]": ""},
        "The bias is not added.",
        "Der Bias wird nicht addiert.",
        "Which argument have you not used?",
        "Welches Argument haben Sie nicht benutzt?",
    ),
    bug(
        "conv-bias-in-every-product",
        {"np.sum(window * W[..., c]) + b[0, 0, 0, c]": "np.sum(window * W[..., c] + b[0, 0, 0, c])"},
        "The bias is added to every product before the sum; it counts f * f * n_C_prev times.",
        "Der Bias wird vor der Summe zu jedem Produkt addiert; er zählt f * f * n_C_prev mal.",
        "How often does the bias enter one output value?",
        "Wie oft geht der Bias in einen Ausgabewert ein?",
    ),
    bug(
        "conv-kernel-flipped",
        {"W[..., c])": "W[::-1, ::-1, :, c])"},
        "The filter is flipped; networks compute a correlation, without flipping.",
        "Der Filter ist gespiegelt; Netze rechnen eine Korrelation, ohne zu spiegeln.",
        "Which entry of W meets the upper left pixel?",
        "Welcher Eintrag von W trifft das Pixel oben links?",
    ),
    bug(
        "conv-first-channel-only",
        {"np.sum(window * W[..., c])": "np.sum(window[..., 0] * W[..., 0, c])"},
        "Only the first input channel is used.",
        "Nur der erste Eingabekanal wird benutzt.",
        "Over which axes does the sum run?",
        "Über welche Achsen läuft die Summe?",
    ),
    bug(
        "conv-height-for-width",
        {"n_W = (n_W_prev": "n_W = (n_H_prev"},
        "The output's width is computed from the height.",
        "Die Breite der Ausgabe ist aus der Höhe berechnet.",
        "Try an image that is not square.",
        "Versuchen Sie ein nicht quadratisches Bild.",
    ),
    bug(
        "conv-pad-counted-once",
        {"n_H = (n_H_prev - f + 2 * pad)": "n_H = (n_H_prev - f + pad)", "n_W = (n_W_prev - f + 2 * pad)": "n_W = (n_W_prev - f + pad)"},
        "The padding is counted on one side only: it is 2 * pad.",
        "Der Rand ist nur auf einer Seite gezählt: es sind 2 * pad.",
        "On how many sides are there zeros?",
        "Auf wie vielen Seiten stehen Nullen?",
    ),
)  # fmt: skip

_CONV_BACKWARD = (
    bug("conv-backward-stride-ignored", {"h * stride, w * stride": "h, w"}, _STRIDE_EN, _STRIDE_DE, *_STRIDE_HINT),
    bug(
        "conv-backward-not-cropped",
        {"dA_pad[:, pad : A_pad.shape[1] - pad, pad : A_pad.shape[2] - pad, :]": "dA_pad"},
        "The padding is not cropped from dA_prev.",
        "Der Rand ist nicht aus dA_prev herausgeschnitten.",
        "dA_prev has the shape of A_prev.",
        "dA_prev hat die Form von A_prev.",
    ),
    bug(
        "conv-backward-cropped-wrong",
        {"dA_pad[:, pad : A_pad.shape[1] - pad, pad : A_pad.shape[2] - pad, :]": "dA_pad[:, : A_prev.shape[1], : A_prev.shape[2], :]"},
        "dA_prev is cropped on the right and below only: it is shifted by the padding.",
        "dA_prev ist nur rechts und unten beschnitten: es ist um den Rand verschoben.",
        "Where does the image begin inside the padded one?",
        "Wo beginnt das Bild im Bild mit Rand?",
    ),
    bug(
        "conv-backward-overwrites",
        {"dA_pad[i, top : top + f, left : left + f, :] +=": "dA_pad[i, top : top + f, left : left + f, :] ="},
        "The gradient of overlapping windows is overwritten instead of added up.",
        "Der Gradient überlappender Fenster wird überschrieben statt aufsummiert.",
        "How many windows does a pixel lie in?",
        "In wie vielen Fenstern liegt ein Pixel?",
    ),
    bug(
        "conv-backward-dW-overwrites",
        {"dW[..., c] += window": "dW[..., c] = window"},
        "dW is overwritten at every position instead of added up.",
        "dW wird an jeder Position überschrieben statt aufsummiert.",
        "How often is a filter used?",
        "Wie oft wird ein Filter benutzt?",
    ),
    bug(
        "conv-backward-db-last-only",
        {"db[..., c] += dZ": "db[..., c] = dZ"},
        "db holds the last position only; it is a sum over examples and positions.",
        "db enthält nur die letzte Position; es ist eine Summe über Beispiele und Positionen.",
        "How often does the bias enter the output?",
        "Wie oft geht der Bias in die Ausgabe ein?",
    ),
    bug(
        "conv-backward-accumulates-on-input",
        {"dA_pad = np.zeros(A_pad.shape)": "dA_pad = A_pad.copy()"},
        "dA_prev starts from A_prev instead of zeros.",
        "dA_prev beginnt bei A_prev statt bei null.",
        "What is a gradient before anything was added?",
        "Was ist ein Gradient, bevor etwas addiert wurde?",
    ),
    bug(
        "conv-backward-last-example-only",
        {"dA_prev = dA_pad[:, pad": "dA_pad[:-1] = 0\n    dA_prev = dA_pad[:, pad"},
        "Only the last example has a gradient: dA_prev is written outside the loop over examples.",
        "Nur das letzte Beispiel hat einen Gradienten: dA_prev wird außerhalb der Schleife über die Beispiele geschrieben.",
        "Look at the indentation.",
        "Achten Sie auf die Einrückung.",
    ),
    bug(
        "conv-backward-unpadded-windows",
        {"window = A_pad[": "window = A_prev["},
        "dW uses windows of the image without padding.",
        "dW benutzt Fenster des Bildes ohne Rand.",
        "Which array did the forward pass read?",
        "Welches Array hat der Vorwärtsschritt gelesen?",
    ),
    bug(
        "conv-backward-averaged",
        {"db[..., c] += dZ[i, h, w, c]": "db[..., c] += dZ[i, h, w, c] / m", "dW[..., c] += window * dZ[i, h, w, c]": "dW[..., c] += window * dZ[i, h, w, c] / m"},
        "dW and db are divided by m; here the gradients are sums.",
        "dW und db sind durch m geteilt; hier sind die Gradienten Summen.",
        "The mean is already in dZ.",
        "Das Mittel steckt schon in dZ.",
    ),
)  # fmt: skip

_POOL_FORWARD = (
    bug("pool-stride-ignored", {"h * stride, w * stride": "h, w"}, _STRIDE_EN, _STRIDE_DE, *_STRIDE_HINT),
    bug(
        "pool-size-without-plus-one",
        {"n_H = (n_H_prev - f) // stride + 1": "n_H = (n_H_prev - f) // stride", "n_W = (n_W_prev - f) // stride + 1": "n_W = (n_W_prev - f) // stride"},
        "The output is one too small: + 1 is missing.",
        "Die Ausgabe ist eins zu klein: + 1 fehlt.",
        "How many positions has a window as large as the image?",
        "Wie viele Positionen hat ein Fenster, das so groß wie das Bild ist?",
    ),
    bug(
        "pool-modes-swapped",
        {'mode == "max"': 'mode != "max"'},
        "Maximum and average are swapped.",
        "Maximum und Mittelwert sind vertauscht.",
        "Which branch belongs to which mode?",
        "Welcher Zweig gehört zu welchem Modus?",
    ),
    bug(
        "pool-max-over-channels",
        {"window.max(axis=(1, 2))": "window.max(axis=(1, 2, 3), keepdims=True)[:, 0, 0]"},
        "The maximum is taken over the channels, too.",
        "Das Maximum ist auch über die Kanäle genommen.",
        "Pooling treats every channel alone.",
        "Pooling behandelt jeden Kanal für sich.",
    ),
    bug(
        "pool-always-max",
        {'window.max(axis=(1, 2)) if mode == "max" else window.mean(axis=(1, 2))': "window.max(axis=(1, 2))"},
        "The maximum is taken in average mode, too.",
        "Das Maximum wird auch im Modus average genommen.",
        "Use the argument mode.",
        "Benutzen Sie das Argument mode.",
    ),
)  # fmt: skip

_POOL_BACKWARD = (
    bug("pool-backward-stride-ignored", {"h * stride, w * stride": "h, w"}, _STRIDE_EN, _STRIDE_DE, *_STRIDE_HINT),
    bug(
        "pool-backward-overwrites",
        {"dA_prev[place] += mask": "dA_prev[place] = mask", "dA_prev[place] += distribute": "dA_prev[place] = distribute"},
        "The gradient of overlapping windows is overwritten instead of added up.",
        "Der Gradient überlappender Fenster wird überschrieben statt aufsummiert.",
        "How many windows does a pixel lie in?",
        "In wie vielen Fenstern liegt ein Pixel?",
    ),
    bug(
        "pool-backward-no-mask",
        {"mask * dA[i, h, w, c]": "dA[i, h, w, c]"},
        "The whole window gets the gradient; in max pooling only the largest value does.",
        "Das ganze Fenster bekommt den Gradienten; bei max nur der größte Wert.",
        "What changes the maximum if you move it a little?",
        "Was ändert das Maximum, wenn man es etwas verschiebt?",
    ),
    bug(
        "pool-backward-not-divided",
        {"distribute_value(dA[i, h, w, c], (f, f))": "dA[i, h, w, c]"},
        "In average mode the gradient is not divided by the window's area.",
        "Im Modus average ist der Gradient nicht durch die Fläche des Fensters geteilt.",
        "What does one pixel contribute to the mean?",
        "Was trägt ein Pixel zum Mittelwert bei?",
    ),
    bug(
        "pool-backward-modes-swapped",
        {'mode == "max"': 'mode != "max"'},
        "Maximum and average are swapped.",
        "Maximum und Mittelwert sind vertauscht.",
        "Which branch belongs to which mode?",
        "Welcher Zweig gehört zu welchem Modus?",
    ),
)  # fmt: skip

EXERCISE = Exercise(
    id="convolution-step-by-step",
    title=Text("Convolution and pooling, step by step", "Faltung und Pooling, Schritt für Schritt"),
    week="C4W1",
    reading="Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2018)",
    functions=(
        Function(
            zero_pad,
            5,
            _images,
            returns=("X_pad",),
            signatures=("X, pad",),
            bugs=(
                bug(
                    "pad-all-axes",
                    {"((0, 0), (pad, pad), (pad, pad), (0, 0))": "pad"},
                    "Examples and channels are padded, too.",
                    "Auch Beispiele und Kanäle bekommen einen Rand.",
                    "Which two axes are the image?",
                    "Welche beiden Achsen sind das Bild?",
                ),
                bug(
                    "pad-height-only",
                    {"(pad, pad), (pad, pad), (0, 0)": "(pad, pad), (0, 0), (0, 0)"},
                    "Only the height is padded.",
                    "Nur die Höhe bekommt einen Rand.",
                    "Which two axes are the image?",
                    "Welche beiden Achsen sind das Bild?",
                ),
                bug(
                    "pad-wrong-axes",
                    {"((0, 0), (pad, pad), (pad, pad), (0, 0))": "((0, 0), (0, 0), (pad, pad), (pad, pad))"},
                    "Width and channels are padded: that is the layout with channels first.",
                    "Breite und Kanäle bekommen einen Rand: das ist die Anordnung mit Kanälen vorn.",
                    "Here the channels are the last axis.",
                    "Hier sind die Kanäle die letzte Achse.",
                ),
            ),
        ),
        Function(
            conv_single_step,
            10,
            _windows,
            returns=("Z",),
            bugs=(
                bug(
                    "step-bias-missing",
                    {" + b.item()": ""},
                    "The bias is not added.",
                    "Der Bias wird nicht addiert.",
                    "Which argument have you not used?",
                    "Welches Argument haben Sie nicht benutzt?",
                ),
                bug(
                    "step-bias-in-every-product",
                    {"np.sum(a_slice_prev * W) + b.item()": "np.sum(a_slice_prev * W + b.item())"},
                    "The bias is added to every product before the sum; it counts f * f * n_C_prev times.",
                    "Der Bias wird vor der Summe zu jedem Produkt addiert; er zählt f * f * n_C_prev mal.",
                    "How often does the bias enter one output value?",
                    "Wie oft geht der Bias in einen Ausgabewert ein?",
                ),
            ),
        ),
        Function(
            conv_forward,
            20,
            _images,
            returns=("Z", "cache"),
            private=("cache",),
            signatures=("A_prev, W, b, hparameters",),
            uses=("zero_pad", "conv_single_step"),
            bugs=_CONV_FORWARD,
        ),
        Function(
            pool_forward,
            15,
            _pools,
            returns=("A", "cache"),
            private=("cache",),
            signatures=("A_prev, hparameters, mode='max'",),
            bugs=_POOL_FORWARD,
        ),
        Function(
            conv_backward,
            25,
            _padded,
            returns=("dA_prev", "dW", "db"),
            signatures=("dZ, cache",),
            uses=("zero_pad",),
            bugs=_CONV_BACKWARD,
        ),
        Function(
            create_mask_from_window,
            5,
            _single_windows,
            returns=("mask",),
            bugs=(
                bug(
                    "mask-of-absolute-value",
                    {"x == np.max(x)": "np.abs(x) == np.max(np.abs(x))"},
                    "The mask marks the largest absolute value.",
                    "Die Maske markiert den größten Betrag.",
                    "What if all values are negative?",
                    "Was, wenn alle Werte negativ sind?",
                ),
                bug(
                    "mask-by-row",
                    {"np.max(x)": "np.max(x, axis=1, keepdims=True)"},
                    "The mask marks the largest value of each row.",
                    "Die Maske markiert den größten Wert jeder Zeile.",
                    "There is one maximum in a window.",
                    "In einem Fenster gibt es ein Maximum.",
                ),
                bug(
                    "mask-inverted",
                    {"x == np": "x != np"},
                    "The mask is inverted.",
                    "Die Maske ist invertiert.",
                    "Where is it true?",
                    "Wo ist sie wahr?",
                ),
            ),
        ),
        Function(
            distribute_value,
            5,
            _values,
            returns=("a",),
            bugs=(
                bug(
                    "distribute-not-divided",
                    {" / (n_H * n_W)": ""},
                    "The value is copied, not distributed: divide by the number of entries.",
                    "Der Wert ist kopiert statt verteilt: teilen Sie durch die Zahl der Einträge.",
                    "What must the entries add up to?",
                    "Was müssen die Einträge zusammen ergeben?",
                ),
                bug(
                    "distribute-by-sum-of-sides",
                    {"(n_H * n_W)": "(n_H + n_W)"},
                    "The value is divided by the sum of the sides, not by the area.",
                    "Der Wert ist durch die Summe der Seiten geteilt, nicht durch die Fläche.",
                    "How many entries are there?",
                    "Wie viele Einträge gibt es?",
                ),
            ),
        ),
        Function(
            pool_backward,
            15,
            _pools,
            returns=("dA_prev",),
            signatures=("dA, cache, mode='max'",),
            uses=("create_mask_from_window", "distribute_value"),
            bugs=_POOL_BACKWARD,
        ),
    ),
)
