"""A desk's promises: one open request a party, one who claims it, honest waiting times."""

from datetime import timedelta

import pytest

from classroom import helpdesk
from classroom.errors import Refused
from classroom.models import HelpRequest, Notice, Outbox
from tests.factories import NOW, CourseFactory, instructor_of, student_of
from tests.races import at_once

MINUTE = timedelta(minutes=1)


def desk_with(course=None):
    return helpdesk.desk_for(course=course or CourseFactory(), about="hackathon:1")


def ask(desk, party="team:1", now=NOW, by=None):
    return helpdesk.ask(
        desk=desk,
        party=party,
        party_name=party,
        by=by or student_of(desk.course),
        topic="nan after one step",
        place="Table 4",
        now=now,
    )


def served(desk, waits, helps=5):
    """Requests that waited that many minutes each and were then resolved."""
    mentor = instructor_of(desk.course)
    for number, wait in enumerate(waits):
        asked = ask(desk, f"old:{number}", NOW)
        helpdesk.claim(request=asked, by=mentor, page="/help/", now=NOW + wait * MINUTE)
        helpdesk.resolve(request=asked, by=mentor, note="", now=NOW + (wait + helps) * MINUTE)


@pytest.mark.django_db
def test_a_course_has_one_desk_for_a_thing():
    course = CourseFactory()
    assert desk_with(course) == desk_with(course)
    assert desk_with() != desk_with(course)


@pytest.mark.django_db
def test_a_party_asks_again_only_after_its_request_is_settled():
    desk = desk_with()
    first = ask(desk)
    with pytest.raises(Refused, match="asked already"):
        ask(desk)
    mentor = instructor_of(desk.course)
    helpdesk.claim(request=first, by=mentor, page="/help/", now=NOW)
    with pytest.raises(Refused, match="asked already"):
        ask(desk)
    helpdesk.resolve(request=first, by=mentor, note="The learning rate", now=NOW)
    second = ask(desk)
    helpdesk.withdraw(desk=desk, parties=["team:1"], now=NOW)
    third = ask(desk, now=NOW + MINUTE)
    assert helpdesk.request_of(desk=desk, parties=["team:1"]) == third
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.note, first.is_open, second.is_open, third.is_open) == (
        "The learning rate",
        False,
        False,
        True,
    )


@pytest.mark.django_db
def test_who_asked_is_told_once_who_comes():
    desk = desk_with()
    asker, mentor = student_of(desk.course), instructor_of(desk.course)
    asked = ask(desk, by=asker)
    helpdesk.claim(request=asked, by=mentor, page="/help/", now=NOW)
    with pytest.raises(Refused, match="Somebody else"):
        helpdesk.claim(request=asked, by=instructor_of(desk.course), page="/help/", now=NOW)
    told, mail = Notice.objects.get(), Outbox.objects.get()
    assert (told.user, told.page, told.body) == (
        asker,
        "/help/",
        f"{mentor} comes to help with: nan after one step\n\nWhere: Table 4",
    )
    assert (mail.recipient, mail.not_before) == (asker.email, NOW)


@pytest.mark.django_db
def test_a_request_handed_back_stands_where_it_stood():
    desk = desk_with()
    first, second = ask(desk, "team:1"), ask(desk, "team:2", NOW + MINUTE)
    mentor = instructor_of(desk.course)
    helpdesk.claim(request=first, by=mentor, page="/help/", now=NOW + MINUTE)
    helpdesk.hand_back(request=first)
    assert helpdesk.open_requests(desk=desk, by=mentor) == [first, second]
    helpdesk.claim(request=second, by=mentor, page="/help/", now=NOW + MINUTE)
    assert helpdesk.open_requests(desk=desk, by=mentor) == [second, first]
    assert helpdesk.open_requests(desk=desk, by=mentor, limit=1) == [second]
    helpdesk.hand_back(request=second)
    with pytest.raises(Refused, match="not claimed"):
        helpdesk.hand_back(request=first)
    with pytest.raises(Refused, match="Claim this request first"):
        helpdesk.resolve(request=first, by=mentor, note="", now=NOW)


@pytest.mark.django_db
def test_a_withdrawn_request_is_claimed_by_nobody():
    desk = desk_with()
    asked = ask(desk)
    helpdesk.withdraw(desk=desk, parties=["user:9", "team:1"], now=NOW)
    with pytest.raises(Refused, match="withdrawn"):
        helpdesk.claim(request=asked, by=instructor_of(desk.course), page="/help/", now=NOW)
    with pytest.raises(Refused, match="no open request"):
        helpdesk.withdraw(desk=desk, parties=["team:1"], now=NOW)


@pytest.mark.django_db
def test_waiting_time_is_the_median_of_those_who_were_served():
    desk = desk_with()
    served(desk, [2, 30, 4])
    ask(desk, "team:1", NOW + 40 * MINUTE)
    mine = ask(desk, "team:2", NOW + 45 * MINUTE)
    expected = helpdesk.waiting_for(request=mine, now=NOW + 50 * MINUTE)
    assert expected == helpdesk.Waiting(ahead=1, usual_seconds=240, out_of=3, longest_seconds=600)
    figures = helpdesk.figures(desk=desk)
    assert figures == helpdesk.Figures(
        waiting=2, claimed=0, resolved=3, wait_seconds=240, resolve_seconds=300
    )


@pytest.mark.django_db
def test_too_few_requests_promise_nothing():
    desk = desk_with()
    served(desk, [2, 3])
    mine = ask(desk)
    assert helpdesk.waiting_for(request=mine, now=NOW) == helpdesk.Waiting(0, None, 2, 0)


@pytest.mark.django_db
def test_only_the_latest_requests_count_for_the_usual_wait():
    desk = desk_with()
    served(desk, [60] * 3)
    served_later = [1] * helpdesk.RECENT
    mentor = instructor_of(desk.course)
    for number, wait in enumerate(served_later):
        later = NOW + (100 + number) * MINUTE
        helpdesk.claim(
            request=ask(desk, f"new:{number}", later), by=mentor, page="/help/", now=later + wait * MINUTE
        )
    assert helpdesk.figures(desk=desk).wait_seconds == 60


@pytest.mark.django_db
def test_every_act_is_news_and_the_news_tell_nothing_else():
    desk = desk_with()
    mentor = instructor_of(desk.course)

    def news():
        return helpdesk.news_of(desk.token).state

    seen = [news()]
    asked = ask(desk)
    seen.append(news())
    helpdesk.claim(request=asked, by=mentor, page="/help/", now=NOW)
    seen.append(news())
    helpdesk.hand_back(request=asked)
    seen.append(news())
    helpdesk.claim(request=asked, by=mentor, page="/help/", now=NOW)
    helpdesk.resolve(request=asked, by=mentor, note="", now=NOW)
    seen.append(news())
    assert seen == [{"key": str(number)} for number in (0, 1, 2, 3, 5)]
    assert helpdesk.news_of("a" * 22) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_mentors_exactly_one_claims():
    desk = desk_with()
    mentors = [instructor_of(desk.course) for _ in range(6)]
    for number in range(10):
        asked = ask(desk, f"team:{number}")

        def claim(mentor, asked=asked):
            helpdesk.claim(request=HelpRequest.objects.get(pk=asked.pk), by=mentor, page="/help/", now=NOW)
            return mentor

        won = at_once([lambda mentor=mentor: claim(mentor) for mentor in mentors], refusals=Refused)
        asked.refresh_from_db()
        assert won == [asked.claimed_by]
    assert Outbox.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_of_many_members_exactly_one_asks():
    desk = desk_with()
    members = [student_of(desk.course) for _ in range(6)]
    for number in range(10):
        party = f"team:{number}"
        acts = [lambda by=by, party=party: ask(desk, party, by=by) for by in members]
        assert len(at_once(acts, refusals=Refused)) == 1
    assert HelpRequest.objects.count() == 10
