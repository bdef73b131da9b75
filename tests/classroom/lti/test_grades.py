"""Scores for the platform's gradebook: the right ones, once, and never before a student may see them."""

from datetime import timedelta

import pytest
from django.db import connection

from classroom import clock
from classroom.lti import grades, tasks
from classroom.lti.models import Context, Platform, Score, WorkLink
from classroom.models import AuditEntry, Enrolment, Role
from projects.models import Challenge, Submission
from quizzes import services
from tests.classroom.gradebook.factories import give, tied
from tests.classroom.lti.conftest import connected
from tests.classroom.lti.platform import AGS
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory, HackathonFactory, challenge_of, team_of
from tests.quizzes.factories import make_quiz, take
from tests.races import at_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def ada(fake, context):
    student = student_of(context.course, user__name="Ada")
    connected(fake, student)
    return student


@pytest.fixture
def quiz(context, now):
    """A quiz that closed a while ago, its review not released."""
    return make_quiz(
        context.course,
        kinds=["numeric"],
        now=now - timedelta(days=2),
        closes_at=now - timedelta(days=1),
        title="Nets",
    )


def link_to(context, work, *, lineitem=True, **fields):
    platform = context.platform
    Context.objects.filter(pk=context.pk).update(
        grade_scopes=[f"{AGS}scope/lineitem", f"{AGS}scope/score"],
        lineitems_url=f"{platform.issuer}/lineitems",
    )
    return WorkLink.objects.create(
        context=context,
        work=work,
        title="Nets",
        seen_at=clock.now(),
        **{
            "resource_link_id": "link-1",
            "lineitem_url": f"{platform.issuer}/lineitems/1?type=7" if lineitem else "",
        }
        | fields,
    )


@pytest.fixture
def link(context, quiz):
    return link_to(context, f"quiz:{quiz.pk}")


def took(quiz, user, answer, now):
    return take(quiz, answer, user=user, now=now - timedelta(days=1, hours=1))


def release(quiz, now):
    services.release_review(quiz=quiz, by=instructor_of(quiz.course), now=now)


def send_all(now):
    """Look at every link and send what is due, as the workers do; return what arrived."""
    for pk in grades.links_to_look_at():
        grades.collect(pk=pk, now=now)
    return [grades.deliver(pk=pk, now=now) for pk in grades.waiting(now=now)]


def test_score_is_sent_once_it_is_released(fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    assert send_all(now) == []
    assert (fake.posted, Score.objects.count()) == ([], 0)
    release(quiz, now)
    later = now + MINUTE
    assert send_all(later) == [True]
    (path, kind, document), *more = fake.posted
    assert (path, kind, more) == ("/lineitems/1/scores?type=7", "application/vnd.ims.lis.v1.score+json", [])
    assert document == {
        "userId": "user-7",
        "scoreGiven": 2.0,
        "scoreMaximum": 2.0,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": later.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    assert send_all(later + MINUTE) == []
    assert len(fake.posted) == 1
    assert fake.assertions[0]["scope"] == f"{AGS}scope/score"


def test_only_a_changed_score_is_sent_again(fake, quiz, link, ada, now):
    attempt = took(quiz, ada, "0.64", now)
    release(quiz, now)
    send_all(now)
    attempt.score = 1.5
    attempt.save(update_fields=["score"])
    assert [send_all(now + n * MINUTE) for n in (1, 2)] == [[True], []]
    assert [document["scoreGiven"] for _, _, document in fake.posted] == [2.0, 1.5]
    assert fake.posted[0][2]["timestamp"] < fake.posted[1][2]["timestamp"]


def test_platform_that_is_down_is_asked_again_and_gets_the_score_once(fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    fake.answers = [500]
    assert send_all(now) == [False]
    score = Score.objects.get()
    assert (score.is_waiting, score.attempts) == (True, 1)
    assert score.last_error == "The platform answers 500: try again later"
    assert send_all(now + timedelta(seconds=9)) == []
    assert send_all(now + timedelta(seconds=10)) == [True]
    assert send_all(now + timedelta(hours=1)) == []
    first, second = (document for _, _, document in fake.posted)
    assert first == second  # the time too: by it a platform knows a repetition
    score.refresh_from_db()
    assert (score.attempts, score.last_error, score.given_up_at) == (2, "", None)


def test_platform_that_has_the_score_already_is_left_alone(fake, quiz, link, ada, now):
    """Our first request arrived and its answer was lost; or a teacher gave another grade there."""
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    fake.answers = [409]
    assert send_all(now) == [True]
    assert send_all(now + timedelta(hours=1)) == []
    assert "409" in Score.objects.get().last_error


def test_score_is_given_up_at_last_and_sent_again_on_demand(client, fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    fake.answers = [403] * 7
    moment = now
    for wait in [timedelta(0), *grades.RETRY_AFTER]:
        moment += wait
        assert send_all(moment) == [False]
    assert Score.objects.get().given_up_at == moment
    assert send_all(moment + timedelta(days=1)) == []
    instructor = Enrolment.objects.filter(role=Role.INSTRUCTOR).first().user
    client.force_login(instructor)
    page = client.get(f"/c/{quiz.course.slug}/platforms/scores/?failed=1").content.decode()
    assert ("Ada" in page, "The platform answers 403: try again later" in page) == (True, True)
    again = f"/c/{quiz.course.slug}/platforms/scores/{Score.objects.get().pk}/again/"
    assert "sent again in a moment" in client.post(again, follow=True).content.decode()
    assert "not one that was given up" in client.post(again, follow=True).content.decode()
    assert send_all(clock.now()) == [True]
    assert AuditEntry.objects.filter(action="lti.score_sent_again").count() == 1


def test_platform_without_answer_costs_a_try_and_no_error_of_ours(fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    WorkLink.objects.update(lineitem_url="https://evil.example/lineitem")
    assert send_all(now) == [False]
    assert "not an address of this platform" in Score.objects.get().last_error


def test_newer_score_takes_the_place_of_one_that_waits(fake, quiz, link, ada, now):
    attempt = took(quiz, ada, "0.64", now)
    release(quiz, now)
    fake.answers = [500]
    send_all(now)
    attempt.score = 1.0
    attempt.save(update_fields=["score"])
    assert send_all(now + MINUTE) == [True]
    assert [document["scoreGiven"] for _, _, document in fake.posted] == [2.0, 1.0]
    old, new = Score.objects.order_by("pk")
    assert (old.sent_at, old.replaced_at, new.sent_at) == (None, now + MINUTE, now + MINUTE)


def test_release_that_is_taken_back_stops_what_waits(fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    for pk in grades.links_to_look_at():
        grades.collect(pk=pk, now=now)
    services.withdraw_review(quiz=quiz, by=instructor_of(quiz.course), now=now)
    assert [grades.deliver(pk=pk, now=now) for pk in grades.waiting(now=now)] == [False]
    assert fake.posted == []
    release(quiz, now)
    assert send_all(now + MINUTE) == [True]


def test_points_that_show_for_two_minutes_only_are_not_sent(fake, context, ada, now):
    quiz = make_quiz(context.course, kinds=["numeric"], now=now, review={"right_after": ["points"]})
    link_to(context, f"quiz:{quiz.pk}")
    take(quiz, "0.64", user=ada, now=now)
    assert [send_all(now + n * MINUTE) for n in (1, 3)] == [[], []]


def test_points_that_show_while_the_quiz_is_open_are_sent(fake, context, ada, now):
    review = {"right_after": ["points"], "while_open": ["points"]}
    quiz = make_quiz(context.course, kinds=["numeric"], now=now, review=review)
    link_to(context, f"quiz:{quiz.pk}")
    take(quiz, "0.64", user=ada, now=now)
    assert send_all(now + MINUTE) == [True]


@pytest.mark.parametrize(
    "what", ["pending", "practice", "hidden", "unscored", "running", "staff", "left", "unknown"]
)
def test_what_is_not_final_or_not_for_the_gradebook_is_not_sent(fake, quiz, link, ada, now, what):
    attempt = took(quiz, ada, "0.64", now)
    release(quiz, now)
    if what == "pending":
        type(attempt).objects.update(pending=1)
    elif what == "practice":
        type(quiz).objects.update(practice=True)
    elif what == "hidden":
        type(quiz).objects.update(published_at=now + MINUTE)
    elif what == "unscored":
        type(attempt).objects.update(score=None)
    elif what == "running":
        type(attempt).objects.update(finished_at=None, score=None, accepts_until=now + 5 * MINUTE)
    elif what == "staff":
        Enrolment.objects.filter(user=ada).update(role=Role.ASSISTANT)
    elif what == "left":
        Enrolment.objects.filter(user=ada).update(left_at=now)
    else:
        ada.lti_identities.all().delete()
    assert send_all(now) == []
    assert fake.posted == []


@pytest.mark.parametrize("what", ["closed", "disconnected", "archived", "no_scope"])
def test_nothing_is_sent_where_the_connection_ended(fake, quiz, link, ada, now, what):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    for pk in grades.links_to_look_at():
        grades.collect(pk=pk, now=now)
    if what == "closed":
        Platform.objects.update(closed_at=now)
    elif what == "disconnected":
        Context.objects.update(course=None)
    elif what == "archived":
        Score.objects.all().delete()
        type(quiz.course).objects.update(archived_at=now)
    else:
        Score.objects.all().delete()
        Context.objects.update(grade_scopes=[f"{AGS}scope/lineitem"])
    assert send_all(now) in ([], [False])
    assert fake.posted == []


def test_best_of_several_attempts_counts(fake, context, ada, now):
    quiz = make_quiz(
        context.course,
        kinds=["numeric"],
        now=now - timedelta(days=2),
        closes_at=now - timedelta(days=1),
        max_attempts=2,
    )
    link_to(context, f"quiz:{quiz.pk}")
    took(quiz, ada, "0.64", now)
    took(quiz, ada, "7", now)
    release(quiz, now)
    send_all(now)
    assert [document["scoreGiven"] for _, _, document in fake.posted] == [2.0]


def handed_in(challenge, user, number, score, team=None, **fields):
    return Submission.objects.create(
        challenge=challenge,
        user=user,
        team=team,
        number=number,
        exercise=challenge.exercise,
        filename="a.py",
        sha256="0" * 64,
        size_bytes=1,
        submitted_at=clock.now(),
        graded_at=clock.now() if score is not None else None,
        score=score,
        max_score=100.0,
        **fields,
    )


def test_exercise_sends_the_hand_in_that_counts(fake, context, ada, now):
    exercise = ChallengeFactory(course=context.course, published_at=now - MINUTE)
    link_to(context, f"challenge:{exercise.pk}")
    handed_in(exercise, ada, 1, 80.0)
    handed_in(exercise, ada, 2, 60.0)
    handed_in(exercise, ada, 3, None)
    handed_in(exercise, student_of(context.course), 1, 99.0)  # unknown on the platform
    assert send_all(now) == [True]
    Challenge.objects.update(policy=Challenge.Policy.LAST)
    assert send_all(now + MINUTE) == []  # the last one waits for the grader
    assert [(d["scoreGiven"], d["scoreMaximum"]) for _, _, d in fake.posted] == [(80.0, 100.0)]


def test_team_of_a_hackathon_earns_together(fake, context, now):
    event = HackathonFactory(course=context.course)
    challenge = challenge_of(event, published_at=now - MINUTE)
    team = team_of(event, size=2)
    first, second = (membership.user for membership in team.memberships.order_by("pk"))
    connected(fake, first, "first")
    connected(fake, second, "second")
    link_to(context, f"challenge:{challenge.pk}")
    submission = handed_in(challenge, first, 1, 70.0, team=team)
    submission.authors.set([first, second])
    assert send_all(now) == [True, True]
    assert sorted((d["userId"], d["scoreGiven"]) for _, _, d in fake.posted) == [
        ("first", 70.0),
        ("second", 70.0),
    ]


def test_answer_that_no_database_takes_is_kept_as_far_as_it_can_be(fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    fake.answers, fake.refusal = [500], b"no\x00 \xff way"
    assert send_all(now) == [False]
    assert Score.objects.get().last_error.startswith("The platform answers 500: no ")


# What staff gave instead

NO_SCORE = {"activityProgress": "Initialized", "gradingProgress": "NotReady"}


def given(document):
    return document.get("scoreGiven"), document.get("scoreMaximum")


@pytest.fixture
def column(quiz, now):
    """The quiz's column in our gradebook, which students see; it counts 10 points instead of 2."""
    return tied(quiz, points=10, released_at=now - MINUTE)


def test_a_mark_of_the_gradebook_goes_out_instead_of_the_score(fake, quiz, link, column, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    send_all(now)
    give(column, ada, 7.5, reason="The projector failed.", now=now)
    assert [send_all(now + n * MINUTE) for n in (1, 2)] == [[True], []]
    give(column, ada, None, seen=1, now=now)
    assert send_all(now + 3 * MINUTE) == [True]
    assert [given(document) for _, _, document in fake.posted] == [(2.0, 2.0), (7.5, 10.0), (2.0, 2.0)]


def test_who_handed_nothing_in_gets_the_mark_and_loses_it_when_it_is_taken_back(
    fake, quiz, link, column, ada, now
):
    give(column, ada, 7.5, reason="Told it at the blackboard.", now=now)
    assert send_all(now) == [True]
    give(column, ada, None, seen=1, now=now)
    assert [send_all(now + n * MINUTE) for n in (1, 2)] == [[True], []]
    (_, _, first), (_, _, second) = fake.posted
    assert given(first) == (7.5, 10.0)
    stamp = (now + MINUTE).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert second == NO_SCORE | {"userId": "user-7", "timestamp": stamp}


def test_an_excuse_takes_back_the_score_that_was_sent(client, fake, quiz, link, column, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    send_all(now)
    give(column, ada, excused=True, reason="She was ill.", now=now)
    assert [send_all(now + n * MINUTE) for n in (1, 2)] == [[True], []]
    [_, (_, _, document)] = fake.posted
    assert {name: document[name] for name in NO_SCORE} == NO_SCORE
    assert given(document) == (None, None)
    client.force_login(instructor_of(quiz.course))
    page = client.get(f"/c/{quiz.course.slug}/platforms/scores/").content.decode()
    assert (page.count("none any more"), "None" in page) == (1, False)


def test_an_excuse_alone_says_nothing(fake, quiz, link, column, ada, now):
    give(column, ada, excused=True, reason="She was ill.", now=now)
    assert send_all(now) == []
    assert Score.objects.count() == 0


@pytest.mark.parametrize("what", ["column hidden", "quiz hidden", "practice", "unknown", "another course's"])
def test_a_mark_that_its_student_does_not_see_is_not_sent(fake, quiz, link, column, ada, now, what):
    give(column, ada, 7.5, reason="Told it at the blackboard.", now=now)
    if what == "column hidden":
        type(column).objects.update(released_at=None)
    elif what == "quiz hidden":
        type(quiz).objects.update(published_at=now + MINUTE)
    elif what == "practice":
        type(quiz).objects.update(practice=True)
    elif what == "unknown":
        ada.lti_identities.all().delete()
    else:
        type(column).objects.update(course=CourseFactory())
    assert send_all(now) == []
    assert fake.posted == []


def test_a_mark_that_is_changed_while_it_waits_is_not_sent(fake, quiz, link, column, ada, now):
    give(column, ada, 7.5, reason="Told it at the blackboard.", now=now)
    for pk in grades.links_to_look_at():
        grades.collect(pk=pk, now=now)
    give(column, ada, 8, reason="Told more of it.", seen=1, now=now)
    assert [grades.deliver(pk=pk, now=now) for pk in grades.waiting(now=now)] == [False]
    assert send_all(now + MINUTE) == [True]
    assert [given(document) for _, _, document in fake.posted] == [(8.0, 10.0)]


# The platform's column


def test_column_is_made_once_where_the_platform_made_none(fake, context, quiz, ada, now):
    link = link_to(context, f"quiz:{quiz.pk}", lineitem=False)
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    assert send_all(now) == [True]
    assert fake.posted[0] == (
        "/lineitems",
        "application/vnd.ims.lis.v2.lineitem+json",
        {
            "scoreMaximum": 100,
            "label": "Nets",
            "resourceId": f"quiz:{quiz.pk}",
            "resourceLinkId": "link-1",
            "tag": "classroom",
            "id": f"{fake.url}/lineitems/1",
        },
    )
    link.refresh_from_db()
    assert link.lineitem_url == f"{fake.url}/lineitems/1"
    WorkLink.objects.update(lineitem_url="")
    send_all(now + MINUTE)
    assert len(fake.lineitems) == 1


def test_column_that_cannot_be_made_is_told_on_the_page(client, fake, context, quiz, ada, now):
    link_to(context, f"quiz:{quiz.pk}", lineitem=False)
    Context.objects.update(lineitems_url=f"{fake.url}/nothing")
    send_all(now)
    client.force_login(instructor_of(context.course))
    page = client.get(f"/c/{context.course.slug}/platforms/").content.decode()
    assert "The platform answers 404: nothing here" in page
    Context.objects.update(lineitems_url=f"{fake.url}/lineitems")
    send_all(now + MINUTE)
    assert "404" not in client.get(f"/c/{context.course.slug}/platforms/").content.decode()


# At the same time


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_a_score_once(fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    at_once([lambda: grades.collect(pk=link.pk, now=now)] * 4, refusals=())
    (pk,) = Score.objects.values_list("pk", flat=True)
    assert sorted(at_once([lambda: grades.deliver(pk=pk, now=now)] * 4, refusals=())) == [False] * 3 + [True]
    assert len(fake.posted) == 1
    connection.close()


def test_worker_that_died_is_succeeded(fake, quiz, link, ada, now):
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    grades.collect(pk=link.pk, now=now)
    Score.objects.update(run=1, leased_until=now + grades.LEASE)
    assert grades.waiting(now=now) == []
    assert [
        grades.deliver(pk=pk, now=now + grades.LEASE) for pk in grades.waiting(now=now + grades.LEASE)
    ] == [True]


def test_tasks_ring_for_what_is_due(fake, quiz, link, ada):
    now = clock.now()
    took(quiz, ada, "0.64", now)
    release(quiz, now)
    tasks.look_for_scores()
    tasks.deliver_link(link.pk)
    tasks.sweep()
    tasks.deliver_score(Score.objects.get().pk)
    assert len(fake.posted) == 1


@pytest.mark.parametrize("students", [1, 3])
def test_looking_at_a_link_asks_a_fixed_number_of_queries(
    fake, quiz, link, students, now, django_assert_num_queries
):
    for number in range(students):
        student = student_of(quiz.course)
        connected(fake, student, f"s{number}")
        took(quiz, student, "0.64", now)
    release(quiz, now)
    grades.collect(pk=link.pk, now=now)
    assert Score.objects.count() == students
    with django_assert_num_queries(12):
        grades.collect(pk=link.pk, now=now + MINUTE)


# Pages


@pytest.mark.parametrize("role", [None, Role.STUDENT, Role.VIEWER, Role.ASSISTANT, Role.INSTRUCTOR])
def test_log_is_for_staff_and_sending_again_for_instructors(client, link, ada, now, role):
    course = link.context.course
    score = Score.objects.create(
        link=link, user=ada, points=1, max_points=2, stamped_at=now, not_before=now, given_up_at=now
    )
    user = EnrolmentFactory(course=course, role=role).user if role else instructor_of(CourseFactory())
    client.force_login(user)
    sees = {None: 404, Role.STUDENT: 403}.get(role, 200)
    assert client.get(f"/c/{course.slug}/platforms/scores/").status_code == sees
    answer = client.post(f"/c/{course.slug}/platforms/scores/{score.pk}/again/")
    assert answer.status_code == {None: 404, Role.INSTRUCTOR: 302}.get(role, 403)


def test_score_of_another_course_cannot_be_sent_again(client, link, ada, now):
    score = Score.objects.create(
        link=link, user=ada, points=1, max_points=2, stamped_at=now, not_before=now, given_up_at=now
    )
    other = CourseFactory()
    client.force_login(instructor_of(other))
    assert client.post(f"/c/{other.slug}/platforms/scores/{score.pk}/again/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_log_asks_a_fixed_number_of_queries(client, link, now, rows, django_assert_num_queries):
    for _ in range(rows):
        Score.objects.create(
            link=link,
            user=student_of(link.context.course),
            points=1,
            max_points=2,
            stamped_at=now,
            not_before=now,
        )
    client.force_login(instructor_of(link.context.course))
    with django_assert_num_queries(7):
        page = client.get(f"/c/{link.context.course.slug}/platforms/scores/").content.decode()
    assert page.count("1&nbsp;/&nbsp;2") == rows
