from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from classroom.models import Course
from projects import words


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Fri 4 Jun 2027, 14:05 (Europe/Berlin)"), ("de", "Fr, 4. Jun 2027, 14:05 (Europe/Berlin)")],
)
def test_times_are_written_as_on_the_pages(language, said):
    course = Course(time_zone="Europe/Berlin")
    with override(language):
        assert words.moment(datetime(2027, 6, 4, 12, 5, tzinfo=UTC), course) == said


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        ("accuracy", 0.88759, "88.8 %"),
        ("accuracy", 1.0, "100.0 %"),
        ("mse", 0.0123456, "0.01235"),
        ("mse", 12.0, "12"),
        ("mae", 123456.0, "1.235e+05"),
    ],
)
def test_scores_are_rounded(metric, value, said):
    assert words.score(metric, value) == said
