"""Choosing content on the platform (deep linking)."""

import json
import re
from datetime import timedelta

import jwt
import pytest
from jwcrypto.jwk import JWKSet

from classroom import clock
from classroom.lti.models import Context, DeepLinking, Platform
from classroom.models import Role
from tests.classroom.lti.conftest import Browser, connected
from tests.classroom.lti.platform import ASSISTANT, CLAIM, DEPLOYMENT, INSTRUCTOR, LEARNER
from tests.factories import (
    CourseFactory,
    EnrolmentFactory,
    UserFactory,
    WeekFactory,
    instructor_of,
    student_of,
)
from tests.projects.factories import ChallengeFactory
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def asking(fake, **more):
    """The claims of a deep linking request."""
    settings = {
        "deep_link_return_url": f"{fake.url}/back?course=3",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["window", "iframe"],
        "accept_multiple": True,
        "data": "to be sent back",
    }
    return {
        f"{CLAIM}message_type": "LtiDeepLinkingRequest",
        f"{CLAIM}roles": [INSTRUCTOR],
        f"{CLAIM}resource_link": None,
        f"{DL}deep_linking_settings": settings | more,
    }


def dialogue(browser, fake, **more):
    """Open the dialogue in the platform's frame."""
    frame = {"Sec-Fetch-Dest": "iframe"}
    asked = browser.begin(fake, target_link_uri="http://127.0.0.1:8000/lti/content/")
    body = fake.claims(asked["nonce"], **(asking(fake) | more))
    fields = {"state": asked["state"], "id_token": fake.token(body)}
    browser.cookies.clear()  # as a browser does that keeps none for frames
    return browser.post("/lti/launch/", fields, headers=frame)


@pytest.fixture
def instructor(fake, context):
    person = instructor_of(context.course)
    connected(fake, person)
    return person


def sent(client, answer):
    """What the platform gets, checked with the keys that we publish."""
    page = answer.content.decode()
    signed = re.search(r'name="JWT" value="([^"]+)"', page)[1]
    keys = JWKSet.from_json(client.get("/lti/jwks.json").content.decode())
    key = keys.get_key(jwt.get_unverified_header(signed)["kid"]).export_to_pem().decode()
    return jwt.decode(signed, key, algorithms=["RS256"], audience=Platform.objects.get().issuer)


def test_instructor_links_a_quiz_an_exercise_and_a_week(client, browser, fake, context, instructor):
    course = context.course
    quiz, exercise = make_quiz(course, title="Quiz <7>"), ChallengeFactory(course=course, title="A layer")
    week, foreign = WeekFactory(course=course, number=7, title="CNNs"), make_quiz(title="Not ours")
    page = dialogue(browser, fake).content.decode()
    assert ("Quiz &lt;7&gt;" in page, "A layer" in page, "7. CNNs" in page, foreign.title in page) == (
        True,
        True,
        True,
        False,
    )
    assert browser.person is None
    url = re.search(r'action="(/lti/content/[^"]+/)"', page)[1]
    works = [
        f"quiz:{quiz.pk}",
        f"challenge:{exercise.pk}",
        f"week:{week.pk}",
        f"quiz:{foreign.pk}",
        "rubbish",
    ]
    answer = browser.post(url, {"work": works})
    message = sent(client, answer)
    assert (message["iss"], message["aud"]) == ("client-1", [fake.url])
    assert message[f"{CLAIM}deployment_id"] == DEPLOYMENT
    assert message[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
    assert message[f"{DL}data"] == "to be sent back"
    launch, window = "http://127.0.0.1:8000/lti/launch/", {"targetName": "_blank"}
    assert sorted(message[f"{DL}content_items"], key=lambda item: item["title"]) == [
        {
            "type": "ltiResourceLink",
            "title": "7. CNNs",
            "url": launch,
            "custom": {"work": works[2]},
            "window": window,
        },
        {
            "type": "ltiResourceLink",
            "title": "A layer",
            "url": launch,
            "custom": {"work": works[1]},
            "window": window,
            "lineItem": {"scoreMaximum": 100, "label": "A layer", "resourceId": works[1]},
        },
        {
            "type": "ltiResourceLink",
            "title": "Quiz <7>",
            "url": launch,
            "custom": {"work": works[0]},
            "window": window,
            "lineItem": {"scoreMaximum": 100, "label": "Quiz <7>", "resourceId": works[0]},
        },
    ]
    assert f'action="{fake.url}/back?course=3"' in answer.content.decode()


def test_dialogue_is_framed_by_its_platform_only_and_posts_to_it_only(browser, fake, instructor):
    page = dialogue(browser, fake)
    assert f"frame-ancestors {fake.url};" in page["Content-Security-Policy"] + ";"
    assert "form-action 'self';" in page["Content-Security-Policy"] + ";"
    url = DeepLinking.objects.get().token
    quiz = make_quiz(Context.objects.get().course)
    answer = browser.post(f"/lti/content/{url}/", {"work": f"quiz:{quiz.pk}"})
    policy = answer["Content-Security-Policy"] + ";"
    assert (f"frame-ancestors {fake.url};" in policy, f"form-action 'self' {fake.url};" in policy) == (
        True,
        True,
    )


def test_choice_is_answered_once_and_within_an_hour(browser, fake, context, instructor):
    quiz = make_quiz(context.course)
    dialogue(browser, fake)
    url = f"/lti/content/{DeepLinking.objects.get().token}/"
    assert browser.post(url, {}).status_code == 422
    assert browser.post(url, {"work": f"quiz:{quiz.pk}"}).status_code == 200
    assert browser.post(url, {"work": f"quiz:{quiz.pk}"}).status_code == 404
    DeepLinking.objects.update(used_at=None, created_at=clock.now() - timedelta(hours=1))
    assert browser.post(url, {"work": f"quiz:{quiz.pk}"}).status_code == 404
    assert browser.post("/lti/content/made-up/", {"work": f"quiz:{quiz.pk}"}).status_code == 404


@pytest.mark.parametrize("word", [True, "true"])
def test_platform_that_takes_one_gets_one(browser, fake, context, instructor, word):
    first, second = make_quiz(context.course), make_quiz(context.course)
    works = [f"quiz:{first.pk}", f"quiz:{second.pk}"]
    page = dialogue(browser, fake, **asking(fake, accept_multiple=False)).content.decode()
    assert ('type="radio"' in page, 'type="checkbox"' in page) == (True, False)
    url = f"/lti/content/{DeepLinking.objects.latest('pk').token}/"
    assert browser.post(url, {"work": works}).status_code == 422
    dialogue(browser, fake, **asking(fake, accept_multiple=word))
    url = f"/lti/content/{DeepLinking.objects.latest('pk').token}/"
    assert browser.post(url, {"work": works}).status_code == 200


def test_practice_and_platforms_without_gradebook_get_no_column(client, browser, fake, context, instructor):
    works = [make_quiz(context.course, practice=True), make_quiz(context.course)]
    for accept, columns in [(True, 1), (False, 0), ("false", 0)]:
        dialogue(browser, fake, **asking(fake, accept_lineitem=accept, data=None))
        url = f"/lti/content/{DeepLinking.objects.latest('pk').token}/"
        message = sent(client, browser.post(url, {"work": [f"quiz:{quiz.pk}" for quiz in works]}))
        assert sum("lineItem" in item for item in message[f"{DL}content_items"]) == columns
        assert f"{DL}data" not in message


@pytest.mark.parametrize(
    ("role", "roles", "status"),
    [
        (Role.INSTRUCTOR, [INSTRUCTOR], 200),
        (Role.ASSISTANT, [ASSISTANT], 200),
        (Role.VIEWER, [INSTRUCTOR], 403),
        (Role.STUDENT, [INSTRUCTOR], 403),
        (Role.STUDENT, [LEARNER], 403),
        (None, [INSTRUCTOR], 403),
    ],
)
def test_only_the_courses_staff_choose(browser, fake, context, role, roles, status):
    user = EnrolmentFactory(course=context.course, role=role).user if role else UserFactory()
    connected(fake, user)
    assert dialogue(browser, fake, **{f"{CLAIM}roles": roles}).status_code == status
    assert DeepLinking.objects.count() == (1 if status == 200 else 0)


def test_unknown_person_and_unconnected_course_are_told_what_to_do(browser, fake, context):
    answer = dialogue(browser, fake)
    assert (answer.status_code, "You are not known here yet." in answer.content.decode()) == (403, True)
    connected(fake, instructor_of(context.course))
    Context.objects.update(course=None)
    answer = dialogue(browser, fake)
    assert answer.status_code == 403
    assert "open it once, and connect the course" in answer.content.decode()


def test_answer_goes_to_the_platforms_own_address_only(browser, fake, instructor):
    for url in ("https://evil.example/back", "javascript:alert(1)", "//evil.example", "", 7):
        assert dialogue(browser, fake, **asking(fake, deep_link_return_url=url)).status_code == 403
    assert DeepLinking.objects.count() == 0


def test_archived_course_and_closed_account_choose_nothing(browser, fake, context, instructor):
    course = context.course
    course.archived_at = clock.now()
    course.save(update_fields=["archived_at"])
    assert dialogue(browser, fake).status_code == 403
    course.archived_at = None
    course.save(update_fields=["archived_at"])
    instructor.is_active = False
    instructor.save(update_fields=["is_active"])
    assert dialogue(browser, fake).status_code == 403


def test_students_see_no_works_by_a_dialogue_of_theirs(browser, fake, context):
    connected(fake, student_of(context.course))
    make_quiz(context.course, title="Secret", published_at=None)
    page = dialogue(browser, fake, **{f"{CLAIM}roles": [LEARNER]}).content.decode()
    assert "Secret" not in page


def test_dialogues_address_by_hand_leads_home():
    assert Browser().get("/lti/content/").url == "/"


def test_works_of_another_course_cannot_be_linked(client, browser, fake, context, instructor):
    foreign = make_quiz(CourseFactory())
    dialogue(browser, fake)
    url = f"/lti/content/{DeepLinking.objects.get().token}/"
    assert browser.post(url, {"work": f"quiz:{foreign.pk}"}).status_code == 422
    json.dumps(DeepLinking.objects.get().asked)


def test_data_that_no_database_takes_is_no_error_of_ours(client, browser, fake, context, instructor):
    quiz = make_quiz(context.course)
    assert dialogue(browser, fake, **asking(fake, data="a\x00b\ud800c")).status_code == 200
    answer = browser.post(f"/lti/content/{DeepLinking.objects.get().token}/", {"work": f"quiz:{quiz.pk}"})
    assert sent(client, answer)[f"{DL}data"] == "abc"
