"""What left a course: staff see how it went, never what it says inside."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock, notify
from classroom.models import Course, Outbox, Role
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of

pytestmark = pytest.mark.django_db
SECRET = "https://chat.example.org/hooks/secret-key"


@pytest.fixture
def course():
    return CourseFactory(mattermost_webhook=SECRET)


def written(course, key, **state):
    message = Outbox(
        channel=Outbox.Channel.EMAIL,
        key=key,
        recipient=f"{key}@example.org",
        subject=f"About {key}",
        body="Your code is ABCD-EFGH",
        course=course,
        not_before=clock.now() - timedelta(hours=1),
    )
    for name, value in state.items():
        setattr(message, name, value)
    message.save()
    return message


@pytest.fixture
def four(course):
    now = clock.now()
    return {
        "waiting": written(course, "waiting"),
        "retrying": written(course, "retrying", attempts=2, last_error="The mail server is full"),
        "sent": written(course, "sent", attempts=1, sent_at=now),
        "given_up": written(course, "given_up", attempts=6, given_up_at=now, last_error="No such mailbox"),
    }


def log(client, course, **asked):
    return client.get(reverse("course_messages", args=[course.slug]), asked)


def recipients(page):
    return sorted(message.recipient for message in page.context["page"])


@pytest.mark.parametrize("state", Outbox.State.values)
def test_each_state_is_found_and_called_by_its_name(client, course, four, state):
    client.force_login(instructor_of(course))
    assert recipients(log(client, course, state=state)) == [f"{state}@example.org"]
    assert {name: message.state for name, message in four.items()} == {name: name for name in four}


def test_the_log_tells_what_went_wrong_and_no_secret(client, course, four):
    notify.mattermost(key="post", course=course, text="Join with the code QQQQ-WWWW", now=clock.now())
    client.force_login(instructor_of(course))
    page = log(client, course).content.decode()
    assert [text in page for text in ("No such mailbox", "The mail server is full", "About sent")] == [
        True
    ] * 3
    assert [text in page for text in ("ABCD-EFGH", "QQQQ-WWWW", "secret-key")] == [False] * 3


def test_the_filter_takes_words_and_channels_and_forgives_nonsense(client, course, four):
    notify.mattermost(key="post", course=course, text="Hello", now=clock.now())
    client.force_login(instructor_of(course))
    assert recipients(log(client, course, q="retrying@")) == ["retrying@example.org"]
    assert recipients(log(client, course, q="about SENT")) == ["sent@example.org"]
    assert recipients(log(client, course, channel="mattermost")) == [course.slug]
    assert recipients(log(client, course, q="nobody")) == []
    assert len(recipients(log(client, course, state="nonsense", page="x"))) == 5


@pytest.mark.parametrize(
    ("role", "may_look", "may_send"),
    [
        (Role.INSTRUCTOR, 200, 302),
        (Role.ASSISTANT, 200, 403),
        (Role.VIEWER, 200, 403),
        (Role.STUDENT, 403, 403),
        (Role.GUEST, 404, 404),
        (None, 404, 404),
    ],
)
def test_who_may_look_and_who_may_send(client, course, four, role, may_look, may_send):
    user = EnrolmentFactory(course=course, role=role).user if role else UserFactory()
    client.force_login(user)
    page = log(client, course)
    assert page.status_code == may_look
    if may_look == 200:
        assert ("Send again" in page.content.decode()) == (role == Role.INSTRUCTOR)
    send = reverse("send_course_message", args=[course.slug, four["given_up"].pk])
    assert client.post(send).status_code == may_send
    assert (Outbox.objects.get(key="given_up").given_up_at is None) == (may_send == 302)


def test_what_was_given_up_is_sent_again_once(client, course, four, mailoutbox):
    client.force_login(instructor_of(course))
    message = four["given_up"]
    url = reverse("send_course_message", args=[course.slug, message.pk])
    assert client.post(url).headers["Location"] == reverse("course_messages", args=[course.slug])
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 0)
    assert notify.deliver(pk=message.pk, now=clock.now())
    client.post(url)  # it is sent: nothing is tried again
    assert not notify.deliver(pk=message.pk, now=clock.now())
    assert [mail.to for mail in mailoutbox] == [["given_up@example.org"]]


@pytest.mark.parametrize("state", ["waiting", "retrying", "sent"])
def test_what_was_not_given_up_is_left_alone(client, course, four, state):
    client.force_login(instructor_of(course))
    before = Outbox.objects.filter(pk=four[state].pk).values().get()
    client.post(reverse("send_course_message", args=[course.slug, four[state].pk]))
    assert Outbox.objects.filter(pk=four[state].pk).values().get() == before


def test_what_was_blanked_is_not_sent_to_nobody(client, course, four):
    Outbox.objects.filter(key="given_up").update(recipient="", subject="", body="")
    client.force_login(instructor_of(course))
    assert "Send again" not in log(client, course).content.decode()
    client.post(reverse("send_course_message", args=[course.slug, four["given_up"].pk]))
    assert Outbox.objects.get(key="given_up").given_up_at is not None


def test_messages_of_another_course_or_of_none_are_not_there(client, course, four):
    other = CourseFactory(slug="other")
    elsewhere = written(other, "elsewhere", given_up_at=clock.now())
    nowhere = written(None, "nowhere", given_up_at=clock.now())
    client.force_login(instructor_of(course))
    assert len(recipients(log(client, course))) == 4
    for message in (elsewhere, nowhere):
        assert client.post(reverse("send_course_message", args=[course.slug, message.pk])).status_code == 404
    assert log(client, other).status_code == 404
    assert not Outbox.objects.filter(pk__in=[elsewhere.pk, nowhere.pk], given_up_at=None).exists()


def test_administrators_see_what_belongs_to_no_course_and_send_it_again(client, course, four):
    nowhere = written(None, "nowhere", given_up_at=clock.now())
    client.force_login(UserFactory(is_superuser=True))
    assert recipients(client.get(reverse("site_messages"))) == ["nowhere@example.org"]
    assert client.post(reverse("send_site_message", args=[four["given_up"].pk])).status_code == 404
    assert client.post(reverse("send_site_message", args=[nowhere.pk])).status_code == 302
    nowhere.refresh_from_db()
    assert nowhere.state == "waiting"


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.STUDENT])
def test_nobody_else_sees_the_sites_log(client, course, role):
    nowhere = written(None, "nowhere", given_up_at=clock.now())
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    assert client.get(reverse("site_messages")).status_code == 403
    assert client.post(reverse("send_site_message", args=[nowhere.pk])).status_code == 403


def test_an_archived_course_is_read_and_sends_nothing(client, course, four):
    Course.objects.filter(pk=course.pk).update(archived_at=clock.now())
    client.force_login(instructor_of(course))
    assert "Send again" not in log(client, course).content.decode()
    url = reverse("send_course_message", args=[course.slug, four["given_up"].pk])
    assert client.post(url).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_takes_as_many_queries_for_one_as_for_three(client, course, rows, django_assert_num_queries):
    for row in range(rows):
        written(course, f"letter{row}")
    client.force_login(instructor_of(course))
    log(client, course)
    with django_assert_num_queries(4):  # the session, the seat, how many, the messages
        page = log(client, course)
    assert len(page.context["page"]) == rows


def test_long_logs_come_in_pages(client, course):
    for row in range(51):
        written(course, f"letter{row}")
    client.force_login(instructor_of(course))
    assert len(log(client, course).context["page"]) == 50
    assert len(log(client, course, page=2).context["page"]) == 1


def test_people_leads_there(client, course):
    client.force_login(instructor_of(course))
    page = client.get(reverse("people", args=[course.slug])).content.decode()
    assert reverse("course_messages", args=[course.slug]) in page
