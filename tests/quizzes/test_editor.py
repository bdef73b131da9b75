from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from classroom import clock
from classroom.models import AuditEntry
from classroom.moments import MomentField
from quizzes import services
from quizzes.errors import Refused
from quizzes.forms.durations import DurationField, duration_text
from quizzes.models import Category, Question, Quiz, Section, Slot
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)

# Fields for times ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("2027-05-18T16:00", datetime(2027, 5, 18, 14, 0, tzinfo=UTC)),
        ("2027-01-18 16:00", datetime(2027, 1, 18, 15, 0, tzinfo=UTC)),
        ("2027-03-28T01:59", datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        ("2027-03-28T03:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("2027-10-31T03:00", datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),
        ("2027-10-31T02:30+01:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_meant_on_the_courses_clock(text, meant):
    assert MomentField(zone=BERLIN).clean(text) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-03-28T02:30", "2027-03-28 02:30 does not exist in Europe/Berlin"),
        ("2027-10-31T02:30", "2027-10-31 02:30 comes twice in Europe/Berlin"),
        ("tomorrow", "Write a date and a time"),
        ("2027-13-01T10:00", "Write a date and a time"),
        ("0001-01-01T00:00", "Write a date and a time"),
    ],
)
def test_a_time_that_is_none_or_two_is_refused_with_the_reason(text, said):
    with pytest.raises(ValidationError, match=said):
        MomentField(zone=BERLIN).clean(text)


@given(seconds=st.integers(0, 4 * 3600))
def test_a_moment_sent_back_unchanged_stays_to_the_second_also_in_the_doubled_hour(seconds):
    kept = datetime(2027, 10, 30, 23, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    field = MomentField(zone=BERLIN, kept=kept)
    assert field.clean(field.prepare_value(kept).strftime("%Y-%m-%dT%H:%M")) == kept


@given(seconds=st.integers(10, 24 * 3600))
def test_a_duration_is_read_as_it_is_written(seconds):
    assert DurationField(least=10, most=24 * 3600).clean(duration_text(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("6", 360), ("0:45", 45), ("90:00", 5400), (" 1:30:00 ", 5400)]
)
def test_a_number_alone_counts_minutes(text, seconds):
    assert DurationField(least=10, most=24 * 3600).clean(text) == seconds


@pytest.mark.parametrize("text", ["-1", "6:", "six", "0:05", "25:00:00", "1:2:3:4", "٦:00"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValidationError):
        DurationField(least=10, most=24 * 3600).clean(text)


# The settings ----------------------------------------------------------------------------------------------


@pytest.fixture
def course(db):
    return CourseFactory(slug="dl")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric"), now=clock.now())


@pytest.fixture
def as_teacher(client, course):
    client.force_login(instructor_of(course))
    return client


def url(name, quiz, *args):
    return reverse(f"quizzes:{name}", args=["dl", quiz.pk, *args])


def fields(**changes):
    """What the browser sends for a new quiz."""
    defaults = {
        "title": "Pooling",
        "intro": "",
        "week": "",
        "time_limit_seconds": "6:00",
        "opens_at": "",
        "closes_at": "",
        "max_attempts": "1",
        "counts": "best",
        "marking": "plain",
        "hint_cost_percent": "",
        "shuffle_options": "on",
        "access_code": "",
        "grace_seconds": "5",
        "outage_cap_seconds": "0",
    }
    return defaults | changes


def form_of(client, quiz):
    """What the browser sends when nothing is changed in the settings of `quiz`."""
    form = client.get(url("edit", quiz)).context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, datetime):
            value = value.strftime("%Y-%m-%dT%H:%M")
        if value is True:
            sent[bound.html_name] = "on"
        elif value is not None and value is not False:
            sent[bound.html_name] = value
    return sent


def test_a_new_quiz_is_written_and_its_questions_come_next(as_teacher, course):
    sent = fields(
        title="Doubled hour",
        time_limit_seconds="6:30",
        opens_at="2027-05-18T16:00",
        closes_at="2027-05-18T16:10",
        review=["right_after.points", "after_close.points", "after_close.solution"],
        anonymous="on",
    )
    response = as_teacher.post(reverse("quizzes:quiz_new", args=["dl"]), sent)
    quiz = Quiz.objects.get()
    assert response.url == url("slots", quiz)
    assert quiz.time_limit_seconds == 390
    assert quiz.opens_at == datetime(2027, 5, 18, 14, 0, tzinfo=UTC)
    assert quiz.review == {"right_after": ["points"], "after_close": ["points", "solution"]}
    assert quiz.published_at is None
    assert len(quiz.join_code) == 8
    assert AuditEntry.objects.get(action="quiz.created").item == quiz.deadline_key


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"time_limit_seconds": "six"}, "Write minutes and seconds"),
        ({"opens_at": "2027-03-28T02:30"}, "does not exist in Europe/Berlin"),
        ({"opens_at": "2027-05-18T16:00", "closes_at": "2027-05-18T15:00"}, "closes before it opens"),
        ({"lobby": "on", "max_attempts": "3"}, "Who starts together has one attempt"),
        ({"review": ["after_close.everything"]}, "is not one of the available choices"),
        ({"grace_seconds": "500"}, "less than or equal to 120"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(as_teacher, changes, said):
    response = as_teacher.post(
        reverse("quizzes:quiz_new", args=["dl"]), fields(intro="A long text.", **changes)
    )
    assert response.status_code == 422
    assert said in response.content.decode()
    assert "A long text." in response.content.decode()
    assert not Quiz.objects.exists()


def test_saving_the_settings_unchanged_changes_nothing(as_teacher, course):
    quiz = make_quiz(
        course,
        ("single",),
        opens_at=datetime(2027, 10, 31, 0, 30, 23, tzinfo=UTC),  # 2:30, for the first time
        closes_at=datetime(2027, 10, 31, 1, 30, 42, tzinfo=UTC),  # 2:30, for the second time
        review={"after_close": ["points", "feedback"]},
        access_code="abc",
    )
    before = Quiz.objects.filter(pk=quiz.pk).values().get()
    response = as_teacher.post(url("edit", quiz), form_of(as_teacher, quiz))
    assert response.status_code == 302, response.context["form"].errors
    assert Quiz.objects.filter(pk=quiz.pk).values().get() == before
    assert not AuditEntry.objects.exists()


def test_more_time_in_the_settings_is_for_those_who_write_and_less_is_refused(as_teacher, course, quiz):
    attempt = services.start_attempt(quiz=quiz, user=student_of(course), now=clock.now())
    sent = form_of(as_teacher, quiz)
    page = as_teacher.post(url("edit", quiz), sent | {"time_limit_seconds": "8:00"}, follow=True)
    assert "Running attempts end later now: 1." in page.content.decode()
    attempt.refresh_from_db()
    assert attempt.deadline == attempt.started_at + 8 * MINUTE
    assert attempt.accepts_until == attempt.deadline + quiz.grace
    for less in ({"time_limit_seconds": "5:00"}, {"grace_seconds": "0"}, {"lobby": "on"}):
        refused = as_teacher.post(url("edit", quiz), sent | {"time_limit_seconds": "8:00"} | less)
        assert refused.status_code == 422
    assert "close it" in as_teacher.post(url("edit", quiz), sent).content.decode()
    quiz.refresh_from_db()
    assert (quiz.time_limit_seconds, quiz.grace_seconds, quiz.lobby) == (480, 5, False)


def test_how_scores_come_about_stays_once_somebody_is_scored(as_teacher, course, quiz):
    now = clock.now()
    services.hand_in(attempt=services.start_attempt(quiz=quiz, user=student_of(course), now=now), now=now)
    sent = form_of(as_teacher, quiz)
    for change in ({"marking": "certainty"}, {"practice": "on"}, {"hint_cost_percent": "10"}):
        refused = as_teacher.post(url("edit", quiz), sent | change)
        assert (refused.status_code, "Copy the quiz" in refused.content.decode()) == (422, True)
    assert as_teacher.post(url("edit", quiz), sent | {"title": "Another"}).status_code == 302


def test_a_quiz_nobody_has_taken_is_deleted_and_others_are_hidden(as_teacher, course, quiz):
    attempt = services.start_attempt(quiz=quiz, user=student_of(course), now=clock.now())
    as_teacher.post(url("quiz_delete", quiz))
    as_teacher.post(url("unpublish", quiz))
    quiz.refresh_from_db()
    assert quiz.published_at is not None  # somebody writes
    services.hand_in(attempt=attempt, now=clock.now())
    as_teacher.post(url("unpublish", quiz))
    quiz.refresh_from_db()
    assert quiz.published_at is None
    attempt.delete()
    as_teacher.post(url("quiz_delete", quiz))
    assert not Quiz.objects.exists()
    assert Question.objects.count() == 2


def test_a_copy_has_the_questions_and_settings_but_no_dates_and_codes(as_teacher, course, quiz):
    section = Section.objects.create(quiz=quiz, position=1, title="Pooling")
    quiz.slots.filter(position=2).update(section=section)
    Quiz.objects.filter(pk=quiz.pk).update(
        access_code="abc", anonymous=True, join_code="BCDFGHJK", review_released_at=clock.now(), lobby=True
    )
    as_teacher.post(url("quiz_copy", quiz))
    copy = Quiz.objects.exclude(pk=quiz.pk).get()
    assert copy.title == "Feed-forward nets (copy)"
    assert (copy.published_at, copy.opens_at, copy.join_code, copy.access_code) == (None, None, None, "")
    assert (copy.anonymous, copy.review_released_at, copy.lobby) == (False, None, True)
    assert [(slot.question_id, slot.points) for slot in copy.slots.all()] == [
        (slot.question_id, slot.points) for slot in quiz.slots.all()
    ]
    assert [slot.section and (slot.section.title, slot.section.quiz) for slot in copy.slots.all()] == [
        None,
        ("Pooling", copy),
    ]


# The questions ---------------------------------------------------------------------------------------------


@pytest.fixture
def empty(course):
    return make_quiz(course, (), is_open=False, published_at=None)


def named(course, name, **fields):
    question = make_question(course, body=f"What about {name}?")
    Question.objects.filter(pk=question.pk).update(name=name, **fields)
    question.refresh_from_db()
    return question


def order(quiz):
    """The quiz's questions as the page lists them: names, and sections in capitals."""
    page = []
    for section in [None, *quiz.sections.order_by("position")]:
        page += [section.title.upper()] if section else []
        page += [slot.question.name for slot in quiz.slots.filter(section=section).order_by("position")]
    return page


@pytest.fixture
def abc(course, empty):
    """A quiz with questions a and b, and c in the section S; T is empty."""
    section = services.add_section(quiz=empty, title="S")
    services.add_section(quiz=empty, title="T")
    for name in "ab":
        services.add_question(quiz=empty, question=named(course, name))
    services.add_question(quiz=empty, question=named(course, "c"), section=section)
    assert order(empty) == ["a", "b", "S", "c", "T"]
    return empty


def slot_of(quiz, name):
    return quiz.slots.get(question__name=name)


def test_questions_are_found_while_typing_and_added_once(as_teacher, course, empty):
    pooling = named(course, "Max pooling")
    named(course, "Archived pooling", archived_at=clock.now())
    named(CourseFactory(), "Foreign pooling")
    named(course, "Dropout")
    search = url("slot_search", empty)
    found = as_teacher.get(search, {"q": "POOL max"}).content.decode()
    assert ("Max pooling" in found, "Archived" in found, "Foreign" in found, "Dropout" in found) == (
        True,
        False,
        False,
        False,
    )
    for _ in range(2):
        as_teacher.post(url("slot_add", empty, pooling.pk))
    assert order(empty) == ["Max pooling"]
    assert "Max pooling" not in as_teacher.get(search, {"q": "pool"}).content.decode()
    # without script the whole page searches
    assert "Dropout" in as_teacher.get(url("slots", empty), {"q": "drop"}).content.decode()


def test_a_draw_says_how_many_there_are_and_too_few_keep_the_quiz_shut(as_teacher, course, empty):
    week, pooling = (Category.objects.create(course=course, name=n) for n in ("Week 7", "Week 7/Pooling"))
    named(course, "one", category=week)
    named(course, "two", category=pooling)
    named(course, "gone", category=pooling, archived_at=clock.now())
    assert "Week 7 (2)" in as_teacher.get(url("slots", empty)).content.decode()
    as_teacher.post(url("draw_add", empty), {"category": week.pk, "count": 3, "points": "1.5"})
    slot = empty.slots.get()
    assert (slot.category, slot.count, slot.points) == (week, 3, 1.5)
    assert "1 too few" in as_teacher.get(url("slots", empty)).content.decode()
    for act in ("publish", "open"):
        page = as_teacher.post(url(act, empty), follow=True).content.decode()
        assert "Too few questions to draw from in Week 7" in page
    empty.refresh_from_db()
    assert (empty.published_at, empty.opens_at) == (None, None)
    as_teacher.post(url("slot_change", empty, slot.pk), {"points": "1.5", "count": 2})
    as_teacher.post(url("publish", empty))
    empty.refresh_from_db()
    assert empty.published_at is not None


@pytest.mark.parametrize(
    ("name", "way", "after"),
    [
        ("b", "up", ["b", "a", "S", "c", "T"]),
        ("a", "up", ["a", "b", "S", "c", "T"]),
        ("a", "down", ["b", "a", "S", "c", "T"]),
        ("b", "down", ["a", "S", "b", "c", "T"]),
        ("c", "up", ["a", "b", "c", "S", "T"]),
        ("c", "down", ["a", "b", "S", "T", "c"]),
    ],
)
def test_buttons_move_a_question_also_into_the_next_section(as_teacher, abc, name, way, after):
    as_teacher.post(url("slot_move", abc, slot_of(abc, name).pk), {way: "1"})
    assert order(abc) == after
    assert [slot.position for slot in abc.slots.order_by("position")] == [1, 2, 3]


def test_what_was_dragged_is_kept_and_an_outdated_order_is_refused(as_teacher, abc):
    a, b, c = (slot_of(abc, name).pk for name in "abc")
    s, t = abc.sections.values_list("pk", flat=True)
    as_teacher.post(url("slots_arrange", abc), {"layout": f"{c} section:{t} {a} section:{s} {b}"})
    assert order(abc) == ["c", "T", "a", "S", "b"]
    for wrong in (
        f"{a} {b} section:{s} section:{t}",
        f"{a} {b} {c} {c} section:{s} section:{t}",
        "",
        "x:y -1",
    ):
        page = as_teacher.post(url("slots_arrange", abc), {"layout": wrong}, follow=True)
        assert "have been changed meanwhile" in page.content.decode()
    assert order(abc) == ["c", "T", "a", "S", "b"]


def test_sections_move_and_their_questions_stay_when_they_go(as_teacher, abc):
    s, t = abc.sections.order_by("position")
    as_teacher.post(url("section_move", abc, t.pk), {"up": "1"})
    assert order(abc) == ["a", "b", "T", "S", "c"]
    as_teacher.post(url("section_change", abc, s.pk), {"title": "U", "intro": "*New*"})
    assert order(abc) == ["a", "b", "T", "U", "c"]
    as_teacher.post(url("section_remove", abc, s.pk))
    assert order(abc) == ["a", "b", "c", "T"]
    as_teacher.post(url("slot_remove", abc, slot_of(abc, "b").pk))
    assert order(abc) == ["a", "c", "T"]


def test_once_somebody_has_started_the_questions_stay(as_teacher, course, abc):
    services.open_quiz(quiz=abc, by=instructor_of(course), now=clock.now())
    services.start_attempt(quiz=abc, user=student_of(course), now=clock.now())
    other, before = named(course, "other"), order(abc)
    section, slot = abc.sections.first(), slot_of(abc, "a")
    acts = [
        ("slot_add", [other.pk], {}),
        ("slot_remove", [slot.pk], {}),
        ("slot_change", [slot.pk], {"points": "9"}),
        ("slot_move", [slot.pk], {"down": "1"}),
        ("section_remove", [section.pk], {}),
        ("section_add", [], {"title": "Z"}),
    ]
    for name, args, data in acts:
        page = as_teacher.post(url(name, abc, *args), data, follow=True).content.decode()
        assert "Copy the quiz and change the copy" in page
    assert order(abc) == before
    as_teacher.post(url("section_change", abc, section.pk), {"title": "Renamed", "intro": ""})
    assert order(abc) == ["a", "b", "RENAMED", "c", "T"]


def test_a_question_or_section_of_another_course_or_quiz_is_not_taken(as_teacher, course, abc, empty):
    foreign, other = named(CourseFactory(), "foreign"), make_quiz(course, ("single",))
    assert as_teacher.post(url("slot_add", abc, foreign.pk)).status_code == 404
    assert as_teacher.post(url("slot_remove", abc, other.slots.get().pk)).status_code == 404
    strange = Section.objects.create(quiz=other, position=1, title="strange")
    with pytest.raises(Refused):
        services.change_slot(slot=slot_of(abc, "a"), points=1, count=1, section=strange)
    with pytest.raises(Refused):
        services.add_draw(
            quiz=abc, category=Category.objects.create(course=foreign.course, name="x"), count=1, points=1
        )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_questions(
    as_teacher, course, empty, rows, django_assert_num_queries
):
    for number in range(rows):
        services.add_question(quiz=empty, question=named(course, f"q{number}"))
        category = Category.objects.create(course=course, name=f"c{number}")
        named(course, f"drawn {number}", category=category)
        services.add_draw(quiz=empty, category=category, count=1, points=1)
    with django_assert_num_queries(10):
        as_teacher.get(url("slots", empty))


QUIZ_DOORS = ["publish", "unpublish", "quiz_copy", "quiz_delete", "slots_arrange", "draw_add", "section_add"]


@pytest.mark.parametrize("name", [*QUIZ_DOORS, "extend", "extend_everybody", "accommodate"])
def test_only_instructors_change_a_quiz(client, course, quiz, name):
    client.force_login(student_of(course))
    assert client.post(url(name, quiz)).status_code == 403
    assert client.get(url(name, quiz)).status_code == 405
    client.force_login(instructor_of(CourseFactory()))
    assert client.post(url(name, quiz)).status_code == 404


@pytest.mark.parametrize("name", ["edit", "slots", "slot_search", "extensions"])
def test_students_do_not_see_the_editor(client, course, quiz, name):
    client.force_login(student_of(course))
    assert client.get(url(name, quiz)).status_code == 403
    assert client.get(reverse("quizzes:quiz_new", args=["dl"])).status_code == 403
    assert Slot.objects.count() == 2
