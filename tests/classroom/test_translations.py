"""Every text of the site is there in German, complete, and with the same places to fill."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
APPS = ("classroom", "quizzes", "projects")
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
#: Where a call has its text; with a context that comes first.
FUNCTIONS = dict.fromkeys(("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"), 0)
FUNCTIONS |= dict.fromkeys(("pgettext", "pgettext_lazy"), 1)
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"(?:pgettext\({STRING},\s*|\bn?gettext\()({STRING})", re.DOTALL)


def sources(pattern):
    return [path for app in APPS for path in sorted((ROOT / app).rglob(pattern))]


def said_in_python(path):
    """Yield the texts of a module's gettext calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = FUNCTIONS.get(name)
        text = node.args[place] if place is not None else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text.value


def said_in_template(path):
    """Yield the texts of a template's translate tags."""
    for found in CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        yield ast.literal_eval(found[1])


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


def test_every_text_of_the_source_is_in_the_catalogue(catalogue):
    known = {entry.msgid for entry in catalogue if not entry.obsolete}
    said = [(path, text) for path in sources("*.py") for text in said_in_python(path)]
    said += [(path, text) for path in sources("*.html") for text in said_in_template(path)]
    assert len(said) > 500  # the search itself works
    assert [f"{path.relative_to(ROOT)}: {text!r}" for path, text in said if text and text not in known] == []


def test_every_text_is_translated(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []
    assert [
        entry.msgid for entry in catalogue if entry.msgid_plural and not all(entry.msgstr_plural.values())
    ] == []


def test_translations_fill_the_same_places(catalogue):
    def places(text):
        return sorted(re.findall(r"%\(\w+\)[sd]|%%", text))

    assert [
        entry.msgid
        for entry in catalogue
        for german in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if places(german) not in (places(entry.msgid), places(entry.msgid_plural or entry.msgid))
    ] == []


def test_students_are_addressed_with_du(catalogue):
    formal = re.compile(
        r"\b(?:Ihnen|Ihre?[rmns]?|können Sie|haben Sie|Sie können|Sie haben|Bitte \w+en Sie)\b"
    )
    texts = [text for entry in catalogue for text in [entry.msgstr, *entry.msgstr_plural.values()]]
    assert [text for text in texts if formal.search(text)] == []
