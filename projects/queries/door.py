"""Who is expected at the door, and who has come."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from classroom.models import User
from projects import tickets
from projects.models import Hackathon, Membership, Registration, Scan
from projects.models.registration import State


@dataclass(frozen=True)
class DoorPerson:
    """Somebody whom the door has found."""

    user_id: int
    name: str
    team: str
    arrival: Scan | None


@dataclass(frozen=True)
class DoorCounts:
    """How many have come, of how many whom the door knows."""

    arrived: int
    expected: int


def taking_part(*, hackathon: Hackathon) -> Q:
    """Select the people who take part: with a confirmed place, or where nobody registers, in a team."""
    if hackathon.registration_required:
        confirmed = Registration.objects.filter(hackathon=hackathon).in_state(State.CONFIRMED)
        return Q(pk__in=confirmed.values("user"))
    return Q(pk__in=Membership.objects.filter(hackathon=hackathon).values("user"))


def takes_part(*, hackathon: Hackathon, user: User) -> bool:
    """Tell whether the person takes part."""
    return User.objects.filter(taking_part(hackathon=hackathon), pk=user.pk).exists()


def expected(*, hackathon: Hackathon) -> Q:
    """Select whom the door lets in: who takes part, and who has been let in before."""
    return taking_part(hackathon=hackathon) | Q(
        pk__in=Scan.objects.filter(hackathon=hackathon).values("user")
    )


def door_counts(*, hackathon: Hackathon) -> DoorCounts:
    """Count who has come and who is expected, in two queries."""
    came: set[int] = set()
    log = Scan.objects.filter(hackathon=hackathon).order_by("at", "pk")
    for user, undoes in log.values_list("user_id", "undoes"):
        (came.discard if undoes else came.add)(user)
    return DoorCounts(len(came), User.objects.filter(expected(hackathon=hackathon)).count())


def door_list(*, hackathon: Hackathon) -> list[tuple[int, str, str, str]]:
    """Return everybody the door knows: number, name, team, and the hash of the ticket; in two queries."""
    people = User.objects.filter(expected(hackathon=hackathon)).order_by("name", "pk")
    names = {pk: _called(name, email) for pk, name, email in people.values_list("pk", "name", "email")}
    teams = _teams(hackathon)
    codes = tickets.codes_of(hackathon.pk, names)
    return [(pk, name, teams.get(pk, ""), tickets.digest_of(codes[pk])) for pk, name in names.items()]


def found_at_door(*, hackathon: Hackathon, text: str, limit: int) -> list[DoorPerson]:
    """Return whom a search by name and team finds, the first by name."""
    words = text.lower().split()
    if not words:
        return []
    teams = _teams(hackathon)
    users = User.objects.filter(expected(hackathon=hackathon)).order_by("name", "pk")
    matching = []
    for pk, name, email in users.values_list("pk", "name", "email"):
        called, team = _called(name, email), teams.get(pk, "")
        if all(word in f"{called} {team}".lower() for word in words):
            matching.append((pk, called, team))
    came = arrivals(of_people(hackathon=hackathon, users=[pk for pk, _name, _team in matching[:limit]]))
    return [DoorPerson(pk, name, team, came.get(pk)) for pk, name, team in matching[:limit]]


def _teams(hackathon: Hackathon) -> dict[int, str]:
    return dict(Membership.objects.filter(hackathon=hackathon).values_list("user_id", "team__name"))


def _called(name: str, email: str) -> str:
    """Return a name for the door's devices, which know no addresses."""
    return name or email.split("@")[0]


def arrivals(scans: Iterable[Scan]) -> dict[int, Scan]:
    """Return by person the scan that counts: the first after the last that undoes."""
    came: dict[int, Scan] = {}
    for scan in sorted(scans, key=lambda scan: (scan.at, scan.pk)):
        if scan.undoes:
            came.pop(scan.user_id, None)
        else:
            came.setdefault(scan.user_id, scan)
    return came


def holder_of(*, hackathon: Hackathon, code: str) -> User | None:
    """Return who was given this code, among those whom the door lets in."""
    people = User.objects.filter(expected(hackathon=hackathon))
    codes = tickets.codes_of(hackathon.pk, people.values_list("pk", flat=True))
    found = next((user for user, given in codes.items() if given == code), None)
    return None if found is None else people.filter(pk=found).first()


def scans_since(*, hackathon: Hackathon, cursor: int) -> list[Scan]:
    """Return what the doors sent after `cursor`, the number of a scan; they are stored one after another."""
    return list(Scan.objects.filter(hackathon=hackathon, pk__gt=cursor).order_by("pk"))


def of_people(*, hackathon: Hackathon, users: Collection[int]) -> list[Scan]:
    """Return all scans of some people."""
    return list(Scan.objects.filter(hackathon=hackathon, user__in=users))
