import json

import pytest
from django.contrib import admin
from django.urls import reverse

from classroom import clock
from classroom.models import AuditEntry, User
from quizzes.models import Question
from tests.factories import UserFactory, WeekFactory, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db
OURS = [m for m in admin.site._registry if m._meta.app_label in {"classroom", "quizzes", "projects"}]


@pytest.fixture
def as_admin(client):
    client.force_login(User.objects.create_superuser("root@example.org"))
    return client


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_list_opens(as_admin, model):
    week = WeekFactory()
    student_of(week.course)
    make_quiz(week.course, now=clock.now())
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    assert as_admin.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_form_for_something_new_opens_or_is_refused(as_admin, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_add"
    assert as_admin.get(reverse(name)).status_code in {200, 403}


def test_only_administrators_come_in(client):
    client.force_login(UserFactory())
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_person_made_by_hand_signs_in_by_code_only(as_admin):
    as_admin.post(reverse("admin:classroom_user_add"), {"email": "New@Example.org", "is_active": "on"})
    user = User.objects.get(email="new@example.org")
    assert not user.has_usable_password()


def question_form(data, *, existing=0, **fields):
    prefix = {"versions-TOTAL_FORMS": existing + 1, "versions-INITIAL_FORMS": existing}
    row = {"kind": "single", "body": "What?", "data": json.dumps(data), "explanation": ""}
    return fields | prefix | {f"versions-{existing}-{key}": value for key, value in row.items()}


def test_a_question_is_written_in_versions(as_admin):
    course = WeekFactory().course
    good = {"options": [{"text": "a", "right": True}, {"text": "b"}]}
    as_admin.post(reverse("admin:quizzes_question_add"), question_form(good, course=course.pk, name="Steps"))
    question = Question.objects.get()
    assert list(question.versions.values_list("number", "kind")) == [(1, "single")]
    page = as_admin.post(
        reverse("admin:quizzes_question_add"),
        question_form({"options": []}, course=course.pk, name="Broken"),
    ).content.decode()
    assert "Give at least two options." in page
    assert Question.objects.count() == 1


def test_the_logs_cannot_be_changed(as_admin):
    entry = AuditEntry.objects.create(action="x", at=clock.now())
    url = reverse("admin:classroom_auditentry_change", args=[entry.pk])
    as_admin.post(url, {"action": "y"})
    entry.refresh_from_db()
    assert entry.action == "x"
