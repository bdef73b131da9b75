"""Files of other systems: small ones of our own, and a collection that not everybody has."""

from collections import Counter
from pathlib import Path

import pytest

from quizzes import formats
from quizzes.formats import package

OWN = Path(__file__).parents[1] / "files"
ROOT = Path(__file__).parents[3]
SHARED = next(
    (place for up in (ROOT.parent, ROOT.parent.parent) if (place := up / "shared/data/questions").is_dir()),
    None,
)
shared = pytest.mark.skipif(
    SHARED is None, reason="the shared collection of questions is not on this machine"
)

MOODLE = {
    "clozeRef.xml": ("cloze cloze cloze cloze cloze", ""),
    "coderunner-ddl-intern.xml": ("", "coderunner coderunner"),
    "coderunner-ddl_replace_tablecorrectness.xml": ("", "coderunner coderunner"),
    "description.xml": ("", "description"),
    "diff_set_equalityRef.xml": ("", "stack"),
    "dragdrop_missing-wordsRef.xml": ("cloze cloze", ""),
    "essayRef.xml": ("essay essay", ""),
    "exact_set_equalityRef.xml": ("", "stack"),
    "markdownRef.xml": ("single", ""),
    "matchingRef.xml": ("matching matching", ""),
    "missing-wordsRef.xml": ("cloze cloze cloze cloze cloze cloze", ""),
    "multiple-choiceRef.xml": ("single single", ""),
    "multiple-true-falseRef.xml": ("multiple matching matching", ""),
    "numericalRef.xml": ("numeric numeric", ""),
    "orderingRef.xml": ("ordering ordering", ""),
    "shortanswerRef.xml": ("short_text short_text short_text", ""),
    "true-falseRef.xml": ("true_false true_false true_false", ""),
}
GIFT = {
    "TFTwoFeedback.gift": "true_false true_false true_false",
    "category1.gift": "",
    "escapeColon.gift": "multiple",
    "gift-parser-examples.gift": "true_false single short_text matching numeric numeric numeric essay",
    "giftFormatPhpExamples.gift": (
        "single single true_false short_text numeric matching single single short_text numeric"
    ),
    "markdown.gift": "",
    "multipleAnswersFloat.gift": "multiple",
    "newlineAndLaTeX.gift": "essay",
    "numerical1.gift": " ".join(["numeric"] * 10),
    "options1.gift": (
        "numeric short_text single single short_text short_text true_false single single short_text multiple "
        "multiple single single"
    ),
    "totara_moodle_match.gift": "matching",
    "totara_moodle_multichoice_multi.gift": "multiple",
    "totara_moodle_shortanswer.gift": "short_text",
}


#: What is understood of each QTI file, and what is named as refused after the slash.
QTI = dict(line.split(": ", 1) for line in (OWN / "qti_samples.txt").read_text().splitlines() if line.strip())
PACKAGES = {
    "test_qti_1.2": ("qti12", "true_false single multiple short_text numeric", 1),
    "test_qti_1.2_canvas": ("qti12", "true_false single multiple essay", 0),
    "test_qti_2.1": ("qti21", "true_false single multiple short_text essay", 1),
    "test_qti_2.2": ("qti22", "essay cloze multiple single short_text true_false", 1),
    "with_banks": ("qti12", "true_false essay multiple single true_false", 0),
}


def look(path):
    reading = formats.read(path.name, path.read_bytes())
    return reading, " ".join(draft.kind for draft in reading.drafts)


@shared
@pytest.mark.parametrize("name", MOODLE)
def test_moodles_files_are_understood(name):
    reading, kinds = look(SHARED / "moodle_xml" / name)
    understood, refused = MOODLE[name]
    assert (reading.format, kinds) == ("moodle_xml", understood)
    named = [
        problem.message for problem in reading.problems if not problem.is_warning or "description" in refused
    ]
    assert len(named) == len(refused.split())
    assert all(kind in message for kind, message in zip(refused.split(), named, strict=True))


@shared
@pytest.mark.parametrize(
    "name", sorted(path.name for path in (SHARED / "gift").glob("*.gift")) if SHARED else []
)
def test_gift_files_are_understood(name):
    reading, kinds = look(SHARED / "gift" / name)
    assert reading.format == "gift"
    assert [problem.message for problem in reading.problems if not problem.is_warning] == []
    assert kinds == GIFT.get(name, kinds)
    assert kinds or name in {"category1.gift", "categorySpecialCharacter.gift", "markdown.gift"}


@shared
def test_the_whole_collection_of_gift_is_understood():
    kinds = Counter(kind for path in (SHARED / "gift").glob("*.gift") for kind in look(path)[1].split())
    assert kinds == {
        "essay": 9,
        "matching": 5,
        "multiple": 5,
        "numeric": 17,
        "short_text": 20,
        "single": 27,
        "true_false": 18,
    }


@shared
@pytest.mark.parametrize("name", QTI)
def test_qti_files_are_understood(name):
    reading, kinds = look(SHARED / "qti" / name)
    understood, _slash, refused = (part.strip() for part in QTI[name].partition("/"))
    assert kinds == understood
    named = [
        problem for problem in reading.problems if not problem.is_warning or "no question" in problem.message
    ]
    assert all(word in " ".join(problem.message for problem in named) for word in refused.split())
    assert bool(named) == bool(refused)


@shared
def test_no_qti_file_was_left_out():
    assert sorted(QTI) == sorted(
        str(path.relative_to(SHARED / "qti")) for path in (SHARED / "qti").glob("items_*/*.xml")
    )


@shared
@pytest.mark.parametrize("name", PACKAGES)
def test_qti_packages_are_understood(name):
    root = SHARED / "qti" / name
    files = {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }
    reading = formats.read(f"{name}.zip", package.pack(files))
    kinds = " ".join(draft.kind for draft in reading.drafts)
    assert (reading.format, kinds, len({one.name for d in reading.drafts for one in d.pictures})) == PACKAGES[
        name
    ]
    assert [problem.message for problem in reading.problems if not problem.is_warning] == []
