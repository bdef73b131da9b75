"""Create the demo course's pages: weeks, topics, bibliography, schedule."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from classroom import announcing
from classroom.demo.calendar import Calendar
from classroom.models import (
    Announcement,
    Course,
    Material,
    MaterialFile,
    Reference,
    ScheduleItem,
    Topic,
    User,
    Week,
)

CONTENT = Path(__file__).parent / "content"

SESSION = timedelta(minutes=90)


def content(name: str) -> dict[str, Any]:
    """Read one of the content files."""
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def create_course(calendar: Calendar) -> Course:
    """Create the course with all weeks, their topics and sessions."""
    data = content("course")
    first, last = calendar.session(1), calendar.session(calendar.current_week + 3)
    course = Course.objects.create(
        slug=data["slug"],
        title=data["title"],
        term=str(first.year) if first.year == last.year else f"{first.year}/{last.year % 100:02d}",
        time_zone=data["time_zone"],
        starts_on=first.date(),
        ends_on=last.date(),
        max_missed_sessions=data["max_missed_sessions"],
        max_team_size=data["max_team_size"],
    )
    for week_data in data["weeks"]:
        _create_week(course, week_data, calendar)
    return course


def _create_week(course: Course, data: dict[str, Any], calendar: Calendar) -> None:
    starts_at = calendar.session(data["number"])
    week = Week.objects.create(
        course=course,
        number=data["number"],
        title=data["title"],
        goals=data["goals"].strip(),
        for_next_week=data.get("for_next_week", "").strip(),
        starts_at=starts_at,
        released_at=starts_at - timedelta(days=1),
    )
    for position, topic_data in enumerate(data.get("topics", []), start=1):
        topic = Topic.objects.create(
            week=week, position=position, title=topic_data["title"], body=topic_data["body"].strip()
        )
        Reference.objects.bulk_create(
            Reference(topic=topic, number=number, citation=entry["citation"], url=entry["url"])
            for number, entry in enumerate(topic_data["references"], start=1)
        )
    for position, material_data in enumerate(data.get("materials", []), start=1):
        _create_material(week, position, material_data)
    ScheduleItem.objects.create(
        course=course,
        week=week,
        kind=ScheduleItem.Kind.SESSION,
        title=f"Week {week.number}: {week.title}",
        starts_at=starts_at,
        ends_at=starts_at + SESSION,
        place="Zoom",
    )


def _create_material(week: Week, position: int, data: dict[str, Any]) -> None:
    text: str = data.get("text", "")
    if "solution" in data:
        text = (CONTENT.parent / "student_code" / data["solution"]).read_text(encoding="utf-8")
    content = text.lstrip().encode()
    material = Material.objects.create(
        week=week,
        position=position,
        title=data["title"],
        note=data.get("note", ""),
        url=data.get("url", ""),
        file_name=data.get("file", ""),
        size_bytes=len(content),
        published_at=None if data.get("hidden") else week.released_at,
    )
    if content:
        MaterialFile.objects.create(material=material, content=content)


def create_festival(course: Course, calendar: Calendar) -> None:
    """Put the Waterkant festival and the hackathon's programme on the schedule."""
    data = content("hackathon")
    year = calendar.festival_year(data["hackathon"][0])
    first, last = data["festival"]
    items = [
        ScheduleItem(
            course=course,
            kind=ScheduleItem.Kind.FESTIVAL,
            title="Waterkant festival",
            starts_at=calendar.at(year, first),
            ends_at=calendar.at(year, last, "23:59"),
            place="Kiel",
        )
    ]
    items += [
        ScheduleItem(
            course=course,
            kind=session["kind"],
            title=session["title"],
            starts_at=calendar.at(year, session["day"], session["begins"]),
            ends_at=calendar.at(year, session["day"], session["ends"]),
            place=data["venue"],
        )
        for session in data["sessions"]
    ]
    ScheduleItem.objects.bulk_create(items)


def announce(course: Course, author: User, calendar: Calendar) -> None:
    """Publish what the staff told the class, and schedule what they will; nobody reads the class's mail."""
    today = calendar.session(calendar.current_week)
    texts = (
        (
            "The hackathon is open for registration",
            "Form a team of up to four and pick a challenge. Places are limited; the page counts them.",
            today - timedelta(days=3),
        ),
        (
            "A quiz opens today's session",
            "You have **six minutes**. The link comes in Mattermost and the Zoom chat, and is on your page.",
            today - timedelta(hours=2),
        ),
        (
            "Bring your loss curves next week",
            "We compare them: which learning rate, which initialisation, how many epochs? "
            "A curve on a **logarithmic** axis says more.",
            calendar.session(calendar.current_week + 1) - timedelta(days=1),
        ),
    )
    for title, body, published_at in texts:
        announcing.write(
            announcement=Announcement(course=course, title=title, body=body, published_at=published_at),
            by=author,
            now=min(published_at, calendar.now),
        )
