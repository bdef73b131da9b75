import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom.models import Role
from quizzes import formats
from quizzes.models import Question, Upload
from quizzes.services import importing
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of
from tests.quizzes.factories import make_question

pytestmark = pytest.mark.django_db
IMPORT = reverse("quizzes:import_questions", args=["dl"])
EXPORT = reverse("quizzes:export_questions", args=["dl"])
BANK = reverse("quizzes:bank", args=["dl"])
GIFT = b"""::Pool::What is $x_1$ kept?{=the *largest* ~the mean}

::Bad::How many?{#many}

::Trap::Is $\\nabla L$?{T}"""


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def as_instructor(client, course):
    client.force_login(instructor_of(course))
    return client


def upload(client, *files):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(IMPORT, {"act": "upload", "files": sent}, follow=True)


def digest_in(response):
    return re.search(r'name="digest" value="(\w+)"', response.content.decode())[1]


def test_an_upload_is_shown_before_it_is_imported(as_instructor, course):
    page = upload(
        as_instructor, ("pool.gift", GIFT), ("more.csv", b"kind,question,answers\ntrue_false,So?,true\n")
    )
    html = page.content.decode()
    assert "3 questions were understood" in html
    assert [name in html for name in ("pool.gift", "more.csv", "Pool", "the *largest*", "Trap")] == [True] * 5
    assert html.count("left out</span>") == 1
    assert html.count("check</span>") == 1
    assert "\\nabla: Moodle reads" in html
    assert Question.objects.count() == 0
    done = as_instructor.post(IMPORT, {"act": "import", "digest": digest_in(page)}, follow=True)
    assert done.redirect_chain == [(BANK, 302)]
    assert "3 questions are in the bank now." in done.content.decode()
    assert sorted(Question.objects.values_list("name", flat=True)) == ["Pool", "So?", "Trap"]
    assert Upload.objects.count() == 0


def test_what_is_there_already_is_told(as_instructor, course):
    for _time in range(2):
        page = upload(as_instructor, ("pool.gift", GIFT))
        done = as_instructor.post(IMPORT, {"act": "import", "digest": digest_in(page)}, follow=True)
    assert "2 were there already." in done.content.decode()
    assert Question.objects.count() == 2


def test_only_what_was_looked_at_is_imported(as_instructor):
    first = digest_in(upload(as_instructor, ("a.gift", b"A{T}")))
    upload(as_instructor, ("b.gift", b"B{T}"))
    page = as_instructor.post(IMPORT, {"act": "import", "digest": first}, follow=True)
    assert "upload them again" in page.content.decode()
    assert Question.objects.count() == 0


def test_an_upload_can_be_forgotten_and_is_after_a_day(as_instructor, course):
    upload(as_instructor, ("a.gift", b"A{T}"))
    as_instructor.post(IMPORT, {"act": "forget"})
    assert Upload.objects.count() == 0
    for user in (instructor_of(course), instructor_of(course)):
        importing.keep_upload(
            course=course, user=user, files=[("a", b"A{T}")], now=NOW + importing.KEPT * user.pk * 2
        )
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "Choose at least one file."),
        ([("empty.gift", b"x")] * 51, "at most 50 files"),
    ],
)
def test_an_upload_that_makes_no_sense_is_refused(as_instructor, files, said):
    assert said in upload(as_instructor, *files).content.decode()


@pytest.mark.parametrize("name", ["../../x.gift", "ä ö.gift", "a/b\\c.gift", "<script>.gift"])
def test_names_of_files_do_no_harm(as_instructor, name):
    page = upload(as_instructor, (name, GIFT))
    assert "2 questions were understood" in page.content.decode()
    assert "<script>.gift" not in page.content.decode()


def test_markdown_of_a_file_is_shown_safely(as_instructor):
    page = upload(
        as_instructor,
        ("a.gift", b"::<script>alert(1)</script>::[markdown]<img src\\=x onerror\\=alert(1)>{T}"),
    )
    assert "<script>alert" not in page.content.decode()
    assert "<img src=x" not in page.content.decode()


@pytest.mark.parametrize(
    "content", [b"\x00\xff", b"PK\x03\x04broken", b"<quiz>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"]
)
def test_a_file_that_cannot_be_read_is_told(as_instructor, content):
    page = upload(as_instructor, ("x", content))
    assert "0 questions were understood" in page.content.decode()
    assert 'name="digest"' not in page.content.decode()


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER, Role.ASSISTANT])
def test_only_instructors_import_and_export(client, course, role):
    make_question(course)
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    asked = [
        client.get(IMPORT),
        client.post(IMPORT, {"act": "upload"}),
        client.get(EXPORT),
        client.get(EXPORT, {"format": "csv"}),
    ]
    assert [response.status_code for response in asked] == [403] * 4


def test_an_instructor_of_another_course_exports_nothing(client, course):
    make_question(course)
    client.force_login(instructor_of(CourseFactory()))
    assert client.get(EXPORT, {"format": "csv"}).status_code == 404


def test_somebody_elses_upload_is_not_shown(as_instructor, client, course):
    digest = digest_in(upload(as_instructor, ("a.gift", b"Secret{T}")))
    client.force_login(instructor_of(course))
    assert "Secret" not in client.get(IMPORT).content.decode()
    client.post(IMPORT, {"act": "import", "digest": digest})
    assert Question.objects.count() == 0


@pytest.mark.parametrize("name", ["gift", "moodle_xml", "qti12", "qti21", "qti3", "csv"])
def test_questions_are_downloaded(as_instructor, course, name):
    make_question(course, "single")
    make_question(CourseFactory(), "numeric")
    response = as_instructor.get(EXPORT, {"format": name})
    assert f'dl-questions.{formats.FORMATS[name].extension}"' in response["Content-Disposition"]
    assert [draft.title for draft in formats.read("x", response.content).drafts] == ["A single question"]


def test_what_has_no_place_in_a_format_is_told_before_the_download(as_instructor, course):
    make_question(course, "single")
    make_question(course, "matrix")
    page = as_instructor.get(EXPORT, {"format": "gift"})
    assert "“A matrix question”: GIFT has no questions of the kind" in page.content.decode()
    assert "format=gift&amp;anyway=1" in page.content.decode()
    response = as_instructor.get(EXPORT, {"format": "gift", "anyway": "1"})
    assert [draft.kind for draft in formats.read("x", response.content).drafts] == ["single"]


def test_ticked_or_filtered_questions_are_exported(as_instructor, course):
    ticked, other = make_question(course, "single"), make_question(course, "numeric")
    foreign = make_question(CourseFactory(), "numeric")

    def titles(**asked):
        content = as_instructor.get(EXPORT, asked | {"format": "csv"}).content
        return [draft.title for draft in formats.read("x", content).drafts]

    assert titles(question=[ticked.pk, foreign.pk]) == ["A single question"]
    assert titles(kind="numeric") == ["A numeric question"]
    assert titles() == ["A numeric question", "A single question"]
    assert other.pk


def test_an_export_of_nothing_says_so(as_instructor):
    assert "Nothing to export" in as_instructor.get(EXPORT, {"format": "csv"}).content.decode()
    assert (
        as_instructor.get(EXPORT, {"format": "nonsense", "question": "99999999999999999999"}).status_code
        == 200
    )


def test_the_bank_leads_to_import_and_export(as_instructor, course):
    make_question(course)
    html = as_instructor.get(BANK, {"kind": "single"}).content.decode()
    assert f'href="{IMPORT}"' in html
    assert f'href="{EXPORT}?kind=single"' in html
