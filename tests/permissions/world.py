"""Two courses that have one of everything, and somebody of every role who asks for it.

An address is looked up by its placeholders: each has a value in `Course.named`, under the most telling of
"name of the address/placeholder", "the segment before/placeholder" and "placeholder".
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.urls import URLResolver, get_resolver

from classroom import clock, tokens
from classroom.demo import crowd
from classroom.lti.models import Context, Platform, Roster, Score, WorkLink
from classroom.models import (
    Announcement,
    Entrance,
    ErasureRequest,
    Extension,
    GradeCategory,
    GradeColumn,
    Group,
    InviteLink,
    Material,
    MaterialFile,
    Notice,
    Outbox,
    Role,
    ScheduleItem,
    Scope,
    Topic,
    User,
    Week,
)
from classroom.pages.dashboards.rows import SUBJECTS
from projects import queries
from projects.models import (
    Answer,
    Certificate,
    Challenge,
    Invitation,
    JoinRequest,
    Judge,
    Look,
    Package,
    Project,
    ProjectPicture,
    RegistrationQuestion,
    Submission,
    Team,
)
from quizzes import services as quizzes
from quizzes.models import Arrival, QuestionImage, QuestionVersion, Section
from quizzes.services import regrading
from tests.factories import EnrolmentFactory, UserFactory, student_of
from tests.projects.addresses import SMALL
from tests.projects.addresses import named as named_of_event
from tests.projects.boards import board_of
from tests.quizzes.factories import make_question, make_quiz

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Address:
    """One address of the site, as the URL configuration has it."""

    name: str
    route: str

    @property
    def placeholders(self) -> list[tuple[str, str]]:
        """The segment before each placeholder, and its name."""
        return re.findall(r"([\w-]*)[/.]?<\w+:(\w+)>", self.route)


def addresses(patterns=None, route="", namespaces=()):
    """Return every address of the site."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        here = route + str(found.pattern)
        if isinstance(found, URLResolver):
            inside = (*namespaces, found.namespace) if found.namespace else namespaces
            yield from addresses(found.url_patterns, here, inside)
        else:
            yield Address(":".join((*namespaces, found.name or "nameless")), here)


class Half:
    """A course with one of everything; `named` says which is meant by which placeholder."""

    def __init__(self, seed: int, platform: Platform) -> None:
        self.event = crowd.build(clock.now(), seed=seed, size=SMALL)
        self.course = self.event.course
        now = clock.now()
        enrolled = {role.value: EnrolmentFactory(course=self.course, role=role) for role in Role}
        self.people = {role: one.user for role, one in enrolled.items() if role != "student"}
        self.people["student"], self.people["other"] = self._members(now)
        self.named = {"slug": self.course.slug} | named_of_event(self.event)
        self.named |= _of_course(self.course, enrolled["student"], now) | _of_platforms(
            self.course, platform, now
        )
        self.named |= self._quizzes(now) | self._boards(now)
        self.personal = {who: self._personal(who, now) for who in ("guest", "student", "other")}
        self.personal["judge"] = self._judged(now)
        mistake = next(
            iter(queries.misconceptions(challenge=Challenge.objects.get(pk=self.named["challenge"])))
        )
        self.mistake = "?" + urlencode({"function": mistake.function, "cause": mistake.cause})

    def _members(self, now):
        """Return two students, each in a team of their own that has handed in."""
        teams = [
            one.team for one in Submission.objects.filter(challenge__hackathon=self.event).order_by("pk")
        ]
        first, second = list(dict.fromkeys(teams))[:2]
        self.teams = {"student": first, "other": second}
        Team.objects.filter(pk__in=[first.pk, second.pk]).update(listed_at=now)
        people = [team.memberships.earliest("pk").user for team in (first, second)]
        question = RegistrationQuestion.objects.filter(hackathon=self.event).earliest("pk")
        for user in people:
            Answer.objects.update_or_create(
                registration=self.event.registrations.get(user=user),
                question=question,
                defaults={"content": b"a", "value": "a.txt", "answered_at": now},
            )
        return people

    def _quizzes(self, now):
        """Return what addresses of quizzes name; `past` is over and its review released."""
        by = self.people["instructor"]
        quiz = make_quiz(self.course, ("single",), now=now, anonymous=True, lobby=True, practice=True)
        QuestionVersion.objects.filter(question__slots__quiz=quiz).update(hints=["Think of a step."])
        past = make_quiz(self.course, ("single",), now=now - timedelta(minutes=2), anonymous=True)
        Arrival.objects.bulk_create(
            Arrival(room=quizzes.room_of(one), user=self.people["guest"], arrived_at=now)
            for one in (quiz, past)
        )
        self.parts = {
            who: self._part_of(quiz, past, self.people[who], now) for who in ("guest", "student", "other")
        }
        question, asked = make_question(self.course), past.slots.get().question
        image = QuestionImage.objects.create(
            course=self.course,
            digest=f"{self.course.pk:064x}",
            name="a.png",
            media_type="image/png",
            content=b"a",
            width=1,
            height=1,
            created_at=now,
        )
        extension = Extension.objects.create(
            course=self.course, item=quiz.deadline_key, user=self.people["other"], extra_seconds=60
        )
        regrade = regrading.begin_regrade(
            quiz=past, version=asked.versions.get(), mode="key", reason="A wrong key.", by=by, now=now
        )
        quizzes.close_quiz(quiz=past, by=by, now=now)
        quizzes.release_review(quiz=past, by=by, now=now)
        self.quiz, self.past = quiz, past
        return {
            "quizzes/pk": quiz.pk,
            "quizzes:question_statistics/pk": past.pk,
            "quizzes:question_statistics/question_pk": asked.pk,
            "question_pk": question.pk,
            "bank/pk": question.pk,
            "slot_pk": quiz.slots.get().pk,
            "section_pk": Section.objects.create(quiz=quiz, position=1, title="One").pk,
            "quizzes:take_back/extension_pk": extension.pk,
            "quizzes:regrade/pk": regrade.pk,
            "quizzes:regrade_apply/pk": regrade.pk,
            "quizzes:regrade_discard/pk": regrade.pk,
            "position": 1,
            "trials/token": "0" * 32,
            "images/digest": image.digest,
            "quiz": quiz.pk,
        }

    @staticmethod
    def _part_of(quiz, past, user, now):
        """Let `user` write one attempt and have handed in another."""
        before = now - timedelta(seconds=30)
        running = quizzes.start_attempt(quiz=quiz, user=user, now=now)
        over = quizzes.start_attempt(quiz=past, user=user, now=before)
        quizzes.record_answer(
            attempt_id=over.pk, user=user, position=1, client="t", seq=1, value=["0"], now=before
        )
        over = quizzes.hand_in(attempt=over, now=before)
        return SimpleNamespace(running=running, past=over, item=over.items.get(position=1))

    def _boards(self, now):
        """Return a challenge with a leaderboard, and what else the event lacks."""
        board = board_of(self.event, now=now)
        package = Package.objects.create(
            hackathon=self.event,
            kind=Package.Kind.CERTIFICATES,
            variant="participation-en",
            asked_at=now,
            packed_at=now,
        )
        sources = Package.objects.create(
            challenge_id=self.named["challenge"], kind=Package.Kind.SOURCES, asked_at=now, packed_at=now
        )
        later = Extension.objects.create(
            course=self.course, item=f"challenge:{self.named['challenge']}", user=self.people["other"]
        )
        boards = (
            "board",
            "board_panel",
            "examples_npz",
            "examples_csv",
            "edit_board",
            "close_board",
            "reveal_board",
        )
        return {f"projects:{name}/pk": board.challenge_id for name in boards[:4]} | {
            **{f"projects:{name}/challenge": board.challenge_id for name in boards[4:]},
            "package": package.pk,
            "projects:sources/package": sources.pk,
            "projects:sources_panel/package": sources.pk,
            "projects:ask_to_join/team": self.teams["other"].pk,
            "pictures/digest": self._picture(Project.objects.get(pk=self.named["project"]), now).digest,
            "projects:take_extension_back/extension_pk": later.pk,
            "challenge": self.named["challenge"],
        }

    def _personal(self, who, now):
        """Return what is somebody's own: an attempt, a hand-in, a certificate, a team's request."""
        part, user = self.parts[who], self.people[who]
        over = ("attempt_done", "attempt_review", "attempt_reopen")
        found = {"attempts/pk": part.running.pk, "answers/pk": part.item.pk, "attempt": part.past.pk}
        found |= {f"quizzes:{name}/pk": part.past.pk for name in over}
        if who == "guest":
            return found
        team = self.teams[who]
        handed_in = Submission.objects.filter(team=team).earliest("pk").pk
        asks = JoinRequest.objects.create(
            hackathon=self.event, team=team, user=student_of(self.course), asked_at=now
        )
        asked = JoinRequest.objects.create(
            hackathon=self.event,
            team=Team.objects.filter(hackathon=self.event).last(),
            user=user,
            asked_at=now,
        )
        invitation = Invitation.objects.create(
            team=team, token=f"{who}-{self.course.pk}", created_by=user, created_at=now, expires_at=now + DAY
        )
        picture = self._picture(_project_of(team), now)
        certificate, _ = Certificate.objects.get_or_create(
            hackathon=self.event,
            user=user,
            kind="participation",
            defaults={"name": "Ada", "first_day": now, "last_day": now, "issued_on": now, "issued_at": now},
        )
        token, _secret = tokens.create(user=user, name=who, scopes=[Scope.COURSES], good_for=DAY, now=now)
        return found | {
            "submissions/pk": handed_in,
            "submission": handed_in,
            "answer": Answer.objects.filter(registration__user=user).exclude(content=None).earliest("pk").pk,
            "asked": asks.pk,
            "projects:withdraw_request/asked": asked.pk,
            "take-out/user": user.pk,
            "projects:take_out/team": team.pk,
            "invite/invitation": invitation.pk,
            "projects:invitation/token": invitation.token,
            "projects:decline_invitation/token": invitation.token,
            "picture": picture.pk,
            "certificates/certificate": certificate.pk,
            "certificate": certificate.pk,
            "tokens/pk": token.pk,
            "notices/pk": Notice.objects.create(
                user=user, sort="duty", key=f"{who}", title="News", page="/", at=now
            ).pk,
        }

    def _picture(self, project, now):
        """Put a picture beside the project, with a digest that no other has."""
        looks = {"media_type": "image/png", "width": 1, "height": 1, "content": b"1", "alt": "A dot"}
        return ProjectPicture.objects.create(
            project=project, digest=f"{ProjectPicture.objects.count():064x}", added_at=now, **looks
        )

    def _judged(self, now):
        """Let somebody from outside judge; return what they look at."""
        judge = Judge.objects.create(hackathon=self.event, user=UserFactory(), added_at=now)
        look = Look.objects.create(judge=judge, project=_project_of(self.teams["other"]), begun_at=now)
        self.people["judge"] = judge.user
        return {"look": look.pk}


def _project_of(team):
    return Project.objects.filter(team=team, withdrawn_at=None).earliest("pk")


def _of_course(course, enrolment, now):
    """Return what addresses of the course itself name."""
    number = 20 + course.pk  # which the other course does not have
    week = Week.objects.create(
        course=course, number=number, title="Nets", starts_at=now, released_at=now - DAY
    )
    topic = Topic.objects.create(week=week, position=1, title="Pooling")
    material = Material.objects.create(
        week=week, position=1, title="Slides", file_name="a.pdf", size_bytes=1, published_at=now - DAY
    )
    MaterialFile.objects.create(material=material, content=b"1")
    session = ScheduleItem.objects.create(
        course=course, week=week, title="Class", starts_at=now, ends_at=now + DAY
    )
    link = InviteLink.objects.create(
        course=course, digest=f"{course.pk:064x}", expires_at=now + DAY, created_at=now
    )
    Entrance.objects.create(course=course, code=f"CODE{course.pk:04d}", takes_requests=True)
    category = GradeCategory.objects.create(course=course, title="Homework")
    column = GradeColumn.objects.create(course=course, category=category, title="Oral", points=10)
    return {
        "number": week.number,
        "attendance/pk": session.pk,
        "students/pk": enrolment.user_id,
        "gradebook_cell/user": enrolment.user_id,
        "column": column.pk,
        "categories/pk": category.pk,
        "columns/pk": column.pk,
        "move_in_gradebook/pk": column.pk,
        "what": "columns",
        "export_grades/kind": "csv",
        "subject": next(iter(SUBJECTS)),
        "export_person/pk": enrolment.user_id,
        "anonymise_person/pk": enrolment.user_id,
        "requests/pk": ErasureRequest.objects.create(user=enrolment.user, asked_at=now).pk,
        "calendar/token": "no-such-calendar",
        "unsubscribe/token": "forged",
        "register/token": "no-such-invitation",
        "announcements/pk": Announcement.objects.create(course=course, title="News", published_at=now).pk,
        "topics/pk": topic.pk,
        "materials/pk": material.pk,
        "schedule/pk": session.pk,
        "people/pk": enrolment.pk,
        "groups/pk": Group.objects.create(course=course, name="Tuesday").pk,
        "links/pk": link.pk,
        "code/code": f"CODE{course.pk:04d}",
        "link/token": "no-such-link",
        "join/code": "NOPE",
        "certificates/code": "NOPE",
        "sign-in/token": "forged",
        "rest": "nothing",
        "send_course_message/pk": _given_up(course, now).pk,
        "send_site_message/pk": _given_up(None, now).pk,
    }


def _given_up(course, now):
    return Outbox.objects.create(
        course=course,
        key=f"given-up:{course.pk if course else None}:{Outbox.objects.count()}",
        channel=Outbox.Channel.EMAIL,
        recipient="ada@example.org",
        not_before=now,
        given_up_at=now,
    )


def _of_platforms(course, platform, now):
    """Return what addresses of learning platforms name."""
    context = Context.objects.create(
        platform=platform, deployment_id="d", context_id=f"c{course.pk}", course=course, linked_at=now
    )
    link = WorkLink.objects.create(context=context, resource_link_id="r", work="quiz:1", seen_at=now)
    score = Score.objects.create(
        link=link,
        user=student_of(course),
        points=1,
        max_points=2,
        stamped_at=now,
        not_before=now,
        given_up_at=now,
    )
    roster = Roster.objects.create(context=context, asked_at=now, fetched_at=now)
    return {
        "platforms/pk": context.pk,
        "lti:platform/pk": platform.pk,
        "lti:check_platform/pk": platform.pk,
        "lti:close_platform/pk": platform.pk,
        "scores/pk": score.pk,
        "lti:roster/pk": roster.pk,
        "lti:apply_roster/pk": roster.pk,
        "content/token": "no-such-choice",
        "welcome/state": "no-such-launch",
    }


class World:
    """The course that is asked about, another one, and everybody."""

    def __init__(self) -> None:
        platform = Platform.objects.create(
            name="Moodle",
            issuer="https://moodle.invalid",
            client_id="c",
            auth_login_url="https://moodle.invalid/a",
            auth_token_url="https://moodle.invalid/t",
            jwks_url="https://moodle.invalid/j",
            created_at=clock.now(),
        )
        self.own, self.foreign = Half(1, platform), Half(2, platform)
        self.people: dict[str, User | AnonymousUser | None] = self.own.people | {
            "signed_out": None,
            "stranger": UserFactory(),
            "student_elsewhere": self.foreign.people["student"],
            "instructor_elsewhere": self.foreign.people["instructor"],
            "superuser": UserFactory(is_superuser=True, is_staff=True),
        }

    def kwargs(self, address: Address, *, who: str, half: "Half | None" = None) -> dict[str, object]:
        """Return what the address takes: of a course, and what is somebody's own, of `who`."""
        half = half or self.own
        named = half.named | half.personal["student"] | half.personal["judge"] | half.personal.get(who, {})
        given = {
            placeholder: named[_key(address, before, placeholder, named)]
            for before, placeholder in address.placeholders
        }
        return given | ({"query": half.mistake} if address.name == "projects:letter" else {})


def _key(address: Address, before: str, placeholder: str, named: dict[str, object]) -> str:
    candidates = (f"{address.name}/{placeholder}", f"{before}/{placeholder}", placeholder)
    key = next((one for one in candidates if one in named), None)
    assert key, f"{address.route}: say in tests/permissions/world.py which {placeholder} that is"
    return key
