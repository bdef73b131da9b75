"""The living style guide: every part of `docs/design.md` with content as it occurs, for those who develop."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from classroom.charts import Chart, Kind
from classroom.widgets import CodeEditor

TEXT = r"""
A dense layer computes $Z^{[1]} = W^{[1]} X + b^{[1]}$ for all $m$ examples at once. With the cross-entropy

$$
\mathcal{L} = -\frac{1}{m} \sum_{i=1}^{m}
\left( y^{(i)} \log a^{(i)} + (1 - y^{(i)}) \log (1 - a^{(i)}) \right)
$$

the gradients are

$$
\begin{aligned}
dZ^{[2]} &= A^{[2]} - Y \\
dW^{[2]} &= \tfrac{1}{m} \, dZ^{[2]} A^{[1]\mathsf{T}} \\
\operatorname{ReLU}(x) &= \begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}
\end{aligned}
$$

# In code

1. Keep the shapes: `A1` is `(n_h, m)`.
2. Average over the batch, **not** over the units.

```python
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]  # examples are columns
    dZ2 = cache["A2"] - Y
    return {"dW2": dZ2 @ cache["A1"].T / m}
```

> Autoencoders copy their input to their output; what is interesting is the way there.

| layer | shape | parameters |
|---|---|---|
| hidden | $(4, 2)$ | 12 |
| output | $(1, 4)$ | 5 |
"""

CODE = '''import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash z between 0 and 1."""
    return 1 / (1 + np.exp(-z))


def layer_sizes(X, Y):
    return X.shape[0], 4, Y.shape[0]  # n_x, n_h, n_y
'''


class ExampleForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(
        label="Name of the team",
        help_text="Up to 40 characters, shown to everybody.",
        initial="Backprop & Bread",
    )
    challenge = forms.ChoiceField(
        label="Challenge",
        choices=[
            ("tides", "Predict the tides of the Kiel Fjord"),
            ("seals", "Seals or stones? A small image classifier"),
        ],
    )
    size = forms.ChoiceField(
        label="How many will you be?",
        widget=forms.RadioSelect,
        choices=[("2", "Two"), ("3", "Three"), ("4", "Four: the largest team")],
        initial="3",
    )
    topics = forms.MultipleChoiceField(
        label="What interests you",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("cnn", "Convolutional networks"), ("rnn", "Recurrent networks")],
        initial=["cnn"],
    )
    notebook = forms.FileField(
        label="Notebook", required=False, help_text="A .py or .ipynb file of up to 20 MB."
    )
    idea = forms.CharField(
        label="Your idea",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What will it do, and for whom?"}),
    )
    agree = forms.BooleanField(
        label="Show our team on the projector",
        required=False,
        help_text="You can change this until the deadline.",
    )


class CodeForm(forms.Form):
    """The code editor."""

    source = forms.CharField(label="Your network", widget=CodeEditor(), initial=CODE)


HEAT = [
    ("Ada Petersen", [1, 1, 1, 1, 1, 1, 1, 1]),
    ("Bilal Yilmaz", [1, 1, 0.9, 1, 0.5, 0.4, 0, 0]),
    ("Chiara Rossi", [1, 0.8, 1, 0.7, 1, 0.2, 1, 0.6]),
    ("Deniz Kaya", [1, 1, 0.3, 0.1, 0, 0, None, None]),
]
FUNCTIONS = [
    "layer_sizes",
    "initialize_parameters",
    "forward_propagation",
    "compute_cost",
    "backward_propagation",
    "update_parameters",
    "nn_model",
    "predict",
]


def _charts() -> list[Chart]:
    scores = [("0–1", 1), ("1–2", 2), ("2–3", 4), ("3–4", 9), ("4–5", 14), ("5–6", 10)]
    cost = [
        (epoch, round(0.69 * 0.97 ** (epoch / rate), 3), f"rate {step}")
        for rate, step in ((3, 0.1), (1, 0.5))
        for epoch in range(0, 101, 10)
    ]
    return [
        Chart(Kind.BARS, "Scores of the quiz, 40 students", "Points", "Students", scores),
        Chart(Kind.LINES, "Cost while training", "Epoch", "Cost", cost, mark=0.2, mark_label="good enough"),
    ]


@login_not_required
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every part."""
    if "toast" in request.GET:
        messages.success(request, "Saved at 14:32.")
        messages.error(request, "The notebook has no function called backward_propagation.")
    now = timezone.now()
    wrong = ExampleForm({"name": "", "challenge": "tides", "size": "3"})
    context = {
        "text": TEXT,
        "code": CODE,
        "form": wrong if "errors" in request.GET else ExampleForm(),
        "code_form": CodeForm(),
        "functions": FUNCTIONS,
        "heat_rows": HEAT,
        "charts": _charts(),
        "tones": ["", "info", "live", "good", "warn", "bad"],
        "now": now,
        "later": now + timedelta(hours=1, minutes=30),
        "steps": range(11),
    }
    return render(request, "styleguide/page.html", context)


@login_not_required
@require_GET
def clock(request: HttpRequest) -> JsonResponse:
    """Answer the style guide's countdown."""
    return JsonResponse({"seconds_left": float(request.GET.get("left", "271")), "state": "running"})
