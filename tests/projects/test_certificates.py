"""Certificates: who gets which, who may have them, and what anybody learns from a code."""

import io
from datetime import date, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from classroom.models import AuditEntry, Role, User
from projects import queries, services
from projects.models import Award, Certificate, CertificateKind, CertificateTemplate
from projects.papers import issuing
from projects.services import Refused
from projects.views import checking
from tests.factories import NOW, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db
COMPLETE = {"has_public_repository": True, "has_commented_notebook": True, "has_video": True}


@pytest.fixture(autouse=True)
def no_wrong_codes(monkeypatch):
    monkeypatch.setattr(checking.wrong_by_address, "name", uuid4())


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, starts_at=NOW - DAY, ends_at=NOW + DAY, title="Waterkant")


@pytest.fixture
def project(event):
    return project_of(team_of(event, size=2, name="Leuchtturm"), challenge_of(event), **COMPLETE)


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def issue(event, kind="participation", by=None):
    return services.issue_certificates(event=event, kind=kind, by=by or instructor_of(event.course), now=NOW)


def award_to(project):
    event, by = project.team.hackathon, instructor_of(project.team.hackathon.course)
    award = services.add_award(event=event, award=Award(title="First prize"))
    services.give_award(award=award, project=project, by=by, now=NOW)
    services.publish_awards(event=event, by=by, now=NOW)
    return award


def names(kind):
    return sorted(Certificate.objects.filter(kind=kind).values_list("name", flat=True))


def text_of(answer):
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_each_kind_goes_to_whom_it_is_for(event, project):
    other = team_of(event, name="Unfinished")
    project_of(other, project.challenge, title="Half done", has_video=True)
    award_to(project)
    for kind in CertificateKind:
        issue(event, kind)
    winners = sorted(member.name for member in members(project.team))
    everybody = sorted([*winners, *(member.name for member in members(other))])
    assert [names(kind) for kind in CertificateKind] == [everybody, winners, winners]
    facts = Certificate.objects.filter(kind="award").values_list("team", "project", "award_title", "event")
    assert set(facts) == {("Leuchtturm", "Tides", "First prize", "Waterkant")}


def test_an_event_that_ends_at_midnight_ends_on_the_day_before_in_previews_too(event, project):
    event.ends_at = datetime(2027, 6, 7, tzinfo=event.course.zone)
    event.save(update_fields=["ends_at"])
    issue(event)
    preview = issuing.sample(event, "participation", NOW)
    last_days = [preview.last_day, *Certificate.objects.values_list("last_day", flat=True)]
    assert last_days == [date(2027, 6, 6)] * 3


def test_authors_keep_their_certificates_wherever_they_are(event, project, instructor):
    """Who was in the team when it handed in completed it, and took part, also without a team."""
    award_to(project)
    author, other = members(project.team)
    project.authors.set([author, other])
    project.team.memberships.filter(user=author).delete()
    late = student_of(event.course)
    project.team.memberships.create(hackathon=event, user=late, joined_at=NOW)
    states = {state.kind: state.entitled for state in queries.certificate_states(hackathon=event)}
    assert (
        [issue(event, kind, instructor).count for kind in CertificateKind]
        == [3, 2, 2]
        == list(states.values())
    )
    assert [names(kind) for kind in ("completion", "award")] == [sorted([author.name, other.name])] * 2
    assert names("participation") == sorted([author.name, other.name, late.name])


def test_numbers_are_of_those_to_whom_certificates_are_issued(event, project, instructor):
    award_to(project)
    states = queries.certificate_states(hackathon=event)
    issued = [issue(event, kind, instructor).count for kind in CertificateKind]
    assert [(state.kind, state.entitled) for state in states] == list(
        zip(CertificateKind, issued, strict=True)
    )
    assert [state.missing for state in queries.certificate_states(hackathon=event)] == [0, 0, 0]


def test_issuing_again_reaches_those_who_came_later_only(event, project):
    assert issue(event).count == 2
    codes = set(Certificate.objects.values_list("code", flat=True))
    team_of(event)
    assert [issue(event).count, issue(event).count] == [1, 0]
    assert codes < set(Certificate.objects.values_list("code", flat=True))


def test_nobody_is_certified_before_the_event_begins(event, project):
    event.starts_at = NOW + DAY / 2
    event.save()
    with pytest.raises(Refused, match="has not begun"):
        issue(event)


def test_awards_are_certified_after_their_publication(event, project):
    award = services.add_award(event=event, award=Award(title="First prize"))
    services.give_award(award=award, project=project, by=instructor_of(event.course), now=NOW)
    with pytest.raises(Refused, match="Publish them first"):
        issue(event, "award")
    assert not Certificate.objects.exists()


def test_an_award_that_goes_elsewhere_takes_its_certificates_back(event, project, instructor):
    award = award_to(project)
    issue(event, "award")
    services.hide_awards(event=event, by=instructor, now=NOW)
    services.give_award(award=award, project=project, by=instructor, now=NOW)  # the same one: nothing happens
    assert Certificate.objects.valid().count() == 2
    services.give_award(award=award, project=None, by=instructor, now=NOW)
    assert Certificate.objects.valid().count() == 0


def test_whose_name_cannot_be_written_is_named_and_left_out(as_user, event, project, instructor):
    first, second = members(project.team)
    User.objects.filter(pk=first.pk).update(name="")
    User.objects.filter(pk=second.pk).update(name="王伟")
    page = as_user(instructor).post(url("issue_certificates", event, "participation"))
    assert sorted(page.context["left_out"]) == sorted(
        [
            f"{first.email} has given no name: it can be set under “Settings”.",
            "王伟: there is no “王伟” among the letters of certificates. The name can be written in Latin, "
            "Greek or Cyrillic letters under “Settings”.",
        ]
    )
    assert not Certificate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_issuing_at_once_gives_everybody_one(event, project):
    by = instructor_of(event.course)
    at_once([lambda: issue(event, by=by)] * 5, refusals=(Refused,))
    assert sorted(Certificate.objects.values_list("user", flat=True)) == sorted(
        m.pk for m in members(project.team)
    )


@pytest.mark.django_db(transaction=True)
def test_issuing_one_again_at_once_gives_one(event, project, instructor):
    issue(event, by=instructor)
    found = Certificate.objects.select_related("hackathon__course", "user").first()
    services.withdraw_certificate(certificate=found, by=instructor, now=NOW)
    again = lambda: services.issue_again(certificate=found, by=instructor, now=NOW)  # noqa: E731
    assert len(at_once([again] * 5, refusals=(Refused,))) == 1
    assert Certificate.objects.valid().filter(user=found.user).count() == 1


def test_codes_are_long_and_never_the_same(event):
    for _ in range(5):
        team_of(event, size=3)
    issue(event)
    codes = list(Certificate.objects.values_list("code", flat=True))
    assert (len(set(codes)), {len(code) for code in codes}) == (15, {28})


def test_no_code_is_given_twice(event, project):
    issue(event)
    first, second = Certificate.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=second.pk).update(code=first.code)


def test_one_downloads_ones_own_in_both_languages(as_user, event, project):
    issue(event)
    me = members(project.team)[0]
    mine = Certificate.objects.get(user=me)
    browser = as_user(me)
    page = browser.get(event.get_absolute_url())
    assert [certificate.pk for certificate in page.context["certificates"]] == [mine.pk]
    answers = [
        browser.get(url("certificate_pdf", event, mine.pk), {"language": x}) for x in ("en", "de", "xx")
    ]
    texts = [text_of(answer) for answer in answers]
    assert [me.name in text and mine.printed_code in text for text in texts] == [True] * 3
    assert ["17–19 May 2027" in texts[0], "17.–19. Mai 2027" in texts[1]] == [True, True]
    assert answers[0]["Cache-Control"] == "private, no-store"


def test_nobody_has_anothers_certificate(as_user, event, project):
    issue(event)
    me, other = members(project.team)
    theirs = Certificate.objects.get(user=other)
    elsewhere = HackathonFactory()
    address = url("certificate_pdf", event, theirs.pk)
    people = [
        me,
        student_of(event.course),
        EnrolmentFactory(course=event.course, role=Role.VIEWER).user,
        EnrolmentFactory(course=event.course, role=Role.ASSISTANT).user,
        student_of(elsewhere.course),
        instructor_of(elsewhere.course),
    ]
    assert [as_user(person).get(address).status_code for person in people] == [404] * 6
    assert as_user(instructor_of(event.course)).get(address).status_code == 200
    foreign = url("certificate_pdf", HackathonFactory(course=event.course), theirs.pk)
    assert as_user(other).get(foreign).status_code == 404


def test_a_withdrawn_certificate_is_had_by_nobody_and_says_so(as_user, client, event, project, instructor):
    issue(event)
    certificate = Certificate.objects.first()
    as_user(instructor).post(url("withdraw_certificate", event, certificate.pk))
    assert as_user(instructor).get(url("certificate_pdf", event, certificate.pk)).status_code == 404
    assert as_user(certificate.user).get(url("certificate_pdf", event, certificate.pk)).status_code == 404
    client.logout()
    page = client.get(reverse("check_certificate", args=[certificate.code]))
    assert page.status_code == 200
    assert "is no longer valid" in page.content.decode()
    assert issue(event).count == 0


def test_a_certificate_is_issued_again_with_the_new_name(as_user, event, project, instructor):
    issue(event)
    old = Certificate.objects.first()
    browser = as_user(instructor)
    again = url("issue_certificate_again", event, old.pk)
    assert "Withdraw it first" in browser.post(again, follow=True).content.decode()
    browser.post(url("withdraw_certificate", event, old.pk))
    User.objects.filter(pk=old.user_id).update(name="Ada Okafor")
    browser.post(again)
    new = Certificate.objects.valid().get(user=old.user)
    assert (new.name, new.code == old.code) == ("Ada Okafor", False)
    assert "There is a newer certificate already" in browser.post(again, follow=True).content.decode()


def test_who_is_no_longer_entitled_gets_none_again(event, project, instructor):
    issue(event, by=instructor)
    old = Certificate.objects.select_related("hackathon__course", "user").first()
    services.withdraw_certificate(certificate=old, by=instructor, now=NOW)
    services.leave_team(hackathon=event, user=old.user, now=NOW)
    with pytest.raises(Refused, match="not entitled"):
        services.issue_again(certificate=old, by=instructor, now=NOW)


def test_anybody_checks_a_code(client, event, project):
    issue(event)
    certificate = Certificate.objects.first()
    for written in (certificate.code, certificate.printed_code, certificate.code.lower()):
        page = client.get(reverse("check_certificate", args=[written]))
        assert (page.status_code, page.context["certificate"]) == (200, certificate)
    said = page.content.decode()
    assert [part in said for part in (certificate.name, "Waterkant", "Leuchtturm", "Valid")] == [True] * 4
    assert certificate.user.email not in said
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page["Cache-Control"]
    asked = client.get(reverse("check_certificates"), {"code": f" {certificate.printed_code} "})
    assert asked["Location"] == reverse("check_certificate", args=[certificate.printed_code])


@pytest.mark.parametrize("code", ["1", "A" * 28, "../x", "%00", "ß" * 28, "Ⅷ", "' OR 1=1 --", "x" * 5000])
def test_a_wrong_code_tells_nothing(client, event, project, code):
    """The same answer whether certificates exist or not: numbers of rows lead nowhere."""
    before = client.get(reverse("check_certificates") + f"{code.replace('/', '')}/")
    issue(event)
    after = client.get(reverse("check_certificates") + f"{code.replace('/', '')}/")
    assert (before.status_code, after.status_code) == (404, 404)
    assert [Certificate.objects.first().name in page.content.decode() for page in (before, after)] == [
        False
    ] * 2


def test_guesses_are_limited_by_address(client, event, project):
    issue(event)
    code = Certificate.objects.first().code
    for number in range(checking.wrong_by_address.most):
        assert client.get(reverse("check_certificate", args=[f"GUESS{number}"])).status_code == 404
    for guess in ("GUESS", code):
        page = client.get(reverse("check_certificate", args=[guess]))
        assert (page.status_code, "Too many wrong codes" in page.content.decode()) == (429, True)
    elsewhere = client.get(reverse("check_certificate", args=[code]), REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_right_codes_are_never_limited(client, event, project):
    issue(event)
    address = reverse("check_certificate", args=[Certificate.objects.first().code])
    assert {client.get(address).status_code for _ in range(checking.wrong_by_address.most + 5)} == {200}


def text_data(**changes):
    proposed = {
        "title": "Thanks",
        "text": "# {name}\nof {team}",
        "signatures": "Mira, Dean",
        "is_landscape": "no",
    }
    return proposed | changes


def test_organiser_changes_what_certificates_say(as_user, event, project, instructor):
    issue(event)
    browser = as_user(instructor)
    address = url("certificate_text", event, "participation", "de")
    assert browser.post(address, text_data(text="# {name}\naus {team} am {date}")).status_code == 302
    certificate = Certificate.objects.first()
    texts = [
        text_of(browser.get(url("certificate_pdf", event, certificate.pk), {"language": language}))
        for language in ("de", "en")
    ]
    assert [f"{certificate.name} aus Leuchtturm am 18. Mai 2027" in text for text in texts] == [True, False]
    assert "Mira Dean" in texts[0]
    browser.post(address, {"reset": "1"})
    assert not CertificateTemplate.objects.exists()


def test_a_preview_shows_what_is_typed_and_stores_nothing(as_user, event, instructor):
    address = url("certificate_text", event, "participation", "en")
    answer = as_user(instructor).post(address, text_data(text="Hello {team}", preview="1"))
    assert "Hello The name of the team" in text_of(answer)
    assert answer["Content-Disposition"] == 'inline; filename="preview.pdf"'
    assert not CertificateTemplate.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("text", "{nmae}", "These do: {name}, {team}, {event}, {course}, {days}, {date}."),
        ("text", "{award}", "{award} means nothing here."),
        ("title", "{name", "without its other half"),
        ("text", "Well done 🚀", "There is no “🚀”"),
        ("signatures", "a\nb\nc\nd", "At most three"),
        ("text", "line\n" * 60, "too much for one page"),
        ("text", "x" * 1501, "1500"),
        ("title", "", "required"),
        ("is_landscape", "maybe", "valid choice"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_kept(as_user, event, instructor, field, value, error):
    address = url("certificate_text", event, "participation", "en")
    for more in ({}, {"preview": "1"}):
        page = as_user(instructor).post(address, text_data(**{field: value}, **more))
        assert page.status_code == 422
        assert error in " ".join(page.context["form"].errors[field])
        assert page.context["form"][field].value() == value
    assert not CertificateTemplate.objects.exists()


@pytest.mark.parametrize(("kind", "language"), [("nothing", "en"), ("award", "fr"), ("issue", "en")])
def test_other_kinds_and_languages_do_not_exist(as_user, event, instructor, kind, language):
    assert as_user(instructor).get(url("certificate_text", event, kind, language)).status_code == 404


def everything(event, certificate):
    return [
        ("get", url("certificates", event)),
        ("get", url("certificate_text", event, "award", "en")),
        ("post", url("certificate_text", event, "award", "en")),
        ("post", url("issue_certificates", event, "participation")),
        ("post", url("withdraw_certificate", event, certificate.pk)),
        ("post", url("issue_certificate_again", event, certificate.pk)),
    ]


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER, Role.ASSISTANT])
def test_only_instructors_issue_certificates(as_user, event, project, role):
    issue(event)
    certificate = Certificate.objects.first()
    team_of(event)
    own = as_user(EnrolmentFactory(course=event.course, role=role).user)
    codes = [getattr(own, how)(where).status_code for how, where in everything(event, certificate)]
    assert codes == [403] * 6
    foreign = as_user(EnrolmentFactory(course=HackathonFactory().course, role=Role.INSTRUCTOR).user)
    codes = [getattr(foreign, how)(where).status_code for how, where in everything(event, certificate)]
    assert codes == [404] * 6
    assert (Certificate.objects.valid().count(), CertificateTemplate.objects.count()) == (2, 0)


def test_a_certificate_of_another_event_cannot_be_withdrawn(as_user, event, project, instructor):
    issue(event)
    certificate = Certificate.objects.first()
    elsewhere = HackathonFactory(course=event.course)
    assert as_user(instructor).post(url("withdraw_certificate", elsewhere, certificate.pk)).status_code == 404
    assert Certificate.objects.valid().count() == 2


def test_the_list_is_searched(as_user, event, project, instructor):
    issue(event)
    User.objects.filter(pk=instructor.pk).update(name="Zoë")
    name = members(project.team)[0].name
    found = as_user(instructor).get(url("certificates", event), {"q": name}).context["page"]
    assert [certificate.name for certificate in found] == [name]
    assert list(as_user(instructor).get(url("certificates", event), {"q": "no\0body"}).context["page"]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_queries(
    as_user, event, instructor, count, django_assert_num_queries
):
    for _ in range(count):
        team_of(event)
    issue(event, by=instructor)
    browser = as_user(instructor)
    with django_assert_num_queries(13):
        browser.get(url("certificates", event))


def test_a_hostile_name_is_shown_as_text(as_user, client, event):
    team = team_of(event)
    User.objects.filter(pk=members(team)[0].pk).update(name="<script>alert(1)</script>")
    issue(event)
    page = client.get(reverse("check_certificate", args=[Certificate.objects.get().code]))
    assert "<script>alert(1)" not in page.content.decode()
    answer = as_user(members(team)[0]).get(url("certificate_pdf", event, Certificate.objects.get().pk))
    assert "<script>alert(1)</script>" in text_of(answer)
    assert '"' in answer["Content-Disposition"]


def test_what_is_done_is_logged(event, project, instructor):
    issue(event, by=instructor)
    services.withdraw_certificate(
        certificate=Certificate.objects.select_related("hackathon__course", "user").first(),
        by=instructor,
        now=NOW,
    )
    actions = AuditEntry.objects.filter(actor=instructor).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["certificates.issued", "certificate.withdrawn"]
