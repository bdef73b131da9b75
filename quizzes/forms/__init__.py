"""The shape of what people send."""

from quizzes.forms.extensions import ExtensionForm
from quizzes.forms.guests import GuestForm
from quizzes.forms.question import QuestionForm
from quizzes.forms.reopening import ReopenForm

__all__ = ["ExtensionForm", "GuestForm", "QuestionForm", "ReopenForm"]
