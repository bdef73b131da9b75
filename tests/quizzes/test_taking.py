import gzip
import json
import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import Accommodation, Enrolment
from quizzes import services
from quizzes.models import Answer, Attempt, QuestionVersion, Quiz
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import ALL_KINDS, make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def student(course):
    return student_of(course, user__name="Ada")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric", "short_text"), now=clock.now())


@pytest.fixture
def as_student(client, student):
    client.force_login(student)
    return client


@pytest.fixture
def attempt(as_student, quiz, student):
    as_student.post(reverse("quizzes:start", args=["dl", quiz.pk]))
    return Attempt.objects.get(quiz=quiz, user=student)


def url(name, obj):
    return reverse(f"quizzes:{name}", args=["dl", obj.pk])


def save(client, attempt, position, *value, seq=1, tab="tab-1"):
    body = {"position": position, "client": tab, "seq": seq, "value": list(value)}
    return client.post(url("save", attempt), json.dumps(body), "application/json")


def age(attempt, **ago):
    """Move the attempt into the past, deadline and all."""
    delta = timedelta(**ago)
    for field in ("started_at", "deadline", "accepts_until"):
        setattr(attempt, field, getattr(attempt, field) - delta)
    attempt.save()


def test_the_door_offers_the_start_of_an_open_quiz(as_student, quiz):
    page = as_student.get(url("quiz", quiz)).content.decode()
    assert "Start the quiz" in page
    assert "6 min" in page


def test_a_quiz_that_is_not_open_cannot_be_started_by_guessing_its_address(as_student, course, student):
    quiz = make_quiz(course, now=clock.now(), is_open=False)
    response = as_student.post(url("start", quiz), follow=True)
    assert "not open yet" in response.content.decode()
    assert Attempt.objects.count() == 0


def without_secrets(page):
    """A page's text without what is new each time: the masked token, the nonce and the time left."""
    text = re.sub(
        r'(csrfmiddlewaretoken" value|x-csrftoken"|nonce)[=:] ?"[^"]*"', r"\1", page.content.decode()
    )
    return re.sub("<count-down.*?</count-down>", "", text)


@pytest.mark.parametrize(
    "settings",
    [{}, {"practice": True}, {"marking": "certainty"}, {"hint_cost_percent": 10}],
    ids=str,
)
def test_starting_shows_the_same_page_as_the_attempts_own_address(as_student, course, settings):
    kinds = [kind for kind, _ in ALL_KINDS]
    quiz = make_quiz(course, kinds, now=clock.now(), watch_focus=True, **settings)
    QuestionVersion.objects.update(hints=["Think", "Think again"])
    first = as_student.post(url("start", quiz))
    attempt = Attempt.objects.get(quiz=quiz)
    assert (first.status_code, first["Content-Location"]) == (200, url("attempt", attempt))
    assert first["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    again = as_student.get(url("attempt", attempt))
    # The menus for language and theme lead back to the address that was asked for.
    menus = without_secrets(first).replace(url("start", quiz), url("attempt", attempt))
    assert menus == without_secrets(again)


def test_loading_the_starts_address_leads_to_the_attempt_or_the_door(as_student, quiz):
    assert as_student.get(url("start", quiz))["Location"] == url("quiz", quiz)
    assert Attempt.objects.count() == 0
    as_student.post(url("start", quiz))
    assert as_student.get(url("start", quiz))["Location"] == url("attempt", Attempt.objects.get())


def test_a_second_start_goes_on_with_the_first_attempt(as_student, quiz, attempt):
    again = as_student.post(url("start", quiz))
    assert again.url == url("attempt", attempt)
    assert Attempt.objects.count() == 1


def test_a_saved_answer_is_there_after_a_reload(as_student, attempt):
    assert save(as_student, attempt, 2, "0,64").json()["saved"] == 1
    assert 'value="0,64"' in as_student.get(url("attempt", attempt)).content.decode()


def test_saving_costs_three_queries(as_student, attempt, django_assert_num_queries):
    with django_assert_num_queries(5):  # session with user, claim, insert; and the savepoint around them
        save(as_student, attempt, 2, "0.64")


def test_a_repeated_save_is_stored_once(as_student, attempt):
    assert save(as_student, attempt, 2, "0.64").status_code == 200
    assert save(as_student, attempt, 2, "0.64").status_code == 200
    assert Answer.objects.count() == 1


def test_an_old_save_that_arrives_late_changes_nothing(as_student, attempt):
    save(as_student, attempt, 2, "0.64", seq=2)
    save(as_student, attempt, 2, "0.6", seq=1)
    assert 'value="0.64"' in as_student.get(url("attempt", attempt)).content.decode()


def test_an_answer_in_the_grace_counts_and_one_after_it_is_refused(as_student, quiz, attempt):
    age(attempt, minutes=6, seconds=2)
    assert save(as_student, attempt, 2, "0.64").status_code == 200
    age(attempt, seconds=10)
    late = save(as_student, attempt, 2, "0.1", seq=2)
    assert (late.status_code, list(late.json())) == (409, ["error"])
    as_student.get(url("attempt_done", attempt))
    attempt.refresh_from_db()
    assert attempt.score == 2


def test_an_attempt_whose_time_is_up_is_handed_in_by_looking(as_student, quiz, attempt):
    save(as_student, attempt, 2, "0.64")
    age(attempt, minutes=10)
    as_student.get(url("quiz", quiz))
    attempt.refresh_from_db()
    assert (attempt.finished_at, attempt.score, attempt.max_score) == (attempt.deadline, 2, 6)


def test_the_sweep_hands_in_what_nobody_looks_at(as_student, attempt):
    save(as_student, attempt, 2, "0.64")
    age(attempt, minutes=10)
    assert services.finish_overdue(now=clock.now()) == 1
    assert services.finish_overdue(now=clock.now()) == 0
    attempt.refresh_from_db()
    assert attempt.score == 2


def test_nobody_reads_or_writes_somebody_elses_attempt(client, course, attempt):
    client.force_login(student_of(course))
    for name in ("attempt", "clock", "attempt_done", "attempt_review"):
        assert client.get(url(name, attempt)).status_code == 404
    assert client.post(url("hand_in", attempt)).status_code == 404
    assert save(client, attempt, 1, "0").status_code == 403
    assert Answer.objects.count() == 0
    attempt.refresh_from_db()
    assert attempt.finished_at is None


def test_who_has_left_the_course_saves_nothing(as_student, student, attempt):
    Enrolment.objects.filter(user=student).update(left_at=clock.now())
    assert save(as_student, attempt, 1, "0").status_code == 403
    assert Answer.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"position": "x", "client": "a", "seq": 1, "value": []}',
        '{"position": 1, "client": "", "seq": 1, "value": []}',
        '{"position": 1, "client": "a", "seq": -1, "value": []}',
        '{"position": 1, "client": "a", "seq": 99999999999, "value": []}',
        '{"position": 1, "client": "a", "seq": 1, "value": ["\\u0000"]}',
        '{"position": 1, "client": "a", "seq": 1, "value": 5}',
        '{"position": 1, "client": "a", "seq": 1, "value": ["\\ud800"]}',
        '{"position": Infinity, "client": "a", "seq": 1, "value": []}',
    ],
)
def test_a_broken_save_is_told_so(as_student, attempt, body):
    response = as_student.post(url("save", attempt), body, "application/json")
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_an_answer_to_no_question_of_the_attempt_is_refused(as_student, attempt):
    response = save(as_student, attempt, 9, "0")
    assert response.status_code == 403
    assert response.json() == {"error": "This attempt has no such question: reload the page."}
    assert Answer.objects.count() == 0


def test_a_very_long_answer_is_refused(as_student, attempt):
    assert save(as_student, attempt, 3, "x" * 30_000).status_code == 413


def test_an_option_of_another_question_earns_nothing(as_student, attempt):
    save(as_student, attempt, 1, "77")
    as_student.post(url("hand_in", attempt))
    attempt.refresh_from_db()
    assert attempt.score == 0


def test_without_script_a_post_saves_and_hands_in(as_student, attempt):
    as_student.post(url("attempt", attempt), {"q1": "0", "q2": "0.64", "q3": ""})
    attempt.refresh_from_db()
    assert attempt.finished_at is None
    as_student.post(url("attempt", attempt), {"q1": "0", "q2": "0.1", "q3": "Chain  Rule", "hand_in": "1"})
    attempt.refresh_from_db()
    assert attempt.score == 4


def test_handing_in_twice_changes_nothing(as_student, attempt):
    save(as_student, attempt, 2, "0.64")
    as_student.post(url("hand_in", attempt))
    attempt.refresh_from_db()
    first = (attempt.finished_at, attempt.score, attempt.receipt)
    as_student.post(url("hand_in", attempt))
    assert save(as_student, attempt, 1, "0", seq=5).status_code == 409
    attempt.refresh_from_db()
    assert (attempt.finished_at, attempt.score, attempt.receipt) == first


def test_the_key_is_in_no_page_before_the_release(as_student, quiz, attempt):
    before = as_student.get(url("attempt", attempt)).content.decode()
    assert "kettenregel" not in before
    assert "right" not in before.split("<quiz-form")[1].split("</quiz-form>")[0]
    save(as_student, attempt, 2, "0.64")
    as_student.post(url("hand_in", attempt))
    done = as_student.get(url("attempt_done", attempt)).content.decode()
    assert "Points" not in done
    assert as_student.get(url("attempt_review", attempt)).status_code == 302
    card = as_student.get(reverse("quizzes:index", args=["dl"])).content.decode()
    assert "of 6 points" not in card


def test_the_review_shows_what_was_right_once_it_is_released(as_student, course, quiz, attempt):
    save(as_student, attempt, 2, "0.7")
    as_student.post(url("hand_in", attempt))
    services.close_quiz(quiz=quiz, by=instructor_of(course), now=clock.now())
    services.release_review(quiz=quiz, by=instructor_of(course), now=clock.now())
    review = as_student.get(url("attempt_review", attempt)).content.decode()
    assert "chain rule" in review
    assert "0.64 ± 0.005" in review
    assert "0 of 6 points" in review


def test_an_accommodation_gives_more_time_and_an_extension_moves_a_running_attempt(
    as_student, course, student, quiz
):
    Accommodation.objects.create(course=course, user=student, time_multiplier=2)
    as_student.post(url("start", quiz))
    attempt = Attempt.objects.get()
    assert attempt.deadline - attempt.started_at == timedelta(minutes=12)
    services.extend(
        quiz=quiz, user=student, extra_seconds=90, by=instructor_of(course), reason="", now=clock.now()
    )
    left = as_student.get(url("clock", attempt)).json()["seconds_left"]
    assert 12 * 60 + 80 < left <= 12 * 60 + 90


def test_the_receipt_is_the_same_for_the_same_answers(as_student, attempt):
    save(as_student, attempt, 2, "0.6")
    save(as_student, attempt, 2, "0.64", seq=2)
    as_student.post(url("hand_in", attempt))
    attempt.refresh_from_db()
    versions = attempt.items.values_list("version", flat=True)
    lines = f'[1,{versions[0]},[]],[2,{versions[1]},["0.64"]],[3,{versions[2]},[]]'
    said = f"[{attempt.pk},{attempt.user_id},[{lines}]]"
    assert attempt.receipt == sha256(said.encode()).hexdigest()
    assert services.receipt_holds(attempt) is True
    attempt.answers.filter(seq=2).update(value=["0.65"])
    assert services.receipt_holds(attempt) is False


def test_students_are_kept_out_of_the_staffs_side(as_student, quiz):
    for name in ("run", "panel", "results_csv"):
        assert as_student.get(url(name, quiz)).status_code == 403
    for name in ("open", "close", "release", "extend"):
        assert as_student.post(url(name, quiz)).status_code == 403


def test_an_unpublished_quiz_does_not_exist_for_students(as_student, course):
    hidden = make_quiz(course, now=clock.now(), published_at=None)
    assert as_student.get(url("quiz", hidden)).status_code == 404
    assert as_student.post(url("start", hidden)).status_code == 404


def test_no_state_changes_by_get(as_student, quiz, attempt):
    for name, obj in (("hand_in", attempt), ("save", attempt)):
        assert as_student.get(url(name, obj)).status_code == 405


def test_one_attempt_that_cannot_be_scored_does_not_keep_the_others_from_it(course, quiz, caplog):
    now = clock.now()
    broken, sound = (services.start_attempt(quiz=quiz, user=student_of(course), now=now) for _ in range(2))
    item = broken.items.get(position=3)
    unknown = QuestionVersion.objects.create(
        question=item.version.question, number=2, kind="gone", body="?", created_at=now
    )
    broken.items.filter(pk=item.pk).update(version=unknown)
    services.finish_overdue(now=now + timedelta(minutes=10))
    for attempt in (broken, sound):
        attempt.refresh_from_db()
    assert sound.score == 0
    assert (broken.finished_at, broken.score) == (broken.deadline, None)
    assert [record.name for record in caplog.records] == ["quizzes.services.closing"]


def test_an_extension_given_while_the_sweep_runs_wins(course, student, quiz, attempt):
    """The sweep has listed the attempt as overdue; before it closes it, somebody gives more time."""
    late = attempt.accepts_until + timedelta(seconds=1)
    services.extend(
        quiz=quiz, user=student, extra_seconds=300, by=instructor_of(course), reason="", now=clock.now()
    )
    services.hand_in(attempt=attempt, now=late, only_overdue=True)
    attempt.refresh_from_db()
    assert attempt.finished_at is None


def test_an_answer_to_no_question_is_not_counted(as_student, attempt):
    for position in (3, 99):
        save(as_student, attempt, position, "chain rule", seq=position)
    as_student.post(url("hand_in", attempt))
    assert "1 of 3 questions answered" in as_student.get(url("attempt_done", attempt)).content.decode()


def test_nothing_a_student_can_ask_for_holds_the_key_before_the_release(as_student, course, student):
    """Every address of a running and of a handed-in attempt, with its headers; the review is not released."""
    secret = {"explanation": "SECRET because", "hints": ["SECRET hint"]}
    quiz = make_quiz(course, ("single", "short_text", "numeric"), now=clock.now(), hint_cost_percent=10)
    attempt = services.start_attempt(quiz=quiz, user=student, now=clock.now())
    for kind, data in {
        "single": {
            "options": [
                {"text": "A step", "right": True, "feedback": "SECRET praise"},
                {"text": "ReLU", "feedback": "SECRET blame", "misconception": "SECRET idea"},
            ]
        },
        "short_text": {"accepted": [{"text": "SECRET word", "feedback": "SECRET"}]},
        "numeric": {"answers": [{"value": 7315519, "feedback": "SECRET"}]},
    }.items():
        QuestionVersion.objects.filter(items__attempt=attempt, kind=kind).update(data=data, **secret)
    save(as_student, attempt, 1, "1", tab="other")
    told = [save(as_student, attempt, position, "1") for position in (1, 2, 3)]
    told.append(as_student.get(url("clock", attempt), {"client": "x"}))
    told.append(as_student.post(url("signals", attempt), '{"outage": 1}', "application/json"))
    for position in (1, 2, 3):
        check = reverse("quizzes:check", args=["dl", attempt.pk, position])
        told += [as_student.post(check, fields) for fields in ({}, {"solution": "1"}, {"look": "1"})]
        told.append(as_student.post(check.replace("check", "hint"), {"number": "2"}))
    form = {"q1": "0", "check": "1", "seen": ""}
    told += [as_student.post(url("attempt", attempt), form | extra) for extra in ({}, {"solution": "2"})]
    told.append(as_student.get(url("attempt", attempt), {"checked": "1", "solved": "2"}))
    told.append(as_student.get(url("quiz", quiz)))
    told.append(as_student.post(url("hand_in", attempt)))
    told += [as_student.get(url(name, attempt)) for name in ("attempt_done", "attempt_review", "attempt")]
    told += [as_student.get(url("quiz", quiz)), as_student.get(reverse("quizzes:index", args=["dl"]))]
    for response in told:
        content = response.content
        if response.headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        said = f"{content.decode()} {dict(response.headers)}"
        leaks = [word for word in ("SECRET", "7315519", "misconception") if word in said]
        assert leaks == [], (response.wsgi_request.path, leaks)


def test_the_door_tells_a_persons_own_time_and_how_many_attempts_there_are(as_student, course, student, quiz):
    Quiz.objects.update(max_attempts=3, grace_seconds=5)
    page = as_student.get(quiz.get_absolute_url()).content.decode()
    assert "<dd>6 min</dd>" in page
    assert "<dd>0 of 3 taken; what counts: the best</dd>" in page
    assert "before your" not in page
    Accommodation.objects.create(course=course, user=student, time_multiplier=1.5)
    Quiz.objects.update(closes_at=clock.now() + timedelta(minutes=8))
    page = as_student.get(quiz.get_absolute_url()).content.decode()
    assert "<dd>9 min</dd>" in page
    assert "This quiz closes before your 9 min are over" in page


def test_no_grace_is_promised_where_nothing_ends(as_student, quiz):
    Quiz.objects.update(time_limit_seconds=None, grace_seconds=5)
    promise = "Answers that arrive up to 5 seconds after the end still count."
    door = as_student.get(quiz.get_absolute_url()).content.decode()
    asked = as_student.post(reverse("quizzes:start", args=["dl", quiz.pk]), follow=True).content.decode()
    assert [promise in page for page in (door, asked)] == [False, False]
    Quiz.objects.update(closes_at=clock.now() + timedelta(hours=1))
    Attempt.objects.all().delete()
    door = as_student.get(quiz.get_absolute_url()).content.decode()
    asked = as_student.post(reverse("quizzes:start", args=["dl", quiz.pk]), follow=True).content.decode()
    assert [promise in page for page in (door, asked)] == [True, True]


def test_question_drawn_for_one_is_drawn_anew_where_anything_differs(client, course):
    """The same question in other places, orders, languages, courses and states."""
    pictured = {"options": [{"text": f"![x](image:{'a' * 64})", "right": True}, {"text": "no"}]}
    quizzes = [make_quiz(one, ("single",), now=clock.now()) for one in (course, CourseFactory(slug="ml"))]
    QuestionVersion.objects.update(data=pictured)
    for quiz in quizzes:
        for language, head in (("en", "Question 1 of 1"), ("de", "Frage 1 von 1")):
            client.force_login(student_of(quiz.course))
            page = client.post(quiz.get_absolute_url() + "start/", headers={"accept-language": language})
            text = page.content.decode()
            assert (head in text, text.count(f"/c/{quiz.course.slug}/quizzes/images/{'a' * 64}")) == (True, 1)
    attempt = Attempt.objects.latest("pk")
    client.post(
        reverse("quizzes:save", args=["ml", attempt.pk]),
        {"position": 1, "client": "t", "seq": 1, "value": ["0"]},
        content_type="application/json",
    )
    mine = reverse("quizzes:attempt", args=["ml", attempt.pk])
    assert client.get(mine).content.decode().count('value="0" checked') == 1
    client.force_login(student_of(quizzes[1].course))
    other = client.post(quizzes[1].get_absolute_url() + "start/")
    assert other.content.decode().count("checked") == 0


def test_pages_of_two_students_differ_only_in_what_is_theirs(client, course):
    always_shuffled = {"matching", "ordering", "cloze"}
    kinds = [kind for kind, _ in ALL_KINDS if kind not in always_shuffled]
    quiz = make_quiz(course, kinds, now=clock.now(), shuffle_options=False)
    pages = []
    for name, initials in (("Ada Lovelace", "AL"), ("Grace Hopper", "GH")):
        student = student_of(course, user__name=name)
        client.force_login(student)
        text = without_secrets(client.post(url("start", quiz)))
        attempt = Attempt.objects.get(user=student)
        theirs = (name, student.email, f">{initials}<", f'"{initials}:')
        for own in (*theirs, f'attempt="{attempt.pk}"', f"/attempts/{attempt.pk}/"):
            assert own in text
            text = text.replace(own, "")
        pages.append(text)
    assert pages[0] == pages[1]


def test_what_runs_and_what_counts_comes_first_then_what_ends_sooner(as_student, course):
    now = clock.now()

    def make(title, **fields):
        return make_quiz(course, ("single",), now=now, title=title, **fields)

    make("over", opens_at=now - timedelta(hours=1), closes_at=now - timedelta(seconds=1))
    make("practice", practice=True)
    make("later", closes_at=now + timedelta(days=1))
    make("sooner", closes_at=now + timedelta(hours=1))
    running = make("running")
    as_student.post(url("start", running))
    order = ["running", "sooner", "later", "practice"]
    listed = as_student.get(reverse("quizzes:index", args=["dl"])).context["cards"]
    assert [card.title for card in listed] == [*order, "over"]
    start_page = as_student.get(course.get_absolute_url()).context["quizzes_now"]
    assert [card.title for card in start_page] == order
