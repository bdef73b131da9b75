"""Who gets through which door: every address of the site, for every role, with own and with foreign objects.

The cases are made from the URL configuration, so that a new address without a decision fails.
"""

import re
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from classroom import clock, tokens
from classroom.access import VIEW_AS_STUDENT
from classroom.api import auth
from classroom.models import Course, Scope
from tests.permissions import decisions
from tests.permissions.decisions import (
    ARCHIVED_STILL,
    BODIES,
    DOORS,
    JSON_BODIES,
    KEPT_OUT_BY,
    NO_ROWS,
    READ,
    ROLES,
    WRITTEN,
    decided,
    door_of,
)
from tests.permissions.world import World, addresses

pytestmark = pytest.mark.django_db
ADDRESSES = [one for one in addresses() if not one.name.startswith("admin:")]
#: Without the way out, and the words of its scripts.
ADMINISTRATION = [
    one
    for one in addresses()
    if one.name.startswith("admin:") and one.name not in {"admin:logout", "admin:jsi18n"}
]
METHODS = ("GET", "POST")
UNDECIDED = """
These addresses have no decision: {names}.
Say who may open them: put each into READS or WRITES (or both) of tests/permissions/decisions.py, at the door
that its view goes through; if none fits, add one to _DOORS. tests/permissions/world.py knows placeholders.
"""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once: whatever a request does is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch):
    monkeypatch.setattr(auth._rate, "most", 10**6)


class Asking:
    """Somebody's browser, and their program for the addresses that are for programs."""

    def __init__(self, user, **session):
        self.browser = Client(raise_request_exception=False)
        self.program = Client(raise_request_exception=False)
        if user:
            self.browser.force_login(user)
            if session:
                kept = self.browser.session
                kept.update(session)
                kept.save()
            _token, secret = tokens.create(
                user=user, name="matrix", scopes=Scope.values, good_for=timedelta(days=1), now=clock.now()
            )
            self.program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        self.cookies = {name: morsel.value for name, morsel in self.browser.cookies.items()}

    def ask(self, name, method, kwargs):
        """Return what keeps them out, or "in"; nothing of what happened stays."""
        client = self.program if name.startswith("api:") else self.browser
        client.cookies = SimpleCookie({} if client is self.program else self.cookies)
        path = reverse(name, kwargs={key: value for key, value in kwargs.items() if key != "query"})
        path += kwargs.get("query", "")
        with transaction.atomic():
            if method == "GET":
                answer = client.get(path)
            elif name in JSON_BODIES:
                answer = client.post(path, JSON_BODIES[name], content_type="application/json")
            else:
                answer = client.post(path, BODIES.get(name, {}))
            if answer.streaming:  # or its file stays open
                b"".join(answer.streaming_content)
            transaction.set_rollback(True)
        if answer.status_code == 302 and answer["Location"].startswith(reverse(settings.LOGIN_URL) + "?"):
            return "sign"
        refused = answer.status_code in {401, 403, 404, 405} or answer.status_code >= 500
        return str(answer.status_code) if refused else "in"


def cases(method, *, role, names=None):
    """Return the addresses to ask; for a method that one does not take, one role is enough."""
    for address in ADDRESSES:
        taken = door_of(address.name, method) is not None
        if (taken or role == "superuser") and (names is None or address.name in names):
            yield address


@pytest.fixture(params=ROLES)
def role(request):
    return request.param


@pytest.fixture
def asking(world, role):
    return Asking(world.people[role])


def answers(world, asking, role, kwargs_of, *, methods=METHODS, names=None):
    """Return what the role finds at each address that has such objects, and what it should."""
    found, wanted = {}, {}
    for method in methods:
        for address in cases(method, role=role, names=names):
            kwargs = kwargs_of(address)
            if kwargs is not None:
                found[method, address.name] = asking.ask(address.name, method, kwargs)
                wanted[method, address.name] = decided(address.name, method, role)
    return found, wanted


def different(found, wanted):
    """Return where something else was found: what, and what was wanted."""
    return {case: (what, wanted[case]) for case, what in found.items() if what != wanted[case]}


def kept_out(wanted):
    """Return what is wanted where the objects are not for the one who asks."""
    return {case: KEPT_OUT_BY.get(case[1], "404") if what == "in" else what for case, what in wanted.items()}


def rows(address):
    """Return the placeholders of an address that name rows of a course."""
    in_course = address.route.startswith(("c/<slug:slug>/", "api/v1/courses/"))
    return [name for _before, name in address.placeholders if name not in NO_ROWS] if in_course else []


def test_every_address_is_decided():
    names = {address.name for address in ADDRESSES}
    decided_names = READ.keys() | WRITTEN.keys()
    assert names <= decided_names, UNDECIDED.format(names=", ".join(sorted(names - decided_names)))
    assert sorted(decided_names - names) == [], "these addresses are gone"
    assert sorted({*decisions.READS, *decisions.WRITES} - DOORS.keys()) == []


def test_each_role_gets_through_its_own_doors_only(world, asking, role):
    found, wanted = answers(world, asking, role, lambda address: world.kwargs(address, who=role))
    assert different(found, wanted) == {}


def test_nothing_of_another_course_is_reached_through_ones_own(world, asking, role):
    def kwargs_of(address):
        if rows(address) and any(decided(address.name, method, role) == "in" for method in METHODS):
            return world.kwargs(address, who=role, half=world.foreign) | {"slug": world.own.course.slug}
        return None

    found, wanted = answers(world, asking, role, kwargs_of)
    assert different(found, kept_out(wanted)) == {}
    assert (len(found) > 10) == (
        role in {"guest", "student", "viewer", "assistant", "instructor", "superuser", "judge"}
    )


@pytest.mark.parametrize("role", ["student", "instructor", "judge"], indirect=True)
def test_a_part_of_another_thing_is_not_reached_through_ones_own(world, asking, role):
    def kwargs_of(address):
        if len(rows(address)) < 2:
            return None
        foreign = world.kwargs(address, who=role, half=world.foreign)
        return world.kwargs(address, who=role) | {rows(address)[-1]: foreign[rows(address)[-1]]}

    found, wanted = answers(world, asking, role, kwargs_of)
    assert different(found, kept_out(wanted)) == {}


@pytest.mark.parametrize("role", ["student", "guest", "judge"], indirect=True)
def test_nothing_of_another_person_is_reached(world, asking, role):
    def kwargs_of(address):
        own, others = world.kwargs(address, who=role), world.kwargs(address, who="other")
        return others if own != others and "token" not in own else None

    found, wanted = answers(world, asking, role, kwargs_of)
    assert different(found, kept_out(wanted)) == {}
    assert len(found) > 10


@pytest.mark.parametrize("role", ["student", "instructor"], indirect=True)
def test_nothing_changes_in_an_archived_course(world, asking, role):
    Course.objects.filter(pk=world.own.course.pk).update(archived_at=clock.now())

    def kwargs_of(address):
        in_course = address.route.startswith(("c/<slug:slug>/", "api/v1/courses/"))
        return world.kwargs(address, who=role) if in_course and address.name not in ARCHIVED_STILL else None

    found, _wanted = answers(world, asking, role, kwargs_of, methods=["POST"])
    assert {case: what for case, what in found.items() if what == "in"} == {}
    assert len(found) > 100


@pytest.mark.parametrize("role", ["student", "instructor"], indirect=True)
def test_who_has_left_the_course_is_out_at_once(world, asking, role):
    world.people[role].enrolments.update(left_at=clock.now())
    found, _wanted = answers(world, asking, role, lambda address: world.kwargs(address, who=role))
    stranger = {case: decided(case[1], case[0], "stranger") for case in found}
    still = {case for case in different(found, stranger) if door_of(case[1], case[0]) != "token"}
    assert still == set()  # their tokens and notices are of no course


def test_who_looks_through_a_students_eyes_changes_nothing(world, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        asking = Asking(world.people["instructor"], **{VIEW_AS_STUDENT: world.own.course.pk})
        found, _wanted = answers(
            world,
            asking,
            "instructor",
            lambda address: (
                world.kwargs(address, who="instructor") if address.route.startswith("c/") else None
            ),
        )
        transaction.set_rollback(True)
    assert {case for case, what in found.items() if what == "in" and case[0] == "POST"} == {
        ("POST", "leave_student_view")
    }
    read = {name for (method, name), what in found.items() if method == "GET" and what == "in"}
    assert {name for name in read if decided(name, "GET", "student") != "in"} == set()
    assert len(read) > 30


@pytest.mark.parametrize("role", ["student", "instructor", "judge"], indirect=True)
def test_a_number_that_no_row_has_is_not_found(world, asking, role):
    found = {}
    for address in ADDRESSES:
        method = "GET" if decided(address.name, "GET", role) == "in" else "POST"
        for name in rows(address) if decided(address.name, method, role) == "in" else ():
            kwargs = world.kwargs(address, who=role) | {name: "9" * 30}
            try:
                found[address.name, name] = asking.ask(address.name, method, kwargs)
            except NoReverseMatch:  # too long for any row, so it is no address
                found[address.name, name] = "404"
    assert {case for case, what in found.items() if what not in {"404", KEPT_OUT_BY.get(case[0])}} == set()


def test_the_administration_is_for_administrators(world, asking, role):
    """Whoever is no administrator is sent to sign in or told that there is nothing."""
    asking.browser.cookies = SimpleCookie(asking.cookies)
    found = {}
    for address in ADMINISTRATION:
        path = "/" + re.sub(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)", "1", address.route).replace("^", "").replace(
            "$", ""
        )
        answer = asking.browser.get(path)
        found[address.name] = (
            answer.status_code if answer.status_code != 302 or "login" in answer["Location"] else 200
        )
    opened = {name for name, status in found.items() if status == 200}
    assert (len(opened) > 20) == (role == "superuser")
    assert role == "superuser" or opened == set()
