"""Places, the waiting list and offers: what the services promise, in turn and all at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom.models import Outbox, Role
from projects import services, tasks
from projects.errors import Refused
from projects.models import Answer, Hackathon, Membership, Registration, RegistrationQuestion, Team
from projects.models.registration import WITH_PLACE, State
from projects.services import places
from tests.factories import NOW, EnrolmentFactory, student_of
from tests.projects.factories import HackathonFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def event_with(number, **fields):
    return HackathonFactory(registration_required=True, places=number, **fields)


def register(event, user, now=NOW):
    return services.register(hackathon=event, user=user, answers=[], now=now)


def registered(event, count):
    """Register that many fresh students one after another; return them."""
    users = [student_of(event.course) for _ in range(count)]
    for seconds, user in enumerate(users):
        register(event, user, NOW + timedelta(seconds=seconds))
    return users


def states(event, now=NOW):
    return [r.state(now) for r in Registration.objects.filter(hackathon=event).order_by("pk")]


def taken(event):
    """The counter, which must say how many hold a place."""
    event.refresh_from_db()
    holding = Registration.objects.filter(hackathon=event).in_state(*WITH_PLACE).count()
    assert event.places_taken == holding
    return holding


def mails(event):
    return [key.split(":")[2] for key in Outbox.objects.order_by("pk").values_list("key", flat=True)]


def url(name, event, *more):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *more])


def test_who_comes_after_the_last_place_waits():
    event = event_with(2)
    registered(event, 4)
    assert states(event) == [State.CONFIRMED, State.CONFIRMED, State.WAITING, State.WAITING]
    assert (taken(event), mails(event)) == (2, ["confirmed", "confirmed", "waiting", "waiting"])


def test_a_freed_place_is_offered_to_who_has_waited_longest():
    event = event_with(1, offer_hours=6)
    first, second, _third = registered(event, 3)
    services.withdraw(hackathon=event, user=first, now=NOW + HOUR)
    assert states(event, NOW + HOUR) == [State.WITHDRAWN, State.OFFERED, State.WAITING]
    offered = Registration.objects.get(user=second)
    assert (offered.offer_expires_at, taken(event)) == (NOW + 7 * HOUR, 1)
    mail = Outbox.objects.get(key__contains=":offered:")
    assert (mail.recipient, url("register", event) in mail.body) == (second.email, True)


def test_an_offer_is_accepted_until_its_last_moment():
    event = event_with(1, offer_hours=6)
    first, second, third = registered(event, 3)
    services.withdraw(hackathon=event, user=first, now=NOW)
    end = NOW + 6 * HOUR
    with pytest.raises(Refused, match="no offer"):
        services.accept_offer(hackathon=event, user=third, now=NOW)
    services.accept_offer(hackathon=event, user=second, now=end - timedelta(microseconds=1))
    assert (states(event, end)[1], taken(event)) == (State.CONFIRMED, 1)


def test_an_offer_that_ran_out_goes_to_the_next():
    event = event_with(1, offer_hours=6)
    first, second, third = registered(event, 3)
    services.withdraw(hackathon=event, user=first, now=NOW)
    end = NOW + 6 * HOUR
    with pytest.raises(Refused, match="no offer"):
        services.accept_offer(hackathon=event, user=second, now=end)
    assert states(event, end) == [State.WITHDRAWN, State.LAPSED, State.OFFERED]
    assert Registration.objects.get(user=third).offer_expires_at == end + 6 * HOUR
    assert (taken(event), mails(event)[-2:]) == (1, ["lapsed", "offered"])


def test_no_edit_restarts_the_clock_of_an_offer():
    event = event_with(1, offer_hours=6)
    first, second = registered(event, 2)
    services.withdraw(hackathon=event, user=first, now=NOW)
    before = Registration.objects.get(user=second).offer_expires_at
    register(event, second, NOW + 2 * HOUR)
    event.offer_hours = 100
    services.change_event(event=event, fields=["offer_hours"], by=first, now=NOW + 2 * HOUR)
    after = Registration.objects.get(user=second)
    assert (after.offer_expires_at, after.changed_at) == (before, NOW + 2 * HOUR)


def test_an_offer_lapses_when_somebody_looks(client, monkeypatch):
    event = event_with(1, offer_hours=6)
    first, second, third = registered(event, 3)
    services.withdraw(hackathon=event, user=first, now=NOW)
    monkeypatch.setattr("classroom.clock.now", lambda: NOW + 6 * HOUR)
    client.force_login(third)
    assert "A place is kept for you." in client.get(url("register", event)).content.decode()
    client.force_login(second)
    assert "Your offer has run out." in client.get(url("register", event)).content.decode()


def test_an_offer_lapses_when_nobody_looks(monkeypatch):
    event = event_with(1, offer_hours=6)
    first, *_others = registered(event, 3)
    services.withdraw(hackathon=event, user=first, now=NOW)
    monkeypatch.setattr("classroom.clock.now", lambda: NOW + 6 * HOUR)
    tasks.sweep()
    assert states(event, NOW + 6 * HOUR) == [State.WITHDRAWN, State.LAPSED, State.OFFERED]
    assert not places.unsettled(now=NOW + 6 * HOUR).exists()


def test_who_let_an_offer_lapse_registers_again_behind_the_others():
    event = event_with(1, offer_hours=6)
    first, second, third, fourth = registered(event, 4)
    services.withdraw(hackathon=event, user=first, now=NOW)
    register(event, second, NOW + 6 * HOUR)
    assert states(event, NOW + 6 * HOUR) == [State.WITHDRAWN, State.WAITING, State.OFFERED, State.WAITING]
    services.withdraw(hackathon=event, user=third, now=NOW + 7 * HOUR)
    assert Registration.objects.get(user=fourth).state(NOW + 7 * HOUR) == State.OFFERED


def test_nobody_overtakes_those_who_wait():
    """A place that is free only for a moment goes to the list, not to who comes just then."""
    event = event_with(1)
    registered(event, 2)
    Hackathon.objects.filter(pk=event.pk).update(places=3)
    newcomer = student_of(event.course)
    register(event, newcomer, NOW + HOUR)
    assert states(event, NOW + HOUR) == [State.CONFIRMED, State.OFFERED, State.CONFIRMED]


def test_more_places_go_to_those_who_wait_and_fewer_than_taken_are_refused(instructor):
    event = event_with(1)
    registered(event, 4)
    event.places = 3
    services.change_event(event=event, fields=["places"], by=instructor, now=NOW)
    assert states(event) == [State.CONFIRMED, State.OFFERED, State.OFFERED, State.WAITING]
    event.places = 2
    with pytest.raises(Refused, match="have a place already"):
        services.change_event(event=event, fields=["places"], by=instructor, now=NOW)
    event.places = None
    services.change_event(event=event, fields=["places"], by=instructor, now=NOW)
    assert (states(event)[3], taken(event)) == (State.OFFERED, 4)


def test_an_offer_ends_with_the_forming_of_teams_and_then_there_are_none():
    event = event_with(1, offer_hours=24)
    first, second, third = registered(event, 3)
    close = event.teams_close_at
    services.withdraw(hackathon=event, user=first, now=close - HOUR)
    assert Registration.objects.get(user=second).offer_expires_at == close
    places.settle(hackathon=event, now=close)
    assert states(event, close) == [State.WITHDRAWN, State.LAPSED, State.WAITING]
    assert (taken(event), places.unsettled(now=close).exists()) == (0, False)
    assert third.registrations.get().queued_at is not None


def test_organisers_give_a_place_out_of_turn_and_decline(instructor):
    event = event_with(1)
    first, second, third = registered(event, 3)
    late = third.registrations.get()
    with pytest.raises(Refused, match="No place is free"):
        services.give_place(registration=late, by=instructor, now=NOW)
    services.decline(registration=second.registrations.get(), by=instructor, now=NOW)
    services.decline(registration=first.registrations.get(), by=instructor, now=NOW)
    assert states(event) == [State.DECLINED, State.DECLINED, State.OFFERED]
    with pytest.raises(Refused, match="not registered"):
        services.decline(registration=first.registrations.get(), by=instructor, now=NOW)
    with pytest.raises(Refused, match="have declined"):
        register(event, first)
    assert (taken(event), mails(event)[3:]) == (1, ["declined", "offered", "declined"])


def test_the_database_keeps_one_state_and_no_more_than_the_places():
    event = event_with(1)
    (user,) = registered(event, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(user=user).update(queued_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hackathon.objects.filter(pk=event.pk).update(places_taken=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(hackathon=event, user=user, begun_at=NOW, changed_at=NOW)


def test_staff_do_not_register(client):
    event = event_with(1)
    assistant = EnrolmentFactory(course=event.course, role=Role.ASSISTANT).user
    client.force_login(assistant)
    assert client.get(url("register", event)).status_code == 403
    assert client.post(url("accept_offer", event)).status_code == 403


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["in", "out", "yes", "later"])), max_size=25))
def test_whatever_people_do_places_are_neither_over_nor_underfilled(db, acts):
    event = event_with(2, offer_hours=1)
    people = [student_of(event.course) for _ in range(5)]
    now = NOW
    for who, act in acts:
        now += timedelta(minutes=1)
        try:
            if act == "in":
                register(event, people[who], now)
            elif act == "out":
                services.withdraw(hackathon=event, user=people[who], now=now)
            elif act == "yes":
                services.accept_offer(hackathon=event, user=people[who], now=now)
            else:
                now += HOUR
                places.settle(hackathon=event, now=now)
        except Refused:
            pass
        waiting = Registration.objects.filter(hackathon=event).in_state(State.WAITING).count()
        assert taken(event) == 2 or (taken(event) < 2 and waiting == 0)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Each many times: a race that is lost once in two hundred is lost."""

    TRIALS = 200

    def people(self, count):
        course = event_with(1).course
        return course, [student_of(course) for _ in range(count)]

    def test_the_last_places_go_to_exactly_as_many_and_the_others_wait(self):
        course, users = self.people(4)
        for _ in range(self.TRIALS):
            event = event_with(1, course=course)
            acts = [lambda u=user, e=event: register(e, u) for user in users]
            assert len(at_once(acts, refusals=Refused)) == 4
            assert sorted(states(event)) == [State.CONFIRMED, *[State.WAITING] * 3]
            assert taken(event) == 1

    def test_who_registers_while_a_place_is_freed_finds_it_or_is_offered_it(self):
        course, (first, *others) = self.people(4)
        for _ in range(self.TRIALS):
            event = event_with(1, course=course)
            register(event, first)
            acts = [lambda u=user, e=event: register(e, u) for user in others]
            acts.append(lambda e=event: services.withdraw(hackathon=e, user=first, now=NOW))
            assert len(at_once(acts, refusals=Refused)) == 4
            assert taken(event) == 1

    def test_an_offer_is_accepted_or_passed_on_never_both(self):
        course, (first, second, third) = self.people(3)
        for _ in range(self.TRIALS):
            event = event_with(1, course=course, offer_hours=1)
            for user in (first, second, third):
                register(event, user)
            services.withdraw(hackathon=event, user=first, now=NOW)
            acts = [
                lambda e=event: services.accept_offer(hackathon=e, user=second, now=NOW + HOUR / 2),
                lambda e=event: services.withdraw(hackathon=e, user=second, now=NOW + HOUR / 2),
                lambda e=event: places.settle(hackathon=e, now=NOW + HOUR),
                lambda e=event: places.settle(hackathon=e, now=NOW + HOUR),
            ]
            at_once(acts, refusals=Refused)
            assert taken(event) == 1

    def test_one_form_from_many_windows_is_one_registration(self):
        _course, (user,) = self.people(1)
        for _ in range(self.TRIALS // 4):
            event = event_with(1, course=_course)
            question = services.add_question(event=event, question=RegistrationQuestion(text="Why?"))
            given = [services.Given(question, "x")]
            services.save_draft(hackathon=event, user=user, answers=[], now=NOW)
            drafts = [
                lambda e=event, g=given: services.save_draft(hackathon=e, user=user, answers=g, now=NOW)
                for _ in range(3)
            ]
            sent = [
                lambda e=event, g=given: services.register(hackathon=e, user=user, answers=g, now=NOW)
                for _ in range(2)
            ]
            assert len(at_once([*drafts, *sent], refusals=Refused)) >= 2
            assert (states(event), taken(event)) == ([State.CONFIRMED], 1)
            assert Answer.objects.filter(registration__hackathon=event).count() == 1

    def test_nobody_without_a_place_is_in_a_team(self):
        course, (user, other) = self.people(2)
        for trial in range(self.TRIALS // 4):
            event = event_with(1, course=course)
            register(event, user)
            acts = [
                lambda e=event, n=trial: services.create_team(hackathon=e, user=user, name=f"T{n}", now=NOW),
                lambda e=event: services.withdraw(hackathon=e, user=user, now=NOW),
                lambda e=event: register(e, other),
            ]
            at_once(acts, refusals=Refused)
            assert Membership.objects.filter(hackathon=event, user=user).count() == 0
            assert (taken(event), Team.objects.active().filter(hackathon=event).count()) == (1, 0)
