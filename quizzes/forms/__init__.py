"""The shape of what people send."""

from quizzes.forms.extensions import AccommodationForm, EverybodyForm, ExtensionForm
from quizzes.forms.guests import GuestForm
from quizzes.forms.question import QuestionForm
from quizzes.forms.reopening import ReopenForm
from quizzes.forms.settings import QuizForm
from quizzes.forms.slots import DrawForm, SectionForm, SlotForm

__all__ = [
    "AccommodationForm",
    "DrawForm",
    "EverybodyForm",
    "ExtensionForm",
    "GuestForm",
    "QuestionForm",
    "QuizForm",
    "ReopenForm",
    "SectionForm",
    "SlotForm",
]
