from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import Extension, Group, Role
from quizzes import services
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def as_instructor(client, course):
    client.force_login(instructor_of(course))
    return client


def url(name, course, *more):
    return reverse(name, args=[course.slug, *more])


def test_a_group_is_made_changed_and_deleted(as_instructor, course):
    first, second = student_of(course), student_of(course)
    as_instructor.post(url("new_group", course), {"name": " Tutorial  A ", "members": [first.pk]})
    group = Group.objects.get()
    assert (group.name, list(group.members.all())) == ("Tutorial A", [first])
    as_instructor.post(url("group", course, group.pk), {"name": "B", "members": [second.pk]})
    group.refresh_from_db()
    assert (group.name, list(group.members.all())) == ("B", [second])
    as_instructor.post(url("delete_group", course, group.pk))
    assert Group.objects.count() == 0


def test_a_name_is_taken_once_and_only_students_of_the_course_are_members(as_instructor, course):
    Group.objects.create(course=course, name="A")
    outsider = student_of(CourseFactory())
    answer = as_instructor.post(url("new_group", course), {"name": "A", "members": [outsider.pk]})
    page = answer.content.decode()
    assert (answer.status_code, "There is a group of this name already" in page) == (422, True)
    assert Group.objects.count() == 1


def test_who_joins_a_group_with_more_time_has_it_at_once(as_instructor, course):
    quiz, student = make_quiz(course, now=clock.now()), student_of(course)
    group = Group.objects.create(course=course, name="A")
    Extension.objects.create(course=course, item=quiz.deadline_key, group=group, extra_seconds=120)
    attempt = services.start_attempt(quiz=quiz, user=student, now=clock.now())
    before = attempt.deadline
    as_instructor.post(url("group", course, group.pk), {"name": "A", "members": [student.pk]})
    attempt.refresh_from_db()
    assert attempt.deadline - before == timedelta(seconds=120)
    as_instructor.post(url("delete_group", course, group.pk))
    assert Group.objects.count() == 1


def test_who_writes_in_time_of_the_groups_is_not_taken_out_of_it(as_instructor, course):
    began = clock.now() - timedelta(minutes=7)
    quiz, student = make_quiz(course, now=began), student_of(course)
    group = Group.objects.create(course=course, name="A")
    group.members.add(student)
    Extension.objects.create(course=course, item=quiz.deadline_key, group=group, extra_seconds=120)
    attempt = services.start_attempt(quiz=quiz, user=student, now=began)
    answer = as_instructor.post(url("group", course, group.pk), {"name": "A"})
    assert (answer.status_code, list(group.members.all())) == (422, [student])
    before = attempt.deadline
    attempt.refresh_from_db()
    assert (attempt.deadline, attempt.finished_at) == (before, None)


@pytest.mark.parametrize("role", [Role.STUDENT, Role.ASSISTANT, Role.VIEWER])
def test_only_instructors_see_and_change_groups(client, course, role):
    group = Group.objects.create(course=course, name="A")
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    assert client.get(url("groups", course)).status_code == 403
    assert client.get(url("group", course, group.pk)).status_code == 403
    assert client.post(url("delete_group", course, group.pk)).status_code == 403


def test_a_group_of_another_course_is_not_there(as_instructor, course):
    other = Group.objects.create(course=CourseFactory(), name="A")
    assert as_instructor.get(url("group", course, other.pk)).status_code == 404


@pytest.mark.parametrize("groups", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(as_instructor, course, groups, django_assert_num_queries):
    for number in range(groups):
        Group.objects.create(course=course, name=f"G{number}").members.add(student_of(course))
    with django_assert_num_queries(3):
        page = as_instructor.get(url("groups", course)).content.decode()
    assert page.count("1 member") == groups
