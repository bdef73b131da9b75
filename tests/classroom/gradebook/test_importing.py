"""Marks from a file by the page: looked at first, imported as looked at or not at all; and the way out."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom import clock
from classroom.models import AuditEntry, GradeChange, GradeMark, GradeUpload, PassingRule
from classroom.privacy.export import write_archive
from classroom.spreadsheets import read_table
from tests.classroom.gradebook.factories import CategoryFactory, ColumnFactory, give, tied
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def column(course):
    return ColumnFactory(category=CategoryFactory(course=course), title="Talk")


@pytest.fixture
def ada(course):
    return student_of(course, user__name="Ada", user__email="ada@example.org")


@pytest.fixture
def teacher(client, course):
    client.force_login(instructor_of(course))
    return client


def post(client, act, **fields):
    return client.post(reverse("import_grades", args=["dl"]), {"act": act} | fields)


def upload(client, text, name="marks.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    response = post(client, "upload", file=SimpleUploadedFile(name, content))
    assert response.status_code == 302
    return client.get(reverse("import_grades", args=["dl"])).context["plan"]


def export(client, kind="csv"):
    response = client.get(reverse("export_grades", args=["dl", kind]))
    assert response.status_code == 200
    return response.content


def test_marks_are_imported_after_they_were_looked_at(teacher, course, column, ada):
    quiz = make_quiz(course, now=clock.now())
    scored = tied(quiz, column.category)
    take(quiz, "0", user=ada)
    plan = upload(teacher, f"E-mail;Talk;{quiz.title}\nada@example.org;7,5;4\n")
    page = teacher.get(reverse("import_grades", args=["dl"])).content.decode()
    assert ("2 marks would change." in page, GradeMark.objects.count()) == (True, 0)
    response = post(teacher, "import", fingerprint=plan.fingerprint, reason="Second look")
    assert response.url == reverse("gradebook", args=["dl"])
    marks = GradeMark.objects.order_by("points").values_list("column", "user", "points", "reason")
    assert list(marks) == [
        (scored.pk, ada.pk, 4, "Second look"),
        (column.pk, ada.pk, 7.5, "Second look"),
    ]
    assert list(GradeChange.objects.order_by("points").values_list("computed", flat=True)) == [2, None]
    entry = AuditEntry.objects.get(action="grades.imported")
    assert entry.detail == {"file": "marks.csv", "marks": 2, "students": 1}
    assert GradeUpload.objects.count() == 0


def test_what_changed_since_it_was_looked_at_is_looked_at_again(teacher, column, ada):
    plan = upload(teacher, "email,Talk\nada@example.org,5\n")
    give(column, ada, 3)
    response = post(teacher, "import", fingerprint=plan.fingerprint, reason="x")
    assert response.status_code == 409
    assert GradeMark.objects.get().points == 3
    again = response.context["plan"]
    assert [(one.old.text, one.new_text) for one in again.changes] == [("3", "5")]
    post(teacher, "import", fingerprint=again.fingerprint, reason="x")
    assert GradeMark.objects.get().points == 5


def test_one_mark_that_cannot_be_read_keeps_all_out(teacher, course, column, ada):
    student_of(course, user__email="eve@example.org")
    plan = upload(teacher, "email,Talk\neve@example.org,5\nada@example.org,abc\n")
    response = post(teacher, "import", fingerprint=plan.fingerprint, reason="x", leave_out="yes")
    assert (response.status_code, GradeMark.objects.count()) == (422, 0)


def test_an_override_without_reason_keeps_all_out(teacher, course, column, ada):
    quiz = make_quiz(course, now=clock.now())
    tied(quiz, column.category)
    plan = upload(teacher, f"email,Talk,{quiz.title}\nada@example.org,5,1\n")
    response = post(teacher, "import", fingerprint=plan.fingerprint, reason=" ")
    assert (response.status_code, GradeMark.objects.count(), AuditEntry.objects.count()) == (422, 0, 0)


def test_who_is_not_certain_is_left_out_only_when_that_is_said(teacher, column, ada):
    plan = upload(teacher, "email,Talk,Other\nada@example.org,5,1\nnobody@example.org,6,1\n")
    fields = {"fingerprint": plan.fingerprint, "reason": ""}
    assert post(teacher, "import", **fields).status_code == 422
    assert GradeMark.objects.count() == 0
    assert post(teacher, "import", **fields, leave_out="yes").status_code == 302
    assert GradeMark.objects.get().points == 5


def test_an_answer_is_looked_at_before_it_is_imported(teacher, course, column, ada):
    other = student_of(course, user__name="Ada")
    plan = upload(teacher, "name,Talk\nAda,5\n")
    early = post(teacher, "import", fingerprint=plan.fingerprint, row_2=other.pk, reason="")
    assert (early.status_code, GradeMark.objects.count()) == (409, 0)
    checked = post(teacher, "check", row_2=other.pk)
    fingerprint = checked.context["plan"].fingerprint
    post(teacher, "import", fingerprint=fingerprint, row_2=other.pk, reason="")
    assert GradeMark.objects.get().user == other


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_table_is_refused(teacher, column, content):
    assert post(teacher, "upload", file=SimpleUploadedFile("x.xlsx", content)).status_code == 422
    assert post(teacher, "upload").status_code == 422
    assert GradeUpload.objects.count() == 0


def test_a_table_about_nobody_is_refused_and_forgotten(teacher, column):
    post(teacher, "upload", file=SimpleUploadedFile("x.csv", b"a,b\n1,2\n"))
    response = teacher.get(reverse("import_grades", args=["dl"]), follow=True)
    assert "The first row must name a column" in response.content.decode()
    assert GradeUpload.objects.count() == 0


def test_a_file_is_forgotten_when_asked(teacher, column, ada):
    upload(teacher, "email,Talk\nada@example.org,5\n")
    post(teacher, "forget")
    assert GradeUpload.objects.count() == 0
    assert post(teacher, "import", fingerprint="x").status_code == 200


def test_a_table_of_others_marks_is_no_part_of_ones_own_data(teacher, course, column, ada):
    upload(teacher, "E-mail,Talk\nada@example.org,7\n")
    found = GradeUpload.objects.select_related("user").get()
    content = io.BytesIO()
    write_archive(user=found.user, now=clock.now(), to=content)
    with zipfile.ZipFile(content) as archive:
        (told,) = json.loads(archive.read("classroom/grade_upload.json"))
    assert (told["name"], "content" in told) == ("marks.csv", False)


def test_nobody_sees_what_somebody_else_uploaded(teacher, course, column, ada, client):
    upload(teacher, "email,Talk\nada@example.org,5\n")
    client.force_login(instructor_of(course))
    assert client.get(reverse("import_grades", args=["dl"])).context.get("plan") is None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_leaves_can_be_read_and_comes_back_as_no_change(teacher, course, column, ada, kind):
    PassingRule.objects.create(course=course, least=50)
    give(column, ada, 7.25)
    give(ColumnFactory(category=column.category, title="=1+1", position=5000), ada, excused=True)
    student_of(course, user__name="=cmd", user__email="eve@example.org")
    content = export(teacher, kind)
    assert read_table(content)[1:] == [
        ["'=cmd", "eve@example.org", "", "", "", "0.0" if kind == "csv" else "0", "open"],
        ["Ada", "ada@example.org", "7.25", "EX", "72.5", "72.5", "passed"],
    ]
    plan = upload(teacher, content, f"x.{kind}")
    assert (plan.changes, plan.left_out, plan.problems, plan.unchanged) == ([], 0, [], 2)
    assert post(teacher, "import", fingerprint=plan.fingerprint).status_code == 422


def test_a_file_in_german_comes_back_in_english(teacher, course, column, ada):
    give(column, ada, 7.25)
    content = teacher.get(
        reverse("export_grades", args=["dl", "csv"]), headers={"Accept-Language": "de"}
    ).content
    plan = upload(teacher, content)
    assert (plan.changes, plan.left_out, plan.unchanged) == ([], 0, 1)
