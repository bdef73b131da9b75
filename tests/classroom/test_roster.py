"""People from a table: what it would do is told line by line; then all of it is done, or nothing."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom import clock, roster
from classroom.models import AuditEntry, Enrolment, EnrolmentRequest, Extension, Group, Outbox, Role, User
from classroom.roster import What
from classroom.roster.reading import read
from quizzes import services
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def instructor(course, client):
    instructor = instructor_of(course, user__email="tess@example.org")
    client.force_login(instructor)
    return instructor


def page(client, course, text, **more):
    return client.post(reverse("import_people", args=[course.slug]), {"text": text} | more)


def confirmed(client, course, text, **more):
    digest = page(client, course, text).context["plan"].digest
    return page(client, course, text, confirm="", digest=digest, **more)


def roles(course):
    return dict(
        Enrolment.objects.filter(course=course, left_at=None)
        .exclude(role=Role.INSTRUCTOR)
        .values_list("user__email", "role")
    )


def members(course):
    return {
        group.name: sorted(group.members.values_list("email", flat=True))
        for group in Group.objects.filter(course=course)
    }


TABLE = """E-Mail;Vorname;Nachname;Role;Group
new@example.org;Nina;Neu;;Monday
known@example.org;Other;Name;viewer;
here@example.org;;;;Monday
moves@example.org;;;student;Monday|Friday
left@example.org;;;;
stays@example.org;;;;
"""


@pytest.fixture
def people(course):
    UserFactory(email="known@example.org", name="Known")
    EnrolmentFactory(course=course, user__email="here@example.org", user__name="")
    moves = EnrolmentFactory(course=course, user__email="moves@example.org").user
    Group.objects.create(course=course, name="Tuesday").members.add(moves)
    EnrolmentFactory(course=course, user__email="left@example.org", left_at=clock.now())
    EnrolmentFactory(course=course, user__email="stays@example.org")


def test_preview_tells_what_each_line_would_do_and_does_nothing(client, course, instructor, people):
    plan = page(client, course, TABLE).context["plan"]
    assert [(step.line.number, step.what, step.name, step.role) for step in plan.steps] == [
        (2, What.ACCOUNT, "Nina Neu", Role.STUDENT),
        (3, What.NEW, "Known", Role.VIEWER),
        (4, What.CHANGED, "", Role.STUDENT),
        (5, What.CHANGED, User.objects.get(email="moves@example.org").name, Role.STUDENT),
        (6, What.BACK, User.objects.get(email="left@example.org").name, Role.STUDENT),
        (7, What.SAME, User.objects.get(email="stays@example.org").name, Role.STUDENT),
    ]
    assert (plan.problems, plan.new_groups) == ([], ["Monday", "Friday"])
    assert not User.objects.filter(email="new@example.org").exists()
    assert members(course) == {"Tuesday": ["moves@example.org"]}


def test_confirmed_table_is_carried_out(client, course, instructor, people):
    assert confirmed(client, course, TABLE).url == reverse("people", args=[course.slug])
    assert roles(course) == {
        "new@example.org": "student",
        "known@example.org": "viewer",
        "here@example.org": "student",
        "moves@example.org": "student",
        "left@example.org": "student",
        "stays@example.org": "student",
    }
    assert members(course) == {
        "Tuesday": [],
        "Monday": ["here@example.org", "moves@example.org", "new@example.org"],
        "Friday": ["moves@example.org"],
    }
    new = User.objects.get(email="new@example.org")
    assert (new.name, new.has_usable_password()) == ("Nina Neu", False)
    assert User.objects.get(email="known@example.org").name == "Known"
    acts = AuditEntry.objects.exclude(action="people.regrouped").values_list("action", "about__email")
    assert sorted(acts) == [
        ("people.added", "known@example.org"),
        ("people.added", "left@example.org"),
        ("people.added", "new@example.org"),
    ]
    assert Outbox.objects.count() == 0


def test_second_import_of_the_same_table_changes_nothing(client, course, instructor, people):
    confirmed(client, course, TABLE)
    acts = AuditEntry.objects.count()
    plan = page(client, course, TABLE).context["plan"]
    assert {step.what for step in plan.steps} == {What.SAME}
    confirmed(client, course, TABLE)
    assert AuditEntry.objects.count() == acts


def test_one_bad_line_lets_nothing_in(client, course, instructor):
    text = "email,role\nada@example.org,\nnobody,\nada@example.org,\nben@example.org,king\n"
    shown = page(client, course, text)
    assert [line for line, _ in shown.context["plan"].problems] == [3, 4, 5]
    refused = page(client, course, text, confirm="", digest=shown.context["plan"].digest)
    assert refused.status_code == 409
    assert "mend the lines" in refused.content.decode()
    assert roles(course) == {}
    assert not User.objects.filter(email="ada@example.org").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("tess@example.org,Tess,student,", "A table changes no instructor"),
        ("ada@example.org,Ada,instructor,", "A table changes no instructor"),
        ("ada@example.org,Ada,viewer,Monday", "Groups are for students"),
        ("guest-1@guest.invalid,Ada,,", "a guest's address"),
        ("blocked@example.org,,,", "This account is blocked"),
        ("gone@example.org,,,", "This account was anonymised"),
        (f"ada@example.org,{'x' * 151},,", "more than 150 characters"),
        (f"ada@example.org,,,{'x' * 101}", "more than 100 characters"),
    ],
)
def test_line_is_refused_with_its_reason(client, course, instructor, line, told):
    UserFactory(email="blocked@example.org", is_active=False)
    UserFactory(email="gone@example.org", is_active=False, anonymised_at=clock.now())
    plan = page(client, course, f"email,name,role,group\n{line}\n").context["plan"]
    assert [(number, told in text) for number, text in plan.problems] == [(2, True)]
    assert plan.steps == []


def test_table_without_addresses_says_how_to_name_the_column(client, course, instructor):
    plan = page(client, course, "who,name\nada,Ada\n").context["plan"]
    assert [number for number, _ in plan.problems] == [1]


def test_plan_that_somebody_overtook_is_shown_again(client, course, instructor):
    text = "email,role\nada@example.org,assistant\n"
    digest = page(client, course, text).context["plan"].digest
    EnrolmentFactory(course=course, user__email="ada@example.org")
    refused = page(client, course, text, confirm="", digest=digest)
    assert refused.status_code == 409
    assert roles(course) == {"ada@example.org": "student"}
    assert [step.what for step in refused.context["plan"].steps] == [What.CHANGED]


def test_who_is_new_is_written_to_if_that_is_ticked(client, course, instructor, people):
    confirmed(client, course, TABLE, tell="on")
    assert sorted(Outbox.objects.values_list("recipient", flat=True)) == [
        "known@example.org",
        "left@example.org",
        "new@example.org",
    ]


def test_who_asked_and_is_imported_has_an_answer(client, course, instructor):
    user = UserFactory(email="ada@example.org")
    EnrolmentRequest.objects.create(course=course, user=user, asked_at=clock.now())
    confirmed(client, course, "email\nada@example.org\n")
    assert EnrolmentRequest.objects.open().count() == 0


def test_leaving_a_group_ends_no_running_attempt(client, course, instructor):
    """Of a group that was given more time; nothing else of the table is done, either."""
    now = clock.now()
    quiz = make_quiz(course=course, time_limit_seconds=60, opens_at=now - timedelta(hours=1))
    student = EnrolmentFactory(course=course, user__email="ada@example.org").user
    slow = Group.objects.create(course=course, name="Slow")
    slow.members.add(student)
    Extension.objects.create(course=course, item=quiz.deadline_key, group=slow, extra_seconds=3600)
    services.start_attempt(quiz=quiz, user=student, now=now - timedelta(minutes=5))
    refused = confirmed(client, course, "email,group\nada@example.org,Fast\nben@example.org,Fast\n")
    assert refused.status_code == 409
    assert members(course) == {"Slow": ["ada@example.org"]}
    assert not User.objects.filter(email="ben@example.org").exists()


def test_list_leaves_as_a_table_that_comes_back_unchanged(client, course, instructor, people):
    confirmed(client, course, TABLE)
    table = client.get(reverse("people_csv", args=[course.slug])).content
    upload = SimpleUploadedFile("people.csv", table)
    plan = page(client, course, "", file=upload).context["plan"]
    assert (plan.problems, {step.what for step in plan.steps}, len(plan.steps)) == ([], {What.SAME}, 7)


@pytest.mark.parametrize(
    ("role", "status"), [("student", 403), ("viewer", 403), ("assistant", 403), ("instructor", 200)]
)
def test_only_instructors_import(client, course, role, status):
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    address = reverse("import_people", args=[course.slug])
    assert client.get(address).status_code == status
    text = "email\nada@example.org\n"
    digest = roster.plan(text=text, course=course).digest
    client.post(address, {"text": text, "confirm": "", "digest": digest})
    assert User.objects.filter(email="ada@example.org").exists() == (status == 200)
    client.force_login(instructor_of(CourseFactory()))
    assert client.get(address).status_code == 404


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_read_or_its_problems_are_told(text):
    problems = []
    lines = read(f"email,name,role,group\n{text}", problems)
    assert all(line.email.count("@") and line.email == line.email.lower() for line in lines)
    assert all(isinstance(number, int) and said for number, said in problems)
