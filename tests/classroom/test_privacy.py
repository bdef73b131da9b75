"""What the site holds of a person is given out whole, made anonymous without a trace, thrown away in time."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone

from classroom import clock, notices, notify
from classroom.errors import Refused
from classroom.models import (
    Accommodation,
    AuditEntry,
    Course,
    Enrolment,
    ErasureRequest,
    Extension,
    Group,
    Notice,
    Outbox,
    Role,
    Session,
    SignInCode,
    User,
)
from classroom.models.notice import Sort
from classroom.notices import News
from classroom.privacy import anonymising, export, purging, requests
from classroom.privacy.holdings import HOLDINGS, LEFT, TRACES, Fate
from projects import services as project_services
from projects.models import Certificate, Challenge, Invitation, Package, Submission, Team
from quizzes import services
from quizzes.models import Attempt, AttemptEvent, Upload
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, challenge_of, members, project_of, team_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def administrator():
    return UserFactory(is_superuser=True, email="root@example.org", name="Root")


@pytest.fixture
def ada(course):
    return student_of(course, user=UserFactory(email="ada.okafor@example.org", name="Ada Okafor"))


# Every table


def people_in(model):
    """The fields of a table that name somebody."""
    return {
        field.name
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.related_model is User or isinstance(field, models.EmailField)
    }


def test_every_table_with_people_has_a_decision():
    """A new field that names somebody is in a holding of `classroom.privacy.holdings`, or a trace there."""
    decided = {}
    for holding in HOLDINGS:
        decided.setdefault(holding.label, set()).update(owner.split("__")[0] for owner in holding.owners)
    for named in (TRACES, LEFT):
        for label, fields in named.items():
            decided.setdefault(label, set()).update(fields)
    undecided = {
        (model._meta.label, name)
        for model in apps.get_models()
        for name in people_in(model) - decided.get(model._meta.label, set())
    }
    assert undecided == set()


def test_decisions_name_what_there_is():
    for holding in HOLDINGS:
        fields = {field.name for field in holding.model._meta.get_fields()}
        assert {owner.split("__")[0] for owner in holding.owners} - {"pk"} <= fields
        assert set(holding.hide) <= fields
        assert set(holding.blank) <= fields
    for label, names in TRACES.items():
        assert set(names) <= {field.name for field in apps.get_model(label)._meta.get_fields()}


def test_each_table_is_decided_once():
    labels = [holding.label for holding in HOLDINGS]
    assert len(labels) == len(set(labels))


# Giving out


def unpacked(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name: archive.read(name) for name in archive.namelist()}


def exported(user):
    packed = io.BytesIO()
    export.write_archive(user=user, now=clock.now(), to=packed)
    return unpacked(packed.getvalue())


def table(files, name):
    return json.loads(files[f"{name}.json"])


def test_person_takes_along_what_is_theirs(client, course, ada):
    now = clock.now()
    other = student_of(course, user=UserFactory(email="ben@example.org", name="Ben"))
    group = Group.objects.create(course=course, name="Monday")
    group.members.set([ada, other])
    quiz = make_quiz(course=course, opens_at=now - timedelta(hours=1), published_at=now - timedelta(hours=1))
    for user in (ada, other):
        attempt = services.start_attempt(quiz=quiz, user=user, now=now)
        services.record_answer(
            attempt_id=attempt.pk, user=user, position=1, client="tab", seq=1, value=["0"], now=now
        )
    challenge = challenge_of(HackathonFactory(course=course), exercise="")
    notify.email(key="a", to=ada.email, subject="Hello", body="Text", now=now)
    notify.email(key="b", to=other.email, subject="Other", body="Text", now=now)
    Submission.objects.create(
        challenge=challenge,
        user=ada,
        number=1,
        filename="../net.py",
        sha256="0",
        size_bytes=2,
        submitted_at=now,
    )
    Submission.objects.get().source = None
    client.force_login(ada)
    answer = client.post(reverse("export_own_data"))
    files = unpacked(b"".join(answer))
    assert answer.headers["Content-Type"] == "application/zip"
    assert [row["email"] for row in table(files, "classroom/user")] == ["ada.okafor@example.org"]
    assert [row["name"] for row in table(files, "classroom/groups")] == ["Monday"]
    assert [row["subject"] for row in table(files, "classroom/letters")] == ["Hello"]
    assert [row["quiz__title"] for row in table(files, "quizzes/attempt")] == [quiz.title]
    assert [row["value"] for row in table(files, "quizzes/answer")] == [["0"]]
    assert [row["filename"] for row in table(files, "projects/submission")] == ["../net.py"]
    whole = b"".join(files.values())
    assert (b"ben@example.org" in whole, b"password" in whole, b"session_key" in whole) == (
        False,
        False,
        False,
    )
    assert AuditEntry.objects.values_list("actor", "about").get(action="person.exported") == (ada.pk, ada.pk)


def test_files_that_were_handed_in_come_along(course, ada):
    now = clock.now()
    event = HackathonFactory(
        course=course, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1)
    )
    team = team_of(event, size=1)
    task = challenge_of(event, exercise="")
    project_of(team, task)
    member = members(team)[0]
    project_services.hand_in(challenge=task, user=member, filename="waves.md", source=b"# Waves", now=now)
    files = exported(member)
    submission = Submission.objects.get()
    assert files[f"files/projects/submission/{submission.pk}-waves.md"] == b"# Waves"
    assert [name for name in exported(ada) if name.startswith("files/")] == []


def test_results_that_are_not_shown_yet_do_not_leave(course, ada):
    now = clock.now()
    quiz = make_quiz(course=course, opens_at=now - timedelta(hours=1), published_at=now - timedelta(hours=1))
    attempt = services.start_attempt(quiz=quiz, user=ada, now=now)
    services.hand_in(attempt=attempt, now=now)
    services.settle(now=now)
    files = exported(ada)
    assert table(files, "quizzes/attempt_item") == []
    assert [row["score"] for row in table(files, "quizzes/scores")] == [None]
    assert "score" not in table(files, "quizzes/attempt")[0]
    services.close_quiz(quiz=quiz, by=instructor_of(course), now=now)
    services.release_review(quiz=quiz, by=instructor_of(course), now=now)
    later = clock.now() + timedelta(days=1)
    packed = io.BytesIO()
    export.write_archive(user=ada, now=later, to=packed)
    files = unpacked(packed.getvalue())
    assert [row["score"] is None for row in table(files, "quizzes/scores")] == [False]
    assert len(table(files, "quizzes/attempt_item")) == quiz.slots.count()
    assert "variant" not in table(files, "quizzes/attempt_item")[0]


def test_demo_person_is_given_out_whole(client):
    call_command("demo")
    files = exported(User.objects.get(email="ada.okafor@example.org"))
    assert len(table(files, "quizzes/attempt")) > 0
    assert len(table(files, "projects/membership")) == 2


def test_nobody_takes_another_persons_data(client, course, ada):
    for user in (student_of(course), instructor_of(course), UserFactory(is_staff=True)):
        client.force_login(user)
        assert client.post(reverse("export_person", args=[ada.pk])).status_code == 404
    guest = User.objects.create_guest("1", "Ghost")
    client.force_login(guest)
    assert client.get(reverse("own_data")).status_code == 404
    assert client.post(reverse("export_own_data")).status_code == 404


def test_acts_on_others_are_not_given_out(course, ada):
    instructor, now = instructor_of(course), clock.now()
    AuditEntry.objects.create(course=course, actor=instructor, action="on.ada", about=ada, at=now)
    AuditEntry.objects.create(course=course, actor=instructor, action="on.course", at=now)
    acts = [row["action"] for row in table(exported(instructor), "classroom/audit_entry")]
    assert acts == ["on.course"]
    assert [row["action"] for row in table(exported(ada), "classroom/audit_entry")] == ["on.ada"]


def test_administrator_gives_out_what_somebody_asked_for_by_letter(client, administrator, ada):
    client.force_login(administrator)
    files = unpacked(b"".join(client.post(reverse("export_person", args=[ada.pk]))))
    assert [row["email"] for row in table(files, "classroom/user")] == [ada.email]
    assert AuditEntry.objects.values_list("actor", "about").get() == (administrator.pk, ada.pk)


# Making anonymous


def traces_of(words):
    """Every table and field of the database in which one of the words stands, whatever its type."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                cursor.execute(f'SELECT "{field.column}" FROM "{model._meta.db_table}"')
                for (value,) in cursor.fetchall():
                    if isinstance(value, (bytes, memoryview)):
                        text = bytes(value).decode("utf-8", "ignore")
                    else:
                        text = value if isinstance(value, str) else json.dumps(value, default=str)
                    if any(word in text for word in words):
                        found.add(f"{model._meta.label}.{field.name}")
    return found


def test_nothing_in_the_demo_tells_who_it_was(administrator):
    """Work and scores stay; of the name and the address there is nothing left in the whole database."""
    call_command("demo")
    course = Course.objects.get()
    ada = User.objects.get(email="ada.okafor@example.org")
    mira = User.objects.get(email="mira.petersen@example.org")
    now = clock.now()
    notify.email(key=f"x:{ada.email}", to=mira.email, subject="Ada Okafor asks", body="ADA OKAFOR!", now=now)
    notify.email(key="y", to=ada.email, subject="Dear Ada Okafor", body="…", now=now)
    AuditEntry.objects.create(
        course=course, actor=mira, action="x", about=ada, at=now, detail={"who": ["Ada Okafor", ada.email]}
    )
    AuditEntry.objects.create(course=course, actor=mira, action="y", at=now, detail={"to": ada.email})
    for person, page in ((ada, "/a/"), (mira, "/b/")):
        told = News(person, "x", "Ada Okafor asks", f"Write to {ada.email}.", page)
        notices.tell(sort=Sort.DUTY, news=[told], now=now, course=course)
    team = Team.objects.filter(memberships__user=ada).first()
    Invitation.objects.create(team=team, email=ada.email, created_at=now, expires_at=now)
    Certificate.objects.create(
        hackathon=team.hackathon,
        user=ada,
        kind="participation",
        name="Ada Okafor",
        first_day="2026-06-04",
        last_day="2026-06-05",
        issued_on="2026-06-06",
        issued_at=now,
    )
    Package.objects.create(hackathon=team.hackathon, kind="everything", asked_at=now)
    Package.objects.create(challenge=Challenge.objects.first(), kind="sources", asked_at=now)
    Accommodation.objects.create(course=course, user=ada, time_multiplier=2, note="Letter of Ada Okafor")
    Extension.objects.create(course=course, user=ada, item="quiz:1", reason="Ada Okafor was ill")
    Attempt.objects.filter(user=ada, deadline__gt=now).update(deadline=now, accepts_until=now)
    scores = sorted(Attempt.objects.filter(user=ada).values_list("quiz", "score"), key=str)
    assert traces_of(["Ada Okafor", ada.email]) != set()
    nobody = anonymising.anonymise(user=ada, by=administrator, now=now)
    assert traces_of(["Ada Okafor", "ADA OKAFOR", "ada.okafor@example.org"]) == set()
    ada.refresh_from_db()
    assert (str(ada), ada.is_active, ada.anonymised_at) == (nobody, False, now)
    assert sorted(Attempt.objects.filter(user=ada).values_list("quiz", "score"), key=str) == scores
    assert Team.objects.filter(memberships__user=ada).exists()
    assert (Outbox.objects.get(key="y").recipient, Outbox.objects.get(key="y").given_up_at) == ("", now)
    assert Enrolment.objects.get(user=ada).left_at == now
    assert [notice.page for notice in Notice.objects.filter(key="x")] == ["/b/"]


def test_anonymous_account_cannot_sign_in_nor_get_letters(client, administrator, ada):
    client.force_login(ada)
    SignInCode.objects.create(
        user=ada, course=Course.objects.get(), digest="x", shown_at=clock.now(), expires_at=clock.now()
    )
    anonymising.anonymise(user=ada, by=administrator, now=clock.now())
    assert client.get("/").status_code == 302
    assert (Session.objects.filter(user=ada).count(), SignInCode.objects.count()) == (0, 0)
    client.post("/accounts/login/code/", {"email": "ada.okafor@example.org"})
    notify.email(key="late", to=ada.email, subject="x", body="x", now=clock.now())
    assert not Outbox.objects.filter(key="late").exists()
    assert not Outbox.objects.filter(recipient="ada.okafor@example.org").exists()


def test_only_one_persons_rows_are_touched(course, administrator, ada):
    other = student_of(course, user=UserFactory(email="ben@example.org", name="Ada Okaforson"))
    notify.email(key="a", to=other.email, subject="For Ada Okaforson", body="Hello", now=clock.now())
    Accommodation.objects.create(course=course, user=other, time_multiplier=2)
    anonymising.anonymise(user=ada, by=administrator, now=clock.now())
    other.refresh_from_db()
    assert (other.name, other.is_active) == ("Ada Okaforson", True)
    assert Outbox.objects.get(key="a").subject == "For Ada Okaforson"
    assert Accommodation.objects.get().user == other


def refused_because(user):
    with pytest.raises(Refused) as refusal:
        anonymising.anonymise(user=user, by=None, now=clock.now())
    user.refresh_from_db()
    assert user.anonymised_at is None or str(refusal.value).startswith("This account is anonymous")
    return str(refusal.value)


def test_what_would_leave_disorder_is_refused(course, administrator, ada):
    assert "administrator of the site" in refused_because(administrator)
    assert "no other instructor" in refused_because(instructor_of(course))
    assert "Guests are forgotten" in refused_because(User.objects.create_guest("1", "Ghost"))
    now = clock.now()
    quiz = make_quiz(course=course, opens_at=now - timedelta(hours=1), time_limit_seconds=600)
    attempt = services.start_attempt(quiz=quiz, user=ada, now=now)
    assert "writes a quiz at the moment" in refused_because(ada)
    services.hand_in(attempt=attempt, now=now)
    anonymising.anonymise(user=ada, by=None, now=clock.now())
    assert "anonymous already" in refused_because(ada)


def test_instructor_of_an_archived_course_can_be_forgotten(course):
    instructor = instructor_of(course)
    Course.objects.update(archived_at=timezone.now())
    anonymising.anonymise(user=instructor, by=None, now=clock.now())
    assert Enrolment.objects.get(user=instructor).role == Role.INSTRUCTOR


# Asking for it


def test_person_asks_and_an_administrator_does_it(client, administrator, ada):
    client.force_login(ada)
    client.post(reverse("ask_to_be_forgotten"))
    assert not ErasureRequest.objects.exists()  # the box was not ticked
    client.post(reverse("ask_to_be_forgotten"), {"understood": "on"})
    client.post(reverse("ask_to_be_forgotten"), {"understood": "on"})
    assert ErasureRequest.objects.open().count() == 1
    assert list(Outbox.objects.values_list("recipient", flat=True)) == [administrator.email]
    assert "waits for an administrator" in client.get(reverse("own_data")).content.decode()
    client.force_login(administrator)
    assert ada.email in client.get(reverse("erasure_requests")).content.decode()
    address = reverse("anonymise_person", args=[ada.pk])
    client.post(address, {"email": "somebody@example.org"})
    assert User.objects.get(pk=ada.pk).anonymised_at is None
    client.post(address, {"email": "Ada.Okafor@example.org"})
    assert User.objects.get(pk=ada.pk).name == f"Anonymous {ada.pk}"
    assert ErasureRequest.objects.values_list("decided_by", flat=True).get() == administrator.pk


def test_request_is_declined_with_a_reason(client, administrator, ada):
    request = requests.ask(user=ada, now=clock.now())
    client.force_login(administrator)
    address = reverse("decline_erasure", args=[request.pk])
    client.post(address, {"words": " "})
    assert ErasureRequest.objects.open().count() == 1
    client.post(address, {"words": "Examinations are kept for five years."})
    assert "five years" in Outbox.objects.get(recipient=ada.email).body
    client.force_login(ada)
    assert "five years" in client.get(reverse("own_data")).content.decode()


def test_withdrawn_request_is_gone(client, ada):
    requests.ask(user=ada, now=clock.now())
    client.force_login(ada)
    client.post(reverse("withdraw_erasure"))
    assert ErasureRequest.objects.open().count() == 0


@pytest.mark.parametrize("name", ["anonymise_person", "export_person", "decline_erasure", "erasure_requests"])
def test_pages_of_administrators_exist_for_them_only(client, course, ada, name):
    request = requests.ask(user=ada, now=clock.now())
    pk = {"decline_erasure": request.pk}.get(name, ada.pk)
    address = reverse(name, args=[] if name == "erasure_requests" else [pk])
    staff = EnrolmentFactory(course=course, role=Role.INSTRUCTOR).user
    for user in (ada, staff, UserFactory(is_staff=True)):
        client.force_login(user)
        assert client.get(address).status_code in {404, 405}
        assert client.post(address, {"email": ada.email, "words": "x"}).status_code in {404, 405}
    ada.refresh_from_db()
    assert (ada.anonymised_at, ErasureRequest.objects.open().count()) == (None, 1)


def test_command_makes_anonymous(ada, capsys):
    call_command("anonymise", "Ada.Okafor@example.org", "--yes")
    assert User.objects.get(pk=ada.pk).name == f"Anonymous {ada.pk}"
    with pytest.raises(CommandError):
        call_command("anonymise", "ada.okafor@example.org", "--yes")


def test_command_asks_once_more(ada, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _prompt: "no")
    with pytest.raises(CommandError):
        call_command("anonymise", ada.email)
    ada.refresh_from_db()
    assert ada.anonymised_at is None


# Throwing away


def counts(**options):
    return {one.name: one.count for one in purging.purge(now=clock.now(), **options) if one.count}


@pytest.fixture
def old(course, ada):
    """Something of each age around the limits."""
    now = clock.now()
    for days in (10, 200, 1200):
        at = now - timedelta(days=days)
        letter = Outbox.objects.create(
            channel="email",
            key=f"letter:{days}",
            recipient="x@example.org",
            body="x",
            not_before=at,
            sent_at=at,
        )
        SignInCode.objects.create(user=ada, course=course, digest="x", shown_at=at, expires_at=at)
        AuditEntry.objects.create(action=f"old:{days}", at=at)
        assert letter.pk
    waiting = now - timedelta(days=1200)
    Outbox.objects.create(
        channel="email", key="waits", recipient="y@example.org", body="y", not_before=waiting
    )
    Upload.objects.create(
        course=course, user=ada, digest="x", content=b"x", created_at=now - timedelta(days=31)
    )
    never = UserFactory(email="never@example.org", date_joined=now - timedelta(days=31))
    lately = UserFactory(email="lately@example.org", date_joined=now - timedelta(days=29))
    ada.date_joined = now - timedelta(days=900)
    ada.save(update_fields=["date_joined"])
    return never, lately


EXPECTED = {"letters": 2, "codes": 2, "audit": 1, "uploads": 1, "accounts": 1}


def test_dry_run_counts_and_changes_nothing(old):
    assert counts(dry=True) == EXPECTED
    assert counts(dry=True) == EXPECTED


def test_purge_throws_away_what_is_too_old(old, ada):
    assert counts(dry=False) == EXPECTED
    assert counts(dry=False) == {}
    assert dict(Outbox.objects.values_list("key", "recipient")) == {
        "letter:10": "x@example.org",
        "letter:200": "",
        "letter:1200": "",
        "waits": "y@example.org",
    }
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["old:10", "old:200"]
    assert not User.objects.filter(email="never@example.org").exists()
    assert User.objects.filter(email__in=["lately@example.org", ada.email]).count() == 2


def test_devices_are_forgotten_when_an_attempt_is_old(course, ada):
    now = clock.now()
    quiz = make_quiz(course=course, opens_at=now - timedelta(days=400))
    for days in (10, 200):
        at = now - timedelta(days=days)
        attempt = services.start_attempt(
            quiz=quiz if days > 100 else make_quiz(course=course, opens_at=at), user=ada, now=at
        )
        Attempt.objects.filter(pk=attempt.pk).update(device="0123", finished_at=at)
        AttemptEvent.objects.create(attempt=attempt, what="device", at=at, detail={"address": "192.0.2.1"})
    assert counts(dry=False) == {"devices": 1, "device-events": 1}
    assert sorted(Attempt.objects.values_list("device", flat=True)) == ["", "0123"]
    assert AttemptEvent.objects.filter(what="device", detail={}).count() == 1


def test_blanked_letter_is_never_written_again(old):
    counts(dry=False)
    notify.email(key="letter:1200", to="x@example.org", subject="again", body="again", now=clock.now())
    assert Outbox.objects.get(key="letter:1200").body == ""


def test_large_tables_are_thrown_away_in_batches(old, monkeypatch):
    monkeypatch.setattr(purging, "AT_ONCE", 1)
    assert counts(dry=False) == EXPECTED


def test_other_ages_can_be_given(old):
    assert counts(dry=True, days={"audit": 100})["audit"] == 2


def test_a_dry_run_counts_guests_and_forgets_none(old, course):
    guest = UserFactory(email="guest-1@guest.invalid")
    long_ago = clock.now() - timedelta(days=400)
    User.objects.filter(pk=guest.pk).update(date_joined=long_ago, last_login=long_ago)
    assert (counts(dry=True)["guests"], User.objects.filter(pk=guest.pk).exists()) == (1, True)
    assert (counts(dry=False)["guests"], User.objects.filter(pk=guest.pk).exists()) == (1, False)


def test_command_tells_what_it_does(old, capsys):
    call_command("purge", "--dry-run", "--keep", "audit=100")
    told = capsys.readouterr().out
    assert "       2  audit" in told
    assert told.endswith("Nothing was changed.\n")
    call_command("purge")
    assert AuditEntry.objects.count() == 2
    with pytest.raises(CommandError):
        call_command("purge", "--keep", "everything=1")
    with pytest.raises(CommandError):
        call_command("purge", "--keep", "audit=99999999")


def test_fates_are_carried_out_as_they_say():
    assert all(not holding.blank or holding.fate is Fate.BLANKED for holding in HOLDINGS)
