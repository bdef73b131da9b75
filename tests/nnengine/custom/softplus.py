"""Softplus, a smooth relu, and its derivative."""

import numpy as np

EXERCISE = {
    "id": "softplus",
    "title": "Softplus and its derivative",
    "title_de": "Softplus und seine Ableitung",
    "week": "Week 3",
    "reading": "Dugas et al., Incorporating second-order functional knowledge (2001)",
    "functions": {
        "softplus": {
            "points": 40,
            "returns": ["a"],
            "mistakes": [
                {
                    "id": "softplus-overflows",
                    "edits": {"np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))": "np.log(1 + np.exp(z))"},
                    "en": "It overflows for large z.",
                    "de": "Für große z läuft es über.",
                    "hint": "What is exp(1000)?",
                    "hint_de": "Was ist exp(1000)?",
                },
                {
                    "id": "softplus-is-relu",
                    "edits": {" + np.log1p(np.exp(-np.abs(z)))": ""},
                    "en": "That is relu; the smooth part is missing.",
                    "hint": "What is softplus(0)?",
                },
            ],
        },
        "softplus_backward": {
            "points": 60,
            "returns": ["dz"],
            "mistakes": [
                {
                    "id": "derivative-of-relu",
                    "edits": {"1 / (1 + np.exp(-z))": "(z > 0)"},
                    "en": "That is the derivative of relu.",
                    "hint": "Differentiate log(1 + exp(z)).",
                }
            ],
        },
    },
}


def softplus(z):
    """Return log(1 + exp(z)) without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_inputs(rng):
    return [{"z": rng.normal(size=(3, 4))}, ("large z", {"z": np.array([1000.0, 2.0])})]


def softplus_backward(dA, z):
    """Return the gradient by z."""
    return dA * (1 / (1 + np.exp(-z)))


def softplus_backward_inputs(rng):
    return [{"dA": rng.normal(size=(2, 5)), "z": rng.normal(size=(2, 5))}]
