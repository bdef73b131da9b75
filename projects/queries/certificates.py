"""Who could have a certificate, and who has one."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from classroom.models import User
from projects.models import Award, Certificate, CertificateKind, Hackathon, Membership, Project

#: Rows of "this person is an author of this project"; without any, the members of the team are.
Authorship = Project.authors.through


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
    """Return who may have a certificate of a kind; four queries at most.

    Completion and awards are the authors': who was in the team when it handed in, wherever they are now.
    """
    if kind == CertificateKind.COMPLETION:
        return [one for found in _by_project(_complete(hackathon)).values() for one in found]
    if kind == CertificateKind.AWARD:
        awards = list(_published(hackathon))
        authors = _by_project(Project.objects.filter(pk__in=[award.project_id for award in awards]))
        return [replace(one, award=award) for award in awards for one in authors[award.project_id or 0]]
    members = Membership.objects.filter(hackathon=hackathon).select_related("user", "team")
    gone = _authors_without_team(hackathon).select_related("user", "project__team")
    here = [Entitled(member.user, member.team.name) for member in members]
    left = {row.user_id: Entitled(row.user, row.project.team.name) for row in gone}
    return [*here, *left.values()]


def certificate_states(*, hackathon: Hackathon) -> list[KindState]:
    """Return the numbers of each kind; seven queries."""
    rows = Certificate.objects.filter(hackathon=hackathon).order_by().values("kind")
    issued = {
        row["kind"]: (row["valid"], row["all"] - row["valid"])
        for row in rows.annotate(valid=Count("pk", filter=Q(withdrawn_at=None)), all=Count("pk"))
    }
    members = Membership.objects.filter(hackathon=hackathon)
    complete, published = _complete(hackathon), _published(hackathon)
    unnamed = complete.filter(authors=None, team=OuterRef("team"))
    could = {
        CertificateKind.PARTICIPATION: members.count()
        + _authors_without_team(hackathon).values("user").distinct().count(),
        CertificateKind.COMPLETION: Authorship.objects.filter(project__in=complete).count()
        + members.filter(Exists(unnamed)).count(),
        CertificateKind.AWARD: Authorship.objects.filter(project__awards__in=published).count()
        + members.filter(team__projects__awards__in=published, team__projects__authors=None).count(),
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


def _complete(hackathon: Hackathon) -> QuerySet[Project]:
    """Keep the projects of which everything the course asks for is there; see `Project.is_complete`."""
    return Project.objects.filter(
        team__hackathon=hackathon,
        withdrawn_at=None,
        has_public_repository=True,
        has_commented_notebook=True,
        has_video=True,
    )


def _published(hackathon: Hackathon) -> QuerySet[Award]:
    return Award.objects.published().filter(hackathon=hackathon)


def _authors_without_team(hackathon: Hackathon) -> QuerySet[Any]:
    """Keep the authors of projects who are in no team now: they took part, too."""
    in_a_team = Membership.objects.filter(hackathon=hackathon, user=OuterRef("user"))
    projects = Project.objects.filter(team__hackathon=hackathon, withdrawn_at=None)
    return Authorship.objects.filter(project__in=projects).exclude(Exists(in_a_team)).order_by("pk")


def _by_project(projects: QuerySet[Project]) -> defaultdict[int, list[Entitled]]:
    """Return the authors of projects; three queries, however many there are."""
    titles = {project.pk: project for project in projects.select_related("team")}
    found: defaultdict[int, list[Entitled]] = defaultdict(list)
    for row in Authorship.objects.filter(project__in=projects).select_related("user").order_by("pk"):
        project = titles[row.project_id]
        found[project.pk].append(Entitled(row.user, project.team.name, project.title))
    # Of a team that handed in nothing, whoever is in it is an author.
    by_team = {project.team_id: project for project in titles.values() if project.pk not in found}
    members = Membership.objects.filter(team__projects__in=projects.filter(authors=None))
    for member in members.select_related("user").distinct():
        project = by_team[member.team_id]
        found[project.pk].append(Entitled(member.user, project.team.name, project.title))
    return found
