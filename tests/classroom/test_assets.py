import re

from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import RequestFactory

from classroom import assets


def test_import_map_names_every_module_the_modules_import():
    missing = set()
    for source in assets.MODULES.values():
        code = (assets.settings.NODE_MODULES / source).read_text()
        imported = re.findall(r"^(?:import|export)\s[^'\";]*?from\s*['\"]([^'\"]+)['\"]", code, re.MULTILINE)
        missing |= {name for name in imported if name not in assets.MODULES}
    assert missing == set()


def test_every_library_file_is_installed_and_found():
    assert [name for name in assets.served_files() if not finders.find(name)] == []


def test_library_that_npm_did_not_fetch_is_left_out(settings, tmp_path):
    settings.NODE_MODULES = tmp_path
    finder = assets.LibraryFinder()
    assert list(finder.list([])) == []
    assert finder.find("vendor/htmx.js") == []


def test_finder_serves_nothing_else_of_node_modules():
    assert finders.find("htmx.org/package.json") is None
    assert finders.find("vendor/../axe-core/package.json") is None


def test_import_map_tag_carries_the_nonce_of_the_policy():
    request = RequestFactory().get("/")
    request.csp_nonce = "abc"
    html = Template("{% load assets %}{% importmap %}").render(Context({"request": request}))
    assert html.startswith(
        '<script type="importmap" nonce="abc">{"imports": {"@codemirror/autocomplete": "/static/'
    )
