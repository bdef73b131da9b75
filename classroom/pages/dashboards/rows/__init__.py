"""The rows behind the numbers: for each subject a query, its filter, and how a row reads.

A number of a dashboard and the page it leads to ask through the same functions, so they cannot differ.
"""

from classroom.pages.dashboards.rows.people import ATTENDANCE, PEOPLE
from classroom.pages.dashboards.rows.subject import Cell, Scene, Subject
from classroom.pages.dashboards.rows.taking import TAKING
from classroom.pages.dashboards.rows.waiting import ANSWERS, HAND_INS, HELP, LOOKS
from classroom.pages.dashboards.rows.work import FUNCTIONS, MISTAKES, WORK

SUBJECTS: dict[str, Subject] = {
    subject.name: subject
    for subject in (WORK, PEOPLE, ATTENDANCE, MISTAKES, FUNCTIONS, TAKING, HAND_INS, ANSWERS, LOOKS, HELP)
}

__all__ = ["SUBJECTS", "Cell", "Scene", "Subject"]
