"""The shape of what people send."""

from quizzes.forms.extensions import ExtensionForm

__all__ = ["ExtensionForm"]
