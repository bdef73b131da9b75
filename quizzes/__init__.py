"""Timed quizzes."""
