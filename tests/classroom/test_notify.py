import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.db import transaction

from classroom import notify
from classroom.models import Outbox
from tests.factories import NOW, CourseFactory

pytestmark = pytest.mark.django_db


class Chat(HTTPServer):
    """A chat server on loopback that remembers what was posted and answers with `status`."""

    status = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ChatHandler)
        self.posts = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hooks/secret-key"


class ChatHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/hooks/elsewhere")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_args):
        pass


@pytest.fixture
def chat():
    with Chat() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def course(chat):
    return CourseFactory(mattermost_webhook=chat.url)


def write_email(key="welcome:1", now=NOW):
    notify.email(key=key, to="ada@example.org", subject="Welcome", body="Hello Ada", now=now)
    return Outbox.objects.get(key=key)


def test_an_email_leaves_once():
    message = write_email()
    assert notify.deliver(pk=message.pk, now=NOW)
    assert not notify.deliver(pk=message.pk, now=NOW + timedelta(hours=1))
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [(["ada@example.org"], "Welcome", "Hello Ada")]


def test_a_title_of_two_lines_makes_a_subject_of_one():
    letter = notify.Letter("news:1", "ada@example.org", "Pizza\r\nBcc: all@example.org", "Now")
    notify.emails(letters=[letter], now=NOW)
    notify.email(key="news:2", to=letter.to, subject=letter.subject, body=letter.body, now=NOW)
    assert [notify.deliver(pk=pk, now=NOW) for pk in notify.waiting(now=NOW)] == [True, True]
    assert [message.subject for message in mail.outbox] == ["Pizza Bcc: all@example.org"] * 2


def test_what_no_letter_can_be_made_of_is_tried_later_and_holds_nothing_up():
    Outbox.objects.filter(pk=write_email().pk).update(subject="two\nlines")
    message = Outbox.objects.get()
    assert not notify.deliver(pk=message.pk, now=NOW)
    message.refresh_from_db()
    assert (message.attempts, message.not_before) == (1, NOW + notify.RETRY_AFTER[0])


def test_the_same_event_writes_one_message():
    write_email()
    write_email()
    assert Outbox.objects.count() == 1


def test_an_event_that_is_rolled_back_leaves_no_message():
    with transaction.atomic():
        write_email()
        transaction.set_rollback(True)
    assert Outbox.objects.count() == 0


def test_a_post_reaches_the_courses_channel(chat, course):
    assert notify.mattermost(key="quiz:1:open", course=course, text="Quiz is open", now=NOW)
    assert notify.deliver(pk=Outbox.objects.get().pk, now=NOW)
    assert chat.posts == [("/hooks/secret-key", {"text": "Quiz is open"})]


def test_a_course_without_webhook_writes_nothing():
    assert not notify.mattermost(key="quiz:1:open", course=CourseFactory(), text="Quiz", now=NOW)
    assert Outbox.objects.count() == 0


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_refused_post_is_tried_again_later_and_given_up_in_the_end(chat, course, status):
    chat.status = status
    notify.mattermost(key="quiz:1:open", course=course, text="Quiz", now=NOW)
    pk, now = Outbox.objects.get().pk, NOW
    for attempt, wait in enumerate(notify.RETRY_AFTER, start=1):
        assert not notify.deliver(pk=pk, now=now)
        message = Outbox.objects.get()
        assert (message.attempts, message.not_before, message.given_up_at) == (attempt, now + wait, None)
        assert notify.waiting(now=now + wait - timedelta(seconds=1)) == []
        now += wait
    assert not notify.deliver(pk=pk, now=now)
    message = Outbox.objects.get()
    assert message.given_up_at == now
    assert len(chat.posts) == len(notify.RETRY_AFTER) + 1
    assert {path for path, _ in chat.posts} == {"/hooks/secret-key"}  # a redirect is not followed


def test_the_webhooks_secret_stays_out_of_the_log(chat, course):
    chat.status = 500
    notify.mattermost(key="quiz:1:open", course=course, text="Quiz", now=NOW)
    notify.deliver(pk=Outbox.objects.get().pk, now=NOW)
    row = Outbox.objects.values().get()
    assert "secret-key" not in repr(row)
    assert row["last_error"] != ""


def test_a_message_whose_worker_died_is_sent_by_the_next():
    message = write_email()
    Outbox.objects.update(run=1, leased_until=NOW + notify.LEASE)
    assert not notify.deliver(pk=message.pk, now=NOW)
    assert notify.waiting(now=NOW) == []
    assert notify.waiting(now=NOW + notify.LEASE) == [message.pk]
    assert notify.deliver(pk=message.pk, now=NOW + notify.LEASE)
