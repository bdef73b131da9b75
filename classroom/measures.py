"""What processes count for Prometheus; `classroom.operating.metrics` adds what the database knows."""

from prometheus_client import Counter, Histogram

ANSWERS_SAVED = Counter("classroom_answers_saved", "Answers that were stored and acknowledged.")
GRADING_SECONDS = Histogram(
    "classroom_grading_seconds",
    "How long a worker was busy with one piece of work.",
    labelnames=["work"],  # grade, regrade, check
    buckets=(0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300),
)
