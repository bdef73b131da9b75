"""What tests of every package may ask for: the running site, browsers, and their own Redis."""

import os

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

from classroom import clock
from tests.browser import FLAGS, Watch, executable
from tests.site import PROCESSES, Site, on_the_server

expect.set_options(timeout=15_000)  # the longest wait, on a slow machine with everything going on at once

# What a drawn case takes says nothing on a machine that does other things, too.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")

RUNNING_SITE = pytest.StashKey[Site]()


def pytest_collection_modifyitems(items):
    """Let tests of the running site go first, so that each of pytest's processes starts its site once."""
    for item in items:
        if "site" in item.fixturenames:
            item.add_marker(pytest.mark.site)
        elif item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames):
            item.add_marker(pytest.mark.database)
    items.sort(key=lambda item: "site" not in item.fixturenames)


def pytest_runtest_setup(item):
    """Stop the running site before a test without it: its workers would take what that test queues."""
    site = item.config.stash.get(RUNNING_SITE, None)
    if site is not None and "site" not in item.fixturenames:
        site.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Show what the site's processes wrote when a test of the running site fails."""
    report = yield
    if report.failed and isinstance(site := item.funcargs.get("site"), Site):
        for name in PROCESSES:
            report.sections.append((f"last words of {name}", site.log(name)[-3000:]))
    return report


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Note all migrations as applied, and commit what SQLite's log holds before others open the file.

    The tables are made from the models, in 3 s instead of 20; `test_migrations` holds that they are the same.
    """
    settings.MIGRATION_MODULES = {}
    with django_db_blocker.unblock():
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for name in MigrationLoader(None).disk_migrations:
            recorder.record_applied(*name)
        connection.close()


@pytest.fixture
def django_assert_num_queries(django_assert_num_queries):
    """Count queries, but not the one that reads PostgreSQL's clock every ten seconds."""

    def counted(*args, **kwargs):
        vars(clock._reading).clear()
        clock.now()
        return django_assert_num_queries(*args, **kwargs)

    return counted


def _database_url() -> str:
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{connection.settings_dict['NAME']}"
    return on_the_server(str(connection.settings_dict["NAME"]))


@pytest.fixture(scope="session")
def _running_site(django_db_setup, pytestconfig):
    site = pytestconfig.stash[RUNNING_SITE] = Site(_database_url())
    site.manage("collectstatic", "--noinput", "--verbosity=0")
    yield site
    site.stop()


@pytest.fixture
def site(_running_site, transactional_db):
    """The whole site on the test's database: what a test creates, its processes see.

    A process that is not there, because an earlier test killed it, is started again.
    """
    if missing := [name for name in PROCESSES if name not in _running_site.running]:
        _running_site.start(*missing)
    yield _running_site
    cache.clear()  # its table belongs to no model, so the flush after the test leaves it as it is


@pytest.fixture(scope="session")
def browser():
    """Chromium; where none can be had the tests are skipped, in CI they fail."""
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        except PlaywrightError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(
                f"no browser: install chromium, or set CHROMIUM to its path ({error.message.splitlines()[0]})"
            )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, site):
    """Return a function that opens a page of the site, signed in as `user`, in a browser of its own.

    `page.watch` collects console errors, policy violations and requests to other hosts; any of them fails
    the test at its end.
    """
    opened = []

    def open_page(user=None, **options):
        context = browser.new_context(base_url=site.url, **({"locale": "en-GB"} | options))
        context.set_default_timeout(10_000)
        watch = Watch(site.url)
        watch.follow(context)
        if user is not None:
            context.add_cookies([site.session_cookie(user)])
        page = context.new_page()
        page.watch = watch
        opened.append((context, watch))
        return page

    yield open_page
    problems = [problem for _, watch in opened for problem in watch.problems]
    for context, _ in opened:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_page):
    """One page of the running site, signed out."""
    return open_page()
