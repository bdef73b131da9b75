"""The tables of `quizzes`."""
