"""A team's project in a browser: a draft, its page, a picture, a notebook; and a stranger who reads it."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from projects import services
from projects.models import Hackathon, Project
from tests.e2e.test_accessibility import faults
from tests.factories import CourseFactory, student_of
from tests.pictures import file_of
from tests.projects.factories import challenge_of
from tests.projects.test_notebook import code, drawn

DAY = timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_a_team_shows_its_project_to_the_world(open_page):
    now = timezone.now()
    event = Hackathon.objects.create(
        course=CourseFactory(),
        title="Night of nets",
        starts_at=now - DAY,
        ends_at=now + DAY,
        registration_opens_at=now - 3 * DAY,
        registration_closes_at=now + DAY,
        submission_closes_at=now + DAY,
        gallery_opens_at=now - DAY,
        published_at=now - 3 * DAY,
        gallery_is_public=True,
    )
    challenge_of(event, title="Fjord", exercise="", published_at=now - DAY)
    user = student_of(event.course, user__name="Ada Okafor")
    services.create_team(hackathon=event, user=user, name="Leuchtturm", now=now)
    page = open_page(user, reduced_motion="reduce")
    page.goto(reverse("projects:project", args=[event.course.slug, event.pk]))
    page.get_by_label("Title").fill("Tides")
    page.get_by_label("Abstract").fill("# Why\nOf the **sea**.")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_label("Names to show").fill("Ada")
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_role("link", name="Pictures and notebook").click()
    page.locator("#id_picture").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": file_of(size=(400, 300))}
    )
    page.locator("#id_alt").fill("A net")
    page.get_by_role("button", name="Add the picture").click()
    source = json.dumps({"cells": [code(drawn(file_of()), source="print(1)\n" * 30)]}).encode()
    page.locator("#id_notebook").set_input_files(
        {"name": "a.ipynb", "mimeType": "application/json", "buffer": source}
    )
    page.get_by_role("button", name="Add the notebook").click()
    page.get_by_role("link", name="a.ipynb").wait_for()
    assert faults(page, page.url) == []
    project = Project.objects.get()
    stranger = open_page(reduced_motion="reduce")
    there = [event.course.slug, event.pk, project.pk]
    addresses = [
        reverse("projects:gallery", args=there[:2]),
        reverse("projects:gallery_project", args=there),
        reverse("projects:notebook", args=there),
        reverse("projects:compare", args=there),
    ]
    assert [fault for address in addresses for fault in faults(stranger, address)] == []
    stranger.goto(addresses[1])
    text = stranger.locator("main").inner_text()
    assert [word in text for word in ("Leuchtturm: Ada", "Okafor")] == [True, False]
    drawings = "[...document.images].map(image => image.naturalWidth)"
    assert stranger.evaluate(drawings) == [400]
