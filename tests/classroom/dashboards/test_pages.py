"""What the staff sees: every number opens the rows it counts."""

import csv
import io
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from statistics import mean, median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classroom import clock, heartbeat, helpdesk
from classroom.models import Attendance, AuditEntry, Enrolment, Notice, Outbox, Role, ScheduleItem
from classroom.pages.dashboards import counting
from classroom.pages.dashboards.rows import SUBJECTS
from projects.models import Challenge, FunctionGrade, Project, Submission, Team
from quizzes import services as quiz_services
from quizzes.models import Quiz, SecondLook
from tests.factories import (
    CourseFactory,
    EnrolmentFactory,
    UserFactory,
    WeekFactory,
    instructor_of,
    student_of,
)
from tests.projects.factories import ChallengeFactory, HackathonFactory, challenge_of, project_of, team_of
from tests.quizzes.factories import make_quiz, save, take

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAGES = ("dashboard", "this_week", "term", "quality")
VERDICTS = ("correct", "wrong_values", "missing")


@pytest.fixture
def course():
    return CourseFactory(slug="dl", title="Deep Learning")


@pytest.fixture
def teacher(client, course):
    client.force_login(instructor_of(course, user__name="Mira"))
    return client


def came(course, name):
    user = student_of(course, user__name=name)
    Enrolment.objects.filter(user=user).update(joined_at=clock.now() - 100 * DAY)
    return user


def hand_in(challenge, user, score, *, number=1, minutes=0, **fields):
    at = challenge.opens_at + minutes * MINUTE
    return Submission.objects.create(
        challenge=challenge,
        user=user,
        number=number,
        exercise=challenge.exercise,
        filename="a.py",
        sha256="0" * 64,
        size_bytes=1,
        submitted_at=at,
        graded_at=None if score is None else at,
        score=score,
        max_score=None if score is None else 10,
        **fields,
    )


def grade(submission, verdicts):
    for place, verdict in enumerate(verdicts):
        FunctionGrade.objects.create(
            submission=submission,
            position=place,
            name=f"f{place}",
            verdict=verdict,
            cause="not_averaged" if verdict == "wrong_values" else "",
            points=2 * (verdict == "correct"),
            max_points=2,
        )


def term_of(course, size):
    """A course with `size` of everything that dashboards count, three weeks long, and its students."""
    now = clock.now()
    students = [came(course, f"Student {place:02d}") for place in range(size + 2)]
    for number in range(1, 4):
        week = WeekFactory(course=course, number=number, starts_at=now, released_at=now - (4 - number) * DAY)
        for copy in range(size):
            opens = now - (5 - number) * DAY
            quiz = make_quiz(
                course,
                kinds=["single", "essay"] if copy == 0 else ["single", "numeric"],
                now=opens,
                week=week,
                title=f"Quiz {number}.{copy}",
            )
            version = quiz.slots.first().question.versions.get()
            version.data["options"][1]["misconception"] = "an ELU is a step"
            version.save(update_fields=["data"])
            for place, user in enumerate(students[: size + 1]):
                attempt = take(quiz, str(place % 2), user=user, now=opens, finish=False)
                if copy == 0 and place == 0:
                    save(attempt, 2, "Some words", seq=2, now=opens + MINUTE)
                quiz_services.hand_in(attempt=attempt, now=opens + 2 * MINUTE)
            Quiz.objects.filter(pk=quiz.pk).update(closes_at=opens + HOUR)
            challenge = ChallengeFactory(
                course=course,
                week=week,
                title=f"Net {number}.{copy}",
                published_at=opens,
                opens_at=opens,
                closes_at=opens + DAY,
            )
            for place, user in enumerate(students[:size]):
                grade(hand_in(challenge, user, 4 + place, minutes=1), VERDICTS[place % 3 :])
                grade(hand_in(challenge, user, 10 - place, number=2, minutes=20), ["correct"] * 3)
    live = make_quiz(course, kinds=["single"], now=now, title="Live", week=week)
    for place, user in enumerate(students[: size + 1]):
        attempt = quiz_services.start_attempt(quiz=live, user=user, now=now)
        if place == 0:
            quiz_services.hand_in(attempt=attempt, now=now)
    free = ChallengeFactory(
        course=course, week=week, exercise="", published_at=now - HOUR, opens_at=now - HOUR, closes_at=None
    )
    desk = helpdesk.desk_for(course=course, about="hackathon:1")
    for place, user in enumerate(students[:size]):
        hand_in(free, user, None)
        hand_in(challenge, user, None, number=3, minutes=30)
        hand_in(challenge, user, None, number=4, minutes=40, failed_at=now, failure="The sandbox died.")
        helpdesk.ask(
            desk=desk,
            party=f"user:{user.pk}",
            party_name=user.name,
            by=user,
            topic="nan",
            place="Hall 3",
            now=now - place * MINUTE,
        )
        item = attempt_item(course, user)
        SecondLook.objects.create(item=item, text="Why?", asked_at=now)
    sessions_of(course, students, size, now)
    counting.count_course(course=course, now=clock.now())
    return students


def sessions_of(course, students, size, now):
    """Sessions that went differently; the second student was at none of them."""
    for number, status in enumerate(("present", "late", "excused", "absent")[: size + 1]):
        session = ScheduleItem.objects.create(
            course=course, title=f"Session {number}", starts_at=now - DAY, ends_at=now - DAY + HOUR
        )
        for place, user in enumerate(students):
            Attendance.objects.create(
                course=course,
                session=session,
                user=user,
                status="absent" if place == 1 else status,
                source="staff",
                changed_at=now,
            )


def attempt_item(course, user):
    return Quiz.objects.filter(course=course).first().attempts.get(user=user).items.first()


def text(client, name, *args, **query):
    response = client.get(reverse(name, args=["dl", *args]), query)
    assert response.status_code == 200
    return response.content.decode()


LINK = re.compile(r'<a [^>]*href="([^"]+)"(?: data-(\w+))?>\s*([\d.]+)( %)?\s*</a>')
CHART = re.compile(r"<classroom-chart.*?</classroom-chart>", re.DOTALL)
#: What the numbers of these charts are; all others count.
DRAWN = {
    "Attendance, session by session": "came",
    "Handed in, week by week": "done",
    "Mean score, week by week": "mean",
}


def numbers(page):
    """(address, what, number) of every number with a link: those of the pages, then those of the charts."""
    main = page.partition("<main")[2].partition("</main")[0]
    found = [
        (unescape(url), what, float(number))
        for url, what, number, _percent in LINK.findall(CHART.sub("", main))
    ]
    for chart in CHART.findall(main):
        title = re.search(r"<figcaption[^>]*>([^<]+)", chart)[1]
        found += [
            (unescape(url), DRAWN.get(title, "count"), float(number))
            for url, _none, number, _percent in LINK.findall(chart)
        ]
    return found


def told_by(rows, what):
    """What rows come to, as the page says it."""
    match what:
        case "count":
            return len(rows)
        case "mean":  # of the scores
            return mean(float(row[3].removesuffix(" %")) for row in rows)
        case "rate":  # of those who handed in, wholly right
            return 100 * mean(bool(row[5]) for row in rows)
        case "done":
            return 100 * mean(bool(row[4]) for row in rows)
        case "median":  # of the minutes to success
            return median(float(row[6]) for row in rows)
        case "came":
            asked = [row[3] for row in rows if row[3] != "excused"]
            return 100 * sum(status != "absent" for status in asked) / len(asked)


def rows_at(client, url):
    page = client.get(url).content.decode()
    return int(re.search(r'data-rows="(\d+)"', page)[1])


def table(client, url):
    path, _mark, query = url.partition("?")
    answer = client.get(f"{path.rstrip('/')}.csv?{query}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))[1:]


#: What the numbers of each dashboard are.
KINDS = {
    "dashboard": {"count"},
    "this_week": {"count", "mean", "median"},
    "term": {"count", "mean", "done", "came"},
    "quality": {"count", "mean", "median", "rate"},
}


@pytest.mark.parametrize("name", PAGES)
def test_every_number_opens_the_rows_it_counts(teacher, course, name):
    term_of(course, 2)
    weeks = [{"week": 1}, {"week": 3}] if name == "this_week" else [{}]
    found = [one for query in weeks for one in numbers(text(teacher, name, **query))]
    followed = Counter()
    for url, what, number in found:
        if "/dashboard/rows/" not in url:
            continue  # a week's number, a question's page
        rows = table(teacher, url)
        assert (url, rows_at(teacher, url)) == (url, len(rows))
        assert (url, what, told_by(rows, what)) == (
            url,
            what,
            pytest.approx(number, abs=0.6 * (what != "count")),
        )
        followed[what] += 1
    assert set(followed) == KINDS[name]


def test_a_questions_numbers_are_those_of_its_page(teacher, course):
    term_of(course, 3)
    lines = teacher.get(reverse("quality", args=["dl"])).context["questions"]
    assert len(lines) == 19
    for line in lines:
        numbers = teacher.get(line.url).context["row"].numbers
        assert (line.count, line.facility, line.discrimination) == (
            numbers.count,
            numbers.facility,
            numbers.discrimination_index,
        )


def test_an_events_numbers_are_those_of_its_page(teacher, course):
    event = HackathonFactory(course=course, ends_at=clock.now() + DAY, starts_at=clock.now())
    task = challenge_of(event)
    teams = [team_of(event, size=1) for _ in range(4)]
    for team in teams[:3]:
        project_of(team, task)
    Project.objects.filter(team=teams[0]).update(withdrawn_at=clock.now())
    Team.objects.filter(pk=teams[1].pk).update(archived_at=clock.now())
    page = text(teacher, "dashboard").partition('id="event-title"')[2]
    said = [int(number) for _url, _what, number, _percent in LINK.findall(page)]
    there = teacher.get(reverse("projects:teams", args=["dl", event.pk])).context["teams"]
    assert said == [len(there), sum(row.project is not None for row in there)] == [3, 1]


def test_first_screen_says_what_is_to_be_done(teacher, course):
    term_of(course, 2)
    page = text(teacher, "dashboard")
    section = page.partition('id="todo-title"')[2].partition("</section>")[0]
    said = [
        unescape(re.sub(r"<[^>]+>", "", line)).strip()
        for line in re.findall(r"<li><span>(.*?)</span>", section)
    ]
    assert said[:4] == [
        "3 answers to grade",
        "2 hand-ins to grade",
        "2 requests for a second look",
        "3 students who may be falling behind",
    ]
    assert set(said[4:]) == {f"Quiz {number}.{copy}" for number in range(1, 4) for copy in range(2)}


def test_an_empty_course_says_so_kindly(teacher):
    for name, sentence in (
        ("dashboard", "Nothing waits for you."),
        ("dashboard", "No quiz has been written yet."),
        ("this_week", "Nothing has opened yet"),
        ("term", "Nobody, by the rules below."),
        ("quality", "No exercise has been counted yet."),
    ):
        assert sentence in text(teacher, name)
    for subject in SUBJECTS:
        assert "Nothing fits" in text(teacher, "rows", subject)


def test_before_anything_is_counted_the_page_says_so(teacher, course):
    make_quiz(course, now=clock.now())
    assert "Not counted yet" in text(teacher, "this_week")


@pytest.mark.parametrize(("minutes", "old"), [(None, False), (2, False), (4, True)])
def test_the_page_says_how_old_its_numbers_are(teacher, course, minutes, old):
    term_of(course, 1)
    if minutes is not None:
        heartbeat.note(now=clock.now() - minutes * MINUTE)
    for name in ("this_week", "term", "quality"):
        page = text(teacher, name)
        assert ("Newest change counted:" in page, "These numbers are old" in page) == (not old, old)
    course.archived_at = clock.now()
    course.save(update_fields=["archived_at"])
    assert "These numbers are old" not in text(teacher, "term")


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("dashboard", 22), ("dashboard_panel", 10), ("this_week", 13), ("term", 13), ("quality", 8)],
)
def test_dashboards_ask_no_more_for_more_rows(
    teacher, course, name, queries, size, django_assert_num_queries
):
    term_of(course, size)
    with django_assert_num_queries(queries):
        text(teacher, name)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_rows_ask_no_more_for_more_rows(teacher, subject):
    counts = []
    for size, slug in ((1, "one"), (3, "three")):
        course = CourseFactory(slug=slug)
        term_of(course, size)
        EnrolmentFactory(course=course, user=instructor_of(CourseFactory()), role=Role.INSTRUCTOR)
        teacher.force_login(instructor_of(course))
        address = reverse("rows", args=[slug, subject])
        query = {"quiz": Quiz.objects.get(course=course, title="Live").pk} if subject == "taking" else {}
        teacher.get(address, query)
        vars(clock._reading).clear()
        clock.now()
        with CaptureQueriesContext(connection) as asked:
            page = teacher.get(address, query).content.decode()
        assert "<tbody>" in page
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_rows_are_narrowed_and_paged(teacher, course):
    students = term_of(course, 2)
    assert rows_at(teacher, reverse("rows", args=["dl", "work"]) + "?q=student+00") == 14
    page = text(teacher, "rows", "work", q=students[0].email, item="quiz:999999", week="x")
    assert 'data-rows="14"' in page  # what makes no sense narrows nothing
    assert "1 to 50 of 56" in text(teacher, "rows", "work")


def test_rows_of_an_unknown_subject_are_not_there(teacher):
    assert teacher.get("/c/dl/dashboard/rows/secrets/").status_code == 404
    assert teacher.get("/c/dl/dashboard/rows/secrets.csv").status_code == 404


def test_a_table_that_leaves_computes_nothing(teacher, course):
    term_of(course, 1)
    UserFactory._meta.model.objects.filter(name="Student 00").update(name="=1+1")
    names = {row[0] for row in table(teacher, reverse("rows", args=["dl", "work"]))}
    assert names == {"'=1+1", "Student 01", "Student 02"}


@pytest.mark.parametrize("role", Role.values)
def test_dashboards_are_for_the_staff(client, course, role):
    students = term_of(course, 1)
    user = EnrolmentFactory(course=course, role=role).user
    client.force_login(user)
    may_see = {Role.GUEST: 404, Role.STUDENT: 403}.get(role, 200)
    addresses = [reverse(name, args=["dl"]) for name in (*PAGES, "dashboard_panel")]
    addresses += [reverse(name, args=["dl", one]) for name in ("rows", "rows_csv") for one in SUBJECTS]
    assert {client.get(address).status_code for address in addresses} == {may_see}
    may_write = {Role.INSTRUCTOR: 200, Role.ASSISTANT: 200, Role.GUEST: 404}.get(role, 403)
    assert client.get(reverse("write_to_student", args=["dl", students[2].pk])).status_code == may_write


def test_another_courses_rows_are_not_told(client, course):
    term_of(course, 1)
    other = CourseFactory(slug="other")
    client.force_login(instructor_of(other))
    assert client.get(reverse("rows", args=["dl", "work"])).status_code == 404
    live = Quiz.objects.get(title="Live")
    for subject in SUBJECTS:
        url = reverse("rows", args=["other", subject]) + f"?quiz={live.pk}"
        assert (rows_at(client, url), table(client, url)) == (0, [])
    assert (
        client.get(reverse("write_to_student", args=["other", Enrolment.objects.first().user_id])).status_code
        == 404
    )


def test_a_message_is_one_click_away_and_written_in_the_students_language(
    teacher, course, django_capture_on_commit_callbacks
):
    *_others, lost = term_of(course, 1)
    lost.language = "en"
    lost.save(update_fields=["language"])
    page = text(teacher, "term")
    address = reverse("write_to_student", args=["dl", lost.pk])
    assert f'href="{address}"' in page
    form = teacher.get(address).context["form"]
    assert "Missed 3 of the last 4 quizzes." in form.initial["body"]
    assert form.initial["subject"] == "Deep Learning: can we help?"
    letter = form.initial | {"sent": form["sent"].value()}
    for _ in range(2):  # a double click
        answer = teacher.post(address, letter)
        assert answer.url == reverse("term", args=["dl"])
    sent = Outbox.objects.get()
    assert (sent.recipient, sent.subject) == (lost.email, letter["subject"])
    assert Notice.objects.get(user=lost).body == letter["body"]
    assert AuditEntry.objects.filter(action="letter.at_risk", about=lost).count() == 1
    assert "written to on" in text(teacher, "term")


def test_an_empty_message_is_refused_and_nothing_is_lost(teacher, course):
    *_others, lost = term_of(course, 1)
    address = reverse("write_to_student", args=["dl", lost.pk])
    answer = teacher.post(address, {"subject": "", "body": "A long text", "sent": "x"})
    assert answer.status_code == 422
    assert "A long text" in answer.content.decode()
    assert Outbox.objects.count() == 0


def test_the_page_of_rows_says_what_they_are_narrowed_to(teacher, course):
    term_of(course, 1)
    exercise = Challenge.objects.filter(course=course).first()
    session = ScheduleItem.objects.get(course=course, title="Session 1")

    def told(subject, **query):
        found = re.findall(
            r'<span class="badge badge--long">([^<]+)</span>', text(teacher, "rows", subject, **query)
        )
        return [unescape(one) for one in found]

    assert told("work") == []
    assert told("work", item=exercise.deadline_key, standing="missed", at_least=0, below=50) == [
        f"Piece of work: {exercise.title}",
        "State: missed",
        "From percent: 0",
        "Below percent: 50",
    ]
    assert told("attendance", session=session.pk, status="came") == [
        f"Session: {session}",
        "State: was there",
    ]
    assert told("work", item="quiz:999999") == []
