"""The doors to what is handed in: a getter for each thing one may do with it."""

from datetime import datetime
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.access import (
    STAFF,
    Seat,
    grader_seat,
    guest_seat,
    instructor_seat,
    seat_in,
    signed_in,
    staff_seat,
    student_seat,
)
from classroom.models import Enrolment, HelpRequest, Role, User
from projects.models import (
    Answer,
    Availability,
    Award,
    Board,
    CalendarToken,
    Certificate,
    CertificateKind,
    Challenge,
    Conflict,
    Criterion,
    CustomExercise,
    DataSet,
    EventAnnouncement,
    Hackathon,
    Invitation,
    JoinRequest,
    Judge,
    Look,
    Membership,
    Notebook,
    NotebookPicture,
    Package,
    Project,
    ProjectPicture,
    Registration,
    RegistrationQuestion,
    Regrade,
    Room,
    Schedule,
    Seeker,
    Session,
    Submission,
    Team,
    Track,
)
from projects.models.certificate import CHECK_CODE_LENGTH
from projects.models.team import CODE_ALPHABET

RowT = TypeVar("RowT", bound="Model | CertificateKind")


def challenge_to_see(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Challenge]:
    """Return a challenge that the person may see: staff all, students the published ones."""
    seat = seat_in(request, slug)
    return seat, _challenge(seat, pk, now=now)


def data_to_download(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, DataSet]:
    """Return the data of a challenge that the person may see."""
    seat, challenge = challenge_to_see(request, slug, pk, now=now)
    return seat, _one(DataSet.objects.filter(challenge=challenge).first())


def challenge_to_hand_in(
    request: HttpRequest, slug: str, pk: int, *, now: datetime
) -> tuple[Seat, Challenge]:
    """Return a challenge that a student may hand in to; whether it is open is the service's to say."""
    seat = student_seat(request, slug)
    return seat, _challenge(seat, pk, now=now)


def challenge_to_review(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Challenge]:
    """Return a challenge with everybody's results, for staff."""
    seat = staff_seat(request, slug)
    return seat, _challenge(seat, pk, now=None)


def challenge_to_grade(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Challenge]:
    """Return a challenge whose hand-ins the person may grade again or write about."""
    seat = grader_seat(request, slug)
    return seat, _challenge(seat, pk, now=None)


def submission_to_see(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Submission]:
    """Return a hand-in that the person may see: staff all, students their own and their team's."""
    seat = seat_in(request, slug)
    found = _submissions(seat).filter(pk=pk)
    if not seat.is_staff:
        found = found.filter(
            Q(user=seat.user) | Q(authors=seat.user) | Q(team__memberships__user=seat.user)
        ).distinct()
    return seat, _one(found.first())


def submission_to_choose(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Submission]:
    """Return a hand-in of the student's own, or of the team the student is in now."""
    seat = student_seat(request, slug)
    own = Q(user=seat.user, team=None) | Q(team__memberships__user=seat.user)
    return seat, _one(_submissions(seat).filter(own, pk=pk).distinct().first())


def submission_to_grade(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Submission]:
    """Return a hand-in that the person may grade."""
    seat = grader_seat(request, slug)
    return seat, _one(_submissions(seat).filter(pk=pk).first())


def regrade_to_see(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Regrade]:
    """Return a regrade with its report, for staff."""
    return (seat := staff_seat(request, slug)), _regrade(seat, pk)


def regrade_to_decide(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Regrade]:
    """Return a regrade that the person may apply or discard."""
    return (seat := grader_seat(request, slug)), _regrade(seat, pk)


def exercises_to_write(request: HttpRequest, slug: str) -> Seat:
    """Return the seat of an instructor, who writes the course's own exercises."""
    return instructor_seat(request, slug)


def exercise_to_hand_out(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, CustomExercise]:
    """Return a version of an exercise of the course's own, for an instructor."""
    seat = instructor_seat(request, slug)
    return seat, _one(CustomExercise.objects.filter(course=seat.course, pk=pk).first())


def hackathon_to_see(
    request: HttpRequest, slug: str, pk: int | None, *, now: datetime
) -> tuple[Seat, Hackathon]:
    """Return a hackathon; without `pk` the one that is on, else the next, else the last."""
    seat = seat_in(request, slug)
    events = _hackathons(seat, now)
    if pk is not None:
        return seat, _one(events.filter(pk=pk).first())
    on_or_next = events.filter(ends_at__gt=now).order_by("starts_at").first()
    return seat, _one(on_or_next or events.order_by("-starts_at").first())


def other_hackathons(seat: Seat, event: Hackathon, *, now: datetime) -> QuerySet[Hackathon]:
    """Return the course's other hackathons that the person may see, the newest first."""
    return _hackathons(seat, now).exclude(pk=event.pk).order_by("-starts_at", "-pk")


def hackathon_to_join(
    request: HttpRequest, slug: str, pk: int, *, now: datetime
) -> tuple[Seat, Hackathon, Team | None]:
    """Return a hackathon a student may take part in, with the student's team."""
    seat = student_seat(request, slug)
    event = _one(_hackathons(seat, now).filter(pk=pk).first())
    return seat, event, team_of(seat, event)


def hackathon_to_review(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon with all its teams, for staff."""
    seat = staff_seat(request, slug)
    return seat, _one(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())


def project_to_review(
    request: HttpRequest, slug: str, pk: int, project: int
) -> tuple[Seat, Hackathon, Project]:
    """Return a registered project that an assistant or instructor may approve."""
    seat = grader_seat(request, slug)
    event = _one(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())
    return seat, event, _one(Project.objects.registered().filter(team__hackathon=event, pk=project).first())


def team_to_ask(request: HttpRequest, slug: str, pk: int, team: int, *, now: datetime) -> tuple[Seat, Team]:
    """Return a team that is on the board, for a student of the course."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    found = _team(event, team)
    return seat, _one(found if found.listed_at and not found.archived_at else None)


def request_to_answer(
    request: HttpRequest, slug: str, pk: int, asked: int, *, now: datetime
) -> tuple[Seat, JoinRequest]:
    """Return a request to join one's own team; whether one leads it is the service's to say."""
    seat, event, mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, _one(_requests(event).filter(team=mine, pk=asked).first())


def own_request(
    request: HttpRequest, slug: str, pk: int, asked: int, *, now: datetime
) -> tuple[Seat, JoinRequest]:
    """Return a request that the person has made."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, _one(_requests(event).filter(user=seat.user, pk=asked).first())


def invitation_of_team(
    request: HttpRequest, slug: str, pk: int, invitation: int, *, now: datetime
) -> tuple[Seat, Invitation]:
    """Return an invitation of one's own team."""
    seat, event, mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, _one(_invitations(event).filter(team=mine, pk=invitation).first())


def invitation_to_use(
    request: HttpRequest, slug: str, pk: int, token: str, *, now: datetime
) -> tuple[Seat, Invitation]:
    """Return the invitation whose secret the address holds, for any student of the course."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, _one(_invitations(event).filter(token=token).first())


def seeker_to_invite(
    request: HttpRequest, slug: str, pk: int, seeker: int, *, now: datetime
) -> tuple[Seat, Seeker]:
    """Return somebody who is on the board, for a student of the course."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    found = Seeker.objects.select_related("hackathon__course", "user").filter(hackathon=event, pk=seeker)
    return seat, _one(found.first())


def team_to_review(request: HttpRequest, slug: str, pk: int, team: int) -> tuple[Seat, Team]:
    """Return a team of a hackathon, for staff."""
    seat, event = hackathon_to_review(request, slug, pk)
    return seat, _team(event, team)


def team_to_organise(request: HttpRequest, slug: str, pk: int, team: int) -> tuple[Seat, Team]:
    """Return a team of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, _team(event, team)


def member_to_organise(
    request: HttpRequest, slug: str, pk: int, team: int, user: int
) -> tuple[Seat, Team, User]:
    """Return a member of a team of a hackathon that an instructor organises."""
    seat, found = team_to_organise(request, slug, pk, team)
    membership = Membership.objects.select_related("user").filter(team=found, user=user).first()
    return seat, found, _one(membership).user


def judge_of(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Judge]:
    """Return the asking person's judgeship; whoever does not judge here finds nothing.

    Judges need not take part in the course: those from outside sit as guests, who see nothing else of it. So
    do viewers, who change nothing anywhere else.
    """
    judges = Judge.objects.select_related("hackathon__course", "user", "track").filter(left_at=None)
    user = signed_in(request)
    judge = _one(judges.filter(hackathon__course__slug=slug, hackathon=pk, user=user).first())
    members = Enrolment.objects.filter(course=judge.hackathon.course, user=user, left_at=None)
    if members.exclude(role__in=(Role.GUEST, Role.VIEWER)).exists():
        return seat_in(request, slug), judge
    return guest_seat(request, judge.hackathon.course), judge


def look_of(request: HttpRequest, slug: str, pk: int, look: int) -> tuple[Seat, Look]:
    """Return a look of the asking judge's own."""
    seat, judge = judge_of(request, slug, pk)
    looks = Look.objects.select_related(
        "judge__hackathon__course", "judge__user", "judge__track", "project__team"
    )
    return seat, _one(looks.filter(judge=judge, pk=look, project__withdrawn_at=None).first())


def judge_to_organise(request: HttpRequest, slug: str, pk: int, judge: int) -> tuple[Seat, Judge]:
    """Return a judge of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    judges = Judge.objects.select_related("hackathon__course", "user", "track").filter(hackathon=event)
    return seat, _one(judges.filter(pk=judge).first())


def conflict_to_organise(request: HttpRequest, slug: str, pk: int, conflict: int) -> tuple[Seat, Conflict]:
    """Return a conflict of interest at a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    conflicts = Conflict.objects.select_related("judge__hackathon__course", "judge__user", "team")
    return seat, _one(conflicts.filter(judge__hackathon=event, pk=conflict).first())


def criterion_to_organise(
    request: HttpRequest, slug: str, pk: int, criterion: int
) -> tuple[Seat, Hackathon, Criterion]:
    """Return a criterion of a hackathon's rubric, for an instructor."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, event, _one(Criterion.objects.filter(hackathon=event, pk=criterion).first())


def track_to_organise(request: HttpRequest, slug: str, pk: int, track: int) -> tuple[Seat, Hackathon, Track]:
    """Return a track of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    tracks = Track.objects.select_related("challenge", "hackathon")
    return seat, event, _one(tracks.filter(hackathon=event, pk=track).first())


def hackathon_to_organise(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon that an instructor organises."""
    seat = instructor_seat(request, slug)
    return seat, _one(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())


def hackathons_to_organise(request: HttpRequest, slug: str) -> tuple[Seat, QuerySet[Hackathon]]:
    """Return the hackathons of the course, those that are not published yet included, for an instructor."""
    seat = instructor_seat(request, slug)
    return seat, Hackathon.objects.filter(course=seat.course)


def challenge_to_organise(
    request: HttpRequest, slug: str, pk: int, challenge: int
) -> tuple[Seat, Hackathon, Challenge]:
    """Return a challenge of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, event, _one(Challenge.objects.filter(hackathon=event, pk=challenge).first())


def award_to_organise(request: HttpRequest, slug: str, pk: int, award: int) -> tuple[Seat, Hackathon, Award]:
    """Return an award of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    awards = Award.objects.select_related("hackathon__course", "challenge", "track", "project__team")
    return seat, event, _one(awards.filter(hackathon=event, pk=award).first())


def project_to_award(award: Award, project: int) -> Project:
    """Return a project of the hackathon of an award that an instructor gives."""
    found = Project.objects.select_related("team").filter(team__hackathon=award.hackathon_id, pk=project)
    return _one(found.first())


def certificates_to_organise(
    request: HttpRequest, slug: str, pk: int, kind: str
) -> tuple[Seat, Hackathon, CertificateKind]:
    """Return a hackathon whose certificates of one kind an instructor issues."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, event, _one(next((known for known in CertificateKind if known == kind), None))


def certificate_to_organise(
    request: HttpRequest, slug: str, pk: int, certificate: int
) -> tuple[Seat, Certificate]:
    """Return a certificate of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = Certificate.objects.select_related("hackathon__course", "user")
    return seat, _one(found.filter(hackathon=event, pk=certificate).first())


def certificate_to_have(
    request: HttpRequest, slug: str, pk: int, certificate: int, *, now: datetime
) -> tuple[Seat, Certificate]:
    """Return a certificate that holds: to whom it was issued, and to instructors."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    found = Certificate.objects.valid().select_related("hackathon__course")
    found = found.filter(hackathon=event, pk=certificate)
    return seat, _one((found if seat.is_instructor else found.filter(user=seat.user)).first())


def package_to_have(request: HttpRequest, slug: str, pk: int, package: int) -> tuple[Seat, Package]:
    """Return an archive of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = Package.objects.select_related("hackathon__course", "asked_by")
    return seat, _one(found.filter(hackathon=event, pk=package).first())


def certificate_to_check(code: str) -> Certificate | None:
    """Return the certificate with a check code, for whoever holds it in their hands."""
    tidy = code.upper().replace("-", "").replace(" ", "")
    is_code = len(tidy) == CHECK_CODE_LENGTH and set(tidy) <= set(CODE_ALPHABET)
    return Certificate.objects.filter(code=tidy).first() if is_code else None


def board_to_see(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Board]:
    """Return the leaderboard of a challenge that the person may see."""
    seat, found = challenge_to_see(request, slug, pk, now=now)
    return seat, _one(_boards(seat).filter(challenge=found).first())


def board_to_organise(request: HttpRequest, slug: str, pk: int, challenge: int) -> tuple[Seat, Board]:
    """Return the leaderboard of a challenge whose hackathon an instructor organises."""
    seat, _event, found = challenge_to_organise(request, slug, pk, challenge)
    return seat, _one(_boards(seat).filter(challenge=found).first())


def question_to_organise(
    request: HttpRequest, slug: str, pk: int, question: int
) -> tuple[Seat, Hackathon, RegistrationQuestion]:
    """Return a question that a hackathon's form asks, for an instructor."""
    seat, event = hackathon_to_organise(request, slug, pk)
    asked = RegistrationQuestion.objects.asked().filter(hackathon=event, pk=question)
    return seat, event, _one(asked.first())


def registration_to_decide(
    request: HttpRequest, slug: str, pk: int, registration: int
) -> tuple[Seat, Registration]:
    """Return somebody's registration for a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = Registration.objects.select_related("hackathon__course", "user")
    return seat, _one(found.filter(hackathon=event, pk=registration).first())


def answered_file(
    request: HttpRequest, slug: str, pk: int, answer: int, *, now: datetime
) -> tuple[Seat, Answer]:
    """Return a file somebody uploaded when registering: to staff and to whoever uploaded it."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    found = Answer.objects.filter(registration__hackathon=event, pk=answer).exclude(content=None)
    return seat, _one((found if seat.is_staff else found.filter(registration__user=seat.user)).first())


def schedule_to_edit(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon whose schedule an instructor edits; times are the event's until the request ends."""
    seat, event = hackathon_to_organise(request, slug, pk)
    timezone.activate(event.course.zone)
    return seat, event


def session_to_edit(request: HttpRequest, slug: str, pk: int, session: int) -> Session:
    """Return a session of a schedule that an instructor edits."""
    _seat, event = schedule_to_edit(request, slug, pk)
    sessions = Session.objects.select_related("hackathon__course", "team")
    return _one(sessions.filter(hackathon=event, pk=session).first())


def room_to_edit(request: HttpRequest, slug: str, pk: int, room: int) -> Room:
    """Return a room of a schedule that an instructor edits."""
    _seat, event = schedule_to_edit(request, slug, pk)
    return _one(Room.objects.select_related("hackathon__course").filter(hackathon=event, pk=room).first())


def availability_to_edit(request: HttpRequest, slug: str, pk: int, availability: int) -> Availability:
    """Return what was said of a room's or a person's time, for an instructor."""
    _seat, event = schedule_to_edit(request, slug, pk)
    return _one(Availability.objects.filter(hackathon=event, pk=availability).first())


def version_to_restore(request: HttpRequest, slug: str, pk: int, version: int) -> tuple[Seat, Schedule]:
    """Return a released version of a schedule that an instructor edits."""
    seat, event = schedule_to_edit(request, slug, pk)
    versions = Schedule.objects.select_related("hackathon__course").filter(hackathon=event, version=version)
    return seat, _one(versions.first())


def calendar_of(slug: str, pk: int, token: str, *, now: datetime) -> CalendarToken:
    """Return whose calendar a secret address means: calendar programs do not sign in.

    It shuts when the person leaves the course, and shows a student no event that is not published.
    """
    tokens = CalendarToken.objects.select_related("hackathon__course", "user")
    found = tokens.filter(token=token, hackathon=pk, hackathon__course__slug=slug, user__is_active=True)
    given = _one(found.first())
    roles = Enrolment.objects.filter(course=given.hackathon.course, user=given.user, left_at=None)
    role = roles.exclude(role=Role.GUEST).values_list("role", flat=True).first()
    if role in STAFF or given.user.is_superuser:
        return given
    published = given.hackathon.published_at
    return _one(given if role and published and published <= now else None)


def shows_strangers(slug: str, pk: int, *, now: datetime) -> bool:
    """Tell whether somebody without an account may see the event's projects now."""
    return _public_event(slug, pk, now) is not None


def gallery_to_see(
    request: HttpRequest, slug: str, pk: int, *, now: datetime
) -> tuple[Seat | None, Hackathon]:
    """Return a hackathon whose projects may be shown: to staff always, to others after the embargo.

    Who has no seat in the course may see them where the organisers made them public.
    """
    seat, event = _seat_or_stranger(request, slug, pk, now)
    if not (seat and seat.is_staff) and not event.shows_projects(now):
        raise _embargo()
    return seat, event


def vote_to_cast(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Hackathon]:
    """Return a hackathon whose projects the person sees and may vote on; when is the service's to say."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    if not seat.is_staff and not event.shows_projects(now):
        raise _embargo()
    return seat, event


def ranking_to_see(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Hackathon]:
    """Return a hackathon whose ranking may be read: by staff always, by the course once it is published."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    if not seat.is_staff and not event.ranking_published_at:
        raise PermissionDenied(_("The results are not published yet. Come back later."))
    return seat, event


def project_to_see(
    request: HttpRequest, slug: str, pk: int, project: int, *, now: datetime
) -> tuple[Seat | None, Hackathon, Project]:
    """Return a project: to staff, its team and the event's judges always, to others once it is shown."""
    seat, event = _seat_or_stranger(request, slug, pk, now)
    projects = Project.objects.registered().filter(team__hackathon=event, pk=project)
    projects = projects.select_related("team", "challenge", "reviewed_by")
    found = projects.first()
    own = Q(team__memberships__user=seat.user) | Q(authors=seat.user) if seat else Q(pk=None)
    if seat and (
        seat.is_staff
        or event.judges.filter(user=seat.user, left_at=None).exists()
        or (found and Project.objects.filter(own, pk=found.pk).exists())
    ):
        return seat, event, _one(found)
    if not event.shows_projects(now):
        raise _embargo()
    return seat, event, _one(projects.approved().first())


def picture_to_see(
    request: HttpRequest, slug: str, pk: int, project: int, digest: str, *, now: datetime
) -> ProjectPicture | NotebookPicture:
    """Return a picture of a project, or of its notebook, that the person may see."""
    _seat, _event, found = project_to_see(request, slug, pk, project, now=now)
    own = ProjectPicture.objects.filter(project=found, digest=digest).first()
    return own or _one(NotebookPicture.objects.filter(notebook=found.pk, digest=digest).first())


def notebook_to_see(
    request: HttpRequest, slug: str, pk: int, project: int, *, now: datetime
) -> tuple[Hackathon, Notebook]:
    """Return the notebook of a project that the person may see."""
    _seat, event, found = project_to_see(request, slug, pk, project, now=now)
    return event, _one(Notebook.objects.select_related("project__team").filter(project=found).first())


def project_to_furnish(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Project]:
    """Return the registered project of the student's team; whether it may still change the service says."""
    seat, event, team = hackathon_to_join(request, slug, pk, now=now)
    projects = Project.objects.registered().select_related("team__hackathon__course")
    return seat, _one(projects.filter(team=team, team__hackathon=event).first() if team else None)


def picture_to_change(
    request: HttpRequest, slug: str, pk: int, picture: int, *, now: datetime
) -> ProjectPicture:
    """Return a picture of the project of the student's team."""
    _seat, project = project_to_furnish(request, slug, pk, now=now)
    found = ProjectPicture.objects.select_related("project").filter(project=project, pk=picture)
    return _one(found.defer("content").first())


def _seat_or_stranger(
    request: HttpRequest, slug: str, pk: int, now: datetime
) -> tuple[Seat | None, Hackathon]:
    if request.user.is_authenticated:
        try:
            return hackathon_to_see(request, slug, pk, now=now)
        except Http404:  # a judge from outside, or a stranger like others
            if Judge.objects.filter(hackathon=pk, user=request.user.pk, left_at=None).exists():
                seat, judge = judge_of(request, slug, pk)
                return seat, judge.hackathon
    event = _one(_public_event(slug, pk, now))
    timezone.activate(event.course.zone)
    return None, event


def _public_event(slug: str, pk: int, now: datetime) -> Hackathon | None:
    public = Hackathon.objects.filter(gallery_is_public=True, published_at__lte=now)
    event = public.select_related("course").filter(course__slug=slug, pk=pk).first()
    return event if event and event.shows_projects(now) else None


def _embargo() -> PermissionDenied:
    return PermissionDenied(_("The projects are not shown yet. Come back after the hackathon."))


def help_desk(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Hackathon, bool]:
    """Return a hackathon whose help desk the person uses, and whether they see the queue as a mentor does."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    return seat, event, serves_at(seat, event)


def help_request_to_serve(
    request: HttpRequest, slug: str, pk: int, help_request: int, *, now: datetime
) -> tuple[Seat, Hackathon, HelpRequest]:
    """Return a request for help, for staff and for the mentors of the event's challenges."""
    seat, event, serves = help_desk(request, slug, pk, now=now)
    if not serves:
        raise PermissionDenied(_("Only mentors and the course's staff can do this."))
    found = HelpRequest.objects.select_related("desk__course", "asked_by")
    return (
        seat,
        event,
        _one(
            found.filter(
                desk__course=seat.course, desk__about=f"hackathon:{event.pk}", pk=help_request
            ).first()
        ),
    )


def announcement_to_organise(
    request: HttpRequest, slug: str, pk: int, announcement: int
) -> tuple[Seat, EventAnnouncement]:
    """Return an announcement of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = EventAnnouncement.objects.select_related("hackathon__course", "team")
    return seat, _one(found.filter(hackathon=event, pk=announcement).first())


def hackathon_with_door(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon at whose door the person lets people in: an instructor or an assistant."""
    seat = grader_seat(request, slug)
    return seat, _one(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())


def serves_at(seat: Seat, event: Hackathon) -> bool:
    """Tell whether the person helps at the event: staff, and the mentors of its challenges."""
    return seat.is_staff or event.challenges.filter(mentors=seat.user).exists()


def team_of(seat: Seat, event: Hackathon) -> Team | None:
    """Return the team the person is in."""
    membership = (
        Membership.objects.select_related("team__hackathon__course")
        .filter(hackathon=event, user=seat.user)
        .first()
    )
    return membership.team if membership else None


def _challenge(seat: Seat, pk: int, *, now: datetime | None) -> Challenge:
    found = Challenge.objects.select_related("course", "week", "hackathon").filter(course=seat.course, pk=pk)
    if not seat.is_staff and now is not None:
        found = found.visible(now)
    return _one(found.first())


def _team(event: Hackathon, pk: int) -> Team:
    return _one(Team.objects.select_related("hackathon__course").filter(hackathon=event, pk=pk).first())


def _requests(event: Hackathon) -> QuerySet[JoinRequest]:
    found = JoinRequest.objects.select_related("hackathon__course", "team__hackathon__course", "user")
    return found.filter(hackathon=event)


def _invitations(event: Hackathon) -> QuerySet[Invitation]:
    found = Invitation.objects.select_related("team__hackathon__course", "created_by", "invitee")
    return found.filter(team__hackathon=event)


def _boards(seat: Seat) -> QuerySet[Board]:
    boards = Board.objects.select_related("challenge__course", "challenge__hackathon__course")
    return boards.filter(challenge__course=seat.course)


def _regrade(seat: Seat, pk: int) -> Regrade:
    found = Regrade.objects.select_related("challenge__course", "begun_by")
    return _one(found.filter(challenge__course=seat.course, pk=pk).first())


def _submissions(seat: Seat) -> QuerySet[Submission]:
    return Submission.objects.select_related("challenge__course", "user", "team").filter(
        challenge__course=seat.course
    )


def _hackathons(seat: Seat, now: datetime) -> QuerySet[Hackathon]:
    events = Hackathon.objects.select_related("course").filter(course=seat.course)
    return events if seat.is_staff else events.filter(published_at__lte=now)


def _one(found: RowT | None) -> RowT:
    if found is None:
        raise Http404(_("There is nothing here, or it is not for you."))
    return found
