"""From a platform's roles to ours."""

from collections.abc import Iterable

from classroom.lti.models import Platform
from classroom.models import Role

#: LIS v2 context roles (LTI 1.3, appendix A.2.3); short names are the older form of the same.
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_ASSISTANTS = {f"{_MEMBERSHIP}/Instructor#TeachingAssistant", "TeachingAssistant"}
_INSTRUCTORS = {f"{_MEMBERSHIP}#Instructor", "Instructor"}
_LEARNERS = {f"{_MEMBERSHIP}#Learner", "Learner"}


def is_teacher(roles: Iterable[str]) -> bool:
    """Whether somebody teaches the platform's course; who only assists does not."""
    found = set(roles)
    return bool(found & _INSTRUCTORS) and not found & _ASSISTANTS


def role_for(roles: Iterable[str], platform: Platform) -> Role | None:
    """Return the role somebody gets here; None where the platform may not give it, or names none we have.

    Canvas and Moodle name a teaching assistant an instructor as well: the lesser role counts.
    """
    found = set(roles)
    if found & (_ASSISTANTS | _INSTRUCTORS):
        if not platform.instructors_allowed:
            return None
        return Role.ASSISTANT if found & _ASSISTANTS else Role.INSTRUCTOR
    return Role.STUDENT if found & _LEARNERS else None
