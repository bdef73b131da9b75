import os
import random
import subprocess
import sys

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from classroom.models import AuditEntry, Notice, Outbox
from projects import services, similarity
from tests.factories import NOW, student_of
from tests.projects.factories import NOT_AVERAGED, RIGHT, ChallengeFactory

OTHER = """
import numpy as np

def forward_propagation(X, parameters):
    cache = {}
    for layer, nonlinearity in ((1, np.tanh), (2, lambda z: 1 / (1 + np.exp(-z)))):
        before = cache["A1"] if layer == 2 else X
        cache[f"Z{layer}"] = np.einsum("ij,jk->ik", parameters[f"W{layer}"], before) + parameters[f"b{layer}"]
        cache[f"A{layer}"] = nonlinearity(cache[f"Z{layer}"])
    return cache["A2"], cache
"""


def renamed(source):
    for before, after in (("losses", "verluste"), ("dZ1", "delta_eins"), ("m = ", "anzahl = ")):
        source = source.replace(before, after)
    return source.replace("\n\n\n", "\n\n# ein Kommentar\n\n")


def test_renaming_and_commenting_hides_nothing():
    (pair,) = similarity.most_similar({1: RIGHT, 2: renamed(RIGHT), 3: OTHER})
    assert (pair.first, pair.second) == (1, 2)
    assert pair.share > 0.9


def test_different_work_does_not_stand_out():
    assert similarity.most_similar({1: RIGHT, 2: OTHER}) == []


def work_of_ones_own(rng):
    """Sixty lines that nobody else writes."""
    return "\n".join(
        f"x = {' '.join(rng.choices(['+ a', '- b', '* 2', '/ c', '% 3'], k=8))}" for _ in range(60)
    )


def test_what_everybody_has_weighs_little():
    starter = RIGHT.split("def backward")[0]
    own = {n: starter + work_of_ones_own(random.Random(n)) for n in range(6)}
    alone = similarity.compare({0: own[0], 1: own[1]}, 0, 1).share
    among_others = similarity.compare(own, 0, 1).share
    assert among_others < 0.7 * alone


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_share_is_between_nothing_and_all_and_the_same_both_ways(one, other):
    sources = {1: one, 2: other}
    there, back = similarity.compare(sources, 1, 2), similarity.compare(sources, 2, 1)
    assert 0 <= there.share <= 1 + 1e-9
    assert there.share == pytest.approx(back.share)


def test_lines_marked_are_lines_there_are():
    pair = similarity.compare({1: RIGHT, 2: NOT_AVERAGED}, 1, 2)
    assert pair.first_lines <= set(range(1, len(RIGHT.splitlines()) + 1))
    assert len(pair.second_lines) > 20


def test_a_notebook_that_is_none_has_no_source():
    for content in (
        b"{",
        b"[]",
        b'{"cells": 3}',
        b'{"cells": [3]}',
        b'{"cells": [{"cell_type": "code", "source": 4}]}',
    ):
        assert similarity.plain_source(content, "a.ipynb") == ""


def test_a_class_of_two_hundred_is_compared_in_seconds():
    rng = random.Random(1)
    lines = RIGHT.splitlines()
    sources = {n: "\n".join(rng.sample(lines, len(lines))) for n in range(200)}
    assert len(similarity.most_similar(sources, limit=30)) <= 30


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def challenge(self, course, grade_all):
        challenge = ChallengeFactory(course=course)
        for number, text in enumerate((NOT_AVERAGED, NOT_AVERAGED.replace("losses", "verluste"), OTHER)):
            user = student_of(course, user__name=f"Student {number}")
            services.hand_in(challenge=challenge, user=user, filename="a.py", source=text.encode(), now=NOW)
        grade_all()
        return challenge

    def test_staff_see_pairs_and_compare_them(self, challenge, as_user, instructor):
        client = as_user(instructor)
        html = client.get(
            reverse("projects:similar", args=[challenge.course.slug, challenge.pk])
        ).content.decode()
        assert "Student 0 – Student 1" in html
        first, second, _ = challenge.submissions.order_by("pk")
        page = reverse(
            "projects:side_by_side", args=[challenge.course.slug, challenge.pk, first.pk, second.pk]
        )
        assert "<mark>" in client.get(page).content.decode()

    def test_students_do_not(self, challenge, as_user):
        client = as_user(student_of(challenge.course))
        assert (
            client.get(reverse("projects:similar", args=[challenge.course.slug, challenge.pk])).status_code
            == 403
        )

    def test_those_who_make_a_mistake_get_a_letter_each(self, challenge, as_user, instructor):
        results = as_user(instructor).get(
            reverse("projects:results", args=[challenge.course.slug, challenge.pk])
        )
        link = next(p for p in results.content.decode().split('"') if "/letter/?" in p).replace("&amp;", "&")
        client = as_user(instructor)
        form = client.get(link).context["form"]
        assert "db1" in form["body"].value()
        letter = {"subject": "About db1", "body": "Average over the batch.", "sent": form["sent"].value()}
        assert client.post(link, letter | {"body": ""}).status_code == 422
        for _ in range(2):  # a double click
            assert client.post(link, letter).status_code == 302
        told = Notice.objects.values_list("title", "body", "page")
        assert list(told) == [("About db1", "Average over the batch.", challenge.get_absolute_url())] * 2
        assert Outbox.objects.filter(subject="About db1").count() == 2
        assert AuditEntry.objects.filter(action="letter.sent", detail__people=2).count() == 1
        assert as_user(student_of(challenge.course)).post(link, letter).status_code == 403


def test_fingerprints_are_the_same_in_every_process():
    code = f"from projects.similarity import fingerprints; print(sorted(fingerprints({RIGHT!r})))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
