"""Who gets through which door: every address of the quizzes, for every role, with own and foreign objects.

The cases are made from the URL configuration: an address without a line in `DOORS` fails.
"""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from classroom import clock
from classroom.models import Course, Extension, Role
from quizzes import services
from quizzes.models import Arrival, QuestionImage, QuestionVersion, Section
from quizzes.services import regrading
from quizzes.urls import urlpatterns
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz

pytestmark = pytest.mark.django_db

ROLES = ("signed_out", "stranger", "guest", "student", "viewer", "assistant", "instructor")
#: What each role gets; "in": what the address answers to those it lets in.
STAFF = {
    "signed_out": 302,
    "stranger": 404,
    "guest": 404,
    "student": 403,
    "viewer": "in",
    "assistant": "in",
    "instructor": "in",
}
GRADERS = STAFF | {"viewer": 403}
INSTRUCTORS = GRADERS | {"assistant": 403}
MEMBERS = STAFF | {"student": "in"}
#: Also guests, who came with the quiz's code.
EVERYBODY = MEMBERS | {"guest": "in"}
#: Whose attempt it is: no member of staff has one here.
OWNERS = EVERYBODY | {"viewer": 404, "assistant": 404, "instructor": 404}
#: Staff take no quiz.
TAKERS = EVERYBODY | {"viewer": 403, "assistant": 403, "instructor": 403}
STUDENTS = OWNERS | {"guest": 404}
#: The save has one statement for a door: it does not tell what is missing from what is another's.
SAVERS = OWNERS | dict.fromkeys(("stranger", "viewer", "assistant", "instructor"), 403)

#: By name: the method, who gets in, and what the answer is then.
DOORS = {
    "index": ("GET", MEMBERS, 200),
    "bank": ("GET", STAFF, 200),
    "categories": ("POST", INSTRUCTORS, 302),
    "import_questions": ("GET", INSTRUCTORS, 200),
    "export_questions": ("GET", INSTRUCTORS, 200),
    "question_new": ("GET", INSTRUCTORS, 200),
    "question_preview": ("POST", INSTRUCTORS, 200),
    "question_trial": ("GET", INSTRUCTORS, 200),
    "question": ("GET", STAFF, 200),
    "question_edit": ("GET", INSTRUCTORS, 200),
    "question_copy": ("POST", INSTRUCTORS, 302),
    "question_archive": ("POST", INSTRUCTORS, 302),
    "question_delete": ("POST", INSTRUCTORS, 302),
    "quiz_new": ("GET", INSTRUCTORS, 200),
    "upload_image": ("POST", INSTRUCTORS, 422),
    "image": ("GET", EVERYBODY, 200),
    "quiz": ("GET", EVERYBODY, 200),
    "start": ("POST", TAKERS, 302),
    "lobby": ("GET", EVERYBODY, 200),
    "discussion": ("GET", EVERYBODY, 200),
    "room": ("GET", STAFF, 200),
    "room_invite": ("POST", INSTRUCTORS, 302),
    "room_start": ("POST", INSTRUCTORS, 302),
    "room_more_time": ("POST", INSTRUCTORS, 302),
    "room_close": ("POST", INSTRUCTORS, 302),
    "room_discuss": ("POST", INSTRUCTORS, 302),
    "room_reveal": ("POST", INSTRUCTORS, 302),
    "room_leaders": ("POST", INSTRUCTORS, 302),
    "room_code": ("POST", INSTRUCTORS, 302),
    "room_guest": ("POST", INSTRUCTORS, 302),
    "wall": ("GET", STAFF, 200),
    "run": ("GET", STAFF, 200),
    "panel": ("GET", STAFF, 200),
    "run_next": ("GET", STAFF, 200),
    "post_link": ("POST", INSTRUCTORS, 302),
    "open": ("POST", INSTRUCTORS, 302),
    "close": ("POST", INSTRUCTORS, 302),
    "release": ("POST", INSTRUCTORS, 409),
    "publish": ("POST", INSTRUCTORS, 302),
    "unpublish": ("POST", INSTRUCTORS, 302),
    "edit": ("GET", INSTRUCTORS, 200),
    "quiz_copy": ("POST", INSTRUCTORS, 302),
    "quiz_delete": ("POST", INSTRUCTORS, 302),
    "slots": ("GET", INSTRUCTORS, 200),
    "slot_search": ("GET", INSTRUCTORS, 200),
    "slots_arrange": ("POST", INSTRUCTORS, 302),
    "slot_add": ("POST", INSTRUCTORS, 302),
    "draw_add": ("POST", INSTRUCTORS, 422),
    "slot_change": ("POST", INSTRUCTORS, 302),
    "slot_move": ("POST", INSTRUCTORS, 302),
    "slot_remove": ("POST", INSTRUCTORS, 302),
    "section_add": ("POST", INSTRUCTORS, 422),
    "section_change": ("POST", INSTRUCTORS, 302),
    "section_move": ("POST", INSTRUCTORS, 302),
    "section_remove": ("POST", INSTRUCTORS, 302),
    "extensions": ("GET", STAFF, 200),
    "extend": ("POST", INSTRUCTORS, 422),
    "extend_everybody": ("POST", INSTRUCTORS, 422),
    "take_back": ("POST", INSTRUCTORS, 302),
    "accommodate": ("POST", INSTRUCTORS, 422),
    "results_csv": ("GET", STAFF, 200),
    "statistics": ("GET", STAFF, 200),
    "statistics_csv": ("GET", STAFF, 200),
    "misconceptions": ("GET", STAFF, 200),
    "question_statistics": ("GET", STAFF, 200),
    "grading": ("GET", STAFF, 200),
    "regrade_begin": ("POST", INSTRUCTORS, 302),
    "regrade": ("GET", INSTRUCTORS, 200),
    "regrade_apply": ("POST", INSTRUCTORS, 302),
    "regrade_discard": ("POST", INSTRUCTORS, 302),
    "grade_item": ("GET", GRADERS, 200),
    "answer_look": ("POST", GRADERS, 422),
    "second_look": ("POST", STUDENTS, 302),
    "integrity": ("GET", INSTRUCTORS, 200),
    "attempt": ("GET", OWNERS, 200),
    "attempt_log": ("GET", INSTRUCTORS, 200),
    # The save has one statement for a door: it does not tell apart what is missing and what is another's.
    "save": ("POST", SAVERS, 200),
    "clock": ("GET", OWNERS, 200),
    "signals": ("POST", OWNERS, 200),
    "hint": ("POST", OWNERS, 200),
    "check": ("POST", OWNERS, 200),
    "hand_in": ("POST", OWNERS, 302),
    "attempt_done": ("GET", OWNERS, 200),
    "attempt_reopen": ("POST", INSTRUCTORS, 302),
    "attempt_review": ("GET", EVERYBODY, 200),
}
#: Staff have a page of their own for it.
ELSEWHERE = {("quiz", role): 302 for role in ("viewer", "assistant", "instructor")}
#: Addresses of what was handed in, in a quiz that is over and whose review is released.
OF_THE_PAST = {"attempt_done", "attempt_review", "attempt_reopen", "question_statistics"}
#: What a script of the page sends.
BODIES = {
    "save": {"position": 1, "client": "tab", "seq": 1, "value": ["0"]},
    "signals": {"away": []},
}
ADDRESSES = {pattern.name: str(pattern.pattern) for pattern in urlpatterns}
POSTS = {name for name, (method, _who, _status) in DOORS.items() if method == "POST"}


def part_of(world, user):
    """Let `user` write one attempt and have handed in another; return what addresses name of them."""
    now = clock.now()
    before = now - timedelta(seconds=30)
    running = services.start_attempt(quiz=world.quiz, user=user, now=now)
    handed_in = services.start_attempt(quiz=world.past, user=user, now=before)
    services.record_answer(
        attempt_id=handed_in.pk, user=user, position=1, client="t", seq=1, value=["0"], now=before
    )
    handed_in = services.hand_in(attempt=handed_in, now=before)
    return SimpleNamespace(running=running, past=handed_in, item=handed_in.items.get(position=1))


def make_world():
    """Return a course with everything that an address can name, and with somebody of every role."""
    now, course = clock.now(), CourseFactory()
    quiz = make_quiz(course, ("single",), now=now, anonymous=True, lobby=True, practice=True)
    QuestionVersion.objects.filter(question__slots__quiz=quiz).update(hints=["Think of a step."])
    past = make_quiz(course, ("single",), now=now - timedelta(minutes=2), anonymous=True)
    people = {role: EnrolmentFactory(course=course, role=Role(role)).user for role in ROLES[2:]}
    people |= {"signed_out": None, "stranger": instructor_of(CourseFactory()), "other": student_of(course)}
    Arrival.objects.bulk_create(
        Arrival(room=services.room_of(one), user=people["guest"], arrived_at=now) for one in (quiz, past)
    )
    world = SimpleNamespace(course=course, quiz=quiz, past=past, people=people)
    world.parts = {role: part_of(world, people[role]) for role in ("guest", "student", "other")}
    world.question = make_question(course)
    world.section = Section.objects.create(quiz=quiz, position=1, title="One")
    world.extension = Extension.objects.create(
        course=course, item=quiz.deadline_key, user=people["other"], extra_seconds=60
    )
    world.image = QuestionImage.objects.create(
        course=course,
        digest=f"{course.pk:064x}",
        name="a.png",
        media_type="image/png",
        content=b"a",
        width=1,
        height=1,
        created_at=now,
    )
    by, asked = people["instructor"], past.slots.get().question.versions.get()
    world.regrade = regrading.begin_regrade(
        quiz=past, version=asked, mode="key", reason="A wrong key.", by=by, now=now
    )
    services.close_quiz(quiz=past, by=by, now=now)
    services.release_review(quiz=past, by=by, now=now)
    return world


def named_by(name, world, whose):
    """Return what the address `name` takes from `world`; attempts are those of `whose`."""
    route, part = ADDRESSES[name], world.parts[whose]
    if route.startswith("attempts/"):
        pk = part.past.pk if name in OF_THE_PAST else part.running.pk
    elif route.startswith("answers/"):
        pk = part.item.pk
    elif route.startswith("regrades/"):
        pk = world.regrade.pk
    elif route.startswith("bank/"):
        pk = world.question.pk
    else:
        pk = world.past.pk if name in OF_THE_PAST else world.quiz.pk
    asked = world.past.slots.get().question
    everything = {
        "pk": pk,
        "question_pk": asked.pk if name in OF_THE_PAST else world.question.pk,
        "slot_pk": world.quiz.slots.get().pk,
        "section_pk": world.section.pk,
        "extension_pk": world.extension.pk,
        "position": 1,
        "token": "0" * 32,
        "digest": world.image.digest,
    }
    return {key: everything[key] for key in re.findall(r"<\w+:(\w+)>", route)}


def answers(world, role, names, objects):
    """Return what each address answers to `role`; nothing of it stays."""
    browser = Client()
    if world.people[role]:
        browser.force_login(world.people[role])
    found = {}
    for name in names:
        address = reverse(f"quizzes:{name}", kwargs={"slug": world.course.slug, **objects(name)})
        with transaction.atomic():
            if name in BODIES:
                answer = browser.post(address, BODIES[name], content_type="application/json")
            else:
                answer = browser.post(address) if name in POSTS else browser.get(address)
            transaction.set_rollback(True)
        found[name] = answer.status_code
        if answer.status_code == 302 and world.people[role] is None:
            assert answer["Location"].startswith("/accounts/"), name
    return found


def refused_by(name, role):
    """Return what keeps the role out whatever the address names, None where it is let in."""
    method, who, _status = DOORS[name]
    if method == "POST" and role == "viewer":
        return 403  # who looks only hears that before anything else
    return None if who[role] == "in" else who[role]


def expected(name, role):
    return refused_by(name, role) or ELSEWHERE.get((name, role)) or DOORS[name][2]


def missing(name, role):
    """Return what the address answers where it names nothing that is there for this role."""
    return refused_by(name, role) or (403 if name == "save" else 404)


def owner_for(role):
    return role if role in ("guest", "student") else "student"


def test_every_address_has_a_door():
    assert sorted(DOORS) == sorted(ADDRESSES)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_through_its_own_doors_only(role):
    world = make_world()
    found = answers(world, role, DOORS, lambda name: named_by(name, world, owner_for(role)))
    assert found == {name: expected(name, role) for name in DOORS}


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_course_is_reached_through_ones_own(role):
    world, foreign = make_world(), make_world()
    names = [name for name, route in ADDRESSES.items() if "pk>" in route or "digest>" in route]
    found = answers(world, role, names, lambda name: named_by(name, foreign, owner_for(role)))
    assert found == {name: missing(name, role) for name in names}


@pytest.mark.parametrize("role", ["guest", "student"])
def test_nothing_of_another_students_attempt_is_reached(role):
    world = make_world()
    names = [name for name, route in ADDRESSES.items() if route.startswith(("attempts/", "answers/"))]
    found = answers(world, role, names, lambda name: named_by(name, world, "other"))
    assert found == {name: missing(name, role) for name in names}


def test_a_part_of_another_quiz_is_not_reached_through_ones_own():
    world, foreign = make_world(), make_world()
    names = [name for name, route in ADDRESSES.items() if re.search(r"_pk>", route)]
    own = {name: named_by(name, world, "student") for name in names}
    found = answers(
        world, "instructor", names, lambda name: named_by(name, foreign, "student") | {"pk": own[name]["pk"]}
    )
    assert found == dict.fromkeys(names, 404)


def test_a_number_that_no_row_has_is_not_found(client):
    world = make_world()
    client.force_login(world.people["instructor"])
    for number in ("9" * 18, "9" * 30):
        found = {}
        for name, route in ADDRESSES.items():
            kwargs = named_by(name, world, "student")
            for key in kwargs.keys() - {"token", "digest", "position"}:
                inside = re.sub(r"<\w+:(\w+)>", r"{\1}", route).format(**kwargs | {key: number})
                address = f"/c/{world.course.slug}/quizzes/{inside}"
                answer = client.post(address) if name in POSTS else client.get(address)
                found[name, key] = answer.status_code
        # What is sent, and who may start at all, is looked at before the number.
        before = {("save", "pk"): 400, ("start", "pk"): 403} if len(number) == 18 else {}
        assert found == dict.fromkeys(found, 404) | before


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "²", "-1"])
def test_numbers_that_no_row_has_are_refused_in_forms(client, number):
    world = make_world()
    client.force_login(world.people["instructor"])
    slug, quiz = world.course.slug, world.quiz.pk
    for name, args, sent in (
        ("bank", (), {"act": "archive", "question": number}),
        ("bank", (), {"act": "add", "question": "1", "quiz": number}),
        ("slots_arrange", (quiz,), {"layout": number}),
        ("room_guest", (quiz,), {"guest": number}),
        ("room_discuss", (quiz,), {"position": number}),
        ("room_more_time", (quiz,), {"minutes": number}),
    ):
        assert client.post(reverse(f"quizzes:{name}", args=[slug, *args]), sent).status_code == 302, name
    exported = client.get(reverse("quizzes:export_questions", args=[slug]), {"question": number})
    assert exported.status_code == 200


@pytest.mark.parametrize("role", ["guest", "student", "instructor"])
def test_nothing_changes_in_an_archived_course(role):
    world = make_world()
    Course.objects.filter(pk=world.course.pk).update(archived_at=clock.now())
    found = answers(world, role, sorted(POSTS), lambda name: named_by(name, world, owner_for(role)))
    hidden = [name for name in POSTS if role == "guest" and refused_by(name, role)]
    assert found == dict.fromkeys(sorted(POSTS), 403) | dict.fromkeys(hidden, 404)


@pytest.mark.parametrize("role", ["guest", "student"])
def test_who_has_left_the_course_is_out(role):
    world = make_world()
    world.people[role].enrolments.update(left_at=clock.now())
    found = answers(world, role, DOORS, lambda name: named_by(name, world, role))
    assert found == {name: 403 if name == "save" else 404 for name in DOORS}
