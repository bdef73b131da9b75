"""Clocks that are wrong, and one that is put forward: the database's clock alone decides until when."""

import shutil
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quizzes import services
from quizzes.errors import TooLate
from quizzes.models import Answer, Attempt
from tests.factories import CourseFactory, student_of
from tests.faults.elsewhere import Elsewhere, site_on
from tests.faults.test_database import on_postgres, postgres, skip_or_fail  # noqa: F401 - fixtures
from tests.quizzes.factories import make_quiz

HOUR = timedelta(hours=1)


@pytest.fixture
def two_hours_ahead(postgres, tmp_path, on_postgres):  # noqa: F811 - the fixtures imported above
    """The web server's wall clock is two hours ahead of the database's."""
    if shutil.which("faketime") is None:
        skip_or_fail("faketime is not installed")
    site = site_on(postgres.url, tmp_path)
    site.commands["web"] = site.commands["web"].replace(
        "exec ", "exec faketime --exclude-monotonic -f +2h ", 1
    )
    site.start("web")
    yield Elsewhere(site, on_postgres.read)
    site.stop("web")


def test_web_servers_clock_two_hours_ahead_moves_no_deadline(two_hours_ahead):
    [student] = two_hours_ahead.enter(1)
    [(left,)] = two_hours_ahead.read(
        "SELECT extract(epoch FROM deadline - clock_timestamp()) FROM quizzes_attempt WHERE id = %s",
        student.number,
    )
    assert 300 < left <= 360
    assert student.save(1).status == 200
    assert two_hours_ahead.stored(student) == [1]
    [(age,)] = two_hours_ahead.read(
        "SELECT extract(epoch FROM clock_timestamp() - received_at) FROM quizzes_answer"
        " WHERE attempt_id = %s",
        student.number,
    )
    assert 0 <= age < 60


@pytest.mark.parametrize("hours", [1, -1])
def test_students_clock_an_hour_off_changes_nothing(site, open_page, hours):
    quiz = make_quiz(CourseFactory(), ("short_text",), now=timezone.now())
    student = student_of(quiz.course)
    page = open_page(student)
    page.add_init_script(
        f"const Real = Date; const off = {hours} * 3600e3;"
        "Date = class extends Real { constructor(...a) { a.length ? super(...a) : super(Real.now() + off); }"
        " static now() { return Real.now() + off; } };"
    )
    page.goto(reverse("quizzes:quiz", args=[quiz.course.slug, quiz.pk]))
    page.locator(
        f"form[action='{reverse('quizzes:start', args=[quiz.course.slug, quiz.pk])}'] button"
    ).click()
    page.locator("[name=q1]").fill("chain rule")
    expect(page.locator(".saved").first).to_have_attribute("data-state", "saved")
    shown = page.locator("count-down").inner_text()
    attempt = Attempt.objects.get(user=student)
    assert attempt.deadline - attempt.started_at == timedelta(minutes=6)
    assert shown[:2] in {"5:", "6:"}
    saved = Answer.objects.get(attempt=attempt)
    assert abs(saved.received_at - timezone.now()) < timedelta(minutes=5)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (datetime(2027, 3, 28, 0, 55, tzinfo=UTC), "03:05"),  # 01:55 CET; at 02:00 the clocks say 03:00
        (datetime(2027, 10, 31, 0, 55, tzinfo=UTC), "02:05"),  # 02:55 CEST; at 03:00 the clocks say 02:00
    ],
)
def test_ten_minutes_are_ten_minutes_when_the_clocks_change(before, shown):
    quiz = make_quiz(kinds=("short_text",), now=before, time_limit_seconds=600, grace_seconds=0)
    student = student_of(quiz.course)
    attempt = services.start_attempt(quiz=quiz, user=student, now=before)
    assert attempt.deadline - before == timedelta(minutes=10)
    assert attempt.deadline.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == shown

    def save(seq, after):
        services.record_answer(
            attempt_id=attempt.pk,
            user=student,
            position=1,
            client="tab",
            seq=seq,
            value=["x"],
            now=before + after,
        )

    save(1, timedelta(minutes=9, seconds=59))
    with pytest.raises(TooLate):
        save(2, timedelta(minutes=10))
    with pytest.raises(TooLate):
        save(3, HOUR + timedelta(minutes=5))
    assert list(Answer.objects.values_list("seq", flat=True)) == [1]


@pytest.mark.django_db
def test_window_across_the_change_has_its_real_length():
    """Open from 01:30 to 03:30 in Berlin is one hour on the night when the clocks go forward."""
    berlin = ZoneInfo("Europe/Berlin")
    opens = datetime(2027, 3, 28, 1, 30, tzinfo=berlin)
    closes = datetime(2027, 3, 28, 3, 30, tzinfo=berlin)
    quiz = make_quiz(kinds=("short_text",), now=opens, closes_at=closes, time_limit_seconds=3 * 3600)
    attempt = services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=opens.astimezone(UTC))
    assert attempt.deadline - attempt.started_at == HOUR
