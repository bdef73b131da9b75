"""What a trained network looks at: numbers only, no drawing."""

from nnengine.explain.activation import maximise, top_activating
from nnengine.explain.gradients import gradient_times_input, input_gradient, integrated_gradients
from nnengine.explain.memory import connectivity
from nnengine.explain.relevance import AlphaBeta, Epsilon, Flat, Gamma, Rule, ZPlus, relevance

__all__ = [
    "AlphaBeta",
    "Epsilon",
    "Flat",
    "Gamma",
    "Rule",
    "ZPlus",
    "connectivity",
    "gradient_times_input",
    "input_gradient",
    "integrated_gradients",
    "maximise",
    "relevance",
    "top_activating",
]
