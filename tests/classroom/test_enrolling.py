"""Coming into a course by link, by code and by asking: who gets in, and who does not any more."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classroom import clock, enrolling
from classroom.errors import Refused
from classroom.models import (
    AuditEntry,
    Course,
    Enrolment,
    EnrolmentRequest,
    Entrance,
    InviteLink,
    Notice,
    NoticeSettings,
    Outbox,
    Role,
    User,
)
from classroom.models.notice import How
from classroom.pages.enrolling import account, arriving
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def instructor(course):
    return instructor_of(course)


@pytest.fixture
def user():
    return UserFactory(name="Ada")


@pytest.fixture(autouse=True)
def nobody_failed(monkeypatch):
    cache.clear()
    for limit in (arriving.wrong_by_person, arriving.wrong_by_network, account.made_by_network):
        monkeypatch.setattr(limit, "name", uuid4())


def link_to(course, by, *, max_uses=None, days=7):
    now = clock.now()
    link, token = enrolling.make_link(
        course=course, label="Chat", expires_at=now + timedelta(days=days), max_uses=max_uses, by=by, now=now
    )
    return link, reverse("join_by_link", args=[token])


def role_of(user, course):
    return (
        Enrolment.objects.filter(user=user, course=course, left_at=None)
        .values_list("role", flat=True)
        .first()
    )


# By link


def test_link_makes_a_student(client, course, instructor, user):
    link, address = link_to(course, instructor, max_uses=2)
    client.force_login(user)
    assert course.title in client.get(address).content.decode()
    assert role_of(user, course) is None  # looking changes nothing
    assert client.post(address).url == course.get_absolute_url()
    assert role_of(user, course) == "student"
    assert client.post(address).url == course.get_absolute_url()
    link.refresh_from_db()
    assert link.uses == 1
    assert AuditEntry.objects.values_list("actor", "about", "detail").get(action="people.joined") == (
        user.pk,
        user.pk,
        {"link": link.pk},
    )


def test_secret_of_a_link_is_shown_once_and_stored_nowhere(client, course, instructor):
    client.force_login(instructor)
    answer = client.post(
        reverse("make_invite_link", args=[course.slug]),
        {"label": "Chat", "max_uses": "", "expires_at": f"{clock.now() + timedelta(days=3):%Y-%m-%dT%H:%M}"},
    )
    address = answer.context["made"]["address"]
    token = address.rstrip("/").rsplit("/", 1)[1]
    assert len(token) == 32
    assert "no-store" in answer.headers["Cache-Control"]
    assert token not in client.get(reverse("entrances", args=[course.slug])).content.decode()
    stored = InviteLink.objects.values().get()
    assert token not in str(stored)
    assert enrolling.link_with(token=token, now=clock.now()).pk == stored["id"]


def test_link_that_ended_lets_nobody_in(client, course, instructor, user):
    client.force_login(user)
    expired, old = link_to(course, instructor)
    InviteLink.objects.filter(pk=expired.pk).update(expires_at=clock.now())
    revoked, taken_back = link_to(course, instructor)
    enrolling.revoke_link(link=revoked, by=instructor, now=clock.now())
    _used, used_up = link_to(course, instructor, max_uses=1)
    other = UserFactory()
    stranger = Client()
    stranger.force_login(other)
    stranger.post(used_up)
    for address in (old, taken_back, used_up, reverse("join_by_link", args=["guess"])):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
    assert role_of(user, course) is None
    assert role_of(other, course) == "student"


@pytest.mark.django_db(transaction=True)
def test_last_use_of_a_link_goes_to_exactly_one_of_many(course, instructor):
    link, _address = link_to(course, instructor, max_uses=1)
    people = [UserFactory() for _ in range(8)]
    now = clock.now()
    acts = [lambda user=user: enrolling.join_by_link(link=link, user=user, now=now) for user in people]
    assert len(at_once(acts, refusals=(Refused,))) == 1
    link.refresh_from_db()
    assert link.uses == 1
    assert Enrolment.objects.filter(course=course, role=Role.STUDENT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_person_who_clicks_twice_uses_a_link_once(course, instructor, user):
    link, _address = link_to(course, instructor)
    now = clock.now()
    acts = [lambda: enrolling.join_by_link(link=link, user=user, now=now)] * 6
    assert len(at_once(acts, refusals=())) == 6
    link.refresh_from_db()
    assert link.uses == 1


def test_database_counts_no_use_too_many(course, instructor):
    link, _address = link_to(course, instructor, max_uses=1)
    with pytest.raises(IntegrityError):
        InviteLink.objects.filter(pk=link.pk).update(uses=2)


@pytest.mark.parametrize(("days", "max_uses"), [(0, None), (-1, None), (400, None), (7, 0)])
def test_link_without_sense_is_refused(course, instructor, days, max_uses):
    with pytest.raises(Refused):
        link_to(course, instructor, days=days, max_uses=max_uses)


def test_links_are_limited_in_number(course, instructor):
    for _ in range(enrolling.MOST_LINKS):
        link, _address = link_to(course, instructor)
    with pytest.raises(Refused):
        link_to(course, instructor)
    enrolling.revoke_link(link=link, by=instructor, now=clock.now())
    link_to(course, instructor)


def test_removed_person_does_not_come_back_by_a_link_or_code(client, course, instructor, user):
    EnrolmentFactory(course=course, user=user, left_at=clock.now())
    link, address = link_to(course, instructor)
    code = enrolling.renew_code(course=course, by=instructor, now=clock.now())
    client.force_login(user)
    assert client.post(address).status_code == 422
    assert client.post(reverse("join_by_code", args=[code])).status_code == 422
    assert role_of(user, course) is None
    link.refresh_from_db()
    assert link.uses == 0


def test_staff_keeps_the_role_when_opening_a_link(client, course, instructor):
    _link, address = link_to(course, instructor)
    client.force_login(instructor)
    assert client.post(address).url == course.get_absolute_url()
    assert role_of(instructor, course) == "instructor"


def test_archived_course_lets_nobody_in(client, course, instructor, user):
    link, address = link_to(course, instructor)
    code = enrolling.renew_code(course=course, by=instructor, now=clock.now())
    Course.objects.update(archived_at=NOW)
    client.force_login(user)
    assert client.post(address).status_code == 404
    assert client.post(reverse("join_by_code", args=[code])).status_code == 404
    with pytest.raises(Refused):
        enrolling.join_by_link(link=link, user=user, now=clock.now())


def test_person_without_a_name_gives_one(client, course, instructor):
    user = UserFactory(name="")
    _link, address = link_to(course, instructor)
    client.force_login(user)
    assert client.post(address).status_code == 422
    assert client.post(address, {"name": "Grace"}).url == course.get_absolute_url()
    user.refresh_from_db()
    assert user.name == "Grace"


# Strangers


def code_in_mail(email):
    body = Outbox.objects.filter(recipient=email).latest("pk").body
    return re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", body)[0]


def test_stranger_proves_an_address_and_takes_part(client, course, instructor):
    _link, address = link_to(course, instructor)
    assert course.title in client.get(address).content.decode()
    answer = client.post(address, {"email": "New@Example.org"})
    user = User.objects.get(email="new@example.org")
    assert (user.has_usable_password(), role_of(user, course)) == (False, None)
    answer = client.post(answer.url, {"code": code_in_mail("new@example.org"), "next": address})
    assert answer.url == address
    assert client.post(address, {"name": "Nina"}).url == course.get_absolute_url()
    assert role_of(user, course) == "student"


def test_stranger_with_an_account_gets_no_second_one(client, course, instructor, user):
    _link, address = link_to(course, instructor)
    client.post(address, {"email": user.email.upper()})
    assert User.objects.count() == 2
    assert Outbox.objects.filter(recipient=user.email).count() == 1


def test_stranger_without_a_good_link_makes_no_account(client, course):
    client.post(reverse("join_by_link", args=["guess"]), {"email": "new@example.org"})
    client.post(reverse("join_by_code", args=["ABCDEFGH"]), {"email": "new@example.org"})
    client.post(reverse("ask_to_join", args=[course.slug]), {"email": "new@example.org"})
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize("email", ["", "nobody", "x@guest.invalid"])
def test_address_that_is_none_is_refused(client, course, instructor, email):
    _link, address = link_to(course, instructor)
    assert client.post(address, {"email": email}).context["form"].errors
    assert User.objects.count() == 1


def test_one_network_makes_no_flood_of_accounts(client, course, instructor, monkeypatch):
    monkeypatch.setattr(account.made_by_network, "most", 2)
    _link, address = link_to(course, instructor)
    for number in range(4):
        Client().post(address, {"email": f"new{number}@example.org"})
    assert User.objects.filter(email__startswith="new").count() == 2


def test_guest_of_a_quiz_is_asked_to_sign_out_first(client, course, instructor):
    guest = User.objects.create_guest("1", "Ghost")
    _link, address = link_to(course, instructor)
    client.force_login(guest)
    assert "guest of a quiz" in client.get(address).content.decode()
    client.post(address)
    assert role_of(guest, course) is None


# By code


def test_code_makes_a_student_however_it_is_typed(client, course, instructor, user):
    code = enrolling.renew_code(course=course, by=instructor, now=clock.now())
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{8}", code)
    client.force_login(user)
    typed = f"{code[:4].lower()} - {code[4:]}"
    address = client.get(reverse("enter_course_code"), {"code": typed}).url
    assert client.post(address).url == course.get_absolute_url()
    assert role_of(user, course) == "student"


def test_renewed_and_switched_off_codes_stop_working(client, course, instructor, user):
    client.force_login(instructor)
    client.post(reverse("renew_course_code", args=[course.slug]))
    first = Entrance.objects.get().code
    client.post(reverse("renew_course_code", args=[course.slug]))
    second = Entrance.objects.get().code
    client.post(reverse("switch_off_course_code", args=[course.slug]))
    assert first != second
    assert Entrance.objects.get().code is None
    client.force_login(user)
    for code in (first, second):
        assert client.post(reverse("join_by_code", args=[code])).status_code == 404
    with pytest.raises(Refused):
        enrolling.join_by_code(course=course, code=second, user=user, now=clock.now())
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "course_code.renewed",
        "course_code.renewed",
        "course_code.switched_off",
    ]


def test_guessing_codes_is_slowed_down_for_one_person_only(client, course, instructor, user):
    code = enrolling.renew_code(course=course, by=instructor, now=clock.now())
    client.force_login(user)
    wrong = [client.get(reverse("join_by_code", args=[f"WRONG{n:03}"])).status_code for n in range(12)]
    assert wrong == [404] * 10 + [429] * 2
    assert client.post(reverse("join_by_code", args=[code])).status_code == 429
    client.force_login(UserFactory(name="Ben"))
    assert client.post(reverse("join_by_code", args=[code])).status_code == 302


def test_two_courses_never_share_a_code(course, instructor):
    code = enrolling.renew_code(course=course, by=instructor, now=clock.now())
    with pytest.raises(IntegrityError):
        Entrance.objects.create(course=CourseFactory(), code=code)


# By asking


@pytest.fixture
def asking(course, instructor):
    enrolling.take_requests(course=course, takes=True, by=instructor, now=clock.now())
    return reverse("ask_to_join", args=[course.slug])


def decide(client, course, act, *requests, **more):
    pks = [request.pk for request in requests]
    return client.post(
        reverse("decide_enrolment_requests", args=[course.slug]), {"request": pks, act: ""} | more
    )


def test_request_is_asked_accepted_and_told(client, course, instructor, user, asking):
    client.force_login(user)
    assert course in client.get(reverse("enter_course_code")).context["asking"]
    assert client.post(asking, {"message": "Please"}).url == asking
    assert "waits for an answer" in client.get(asking).content.decode()
    request = EnrolmentRequest.objects.get()
    assert role_of(user, course) is None
    client.force_login(instructor)
    assert "1 person asks" in client.get(reverse("people", args=[course.slug])).content.decode()
    decide(client, course, "accept", request)
    assert role_of(user, course) == "student"
    letters = dict(Outbox.objects.values_list("recipient", "subject"))
    assert letters == {
        instructor.email: f"{course.title}: somebody asks to take part",
        user.email: f"You take part in {course.title}",
    }
    client.force_login(user)
    assert client.get(asking).url == course.get_absolute_url()


def test_request_is_declined_with_words(client, course, instructor, user, asking):
    request = enrolling.ask(course=course, user=user, message="", now=clock.now())
    client.force_login(instructor)
    decide(client, course, "decline", request, words="The course is full.")
    assert role_of(user, course) is None
    assert "The course is full." in Outbox.objects.get(recipient=user.email).body
    client.force_login(user)
    assert "The course is full." in client.get(asking).content.decode()
    assert client.post(asking, {"message": "again"}).status_code == 422
    later = clock.now() + enrolling.ASK_AGAIN_AFTER
    assert enrolling.ask(course=course, user=user, message="", now=later).is_open


def test_instructors_get_one_letter_a_day_however_many_ask(course, instructor, asking):
    for day in (NOW, NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)):
        enrolling.ask(course=course, user=UserFactory(), message="", now=day)
    assert Outbox.objects.filter(recipient=instructor.email).count() == 2


def test_instructors_and_who_asked_hear_of_it_as_they_like(course, instructor, user, asking):
    NoticeSettings.objects.create(user=instructor, duty=How.DAILY)
    NoticeSettings.objects.create(user=user, result=How.NEVER)
    request = enrolling.ask(course=course, user=user, message="", now=NOW)
    enrolling.accept(request=request, by=instructor, now=NOW)
    assert not Outbox.objects.exists()
    assert list(Notice.objects.order_by("pk").values_list("user", "sort", "page")) == [
        (instructor.pk, "duty", reverse("entrances", args=[course.slug])),
        (user.pk, "result", course.get_absolute_url()),
    ]


def test_asking_twice_is_asking_once(client, course, user, asking):
    client.force_login(user)
    client.post(asking, {"message": "one"})
    client.post(asking, {"message": "two"})
    assert EnrolmentRequest.objects.values_list("message", flat=True).get() == "one"


def test_withdrawn_request_can_no_longer_be_accepted(client, course, instructor, user, asking):
    request = enrolling.ask(course=course, user=user, message="", now=clock.now())
    client.force_login(user)
    client.post(reverse("withdraw_request", args=[course.slug]))
    with pytest.raises(Refused):
        enrolling.accept(request=request, by=instructor, now=clock.now())
    assert role_of(user, course) is None


@pytest.mark.django_db(transaction=True)
def test_request_is_decided_once(course, instructor, user, asking):
    request = enrolling.ask(course=course, user=user, message="", now=clock.now())
    now = clock.now()
    acts = [
        lambda: enrolling.accept(request=request, by=instructor, now=now),
        lambda: enrolling.decline(request=request, words="", by=instructor, now=now),
    ] * 3
    assert len(at_once(acts, refusals=(Refused,))) == 1
    request.refresh_from_db()
    assert (request.accepted_at is None) != (request.declined_at is None)
    assert (role_of(user, course) == "student") == (request.accepted_at is not None)


def test_removed_person_may_ask_and_come_back(course, instructor, user, asking):
    EnrolmentFactory(course=course, user=user, role=Role.ASSISTANT, left_at=clock.now())
    request = enrolling.ask(course=course, user=user, message="", now=clock.now())
    enrolling.accept(request=request, by=instructor, now=clock.now())
    assert role_of(user, course) == "student"


def test_course_that_takes_no_requests_does_not_exist_for_strangers(client, course, user):
    client.force_login(user)
    address = reverse("ask_to_join", args=[course.slug])
    assert client.get(address).status_code == 404
    assert client.post(address, {"message": "x"}).status_code == 404
    assert client.get(reverse("enter_course_code")).context["asking"] == []


def test_instructor_decides_for_the_own_course_only(client, course, user, asking):
    request = enrolling.ask(course=course, user=user, message="", now=clock.now())
    other = CourseFactory()
    client.force_login(instructor_of(other))
    decide(client, other, "accept", request)
    assert decide(client, course, "accept", request).status_code == 404
    assert role_of(user, course) is None
    assert EnrolmentRequest.objects.open().count() == 1


# The page for staff


ACTS = [
    ("entrances", "get"),
    ("make_invite_link", "post"),
    ("renew_course_code", "post"),
    ("switch_off_course_code", "post"),
    ("take_enrolment_requests", "post"),
    ("decide_enrolment_requests", "post"),
]


@pytest.mark.parametrize(("name", "method"), ACTS)
@pytest.mark.parametrize(
    ("role", "gets_in"), [("student", False), ("viewer", False), ("assistant", False), ("instructor", True)]
)
def test_ways_in_are_the_instructors(client, course, name, method, role, gets_in):
    address = reverse(name, args=[course.slug])
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    answer = getattr(client, method)(address)
    assert (answer.status_code in {200, 302, 422}) == gets_in
    assert gets_in or answer.status_code == 403
    client.force_login(instructor_of(CourseFactory()))
    assert getattr(client, method)(address).status_code == 404


def test_link_of_another_course_is_not_revoked(client, course, instructor):
    link, _address = link_to(course, instructor)
    other = CourseFactory()
    client.force_login(instructor_of(other))
    assert client.post(reverse("revoke_invite_link", args=[other.slug, link.pk])).status_code == 404
    assert client.post(reverse("revoke_invite_link", args=[course.slug, link.pk])).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_the_same_queries_however_much_is_on_it(client, course, instructor, asking, rows):
    for _ in range(rows):
        link_to(course, instructor)
        link, _address = link_to(course, instructor)
        enrolling.revoke_link(link=link, by=instructor, now=clock.now())
        enrolling.ask(course=course, user=UserFactory(), message="", now=clock.now())
        request = enrolling.ask(course=course, user=UserFactory(), message="", now=clock.now())
        enrolling.decline(request=request, words="", by=instructor, now=clock.now())
    client.force_login(instructor)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("entrances", args=[course.slug]))
    assert len(queries) == 8
