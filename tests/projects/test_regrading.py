"""Grading everything again, in the shadow and then for real."""

from datetime import timedelta

import pytest
from django.urls import reverse

from projects import grading, queries, services
from projects.models import Regrade, Shadow, Submission
from projects.services import Refused
from tests.factories import NOW, instructor_of, student_of
from tests.projects.factories import NOT_AVERAGED, RIGHT, ChallengeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(course):
    return ChallengeFactory(course=course)


def hand_in(challenge, user=None, text=RIGHT, now=NOW):
    return services.hand_in(
        challenge=challenge,
        user=user or student_of(challenge.course),
        filename="a.py",
        source=text.encode(),
        now=now,
    )


@pytest.fixture
def graded(challenge, grade_all):
    """Three hand-ins; the grader of then was too strict with one and too kind to another."""
    for number, text in enumerate((RIGHT, RIGHT, NOT_AVERAGED)):
        hand_in(challenge, student_of(challenge.course, user__name=f"Student {number}"), text)
    grade_all()
    strict, _, kind = Submission.objects.order_by("pk")
    strict.functions.filter(name="predict").update(verdict="wrong_shape", points=0)
    Submission.objects.filter(pk=strict.pk).update(score=95)
    kind.functions.filter(name="backward_propagation").update(verdict="correct", points=25)
    Submission.objects.filter(pk=kind.pk).update(score=100)
    return challenge


def scores():
    return list(Submission.objects.order_by("pk").values_list("score", flat=True))


def begin(challenge, instructor):
    return services.begin_regrade(challenge=challenge, reason="new cases", by=instructor, now=NOW)


def test_a_shadow_changes_nobodys_points_and_says_whom_it_would(graded, instructor, grade_all):
    regrade = begin(graded, instructor)
    grade_all()
    report = queries.regrade_report(regrade=regrade)
    assert scores() == [95, 100, 100]
    assert (report.total, report.graded, report.is_ready) == (3, 3, True)
    assert (report.losing, report.gaining) == (1, 1)
    assert [(o.who, o.before, o.after) for o in report.owners] == [
        ("Student 2", 100, 75),
        ("Student 0", 95, 100),
    ]
    (change,) = report.owners[0].hand_ins[0].functions
    assert (change.name, change.before, change.after) == ("backward_propagation", "correct", "wrong_values")


def test_applying_changes_points_and_functions_at_once(graded, instructor, grade_all):
    regrade = begin(graded, instructor)
    grade_all()
    assert services.apply_regrade(regrade=regrade, by=instructor, now=NOW) == 3
    assert scores() == [100, 100, 75]
    wrong = Submission.objects.get(score=75).functions.exclude(verdict="correct")
    assert [grade.name for grade in wrong] == ["backward_propagation"]
    with pytest.raises(Refused, match="already"):
        services.apply_regrade(regrade=regrade, by=instructor, now=NOW)


def test_discarding_changes_nothing_and_allows_another(graded, instructor, grade_all):
    regrade = begin(graded, instructor)
    with pytest.raises(Refused, match="being graded again already"):
        begin(graded, instructor)
    services.discard_regrade(regrade=regrade, by=instructor, now=NOW)
    assert not grading.grade_next()
    assert scores() == [95, 100, 100]
    begin(graded, instructor)


def test_half_a_regrade_cannot_be_applied(graded, instructor):
    regrade = begin(graded, instructor)
    grading.grade_next()
    with pytest.raises(Refused, match="2 hand-ins are not graded yet"):
        services.apply_regrade(regrade=regrade, by=instructor, now=NOW)
    regrade.refresh_from_db()
    assert regrade.is_open


def test_what_was_graded_since_keeps_its_newer_grade(graded, instructor, grade_all):
    regrade = begin(graded, instructor)
    grade_all()
    newer = Submission.objects.order_by("pk").first()
    services.grade_again(submission=newer, by=instructor, now=NOW)
    grade_all()
    Submission.objects.filter(pk=newer.pk).update(score=42)
    assert services.apply_regrade(regrade=regrade, by=instructor, now=NOW) == 2
    assert scores() == [42, 100, 75]


def test_points_given_by_staff_stay(graded, instructor, grade_all):
    submission = Submission.objects.order_by("pk").first()
    services.adjust(submission=submission, points=50, comment="late", by=instructor, now=NOW)
    regrade = begin(graded, instructor)
    grade_all()
    services.apply_regrade(regrade=regrade, by=instructor, now=NOW)
    submission.refresh_from_db()
    assert (submission.points, submission.score) == (50, 100)


def test_live_hand_ins_go_first_and_keep_a_slot(graded, instructor, settings):
    settings.GRADERS = 2
    begin(graded, instructor)
    live = hand_in(graded, text="a = 1")
    assert grading.claim(now=NOW).submission == live
    assert grading.claim_shadow(now=NOW) is not None
    assert grading.claim_shadow(now=NOW) is None
    assert grading.claim_shadow(now=NOW + grading.LEASE) is not None


def test_the_same_inputs_are_drawn_again(graded, instructor):
    begin(graded, instructor)
    assert set(Shadow.objects.values_list("seed", flat=True)) == set(
        Submission.objects.values_list("seed", flat=True)
    )


def test_nothing_graded_is_nothing_to_regrade(challenge, instructor):
    hand_in(challenge)
    with pytest.raises(Refused, match="nothing to grade again"):
        begin(challenge, instructor)
    assert Regrade.objects.count() == 0


def test_staff_do_it_through_the_pages(graded, as_user, instructor, grade_all):
    client = as_user(instructor)
    slug = graded.course.slug
    page = client.post(reverse("projects:begin_regrade", args=[slug, graded.pk]), {"reason": "new cases"})
    assert 'hx-trigger="load delay:1s"' in client.get(page.url).content.decode()
    grade_all()
    html = client.get(page.url).content.decode()
    assert "Student 2" in html
    assert "hx-trigger" not in html.split('id="regrade-panel"')[1].split(">")[0]
    regrade = Regrade.objects.get()
    client.post(reverse("projects:apply_regrade", args=[slug, regrade.pk]))
    assert scores() == [100, 100, 75]


@pytest.mark.parametrize("name", ["apply_regrade", "discard_regrade"])
def test_students_decide_nothing(graded, as_user, instructor, name):
    regrade = begin(graded, instructor)
    url = reverse(f"projects:{name}", args=[graded.course.slug, regrade.pk])
    assert as_user(student_of(graded.course)).post(url).status_code == 403
    assert as_user(instructor_of(ChallengeFactory().course)).post(url).status_code == 404
    assert as_user(instructor).get(url).status_code == 405
    regrade.refresh_from_db()
    assert regrade.is_open


@pytest.mark.parametrize("students", [1, 3])
def test_the_report_needs_two_queries(challenge, instructor, grade_all, students, django_assert_num_queries):
    for number in range(students):
        hand_in(challenge, text=NOT_AVERAGED + f"\n# {number}", now=NOW + timedelta(seconds=number))
    grade_all()
    regrade = begin(challenge, instructor)
    grade_all()
    with django_assert_num_queries(2):
        assert queries.regrade_report(regrade=regrade).owners == []
