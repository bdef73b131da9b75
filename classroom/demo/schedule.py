"""The demo hackathon's schedule: planned in rooms, released once, then moved a little."""

from datetime import timedelta

from classroom.demo.calendar import Calendar
from classroom.demo.course import content
from classroom.models import User
from projects import services
from projects.models import Hackathon, Session
from projects.services import Place, SessionDetails

#: The schedule's kinds, where the course's programme has others.
KINDS = {"talk": Session.Kind.TALK, "break": Session.Kind.BREAK}


def plan_days(hackathon: Hackathon, organiser: User, calendar: Calendar) -> None:
    """Plan the programme and mentors' hours beside it, release it, and release it again an hour moved."""
    hall = services.add_room(hackathon=hackathon, name="Hall 3", url="")
    corner = services.add_room(hackathon=hackathon, name="Mentors' corner", url="")
    year = hackathon.starts_at.astimezone(hackathon.course.zone).year
    for data in content("hackathon")["sessions"]:
        begins, ends = (calendar.at(year, data["day"], data[clock]) for clock in ("begins", "ends"))
        if begins == ends:  # a deadline takes no time
            continue
        kind = KINDS.get(data["kind"], Session.Kind.SESSION)
        services.add_session(
            hackathon=hackathon,
            details=SessionDetails(
                title=data["title"], kind=kind, track="" if kind == "break" else "Programme"
            ),
            speakers=[organiser] if kind == Session.Kind.TALK else [],
            place=Place(None if kind == Session.Kind.BREAK else hall, begins, ends),
        )
    noon = hackathon.starts_at + timedelta(hours=5)
    mentors = services.add_session(
        hackathon=hackathon,
        details=SessionDetails(title="Ask a mentor", kind=Session.Kind.MENTORS, track="Help"),
        speakers=[organiser],
        place=Place(corner, noon, noon + timedelta(hours=1)),
    )
    opened = hackathon.registration_opens_at
    services.release(hackathon=hackathon, by=organiser, note="The first plan.", now=opened)
    services.place_session(
        session=mentors, place=Place(corner, noon + timedelta(hours=2), noon + timedelta(hours=3))
    )
    services.release(
        hackathon=hackathon,
        by=organiser,
        note="Mentors come later, when there is something to ask.",
        now=opened + timedelta(days=1),
    )
