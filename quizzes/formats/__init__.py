"""Files of questions: bytes in, question drafts and a list of problems out; and back."""

from quizzes.formats.draft import Draft, Picture, Problem, Reading
from quizzes.formats.formats import FORMATS, detect, read, write

__all__ = ["FORMATS", "Draft", "Picture", "Problem", "Reading", "detect", "read", "write"]
