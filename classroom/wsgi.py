"""The WSGI entry point for any server: `classroom.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classroom.settings")

_django = get_wsgi_application()

from classroom import helpdesk  # noqa: E402 - models can be imported only now
from classroom.live import LiveNews  # noqa: E402
from quizzes.queries import news  # noqa: E402

application = LiveNews(_django, lambda token: news.news_of(token) or helpdesk.news_of(token))
