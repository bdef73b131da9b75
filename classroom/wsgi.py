"""The WSGI entry point for any server: `classroom.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classroom.settings")

_django = get_wsgi_application()

from classroom import helpdesk, version  # noqa: E402 - models can be imported only now
from classroom.live import LiveNews, News  # noqa: E402
from projects.queries.board import news_of as board_news  # noqa: E402
from quizzes.queries import news  # noqa: E402


def read_news(token: str) -> News | None:
    """Return the news that a token stands for: a room's, a help desk's or a leaderboard's."""
    return news.news_of(token) or helpdesk.news_of(token) or board_news(token)


version.running()
application = LiveNews(_django, read_news)
