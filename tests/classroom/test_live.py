import json
import threading
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import OperationalError

from classroom import live
from classroom.live import LiveNews, News

# It tidies up the connections of its threads.
pytestmark = pytest.mark.django_db

TOKEN = "a" * 22


@pytest.fixture
def ticks(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    return now


class Source:
    """A room whose news are what a test says."""

    def __init__(self, news=None):
        self.news, self.reads = news, []

    def __call__(self, token):
        self.reads.append(token)
        if isinstance(self.news, Exception):
            raise self.news
        return self.news


def elsewhere(environ, start_response):
    start_response("200 OK", [("X-By", "Django")])
    return [b"a page"]


def ask(app, path=f"/live/{TOKEN}.json", etag=None, method="GET"):
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method}
    setup_testing_defaults(environ)
    if etag:
        environ["HTTP_IF_NONE_MATCH"] = etag
    seen = []
    body = b"".join(app(environ, lambda status, headers: seen.append((status, dict(headers)))))
    (status, headers), *_ = seen
    return int(status.split()[0]), headers, json.loads(body) if body and body != b"a page" else body


def test_news_are_read_once_for_everybody_who_asks_within_a_moment(ticks):
    app = LiveNews(elsewhere, source := Source(News({"arrived": 3})))
    answers = [ask(app)[2] for _ in range(5)]
    assert answers == [{"arrived": 3, "seconds": None}] * 5
    assert source.reads == [TOKEN]
    ticks[0] += live.READ_SECONDS
    ask(app)
    assert source.reads == [TOKEN, TOKEN]


def test_who_has_the_news_gets_nothing_until_they_change(ticks):
    app = LiveNews(elsewhere, source := Source(News({"arrived": 3})))
    _, headers, _ = ask(app)
    status, again, body = ask(app, etag=headers["ETag"])
    assert (status, again["ETag"], body, "Content-Length" in again) == (304, headers["ETag"], b"", False)
    source.news = News({"arrived": 4})
    ticks[0] += live.READ_SECONDS
    assert ask(app, etag=headers["ETag"])[0] == 200


def test_seconds_run_on_and_change_the_tag_only_with_their_end(ticks):
    app = LiveNews(elsewhere, source := Source(News({}, 10.0, "noon")))
    _, headers, body = ask(app)
    assert body == {"seconds": 10.0}
    ticks[0] += 0.25
    assert ask(app)[2] == {"seconds": 9.75}
    ticks[0] += 0.75
    source.news = News({}, 9.0, "noon")
    assert ask(app, etag=headers["ETag"])[0] == 304
    ticks[0] += 1
    source.news = News({}, 68.0, "a minute past noon")
    assert ask(app, etag=headers["ETag"])[2] == {"seconds": 68.0}


def test_an_unknown_room_is_looked_up_once_in_a_while(ticks):
    app = LiveNews(elsewhere, source := Source())
    assert [ask(app)[0] for _ in range(5)] == [404] * 5
    assert source.reads == [TOKEN]
    source.news = News({})
    ticks[0] += live.UNKNOWN_SECONDS
    assert ask(app)[0] == 200


def test_guessing_costs_no_memory_and_drops_no_room_that_is_asked_for(ticks, monkeypatch):
    monkeypatch.setattr(live, "MOST_UNKNOWN", 10)
    monkeypatch.setattr(live, "MOST_ROOMS", 5)
    news = {TOKEN: News({"arrived": 1})}
    app = LiveNews(elsewhere, lambda token: news.get(token))
    ask(app)
    for number in range(500):
        ask(app, path=f"/live/{number:022}.json")
    assert (len(app._unknown), list(app._rooms)) == (10, [TOKEN])
    for number in range(50):
        news[f"{number:022}"] = News({})
        ask(app, path=f"/live/{number:022}.json")
    assert len(app._rooms) <= 5


@pytest.mark.parametrize(
    "path", ["/live/x.json", "/live/", f"/live/{TOKEN}", f"/live/{TOKEN}.json/", "/live/../x"]
)
def test_what_no_token_looks_like_is_never_looked_up(path):
    app = LiveNews(elsewhere, source := Source(News({})))
    assert (ask(app, path=path)[0], source.reads) == (404, [])


def test_everything_else_is_the_sites():
    app = LiveNews(elsewhere, Source())
    assert ask(app, path="/c/dl/")[2] == b"a page"
    assert ask(app, method="POST")[0] == 405


def test_a_database_that_is_away_leaves_the_last_news(ticks):
    app = LiveNews(elsewhere, source := Source(OperationalError("gone")))
    assert ask(app)[0] == 503
    source.news = News({"arrived": 1})
    assert ask(app)[2] == {"arrived": 1, "seconds": None}
    source.news = OperationalError("gone")
    ticks[0] += 10
    assert [ask(app)[2] for _ in range(3)] == [{"arrived": 1, "seconds": None}] * 3
    assert len(source.reads) == 3


def test_a_reading_that_takes_long_keeps_nobody_waiting():
    began, release = threading.Event(), threading.Event()

    def slowly(_token):
        if began.is_set():
            return News({"arrived": 2})
        began.set()
        release.wait(5)
        return News({"arrived": 2})

    app = LiveNews(elsewhere, lambda _token: News({"arrived": 1}))
    ask(app)
    app.read = slowly
    app._rooms[TOKEN].stale_at = 0
    reader = threading.Thread(target=ask, args=[app])
    reader.start()
    assert began.wait(5)
    assert ask(app)[2] == {"arrived": 1, "seconds": None}
    release.set()
    reader.join()
    assert ask(app)[2] == {"arrived": 2, "seconds": None}
