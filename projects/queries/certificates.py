"""Who could have a certificate, and who has one."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from classroom.models import User
from projects.models import Award, Certificate, CertificateKind, Hackathon, Membership, Project


@dataclass(frozen=True)
class Entitled:
    """Somebody who may have a certificate of a kind."""

    user: User
    team: str
    project: str = ""
    award: Award | None = None


@dataclass(frozen=True)
class KindState:
    """How many could have a certificate of a kind, and how many have."""

    kind: CertificateKind
    entitled: int
    valid: int
    withdrawn: int

    @property
    def missing(self) -> int:
        """How many are entitled and have none; who had one withdrawn is not counted."""
        return max(0, self.entitled - self.valid - self.withdrawn)


def entitled(*, hackathon: Hackathon, kind: str) -> list[Entitled]:
    """Return who may have a certificate of a kind: two queries at most."""
    if kind == CertificateKind.AWARD:
        return list(_winners(hackathon))
    projects = (
        {project.team_id: project.title for project in _complete(hackathon)}
        if kind == CertificateKind.COMPLETION
        else {}
    )
    members = _members(hackathon, kind).select_related("user", "team")
    return [Entitled(member.user, member.team.name, projects.get(member.team_id, "")) for member in members]


def certificate_states(*, hackathon: Hackathon) -> list[KindState]:
    """Return the numbers of each kind; four queries."""
    valid = Count("pk", filter=Q(withdrawn_at=None))
    rows = Certificate.objects.filter(hackathon=hackathon).order_by().values("kind")
    issued = {
        row["kind"]: (row["valid"], row["all"] - row["valid"])
        for row in rows.annotate(valid=valid, all=Count("pk"))
    }
    awarded = Award.objects.published().filter(hackathon=hackathon)
    could = {
        CertificateKind.PARTICIPATION: _members(hackathon, CertificateKind.PARTICIPATION).count(),
        CertificateKind.COMPLETION: _members(hackathon, CertificateKind.COMPLETION).count(),
        CertificateKind.AWARD: awarded.filter(project__team__memberships__isnull=False).count(),
    }
    return [KindState(kind, could[kind], *issued.get(kind, (0, 0))) for kind in CertificateKind]


def issued_certificates(*, hackathon: Hackathon, search: str = "") -> QuerySet[Certificate]:
    """Return what was issued, by name, of those whose name or team contains `search`."""
    found = Certificate.objects.filter(hackathon=hackathon).select_related("user")
    return found.filter(Q(name__icontains=search) | Q(team__icontains=search)) if search else found


def certificates_of(*, hackathon: Hackathon, user: User) -> list[Certificate]:
    """Return the person's certificates that hold."""
    order = list(CertificateKind)
    mine = Certificate.objects.valid().filter(hackathon=hackathon, user=user)
    return sorted(mine, key=lambda certificate: order.index(CertificateKind(certificate.kind)))


def _members(hackathon: Hackathon, kind: str) -> QuerySet[Membership]:
    members = Membership.objects.filter(hackathon=hackathon, team__archived_at=None)
    if kind == CertificateKind.COMPLETION:
        return members.filter(Exists(_complete(hackathon).filter(team=OuterRef("team"))))
    return members


def _complete(hackathon: Hackathon) -> QuerySet[Project]:
    """Keep the projects of which everything the course asks for is there; see `Project.is_complete`."""
    return Project.objects.filter(
        team__hackathon=hackathon,
        withdrawn_at=None,
        has_public_repository=True,
        has_commented_notebook=True,
        has_video=True,
    )


def _winners(hackathon: Hackathon) -> Iterator[Entitled]:
    awards = Award.objects.published().filter(hackathon=hackathon).select_related("project__team")
    for award in awards.prefetch_related("project__team__memberships__user"):
        if award.project:
            team = award.project.team
            for member in team.memberships.all():
                yield Entitled(member.user, team.name, award.project.title, award)
