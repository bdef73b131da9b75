"""Archives: packed by a worker, part by part, once, and had by instructors of the course only."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import slugify
from pypdf import PdfReader

from classroom.models import AuditEntry, Role
from projects import packing, services, tasks
from projects.models import Certificate, CertificateKind, Package, PackagePart, Submission
from tests.factories import NOW, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import DAY, ChallengeFactory, HackathonFactory, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(course, instructor):
    event = HackathonFactory(course=course, starts_at=NOW - DAY, ends_at=NOW + DAY, title="Waterkant")
    team_of(event, size=3, name="Leuchtturm")
    services.issue_certificates(event=event, kind=CertificateKind.PARTICIPATION, by=instructor, now=NOW)
    return event


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def ask(event, variant="participation-en", now=NOW, kind=Package.Kind.CERTIFICATES):
    by = instructor_of(event.course)
    return services.ask_for_package(event=event, kind=kind, variant=variant, by=by, now=now)


def unzipped(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def test_organiser_has_all_certificates_packed(as_user, event, instructor):
    browser = as_user(instructor)
    browser.post(url("ask_for_certificates", event, "participation"), {"language": "de"})
    package = Package.objects.get()
    assert "It waits for a worker" in browser.get(url("certificates", event)).content.decode()
    assert browser.get(url("package", event, package.pk)).status_code == 404
    tasks.pack_next()
    assert "Download the archive" in browser.get(url("package_panel", event, package.pk)).content.decode()
    answer = browser.get(url("package", event, package.pk))
    assert (
        answer["Content-Disposition"] == 'attachment; filename="waterkant-certificates-participation-de.zip"'
    )
    with unzipped(answer) as archive:
        assert archive.testzip() is None
        texts = {
            PdfReader(io.BytesIO(archive.read(name))).pages[0].extract_text().count(certificate.printed_code)
            for certificate, name in zip(
                Certificate.objects.order_by("name", "pk"), archive.namelist(), strict=True
            )
        }
    assert texts == {1}


def test_large_archives_are_kept_in_parts(event, as_user, instructor, monkeypatch):
    monkeypatch.setattr(packing, "PART_BYTES", 1000)
    package = ask(event)
    packing.pack_next()
    package.refresh_from_db()
    sizes = [len(part.content) for part in package.parts.order_by("number")]
    assert (len(sizes) > 20, set(sizes[:-1]), sum(sizes)) == (True, {1000}, package.size_bytes)
    answer = as_user(instructor).get(url("package", event, package.pk))
    with unzipped(answer) as archive:
        assert (archive.testzip(), len(archive.namelist())) == (None, 3)
    assert int(answer["Content-Length"]) == package.size_bytes


def test_asking_twice_while_it_is_packed_changes_nothing(event):
    first = ask(event)
    assert (ask(event), Package.objects.count()) == (first, 1)
    packing.pack_next()
    again = ask(event)
    assert (again == first, Package.objects.count(), PackagePart.objects.count()) == (False, 1, 0)
    assert AuditEntry.objects.filter(action="archive.asked_for").count() == 2


def test_withdrawn_certificates_are_not_packed(event, as_user, instructor):
    certificate = Certificate.objects.select_related("hackathon__course", "user").first()
    services.withdraw_certificate(certificate=certificate, by=instructor, now=NOW)
    package = ask(event)
    packing.pack_next()
    with unzipped(as_user(instructor).get(url("package", event, package.pk))) as archive:
        assert len(archive.namelist()) == 2


@pytest.mark.django_db(transaction=True)
def test_one_worker_packs_an_archive(event):
    package = ask(event)
    worked = at_once([packing.pack_next] * 4, refusals=())
    package.refresh_from_db()
    assert (worked.count(True), package.run) == (1, 1)
    assert sorted(package.parts.values_list("number", flat=True)) == list(range(package.parts_count))


def test_a_second_archive_waits_for_the_first(event, now):
    first, second = ask(event), ask(event, "participation-de")
    Package.objects.filter(pk=first.pk).update(run=1, leased_until=NOW + MINUTE)
    assert packing.pack_next() is False
    now(NOW + MINUTE)  # the first one's worker is gone
    assert [packing.pack_next(), packing.pack_next(), packing.pack_next()] == [True, True, False]
    assert Package.objects.filter(packed_at=None).count() == 0
    assert second.pk


def test_a_worker_that_was_superseded_writes_nothing(event, monkeypatch):
    """Another run has begun meanwhile: the slow one's parts go, the other's stay."""
    package = ask(event)
    real = packing.CONTENTS[Package.Kind.CERTIFICATES]

    def slow(found, event):
        contents = real(found, event)
        Package.objects.filter(pk=found.pk).update(run=found.run + 1)
        PackagePart.objects.create(package=found, run=found.run + 1, number=0, content=b"x")
        return contents

    monkeypatch.setitem(packing.CONTENTS, Package.Kind.CERTIFICATES, slow)
    packing.pack_next()
    package.refresh_from_db()
    assert (package.packed_at, list(package.parts.values_list("run", flat=True))) == (None, [2])


def test_an_archive_asked_for_anew_ends_the_old_work(event, monkeypatch):
    ask(event)
    real = packing.CONTENTS[Package.Kind.CERTIFICATES]

    def replaced(found, event):
        Package.objects.all().delete()
        return real(found, event)

    monkeypatch.setitem(packing.CONTENTS, Package.Kind.CERTIFICATES, replaced)
    packing.pack_next()
    assert not PackagePart.objects.exists()


def test_what_cannot_be_packed_is_said(event, as_user, instructor, monkeypatch, caplog):
    package = ask(event)

    def broken(found, event):
        raise OSError("no space left")

    monkeypatch.setitem(packing.CONTENTS, Package.Kind.CERTIFICATES, broken)
    packing.pack_next()
    panel = as_user(instructor).get(url("package_panel", event, package.pk)).content.decode()
    assert ("could not be packed" in panel, "hx-get" in panel) == (True, False)
    assert "could not be packed" in caplog.text


def test_an_archive_that_kills_its_workers_is_given_up(event, now):
    package = ask(event)
    Package.objects.filter(pk=package.pk).update(run=packing.MAX_RUNS, leased_until=NOW + MINUTE)
    tasks.sweep()
    package.refresh_from_db()
    assert package.failed_at is None  # the last worker may still be at it
    now(NOW + MINUTE)
    tasks.sweep()
    package.refresh_from_db()
    assert package.failed_at == NOW + MINUTE


def test_archives_are_deleted_after_a_day(event, now):
    ask(event)
    packing.pack_next()
    now(NOW + packing.KEPT - MINUTE)
    tasks.sweep()
    assert Package.objects.count() == 1
    now(NOW + packing.KEPT)
    tasks.sweep()
    assert (Package.objects.count(), PackagePart.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER, Role.ASSISTANT])
def test_only_instructors_of_the_course_have_archives(as_user, event, role):
    package = ask(event)
    packing.pack_next()
    pages = [url("package", event, package.pk), url("package_panel", event, package.pk)]
    own = as_user(EnrolmentFactory(course=event.course, role=role).user)
    assert [own.get(page).status_code for page in pages] == [403, 403]
    assert (
        own.post(url("ask_for_certificates", event, "participation"), {"language": "en"}).status_code == 403
    )
    elsewhere = HackathonFactory()
    foreign = as_user(instructor_of(elsewhere.course))
    assert [foreign.get(page).status_code for page in pages] == [404, 404]
    assert foreign.get(url("package", elsewhere, package.pk)).status_code == 404


@pytest.mark.parametrize("language", ["", "fr", "../x"])
def test_other_languages_are_not_packed(as_user, event, instructor, language):
    answer = as_user(instructor).post(url("ask_for_certificates", event, "award"), {"language": language})
    assert (answer.status_code, Package.objects.count()) == (404, 0)


def test_staff_have_the_hand_ins_of_a_challenge_packed(as_user, course, instructor):
    challenge = ChallengeFactory(course=course, title="One layer")
    for name in ("Ada Okafor", "Ben Li"):
        user = student_of(course, user=UserFactory(name=name))
        for text in (b"one = 1", b"two = 2"):
            services.hand_in(challenge=challenge, user=user, filename="net.py", source=text, now=NOW)
    Submission.objects.update(score=5, max_score=10, graded_at=NOW)
    browser = as_user(instructor)
    results = reverse("projects:results", args=[course.slug, challenge.pk])
    ask = reverse("projects:ask_for_sources", args=[course.slug, challenge.pk])
    assert ask in browser.get(results).content.decode()
    for _ in range(2):
        assert browser.post(ask).url == results
    package = Package.objects.get()
    page = browser.get(results).content.decode()
    assert ("It waits for a worker" in page, package.panel_url in page, ask in page) == (True, True, False)
    assert browser.get(package.get_absolute_url()).status_code == 404
    tasks.pack_next()
    assert package.get_absolute_url() in browser.get(package.panel_url).content.decode()
    answer = browser.get(package.get_absolute_url())
    assert answer["Content-Disposition"] == 'attachment; filename="one-layer-sources.zip"'
    counting = Submission.objects.counting(challenge).order_by("pk")
    with unzipped(answer) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"{slugify(found.user.name)}-{found.pk}/01-net.py": b"one = 1" for found in counting
        }
    entry = AuditEntry.objects.get(action="archive.asked_for")
    assert (entry.item, entry.actor, entry.course) == (f"challenge:{challenge.pk}", instructor, course)
    viewer = EnrolmentFactory(course=course, role=Role.VIEWER).user
    assert ask not in as_user(viewer).get(results).content.decode()
    other = reverse("projects:sources", args=[course.slug, ChallengeFactory(course=course).pk, package.pk])
    assert browser.get(other).status_code == 404


def test_an_archive_is_of_a_hackathon_or_of_a_challenge(event):
    challenge = ChallengeFactory(course=event.course)
    for about in ({}, {"hackathon": event, "challenge": challenge}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Package.objects.create(kind=Package.Kind.SOURCES, asked_at=NOW, **about)
