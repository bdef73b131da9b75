"""Models: layers put together, and what they have learnt saved and summed up."""

from nnengine.models.autoencoder import Autoencoder, add_gaussian_noise, autoencoder, mask_out
from nnengine.models.convolutional import lenet, tiny_vgg
from nnengine.models.feedforward import feed_forward
from nnengine.models.model import Model
from nnengine.models.perceptron import Perceptron
from nnengine.models.sequential import Sequential
from nnengine.models.summary import summary
from nnengine.models.text import Vocabulary, character_model, continue_text, text_classifier, windows
from nnengine.models.variational import VariationalAutoencoder, variational_autoencoder

__all__ = [
    "Autoencoder",
    "Model",
    "Perceptron",
    "Sequential",
    "VariationalAutoencoder",
    "Vocabulary",
    "add_gaussian_noise",
    "autoencoder",
    "character_model",
    "continue_text",
    "feed_forward",
    "lenet",
    "mask_out",
    "summary",
    "text_classifier",
    "tiny_vgg",
    "variational_autoencoder",
    "windows",
]
