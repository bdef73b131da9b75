"""Essay: a longer text that a person grades.

`data`: ``{"rubric": [{"criterion": "Argument", "weight": 2, "levels": [{"text": "none", "fraction": 0},
{"text": "complete", "fraction": 1}]}], "min_words": 50, "max_words": 200, "lines": 10, "template": "",
"notes": ""}``, all of it optional. ``template`` is what the field begins with, ``notes`` are for graders
only; weights are 1 where none is given. Word limits are shown and counted, not enforced.

An answer is one field.
"""

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value

MOST_WORDS, MOST_LINES = 5000, 60


class Essay(QuestionKind):
    """A text area that counts words."""

    template = "quizzes/kinds/_essay.html"
    review_template = "quizzes/kinds/_essay_review.html"
    graded_by = "person"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.text_problems(data, "template", "notes") + base.shape_problems(data, "rubric", dict)
        for name, most in (("min_words", MOST_WORDS), ("max_words", MOST_WORDS), ("lines", MOST_LINES)):
            number = data.get(name)
            if number is not None and not (
                base.is_number(number) and number == int(number) and 0 <= number <= most
            ):
                found.append(
                    _("%(name)s is a whole number from 0 to %(most)d.") % {"name": name, "most": most}
                )
        if not found and (data.get("min_words") or 0) > (data.get("max_words") or MOST_WORDS):
            found.append(_("The least number of words is above the most."))
        for row in base.rows_of(data, "rubric"):
            found += _criterion_problems(row)
        return list(dict.fromkeys(found))

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        text = value[0] if value else str(data.get("template", ""))
        return {
            "text": text,
            "lines": int(data.get("lines") or 8),
            "min_words": int(data.get("min_words") or 0),
            "max_words": int(data.get("max_words") or 0),
            "words": len(text.split()),
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return 0: a person says how good it is."""
        return Score(0)

    def solution(self, data: Data) -> list[str]:
        """Return nothing: there are many right answers."""
        return []

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [part for part in value if part.strip()]

    def picture(self, data: Data, value: Value) -> Data:
        """Return the text, its length, and by what it is graded."""
        text = value[0].strip() if value else ""
        return {"text": text, "words": len(text.split()), "rubric": base.rows_of(data, "rubric")}


def _criterion_problems(row: Data) -> list[str]:
    found = base.text_problems(row, "criterion") + base.shape_problems(row, "levels", dict)
    levels = base.rows_of(row, "levels")
    if not str(row.get("criterion", "")).strip():
        found.append(_("A criterion of the rubric has no name."))
    if len(levels) < 2:
        found.append(_("Give each criterion at least two levels."))
    weight = row.get("weight", 1)
    if not base.is_number(weight) or weight <= 0:
        found.append(_("The weight of a criterion is a number above 0."))
    for level in levels:
        found += base.text_problems(level, "text")
        if not base.is_share(level.get("fraction")):
            found.append(_("The share of a level is a number from 0 to 1."))
    return found
