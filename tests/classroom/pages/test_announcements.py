"""The pages of announcements: what staff write and see of them, and what students read."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import announcing
from classroom.models import Announcement, Notice, Role
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: NOW + HOUR on Berlin's clock.
AN_HOUR_LATER = "2027-05-18T19:00"
HOOK = "https://chat.example.org/hooks/x"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr("classroom.clock.now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def course():
    return CourseFactory(slug="dl", title="Deep Learning", mattermost_webhook=HOOK)


@pytest.fixture
def teacher(course):
    return instructor_of(course, user__name="Grace")


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def url(name, *more):
    return reverse(name, args=["dl", *more])


def one_of(course, title="Room", published_at=NOW, **fields):
    return Announcement.objects.create(
        course=course, title=title, body="In **room 2**.", published_at=published_at, **fields
    )


def form(**fields):
    return {"title": "Room", "body": "In **room 2**.", "when": "draft", "at": ""} | fields


def edited(one, **fields):
    """Return what the form of a published announcement sends."""
    return {"title": one.title, "body": one.body, "seen": one.revision} | fields


def shown(response):
    return [item.title for item in response.context["page"]]


def every_state(course):
    return [
        one_of(course, "draft", None),
        one_of(course, "scheduled", NOW + HOUR),
        one_of(course, "withdrawn", withdrawn_at=NOW),
        one_of(course, "older", NOW - timedelta(days=30)),
        one_of(course, "out"),
    ]


def test_students_read_what_is_out_and_staff_everything(as_user, course, teacher):
    ones = every_state(course)
    one_of(CourseFactory(), "elsewhere")
    viewer = EnrolmentFactory(course=course, role=Role.VIEWER).user
    student = student_of(course)
    everything = ["draft", "scheduled", "out", "withdrawn", "older"]
    assert shown(as_user(student).get(url("announcements"))) == ["out", "older"]
    assert [item.title for item in as_user(student).get(url("course")).context["news"]] == ["out"]
    for user in (viewer, teacher):
        assert sorted(shown(as_user(user).get(url("announcements")))) == sorted(everything)
    for user, seen in ((student, [404, 404, 404, 200, 200]), (viewer, [200] * 5), (teacher, [200] * 5)):
        found = [as_user(user).get(one.get_absolute_url()).status_code for one in ones]
        assert found == seen


def test_a_withdrawn_one_says_so(as_user, course):
    one = one_of(course, withdrawn_at=NOW)
    page = as_user(student_of(course)).get(one.get_absolute_url())
    assert (page.status_code, "has been withdrawn" in page.content.decode()) == (404, True)


def test_only_who_may_write_is_offered_to(as_user, course, teacher):
    one = one_of(course)
    offers = []
    for role in (Role.VIEWER, Role.ASSISTANT, Role.INSTRUCTOR):
        client = as_user(EnrolmentFactory(course=course, role=role).user)
        pages = [client.get(page).content.decode() for page in (url("announcements"), one.get_absolute_url())]
        offers.append((url("new_announcement") in pages[0], url("edit_announcement", one.pk) in pages[1]))
    assert offers == [(False, False), (True, True), (True, True)]
    announcing.Course.objects.update(archived_at=NOW)
    assert url("new_announcement") not in as_user(teacher).get(url("announcements")).content.decode()


def test_staff_see_states_and_who_wrote(as_user, course, teacher):
    one_of(course, "planned", NOW + HOUR, author=teacher, as_notice=True, in_chat=True)
    one_of(course, "told", author=teacher, as_notice=True, told_at=NOW, told_people=31)
    page = " ".join(as_user(teacher).get(url("announcements")).content.decode().split())
    for words in ("scheduled for", "18 May", "19:00", "everybody, Mattermost", "31 people", "Grace"):
        assert words in page


@pytest.mark.parametrize(
    ("fields", "published_at", "said"),
    [
        ({}, None, "Saved as a draft: only staff see it."),
        ({"when": "now"}, NOW, "Published."),
        ({"when": "at", "at": AN_HOUR_LATER}, NOW + HOUR, "Saved. It comes out by itself at its time."),
    ],
)
def test_one_is_written(as_user, course, teacher, fields, published_at, said):
    answer = as_user(teacher).post(url("new_announcement"), form(as_notice="on", **fields), follow=True)
    one = Announcement.objects.get()
    assert (one.title, one.body, one.author) == ("Room", "In **room 2**.", teacher)
    assert (one.published_at, one.as_notice, one.in_chat) == (published_at, True, False)
    assert answer.redirect_chain == [(one.get_absolute_url(), 302)]
    assert [str(message) for message in answer.context["messages"]] == [said]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, {"title"}),
        ({"body": ""}, {"body"}),
        ({"body": "x" * 10_001}, {"body"}),
        ({"when": "at"}, {"at"}),
        ({"at": AN_HOUR_LATER}, {"at"}),
        ({"when": "now", "at": AN_HOUR_LATER}, {"at"}),
        ({"when": "at", "at": "2027-05-18T18:00"}, {"at"}),
        ({"when": "at", "at": "2027-03-28T02:30"}, {"at"}),
        ({"when": "at", "at": "soon"}, {"at"}),
        ({"when": "whenever"}, {"when"}),
        ({"title": "\0", "seen": "x"}, {"title"}),
    ],
)
def test_what_is_wrong_loses_nothing(as_user, course, teacher, fields, wrong):
    fields = form(**{"body": "My text"} | fields)
    answer = as_user(teacher).post(url("new_announcement"), fields)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, wrong)
    assert answer.context["form"]["body"].value() == fields["body"]
    assert Announcement.objects.count() == 0


def test_it_can_be_looked_at_before_it_is_saved(as_user, course, teacher):
    client = as_user(teacher)
    fields = form(body="**bold** <script>x</script>", preview="1")
    page = client.post(url("new_announcement"), fields)
    part = client.post(url("new_announcement"), fields | {"title": ""}, headers={"HX-Request": "true"})
    for answer in (page, part):
        html = answer.content.decode()
        assert (answer.status_code, "<strong>bold</strong>" in html, "<script>x" in html) == (
            200,
            True,
            False,
        )
    assert ("<form" in page.content.decode(), "<form" in part.content.decode()) == (True, False)
    assert Announcement.objects.count() == 0


def test_a_scheduled_one_is_moved_and_put_back(as_user, course, teacher):
    one = one_of(course, published_at=NOW + 2 * HOUR, as_notice=True, in_chat=True)
    client = as_user(teacher)
    page = client.get(url("edit_announcement", one.pk)).context["form"]
    assert (page["when"].value(), page["as_notice"].value(), page["in_chat"].value()) == ("at", True, True)
    found = []
    for number, fields in enumerate(
        ({"when": "at", "at": AN_HOUR_LATER}, {"when": "draft", "at": AN_HOUR_LATER}, {"when": "now"})
    ):
        client.post(url("edit_announcement", one.pk), form(seen=number + 1, **fields))
        one.refresh_from_db()
        found.append((one.published_at, one.as_notice, one.in_chat))
    assert found == [(NOW + HOUR, False, False), (None, False, False), (NOW, False, False)]


def test_a_published_one_changes_its_text_and_is_sent_again_only_if_ticked(as_user, course, teacher):
    student = student_of(course)
    one = one_of(course, author=teacher, as_notice=True)
    announcing.tell_due(now=NOW)
    client = as_user(teacher)
    for fields in ({"title": "Room 3"}, {"title": "Room 4", "tell_again": "on"}):
        one.refresh_from_db()
        answer = client.post(url("edit_announcement", one.pk), edited(one, **fields), follow=True)
        assert [str(message) for message in answer.context["messages"]] == ["Saved."]
        announcing.tell_due(now=NOW)
    told = Notice.objects.filter(user=student).order_by("pk").values_list("title", flat=True)
    assert list(told) == ["Room", "Room 4"]
    assert "changed" in as_user(student).get(one.get_absolute_url()).content.decode()


def test_a_form_from_before_it_came_out_sends_nothing_again(as_user, course, teacher):
    student_of(course)
    one = one_of(course, author=teacher, as_notice=True)
    announcing.tell_due(now=NOW)
    late = form(title="New", when="at", at=AN_HOUR_LATER, as_notice="on", seen=1)
    answer = as_user(teacher).post(url("edit_announcement", one.pk), late)
    assert (answer.status_code, answer.context["form"]["title"].value()) == (422, "New")
    assert list(answer.context["form"].fields) == ["title", "body", "tell_again", "post_again"]
    one.refresh_from_db()
    assert (one.title, one.told_at) == ("Room", NOW)


def test_what_somebody_saved_meanwhile_is_replaced_only_knowingly(as_user, course, teacher):
    one = one_of(course, published_at=None)
    client = as_user(teacher)
    client.post(url("edit_announcement", one.pk), form(title="Theirs", seen=1))
    answer = client.post(url("edit_announcement", one.pk), form(title="Mine", seen=1))
    one.refresh_from_db()
    assert (answer.status_code, one.title) == (422, "Theirs")
    seen = answer.context["seen"]
    assert client.post(url("edit_announcement", one.pk), form(title="Mine", seen=seen)).status_code == 302
    one.refresh_from_db()
    assert one.title == "Mine"


@pytest.mark.parametrize("seen", ["", "None", "x", "9" * 40])
def test_a_form_that_does_not_say_what_it_began_with_replaces_nothing(as_user, course, teacher, seen):
    one = one_of(course, published_at=None)
    answer = as_user(teacher).post(url("edit_announcement", one.pk), form(title="Mine", seen=seen))
    one.refresh_from_db()
    assert (answer.status_code, one.title, answer.context["seen"]) == (422, "Room", "1")


def test_a_mistake_does_not_hide_that_somebody_saved_meanwhile(as_user, course, teacher):
    one = one_of(course, published_at=None)
    client = as_user(teacher)
    client.post(url("edit_announcement", one.pk), form(title="Theirs", seen=1))
    answer = client.post(url("edit_announcement", one.pk), form(title="", seen=1))
    assert answer.context["seen"] == "1"


def test_what_was_withdrawn_meanwhile_keeps_the_text_that_was_written(as_user, course, teacher):
    one = one_of(course, withdrawn_at=NOW)
    client = as_user(teacher)
    answer = client.post(url("edit_announcement", one.pk), edited(one, body="A long text"))
    assert (answer.status_code, answer.context["form"]["body"].value()) == (422, "A long text")
    assert client.get(url("edit_announcement", one.pk)).url == one.get_absolute_url()


def test_one_is_published_withdrawn_or_deleted_by_a_button(as_user, course, teacher):
    draft, planned, out = one_of(course, "a", None), one_of(course, "b", NOW + HOUR), one_of(course, "c")
    client = as_user(teacher)
    for one in (planned, planned, draft):
        client.post(url("publish_announcement", one.pk))
    assert set(Announcement.objects.values_list("published_at", flat=True)) == {NOW}
    gone = one_of(course, "d", None)
    for one in (out, gone):
        client.post(url("withdraw_announcement", one.pk))
    left = Announcement.objects.order_by("title").values_list("title", "withdrawn_at")
    assert list(left) == [("a", None), ("b", None), ("c", NOW)]


def test_the_history_stays_for_staff(as_user, course, teacher):
    client = as_user(teacher)
    client.post(url("new_announcement"), form(when="now"))
    one = Announcement.objects.get()
    client.post(url("withdraw_announcement", one.pk))
    history = client.get(one.get_absolute_url()).context["history"]
    assert [(str(act), entry.actor) for act, entry in history] == [
        ("withdrawn", teacher),
        ("written", teacher),
    ]


def test_a_notice_leads_to_the_announcement(as_user, course, teacher):
    student = student_of(course)
    one = one_of(course, author=teacher, as_notice=True)
    announcing.tell_due(now=NOW)
    client = as_user(student)
    answer = client.post(reverse("follow_notice", args=[Notice.objects.get(user=student).pk]))
    assert answer.url == one.get_absolute_url()
    assert client.get(answer.url).status_code == 200


def test_empty_and_many(as_user, course, teacher):
    student = student_of(course)
    empty = [as_user(user).get(url("announcements")).content.decode() for user in (student, teacher)]
    assert ["Nothing is announced yet" in page for page in empty] == [True, True]
    for number in range(11):
        one_of(course, str(number), NOW - number * HOUR)
    pages = [shown(as_user(student).get(url("announcements") + f"?page={page}")) for page in (1, 2)]
    assert pages == [[str(number) for number in range(10)], ["10"]]


@pytest.mark.parametrize(("role", "queries"), [(Role.STUDENT, 4), (Role.INSTRUCTOR, 4)])
def test_the_number_of_queries_does_not_grow(
    as_user, course, teacher, django_assert_num_queries, role, queries
):
    client = as_user(EnrolmentFactory(course=course, role=role).user)
    for rows in (1, 3):
        while Announcement.objects.count() < rows:
            one_of(course, author=teacher)
        client.get(url("announcements"))
        with django_assert_num_queries(queries):
            client.get(url("announcements"))


def test_the_number_of_queries_of_a_history_does_not_grow(
    as_user, course, teacher, django_assert_num_queries
):
    one = one_of(course, author=teacher)
    client = as_user(teacher)
    for rows in (1, 3):
        while one.revision <= rows:
            values = {"title": "New", "body": "New"}
            announcing.change(announcement=one, values=values, seen=str(one.revision), by=teacher, now=NOW)
            one.refresh_from_db()
        client.get(one.get_absolute_url())
        with django_assert_num_queries(4):
            assert len(client.get(one.get_absolute_url()).context["history"]) == rows
