"""The demo's hackathon: challenges, and eight teams that formed and registered one after another."""

import random
from datetime import datetime, timedelta

from classroom.demo.calendar import Calendar
from classroom.demo.cohort import Cohort
from classroom.demo.course import content
from classroom.models import Course
from projects import services
from projects.models import Award, Challenge, Criterion, Hackathon, Track


def create_hackathon(course: Course, calendar: Calendar) -> Hackathon:
    """Create the Waterkant hackathon with its challenges; registration opened three days ago."""
    data = content("hackathon")
    first, last = data["hackathon"]
    year = calendar.festival_year(first)
    opened = calendar.session(calendar.current_week) - timedelta(days=3)
    due = calendar.at(year, last, "14:00")
    hackathon = Hackathon.objects.create(
        course=course,
        title=f"{data['title']} {year}",
        summary=data["summary"].strip(),
        venue=data["venue"],
        code_of_conduct=data["code_of_conduct"],
        starts_at=calendar.at(year, first, "09:00"),
        ends_at=calendar.at(year, last, "17:00"),
        registration_opens_at=opened,
        registration_closes_at=calendar.at(year, first, "10:30"),
        submission_closes_at=due,
        judging_opens_at=due,
        judging_closes_at=calendar.at(year, last, "16:00"),
        gallery_opens_at=due,
        vote_opens_at=due,
        vote_closes_at=calendar.at(year, last, "16:00"),
        min_team_size=1,
        max_team_size=course.max_team_size,
        projects_reviewed=True,
        published_at=opened,
    )
    Challenge.objects.bulk_create(
        Challenge(
            course=course,
            hackathon=hackathon,
            position=position,
            title=challenge["title"],
            description=challenge["description"],
            capacity=challenge["capacity"],
            prizes=challenge.get("prizes", ""),
            is_own_idea=challenge.get("is_own_idea", False),
            max_team_size=course.max_team_size,
            published_at=opened,
            opens_at=opened,
            closes_at=due,
        )
        for position, challenge in enumerate(data["challenges"])
    )
    for criterion in data["criteria"]:
        services.add_criterion(event=hackathon, criterion=Criterion(**criterion))
    for track in data["tracks"]:
        services.add_track(event=hackathon, track=Track(**track))
    for award in data["awards"]:
        services.add_award(event=hackathon, award=Award(**award))
    return hackathon


def form_teams(hackathon: Hackathon, cohort: Cohort, calendar: Calendar, rng: random.Random) -> None:
    """Let the teams form: somebody creates one, the others join by its code, then they register a project.

    Some look for more members, and some people still look for a team.
    """
    challenges = list(hackathon.challenges.order_by("position"))
    undecided = rng.sample(cohort.students, len(cohort.students))
    now = hackathon.registration_opens_at
    for data in content("teams")["teams"]:
        now = _later(now, rng)
        leader, *others = [undecided.pop().user for _ in range(data["size"])]
        team = services.create_team(hackathon=hackathon, user=leader, name=data["name"], now=now)
        for user in others:
            now = _later(now, rng)
            services.join_team(hackathon=hackathon, user=user, code=team.join_code, now=now)
        services.register_project(
            team=team,
            challenge=challenges[data["challenge"]],
            details=services.ProjectDetails(title=data["title"], abstract=data["abstract"]),
            now=now,
        )
        if "pitch" in data:
            services.list_team(
                hackathon=hackathon,
                user=leader,
                listed=True,
                pitch=data["pitch"],
                skills=data["skills"],
                now=now,
            )
    for offer, student in zip(content("teams")["seekers"], undecided, strict=False):
        services.seek_team(hackathon=hackathon, user=student.user, now=now, **offer)


def name_judges(hackathon: Hackathon, cohort: Cohort, now: datetime) -> None:
    """Let the teachers judge: one the whole, one the track."""
    services.add_judge(hackathon=hackathon, user=cohort.instructor, now=now)
    track = hackathon.tracks.first()
    services.add_judge(hackathon=hackathon, user=cohort.assistant, track=track, now=now)


def _later(now: datetime, rng: random.Random) -> datetime:
    """Return a moment a little later; all teams together take less than the three days there are."""
    return now + timedelta(minutes=rng.uniform(5, 120))
