"""A denoising autoencoder: corrupt the input, reconstruct the clean one; rows are examples."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z)."""
    return 1 / (1 + np.exp(-z))


def mask_noise(X: Array, level: float) -> Array:
    """Set a fraction `level` of all entries to zero."""
    return X * (np.random.rand(*X.shape) >= level)  # noqa: NPY002 - as the course does


def gaussian_noise(X: Array, sigma: float) -> Array:
    """Add normal noise of standard deviation sigma."""
    return X + sigma * np.random.randn(*X.shape)  # noqa: NPY002 - as the course does


def reconstruct(X_noisy: Array, parameters: Parameters) -> Array:
    """Return sigmoid(h W^T + c) with h = sigmoid(x W + b): tied weights."""
    H = sigmoid(X_noisy @ parameters["W"] + parameters["b"])
    return sigmoid(H @ parameters["W"].T + parameters["c"])


def denoising_loss(X: Array, X_noisy: Array, parameters: Parameters) -> float:
    """Return the cross-entropy of an example between the clean input and the reconstruction, averaged."""
    X_hat = reconstruct(X_noisy, parameters)
    return float(-np.sum(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat)) / len(X))


def denoising_gradients(X: Array, X_noisy: Array, parameters: Parameters) -> Parameters:
    """Return the gradients by W, b and c; W is used twice."""
    W = parameters["W"]
    H = sigmoid(X_noisy @ W + parameters["b"])
    X_hat = sigmoid(H @ W.T + parameters["c"])
    dY = (X_hat - X) / len(X)
    dZ = dY @ W * H * (1 - H)
    dW = X_noisy.T @ dZ + dY.T @ H
    return {"W": dW, "b": dZ.sum(axis=0), "c": dY.sum(axis=0)}


def _draws(rng: Rng) -> list[Draw]:
    draws = []
    for n, features, hidden in ((6, 5, 3), (4, 7, 4)):
        parameters = {
            "W": rng.normal(size=(features, hidden)),
            "b": rng.normal(size=hidden),
            "c": rng.normal(size=features),
        }
        X = (rng.random((n, features)) > 0.5).astype(np.float64)
        X_noisy = X * (rng.random(X.shape) > 0.3) + 0.1 * rng.normal(size=X.shape)
        draws.append(
            Draw({"X": X, "X_noisy": X_noisy, "parameters": parameters}, sizes={"n": n, "d": features})
        )
    return draws


def _wide(rng: Rng) -> list[Draw]:
    return [
        Draw({"X": rng.uniform(1, 2, size=(60, 50)), "level": level, "sigma": sigma})
        for level, sigma in ((0.2, 0.3), (0.35, 1.5))
    ]


def _masked(args: Mapping[str, Any], result: object) -> object:
    """Describe masking noise: how much was zeroed, whether the rest is untouched, whether rows differ."""
    X, level = args["X"], args["level"]
    if not isinstance(result, np.ndarray) or result.shape != X.shape:
        return result
    zero = result == 0
    fractions = (level, 1 - level, 0.0)
    found = [i for i, fraction in enumerate(fractions) if abs(float(zero.mean()) - fraction) < 0.04]
    rest = [
        i for i, scale in enumerate((1.0, 1 / (1 - level))) if np.allclose(result[~zero], (X * scale)[~zero])
    ]
    return {
        "the fraction set to zero": found[0] if found else 9,
        "the entries that stay": rest[0] if rest else 9,
        "one mask for all rows": int(bool(zero.any()) and bool((zero == zero[0]).all())),
    }


def _noised(args: Mapping[str, Any], result: object) -> object:
    """Describe added noise: its mean and its spread."""
    X, sigma = args["X"], args["sigma"]
    if not isinstance(result, np.ndarray) or result.shape != X.shape:
        return result
    noise = result - X
    spreads = (sigma, sigma**2, np.sqrt(sigma), 1.0, sigma / np.sqrt(12))
    found = [i for i, spread in enumerate(spreads) if abs(float(noise.std()) / spread - 1) < 0.06]
    return {
        "the spread of the noise": found[0] if found else 9,
        "the mean of the noise": int(abs(float(noise.mean())) > 6 * float(noise.std()) / np.sqrt(noise.size)),
        "one noise for all rows": int(bool(np.allclose(noise, noise[0]))),
    }


EXERCISE = Exercise(
    id="denoising-autoencoder",
    title=Text("Denoising autoencoder", "Entrauschender Autoencoder"),
    week="Deep Learning from Scratch, week 7",
    reading="Vincent et al., Extracting and composing robust features with denoising autoencoders (2008)",
    functions=(
        Function(mask_noise, 15, _wide, returns=("X_noisy",), view=_masked, bugs=(
            bug("mask-noise-inverted", {">= level": "< level"}, "The fraction that stays and the fraction that goes are swapped.", "Der Anteil, der bleibt, und der, der geht, sind vertauscht.", "How many zeros does level = 0.2 make?", "Wie viele Nullen macht level = 0.2?"),
            bug("mask-noise-scaled", {">= level)": ">= level) / (1 - level)"}, "What stays is scaled, as in dropout; masking noise does not scale.", "Was bleibt, ist skaliert wie bei Dropout; Maskierungsrauschen skaliert nicht.", "Is it a regulariser or a corruption?", "Ist es ein Regularisierer oder eine Störung?"),
            bug("mask-noise-whole-features", {"np.random.rand(*X.shape)": "np.random.rand(X.shape[1])"}, "All examples lose the same features.", "Alle Beispiele verlieren dieselben Merkmale.", "Which shape has X?", "Welche Form hat X?"),
        )),
        Function(gaussian_noise, 10, _wide, returns=("X_noisy",), view=_noised, bugs=(
            bug("gaussian-variance-for-deviation", {"sigma * np": "sigma**2 * np"}, "sigma is squared: it is the standard deviation.", "sigma ist quadriert: es ist die Standardabweichung.", "Which units has sigma?", "Welche Einheit hat sigma?"),
            bug("gaussian-uniform", {"np.random.randn(": "np.random.rand("}, "The noise is uniform and positive: rand instead of randn.", "Das Rauschen ist gleichverteilt und positiv: rand statt randn.", "One letter of the function's name decides it.", "Ein Buchstabe im Funktionsnamen entscheidet."),
            bug("gaussian-sigma-ignored", {"sigma * np": "np"}, "sigma is not used.", "sigma wird nicht benutzt.", "Use both arguments.", "Benutzen Sie beide Argumente."),
        )),
        Function(reconstruct, 20, _draws, returns=("X_hat",), bugs=(
            bug("reconstruct-linear-output", {"return sigmoid(H @ parameters[\"W\"].T + parameters[\"c\"])": "return H @ parameters[\"W\"].T + parameters[\"c\"]"}, "The output has no sigmoid: it is no probability.", "Die Ausgabe hat kein Sigmoid: sie ist keine Wahrscheinlichkeit.", "Between which values must X_hat lie?", "Zwischen welchen Werten muss X_hat liegen?"),
            bug("reconstruct-c-missing", {" + parameters[\"c\"]": ""}, "The decoder's bias c is not added.", "Der Bias c des Decoders wird nicht addiert.", "Which parameters have you not used?", "Welche Parameter haben Sie nicht benutzt?"),
            bug("reconstruct-b-missing", {" + parameters[\"b\"]": ""}, "The encoder's bias b is not added.", "Der Bias b des Encoders wird nicht addiert.", "Which parameters have you not used?", "Welche Parameter haben Sie nicht benutzt?"),
        )),
        Function(denoising_loss, 20, _draws, returns=("loss",), uses=("reconstruct",), bugs=(
            bug("denoising-noisy-target", {"np.sum(X * np.log(X_hat) + (1 - X)": "np.sum(X_noisy * np.log(X_hat) + (1 - X_noisy)"}, "The loss compares with the noisy input: the network learns to keep the noise.", "Der Verlust vergleicht mit der verrauschten Eingabe: das Netz lernt, das Rauschen zu behalten.", "What should come out?", "Was soll herauskommen?"),
            bug("denoising-clean-input", {"reconstruct(X_noisy, parameters)": "reconstruct(X, parameters)"}, "The clean input is fed in: that is a plain autoencoder.", "Die saubere Eingabe geht hinein: das ist ein gewöhnlicher Autoencoder.", "What does the network see?", "Was sieht das Netz?"),
            bug("denoising-loss-not-averaged", {" / len(X)": ""}, "The loss is a sum, not a mean over the examples.", "Der Verlust ist eine Summe statt eines Mittels über die Beispiele.", "Should twice the data cost twice as much?", "Sollen doppelt so viele Daten doppelt so viel kosten?"),
            bug("denoising-first-term-only", {" + (1 - X) * np.log(1 - X_hat)": ""}, "The term of the zeros is missing.", "Der Term der Nullen fehlt.", "What does a pixel that is 0 contribute?", "Was trägt ein Pixel bei, das 0 ist?"),
        )),
        Function(denoising_gradients, 35, _draws, returns=("gradients",), bugs=(
            bug("denoising-gradient-noisy-target", {"(X_hat - X) / len(X)": "(X_hat - X_noisy) / len(X)"}, "The target is the noisy input.", "Das Ziel ist die verrauschte Eingabe.", "What should come out?", "Was soll herauskommen?"),
            bug("denoising-gradient-clean-input", {"X_noisy.T @ dZ": "X.T @ dZ"}, "The encoder's share of dW uses the clean input; it saw the noisy one.", "Der Anteil des Encoders an dW benutzt die saubere Eingabe; er sah die verrauschte.", "What did W multiply first?", "Was hat W zuerst multipliziert?"),
            bug("denoising-gradient-encoder-only", {" + dY.T @ H": ""}, "Only the encoder's share of dW is there; W is used twice.", "Nur der Anteil des Encoders an dW ist da; W wird zweimal benutzt.", "Where does W occur?", "Wo kommt W vor?"),
            bug("denoising-gradient-decoder-only", {"X_noisy.T @ dZ + ": ""}, "Only the decoder's share of dW is there; W is used twice.", "Nur der Anteil des Decoders an dW ist da; W wird zweimal benutzt.", "Where does W occur?", "Wo kommt W vor?"),
            bug("denoising-gradient-sigmoid-missing", {" * H * (1 - H)": ""}, "The derivative of the hidden sigmoid is missing.", "Die Ableitung des verborgenen Sigmoids fehlt.", "Which function made H?", "Welche Funktion hat H gemacht?"),
            bug("denoising-gradient-extra-sigmoid", {"(X_hat - X) / len(X)": "(X_hat - X) * X_hat * (1 - X_hat) / len(X)"}, "The derivative of the output's sigmoid is there once too often.", "Die Ableitung des Ausgabe-Sigmoids ist einmal zu viel da.", "With cross-entropy it cancels.", "Mit der Kreuzentropie kürzt sie sich."),
        )),
    ),
)  # fmt: skip
