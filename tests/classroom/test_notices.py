"""People are told once, on the site and by mail, as they like it and when they like it."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import OperationalError, transaction
from django.test import TestCase
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from classroom import clock, notices, notify
from classroom.models import Notice, NoticeSettings, Outbox, User
from classroom.models.notice import How, Sort
from classroom.notices import News
from classroom.quiet import after_quiet, is_quiet, next_at
from tests.factories import CourseFactory, UserFactory, student_of
from tests.races import at_once

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)  # 13:00 in Berlin, the day before the clock is put forward


@pytest.fixture
def course(db):
    return CourseFactory(time_zone="Europe/Berlin", language="en")


@pytest.fixture
def ada(course):
    return student_of(course)


def tell(user, course=None, *, key="result:1", sort=Sort.RESULT, now=NOW, title="Your quiz is reviewed"):
    news = News(user=user, key=key, title=title, body="Have a look.", page="/settings/")
    with TestCase.captureOnCommitCallbacks(execute=True):
        notices.tell(sort=sort, news=[news], now=now, course=course)


def wants(user, **chosen):
    NoticeSettings.objects.update_or_create(user=user, defaults=chosen)


def letters():
    return list(Outbox.objects.order_by("pk").values_list("recipient", "subject", "not_before"))


def unread(user):
    return User.objects.get(pk=user.pk).unread_notices


def test_notice_is_told_on_the_site_and_at_once(course, ada):
    tell(ada, course)
    assert letters() == [(ada.email, "Your quiz is reviewed", NOW)]
    assert list(Notice.objects.values_list("user", "sort", "title", "page")) == [
        (ada.pk, "result", "Your quiz is reviewed", "/settings/")
    ]
    assert unread(ada) == 1


def test_letter_says_where_there_is_more_and_whom_it_is_from_in_the_readers_language(course, ada, settings):
    settings.SITE_URL = "https://nn.example.org"
    User.objects.filter(pk=ada.pk).update(language="de")
    ada.refresh_from_db()
    tell(ada, course)
    assert Outbox.objects.get().body == (
        "Have a look.\n\nhttps://nn.example.org/settings/\n\n"
        f"-- \n{course.title}\nWie du von Dingen erfährst: https://nn.example.org/notices/settings/"
    )


def test_same_event_is_told_once(course, ada):
    tell(ada, course)
    wants(ada, result=How.DAILY)
    tell(ada, course)
    assert (len(letters()), Notice.objects.count(), unread(ada)) == (1, 1, 1)
    assert Notice.objects.get().mail_due_at is None


def test_event_that_did_not_happen_tells_nobody(course, ada):
    with transaction.atomic():
        tell(ada, course)
        transaction.set_rollback(True)
    assert (letters(), Notice.objects.count(), unread(ada)) == ([], 0, 0)


def test_guests_are_not_told(course):
    tell(User.objects.create_guest("k", "Guest"), course)
    assert (letters(), Notice.objects.count()) == ([], 0)


def test_who_may_not_sign_in_any_more_is_not_told(course, ada):
    gone = student_of(course)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    notices.tell(
        sort=Sort.ANNOUNCEMENT,
        news=[News(user, "news:1", "No class", "", "/") for user in (ada, gone)],
        now=NOW,
        course=course,
    )
    assert [to for to, _subject, _at in letters()] == [ada.email]
    assert list(Notice.objects.values_list("user", flat=True)) == [ada.pk]


@pytest.mark.parametrize("has_chat", [True, False])
def test_event_is_posted_once_where_there_is_a_channel(ada, course, has_chat):
    course.mattermost_webhook = "https://chat.example.org/hooks/1" if has_chat else ""
    course.save(update_fields=["mattermost_webhook"])
    told = [
        notices.tell(
            sort=Sort.ANNOUNCEMENT,
            news=[News(ada, "news:1", "No class", "On Monday.", "/")],
            post=notices.Post("news:1", "**No class** on Monday.", "No class"),
            now=NOW,
            course=course,
        )
        for _ in range(2)
    ]
    assert told == [has_chat, has_chat]
    posts = Outbox.objects.filter(channel=Outbox.Channel.MATTERMOST).values_list(
        "recipient", "subject", "body"
    )
    assert list(posts) == ([(course.slug, "No class", "**No class** on Monday.")] if has_chat else [])
    assert Outbox.objects.filter(channel=Outbox.Channel.EMAIL).count() == 1


def test_who_wants_no_mail_reads_it_on_the_site(course, ada):
    wants(ada, result=How.NEVER)
    tell(ada, course)
    tell(ada, course, key="team:1", sort=Sort.TEAM, title="You are in a team")
    assert [subject for _to, subject, _at in letters()] == ["You are in a team"]
    assert unread(ada) == 2


def test_letters_wait_until_quiet_hours_are_over(course, ada):
    wants(ada, quiet_from=time(12), quiet_until=time(14, 30))
    tell(ada, course)
    assert letters() == [(ada.email, "Your quiz is reviewed", NOW + timedelta(minutes=90))]


def test_quiet_hours_are_in_the_persons_own_zone(course, ada):
    User.objects.filter(pk=ada.pk).update(time_zone="America/New_York")
    ada.refresh_from_db()
    wants(ada, quiet_from=time(22), quiet_until=time(9))  # it is 8:00 there
    tell(ada, course)
    assert letters() == [(ada.email, "Your quiz is reviewed", NOW + timedelta(hours=1))]


def test_days_letter_holds_all_that_waits(course, ada):
    wants(ada, result=How.DAILY, announcement=How.DAILY, digest_at=time(18))
    tell(ada, course)
    tell(ada, course, key="news:1", sort=Sort.ANNOUNCEMENT, title="No class on Monday")
    assert letters() == []
    due = datetime(2027, 3, 27, 17, tzinfo=UTC)
    notices.write_digests(now=due - timedelta(seconds=1))
    assert letters() == []
    notices.write_digests(now=due)
    notices.write_digests(now=due + timedelta(minutes=1))
    assert letters() == [(ada.email, "2 notices", due)]
    body = Outbox.objects.get().body
    titles = ["Your quiz is reviewed", "No class on Monday"]
    assert [line for line in body.splitlines() if any(title in line for title in titles)] == [
        f"{course.title}: {title}" for title in titles
    ]


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sweep_for(days, *, begin=NOW):
    """Let the sweep come round every half hour; return at what times of the site letters were written."""
    for half_hours in range(48 * days + 1):
        notices.write_digests(now=begin + half_hours * HOUR / 2)
    found = Outbox.objects.filter(key__startswith="digest:").order_by("not_before")
    return [at.astimezone(BERLIN).strftime("%a %H:%M") for at in found.values_list("not_before", flat=True)]


def test_another_hour_gives_no_second_letter_on_the_same_day(course, ada):
    wants(ada, result=How.DAILY, digest_at=time(14))
    tell(ada, course)
    assert sweep_for(0, begin=NOW + HOUR) == ["Sat 14:00"]
    notices.choose(user=ada, chosen={"digest_at": time(20)}, now=NOW + 2 * HOUR)
    tell(ada, course, key="result:2", now=NOW + 3 * HOUR)
    assert sweep_for(3) == ["Sat 14:00", "Sun 20:00"]


def test_what_waits_follows_to_another_hour(course, ada):
    wants(ada, result=How.DAILY, digest_at=time(20))
    tell(ada, course)
    notices.choose(user=ada, chosen={"digest_at": time(16)}, now=NOW + HOUR)
    tell(ada, course, key="result:2", now=NOW + HOUR)
    assert sweep_for(2) == ["Sat 16:00"]
    assert Outbox.objects.get().subject == "2 notices"


def test_another_zone_gives_no_second_letter_on_the_same_date(course, ada):
    wants(ada, result=How.DAILY, digest_at=time(18))
    tell(ada, course)
    assert sweep_for(0, begin=NOW + 5 * HOUR) == ["Sat 18:00"]
    User.objects.filter(pk=ada.pk).update(time_zone="America/Los_Angeles")  # where it is nine hours earlier
    ada.refresh_from_db()
    tell(ada, course, key="result:2", now=NOW + 6 * HOUR)
    assert sweep_for(3) == ["Sat 18:00", "Mon 03:00"]  # 18:00 on Sunday there


def test_quiet_hours_and_another_hour_give_no_second_letter_on_a_date(course, ada):
    wants(ada, result=How.DAILY, digest_at=time(23), quiet_from=time(22), quiet_until=time(7))
    tell(ada, course)
    assert sweep_for(0, begin=NOW + 10 * HOUR) == ["Sun 07:00"]
    notices.choose(user=ada, chosen={"digest_at": time(9)}, now=NOW + 11 * HOUR)
    tell(ada, course, key="result:2", now=NOW + 11 * HOUR)
    assert sweep_for(3) == ["Sun 07:00", "Mon 09:00"]


@given(st.data())
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_nobody_gets_two_days_letters_on_a_date(db, data):
    with transaction.atomic():
        user = UserFactory()
        course = CourseFactory()
        wants(user, result=How.DAILY)
        now = NOW
        for step in range(data.draw(st.integers(5, 40))):
            now += timedelta(minutes=30 * data.draw(st.integers(1, 12)))
            if data.draw(st.booleans()):
                notices.choose(user=user, chosen={"digest_at": time(data.draw(st.integers(0, 23)))}, now=now)
            tell(user, course, key=f"result:{step}", now=now)
            notices.write_digests(now=now)
        found = Outbox.objects.filter(recipient=user.email).values_list("not_before", flat=True)
        dates = [at.astimezone(BERLIN).date() for at in found]
        assert len(dates) == len(set(dates))
        transaction.set_rollback(True)


def test_what_was_read_on_the_site_is_left_out_of_the_days_letter(course, ada):
    wants(ada, result=How.DAILY)
    tell(ada, course)
    tell(ada, course, key="result:2", title="Another")
    notices.read(user=ada, pk=Notice.objects.order_by("pk").first().pk, now=NOW)
    notices.write_digests(now=NOW + DAY)
    assert [letter.subject for letter in Outbox.objects.all()] == ["1 notice"]
    tell(ada, course, key="result:3", now=NOW + DAY)
    notices.read(user=ada, now=NOW + DAY)
    notices.write_digests(now=NOW + 3 * DAY)
    assert len(letters()) == 1


def test_who_may_not_sign_in_any_more_gets_no_days_letter(course, ada):
    wants(ada, result=How.DAILY)
    tell(ada, course)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    notices.write_digests(now=NOW + 2 * DAY)
    assert letters() == []


def test_days_letter_is_in_the_readers_language(course, ada):
    User.objects.filter(pk=ada.pk).update(language="de")
    ada.refresh_from_db()
    wants(ada, result=How.DAILY)
    tell(ada, course)
    notices.write_digests(now=NOW + DAY)
    assert [subject for _to, subject, _at in letters()] == ["1 Mitteilung"]


@pytest.mark.parametrize(
    ("chosen", "comes_after_hours"),
    [
        ({}, [0]),
        ({"deadline": How.NEVER}, []),
        ({"deadline": How.DAILY, "digest_at": time(20)}, [7]),  # it is 13:00
        ({"deadline": How.DAILY, "digest_at": time(12)}, [0]),  # that would be too late
        ({"quiet_from": time(12), "quiet_until": time(15)}, [2]),
        ({"quiet_from": time(12), "quiet_until": time(11)}, [0]),  # too late again
        (
            {"deadline": How.DAILY, "digest_at": time(12), "quiet_from": time(12), "quiet_until": time(15)},
            [2],
        ),
    ],
)
def test_what_is_of_use_for_a_while_does_not_come_after_that(course, ada, chosen, comes_after_hours):
    wants(ada, **chosen)
    news = News(ada, "deadline:1", "Due soon", "Tomorrow.", "/", until=NOW + 18 * HOUR)
    notices.tell(sort=Sort.DEADLINE, news=[news], now=NOW, course=course)
    notices.write_digests(now=NOW + 7 * HOUR)
    assert [(at - NOW) / HOUR for _to, _subject, at in letters()] == comes_after_hours


def test_days_letter_whose_worker_dies_is_written_next_time(course, ada):
    wants(ada, result=How.DAILY)
    tell(ada, course)
    later = NOW + timedelta(days=1)
    with transaction.atomic():
        notices.write_digests(now=later)
        transaction.set_rollback(True)
    assert Notice.objects.get().mailed_at is None
    notices.write_digests(now=later)
    assert len(letters()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_letter():
    course = CourseFactory()
    for trial in range(10):
        user = student_of(course)
        wants(user, result=How.DAILY)
        for number in range(3):
            tell(user, course, key=f"result:{trial}:{number}")
    later = NOW + timedelta(days=1)
    at_once([lambda: notices.write_digests(now=later)] * 4, refusals=(OperationalError,))
    notices.write_digests(now=later)
    assert sorted(subject for _to, subject, _at in letters()) == ["3 notices"] * 10


@pytest.mark.django_db(transaction=True)
def test_same_event_told_by_many_at_once_is_told_once():
    course = CourseFactory()
    user = student_of(course)
    at_once([lambda: tell(user, course)] * 6, refusals=(OperationalError,))
    tell(user, course)
    assert (len(letters()), Notice.objects.count(), unread(user)) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_events_told_at_the_same_moment_are_all_counted():
    course = CourseFactory()
    people = [student_of(course) for _ in range(3)]

    def happens(event):
        news = [News(user, f"event:{event}", "News", "Have a look.", "/") for user in people]
        with transaction.atomic():
            notices.tell(sort=Sort.TEAM, news=news, now=NOW, course=course)

    at_once([lambda event=event: happens(event) for event in range(6)], refusals=())
    assert [unread(user) for user in people] == [6, 6, 6]


@pytest.mark.django_db(transaction=True)
def test_events_that_tell_in_another_order_do_not_wait_for_each_other():
    course = CourseFactory()
    people = [student_of(course) for _ in range(2)]

    def happens(event):
        with transaction.atomic():
            for user in people[:: 1 if event % 2 else -1]:
                news = News(user, f"event:{event}", "News", "", "/")
                notices.tell(sort=Sort.TEAM, news=[news], now=NOW, course=course)

    at_once([lambda event=event: happens(event) for event in range(8)], refusals=())
    assert [unread(user) for user in people] == [8, 8]


def test_what_is_urgent_comes_at_once_whatever_somebody_chose(course, ada):
    wants(ada, team=How.NEVER, quiet_from=time(0), quiet_until=time(23, 59))
    news = News(ada, "offer:1", "A place for you", "Until noon.", "/", urgent=True)
    notices.tell(sort=Sort.TEAM, news=[news], now=NOW, course=course)
    assert letters() == [(ada.email, "A place for you", NOW)]


def test_who_no_longer_wants_the_days_letter_gets_none(course, ada):
    wants(ada, result=How.DAILY, team=How.DAILY)
    tell(ada, course)
    tell(ada, course, key="team:1", sort=Sort.TEAM, title="Joined")
    notices.choose(user=ada, chosen={"result": How.NEVER}, now=NOW)
    notices.write_digests(now=NOW + timedelta(days=2))
    assert [letter.body.count("Have a look.") for letter in Outbox.objects.all()] == [1]
    assert Notice.objects.get(sort=Sort.RESULT).mailed_at is None


@pytest.mark.parametrize("people", [1, 3])
def test_telling_many_asks_the_database_as_often_as_telling_one(course, people, django_assert_num_queries):
    news = [News(student_of(course), "news:1", "No class", "", "/") for _ in range(people + 1)]
    for one in news:
        wants(one.user, quiet_from=time(12), quiet_until=time(14))
    with django_assert_num_queries(6):
        notices.tell(sort=Sort.ANNOUNCEMENT, news=news, now=NOW, course=course)
    assert len(letters()) == people + 1


# Quiet hours, pure -----------------------------------------------------------------------------------------

TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])


@given(MOMENTS, TIMES, TIMES, ZONES.map(ZoneInfo))
def test_letter_comes_outside_of_quiet_hours_and_within_a_day(now, begins, ends, zone):
    then = after_quiet(now, begins, ends, zone)
    assert now <= then <= now + timedelta(hours=25)
    wall = now.astimezone(zone).time()
    if begins == ends or not is_quiet(wall, begins, ends):
        assert then == now
    else:
        moved = then.astimezone(zone).utcoffset() != now.astimezone(zone).utcoffset()
        assert moved or then.astimezone(zone).time() == ends


@given(MOMENTS, TIMES, ZONES.map(ZoneInfo))
def test_days_letter_comes_every_day(now, wall, zone):
    first = next_at(now, wall, zone)
    assert now < first <= now + timedelta(hours=25)
    assert next_at(first, wall, zone) <= first + timedelta(hours=25)


@pytest.mark.parametrize(
    ("now", "wall", "expected"),
    [
        (
            datetime(2027, 3, 27, 23, 0),
            time(2, 30),
            datetime(2027, 3, 28, 0, 30),
        ),  # left out
        (datetime(2027, 10, 30, 23, 0), time(2, 30), datetime(2027, 10, 31, 0, 30)),  # twice: the first
        (
            datetime(2027, 10, 31, 0, 45),
            time(2, 30),
            datetime(2027, 10, 31, 1, 30),
        ),  # the other
        (datetime(2027, 3, 27, 17, 0), time(18), datetime(2027, 3, 28, 16, 0)),  # 18:00 stays 18:00
    ],
)
def test_clock_changes(now, wall, expected):
    assert next_at(now.replace(tzinfo=UTC), wall, BERLIN) == expected.replace(tzinfo=UTC)


# The pages -------------------------------------------------------------------------------------------------


def test_bell_counts_and_following_reads(client, course, ada):
    tell(ada, course)
    tell(ada, course, key="result:2")
    client.force_login(ada)
    page = client.get(reverse("notices")).content.decode()
    assert re.findall(r'class="shell__bell" href="/notices/" aria-label="([^"]*)"', page) == ["2 new notices"]
    first = Notice.objects.order_by("pk").first()
    answer = client.post(reverse("follow_notice", args=[first.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    assert unread(ada) == 1
    client.post(reverse("read_notices"))
    assert unread(ada) == 0


def test_announcements_marks_are_left_out_and_nothing_of_them_runs(client, course, ada):
    news = News(ada, "news:1", "No class", "We meet **again** on *Tuesday* <script>x()</script>", "/")
    notices.tell(sort=Sort.ANNOUNCEMENT, news=[news], now=NOW, course=course)
    client.force_login(ada)
    page = client.get(reverse("notices")).content.decode()
    shown = re.search(r'<span class="muted">(.*?)</span>', page, re.DOTALL)[1]
    assert shown.strip() == "We meet again on Tuesday &lt;script&gt;x()&lt;/script&gt;"


def test_notices_of_others_do_not_exist(client, course, ada):
    tell(ada, course, title="Secret of Ada")
    other = student_of(course)
    client.force_login(other)
    assert "Secret of Ada" not in client.get(reverse("notices")).content.decode()
    assert client.post(reverse("follow_notice", args=[Notice.objects.get().pk])).status_code == 404
    client.post(reverse("read_notices"))
    assert unread(ada) == 1


def test_strangers_and_guests_have_no_notices(client, db):
    assert client.get(reverse("notices")).status_code == 302
    client.force_login(User.objects.create_guest("k", "Guest"))
    for name in ("notices", "notice_settings"):
        assert client.get(reverse(name)).status_code == 404
    assert client.post(reverse("read_notices")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_as_often_for_three_as_for_one(
    client, course, ada, count, django_assert_num_queries
):
    for number in range(count):
        tell(ada, course, key=f"result:{number}")
    client.force_login(ada)
    client.get(reverse("notices"))
    with django_assert_num_queries(3):
        client.get(reverse("notices"))


CHOSEN = {sort.value: "at_once" for sort in Sort} | {
    "digest_at": "07:00",
    "quiet_from": "",
    "quiet_until": "",
}


def test_choices_are_kept(client, ada):
    client.force_login(ada)
    chosen = CHOSEN | {"result": "daily", "team": "never", "quiet_from": "22:00", "quiet_until": "07:30"}
    assert client.post(reverse("notice_settings"), chosen).status_code == 302
    own = NoticeSettings.objects.get(user=ada)
    assert (own.how(Sort.RESULT), own.how(Sort.TEAM), own.how(Sort.DUTY)) == ("daily", "never", "at_once")
    assert (own.digest_at, own.quiet_from, own.quiet_until) == (time(7), time(22), time(7, 30))
    page = client.get(reverse("notice_settings")).content.decode()
    assert re.findall(r'name="quiet_from" value="([^"]*)"', page) == ["22:00"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_from": "22:00"},
        {"quiet_until": "22:00"},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"result": "sometimes"},
        {"digest_at": "7 o'clock"},
        {"quiet_from": "25:00", "quiet_until": "07:00"},
    ],
)
def test_choices_that_make_no_sense_are_refused(client, ada, wrong):
    client.force_login(ada)
    assert client.post(reverse("notice_settings"), CHOSEN | wrong).status_code == 422
    assert not NoticeSettings.objects.exists()


# Unsubscribing ---------------------------------------------------------------------------------------------


def test_one_click_ends_the_letters_it_came_with(client, course, ada):
    tell(ada, course)
    clock.now()
    notify.deliver(pk=Outbox.objects.get().pk, now=NOW)
    letter = mail.outbox[0]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    page = re.fullmatch(r"<https?://[^/]+(/.*)>", letter.extra_headers["List-Unsubscribe"])[1]
    assert client.get(page).status_code == 200  # a scanner that looks changes nothing
    assert not NoticeSettings.objects.exists()
    assert client.post(page, {"List-Unsubscribe": "One-Click"}).status_code == 200
    own = NoticeSettings.objects.get(user=ada)
    assert {sort: own.how(sort) for sort in Sort} == dict.fromkeys(Sort, How.AT_ONCE) | {
        Sort.RESULT: How.NEVER
    }


def test_link_of_the_days_letter_ends_it(client, course, ada):
    wants(ada, result=How.DAILY, team=How.DAILY)
    tell(ada, course)
    client.post(notices.unsubscribe_page(ada))
    own = NoticeSettings.objects.get(user=ada)
    assert (own.how(Sort.RESULT), own.how(Sort.TEAM), own.how(Sort.DUTY)) == ("never", "never", "at_once")
    notices.write_digests(now=NOW + timedelta(days=2))
    assert letters() == []


def test_who_ends_the_letters_of_one_sort_finds_none_of_it_in_the_days_letter(client, course, ada):
    wants(ada, result=How.DAILY, team=How.DAILY)
    tell(ada, course)
    tell(ada, course, key="team:1", sort=Sort.TEAM, title="Joined")
    client.post(notices.unsubscribe_page(ada, Sort.RESULT))
    notices.write_digests(now=NOW + 2 * DAY)
    assert [letter.body.count("Have a look.") for letter in Outbox.objects.all()] == [1]


def test_damaged_link_leads_nowhere(client, ada):
    page = notices.unsubscribe_page(ada)
    other = notices.unsubscribe_page(UserFactory())
    swapped = other.split(":")[0] + page[page.index(":") :]
    for address in (page[:-3] + "x/", swapped, reverse("unsubscribe", args=["x"])):
        assert client.post(address).status_code == 404
    assert not NoticeSettings.objects.exists()
