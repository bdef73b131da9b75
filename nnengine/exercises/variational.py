"""A variational autoencoder's loss and gradients; rows are examples, the decoder is Bernoulli."""

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.text import Text

Array = npt.NDArray[np.float64]


def reparameterize(mu: Array, logvar: Array, eps: Array) -> Array:
    """Return mu + sigma eps."""
    return mu + np.exp(0.5 * logvar) * eps


def kl_divergence(mu: Array, logvar: Array) -> float:
    """Return KL(N(mu, sigma²) || N(0, 1)), summed over the code, averaged over the batch."""
    return float(-0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar)) / len(mu))


def reconstruction_loss(X: Array, X_hat: Array) -> float:
    """Return the cross-entropy, summed over pixels, averaged over the batch."""
    return float(-np.sum(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat)) / len(X))


def elbo(X: Array, X_hat: Array, mu: Array, logvar: Array) -> float:
    """Return the evidence lower bound, which is to be maximised."""
    return -reconstruction_loss(X, X_hat) - kl_divergence(mu, logvar)


def latent_gradients(dz: Array, mu: Array, logvar: Array, eps: Array) -> tuple[Array, Array]:
    """Return the gradients of the loss by mu and logvar; dz is the reconstruction's gradient by z."""
    n = len(mu)
    dmu = dz + mu / n
    dlogvar = dz * eps * 0.5 * np.exp(0.5 * logvar) + 0.5 * (np.exp(logvar) - 1) / n
    return dmu, dlogvar


def _draws(rng: Rng) -> list[Draw]:
    draws = []
    for n, code, pixels in ((5, 3, 4), (7, 2, 6)):
        X = (rng.random((n, pixels)) > 0.5).astype(np.float64)
        args = {"X": X, "X_hat": rng.uniform(0.1, 0.9, size=X.shape), "mu": rng.normal(size=(n, code))}
        args |= {
            "logvar": rng.normal(size=(n, code)),
            "eps": rng.normal(size=(n, code)),
            "dz": rng.normal(size=(n, code)),
        }
        draws.append(Draw(args, sizes={"n": n, "d": pixels}))
    return draws


EXERCISE = Exercise(
    id="variational-autoencoder",
    title=Text("Variational autoencoder", "Variationeller Autoencoder"),
    week="Deep Learning from Scratch, week 7",
    reading="Kingma and Welling, Auto-encoding variational Bayes (2013)",
    functions=(
        Function(reparameterize, 20, _draws, returns=("z",), bugs=(
            bug("vae-variance-for-deviation", {"np.exp(0.5 * logvar)": "np.exp(logvar)"}, "The noise is scaled by the variance; sigma is exp(logvar / 2).", "Das Rauschen ist mit der Varianz skaliert; sigma ist exp(logvar / 2).", "What is the root of exp(logvar)?", "Was ist die Wurzel aus exp(logvar)?"),
            bug("vae-logvar-for-deviation", {"np.exp(0.5 * logvar)": "logvar"}, "logvar itself is used as the standard deviation.", "logvar selbst dient als Standardabweichung.", "Can a standard deviation be negative?", "Kann eine Standardabweichung negativ sein?"),
            bug("vae-noise-missing", {" + np.exp(0.5 * logvar) * eps": " + np.exp(0.5 * logvar)"}, "eps is not used: nothing is sampled.", "eps wird nicht benutzt: nichts wird gezogen.", "Which argument have you not used?", "Welches Argument haben Sie nicht benutzt?"),
        )),
        Function(kl_divergence, 20, _draws, returns=("kl",), bugs=(
            bug("kl-sign", {"-0.5 * np": "0.5 * np"}, "The divergence has the wrong sign: it is never negative.", "Die Divergenz hat das falsche Vorzeichen: sie ist nie negativ.", "What is the divergence of a distribution from itself?", "Was ist die Divergenz einer Verteilung von sich selbst?"),
            bug("kl-sigma-for-logvar", {"1 + logvar - mu**2 - np.exp(logvar)": "1 + np.log(logvar**2) - mu**2 - logvar**2"}, "logvar is treated as sigma.", "logvar ist wie sigma behandelt.", "What is exp(logvar)?", "Was ist exp(logvar)?"),
            bug("kl-not-averaged", {" / len(mu)": ""}, "The divergence is a sum over the batch, not a mean.", "Die Divergenz ist eine Summe über den Batch statt eines Mittels.", "Should twice the data cost twice as much?", "Sollen doppelt so viele Daten doppelt so viel kosten?"),
            bug("kl-over-entries", {"np.sum(1 + logvar - mu**2 - np.exp(logvar)) / len(mu)": "np.mean(1 + logvar - mu**2 - np.exp(logvar))"}, "The divergence is averaged over the code, too; it is summed there.", "Die Divergenz ist auch über den Code gemittelt; dort wird summiert.", "Which axis is averaged?", "Über welche Achse wird gemittelt?"),
            bug("kl-half-missing", {"-0.5 * np": "-np"}, "The factor 1/2 is missing.", "Der Faktor 1/2 fehlt.", "Read the formula again.", "Lesen Sie die Formel noch einmal."),
            bug("kl-mu-not-squared", {"mu**2": "mu"}, "mu is not squared.", "mu ist nicht quadriert.", "Does the sign of mu matter?", "Ist das Vorzeichen von mu wichtig?"),
        )),
        Function(reconstruction_loss, 15, _draws, returns=("loss",), bugs=(
            bug("vae-reconstruction-over-pixels", {"-np.sum(X": "-np.mean(X", " / len(X)": ""}, "The cross-entropy is averaged over pixels; then the divergence weighs too much.", "Die Kreuzentropie ist über Pixel gemittelt; dann wiegt die Divergenz zu viel.", "Which axis is summed?", "Über welche Achse wird summiert?"),
            bug("vae-reconstruction-first-term", {" + (1 - X) * np.log(1 - X_hat)": ""}, "The term of the black pixels is missing.", "Der Term der schwarzen Pixel fehlt.", "What does a pixel that is 0 contribute?", "Was trägt ein Pixel bei, das 0 ist?"),
            bug("vae-reconstruction-not-averaged", {" / len(X)": ""}, "The loss is a sum over the batch, not a mean.", "Der Verlust ist eine Summe über den Batch statt eines Mittels.", "Should twice the data cost twice as much?", "Sollen doppelt so viele Daten doppelt so viel kosten?"),
        )),
        Function(elbo, 15, _draws, returns=("elbo",), uses=("reconstruction_loss", "kl_divergence"), bugs=(
            bug("elbo-kl-added", {"- kl_divergence": "+ kl_divergence"}, "The divergence is added; it lowers the bound.", "Die Divergenz ist addiert; sie senkt die Schranke.", "Is a larger divergence better?", "Ist eine größere Divergenz besser?"),
            bug("elbo-is-the-loss", {"-reconstruction_loss(X, X_hat) - kl": "reconstruction_loss(X, X_hat) + kl"}, "That is the loss; the bound is its negative.", "Das ist der Verlust; die Schranke ist sein Negatives.", "Which of the two is maximised?", "Welches der beiden wird maximiert?"),
            bug("elbo-without-kl", {" - kl_divergence(mu, logvar)": ""}, "The divergence is missing: that is a plain autoencoder.", "Die Divergenz fehlt: das ist ein gewöhnlicher Autoencoder.", "Which arguments have you not used?", "Welche Argumente haben Sie nicht benutzt?"),
        )),
        Function(latent_gradients, 30, _draws, returns=("dmu", "dlogvar"), bugs=(
            bug("vae-kl-missing-in-dmu", {"dz + mu / n": "dz"}, "dmu lacks the divergence.", "In dmu fehlt die Divergenz.", "Differentiate mu²/2.", "Leiten Sie mu²/2 ab."),
            bug("vae-kl-missing-in-dlogvar", {" + 0.5 * (np.exp(logvar) - 1) / n": ""}, "dlogvar lacks the divergence.", "In dlogvar fehlt die Divergenz.", "Differentiate the divergence by logvar.", "Leiten Sie die Divergenz nach logvar ab."),
            bug("vae-half-missing-in-dlogvar", {"eps * 0.5 * np": "eps * np"}, "The factor 1/2 is missing in dlogvar.", "In dlogvar fehlt der Faktor 1/2.", "Differentiate exp(logvar / 2).", "Leiten Sie exp(logvar / 2) ab."),
            bug("vae-eps-missing-in-dlogvar", {"dz * eps * 0.5": "dz * 0.5"}, "eps is missing in dlogvar.", "In dlogvar fehlt eps.", "z = mu + sigma eps.", "z = mu + sigma eps."),
            bug("vae-kl-not-averaged", {"mu / n": "mu", "- 1) / n": "- 1)"}, "The divergence's share is not divided by the batch size.", "Der Anteil der Divergenz ist nicht durch die Batchgröße geteilt.", "The loss is a mean over the batch.", "Der Verlust ist ein Mittel über den Batch."),
        )),
    ),
)  # fmt: skip
