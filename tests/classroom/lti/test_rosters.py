"""The platform's list of people: looked at first, then applied."""

from datetime import timedelta

import pytest

from classroom import clock
from classroom.lti import rosters
from classroom.lti.models import Context, Identity, Platform, Roster
from classroom.models import AuditEntry, Enrolment, Role, User
from tests.classroom.lti.conftest import connected
from tests.classroom.lti.platform import ASSISTANT, INSTRUCTOR, LEARNER, NRPS
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of

pytestmark = pytest.mark.django_db


def member(subject, name="", email=None, roles=(LEARNER,), **more):
    return {"user_id": subject, "name": name, "email": email, "roles": list(roles)} | more


@pytest.fixture
def context(context, fake):
    context.memberships_url = f"{fake.url}/members?Limit=AbC"
    context.save(update_fields=["memberships_url"])
    return context


@pytest.fixture
def instructor(context):
    return instructor_of(context.course)


def fetched(context, by):
    roster = rosters.ask(context=context, by=by, now=clock.now())
    assert rosters.fetch(pk=roster.pk, now=clock.now())
    return Roster.objects.select_related("context__platform", "context__course").get(pk=roster.pk)


def plans(roster):
    return {line.subject: line.plan for line in rosters.plan_of(roster)}


def test_list_is_read_page_by_page(fake, context, instructor):
    fake.members = [member(f"s{n}", f"Student {n}", f"s{n}@example.org") for n in range(5)]
    roster = fetched(context, instructor)
    assert [person["subject"] for person in roster.members] == ["s0", "s1", "s2", "s3", "s4"]
    assert [path for path in fake.asked if "members" in path] == [
        "/members?Limit=AbC",
        "/members?Limit=AbC&Page=1",
        "/members?Limit=AbC&Page=2",
    ]
    assert fake.assertions[0]["scope"] == f"{NRPS}scope/contextmembership.readonly"


def test_everybody_is_planned_as_far_as_the_platform_may(fake, context, instructor):
    course = context.course
    here, staff = student_of(course), UserFactory(email="boss@example.org", is_superuser=True)
    removed = EnrolmentFactory(course=course, left_at=clock.now()).user
    connected(fake, here, "here")
    connected(fake, removed, "removed")
    fake.members = [
        member("here"),
        member("removed"),
        member("new", "Ada", "Ada@Example.org"),
        member("known", "Boss", "boss@example.org"),
        member("teacher", "Tom", "tom@example.org", [INSTRUCTOR]),
        member("nobody", "No Address"),
        member("odd", "Odd", "not an address"),
        member("gone", "Gone", "gone@example.org", status="Inactive"),
        {"user_id": 7},
        "rubbish",
    ]
    roster = fetched(context, instructor)
    assert plans(roster) == {
        "here": "here",
        "removed": "removed",
        "new": "add",
        "known": "add",
        "teacher": "no_role",
        "nobody": "no_address",
        "odd": "no_address",
    }
    assert rosters.apply(roster=roster, by=instructor, now=clock.now()) == 2
    ada = User.objects.get(email="ada@example.org")
    roles = dict(Enrolment.objects.filter(course=course).values_list("user", "role"))
    assert (roles[ada.pk], roles[staff.pk]) == (Role.STUDENT, Role.STUDENT)
    # Whose addresses the platform does not vouch for proves the address at the first launch.
    assert set(Identity.objects.values_list("subject", flat=True)) == {"here", "removed"}
    added = AuditEntry.objects.filter(action="people.added")
    assert sorted(entry.about.email for entry in added) == ["ada@example.org", "boss@example.org"]


def test_new_people_are_connected_where_the_platform_vouches_for_addresses(fake, context, instructor):
    Platform.objects.update(verifies_email=True)
    UserFactory(email="known@example.org")
    fake.members = [
        member("new", "Ada", "ada@example.org"),
        member("known", "K", "known@example.org"),
        member("twin", "Ada again", "ada@example.org"),
    ]
    roster = fetched(context, instructor)
    assert rosters.apply(roster=roster, by=instructor, now=clock.now()) == 2
    connected_now = {i.subject: i.user.email for i in Identity.objects.select_related("user")}
    assert connected_now == {"new": "ada@example.org"}


def test_staff_come_along_where_the_platform_may_give_roles(fake, context, instructor):
    Platform.objects.update(instructors_allowed=True)
    fake.members = [
        member("t", "Tom", "tom@example.org", [INSTRUCTOR]),
        member("a", "Tim", "tim@example.org", [INSTRUCTOR, ASSISTANT]),
    ]
    rosters.apply(roster=fetched(context, instructor), by=instructor, now=clock.now())
    roles = dict(Enrolment.objects.exclude(user=instructor).values_list("user__email", "role"))
    assert roles == {"tom@example.org": Role.INSTRUCTOR, "tim@example.org": Role.ASSISTANT}


def test_list_is_applied_once_and_then_holds_nobody(fake, context, instructor):
    fake.members = [member("new", "Ada", "ada@example.org")]
    roster = fetched(context, instructor)
    assert rosters.apply(roster=roster, by=instructor, now=clock.now()) == 1
    with pytest.raises(rosters.Refused):
        rosters.apply(roster=roster, by=instructor, now=clock.now())
    assert Roster.objects.get().members == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("nothing", "answers 404"),
        ("jwks", "not understood"),
        ("elsewhere", "leads elsewhere"),
        ("huge", "too long"),
    ],
)
def test_platform_that_gives_no_list_is_told(fake, context, instructor, path, why):
    Context.objects.update(memberships_url=f"{fake.url}/{path}")
    roster = rosters.ask(context=context, by=instructor, now=clock.now())
    assert not rosters.fetch(pk=roster.pk, now=clock.now())
    assert why in Roster.objects.get().error
    assert rosters.waiting(now=clock.now() + timedelta(days=1)) == []


def test_pages_that_lead_in_a_circle_end(fake, context, instructor):
    fake.members = [member(f"s{n}") for n in range(3)]
    fake.page_size = 0
    roster = rosters.ask(context=context, by=instructor, now=clock.now())
    assert rosters.fetch(pk=roster.pk, now=clock.now()) in {True, False}
    assert len(fake.asked) < 250


def test_lists_nobody_applied_are_forgotten(context, instructor):
    now = clock.now()
    rosters.ask(context=context, by=instructor, now=now - timedelta(days=1))
    rosters.ask(context=context, by=instructor, now=now)
    rosters.forget_old(now)
    assert Roster.objects.get().asked_at == now


# Pages


def test_instructor_looks_and_applies(client, fake, context, instructor):
    slug = context.course.slug
    stays = student_of(context.course, user__name="Only Here")
    fake.members = [member("new", "Ada <b>", "ada@example.org"), member("nobody", "No Address")]
    client.force_login(instructor)
    page = client.post(f"/c/{slug}/platforms/{context.pk}/people/").url
    part = client.get(page, headers={"HX-Request": "true", "HX-Target": "roster"})
    assert (part.status_code, "is being fetched" in part.content.decode()) == (200, True)
    rosters.fetch(pk=Roster.objects.get().pk, now=clock.now())
    part = client.get(page, headers={"HX-Request": "true", "HX-Target": "roster"})
    assert part.status_code == 286  # ends the polling
    text = client.get(page).content.decode()
    for words in ("1 person would be added", "Ada &lt;b&gt;", "has no e-mail address there", stays.name):
        assert words in text
    assert client.post(f"{page}apply/").url == f"/c/{slug}/people/"
    assert Enrolment.objects.filter(user__email="ada@example.org").count() == 1
    assert "was applied" in client.get(page).content.decode()
    assert client.post(f"{page}apply/").url == f"/c/{slug}/platforms/"


def test_platform_that_shares_nobody_is_told(client, context, instructor):
    Context.objects.update(memberships_url="")
    client.force_login(instructor)
    answer = client.post(f"/c/{context.course.slug}/platforms/{context.pk}/people/", follow=True)
    assert "does not share who takes part" in answer.content.decode()
    assert Roster.objects.count() == 0


@pytest.mark.parametrize("role", [None, Role.STUDENT, Role.VIEWER, Role.ASSISTANT])
def test_only_instructors_see_lists(client, context, instructor, role):
    course = context.course
    roster = rosters.ask(context=context, by=instructor, now=clock.now())
    user = EnrolmentFactory(course=course, role=role).user if role else instructor_of(CourseFactory())
    client.force_login(user)
    status = 403 if role else 404
    assert client.post(f"/c/{course.slug}/platforms/{context.pk}/people/").status_code == status
    assert client.get(f"/c/{course.slug}/platforms/people/{roster.pk}/").status_code == status
    assert client.post(f"/c/{course.slug}/platforms/people/{roster.pk}/apply/").status_code == status


def test_list_of_another_course_is_not_there(client, context, instructor):
    roster = rosters.ask(context=context, by=instructor, now=clock.now())
    other = CourseFactory()
    client.force_login(instructor_of(other))
    assert client.get(f"/c/{other.slug}/platforms/people/{roster.pk}/").status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_preview_asks_a_fixed_number_of_queries(
    client, fake, context, instructor, people, django_assert_num_queries
):
    fake.members = [member(f"s{n}", f"Student {n}", f"s{n}@example.org") for n in range(people)]
    roster = fetched(context, instructor)
    client.force_login(instructor)
    with django_assert_num_queries(7):
        page = client.get(f"/c/{context.course.slug}/platforms/people/{roster.pk}/").content.decode()
    assert page.count("will be added") == people
