"""Certificates and the export with real workers, and their pages at two widths in two schemes."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from classroom import clock
from projects import services
from projects.models import Award, Certificate
from tests.e2e.test_accessibility import faults
from tests.factories import CourseFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, challenge_of, project_of

DAY = timedelta(days=1)


@pytest.fixture
def event(transactional_db):
    """An event in its last hours, with a project that could get an award."""
    now = clock.now()
    event = HackathonFactory(
        course=CourseFactory(),
        starts_at=now - DAY,
        ends_at=now + DAY,
        registration_opens_at=now - 2 * DAY,
        registration_closes_at=now + DAY,
        submission_closes_at=now + DAY,
        published_at=now - 2 * DAY,
    )
    leader, member = student_of(event.course), student_of(event.course)
    team = services.create_team(hackathon=event, user=leader, name="Leuchtturm", now=now)
    services.join_team(hackathon=event, user=member, code=team.join_code, now=now)
    project_of(team, challenge_of(event), now=now)
    services.add_award(event=event, award=Award(title="First prize"))
    return event


def downloaded(page, name):
    """Wait until the page says, by itself, that the archive is there; download it."""
    link = page.get_by_role("link", name=name)
    link.wait_for(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    return zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))


def test_organiser_gives_certifies_and_takes_everything_away(open_page, event, page):
    organiser = open_page(instructor_of(event.course), reduced_motion="reduce")
    organiser.on("dialog", lambda dialog: dialog.accept())
    base = reverse("projects:event", args=[event.course.slug, event.pk])
    organiser.goto(f"{base}awards/")
    organiser.get_by_role("link", name="Choose a project").click()
    organiser.get_by_role("button", name="Give it").click()
    organiser.get_by_role("button", name="Publish the awards").click()
    organiser.get_by_text("Hide them again").wait_for()
    organiser.goto(f"{base}certificates/")
    organiser.get_by_role("button", name=re.compile("^Issue ?: Award")).click()
    organiser.get_by_text("2 of 2 issued").wait_for()
    organiser.get_by_role("button", name=re.compile("^German ?: Award")).click()
    with downloaded(organiser, "Download the archive") as archive:
        texts = [
            PdfReader(io.BytesIO(archive.read(name))).pages[0].extract_text() for name in archive.namelist()
        ]
    assert sorted(text.count("First prize") for text in texts) == [1, 1]
    organiser.goto(f"{base}export/")
    organiser.get_by_role("button", name="Pack the archive").click()
    with downloaded(organiser, "Download the archive") as archive:
        assert (archive.testzip(), archive.namelist()[:2]) == (None, ["README.txt", "everything.json"])
    pages = [f"{base}{path}" for path in ("awards/", "certificates/", "certificates/award/en/", "export/")]
    assert [fault for address in pages for fault in faults(organiser, address)] == []
    code = Certificate.objects.first().code
    assert faults(page, reverse("check_certificate", args=[code])) == []
    assert page.get_by_text("Valid", exact=True).is_visible()
