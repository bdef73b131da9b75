"""The shape of what people send."""

from quizzes.forms.extensions import ExtensionForm
from quizzes.forms.guests import GuestForm

__all__ = ["ExtensionForm", "GuestForm"]
