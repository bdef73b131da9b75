"""Teams and people find each other in a browser: asking, accepting, invitations, staff; pages by axe."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from projects import services
from projects.models import Invitation, Membership
from tests.e2e.test_accessibility import faults
from tests.factories import CourseFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory

pytestmark = pytest.mark.django_db(transaction=True)


def press(page, name):
    page.get_by_role("button", name=name).first.click()


def test_people_find_a_team_and_a_team_finds_people(open_page):
    now = timezone.now()
    course = CourseFactory(title="Deep Learning")
    event = HackathonFactory(
        course=course,
        registration_opens_at=now - timedelta(days=1),
        published_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=9),
        starts_at=now + timedelta(days=9),
        ends_at=now + timedelta(days=11),
        submission_closes_at=now + timedelta(days=11),
    )
    ada, ben, eve = (
        student_of(course, user=UserFactory(name=name)) for name in ("Ada Okafor", "Ben Li", "Eve Lorenz")
    )
    team = services.create_team(hackathon=event, user=ada, name="Tides", now=now)
    services.seek_team(hackathon=event, user=eve, skills=["Audio", "design"], about="Whales", now=now)
    here, seats = (reverse(f"projects:{name}", args=[course.slug, event.pk]) for name in ("team", "openings"))

    leader = open_page(ada, reduced_motion="reduce")
    leader.goto(here)
    leader.get_by_label("What you are up to").fill("We listen to the sea.")
    leader.get_by_label("Skills you look for").fill("audio, numpy")
    leader.get_by_label("show our team on the board").check()
    press(leader, "Save")
    leader.get_by_text("Your team is on the board.").wait_for()

    asker = open_page(ben, reduced_motion="reduce")
    assert faults(asker, here) == []
    assert faults(asker, seats) == []
    asker.get_by_role("link", name="Ask to join Tides").click()
    assert faults(asker, asker.url) == []
    asker.get_by_label("A word to the team").fill("I know numpy.")
    press(asker, "Ask to join")
    asker.get_by_text("You have asked to join “Tides”").wait_for()
    assert faults(asker, here) == []

    assert faults(leader, here) == []
    leader.get_by_text("I know numpy.").wait_for()
    press(leader, "Accept Ben Li")
    leader.get_by_text("Ben Li is in your team now.").wait_for()
    assert faults(leader, f"{seats}?show=people") == []
    press(leader, "Invite Eve Lorenz")
    leader.get_by_text("Eve Lorenz is invited.").wait_for()

    assert faults(leader, here) == []

    invited = open_page(eve, reduced_motion="reduce")
    invited.goto(here)
    invited.get_by_role("link", name="Look at it").click()
    assert faults(invited, invited.url) == []
    press(invited, "Join the team")
    invited.get_by_text("You are in “Tides” now.").wait_for()
    assert Invitation.objects.get().used_by == eve

    organiser = open_page(instructor_of(course), reduced_motion="reduce")
    page = reverse("projects:staff_team", args=[course.slug, event.pk, team.pk])
    assert faults(organiser, page) == []
    organiser.locator("summary", has_text="Remove Ben Li").click()
    organiser.locator(f"#id_out_{ben.pk}").fill("He asked to go")
    press(organiser, "Yes, remove")
    organiser.get_by_text("He asked to go").wait_for()
    assert faults(organiser, page) == []
    assert set(Membership.objects.values_list("user", flat=True)) == {ada.pk, eve.pk}
