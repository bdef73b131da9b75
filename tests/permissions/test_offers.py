"""No page offers its reader what would be refused: every link and form of the demo course is taken up."""

import re
from html import unescape

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import Resolver404, resolve

from classroom import clock
from classroom.models import Course, Enrolment, Role, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a\s[^>]*?href="(/[^"#]*)')
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
POSTED, ACTION = re.compile(r'method="post"', re.IGNORECASE), re.compile(r'action="([^"#]*)')
BUTTON = re.compile(r"<button\b[^>]*>")
#: Files and places that are not the course's.
ELSEWHERE = re.compile(r"^/(admin|demo|accounts|lti)/|\.(csv|xlsx|zip|npz|ics|json|ipynb)")
REFUSED = {403, 405}


def refused_offers(client, user):
    """Follow links from a person's first page and send each form once; return what was refused, and where."""
    client.force_login(user)
    waiting, seen, refused = [("/", "")], set(), []
    while waiting:
        address, origin = waiting.pop(0)
        kind = name_of(address)
        if kind is None or kind in seen or ELSEWHERE.search(address):
            continue
        seen.add(kind)
        answer = client.get(address, follow=True)
        if answer.status_code in REFUSED:
            refused.append((origin, kind))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        waiting += [(unescape(link), kind) for link in LINK.findall(page)]
        for target, to in posted(page, address):
            if target not in seen:
                seen.add(target)
                if sent(client, to) in REFUSED:
                    refused.append((kind, target))
    return refused, seen


def name_of(address):
    try:
        return resolve(address.split("?")[0]).view_name
    except Resolver404:
        return None


def posted(page, address):
    """Return the forms of the course that can be sent: a name for each, and where it goes."""
    for attributes, body in FORM.findall(page):
        action = ACTION.search(attributes)
        to = unescape(action[1]) if action and action[1] else address
        enabled = [button for button in BUTTON.findall(body) if " disabled" not in button]
        if POSTED.search(attributes) and enabled and to.startswith("/c/"):
            yield f"POST {name_of(to)}", to


def sent(client, to):
    """Send an empty form and take back whatever it did."""
    with transaction.atomic():
        status = client.post(to).status_code
        transaction.set_rollback(True)
    return status


@pytest.fixture(scope="module")
def course(django_db_setup, django_db_blocker):
    """Built once: whatever a test does is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo")
        yield Course.objects.get()
        transaction.set_rollback(True)


def test_viewers_are_offered_nothing_that_is_refused(client, course):
    viewer = UserFactory()
    Enrolment.objects.create(course=course, user=viewer, role=Role.VIEWER)
    refused, seen = refused_offers(client, viewer)
    assert refused == []
    assert seen >= {"weeks", "attendance", "roll", "people", "gradebook", "rows", "projects:submission"}


def test_archived_courses_offer_nothing_that_is_refused(client, course):
    Course.objects.update(archived_at=clock.now())
    refused, seen = refused_offers(client, User.objects.get(email="mira.petersen@example.org"))
    assert refused == []
    assert seen >= {"weeks", "roll", "person", "groups", "gradebook", "quizzes:integrity", "course_settings"}
