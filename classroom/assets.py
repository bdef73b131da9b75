"""The browser libraries: which files of `node_modules` are served, and under which names.

Nothing third-party is in the repository: `npm ci` fetches what `package-lock.json` pins. A page whose
library is missing because npm could not be reached still works; it only lacks what the library adds.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage
from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Modules, by the name under which our own and each other's code imports them.
MODULES = {
    "@codemirror/autocomplete": "@codemirror/autocomplete/dist/index.js",
    "@codemirror/commands": "@codemirror/commands/dist/index.js",
    "@codemirror/lang-python": "@codemirror/lang-python/dist/index.js",
    "@codemirror/language": "@codemirror/language/dist/index.js",
    "@codemirror/lint": "@codemirror/lint/dist/index.js",
    "@codemirror/search": "@codemirror/search/dist/index.js",
    "@codemirror/state": "@codemirror/state/dist/index.js",
    "@codemirror/streamparser": "@codemirror/streamparser/dist/index.js",
    "@codemirror/view": "@codemirror/view/dist/index.js",
    "@lezer/common": "@lezer/common/dist/index.js",
    "@lezer/highlight": "@lezer/highlight/dist/index.js",
    "@lezer/lr": "@lezer/lr/dist/index.js",
    "@lezer/python": "@lezer/python/dist/index.js",
    "@marijn/find-cluster-break": "@marijn/find-cluster-break/src/index.js",
    "crelt": "crelt/index.js",
    "style-mod": "style-mod/src/style-mod.js",
    "w3c-keyname": "w3c-keyname/index.js",
}

# Scripts, styles and fonts loaded by a tag or from CSS, by the file name they are served under.
FILES = {
    "d3.js": "d3/dist/d3.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "idiomorph-htmx.js": "idiomorph/dist/idiomorph-ext.min.js",
    "qr/decode.js": "qr/decode.js",
    "qr/index.js": "qr/index.js",
    "plot.js": "@observablehq/plot/dist/plot.umd.min.js",
    "Temml.woff2": "temml/dist/Temml.woff2",
}

PREFIX = "vendor/"


def module_file(name: str) -> str:
    """Name the static file that holds a module: `@codemirror/view` is `vendor/codemirror-view.js`."""
    return f"{PREFIX}{name.removeprefix('@').replace('/', '-')}.js"


def served_files() -> dict[str, str]:
    """Map each static file name to its place inside `node_modules`."""
    files = {PREFIX + name: source for name, source in FILES.items()}
    return files | {module_file(name): source for name, source in MODULES.items()}


@cache
def import_map() -> dict[str, dict[str, str]]:
    """Tell browsers where the modules are: the content of `<script type="importmap">`."""
    return {"imports": {name: static(module_file(name)) for name in MODULES}}


class Library(FileSystemStorage):
    """`node_modules`, seen under the names of `served_files`."""

    def path(self, name: str) -> str:
        """Tell where a file served as `name` lies on disk."""
        return super().path(served_files().get(name, name))


class LibraryFinder(BaseFinder):
    """Finds the browser libraries for `collectstatic` and for a development server."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django passes what it likes
        self.storage = Library(location=settings.NODE_MODULES)

    def check(self, **kwargs: Any) -> list[Any]:  # noqa: ANN401 - as above
        """Complain about nothing: a library that is not there is left out."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: ANN401 - as above
        """Tell where `path` lies on disk; an empty list if it is none of ours or not installed."""
        if path not in served_files() or not self.storage.exists(path):
            return []
        found = self.storage.path(path)
        return [found] if find_all or kwargs.get("all") else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """List what is installed."""
        for path in served_files():
            if self.storage.exists(path) and not matches_patterns(path, list(ignore_patterns or [])):
                yield path, self.storage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise carries no types
    """Compressed files under names that change with their content, so that browsers may keep them for ever.

    A file that is not there keeps its plain name: a missing library costs a feature, not the page.
    """

    manifest_strict = False
    support_js_module_import_aggregation = True

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:  # noqa: ANN401
        """Add the hash of its content to a file's name."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name
