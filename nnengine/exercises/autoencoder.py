"""An autoencoder with one hidden layer; rows are examples.

Encoder ``h = tanh(x W1 + b1)``, decoder ``x' = h W2 + b2``, loss: half the squared error of an example, averaged.
"""

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]


def encode(X: Array, parameters: Parameters) -> Array:
    """Return the codes."""
    return np.tanh(X @ parameters["W1"] + parameters["b1"])


def decode(H: Array, parameters: Parameters) -> Array:
    """Return the reconstructions."""
    return H @ parameters["W2"] + parameters["b2"]


def reconstruction_loss(X: Array, X_hat: Array) -> float:
    """Return half the squared error of an example, averaged over the batch."""
    return float(np.sum((X_hat - X) ** 2) / (2 * len(X)))


def gradients(X: Array, parameters: Parameters) -> Parameters:
    """Return the gradients of the loss by W1, b1, W2 and b2."""
    H = encode(X, parameters)
    X_hat = decode(H, parameters)
    dX_hat = (X_hat - X) / len(X)
    dH = dX_hat @ parameters["W2"].T
    dZ = dH * (1 - H**2)
    return {"W1": X.T @ dZ, "b1": dZ.sum(axis=0), "W2": H.T @ dX_hat, "b2": dX_hat.sum(axis=0)}


def tied_gradient(X: Array, W: Array) -> Array:
    """Return the gradient by W of a linear autoencoder X W W^T, whose decoder is the encoder transposed."""
    error = (X @ W @ W.T - X) / len(X)
    return X.T @ error @ W + error.T @ X @ W


def best_linear_reconstruction(X: Array, k: int) -> Array:
    """Return what the best linear autoencoder with k units gives: the projection on k principal axes."""
    mean = X.mean(axis=0)
    _, _, axes = np.linalg.svd(X - mean, full_matrices=False)
    V = axes[:k].T
    X_hat: Array = (X - mean) @ V @ V.T + mean
    return X_hat


def _draws(rng: Rng) -> list[Draw]:
    draws = []
    for n, features, hidden in ((6, 5, 3), (4, 7, 2)):
        parameters = {
            "W1": rng.normal(size=(features, hidden)) * 0.5,
            "b1": rng.normal(size=hidden) * 0.3,
            "W2": rng.normal(size=(hidden, features)) * 0.7,
            "b2": rng.normal(size=features),
        }
        X = rng.normal(size=(n, features)) + 0.7
        args = {"X": X, "X_hat": X + rng.normal(size=X.shape), "H": rng.normal(size=(n, hidden)), "k": hidden}
        args |= {"parameters": parameters, "W": rng.normal(size=(features, hidden)) * 0.5}
        draws.append(Draw(args, sizes={"n": n, "d": features}))
    return draws


EXERCISE = Exercise(
    id="autoencoder",
    title=Text("Autoencoder", "Autoencoder"),
    week="Deep Learning from Scratch, week 7",
    reading="Bourlard and Kamp, Auto-association by multilayer perceptrons and singular value decomposition (1988)",
    functions=(
        Function(encode, 10, _draws, returns=("H",), signatures=("X, parameters",), bugs=(
            bug("encode-linear", {"np.tanh(X @ parameters[\"W1\"] + parameters[\"b1\"])": "X @ parameters[\"W1\"] + parameters[\"b1\"]"}, "The code has no activation.", "Der Code hat keine Aktivierung.", "What lies between the sum and the code?", "Was liegt zwischen Summe und Code?"),
            bug("encode-bias-missing", {" + parameters[\"b1\"]": ""}, "The bias b1 is not added.", "Der Bias b1 wird nicht addiert.", "Which parameters have you not used?", "Welche Parameter haben Sie nicht benutzt?"),
        )),
        Function(decode, 10, _draws, returns=("X_hat",), signatures=("H, parameters",), bugs=(
            bug("decode-tanh", {"H @ parameters[\"W2\"] + parameters[\"b2\"]": "np.tanh(H @ parameters[\"W2\"] + parameters[\"b2\"])"}, "The decoder is put through tanh; inputs may be larger than one.", "Der Decoder geht durch tanh; Eingaben dürfen größer als eins sein.", "Which values can X take?", "Welche Werte kann X annehmen?"),
            bug("decode-bias-missing", {" + parameters[\"b2\"]": ""}, "The bias b2 is not added.", "Der Bias b2 wird nicht addiert.", "Which parameters have you not used?", "Welche Parameter haben Sie nicht benutzt?"),
        )),
        Function(reconstruction_loss, 10, _draws, returns=("loss",), bugs=(
            bug("reconstruction-over-entries", {"(2 * len(X))": "(2 * X.size)"}, "The loss is averaged over all entries; it is averaged over examples.", "Der Verlust ist über alle Einträge gemittelt statt über Beispiele.", "By what do you divide?", "Wodurch teilen Sie?"),
            bug("reconstruction-without-half", {"(2 * len(X))": "len(X)"}, "The factor 1/2 is missing.", "Der Faktor 1/2 fehlt.", "It cancels the 2 of the derivative.", "Er kürzt die 2 der Ableitung."),
            bug("reconstruction-absolute", {"(X_hat - X) ** 2": "np.abs(X_hat - X)"}, "The errors are not squared.", "Die Fehler sind nicht quadriert.", "Which norm is it?", "Welche Norm ist es?"),
        )),
        Function(gradients, 30, _draws, returns=("gradients",), uses=("encode", "decode"), bugs=(
            bug("autoencoder-not-averaged", {"(X_hat - X) / len(X)": "X_hat - X"}, "The gradients are sums; the loss is a mean over the batch.", "Die Gradienten sind Summen; der Verlust ist ein Mittel über den Batch.", "Divide once.", "Teilen Sie einmal."),
            bug("autoencoder-tanh-derivative-missing", {"dH * (1 - H**2)": "dH"}, "The derivative of tanh is missing.", "Die Ableitung von tanh fehlt.", "Which function made H?", "Welche Funktion hat H gemacht?"),
            bug("autoencoder-sign", {"(X_hat - X)": "(X - X_hat)"}, "The gradients have the wrong sign.", "Die Gradienten haben das falsche Vorzeichen.", "If X_hat is too large, should it rise?", "Wenn X_hat zu groß ist: soll es steigen?"),
            bug("autoencoder-doubled", {"(X_hat - X) / len(X)": "2 * (X_hat - X) / len(X)"}, "The gradients are doubled: the 1/2 of the loss is forgotten.", "Die Gradienten sind verdoppelt: das 1/2 des Verlusts ist vergessen.", "Differentiate e²/2.", "Leiten Sie e²/2 ab."),
            bug("autoencoder-W2-from-input", {"H.T @ dX_hat": "encode(X - parameters[\"b1\"].mean(), parameters).T @ dX_hat"}, "The gradient of W2 uses another code than the forward pass.", "Der Gradient von W2 benutzt einen anderen Code als der Vorwärtsschritt.", "Which H went into the decoder?", "Welches H ging in den Decoder?"),
        )),
        Function(tied_gradient, 25, _draws, returns=("dW",), bugs=(
            bug("tied-encoder-only", {" + error.T @ X @ W": ""}, "Only the encoder's share of the gradient is there; W is used twice.", "Nur der Anteil des Encoders ist da; W wird zweimal benutzt.", "How often does W occur in X W W^T?", "Wie oft kommt W in X W W^T vor?"),
            bug("tied-decoder-only", {"X.T @ error @ W + error.T @ X @ W": "error.T @ X @ W"}, "Only the decoder's share of the gradient is there; W is used twice.", "Nur der Anteil des Decoders ist da; W wird zweimal benutzt.", "How often does W occur in X W W^T?", "Wie oft kommt W in X W W^T vor?"),
            bug("tied-not-averaged", {" / len(X)": ""}, "The gradient is a sum; the loss is a mean over the batch.", "Der Gradient ist eine Summe; der Verlust ist ein Mittel über den Batch.", "Divide once.", "Teilen Sie einmal."),
        )),
        Function(best_linear_reconstruction, 15, _draws, returns=("X_hat",), bugs=(
            bug("pca-not-centred", {"mean = X.mean(axis=0)": "mean = 0 * X.mean(axis=0)"}, "The data are not centred before the decomposition.", "Die Daten sind vor der Zerlegung nicht zentriert.", "Which bias would the decoder learn?", "Welchen Bias würde der Decoder lernen?"),
            bug("pca-mean-not-added-back", {"V @ V.T + mean": "V @ V.T"}, "The mean is not added back.", "Der Mittelwert wird nicht wieder addiert.", "What is the reconstruction of the mean itself?", "Was ist die Rekonstruktion des Mittelwerts selbst?"),
            bug("pca-last-axes", {"axes[:k]": "axes[-k:]"}, "The axes of least variance are kept.", "Die Achsen der kleinsten Varianz bleiben.", "How does numpy order singular values?", "Wie ordnet numpy die Singulärwerte?"),
        )),
    ),
)  # fmt: skip
