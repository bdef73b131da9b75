import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classroom import clock, people
from classroom.errors import Refused
from classroom.models import AuditEntry, Enrolment, Outbox, Role, SignInCode, User
from classroom.people import Person, parse_people
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def instructor(course, client):
    instructor = instructor_of(course)
    client.force_login(instructor)
    return instructor


def url(name, course, *args):
    return reverse(name, args=[course.slug, *args])


def roles(course):
    return dict(Enrolment.objects.filter(course=course, left_at=None).values_list("user__email", "role"))


def test_people_are_read_from_lines():
    text = (
        'ada@example.org\n Grace Hopper <Grace@Example.org>,\n\nnobody\n"Lovelace, A." <ada@example.org>;\n'
    )
    found, problems = parse_people(text)
    assert found == [Person("ada@example.org"), Person("grace@example.org", "Grace Hopper")]
    assert problems == ["nobody"]


def test_added_people_have_an_account_and_a_role(client, course, instructor):
    client.post(url("add_people", course), {"addresses": "Ada <ada@example.org>", "role": "student"})
    user = User.objects.get(email="ada@example.org")
    assert (user.name, user.has_usable_password()) == ("Ada", False)
    assert roles(course) == {instructor.email: "instructor", "ada@example.org": "student"}
    assert AuditEntry.objects.values_list("action", "actor", "about").get() == (
        "people.added",
        instructor.pk,
        user.pk,
    )


def test_only_those_who_are_new_are_written_to_and_only_if_asked(client, course, instructor):
    stays = EnrolmentFactory(course=course).user
    for tell, letters in (({}, []), ({"tell": "on"}, ["grace@example.org"])):
        new = letters or ["ada@example.org"]
        data = {"addresses": f"{stays.email}\n{new[0]}", "role": "student"} | tell
        client.post(url("add_people", course), data)
        assert list(Outbox.objects.values_list("recipient", flat=True)) == letters


def test_adding_again_changes_nothing_and_brings_back_who_left(client, course, instructor):
    stays = EnrolmentFactory(course=course, role=Role.ASSISTANT, user__name="Kept").user
    left = EnrolmentFactory(course=course, left_at=clock.now()).user
    addresses = f"New Name <{stays.email}>\n{left.email}"
    client.post(url("add_people", course), {"addresses": addresses, "role": "student"})
    stays.refresh_from_db()
    assert stays.name == "Kept"
    assert roles(course)[stays.email] == "assistant"
    assert roles(course)[left.email] == "student"
    assert AuditEntry.objects.get().about == left


def test_line_without_an_address_is_named_and_nobody_added(client, course, instructor):
    response = client.post(
        url("add_people", course), {"addresses": "ada@example.org\nGrace", "role": "student"}
    )
    assert response.status_code == 422
    assert "hold no e-mail address: Grace" in response.content.decode()
    assert roles(course) == {instructor.email: "instructor"}


def test_removed_person_is_out_but_history_stays(client, course, instructor):
    student = student_of(course)
    enrolment = Enrolment.objects.get(user=student)
    client.post(url("remove_person", course, enrolment.pk))
    enrolment.refresh_from_db()
    assert enrolment.left_at is not None
    client.force_login(student)
    assert client.get(course.get_absolute_url()).status_code == 404


def test_instructor_cannot_remove_herself(client, course, instructor):
    client.post(url("remove_person", course, Enrolment.objects.get(user=instructor).pk))
    assert roles(course) == {instructor.email: "instructor"}


def test_last_instructor_stays(client, course, instructor):
    other = EnrolmentFactory(course=course, role=Role.INSTRUCTOR)
    mine = Enrolment.objects.get(user=instructor)
    assert client.post(url("change_role", course, mine.pk), {"role": "assistant"}).status_code == 302
    client.force_login(other.user)
    page = client.post(url("change_role", course, other.pk), {"role": "student"})
    assert page.status_code == 422
    assert "The course needs an instructor" in page.content.decode()
    assert roles(course) == {instructor.email: "assistant", other.user.email: "instructor"}


def test_instructor_who_may_not_sign_in_keeps_no_course_running(client, course, instructor):
    EnrolmentFactory(course=course, role=Role.INSTRUCTOR, user__is_active=False)
    mine = Enrolment.objects.get(user=instructor)
    assert client.post(url("change_role", course, mine.pk), {"role": "viewer"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_instructors_who_remove_each_other_at_once_leave_one(course):
    ada, ben = (EnrolmentFactory(course=course, role=Role.INSTRUCTOR) for _ in range(2))
    now = clock.now()
    acts = [
        lambda: people.let_go(enrolment=ada, by=ben.user, now=now),
        lambda: people.let_go(enrolment=ben, by=ada.user, now=now),
    ]
    assert at_once(acts, refusals=(Refused,)) == [True]
    assert len(roles(course)) == 1


def test_role_is_changed_and_written_down(client, course, instructor):
    student = EnrolmentFactory(course=course)
    answer = client.post(url("change_role", course, student.pk), {"role": "assistant"})
    assert answer.url == url("person", course, student.pk)
    assert roles(course)[student.user.email] == "assistant"
    assert AuditEntry.objects.values_list("action", "about", "detail").get() == (
        "people.role_changed",
        student.user_id,
        {"before": "student", "after": "assistant"},
    )
    assert "role changed" in client.get(answer.url).content.decode()


@pytest.mark.parametrize("role", ["guest", "owner", ""])
def test_role_that_is_none_is_refused(client, course, instructor, role):
    student = EnrolmentFactory(course=course)
    assert client.post(url("change_role", course, student.pk), {"role": role}).status_code == 422
    assert roles(course)[student.user.email] == "student"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"q": "lovelace"}, ["Ada Lovelace"]),
        ({"q": "GRACE@"}, ["Grace Hopper"]),
        ({"role": "assistant"}, ["Grace Hopper"]),
        ({"role": "nonsense", "page": "x"}, ["Tess", "Grace Hopper", "Ada Lovelace"]),
        ({"q": "nobody"}, []),
    ],
)
def test_list_is_searched(client, course, asked, shown):
    client.force_login(instructor_of(course, user__name="Tess"))
    EnrolmentFactory(course=course, user__name="Ada Lovelace")
    EnrolmentFactory(course=course, role=Role.ASSISTANT, user__name="Grace Hopper", user__email="grace@x.org")
    EnrolmentFactory(user__name="Ada Lovelace of another course")
    page = client.get(url("people", course), asked)
    assert [row.name for row in page.context["rows"]] == shown


def test_code_is_shown_once_on_the_page(client, course, instructor):
    student = student_of(course)
    response = client.post(url("show_code", course, Enrolment.objects.get(user=student).pk))
    code = response.context["shown"]["code"]
    assert code in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert code not in client.get(url("people", course)).content.decode()
    assert SignInCode.objects.get().user == student


def test_code_button_is_there_for_students_only(client, course, instructor):
    student = student_of(course)
    EnrolmentFactory(course=course, role=Role.ASSISTANT)
    also_staff = student_of(course)
    EnrolmentFactory(user=also_staff, role=Role.INSTRUCTOR)
    rows = client.get(url("people", course)).context["rows"]
    assert [row.email for row in rows if row.may_have_code] == [student.email]


def test_code_of_another_courses_student_is_refused(client, course, instructor):
    stranger = EnrolmentFactory()
    left = EnrolmentFactory(course=course, left_at=clock.now())
    for enrolment in (stranger, left):
        assert client.post(url("show_code", course, enrolment.pk)).status_code == 404
        assert client.post(url("remove_person", course, enrolment.pk)).status_code == 404
    assert client.post(url("show_code", stranger.course, stranger.pk)).status_code == 404
    assert SignInCode.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "sees", "acts"),
    [
        (Role.STUDENT, 403, 403),
        (Role.VIEWER, 200, 403),
        (Role.ASSISTANT, 200, 403),
        (Role.INSTRUCTOR, 200, 302),
    ],
)
def test_only_instructors_change_who_takes_part(client, course, role, sees, acts):
    target = EnrolmentFactory(course=course)
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    assert client.get(url("people", course)).status_code == sees
    assert client.post(url("remove_person", course, target.pk)).status_code == acts
    data = {"addresses": "eve@example.org", "role": "instructor"}
    assert client.post(url("add_people", course), data).status_code == acts
    assert ("eve@example.org" in roles(course)) == (acts == 302)


def test_outsider_learns_nothing(client, course):
    client.force_login(UserFactory())
    assert client.get(url("people", course)).status_code == 404


@pytest.mark.parametrize("students", [1, 3])
def test_list_takes_the_same_queries_however_many_people(client, course, instructor, students):
    for _ in range(students):
        student_of(course)
    with CaptureQueriesContext(connection) as queries:
        client.get(url("people", course))
    assert len(queries) == 5  # session with user, seat, how many, list, requests


# Through a student's eyes


def test_instructor_sees_the_course_as_a_student_and_comes_back(client, course, instructor):
    assert client.post(url("student_view", course)).url == course.get_absolute_url()
    assert client.get(url("people", course)).status_code == 403
    assert client.post(url("leave_student_view", course)).url == course.get_absolute_url()
    assert client.get(url("people", course)).status_code == 200


def test_nothing_can_be_changed_in_the_student_view(client, course, instructor):
    client.post(url("student_view", course))
    target = EnrolmentFactory(course=course)
    response = client.post(url("remove_person", course, target.pk))
    assert response.status_code == 403
    target.refresh_from_db()
    assert target.left_at is None


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER])
def test_student_view_is_for_instructors_and_assistants(client, course, role):
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    assert client.post(url("student_view", course)).status_code == 403


def test_student_view_of_one_course_leaves_the_others_alone(client, course, instructor):
    other = CourseFactory()
    EnrolmentFactory(course=other, user=instructor, role=Role.INSTRUCTOR)
    client.post(url("student_view", course))
    assert client.get(url("people", other)).status_code == 200


# One's own settings


def test_settings_are_kept_and_used(client):
    user = UserFactory(name="Ada")
    client.force_login(user)
    chosen = {"name": "Ada Lovelace", "language": "de", "time_zone": "America/New_York"}
    assert client.post(reverse("settings"), chosen).url == reverse("settings")
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == tuple(chosen.values())
    assert client.cookies.pop("django_language")["max-age"] == 0  # a browser forgets it
    assert b'<html lang="de">' in client.get(reverse("settings")).content


@pytest.mark.parametrize("nonsense", [{"language": "xx"}, {"time_zone": "Moon/Crater"}, {"name": "x" * 151}])
def test_settings_refuse_nonsense(client, nonsense):
    user = UserFactory(name="Ada")
    client.force_login(user)
    response = client.post(reverse("settings"), {"name": "Ada", "language": "", "time_zone": ""} | nonsense)
    assert response.status_code == 422
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == ("Ada", "", "")


def test_settings_change_nobody_elses_rights(client):
    user = UserFactory()
    client.force_login(user)
    client.post(
        reverse("settings"), {"name": "x", "is_staff": "on", "is_superuser": "on", "email": "a@b.org"}
    )
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, user.name) == (False, False, "x")
    assert user.email != "a@b.org"
