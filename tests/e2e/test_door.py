"""The door in a browser: without a connection, over reloads, signed out, and with the permission gone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from classroom import clock
from classroom.models import Enrolment, Role
from projects import queries, services, tickets
from projects.models import Scan
from projects.services import Seen
from tests.factories import CourseFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory

DRAWN = """async ([library, drawing]) => {
  const image = new Image();
  image.src = "data:image/svg+xml," + encodeURIComponent(drawing);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 300;
  canvas.getContext("2d").fillRect(0, 0, 300, 300);
  canvas.getContext("2d").fillStyle = "white";
  canvas.getContext("2d").fillRect(10, 10, 280, 280);
  canvas.getContext("2d").drawImage(image, 20, 20, 260, 260);
  const { BarcodeDetector } = await import(library);
  const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(canvas);
  return found.map((code) => code.rawValue);
}"""


@pytest.fixture
def event(site):
    now, day = clock.now(), timedelta(days=1)
    return HackathonFactory(
        course=CourseFactory(),
        registration_required=True,
        registration_opens_at=now - day,
        registration_closes_at=now + day,
        starts_at=now - day,
        ends_at=now + day,
        submission_closes_at=now + day,
        published_at=now - day,
    )


def registered(event, name):
    user = student_of(event.course, user=UserFactory(name=name))
    services.register(hackathon=event, user=user, answers=[], now=clock.now())
    return user


def find(page, text):
    page.get_by_label("Name or team, or the code of a ticket").fill(text)
    page.get_by_role("button", name="Find").click()


def check_in(page, name):
    page.get_by_label("Name or team, or the code of a ticket").fill(name)
    page.get_by_role("list", name="Found").get_by_role("button", name="Check in").click()


def ready(page):
    page.locator("door-desk[data-kept]").wait_for()


def test_the_door_works_without_a_connection_and_sends_everything_later(open_page, event):
    ada, ben = registered(event, "Ada Okafor"), registered(event, "Ben Lindqvist")
    keeper = instructor_of(event.course)
    page = open_page(keeper)
    address = f"/c/{event.course.slug}/hackathon/{event.pk}/door/"
    page.goto(address)
    page.get_by_text("Not on the list").click()
    page.get_by_label("Name", exact=True).fill("Nora")
    page.get_by_label("E-mail address").fill("no address")
    page.get_by_role("button", name="Let in").click()
    expect(page.get_by_text("This is no e-mail address.")).to_be_visible()
    page.get_by_label("Name of this door").fill("Garden")
    ready(page)

    page.watch.offline = True
    page.context.set_offline(True)
    page.goto(address)
    expect(page.locator("[data-line]")).to_contain_text("No connection")
    find(page, tickets.typed(tickets.code_of(event.pk, ada.pk)))
    expect(page.locator("[data-result]")).to_contain_text("Ada Okafor is checked in.")
    expect(page.locator("[data-results] li")).to_have_count(0)  # nor does it say that nobody has that name
    check_in(page, "lindqvist")
    expect(page.locator("[data-result]")).to_contain_text("Ben Lindqvist is checked in.")
    find(page, f"CLASSROOM:{event.pk + 1}:{'A' * 16}")
    expect(page.locator("[data-result]")).to_contain_text("another hackathon")
    find(page, f"CLASSROOM:{event.pk}:{'A' * 16}")
    expect(page.locator("[data-result]")).to_contain_text("not on the list of this device")
    find(page, "ada")
    page.get_by_role("list", name="Found").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-result]")).to_contain_text("Undone: Ada Okafor is not checked in.")
    check_in(page, "ada")
    expect(page.locator("[data-outbox] li")).to_have_count(4)
    page.reload()
    expect(page.locator("[data-outbox] li")).to_have_count(4)
    expect(page.locator("[data-arrived]")).to_have_text("2")
    assert Scan.objects.count() == 0

    seen = [Seen(uuid4(), ben.pk, age=600, door="Harbour")]
    services.record(hackathon=event, seen=seen, by=keeper, now=clock.now())
    page.context.set_offline(False)
    expect(page.locator("[data-line]")).to_contain_text("Connected: everything is sent.")
    expect(page.locator("[data-result]")).to_contain_text("by another door: Harbour")
    expect(page.locator("[data-outbox] li")).to_have_count(0)
    came = queries.arrivals(Scan.objects.filter(hackathon=event))
    assert {user: scan.door for user, scan in came.items()} == {ada.pk: "Garden", ben.pk: "Harbour"}
    assert Scan.objects.count() == 5


def test_nothing_is_lost_when_signed_out_or_no_longer_allowed(open_page, event):
    ada, ben = registered(event, "Ada Okafor"), registered(event, "Ben Lindqvist")
    keeper = instructor_of(event.course)
    page = open_page(keeper)
    address = f"/c/{event.course.slug}/hackathon/{event.pk}/door/"
    page.goto(address)
    ready(page)
    session = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]

    page.context.clear_cookies(name="sessionid")
    check_in(page, "ada")
    expect(page.locator("[data-line]")).to_contain_text("You are signed out.")
    page.goto(address)
    expect(page.get_by_label("Name or team")).to_have_count(0)  # the sign-in page, and not a copy of the door
    page.context.add_cookies(session)
    page.goto(address)
    expect(page.locator("[data-line]")).to_contain_text("everything is sent")
    assert list(queries.arrivals(Scan.objects.all())) == [ada.pk]

    Enrolment.objects.filter(user=keeper).update(role=Role.STUDENT)
    check_in(page, "ben")
    expect(page.locator("[data-line]")).to_contain_text("You may no longer keep this door.")
    expect(page.locator("[data-outbox] li")).to_have_count(1)
    expect(page.locator("[data-outbox]")).not_to_contain_text("Ben")  # no list of names is left
    Enrolment.objects.filter(user=keeper).update(role=Role.ASSISTANT)
    page.goto(address)
    expect(page.locator("[data-line]")).to_contain_text("everything is sent")
    assert list(queries.arrivals(Scan.objects.all())) == [ada.pk, ben.pk]


def test_a_ticket_as_it_is_drawn_is_read_by_the_library(open_page, event):
    page = open_page(instructor_of(event.course))
    page.goto(f"/c/{event.course.slug}/hackathon/{event.pk}/door/")
    library = page.locator("door-desk").get_attribute("data-decoder")
    code = tickets.code_of(event.pk, 77)
    drawing = tickets.drawing_of(code).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    assert page.evaluate(DRAWN, [library, drawing]) == [code]
