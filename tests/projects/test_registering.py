"""Registering for a hackathon, through the pages: the form, drafts, changes, consents, files, teams."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom.models import Role
from projects import services
from projects.forms.registering import MAX_FILE_BYTES
from projects.models import Answer, Consent, Membership, Registration, RegistrationQuestion
from projects.models.registration import State
from tests.factories import NOW, CourseFactory, EnrolmentFactory, student_of
from tests.projects.factories import HackathonFactory, team_of

pytestmark = pytest.mark.django_db

Kind = RegistrationQuestion.Kind


@pytest.fixture
def hackathon(course):
    return HackathonFactory(course=course, registration_required=True)


def url(name, hackathon, *more):
    return reverse(f"projects:{name}", args=[hackathon.course.slug, hackathon.pk, *more])


def ask(hackathon, kind=Kind.TEXT, text="Why?", required=True, **fields):
    question = RegistrationQuestion(kind=kind, text=text, required=required, **fields)
    return services.add_question(event=hackathon, question=question)


def name(question):
    return f"question_{question.pk}"


def answered(user):
    return {answer.asked: answer.value for answer in Answer.objects.filter(registration__user=user)}


def state_of(user, now=NOW):
    return Registration.objects.get(user=user).state(now)


def test_every_kind_of_question_is_answered(as_user, student, hackathon):
    text = ask(hackathon, text="Why?")
    long = ask(hackathon, Kind.LONG, "Tell us more")
    choice = ask(hackathon, Kind.CHOICE, "Lunch?", choices="vegan\nnone")
    number = ask(hackathon, Kind.NUMBER, "How many years?")
    file = ask(hackathon, Kind.FILE, "Your CV")
    consent = ask(hackathon, Kind.CONSENT, "Photos of me may be shown.")
    optional = ask(hackathon, text="Anything else?", required=False)
    upload = SimpleUploadedFile("My CV.pdf", b"%PDF-1.7 <script>")
    response = as_user(student).post(
        url("register", hackathon),
        {
            name(text): "To learn",
            name(long): "Line\r\nline",
            name(choice): "vegan",
            name(number): "2.50",
            name(file): upload,
            name(consent): "on",
            name(optional): "",
        },
    )
    assert (response.status_code, state_of(student)) == (302, State.CONFIRMED)
    assert answered(student) == {
        "Why?": "To learn",
        "Tell us more": "Line\r\nline",
        "Lunch?": "vegan",
        "How many years?": "2.5",
        "Your CV": "My CV.pdf",
        "Photos of me may be shown.": "yes",
        "Anything else?": "",
    }
    given = Consent.objects.get()
    assert (given.user, given.text_sha256, given.given_at) == (student, consent.version, NOW)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, ""),
        (Kind.TEXT, "x" * 301),
        (Kind.TEXT, "\x00"),
        (Kind.NUMBER, "many"),
        (Kind.NUMBER, "NaN"),
        (Kind.CHOICE, "fish"),
        (Kind.CONSENT, ""),
        (Kind.FILE, ""),
        (Kind.FILE, SimpleUploadedFile("large.bin", b"x" * (MAX_FILE_BYTES + 1))),
        (Kind.FILE, SimpleUploadedFile("empty.bin", b"")),
    ],
)
def test_a_bad_answer_is_marked_and_the_others_are_kept(as_user, student, hackathon, kind, value):
    question = ask(hackathon, kind, choices="vegan\nnone")
    other = ask(hackathon, Kind.LONG, "Tell us more")
    fields = {name(other): "typed with care", name(question): value}
    response = as_user(student).post(url("register", hackathon), fields)
    page = response.content.decode()
    assert (response.status_code, "typed with care" in page, "errorlist" in page) == (422, True, True)
    assert Registration.objects.count() == 0


def test_a_draft_may_be_incomplete_and_takes_no_place(as_user, student, hackathon):
    first, second = ask(hackathon, text="First?"), ask(hackathon, text="Second?")
    client = as_user(student)
    fields = {name(first): "half", "draft": ""}
    assert client.post(url("register", hackathon), fields).status_code == 302
    hackathon.refresh_from_db()
    assert (state_of(student), hackathon.places_taken) == (State.DRAFT, 0)
    assert 'value="half"' in client.get(url("register", hackathon)).content.decode()
    fields = {name(first): "half", name(second): "other half"}
    assert client.post(url("register", hackathon), fields).status_code == 302
    assert (state_of(student), answered(student)) == (
        State.CONFIRMED,
        {"First?": "half", "Second?": "other half"},
    )
    assert client.post(url("register", hackathon), fields | {"draft": ""}).status_code == 422


def test_answers_change_until_the_deadline_itself(as_user, student, hackathon, now):
    question = ask(hackathon)
    client = as_user(student)
    client.post(url("register", hackathon), {name(question): "first"})
    now(hackathon.registration_closes_at - timedelta(microseconds=1))
    assert client.post(url("register", hackathon), {name(question): "second"}).status_code == 302
    now(hackathon.registration_closes_at)
    response = client.post(url("register", hackathon), {name(question): "too late"})
    assert (response.status_code, "Registration closed on" in response.content.decode()) == (422, True)
    registration = Registration.objects.get()
    hackathon.refresh_from_db()
    assert (answered(student), registration.confirmed_at) == ({"Why?": "second"}, NOW)
    assert hackathon.places_taken == 1


def test_registration_opens_at_its_first_moment(as_user, student, hackathon, now):
    hackathon.published_at = NOW - timedelta(days=30)
    hackathon.save(update_fields=["published_at"])
    now(hackathon.registration_opens_at - timedelta(microseconds=1))
    client = as_user(student)
    assert client.post(url("register", hackathon)).status_code == 422
    now(hackathon.registration_opens_at)
    assert client.post(url("register", hackathon)).status_code == 302


def test_a_changed_question_leaves_given_answers_alone(as_user, student, instructor, hackathon):
    lunch = ask(hackathon, Kind.CHOICE, "Lunch?", choices="vegan\nfish")
    as_user(student).post(url("register", hackathon), {name(lunch): "fish"})
    client = as_user(instructor)
    changed = {"kind": "choice", "text": "What do you eat?", "choices": "vegan\nnothing"}
    assert client.post(url("edit_question", hackathon, lunch.pk), changed).status_code == 302
    assert answered(student) == {"Lunch?": "fish"}
    response = client.post(url("edit_question", hackathon, lunch.pk), changed | {"kind": "text"})
    assert (response.status_code, "its kind stays" in response.content.decode()) == (422, True)
    page = as_user(student).get(url("register", hackathon)).content.decode()
    assert ('value="fish"' in page, "What do you eat?" in page) == (True, True)


def test_a_removed_question_is_no_longer_asked_and_its_answers_stay(as_user, student, instructor, hackathon):
    kept, removed = ask(hackathon, text="Kept?"), ask(hackathon, text="Removed?")
    never = ask(hackathon, text="Never answered?", required=False)
    fields = {name(kept): "yes", name(removed): "gone"}
    as_user(student).post(url("register", hackathon), fields)
    Answer.objects.filter(question=never).delete()
    client = as_user(instructor)
    for question in (removed, never):
        client.post(url("remove_question", hackathon, question.pk))
    assert answered(student) == {"Kept?": "yes", "Removed?": "gone"}
    page = as_user(student).get(url("register", hackathon)).content.decode()
    assert ("Kept?" in page, "Removed?" in page) == (True, False)
    assert list(RegistrationQuestion.objects.all()) == [kept, removed]
    assert as_user(student).post(url("register", hackathon), {name(kept): "still"}).status_code == 302


def test_a_consent_in_new_words_is_asked_again(as_user, student, hackathon):
    consent = ask(hackathon, Kind.CONSENT, "Photos may be shown.")
    client = as_user(student)
    client.post(url("register", hackathon), {name(consent): "on"})
    before = consent.version
    assert "checked" in client.get(url("register", hackathon)).content.decode()
    consent.text = "Photos and films may be shown."
    services.change_question(question=consent, fields=["text"])
    assert "checked" not in client.get(url("register", hackathon)).content.decode()
    client.post(url("register", hackathon), {name(consent): "on"})
    assert set(Consent.objects.values_list("text_sha256", flat=True)) == {before, consent.version}


def test_the_code_of_conduct_is_agreed_to_in_its_present_words(as_user, student, hackathon):
    hackathon.code_of_conduct = "Be kind."
    hackathon.save(update_fields=["code_of_conduct"])
    client = as_user(student)
    assert client.post(url("register", hackathon)).status_code == 422
    assert (Registration.objects.count(), Consent.objects.count()) == (0, 0)
    assert client.post(url("register", hackathon), {"conduct": "on"}).status_code == 302
    assert [c.text_sha256 for c in Consent.objects.all()] == [hackathon.conduct_version]
    assert 'name="conduct"' not in client.get(url("register", hackathon)).content.decode()


def test_a_file_is_kept_until_another_is_chosen(as_user, student, hackathon):
    question = ask(hackathon, Kind.FILE, "Your CV")
    client = as_user(student)
    client.post(url("register", hackathon), {name(question): SimpleUploadedFile("a.txt", b"first")})
    assert client.post(url("register", hackathon), {}).status_code == 302
    answer = Answer.objects.get()
    assert (answer.value, bytes(answer.content)) == ("a.txt", b"first")
    client.post(url("register", hackathon), {name(question): SimpleUploadedFile("b.txt", b"second")})
    answer.refresh_from_db()
    assert (answer.value, bytes(answer.content)) == ("b.txt", b"second")


def test_a_file_is_downloaded_and_never_shown_and_only_by_whom_it_concerns(as_user, student, hackathon):
    question = ask(hackathon, Kind.FILE, "Your CV")
    page = SimpleUploadedFile("Über mich (1).html", b"<script>alert(1)</script>", "text/html")
    as_user(student).post(url("register", hackathon), {name(question): page})
    address = url("registration_file", hackathon, Answer.objects.get().pk)
    own = as_user(student).get(address)
    assert own.headers["Content-Type"] == "application/octet-stream"
    assert own.headers["Content-Disposition"] == 'attachment; filename="uber-mich-1.html"'
    assert (own.headers["X-Content-Type-Options"], own.content) == ("nosniff", b"<script>alert(1)</script>")
    viewer = EnrolmentFactory(course=hackathon.course, role=Role.VIEWER).user
    assert as_user(viewer).get(address).status_code == 200
    for other in (student_of(hackathon.course), student_of(CourseFactory())):
        assert as_user(other).get(address).status_code == 404


def test_teams_are_for_those_who_take_part(as_user, student, hackathon):
    client = as_user(student)
    response = client.post(url("create_team", hackathon), {"name": "Too early"})
    assert (response.status_code, "register on the hackathon" in response.content.decode()) == (422, True)
    assert "Register first" in client.get(url("team", hackathon)).content.decode()
    client.post(url("register", hackathon))
    assert client.post(url("create_team", hackathon), {"name": "In time"}).status_code == 302
    code = Membership.objects.get(user=student).team.join_code
    late = as_user(student_of(hackathon.course))
    assert late.post(url("join_team", hackathon), {"code": code}).status_code == 422
    late.post(url("register", hackathon))
    assert late.post(url("join_team", hackathon), {"code": code}).status_code == 302


def test_without_registration_joining_a_team_is_all_there_is(as_user, student, course):
    event = HackathonFactory(course=course)
    assert as_user(student).get(url("register", event)).url == event.get_absolute_url()
    team = team_of(event)
    response = as_user(student).post(url("join_team", event), {"code": team.join_code})
    assert (response.status_code, Registration.objects.count()) == (302, 0)


def test_withdrawing_leaves_the_team_and_frees_the_place(as_user, student, hackathon):
    client = as_user(student)
    client.post(url("register", hackathon))
    client.post(url("create_team", hackathon), {"name": "Short-lived"})
    client.post(url("withdraw_registration", hackathon))
    hackathon.refresh_from_db()
    assert (state_of(student), hackathon.places_taken) == (State.WITHDRAWN, 0)
    assert Membership.objects.count() == 0
    page = client.post(url("withdraw_registration", hackathon), follow=True).content.decode()
    assert "You are not registered" in page
    assert client.post(url("register", hackathon)).status_code == 302
    assert state_of(student) == State.CONFIRMED


def test_nobody_withdraws_from_what_is_over(as_user, student, hackathon, now):
    as_user(student).post(url("register", hackathon))
    now(hackathon.ends_at)
    as_user(student).post(url("withdraw_registration", hackathon))
    assert state_of(student) == State.CONFIRMED


def test_a_form_needs_the_same_queries_for_any_number_of_questions(
    as_user, student, hackathon, django_assert_num_queries
):
    client, counts = as_user(student), []
    for _ in range(3):
        question = ask(hackathon)
        client.post(url("register", hackathon), {name(q): "x" for q in RegistrationQuestion.objects.all()})
        assert Answer.objects.filter(question=question).count() == 1
        with django_assert_num_queries(9) as counted:
            assert client.get(url("register", hackathon)).status_code == 200
        counts.append(len(counted))
    assert len(set(counts)) == 1
