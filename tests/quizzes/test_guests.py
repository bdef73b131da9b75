import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter
from django.urls.resolvers import URLPattern, URLResolver

from classroom import clock
from classroom.models import AuditEntry, Enrolment, Outbox, Role, User
from quizzes import services
from quizzes.errors import Refused
from quizzes.models import Answer, Arrival, Attempt, Quiz
from quizzes.services.guests import DAYS_REMEMBERED, guest_name
from quizzes.views import joining
from tests.factories import CourseFactory, UserFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db

CODE = "BCDFGHJK"


@pytest.fixture(autouse=True)
def no_failures_yet(monkeypatch):
    monkeypatch.setattr(joining.wrong_by_address, "name", uuid4())


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric"), now=clock.now(), anonymous=True, join_code=CODE)


def url(name, *args):
    return reverse(f"quizzes:{name}", args=["dl", *args])


def join(quiz, name="Ada", *, client=None, code=None, **extra):
    client = client or Client()
    address = reverse("join", args=[code or quiz.join_code])
    ticket = client.get(address, **extra).context["ticket"]
    answer = client.post(address, {"name": name, "ticket": ticket}, **extra)
    assert answer.status_code == 302, answer.context["form"].errors
    client.address = answer["Location"]
    return client


def test_a_guest_joins_with_a_code_takes_the_quiz_and_gets_a_receipt(quiz):
    client = Client()
    found = client.get(reverse("join"), {"code": "bcdf-ghjk"})
    assert found["Location"] == f"/join/{CODE}/"
    join(quiz, " Ada  Lovelace ", client=client)
    assert client.address == quiz.get_absolute_url()
    assert client.get(client.address).status_code == 200
    started = client.post(url("start", quiz.pk))
    attempt = Attempt.objects.get()
    assert (started.status_code, started["Content-Location"]) == (200, url("attempt", attempt.pk))
    assert client.get(url("attempt", attempt.pk)).status_code == 200
    saved = client.post(
        url("save", attempt.pk),
        {"position": 1, "client": "t", "seq": 1, "value": ["0"]},
        content_type="application/json",
    )
    assert saved.json()["saved"] == 1
    assert client.get(url("clock", attempt.pk)).json()["state"] == "running"
    client.post(url("hand_in", attempt.pk))
    assert client.get(url("attempt_done", attempt.pk)).status_code == 200
    by = instructor_of(quiz.course)
    services.close_quiz(quiz=quiz, by=by, now=clock.now())
    services.release_review(quiz=quiz, by=by, now=clock.now())
    assert client.get(url("attempt_review", attempt.pk)).status_code == 200
    user = attempt.user
    assert (user.name, user.is_guest, user.has_usable_password()) == ("Ada Lovelace", True, False)
    assert Enrolment.objects.get(user=user).role == Role.GUEST


@pytest.mark.django_db(transaction=True)
def test_pages_opened_together_give_one_code(course):
    quiz = make_quiz(course, now=clock.now(), anonymous=True)
    by = instructor_of(course)
    acts = [
        lambda quiz=seen: services.give_join_code(quiz=quiz, by=by, now=clock.now())
        for seen in [Quiz.objects.get(pk=quiz.pk) for _ in range(4)]
    ]
    assert set(at_once(acts, refusals=Refused)) == {Quiz.objects.get(pk=quiz.pk).join_code}
    assert AuditEntry.objects.filter(action="quiz.join_code_given").count() == 1


def test_coming_back_in_the_same_browser_is_the_same_guest(quiz):
    client = join(quiz)
    assert client.get(f"/join/{CODE}/")["Location"] == quiz.get_absolute_url()
    assert client.get("/")["Location"] == quiz.get_absolute_url()
    assert User.objects.filter(email__endswith="@guest.invalid").count() == 1


def test_the_same_page_sent_twice_makes_one_guest(quiz):
    client = Client()
    ticket = client.get(f"/join/{CODE}/").context["ticket"]
    for browser in (client, Client()):
        browser.post(f"/join/{CODE}/", {"name": "Ada", "ticket": ticket})
    assert [user.name for user in User.objects.filter(email__endswith="@guest.invalid")] == ["Ada"]


def test_a_guest_of_one_quiz_joins_the_next_as_the_same_person(quiz, course):
    client = join(quiz)
    other = make_quiz(course, now=clock.now(), anonymous=True, join_code="ZZZZZZZZ")
    assert client.get(url("quiz", other.pk)).status_code == 404
    join(other, "Ada B.", client=client)
    assert client.get(url("quiz", other.pk)).status_code == 200
    assert client.get(url("quiz", quiz.pk)).status_code == 200
    assert User.objects.filter(email__endswith="@guest.invalid").get().name == "Ada B."


def test_names_are_given_once_in_a_room_and_never_a_students(quiz):
    student_of(quiz.course, user__name="Ada")
    for name in ("ada", "Ada", "Bob"):
        join(quiz, name)
    names = (
        User.objects.filter(email__endswith="@guest.invalid").order_by("pk").values_list("name", flat=True)
    )
    assert list(names) == ["ada (2)", "Ada (3)", "Bob"]


@pytest.mark.parametrize(
    "name", ["", "   ", "!!!", "x" * 41, "Ada\u202eevil", "A\u200bda", "Ada\x07", "\x00Ada"]
)
def test_names_nobody_can_read_are_refused(quiz, name):
    with pytest.raises(Refused):
        guest_name(name)
    client = Client()
    ticket = client.get(f"/join/{CODE}/").context["ticket"]
    page = client.post(f"/join/{CODE}/", {"name": name, "ticket": ticket})
    assert page.status_code == 422
    assert not User.objects.filter(email__endswith="@guest.invalid").exists()


def test_members_of_the_course_are_led_to_the_quiz(client, quiz):
    client.force_login(student_of(quiz.course))
    assert client.get(f"/join/{CODE}/")["Location"] == quiz.get_absolute_url()
    assert not Arrival.objects.exists()


def test_somebody_elses_account_is_left_and_not_made_a_guest(client, quiz):
    stranger = UserFactory()
    client.force_login(stranger)
    assert "signed out of that account" in client.get(f"/join/{CODE}/").content.decode()
    join(quiz, client=client)
    assert not Enrolment.objects.filter(user=stranger).exists()
    assert client.get(quiz.get_absolute_url()).wsgi_request.user.is_guest


@pytest.mark.parametrize(
    "change",
    [
        {"anonymous": False},
        {"join_code": "ZZZZZZZZ"},
        {"published_at": None},
    ],
)
def test_a_code_is_dead_once_the_quiz_says_so(quiz, change):
    type(quiz).objects.filter(pk=quiz.pk).update(**change)
    assert Client().get(f"/join/{CODE}/").status_code == 404


def test_a_new_code_kills_the_old_one(quiz):
    by = instructor_of(quiz.course)
    code = services.give_join_code(quiz=quiz, by=by, now=clock.now())
    assert Client().get(f"/join/{CODE}/").status_code == 404
    assert Client().get(f"/join/{code}/").status_code == 200
    assert [entry.action for entry in AuditEntry.objects.all()] == ["quiz.join_code_given"]


def test_a_closed_quiz_takes_no_more_guests(quiz):
    client = Client()
    ticket = client.get(f"/join/{CODE}/").context["ticket"]
    services.close_quiz(quiz=quiz, by=instructor_of(quiz.course), now=clock.now())
    page = client.post(f"/join/{CODE}/", {"name": "Ada", "ticket": ticket})
    assert page.status_code == 422
    assert "takes no guests now" in page.content.decode()


def test_guests_stop_at_once_when_the_quiz_takes_none_any_more(quiz):
    client = join(quiz)
    client.post(url("start", quiz.pk))
    attempt = Attempt.objects.get()
    type(quiz).objects.filter(pk=quiz.pk).update(anonymous=False)
    change = {"position": 1, "client": "t", "seq": 1, "value": ["0"]}
    saved = client.post(url("save", attempt.pk), change, content_type="application/json")
    pages = [url("quiz", quiz.pk), url("attempt", attempt.pk), url("attempt_done", attempt.pk)]
    assert (saved.status_code, [client.get(page).status_code for page in pages]) == (403, [404, 404, 404])
    assert not Answer.objects.exists()


def test_a_removed_guest_is_out_and_stays_out(quiz):
    client = join(quiz)
    client.post(url("start", quiz.pk))
    guest, by = Attempt.objects.get().user, instructor_of(quiz.course)
    services.remove_guest(quiz=quiz, user=guest, by=by, now=clock.now())
    assert client.get(quiz.get_absolute_url()).status_code == 404
    ticket = client.get(f"/join/{CODE}/").context["ticket"]
    page = client.post(f"/join/{CODE}/", {"name": "Ada", "ticket": ticket})
    assert "has removed you" in page.content.decode()
    assert Attempt.objects.count() == 1
    with pytest.raises(Refused):
        services.remove_guest(quiz=quiz, user=guest, by=by, now=clock.now())


def test_an_instructor_renames_guests_only(quiz):
    join(quiz, "Rude word")
    join(quiz, "Bob")
    guest, by, now = User.objects.get(name="Rude word"), instructor_of(quiz.course), clock.now()
    assert services.rename_guest(quiz=quiz, user=guest, name="Bob", by=by, now=now) == "Bob (2)"
    student = student_of(quiz.course, user__name="Cy")
    services.arrive(quiz=quiz, user=student, now=now)
    with pytest.raises(Refused):
        services.rename_guest(quiz=quiz, user=student, name="X", by=by, now=now)
    student.refresh_from_db()
    assert student.name == "Cy"


def test_wrong_codes_are_limited_by_browser_without_locking_the_class_out(quiz):
    guesser = Client()
    tries = [guesser.get(f"/join/WRONG{n:03}/").status_code for n in range(12)]
    assert tries == [404] * joining.WRONG_BY_BROWSER + [429] * 2
    assert guesser.get(f"/join/{CODE}/").status_code == 429
    assert Client().get(f"/join/{CODE}/").status_code == 200


def test_codes_cannot_be_enumerated_from_one_address(quiz):
    statuses = [Client().get(f"/join/WRONG{n:03}/").status_code for n in range(65)]
    assert statuses == [404] * 60 + [429] * 5
    assert Client().get(f"/join/{CODE}/").status_code == 429  # a hit tells a guesser nothing either
    assert Client().get(f"/join/{CODE}/", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_guesses_at_an_address_do_not_lock_out_the_class_there(quiz):
    join(quiz, "Early")
    for n in range(61):
        Client().get(f"/join/WRONG{n:03}/")
    assert Client().get("/join/WRONG999/").status_code == 429
    join(quiz, "Late")


def test_a_class_behind_one_address_gets_in(quiz):
    for number in range(200):
        join(quiz, f"Guest {number}")
    assert Enrolment.objects.filter(role=Role.GUEST).count() == 200


def test_guests_get_no_mail_and_no_code(quiz):
    join(quiz)
    guest = User.objects.get(name="Ada")
    Client().post(reverse("account_request_login_code"), {"email": guest.email})
    assert not Outbox.objects.exists()


def test_results_mark_guests(client, quiz):
    guest = join(quiz, "Gast")
    guest.post(url("start", quiz.pk))
    services.start_attempt(quiz=quiz, user=student_of(quiz.course, user__name="Ada"), now=clock.now())
    client.force_login(instructor_of(quiz.course))
    page = client.get(url("run", quiz.pk))
    assert [(row.name, row.is_guest, row.email) for row in page.context["results"] if row.is_guest] == [
        ("Gast", True, "")
    ]
    assert (page.context["live"].enrolled, page.context["live"].absent) == (1, 0)
    rows = list(csv.reader(io.StringIO(client.get(url("results_csv", quiz.pk)).content.decode("utf-8-sig"))))
    assert [(row[0], row[-1]) for row in rows[1:]] == [("Ada", ""), ("Gast", "yes")]


def test_guests_are_no_people_of_the_course_and_nobody_can_be_made_one(client, quiz):
    join(quiz, "Gast")
    client.force_login(instructor_of(quiz.course))
    assert "Gast" not in client.get(reverse("people", args=["dl"])).content.decode()
    page = client.post(reverse("add_people", args=["dl"]), {"addresses": "x@example.org", "role": "guest"})
    assert page.status_code == 422


def test_guests_are_forgotten_by_name_and_their_results_stay(quiz):
    now = clock.now()
    client, idle = join(quiz, "Ada"), join(quiz, "Idle")
    client.post(url("start", quiz.pk))
    later = now + timedelta(days=DAYS_REMEMBERED)
    assert services.forget_guests(now=later - timedelta(hours=1)) == 0
    assert services.forget_guests(now=later + timedelta(hours=1)) == 2
    user = Attempt.objects.get().user
    assert (user.name, user.is_active, user.anonymised_at is None) == ("Guest", False, False)
    assert not User.objects.filter(name__in=["Ada", "Idle"]).exists()
    assert [one.get(quiz.get_absolute_url()).status_code for one in (client, idle)] == [302, 302]
    assert services.forget_guests(now=later + timedelta(hours=2)) == 0


def test_the_command_forgets_guests(quiz, capsys):
    join(quiz)
    call_command("forget_guests", "--days", "0")
    assert capsys.readouterr().out == "1 guests forgotten.\n"


# What a guest may open ------------------------------------------------------------------------------------

#: The places that let guests in; everything else of a course does not exist for them.
FOR_GUESTS = {
    "quizzes:quiz",
    "quizzes:start",
    "quizzes:attempt",
    "quizzes:save",
    "quizzes:clock",
    "quizzes:signals",
    "quizzes:hand_in",
    "quizzes:attempt_done",
    "quizzes:attempt_review",
    "quizzes:lobby",
    "quizzes:discussion",
    "quizzes:image",
}
#: It only forgets a choice of the session and looks at no course.
WITHOUT_A_DOOR = {"leave_student_view"}


def course_routes(patterns=None, prefix="", names=(), converters=None):
    """Yield the name and the arguments' converters of every address below a course."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route, takes = prefix + str(pattern.pattern), (converters or {}) | pattern.pattern.converters
        if isinstance(pattern, URLResolver):
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from course_routes(pattern.url_patterns, route, inner, takes)
        elif isinstance(pattern, URLPattern) and route.startswith("c/<slug:slug>/"):
            yield ":".join((*names, pattern.name)), takes


def word(converter):
    """Something that an address takes: "x", or the first of the words to choose from."""
    return "x" if re.fullmatch(converter.regex, "x") else converter.regex.split("|")[0]


def test_for_a_guest_the_course_has_one_quiz_and_nothing_else(quiz, course):
    hidden = make_quiz(course, now=clock.now(), title="Not for guests")
    foreign = services.start_attempt(quiz=hidden, user=student_of(course), now=clock.now())
    client = join(quiz)
    opened = set()
    for name, converters in course_routes():
        for pk in {quiz.pk, hidden.pk, foreign.pk}:
            arguments = {
                key: "dl" if key == "slug" else pk if isinstance(converter, IntConverter) else word(converter)
                for key, converter in converters.items()
            }
            for method in (client.get, client.post):
                answer = method(reverse(name, kwargs=arguments))
                assert answer.status_code < 500, (name, answer.status_code)
                if answer.status_code not in {403, 404, 405}:
                    opened.add(name)
    assert opened - FOR_GUESTS - WITHOUT_A_DOOR == set()
    assert client.get(url("quiz", hidden.pk)).status_code == 404
    assert client.get(url("attempt", foreign.pk)).status_code == 404
    assert client.get(url("discussion", quiz.pk)).status_code == 200
    assert client.get(url("discussion", hidden.pk)).status_code == 404
    assert client.get(reverse("settings")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_thirty_guests_of_one_name_at_once_are_told_apart(quiz):
    now = clock.now()

    def come(number):
        return services.join_as_guest(quiz=quiz, name="Ada", ticket=f"ticket-{number}" * 4, now=now).name

    names = at_once([lambda n=n: come(n) for n in range(30)], refusals=Refused)
    assert sorted(names) == sorted(["Ada", *(f"Ada ({n})" for n in range(2, 31))])


@pytest.mark.django_db(transaction=True)
def test_the_same_page_sent_thrice_at_once_makes_one_guest(quiz):
    now = clock.now()
    acts = [lambda: services.join_as_guest(quiz=quiz, name="Ada", ticket="t" * 30, now=now).pk] * 3
    assert len(set(at_once(acts, refusals=Refused))) == 1
    assert Arrival.objects.count() == 1


def test_the_page_to_sign_in_leads_guests_to_where_they_join(client):
    page = client.get(reverse("account_request_login_code")).content.decode()
    assert f'href="{reverse("join")}"' in page


def test_guests_are_not_offered_what_is_not_for_them(quiz):
    client = join(quiz)
    client.post(url("start", quiz.pk))
    attempt = Attempt.objects.get()
    services.hand_in(attempt=attempt, now=clock.now())
    for act in (services.close_quiz, services.release_review):
        act(quiz=quiz, by=instructor_of(quiz.course), now=clock.now())
    review = client.get(url("attempt_review", attempt.pk)).content.decode()
    assert "Question 1" in review
    assert "second-look" not in review
