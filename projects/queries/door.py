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
    """Somebody the door knows; `ticket` is the hash of their code."""

    user_id: int
    name: str
    team: str
    ticket: str
    arrival: Scan | None


@dataclass(frozen=True)
class DoorList:
    """The door's list, by name."""

    people: list[DoorPerson]

    @property
    def arrived(self) -> int:
        """How many have come."""
        return sum(person.arrival is not None for person in self.people)


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


def door_list(*, hackathon: Hackathon) -> DoorList:
    """Return everybody the door knows, in three queries."""
    people = User.objects.filter(expected(hackathon=hackathon)).only("pk", "name", "email")
    teams = dict(Membership.objects.filter(hackathon=hackathon).values_list("user_id", "team__name"))
    came = arrivals(Scan.objects.filter(hackathon=hackathon))
    codes = tickets.codes_of(hackathon.pk, [user.pk for user in people])
    return DoorList(
        [
            DoorPerson(
                user.pk,
                user.name or user.email.split("@")[0],
                teams.get(user.pk, ""),
                tickets.digest_of(codes[user.pk]),
                came.get(user.pk),
            )
            for user in people
        ]
    )


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
    people = {user.pk: user for user in User.objects.filter(expected(hackathon=hackathon))}
    codes = tickets.codes_of(hackathon.pk, people)
    return next((people[user] for user, given in codes.items() if given == code), None)


def scans_since(*, hackathon: Hackathon, cursor: int) -> list[Scan]:
    """Return what the doors sent after `cursor`, the number of a scan; they are stored one after another."""
    return list(Scan.objects.filter(hackathon=hackathon, pk__gt=cursor).order_by("pk"))


def of_people(*, hackathon: Hackathon, users: Collection[int]) -> list[Scan]:
    """Return all scans of some people."""
    return list(Scan.objects.filter(hackathon=hackathon, user__in=users))
