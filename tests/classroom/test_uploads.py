import http.client
from contextlib import suppress

import psutil
import pytest


@pytest.fixture
def connection(site):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    yield connection
    connection.close()


def web_memory(site):
    """Tell the most memory the web server's processes ever held, in bytes."""
    main = psutil.Process(site.running["web"].pid)
    return max(process.memory_info().rss for process in (main, *main.children(recursive=True)))


@pytest.mark.parametrize(
    ("content_type", "megabytes", "limit"),
    [
        ("multipart/form-data; boundary=x", 200, "20.0"),
        ("application/x-www-form-urlencoded", 3, "2.0"),
    ],
)
def test_upload_that_is_too_large_is_refused_unread(site, connection, content_type, megabytes, limit):
    before = web_memory(site)
    connection.putrequest("POST", "/accounts/login/code/")
    connection.putheader("Content-Type", content_type)
    connection.putheader("Content-Length", str(megabytes * 1024 * 1024))
    connection.endheaders()
    try:
        for _ in range(megabytes):
            connection.send(bytes(1024 * 1024))
    except OSError:
        pass  # the server has answered and hung up
    with connection.getresponse() as answer:
        assert answer.status == 413
        assert f"{limit}\xa0MB" in answer.read().decode()
    assert web_memory(site) - before < 5 * 1024 * 1024


def test_upload_within_the_limit_reaches_the_view(connection):
    with suppress(OSError):  # it may have answered, and hung up, before it has read all
        connection.request(
            "POST", "/accounts/login/code/", bytes(1024 * 1024), {"Content-Type": "text/plain"}
        )
    with connection.getresponse() as answer:
        assert answer.status == 403  # the form's own protection answers
