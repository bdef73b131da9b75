from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from classroom.models import Role
from projects import queries, services
from projects.models import Room, Schedule, Session, Slot
from projects.queries.planning import steps
from projects.services import Place, Refused, SessionDetails
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, members, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, starts_at=NOW, ends_at=NOW + 2 * DAY)


@pytest.fixture
def hall(event):
    return services.add_room(hackathon=event, name="Hall 3", url="")


def url(name, event, *rest):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *rest])


def add(event, title="Welcome", at=0, room=None, speakers=(), minutes=60, **details):
    starts_at = NOW + at * HOUR
    return services.add_session(
        hackathon=event,
        details=SessionDetails(title=title, **details),
        speakers=speakers,
        place=Place(room, starts_at, starts_at + timedelta(minutes=minutes)),
    )


def move(session, at, room=None):
    services.place_session(session=session, place=Place(room, NOW + at * HOUR, NOW + (at + 1) * HOUR))


def release(event, note="", now=NOW):
    return services.release(hackathon=event, by=instructor_of(event.course), note=note, now=now)


def seen(event, now=NOW):
    found = queries.public_schedule(hackathon=event, now=now)
    return found and [
        (sitting.title, (sitting.starts_at - NOW) / HOUR, sitting.room_name) for sitting in found.sittings
    ]


class TestReleases:
    def test_a_draft_is_seen_after_its_release_only(self, event, hall):
        welcome = add(event, room=hall)
        assert seen(event) is None
        release(event)
        move(welcome, 2, hall)
        assert seen(event) == [("Welcome", 0.0, "Hall 3")]
        release(event)
        assert seen(event) == [("Welcome", 2.0, "Hall 3")]

    def test_releasing_nothing_new_is_refused(self, event):
        with pytest.raises(Refused, match="draft is empty"):
            release(event)
        add(event)
        release(event)
        with pytest.raises(Refused, match="Nothing has changed since version 1"):
            release(event)
        assert Schedule.objects.exclude(version=None).count() == 1

    def test_a_database_keeps_one_draft_and_one_of_each_version(self, event):
        services.draft_of(hackathon=event)
        for version, released_at in ((None, None), (1, None), (None, NOW), (0, NOW)):
            with pytest.raises(IntegrityError), transaction.atomic():
                Schedule.objects.create(hackathon=event, version=version, released_at=released_at)
        Schedule.objects.create(hackathon=event, version=1, released_at=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Schedule.objects.create(hackathon=event, version=1, released_at=NOW)

    def test_each_version_tells_what_it_changed(self, event, hall):
        welcome, lunch = add(event, room=hall), add(event, "Lunch", at=4)
        release(event, note="First plan")
        move(welcome, 1, hall)
        services.take_off(session=lunch)
        add(event, "Awards", at=9)
        release(event, now=NOW + DAY)
        second, first = queries.version_rows(hackathon=event)
        assert [sitting.title for sitting in first.new] == ["Welcome", "Lunch"]
        assert (first.version, first.note, first.moved, first.cancelled) == (1, "First plan", [], [])
        assert (second.version, second.released_at) == (2, NOW + DAY)
        assert [sitting.title for sitting in second.new] == ["Awards"]
        assert [(move.before.starts_at, move.after.starts_at) for move in second.moved] == [(NOW, NOW + HOUR)]
        assert [sitting.title for sitting in second.cancelled] == ["Lunch"]

    def test_restoring_changes_the_draft_and_no_version(self, event, hall):
        welcome = add(event, room=hall)
        first = release(event)
        move(welcome, 5)
        add(event, "Lunch", at=4)
        release(event)
        services.restore(version=first, by=instructor_of(event.course), now=NOW)
        assert seen(event) == [("Lunch", 4.0, ""), ("Welcome", 5.0, "")]
        assert release(event).version == 3
        assert seen(event) == [("Welcome", 0.0, "Hall 3")]

    def test_what_was_released_is_never_deleted(self, event, hall):
        welcome, lunch = add(event, room=hall), add(event, "Lunch")
        services.delete_session(session=lunch)
        release(event)
        services.take_off(session=welcome)
        with pytest.raises(Refused, match="shown as cancelled"):
            services.delete_session(session=welcome)
        with pytest.raises(Refused, match="used by the draft or a released version"):
            services.remove_room(room=hall)
        assert [session.title for session in Session.objects.all()] == ["Welcome"]


@pytest.mark.parametrize(
    ("begins", "ends", "why"),
    [
        (0, 0, "after the beginning"),
        (1, 0, "after the beginning"),
        (0, 25, "at most 24 hours"),
        (-24 * 8, -24 * 8 + 1, "within a week"),
        (24 * 10, 24 * 10 + 1, "within a week"),
    ],
)
def test_impossible_places_are_refused_and_nothing_is_added(event, begins, ends, why):
    with pytest.raises(Refused, match=why):
        services.add_session(
            hackathon=event,
            details=SessionDetails(title="Welcome"),
            speakers=[],
            place=Place(None, NOW + begins * HOUR, NOW + ends * HOUR),
        )
    assert Session.objects.count() == 0


def test_warnings_name_what_clashes_and_stop_nothing(event, hall):
    ada, team = student_of(event.course, user=UserFactory(name="Ada")), team_of(event, size=1, name="Tide")
    member = members(team)[0]
    first = add(event, "First", room=hall, speakers=[ada], kind="pitch", team=team)
    add(event, "Second", at=0.5, room=hall, speakers=[ada], speaker_names="Guest", kind="pitch", team=team)
    add(event, "Early", at=-1, speaker_names="guest", minutes=120)
    for who in ({"room": hall, "user": None}, {"room": None, "user": member}):
        services.state_availability(hackathon=event, starts_at=NOW, ends_at=NOW + HOUR, **who)
    rows = queries.plan(hackathon=event, day=None).clashes
    assert sorted(
        (row.kind, row.session.title, row.other and row.other.title, row.who) for row in rows
    ) == sorted(
        [
            ("outside", "Early", None, ""),
            ("person_away", "Second", None, str(member)),
            ("person_taken", "First", "Second", "Ada"),
            ("person_taken", "First", "Second", str(member)),
            ("person_taken", "Second", "Early", "Guest"),
            ("room_closed", "Second", None, ""),
            ("room_taken", "First", "Second", ""),
            ("team_twice", "First", "Second", ""),
        ]
    )
    assert release(event).slots.count() == 3
    assert first.slots.count() == 2


class TestGrid:
    def test_a_night_in_which_clocks_change_has_an_hour_more_or_less(self, course):
        zone = ZoneInfo("Europe/Berlin")
        for day, hours in (
            (datetime(2026, 3, 28, tzinfo=zone), 24),
            (datetime(2026, 3, 29, tzinfo=zone), 23),
            (datetime(2026, 10, 25, tzinfo=zone), 25),
        ):
            event = HackathonFactory(
                course=course, starts_at=day, ends_at=day + timedelta(hours=23, minutes=59)
            )
            rows = steps(event, day.date(), [])
            assert len(rows) == hours * 4
            assert {after.astimezone(UTC) - before.astimezone(UTC) for before, after in pairwise(rows)} == {
                timedelta(minutes=15)
            }

    def test_both_half_past_twos_can_be_used(self, course, as_user):
        starts_at = datetime(2026, 10, 24, 22, tzinfo=UTC)
        event = HackathonFactory(course=course, starts_at=starts_at, ends_at=starts_at + DAY)
        session = services.add_session(
            hackathon=event, details=SessionDetails(title="Owls"), speakers=[], place=None
        )
        client = as_user(instructor_of(course))
        for at, utc in (("2026-10-25T02:30:00+02:00", 0), ("2026-10-25T02:30:00+01:00", 1)):
            client.post(url("move_session", event, session.pk), {"room": "", "starts_at": at})
            assert Slot.objects.get().starts_at == datetime(2026, 10, 25, utc, 30, tzinfo=UTC)
            html = client.get(url("planning", event)).content.decode()
            assert f'data-at="{at}"' in html
        # The form leaves a time that it was not told to change where it is.
        form = {"title": "Night owls", "kind": "session", "starts_at": "2026-10-25T02:30", "minutes": 30}
        assert client.post(url("session", event, session.pk), form).status_code == 302
        assert Slot.objects.get().starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    def test_a_session_more_weighs_little(self, event, hall, as_user):
        client = as_user(instructor_of(event.course))
        weights = []
        for count in (1, 5):
            for at in range(count):
                add(event, at=(count // 2 + at) / 4, room=hall, minutes=15)
            weights.append(len(client.get(url("planning", event)).content))
        # With 500 sessions in the grid of a day the page stays well below 200 kB.
        assert (weights[1] - weights[0]) / 5 < 350

    def test_the_grid_shows_the_event_and_what_is_outside(self, event, hall):
        late = add(event, "Late", at=7.1)
        plan = queries.plan(hackathon=event, day=None)
        assert [f"{day:%d}" for day in plan.days] == ["18", "19", "20"]
        assert f"{plan.rows[0].at:%H:%M}" == "18:00"
        placed = [
            (f"{row.at:%H:%M}", cell.room, sitting.session)
            for row in queries.plan(hackathon=event, day=plan.days[1]).rows
            for cell in row.cells
            for sitting in cell.sittings
        ]
        assert placed == [("01:00", None, late.pk)]


class TestEditor:
    def test_an_organiser_plans_without_script(self, event, as_user):
        speaker = student_of(event.course)
        client = as_user(instructor_of(event.course))
        assert client.post(url("rooms", event), {"name": "Hall 3", "url": ""}).status_code == 302
        hall = Room.objects.get()
        form = {
            "title": "Welcome",
            "kind": "talk",
            "starts_at": "2027-05-18T18:30",
            "minutes": 45,
            "room": hall.pk,
            "speakers": speaker.email.upper(),
            "speaker_names": "Guest",
            "track": "Main",
        }
        assert client.post(url("add_session", event), form).status_code == 302
        slot = Slot.objects.get()
        assert (slot.room, slot.starts_at, slot.ends_at) == (
            hall,
            NOW + HOUR / 2,
            NOW + HOUR / 2 + timedelta(minutes=45),
        )
        assert list(slot.session.speakers.all()) == [speaker]
        html = client.get(url("planning", event)).content.decode()
        assert "Welcome" in html
        assert client.post(url("release_schedule", event), {"note": "Here it is"}).status_code == 302
        assert seen(event) == [("Welcome", 0.5, "Hall 3")]
        client.post(url("session", event, slot.session_id), form | {"starts_at": ""})
        assert services.draft_of(hackathon=event).slots.count() == 0
        client.post(url("release_schedule", event), {"note": ""})
        assert seen(event) == []
        client.post(url("restore_schedule", event, 1))
        assert services.draft_of(hackathon=event).slots.count() == 1
        client.post(url("delete_session", event, slot.session_id))
        assert Session.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"title": ""}, "title"),
            ({"kind": "nonsense"}, "kind"),
            ({"starts_at": "soon"}, "starts_at"),
            ({"starts_at": "2030-01-01T00:00"}, "starts_at"),
            ({"minutes": 0}, "minutes"),
            ({"minutes": 1441}, "minutes"),
            ({"room": "9" * 30}, "room"),
            ({"speakers": "nobody@example.org"}, "speakers"),
            ({"kind": "pitch"}, "team"),
            ({"team": "1; drop"}, "team"),
        ],
    )
    def test_bad_input_is_explained_and_kept(self, event, as_user, wrong, field):
        form = {
            "title": "Welcome",
            "kind": "talk",
            "starts_at": "2027-05-18T18:30",
            "minutes": 45,
            "track": "Kept",
        }
        answer = as_user(instructor_of(event.course)).post(url("add_session", event), form | wrong)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert 'value="Kept"' in answer.content.decode()
        assert Session.objects.count() == 0

    @pytest.mark.parametrize(
        ("nudge", "expected"),
        [
            ("earlier", (-15, 45, "Hall 3")),
            ("later", (15, 75, "Hall 3")),
            ("longer", (0, 75, "Hall 3")),
            ("shorter", (0, 45, "Hall 3")),
            ("left", (0, 60, None)),
            ("right", (0, 60, "Studio")),
        ],
    )
    def test_a_key_moves_a_session_one_step(self, event, hall, as_user, nudge, expected):
        services.add_room(hackathon=event, name="Studio", url="")
        session = add(event, room=hall)
        client = as_user(instructor_of(event.course))
        answer = client.post(
            url("move_session", event, session.pk), {"nudge": nudge}, headers={"HX-Request": "true"}
        )
        assert answer.templates[0].name == "projects/_planning.html"
        slot = Slot.objects.get()
        minute = timedelta(minutes=1)
        assert (
            (slot.starts_at - NOW) / minute,
            (slot.ends_at - NOW) / minute,
            slot.room and slot.room.name,
        ) == expected

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"starts_at": "2027-05-18T18:30"},
            {"starts_at": "0001-01-01T00:00+14:00"},
            {"starts_at": "9999-12-31T23:59-12:00"},
            {"starts_at": "2027-05-18T18:30+00:00", "room": "9" * 30},
            {"nudge": "right"},
        ],
    )
    def test_a_move_to_nowhere_leaves_it_where_it_was(self, event, as_user, wrong):
        session = add(event)
        before = Slot.objects.values().get()
        client = as_user(instructor_of(event.course))
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post(url("move_session", event, session.pk), wrong, headers=headers)
            assert answer.status_code == (200 if headers else 302)
        assert Slot.objects.values().get() == before

    def test_only_instructors_plan(self, event, hall, as_user):
        session = add(event, "Secret draft", room=hall)
        release(event)
        said = services.state_availability(
            hackathon=event, room=hall, user=None, starts_at=NOW, ends_at=NOW + HOUR
        )
        before = [list(model.objects.values()) for model in (Slot, Session, Room, Schedule)]
        posts = [
            url("release_schedule", event),
            url("restore_schedule", event, 1),
            url("add_session", event),
            url("session", event, session.pk),
            url("move_session", event, session.pk),
            url("delete_session", event, session.pk),
            url("rooms", event),
            url("remove_room", event, hall.pk),
            url("state_availability", event),
            url("forget_availability", event, said.pk),
        ]
        strangers = instructor_of(CourseFactory())
        assistant = EnrolmentFactory(course=event.course, role=Role.ASSISTANT).user
        for user, status in ((student_of(event.course), 403), (assistant, 403), (strangers, 404)):
            client = as_user(user)
            assert [client.post(address, {"nudge": "later"}).status_code for address in posts] == [
                status
            ] * len(posts)
            assert client.get(url("planning", event)).status_code == status
        assert [list(model.objects.values()) for model in (Slot, Session, Room, Schedule)] == before
        assert event.availabilities.count() == 1

    def test_another_events_things_are_not_found(self, event, hall, as_user):
        other = HackathonFactory(course=event.course)
        session = add(event, room=hall)
        release(event)
        client = as_user(instructor_of(event.course))
        for address in (
            url("move_session", other, session.pk),
            url("remove_room", other, hall.pk),
            url("restore_schedule", other, 1),
        ):
            assert client.post(address).status_code == 404
        client.post(url("add_session", other), {"title": "X", "kind": "talk", "minutes": 5, "room": hall.pk})
        assert not other.sessions.exists()

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_editor_needs_the_same_queries_for_any_length(
        self, event, hall, as_user, count, django_assert_num_queries
    ):
        team = team_of(event, size=2)
        for number in range(count):
            add(
                event,
                f"Talk {number}",
                at=number / 2,
                room=hall,
                speakers=[student_of(event.course)],
                team=team,
            )
        release(event)
        client = as_user(instructor_of(event.course))
        client.get(url("planning", event))
        with django_assert_num_queries(13):
            client.get(url("planning", event))


class TestPublicPage:
    def test_now_next_and_the_line_of_the_present(self, event, hall, as_user):
        add(event, "Doors", at=0)
        add(event, "Welcome", at=1, room=hall)
        add(event, "Workshop", at=2)
        add(event, "Tour", at=2)
        release(event)
        found = queries.public_schedule(hackathon=event, now=NOW + 1.5 * HOUR)
        assert [sitting.title for sitting in found.running] == ["Welcome"]
        assert sorted(sitting.title for sitting in found.following) == ["Tour", "Workshop"]
        assert [day.line for day in found.days] == [2]
        html = as_user(student_of(event.course)).get(url("schedule", event)).content.decode()
        assert html.count("now-line") == 1
        assert html.index("Doors") < html.index("now-line") < html.rindex("Welcome")

    def test_a_long_schedule_is_shown_a_day_or_a_track_at_a_time(self, event, as_user, now, monkeypatch):
        monkeypatch.setattr(queries.schedule, "LONG", 2)
        for title, at, track in (("Doors", 0, "A"), ("Talk", 1, "B"), ("Tour", 24, "B & C")):
            add(event, title, at=at, track=track)
        release(event)
        client = as_user(student_of(event.course))

        def shown(query="", **headers):
            html = client.get(url("schedule", event) + query, headers=headers).content.decode()
            return [title for title in ("Doors", "Talk", "Tour") if f"<strong>{title}</strong>" in html], html

        titles, html = shown()
        assert titles == ["Doors", "Talk"]
        assert "?part=2027-05-19" in html
        assert (
            shown("?part=2027-05-19")[0] == shown("?part=2027-05-19", **{"hx-request": "true"})[0] == ["Tour"]
        )
        assert "state=1-1-0&amp;part=2027-05-19" in shown("?part=2027-05-19")[1]
        assert shown("?part=nonsense")[0] == ["Doors", "Talk"]
        assert shown("?by=track")[0] == ["Doors"]
        assert "?by=track&amp;part=B%20%26%20C" in shown("?by=track")[1]
        assert shown("?by=track&part=B%20%26%20C")[0] == ["Tour"]
        now(NOW + DAY)
        assert shown()[0] == ["Tour"]
        now(NOW + 9 * DAY)
        assert shown()[0] == ["Doors", "Talk"]

    def test_of_very_many_changes_the_first_are_listed(self, event, as_user, monkeypatch):
        monkeypatch.setattr(queries.schedule, "LISTED", 2)
        for number in range(5):
            add(event, f"Talk {number}", at=number)
        release(event)
        html = as_user(student_of(event.course)).get(url("schedule_versions", event)).content.decode()
        assert html.count("<strong>Talk") == 2
        assert "and 3 more changes" in html

    def test_a_poll_is_answered_only_when_the_page_would_look_different(self, event, as_user, now):
        add(event, "Doors", at=1)
        release(event)
        client = as_user(student_of(event.course))

        def poll(**seen):
            return client.get(url("schedule", event), seen, headers={"HX-Request": "true"})

        first = poll()
        state = first.context["state"]
        assert first.templates[0].name == "projects/_schedule.html"
        assert f"?state={state}" in first.content.decode()
        assert poll(state=state).status_code == 204
        for later in (NOW + HOUR, NOW + 2 * HOUR):
            now(later)
            answer = poll(state=state)
            assert answer.status_code == 200
            state = answer.context["state"]
            assert poll(state=state).status_code == 204
        add(event, "Lunch", at=3)
        assert poll(state=state).status_code == 204
        release(event)
        assert poll(state=state).status_code == 200
        assert client.get(url("schedule", event), {"state": state}).status_code == 200

    def test_drafts_are_seen_by_nobody_on_it(self, event, as_user):
        add(event, "Announced")
        release(event)
        add(event, "Surprise guest")
        client = as_user(student_of(event.course))
        for name in ("schedule", "schedule_print", "schedule_versions", "schedule_json"):
            text = client.get(url(name, event)).content.decode()
            assert ("Announced" in text, "Surprise" in text) == (True, False)

    def test_an_unpublished_event_has_no_schedule_for_students(self, course, as_user):
        event = HackathonFactory(course=course, published_at=None)
        for name in ("schedule", "schedule_print", "schedule_versions", "schedule_json", "calendars"):
            assert as_user(student_of(course)).get(url(name, event)).status_code == 404

    def test_times_are_the_readers_and_the_events_zone_is_named(self, event, as_user):
        add(event, at=7)  # 23:00 UTC: the next day in Berlin
        release(event)
        reader = student_of(event.course, user=UserFactory(time_zone="America/New_York"))
        html = as_user(reader).get(url("schedule", event)).content.decode()
        assert ">19:00<" in html
        assert "day-2027-05-18" in html
        assert "the clock of Europe/Berlin" in html
        html = as_user(student_of(event.course)).get(url("schedule", event)).content.decode()
        assert ">01:00<" in html
        assert "day-2027-05-19" in html

    def test_tracks_are_listed_without_breaks(self, event, as_user):
        add(event, "Ship it", track="Craft")
        add(event, "Keynote", at=1)
        add(event, "Lunch", at=2, kind="break")
        release(event)
        found = queries.public_schedule(hackathon=event, now=NOW)
        assert [(track.name, [each.title for each in track.sittings]) for track in found.tracks] == [
            ("Craft", ["Ship it"]),
            ("", ["Keynote"]),
        ]
        html = as_user(student_of(event.course)).get(url("schedule", event) + "?by=track").content.decode()
        assert ("Craft" in html, "Lunch" in html) == (True, False)

    def test_json_has_everything_on_the_events_clock(self, event, hall, as_user):
        session = add(event, room=hall, speaker_names="Guest, Host", track="Main")
        release(event)
        answer = as_user(student_of(event.course)).get(url("schedule_json", event)).json()
        assert answer == {
            "hackathon": event.title,
            "time_zone": "Europe/Berlin",
            "version": 1,
            "released_at": "2027-05-18T18:00:00+02:00",
            "sessions": [
                {
                    "id": str(session.uid),
                    "title": "Welcome",
                    "kind": "session",
                    "track": "Main",
                    "abstract": "",
                    "speakers": ["Guest", "Host"],
                    "team": "",
                    "room": "Hall 3",
                    "room_url": "",
                    "starts_at": "2027-05-18T18:00:00+02:00",
                    "ends_at": "2027-05-18T19:00:00+02:00",
                }
            ],
        }

    def test_the_course_schedule_links_to_it_once_released(self, event, as_user):
        client = as_user(student_of(event.course))
        page = reverse("schedule", args=[event.course.slug])
        address = url("schedule", event)
        add(event)
        assert address not in client.get(page).content.decode()
        release(event)
        assert address in client.get(page).content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_page_needs_the_same_queries_for_any_length(
        self, event, hall, as_user, count, django_assert_num_queries
    ):
        for number in range(count):
            add(event, f"Talk {number}", at=number, room=hall, speakers=[student_of(event.course)])
        release(event)
        client = as_user(student_of(event.course))
        client.get(url("schedule", event))
        with django_assert_num_queries(9):
            client.get(url("schedule", event))
        with django_assert_num_queries(8):
            client.get(url("schedule_versions", event))


@pytest.mark.django_db(transaction=True)
def test_releases_at_once_make_one_version_each_or_are_refused():
    for _ in range(5):
        event = HackathonFactory(starts_at=NOW, ends_at=NOW + DAY)
        by = instructor_of(event.course)
        welcome = add(event)
        act = partial(services.release, hackathon=event, by=by, note="", now=NOW)
        released = at_once([act] * 4, refusals=Refused)
        assert [version.version for version in released] == [1]
        acts = [act, partial(move, welcome, 3), act, partial(add, event, "Lunch", at=2)]
        at_once(acts, refusals=Refused)
        versions = list(event.schedules.exclude(version=None).values_list("version", flat=True))
        assert versions == list(range(1, len(versions) + 1))
        # No version is half a draft: whatever was moved or added by then is in it whole.
        for version in event.schedules.all():
            assert version.slots.filter(session=welcome).count() == 1


@pytest.mark.django_db(transaction=True)
def test_first_touches_at_once_make_one_draft():
    event = HackathonFactory()
    at_once([partial(services.draft_of, hackathon=event)] * 6, refusals=Refused)
    assert Schedule.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_keys_held_down_all_count():
    event = HackathonFactory(starts_at=NOW, ends_at=NOW + DAY)
    session = add(event)
    at_once(
        [partial(services.nudge_session, session=session, nudge=services.Nudge.LATER)] * 6, refusals=Refused
    )
    assert Slot.objects.get().starts_at == NOW + timedelta(minutes=90)
