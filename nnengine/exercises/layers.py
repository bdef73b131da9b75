"""Layers as pairs of functions: forward returns (out, cache), backward takes (dout, cache); rows are examples.

What a cache holds is the student's own business.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Own, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, Any]:
    """Return x w + b, every example flattened."""
    out = x.reshape(len(x), -1) @ w + b
    return out, (x, w, b)


def affine_backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:  # noqa: ANN401 - the student's own
    """Return the gradients by x, w and b."""
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x: Array) -> tuple[Array, Any]:
    """Return max(0, x)."""
    return np.maximum(0, x), x


def relu_backward(dout: Array, cache: Any) -> Array:  # noqa: ANN401 - the student's own
    """Return the gradient by x."""
    return np.where(cache > 0, dout, 0.0)


def batchnorm_forward(x: Array, gamma: Array, beta: Array, bn_param: dict[str, Any]) -> tuple[Array, Any]:
    """Normalise every feature over the batch, or by running statistics in test mode."""
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mu, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mu) / np.sqrt(var + eps)
    out = gamma * x_hat + beta
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mu
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    return out, (x, x_hat, gamma, np.sqrt(var + eps))


def batchnorm_backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:  # noqa: ANN401 - the student's own
    """Return the gradients by x, gamma and beta."""
    x, x_hat, gamma, std = cache  # noqa: RUF059 - x is what a planted mistake takes
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=0)
    through_var = x_hat * np.mean(dx_hat * x_hat, axis=0)
    dx = (dx_hat - through_mean - through_var) / std
    return dx, dgamma, dbeta


def layernorm_forward(x: Array, gamma: Array, beta: Array, ln_param: dict[str, Any]) -> tuple[Array, Any]:
    """Normalise every example over its features."""
    eps = ln_param.get("eps", 1e-5)
    mu, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    x_hat = (x - mu) / np.sqrt(var + eps)
    out = gamma * x_hat + beta
    return out, (x_hat, gamma, np.sqrt(var + eps))


def layernorm_backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:  # noqa: ANN401 - the student's own
    """Return the gradients by x, gamma and beta."""
    x_hat, gamma, std = cache
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=1, keepdims=True)
    through_var = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - through_mean - through_var) / std
    return dx, dgamma, dbeta


def dropout_forward(x: Array, dropout_param: dict[str, Any]) -> tuple[Array, Any]:
    """Keep every entry with probability p, scaled by 1/p; the identity in test mode."""
    p, mode = dropout_param["p"], dropout_param["mode"]
    if mode == "test":
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) < p) / p  # noqa: NPY002 - as the course does
    return x * mask, (dropout_param, mask)


def _shapes(rng: Rng) -> list[Draw]:
    draws = []
    for shape, units in (((5, 2, 3), 4), ((3, 4), 6), ((4, 3, 2, 2), 5)):
        size = int(np.prod(shape[1:]))
        x, w, b = rng.normal(size=shape), rng.normal(size=(size, units)), rng.normal(size=units)
        dout = rng.normal(size=(shape[0], units))
        cache = Own("affine_forward", (x, w, b), 1, affine_forward(x, w, b)[1])
        draws.append(Draw({"x": x, "w": w, "b": b, "dout": dout, "cache": cache}, sizes={"N": shape[0]}))
    return draws


def _signs(rng: Rng) -> list[Draw]:
    draws = []
    for shape in ((4, 5), (3, 2, 4)):
        x, dout = rng.normal(size=shape), rng.normal(size=shape)
        draws.append(Draw({"x": x, "dout": dout, "cache": Own("relu_forward", (x,), 1, x)}))
    return draws


def _statistics(rng: Rng) -> list[Draw]:
    """Draw features whose variance is about eps, too, so that its place shows."""
    draws = []
    for n, d, mode in ((6, 4, "train"), (7, 3, "train"), (5, 4, "test")):
        x = rng.normal(size=(n, d)) * np.append(np.full(d - 1, 1.7), 0.004) + rng.normal(size=d)
        gamma, beta = rng.normal(size=d), rng.normal(size=d)
        param = {
            "mode": mode,
            "eps": 1e-5,
            "momentum": 0.8,
            "running_mean": rng.normal(size=d),
            "running_var": rng.uniform(0.5, 2, size=d),
        }
        args = {"x": x, "gamma": gamma, "beta": beta, "bn_param": param}
        draws.append(Draw(args, label="mode = test" if mode == "test" else "", sizes={"N": n, "D": d}))
    return draws


def _batchnorm_caches(rng: Rng) -> list[Draw]:
    draws = []
    for draw in _statistics(rng):
        if draw.label:
            continue
        x, gamma, beta = draw.args["x"], draw.args["gamma"], draw.args["beta"]
        x = rng.normal(size=x.shape) * 2
        call = (x, gamma, beta, {"mode": "train", "eps": 1e-5})
        cache = Own("batchnorm_forward", call, 1, batchnorm_forward(*call)[1])
        draws.append(Draw({"dout": rng.normal(size=x.shape), "cache": cache}, sizes=draw.sizes))
    return draws


def _rows(rng: Rng) -> list[Draw]:
    draws = []
    for n, d in ((3, 6), (5, 4)):
        x = rng.normal(size=(n, d)) * np.append(np.full(n - 1, 1.7), 0.004)[:, None] + 0.5
        gamma, beta = rng.normal(size=d), rng.normal(size=d)
        draws.append(
            Draw({"x": x, "gamma": gamma, "beta": beta, "ln_param": {"eps": 1e-5}}, sizes={"N": n, "D": d})
        )
    return draws


def _layernorm_caches(rng: Rng) -> list[Draw]:
    draws = []
    for n, d in ((3, 6), (5, 4)):
        x, gamma, beta = rng.normal(size=(n, d)) * 2, rng.normal(size=d), rng.normal(size=d)
        call = (x, gamma, beta, {"eps": 1e-5})
        cache = Own("layernorm_forward", call, 1, layernorm_forward(*call)[1])
        draws.append(Draw({"dout": rng.normal(size=x.shape), "cache": cache}, sizes={"N": n, "D": d}))
    return draws


def _wide(rng: Rng) -> list[Draw]:
    draws = []
    for p, mode in ((0.75, "train"), (0.6, "train"), (0.6, "test")):
        x = rng.normal(size=(60, 50)) + 3
        label = "mode = test" if mode == "test" else ""
        draws.append(Draw({"x": x, "dropout_param": {"p": p, "mode": mode}}, label=label))
    return draws


def _kept(args: Mapping[str, Any], result: object) -> object:
    """Describe an output with dropout: how much was kept, what became of it, whether rows differ."""
    out = result[0] if isinstance(result, tuple) and result else None
    x, p = args["x"], args["dropout_param"]["p"]
    if not isinstance(out, np.ndarray) or out.shape != x.shape:
        return result
    kept = out != 0
    view: dict[str, object] = {"the fraction kept": 0, "the scale": 0, "one mask for all rows": 0}
    for index, fraction in enumerate((1.0, p, 1 - p), 1):
        if abs(float(kept.mean()) - fraction) < 0.05:
            view["the fraction kept"] = index
            break
    for index, scale in enumerate((1.0, 1 / p, p, 1 / (1 - p)), 1):
        if np.allclose(out[kept], (x * scale)[kept]):
            view["the scale"] = index
            break
    view["one mask for all rows"] = int(not kept.all() and bool((kept == kept[0]).all()))
    return view


EXERCISE = Exercise(
    id="fully-connected-layers",
    title=Text("Fully connected layers", "Vollverbundene Schichten"),
    week="cs231n A2",
    reading="Ioffe and Szegedy, Batch normalization (2015); Ba et al., Layer normalization (2016)",
    functions=(
        Function(affine_forward, 5, _shapes, returns=("out", "cache"), private=("cache",), signatures=("x, w, b",), bugs=(
            bug("affine-bias-missing", {" @ w + b": " @ w"}, "The bias is not added.", "Der Bias wird nicht addiert.", "Which argument have you not used?", "Welches Argument haben Sie nicht benutzt?"),
            bug("affine-not-flattened", {"x.reshape(len(x), -1) @ w": "x.reshape(-1, w.shape[0])[: len(x)][::-1] @ w"}, "The examples are mixed up when they are flattened.", "Die Beispiele geraten beim Flachmachen durcheinander.", "Keep the first axis.", "Behalten Sie die erste Achse."),
        )),
        Function(affine_backward, 15, _shapes, returns=("dx", "dw", "db"), signatures=("dout, cache",), bugs=(
            bug("affine-dx-flat", {".reshape(x.shape)": ""}, "dx does not have the shape of x.", "dx hat nicht die Form von x.", "x may have more than two axes.", "x darf mehr als zwei Achsen haben."),
            bug("affine-db-averaged", {"dout.sum(axis=0)": "dout.mean(axis=0)"}, "db is averaged; here the gradients are sums.", "db ist gemittelt; hier sind die Gradienten Summen.", "The mean is already in dout.", "Das Mittel steckt schon in dout."),
            bug("affine-db-wrong-axis", {"dout.sum(axis=0)": "dout.sum(axis=1)"}, "db is summed over the units instead of the examples.", "db ist über die Einheiten statt über die Beispiele summiert.", "db has the shape of b.", "db hat die Form von b."),
            bug("affine-dw-averaged", {".T @ dout": ".T @ dout / len(x)"}, "dw is averaged; here the gradients are sums.", "dw ist gemittelt; hier sind die Gradienten Summen.", "The mean is already in dout.", "Das Mittel steckt schon in dout."),
        )),
        Function(relu_forward, 5, _signs, returns=("out", "cache"), private=("cache",), bugs=(
            bug("relu-absolute", {"np.maximum(0, x)": "np.abs(x)"}, "That is the absolute value.", "Das ist der Betrag.", "What happens to negative inputs?", "Was geschieht mit negativen Eingaben?"),
            bug("relu-minimum", {"np.maximum(0, x)": "np.minimum(0, x)"}, "The negative half is kept instead of the positive one.", "Die negative Hälfte bleibt statt der positiven.", "What happens to negative inputs?", "Was geschieht mit negativen Eingaben?"),
        )),
        Function(relu_backward, 5, _signs, returns=("dx",), signatures=("dout, cache",), bugs=(
            bug("relu-gradient-everywhere", {"np.where(cache > 0, dout, 0.0)": "dout"}, "The gradient passes everywhere.", "Der Gradient geht überall durch.", "Which inputs did relu let through?", "Welche Eingaben hat relu durchgelassen?"),
            bug("relu-gradient-times-x", {"np.where(cache > 0, dout, 0.0)": "np.maximum(0, cache) * dout"}, "The gradient is multiplied by the output; it is multiplied by 0 or 1.", "Der Gradient ist mit der Ausgabe multipliziert statt mit 0 oder 1.", "What is the slope of relu?", "Was ist die Steigung von relu?"),
            bug("relu-gradient-by-sign-of-dout", {"cache > 0": "dout > 0"}, "The gradient passes where dout is positive; it must where x is.", "Der Gradient geht durch, wo dout positiv ist; maßgeblich ist x.", "Which inputs did relu let through?", "Welche Eingaben hat relu durchgelassen?"),
        )),
        Function(batchnorm_forward, 15, _statistics, returns=("out", "cache"), private=("cache",), optional=1, signatures=("x, gamma, beta, bn_param",), bugs=(
            bug("batchnorm-batch-statistics-at-test", {"gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None": "gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta, None"}, "In test mode the batch's own statistics are used instead of the running ones.", "Im Testmodus werden die Statistiken des Batches statt der laufenden benutzt.", "Should a test output depend on its neighbours?", "Soll eine Testausgabe von ihren Nachbarn abhängen?"),
            bug("batchnorm-eps-outside", {"x_hat = (x - mu) / np.sqrt(var + eps)": "x_hat = (x - mu) / (np.sqrt(var) + eps)"}, "eps is added outside the root.", "eps ist außerhalb der Wurzel addiert.", "Mind the brackets.", "Achten Sie auf die Klammern."),
            bug("batchnorm-without-root", {"x_hat = (x - mu) / np.sqrt(var + eps)": "x_hat = (x - mu) / (var + eps)"}, "The root is missing: x is divided by the variance.", "Die Wurzel fehlt: x ist durch die Varianz geteilt.", "Which units has x_hat?", "Welche Einheit hat x_hat?"),
            bug("batchnorm-wrong-axis", {"x.mean(axis=0), x.var(axis=0)": "x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)"}, "The statistics are taken over the features: that is layer normalisation.", "Die Statistiken laufen über die Merkmale: das ist Layer-Normalisierung.", "Which axis is the batch?", "Welche Achse ist der Batch?"),
            bug("batchnorm-beta-missing", {"gamma * x_hat + beta": "gamma * x_hat"}, "beta is not added in training mode.", "beta wird im Trainingsmodus nicht addiert.", "Which argument have you not used?", "Welches Argument haben Sie nicht benutzt?"),
            bug("batchnorm-unbiased-variance", {"x.var(axis=0)": "x.var(axis=0, ddof=1)"}, "The variance is divided by N - 1; batch normalisation divides by N.", "Die Varianz ist durch N - 1 geteilt; Batch-Normalisierung teilt durch N.", "Look at ddof.", "Schauen Sie auf ddof."),
        )),
        Function(batchnorm_backward, 20, _batchnorm_caches, returns=("dx", "dgamma", "dbeta"), signatures=("dout, cache",), bugs=(
            bug("batchnorm-variance-path-missing", {" - through_var": ""}, "dx lacks the way through the variance.", "In dx fehlt der Weg über die Varianz.", "Which quantities depend on x?", "Welche Größen hängen von x ab?"),
            bug("batchnorm-mean-path-missing", {" - through_mean": ""}, "dx lacks the way through the mean.", "In dx fehlt der Weg über den Mittelwert.", "Which quantities depend on x?", "Welche Größen hängen von x ab?"),
            bug("batchnorm-statistics-constant", {" - through_mean - through_var": ""}, "Mean and variance are treated as constants.", "Mittelwert und Varianz sind wie Konstanten behandelt.", "Which quantities depend on x?", "Welche Größen hängen von x ab?"),
            bug("batchnorm-dgamma-from-x", {"dout * x_hat, axis=0)\n    dx_hat": "dout * x, axis=0)\n    dx_hat"}, "dgamma uses x; gamma multiplies the normalised x.", "dgamma benutzt x; gamma multipliziert das normalisierte x.", "What does gamma multiply?", "Was multipliziert gamma?"),
            bug("batchnorm-gamma-missing", {"dx_hat = dout * gamma": "dx_hat = dout"}, "gamma is missing on the way back to x.", "gamma fehlt auf dem Weg zurück zu x.", "out = gamma x_hat + beta.", "out = gamma x_hat + beta."),
        )),
        Function(layernorm_forward, 10, _rows, returns=("out", "cache"), private=("cache",), optional=1, signatures=("x, gamma, beta, ln_param",), bugs=(
            bug("layernorm-over-batch", {"x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)": "x.mean(axis=0), x.var(axis=0)"}, "The statistics are taken over the batch: that is batch normalisation.", "Die Statistiken laufen über den Batch: das ist Batch-Normalisierung.", "Should an output depend on its neighbours?", "Soll eine Ausgabe von ihren Nachbarn abhängen?"),
            bug("layernorm-eps-outside", {"x_hat = (x - mu) / np.sqrt(var + eps)": "x_hat = (x - mu) / (np.sqrt(var) + eps)"}, "eps is added outside the root.", "eps ist außerhalb der Wurzel addiert.", "Mind the brackets.", "Achten Sie auf die Klammern."),
            bug("layernorm-mean-kept", {"(x - mu) / np": "x / np"}, "The mean is not subtracted.", "Der Mittelwert wird nicht abgezogen.", "What is the mean of x_hat?", "Was ist der Mittelwert von x_hat?"),
        )),
        Function(layernorm_backward, 15, _layernorm_caches, returns=("dx", "dgamma", "dbeta"), signatures=("dout, cache",), bugs=(
            bug("layernorm-variance-path-missing", {" - through_var": ""}, "dx lacks the way through the variance.", "In dx fehlt der Weg über die Varianz.", "Which quantities depend on x?", "Welche Größen hängen von x ab?"),
            bug("layernorm-mean-path-missing", {" - through_mean": ""}, "dx lacks the way through the mean.", "In dx fehlt der Weg über den Mittelwert.", "Which quantities depend on x?", "Welche Größen hängen von x ab?"),
            bug("layernorm-backward-over-batch", {"dx_hat.mean(axis=1, keepdims=True)": "dx_hat.mean(axis=0)", "np.mean(dx_hat * x_hat, axis=1, keepdims=True)": "np.mean(dx_hat * x_hat, axis=0)"}, "The means run over the batch, as in batch normalisation.", "Die Mittel laufen über den Batch, wie bei Batch-Normalisierung.", "Over which axis was normalised?", "Über welche Achse wurde normalisiert?"),
            bug("layernorm-dgamma-over-features", {"dgamma = np.sum(dout * x_hat, axis=0)": "dgamma = np.sum(dout * x_hat, axis=1)"}, "dgamma is summed over the features; every feature has its gamma.", "dgamma ist über die Merkmale summiert; jedes Merkmal hat sein gamma.", "dgamma has the shape of gamma.", "dgamma hat die Form von gamma."),
        )),
        Function(dropout_forward, 10, _wide, returns=("out",), signatures=("x, dropout_param",), view=_kept, bugs=(
            bug("layer-dropout-not-scaled", {" < p) / p": " < p) * 1.0"}, "What stays is not scaled by 1/p.", "Was bleibt, ist nicht mit 1/p skaliert.", "What should the expected output be?", "Was soll der Erwartungswert der Ausgabe sein?"),
            bug("layer-dropout-inverted", {" < p) / p": " > p) / p"}, "The mask is inverted: p is the probability of keeping.", "Die Maske ist invertiert: p ist die Wahrscheinlichkeit, zu behalten.", "How many entries should stay?", "Wie viele Einträge sollen bleiben?"),
            bug("layer-dropout-scaled-at-test", {"return x, (dropout_param, None)": "return x * p, (dropout_param, None)"}, "The test output is scaled as well; inverted dropout scales in training only.", "Auch die Testausgabe ist skaliert; invertiertes Dropout skaliert nur im Training.", "In which mode is 1/p applied?", "In welchem Modus wirkt 1/p?"),
            bug("layer-dropout-at-test", {'mode == "test"': 'mode == "never"'}, "Entries are dropped in test mode, too.", "Auch im Testmodus wird verworfen.", "What does mode say?", "Was sagt mode?"),
            bug("layer-dropout-one-mask", {"np.random.rand(*x.shape)": "np.random.rand(*x.shape[1:])"}, "All examples share one mask.", "Alle Beispiele teilen eine Maske.", "Which shape has x?", "Welche Form hat x?"),
        )),
    ),
)  # fmt: skip
