from datetime import UTC, datetime

import pytest

from classroom.attendance import tally
from classroom.demo import build, exercises
from classroom.lti import grades
from classroom.models import Enrolment, Outbox, Role
from classroom.pages.gradebook.book import open_book
from nnengine.grading import grade
from projects import queries as project_queries
from projects.models import Project, Submission, Team
from quizzes import queries
from quizzes.models import Attempt, AttemptItem, Quiz

NOW = datetime(2026, 11, 24, 13, 40, tzinfo=UTC)


def class_of(course):
    """What the class did, without what is drawn anew each time (join codes, receipts, random questions)."""
    attempts = Attempt.objects.filter(quiz__course=course, quiz__sections=None).order_by("pk")
    submissions = Submission.objects.filter(challenge__course=course).order_by("pk")
    return (
        list(attempts.values_list("user__email", "started_at", "finished_at", "score")),
        list(submissions.values_list("user__email", "submitted_at", "sha256")),
    )


@pytest.mark.django_db
def test_the_demo_is_a_course_that_has_lived_for_six_weeks():
    course = build.build(NOW)
    assert Enrolment.objects.filter(course=course, role=Role.STUDENT).count() == 40
    event = course.hackathons.get(title__startswith="Waterkant")
    assert Team.objects.filter(hackathon=event).count() == 8
    assert Project.objects.filter(team__hackathon=event).count() == 8
    assert Attempt.objects.filter(quiz__course=course, finished_at=None).count() == 0
    live = Quiz.objects.get(course=course, week__number=7)
    assert (live.opens_at, live.time_limit_seconds, live.slots.count()) == (None, 360, 6)
    for quiz in Quiz.objects.filter(course=course, week__number__lt=7, sections=None):
        scores = queries.distribution(quiz=quiz)
        assert 25 <= len(scores.percents) <= 40
        assert 40 < scores.mean < 85
    assert Submission.objects.filter(challenge__course=course).count() > 25
    assert Submission.objects.filter(submitted_at__gt=NOW).count() == 0


@pytest.mark.django_db
def test_the_demo_has_a_gradebook_with_marks_and_exceptions():
    book = open_book(course=build.build(NOW), now=NOW)
    assert [one.title for one in book.categories] == ["Quizzes", "Exercises", "Seminar"]
    cells = [cell for row in book.cells.values() for cell in row if cell.is_overridden]
    assert (len(cells), sum(cell.excused for cell in cells)) == (22, 1)
    standings = [book.standing_of(student.pk) for student in book.students]
    assert [one for one in standings if one.so_far is None or not 0 < one.so_far <= 100] == []
    assert len({one.verdict for one in standings}) >= 2


@pytest.mark.django_db
def test_the_demo_hackathon_has_a_schedule_that_fits_and_work_to_show():
    event = build.build(NOW).hackathons.get(title__startswith="Waterkant")
    rows = project_queries.version_rows(hackathon=event)
    assert [(len(row.new), len(row.moved), len(row.cancelled)) for row in rows] == [(0, 1, 0), (10, 0, 0)]
    assert rows[0].released_at < NOW
    assert project_queries.plan(hackathon=event, day=None).clashes == []
    reviews = [count for _label, count in project_queries.count_reviews(hackathon=event)]
    assert reviews == [1, 1, 6]
    first = Project.objects.filter(team__hackathon=event).earliest("pk")
    assert (first.pictures.count(), first.notebook.left_out, first.notebook.pictures.count()) == (1, 0, 1)
    rows = project_queries.challenge_rows(hackathon=event, now=event.starts_at)
    assert [row.data_name for row in rows] == ["", "", "tides.csv", ""]


@pytest.mark.django_db
def test_the_demo_has_an_evening_that_is_over_with_registrations_a_vote_and_prizes(client):
    course = build.build(NOW)
    event = course.hackathons.get(title="Practice evening")
    assert (event.ends_at < NOW, event.awards_published_at < NOW) == (True, True)
    states = [found.state(NOW) for found in event.registrations.all()]
    assert {state: states.count(state) for state in states} == {"confirmed": 8, "waiting": 2}
    votes = project_queries.vote_count(hackathon=event)
    assert (votes.ballots, [line.points for line in votes.lines]) == (8, [12, 8, 4])
    client.force_login(Enrolment.objects.filter(course=course, role=Role.STUDENT).first().user)
    gallery = client.get(f"/c/{course.slug}/hackathon/{event.pk}/gallery/", {"won": "on"})
    assert [card.awards for card in gallery.context["cards"]] == [("Finest mistake",), ("Audience prize",)]
    assert not Outbox.objects.filter(body__contains=event.title).exists()


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_class():
    first = build.build(NOW)
    once = class_of(first)
    Submission.objects.all().delete()
    Attempt.objects.all().delete()
    first.slug = "elsewhere"
    first.save(update_fields=["slug"])
    assert class_of(build.build(NOW)) == once


def test_the_right_solution_earns_everything_and_each_mistake_costs():
    best = grade(exercises.source_with([]), filename="network.py", exercise="planar-one-hidden-layer", seed=1)
    assert best.score == best.max_score
    for mistake in exercises.mistakes():
        report = grade(
            exercises.source_with([mistake]),
            filename="network.py",
            exercise="planar-one-hidden-layer",
            seed=1,
        )
        assert report.score < best.max_score, mistake


@pytest.mark.django_db
def test_the_class_gets_some_of_every_question_right_and_some_wrong():
    course = build.build(NOW)
    items = AttemptItem.objects.filter(attempt__quiz__title__startswith="Recap", points__isnull=False)
    for kind in items.values_list("version__kind", flat=True).distinct():
        shares = {item.points / item.max_points for item in items.filter(version__kind=kind)}
        assert min(shares) < 1 == max(shares), kind
    assert items.filter(version__kind="essay").count() == 9
    assert course.quizzes.get(lobby=True).opens_at is None


@pytest.mark.django_db
def test_the_demo_has_materials_attendance_and_somebody_with_more_time():
    course = build.build(NOW)
    week = course.weeks.get(number=7)
    assert [(one.file_name, one.published_at is None) for one in week.materials.all()] == [
        ("", False),
        ("shapes.md", False),
        ("solution.py", True),
    ]
    assert week.materials.get(file_name="solution.py").file.content
    counts = [tally.counts_of(session) for session in tally.sessions_of(course).filter(week__number__lt=7)]
    assert [sum(each.values()) for each in counts] == [40] * 6
    assert all(25 <= each["present"] < 40 for each in counts)
    missed = [one.missed for one in tally.standings(course=course).values()]
    assert 1 <= sum(each > course.max_missed_sessions for each in missed) <= 8
    given = course.extensions.get()
    assert (given.item, str(given.user)) == (
        f"challenge:{course.challenges.get(hackathon=None).pk}",
        "Ben Lindqvist",
    )


@pytest.mark.django_db
def test_demo_shows_a_platform_to_which_nothing_is_ever_sent(client):
    course = build.build(NOW)
    assert grades.links_to_look_at() == []
    assert grades.waiting(now=NOW) == []
    client.force_login(Enrolment.objects.filter(course=course, role=Role.INSTRUCTOR).first().user)
    assert client.get(f"/c/{course.slug}/platforms/scores/").content.decode().count(">sent<") == 24
