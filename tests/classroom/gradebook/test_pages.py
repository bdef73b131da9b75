"""The gradebook's pages: who may do what, saving a cell, setting up, and what students see."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from classroom import clock
from classroom.models import (
    AuditEntry,
    GradeCategory,
    GradeChange,
    GradeColumn,
    GradeMark,
    Group,
    PassingRule,
    Role,
)
from classroom.pages.gradebook.urls import urlpatterns
from tests.classroom.gradebook.factories import CategoryFactory, ColumnFactory, give, graded, tied
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory, HackathonFactory, challenge_of
from tests.quizzes.factories import make_quiz, take

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)

STAFF = {"guest": 404, "stranger": 404, "student": 403, "viewer": "in", "assistant": "in", "instructor": "in"}
GRADERS = STAFF | {"viewer": 403}
INSTRUCTORS = GRADERS | {"assistant": 403}
#: By name: the method, who gets in, and what those get.
DOORS = {
    "grades": ("GET", STAFF | {"student": 200}, 302),
    "grade_progress": ("GET", STAFF | {"student": 200}, 302),
    "gradebook": ("GET", STAFF, 200),
    "gradebook_data": ("GET", STAFF, 200),
    "gradebook_cell": ("POST", GRADERS, 200),
    "gradebook_student": ("GET", STAFF, 200),
    "gradebook_mark": ("POST", GRADERS, 302),
    "import_grades": ("GET", GRADERS, 200),
    "export_grades": ("GET", STAFF, 200),
    "gradebook_setup": ("GET", INSTRUCTORS, 200),
    "gradebook_add_all": ("POST", INSTRUCTORS, 302),
    "new_grade_category": ("GET", INSTRUCTORS, 200),
    "grade_category": ("GET", INSTRUCTORS, 200),
    "delete_grade_category": ("POST", INSTRUCTORS, 302),
    "new_grade_column": ("GET", INSTRUCTORS, 200),
    "grade_column": ("GET", INSTRUCTORS, 200),
    "release_grade_column": ("POST", INSTRUCTORS, 302),
    "delete_grade_column": ("GET", INSTRUCTORS, 200),
    "move_in_gradebook": ("POST", INSTRUCTORS, 302),
}


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def column(course):
    return ColumnFactory(
        category=CategoryFactory(course=course, title="Project"), released_at=clock.now() - DAY
    )


@pytest.fixture
def ada(course):
    return student_of(course, user__name="Ada Okafor", user__email="ada@example.org")


@pytest.fixture
def as_role(course):
    def as_role(role):
        client = Client()
        if role == "stranger":
            client.force_login(UserFactory())
        elif role != "signed_out":
            client.force_login(EnrolmentFactory(course=course, role=Role(role)).user)
        return client

    return as_role


@pytest.fixture
def teacher(client, course):
    client.force_login(instructor_of(course, user__name="Mira"))
    return client


def arguments(name, column, student):
    return {
        "gradebook_cell": [column.pk, student.pk],
        "gradebook_student": [student.pk],
        "gradebook_mark": [student.pk, column.pk],
        "grade_category": [column.category_id],
        "delete_grade_category": [column.category_id],
        "grade_column": [column.pk],
        "release_grade_column": [column.pk],
        "delete_grade_column": [column.pk],
        "move_in_gradebook": ["columns", column.pk],
        "export_grades": ["csv"],
    }.get(name, [])


def page(client, name, *args, **query):
    response = client.get(reverse(name, args=["dl", *args]), query)
    assert response.status_code == 200
    return response.content.decode()


def save(client, column, user, value, *, seen=0, reason=""):
    address = reverse("gradebook_cell", args=["dl", column.pk, user.pk])
    response = client.post(address, {"value": value, "seen": seen, "reason": reason})
    return response.status_code, response.json()


def test_every_address_has_a_decision():
    assert set(DOORS) == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize("name", DOORS)
def test_each_role_gets_what_is_decided(as_role, column, ada, name):
    method, doors, inside = DOORS[name]
    address = reverse(name, args=["dl", *arguments(name, column, ada)])
    found = {}
    for role in doors:
        client = as_role(role)
        response = client.get(address) if method == "GET" else client.post(address, {"value": "", "seen": 9})
        found[role] = response.status_code
    inside = 409 if name in {"gradebook_cell", "gradebook_mark"} else inside  # nobody has seen revision 9
    assert found == {role: inside if answer == "in" else answer for role, answer in doors.items()}
    assert as_role("signed_out").get(address).status_code in {302, 405}


@pytest.mark.parametrize(
    "name",
    [
        "gradebook_cell",
        "gradebook_student",
        "gradebook_mark",
        "grade_category",
        "delete_grade_category",
        "grade_column",
        "release_grade_column",
        "delete_grade_column",
        "move_in_gradebook",
    ],
)
def test_what_is_another_courses_is_not_found(teacher, name):
    foreign = ColumnFactory()
    stranger = student_of(foreign.course)
    method = DOORS[name][0]
    address = reverse(name, args=["dl", *arguments(name, foreign, stranger)])
    response = teacher.get(address) if method == "GET" else teacher.post(address, {"value": "1", "seen": 0})
    assert response.status_code == 404
    assert GradeMark.objects.count() == 0


def test_a_mark_is_given_to_students_of_the_course_only(teacher, course, column):
    for user in (UserFactory(), student_of(course, left_at=clock.now()), instructor_of(course)):
        assert save(teacher, column, user, "5")[0] == 404


class TestCell:
    def test_a_saved_cell_comes_back_with_the_totals(self, teacher, column, ada):
        assert save(teacher, column, ada, "7,5") == (
            200,
            {"cell": [7.5, None, 1, True, False, ""], "totals": [75.0, 75.0, None]},
        )
        assert save(teacher, column, ada, " ex ", seen=1, reason="Ill") == (
            200,
            {"cell": [None, None, 2, True, True, "Ill"], "totals": [None, None, None]},
        )
        assert save(teacher, column, ada, "", seen=2)[1]["cell"] == [None, None, 3, False, False, ""]
        assert GradeChange.objects.count() == 3

    def test_somebody_elses_change_is_shown_and_not_written_over(self, teacher, column, ada):
        jonas = instructor_of(column.course, user__name="Jonas")
        give(column, ada, 4, by=jonas, reason="oral")
        status, body = save(teacher, column, ada, "9")
        assert (status, body["who"], body["cell"]) == (409, "Jonas", [4, None, 1, True, False, "oral"])
        assert save(teacher, column, ada, "9", seen=1)[0] == 200

    @pytest.mark.parametrize("value", ["-1", "abc", "1e9", "nan", "inf", "1_0", "٣", "5 7", "0x1"])
    def test_what_is_no_mark_is_refused(self, teacher, column, ada, value):
        status, body = save(teacher, column, ada, value)
        assert (status, list(body)) == (422, ["problem"])
        assert GradeMark.objects.count() == 0

    @pytest.mark.parametrize(
        "fields", [{}, {"value": "5"}, {"value": "5", "seen": "x"}, {"value": "5", "seen": "9" * 30}]
    )
    def test_a_request_without_what_was_seen_is_refused(self, teacher, column, ada, fields):
        address = reverse("gradebook_cell", args=["dl", column.pk, ada.pk])
        assert teacher.post(address, fields).status_code == 422

    def test_the_place_of_a_score_is_taken_with_a_reason(self, teacher, course, ada):
        quiz = make_quiz(course, now=clock.now())
        column = tied(quiz)
        take(quiz, "0", user=ada)
        assert save(teacher, column, ada, "4")[0] == 422
        status, body = save(teacher, column, ada, "4", reason="Projector")
        assert (status, body["cell"]) == (200, [4, 2, 1, True, False, "Projector"])
        assert GradeChange.objects.get().computed == 2


class TestGrid:
    def test_the_data_hold_every_student_and_cell(self, teacher, course, column, ada):
        quiz = make_quiz(course, now=clock.now())
        scored = tied(quiz, column.category, released_at=None, position=column.position + 1)
        take(quiz, "0", user=ada)
        give(column, ada, 5)
        eve = student_of(course, user__name="", user__email="eve@example.org")
        group = Group.objects.create(course=course, name="Tuesday")
        group.members.add(eve)
        PassingRule.objects.create(course=course, least=50)
        assert json.loads(page(teacher, "gradebook_data")) == {
            "editable": True,
            "columns": [
                [column.pk, column.title, 10, False, True, "Project"],
                [scored.pk, quiz.title, 4, True, False, "Project"],
            ],
            "students": [
                [eve.pk, "", "eve@example.org", ["Tuesday"]],
                [ada.pk, "Ada Okafor", "ada@example.org", []],
            ],
            "cells": [[None, None], [[5, None, 1, True, False, ""], 2]],
            "totals": [[None, 0.0, "open"], [50.0, 50.0, "passed"]],
        }

    def test_viewers_see_it_and_are_told_that_they_cannot_edit(self, as_role, column):
        assert json.loads(page(as_role("viewer"), "gradebook_data"))["editable"] is False

    def test_without_script_the_table_comes_in_pages(self, teacher, course, column):
        for number in range(30):
            student_of(course, user__name=f"Student {number:02}")
        first, second = page(teacher, "gradebook"), page(teacher, "gradebook", page=2)
        assert [("Student 24" in text, "Student 25" in text) for text in (first, second)] == [
            (True, False),
            (False, True),
        ]

    def test_students_are_found_by_name_address_and_group(self, teacher, course, column, ada):
        eve = student_of(course, user__name="Eve")
        group = Group.objects.create(course=course, name="Tuesday")
        group.members.add(eve)

        def shown(**query):
            text = page(teacher, "gradebook", **query)
            return [name for name in ("Ada Okafor", "Eve") if name in text]

        assert shown(q="okafor ADA") == ["Ada Okafor"]
        assert shown(q="ada@example") == ["Ada Okafor"]
        assert shown(group=group.pk) == ["Eve"]
        assert shown(group="9" * 40) == []
        assert shown(group="x") == ["Ada Okafor", "Eve"]
        assert shown(q="nobody") == []

    def test_the_table_is_sorted_without_script(self, teacher, course, column):
        for name, points in (("Ada", 5), ("Ben", None), ("Carla", 9)):
            user = student_of(course, user__name=name)
            if points is not None:
                give(column, user, points)

        def order(**query):
            response = teacher.get(reverse("gradebook", args=["dl"]), query)
            return "".join(row.student.name[0] for row in response.context["rows"])

        sorts = ("name", "-name", "so_far", "-so_far", "if_zero", "-if_zero", "x")
        assert [order(sort=sort) for sort in sorts] == ["ABC", "CBA", "ACB", "CAB", "BAC", "CAB", "ABC"]

    def test_an_empty_gradebook_says_what_to_do(self, teacher):
        assert reverse("gradebook_setup", args=["dl"]) in page(teacher, "gradebook")

    def test_the_page_is_light_with_forty_columns(self, teacher, course, column):
        ColumnFactory.create_batch(39, category=column.category, title="A title of an ordinary length")
        for number in range(40):
            user = student_of(course, user__name=f"A name of ordinary length {number}")
            give(column, user, 7.25, by=user)
        assert len(page(teacher, "gradebook")) < 200_000

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("name", "queries"), [("gradebook", 18), ("gradebook_data", 18)])
    def test_many_take_as_many_queries_as_one(
        self, teacher, course, rows, name, queries, django_assert_num_queries
    ):
        for _ in range(rows):
            category = CategoryFactory(course=course)
            user = student_of(course)
            give(ColumnFactory(category=category), user, 5)
            Group.objects.create(course=course, name=str(user.pk)).members.add(user)
            take(make_quiz(course, now=clock.now()), "0", user=user)
            tied(make_quiz(course), category)
            challenge = ChallengeFactory(course=course)
            graded(challenge, user, 50)
            tied(challenge, category)
        page(teacher, name)
        with django_assert_num_queries(queries):
            page(teacher, name)


class TestStudentsPageForStaff:
    def test_a_mark_is_given_without_script(self, teacher, column, ada):
        address = reverse("gradebook_mark", args=["dl", ada.pk, column.pk])
        response = teacher.post(address, {"value": "8", "reason": "oral", "seen": 0}, follow=True)
        assert "oral" in response.content.decode()
        assert GradeMark.objects.get().points == 8

    @pytest.mark.parametrize(("value", "status"), [("9", 409), ("abc", 422)])
    def test_what_was_typed_stays_beside_what_is_wrong_with_it(self, teacher, column, ada, value, status):
        give(column, ada, 3.25)
        address = reverse("gradebook_mark", args=["dl", ada.pk, column.pk])
        response = teacher.post(address, {"value": value, "reason": "my reason", "seen": 0})
        text = response.content.decode()
        assert response.status_code == status
        assert [part in text for part in (f'value="{value}"', 'value="my reason"', "3.25")] == [True] * 3
        assert GradeMark.objects.get().points == 3.25

    def test_viewers_get_no_form(self, as_role, column, ada):
        assert "grade-mark" not in page(as_role("viewer"), "gradebook_student", ada.pk)


class TestSetUp:
    def test_everything_is_added_with_one_click_once(self, teacher, course):
        quiz = make_quiz(course, title="Week 1")
        make_quiz(course, practice=True)
        exercise = ChallengeFactory(course=course)
        challenge_of(HackathonFactory(course=course))
        make_quiz()
        for _ in range(2):
            teacher.post(reverse("gradebook_add_all", args=["dl"]))
        columns = GradeColumn.objects.values_list("category__title", "title", "item", "points")
        assert list(columns) == [
            ("Quizzes", "Week 1", quiz.deadline_key, None),
            ("Exercises", exercise.title, exercise.deadline_key, 100),
        ]
        assert GradeColumn.objects.filter(released_at=None).count() == 0

    def test_a_column_of_ones_own_is_not_shown_to_students_at_first(self, teacher, column):
        address = reverse("new_grade_column", args=["dl"])
        fields = {"item": "", "title": "Oral", "category": column.category_id, "points": "20", "keep": "on"}
        teacher.post(address, fields)
        made = GradeColumn.objects.get(title="Oral")
        assert (made.points, made.keep, made.released_at, made.item) == (20, True, None, "")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"title": ""},
            {"points": ""},
            {"points": "-1"},
            {"points": "nan"},
            {"category": "0"},
            {"item": "quiz:999"},
        ],
    )
    def test_a_column_that_makes_no_sense_is_refused(self, teacher, column, wrong):
        fields = {"item": "", "title": "Oral", "category": column.category_id, "points": "20"} | wrong
        assert teacher.post(reverse("new_grade_column", args=["dl"]), fields).status_code == 422
        assert GradeColumn.objects.count() == 1

    def test_a_category_of_another_course_is_no_choice(self, teacher, column):
        fields = {"item": "", "title": "Oral", "category": CategoryFactory().pk, "points": "20"}
        assert teacher.post(reverse("new_grade_column", args=["dl"]), fields).status_code == 422

    def test_a_quiz_is_added_with_its_own_title_and_points(self, teacher, course, column):
        quiz = make_quiz(course, title="Week 1")
        fields = {"item": quiz.deadline_key, "title": "", "category": column.category_id, "points": ""}
        teacher.post(reverse("new_grade_column", args=["dl"]), fields)
        made = GradeColumn.objects.get(item=quiz.deadline_key)
        assert (made.title, made.points, made.released_at is None) == ("Week 1", None, False)
        text = page(teacher, "new_grade_column")
        assert f'value="{quiz.deadline_key}"' not in text

    def test_a_column_is_changed(self, teacher, column):
        other = CategoryFactory(course=column.course)
        address = reverse("grade_column", args=["dl", column.pk])
        teacher.post(address, {"title": "New", "category": other.pk, "points": "5.5"})
        column.refresh_from_db()
        assert (column.title, column.category, column.points, column.keep) == ("New", other, 5.5, False)

    def test_categories_are_made_changed_and_deleted(self, teacher, course):
        fields = {"title": " Oral   exam ", "weight": "40.5", "drop_lowest": "1"}
        teacher.post(reverse("new_grade_category", args=["dl"]), fields)
        made = GradeCategory.objects.get()
        assert (made.title, float(made.weight), made.drop_lowest) == ("Oral exam", 40.5, 1)
        again = teacher.post(reverse("new_grade_category", args=["dl"]), fields)
        assert again.status_code == 422
        teacher.post(reverse("grade_category", args=["dl", made.pk]), fields | {"weight": ""})
        made.refresh_from_db()
        assert made.weight is None
        teacher.post(reverse("delete_grade_category", args=["dl", made.pk]))
        assert GradeCategory.objects.count() == 0

    def test_deleting_a_column_asks_and_says_what_is_lost(self, teacher, column, ada):
        give(column, ada, 5)
        address = reverse("delete_grade_column", args=["dl", column.pk])
        assert "The 1 mark in it and its history are lost." in teacher.get(address).content.decode()
        assert GradeColumn.objects.count() == 1
        teacher.post(address)
        assert GradeColumn.objects.count() == GradeMark.objects.count() == 0

    def test_columns_change_places_by_buttons(self, teacher, column):
        second = ColumnFactory(category=column.category, position=column.position + 1)
        address = reverse("move_in_gradebook", args=["dl", "columns", second.pk])
        teacher.post(address, {"to": "up"})
        assert list(GradeColumn.objects.all()) == [second, column]

    def test_what_it_takes_to_pass_is_set_and_taken_away(self, teacher, course):
        address = reverse("gradebook_setup", args=["dl"])
        teacher.post(address, {"kind": "points", "least": "40"})
        rule = PassingRule.objects.get()
        assert (rule.kind, float(rule.least)) == ("points", 40)
        for wrong in ({"kind": "percent"}, {"kind": "percent", "least": "0"}, {"kind": "x", "least": "5"}):
            assert teacher.post(address, wrong).status_code == 422
        teacher.post(address, {"kind": "none", "least": "40"})
        assert PassingRule.objects.count() == 0
        assert [entry.action for entry in AuditEntry.objects.all()] == ["grades.rule"] * 2

    def test_surprises_are_told(self, teacher, course, column):
        gone = tied(make_quiz(course), column.category, title="Gone")
        gone.item = "quiz:999999"
        gone.save(update_fields=["item"])
        GradeCategory.objects.filter(pk=column.category_id).update(weight=60, drop_lowest=2)
        CategoryFactory(course=course, title="Bonus")
        CategoryFactory(course=course, weight=20)
        ColumnFactory(category=column.category, points=0, title="Extra", keep=True)
        PassingRule.objects.create(course=course, kind="points", least=50)
        text = page(teacher, "gradebook_setup")
        for said in (
            "The weights add up to 80, not to 100: each counts as its share of that.",
            "Without a weight beside weighted categories these count nothing: Bonus.",
            "“Project” drops 2 results, but has no more than that to drop: one always counts.",
            "“Gone” has no quiz or challenge any more",
            "“Extra” has 0 points: whatever is earned in it comes on top.",
            "It takes 50 points to pass, but all columns together have 10.",
            "(counts 75 %)",
        ):
            assert said in text

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_page_takes_as_many_queries_for_many_as_for_one(
        self, teacher, course, rows, django_assert_num_queries
    ):
        for _ in range(rows):
            category = CategoryFactory(course=course)
            tied(make_quiz(course), category)
            tied(ChallengeFactory(course=course), category)
            make_quiz(course)
        page(teacher, "gradebook_setup")
        with django_assert_num_queries(9):
            page(teacher, "gradebook_setup")


class TestOwnGrades:
    @pytest.fixture
    def own(self, client, ada):
        client.force_login(ada)
        return client

    def context(self, client, **query):
        return client.get(reverse("grades", args=["dl"]), query).context

    def lines(self, client):
        report = self.context(client)["report"]
        return [(line.cell.points, line.hidden, line.dropped) for part in report.parts for line in part.lines]

    def test_only_released_columns_are_seen_and_counted(self, own, column, ada):
        secret = ColumnFactory(category=column.category, released_at=None, title="Secret", position=5000)
        give(column, ada, 5.5)
        give(secret, ada, 9.125, reason="nobody must read this")
        eve = student_of(column.course, user__name="Eve")
        give(column, eve, 1.375)
        text = page(own, "grades")
        assert self.lines(own) == [(5.5, False, False), (None, True, False)]
        assert [part in text for part in ("5.50", "9.13", "nobody must read", "1.38", "Eve")] == [True] + [
            False
        ] * 4
        standing = self.context(own)["report"].standing
        assert (standing.so_far, standing.if_zero) == (55.0, 55.0)

    def test_a_quiz_shows_its_score_when_its_review_does(self, own, course, column, ada):
        quiz = make_quiz(course, now=clock.now())
        tied(quiz, column.category, position=5000, released_at=clock.now())
        attempt = take(quiz, "0", user=ada)
        assert self.lines(own) == [(None, False, False), (None, True, False)]
        assert self.context(own)["report"].standing.so_far is None
        quiz.closes_at = quiz.review_released_at = attempt.finished_at
        quiz.save(update_fields=["closes_at", "review_released_at"])
        assert self.lines(own) == [(None, False, False), (2, False, False)]

    def test_a_quiz_that_is_not_announced_is_not_named(self, own, course, column):
        quiz = make_quiz(course, title="A surprise", published_at=clock.now() + DAY)
        tied(quiz, column.category, position=5000, released_at=clock.now())
        text = page(own, "grades")
        assert ["Not announced yet" in text, "A surprise" in text, quiz.get_absolute_url() in text] == [
            True,
            False,
            False,
        ]
        assert self.lines(own) == [(None, False, False), (None, True, False)]

    def test_a_mark_instead_of_a_score_is_shown_with_its_reason(self, own, course, ada):
        quiz = make_quiz(course, now=clock.now())
        column = tied(quiz, released_at=clock.now() - DAY)
        take(quiz, "0", user=ada)
        give(column, ada, 3.5, reason="The projector failed.", computed=2, now=clock.now())
        assert self.lines(own) == [(3.5, False, False)]
        assert "The projector failed." in page(own, "grades")

    def test_a_mark_does_not_tell_the_score_of_a_quiz_before_its_review(self, own, course, ada):
        quiz = make_quiz(course, now=clock.now())
        column = tied(quiz, released_at=clock.now() - DAY)
        attempt = take(quiz, "0", user=ada)
        give(column, ada, 3.5, reason="The projector failed.", computed=2, now=clock.now())
        assert "instead of 2" not in page(own, "grades")
        quiz.closes_at = quiz.review_released_at = attempt.finished_at
        quiz.save(update_fields=["closes_at", "review_released_at"])
        assert page(own, "grades").count("instead of 2") == 2  # beside the mark, and in the history

    def test_canvas_example_reads_83_8_percent(self, own, course, ada):
        category = CategoryFactory(course=course, drop_lowest=1)
        for possible, earned in ((50, 50), (100, 65), (24, 12)):
            column = ColumnFactory(category=category, points=possible, released_at=clock.now() - DAY)
            give(column, ada, earned)
        assert self.lines(own) == [(50, False, False), (65, False, True), (12, False, False)]
        assert "83.78 %" in page(own, "grades")

    def test_what_is_dropped_and_what_is_needed_is_said(self, own, column, ada):
        GradeCategory.objects.update(drop_lowest=1)
        low = ColumnFactory(category=column.category, position=5000)
        ColumnFactory(category=column.category, position=5001, released_at=clock.now())
        low.released_at = clock.now() - DAY
        low.save(update_fields=["released_at"])
        PassingRule.objects.create(course=column.course, least=60)
        give(column, ada, 4)
        give(low, ada, 2)
        assert self.lines(own) == [(4, False, False), (2, False, True), (None, False, False)]
        assert self.context(own)["report"].needed == 80.0
        assert "<strong>80 %</strong>" in page(own, "grades")

    def test_the_first_page_tells_what_is_reached_and_still_needed(self, own, column, ada):
        def said():
            text = re.sub(r"<[^>]+>", " ", page(own, "grade_progress"))
            return " ".join(text.split())

        assert said() == "Grade Nothing is graded yet"
        ColumnFactory(category=column.category, position=5001, released_at=clock.now())
        give(column, ada, 4)
        assert said() == "Grade 40 % of the points so far"
        rule = PassingRule.objects.create(course=column.course, least=60)
        need = "To pass you still need about {} % of the points in everything that is open."
        assert said() == f"Grade open 20 of the 60 % it takes {need.format(80)}"
        PassingRule.objects.filter(pk=rule.pk).update(kind="points", least=7)
        assert said() == f"Grade open 4 of the 7 points it takes {need.format(30)}"
        give(column, ada, 7.5, seen=1)
        ColumnFactory(category=column.category, position=5002, released_at=None)
        assert said() == "Grade passed 7.50 of the 7 points it takes without what is not shown yet"

    def test_what_if_is_worked_out_and_not_stored(self, own, column, ada):
        PassingRule.objects.create(course=column.course, least=60)
        supposing = self.context(own, **{f"if_{column.pk}": "7,5"})["supposing"]
        assert (supposing.standing.so_far, supposing.standing.verdict) == (75.0, "passed")
        assert GradeMark.objects.count() == 0
        fragment = own.get(
            reverse("grades", args=["dl"]), {f"if_{column.pk}": "7.5"}, headers={"HX-Request": "true"}
        ).content.decode()
        assert ("75 %" in fragment, "<html" in fragment) == (True, False)
        assert 'value="7.5"' in page(own, "grades", **{f"if_{column.pk}": "7.5"})

    def test_what_if_says_what_is_no_number(self, own, column):
        assert "“abc” is no mark" in page(own, "grades", **{f"if_{column.pk}": "abc"})

    def test_the_history_begins_with_what_students_could_see(self, own, column, ada):
        give(column, ada, 1, reason="a try", now=column.released_at - DAY)
        give(column, ada, 5, reason="another", seen=1, now=column.released_at - DAY)
        assert ["another" in (text := page(own, "grades")), "a try" in text] == [True, False]
        give(column, ada, 6, reason="Found a page more.", seen=2, now=clock.now())
        assert ["Found a page more." in (text := page(own, "grades")), "another" in text] == [True, False]

    def test_staff_looking_as_a_student_see_the_page(self, teacher, column):
        teacher.post(reverse("student_view", args=["dl"]))
        assert column.title in page(teacher, "grades")

    def test_nothing_yet(self, own, course):
        assert "Nothing is graded yet" in page(own, "grades")

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_page_takes_as_many_queries_for_many_as_for_one(
        self, own, course, ada, rows, django_assert_num_queries
    ):
        now = clock.now()
        for _ in range(rows):
            category = CategoryFactory(course=course)
            quiz = make_quiz(course, now=now)
            tied(quiz, category, released_at=now)
            take(quiz, "0", user=ada)
            give(ColumnFactory(category=category, released_at=now - DAY), ada, 5, reason="x")
            tied(ChallengeFactory(course=course), category)
        page(own, "grades")
        with django_assert_num_queries(21):
            page(own, "grades")
