import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings

FAIL = """
import django
django.setup()
from django.test import RequestFactory
from classroom import urls
from classroom.wsgi import application
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

@csrf_exempt
@login_not_required
def broken(request, code):
    mine = request.POST["answer"]
    raise ValueError('Key (email)=(ada@example.org) exists, for "bob@example.org".\\nDETAIL: the row')

urls.urlpatterns.insert(0, path("join/<str:code>/", broken))
browser = RequestFactory(headers={"user-agent": "SECRET4"})
asked = browser.post("/join/SECRET1/?next=SECRET2", {"answer": "SECRET3"})
application(asked.environ, lambda status, headers: None)
import sentry_sdk
sentry_sdk.flush(5)
"""


@pytest.fixture
def collector():
    """A Sentry of ours: the events that came in."""
    events = []

    class Collect(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            events.append(body.decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.events = events
    yield server
    server.shutdown()
    server.server_close()


def test_an_error_is_reported_without_anything_of_a_person(collector, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FAIL],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "VAR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "classroom.settings",
            "ALLOWED_HOSTS": "testserver",
            "SENTRY_DSN": f"http://key@127.0.0.1:{collector.server_port}/1",
            "PYTHONWARNINGS": "ignore",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    everything = "\n".join(collector.events)
    leaked = [word for word in ("SECRET", "ada@", "bob@", "the row") if word in everything]
    assert leaked == []
    [event] = [json.loads(line) for line in everything.splitlines() if '"exception"' in line]
    [error] = event["exception"]["values"]
    assert error["value"] == 'Key (email)=((e-mail)) exists, for "(e-mail)".'
    assert (event["transaction"], event["request"]) == ("/join/{code}/", {"method": "POST"})
    assert len(event["tags"]["request_id"]) == 32
