"""Sign-in codes shown by an instructor: for the morning on which the mail server is down."""

from datetime import datetime, timedelta

from allauth.core.internal.cryptokit import generate_user_code, normalize_user_code
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from classroom import notify
from classroom.models import AuditEntry, Enrolment, Role, SignInCode, User

GOOD_FOR = timedelta(minutes=10)
#: Wrong codes after which a shown one is dead; the instructor can show another.
MAX_WRONG_TRIES = 10


def may_have_code_shown(user: User) -> bool:
    """Tell whether a code for this person hands nobody more rights than a student has."""
    if user.is_staff or user.is_superuser or not user.is_active:
        return False
    return not Enrolment.objects.filter(user=user, left_at=None).exclude(role=Role.STUDENT).exists()


def show_code(*, enrolment: Enrolment, instructor: User, now: datetime) -> str:
    """Make a code for a student of the instructor's course and return it; it is stored nowhere else.

    The act is written to the audit log and the student is told by e-mail.

    Raises
    ------
    PermissionDenied
        The person is no student, left the course, or has more rights than a student somewhere on the site.
    """
    student = enrolment.user
    if enrolment.role != Role.STUDENT or enrolment.left_at or not may_have_code_shown(student):
        raise PermissionDenied(_("Codes can be shown for students only, and not for staff of any course."))
    code = str(generate_user_code(length=8))
    with transaction.atomic():
        SignInCode.objects.filter(user=student, used_at=None).delete()
        made = SignInCode.objects.create(
            user=student,
            course=enrolment.course,
            digest=_digest(student, code),
            shown_at=now,
            expires_at=now + GOOD_FOR,
        )
        AuditEntry.objects.create(
            course=enrolment.course, actor=instructor, action="sign_in_code.shown", about=student, at=now
        )
        notify.email(
            key=f"sign-in-code-shown-{made.pk}",
            to=student.email,
            subject=_("A sign-in code for you was shown"),
            body=_(
                "%(instructor)s showed a sign-in code for your account on %(course)s. If that was not in "
                "your presence, tell another instructor."
            )
            % {"instructor": instructor, "course": enrolment.course},
            now=now,
            course=enrolment.course,
        )
    return code


def use_code(*, user: User, code: str, now: datetime) -> bool:
    """Use up a code shown for `user`; a wrong one counts as a try against the one that was shown."""
    good = SignInCode.objects.filter(
        user=user, used_at=None, expires_at__gt=now, wrong_tries__lt=MAX_WRONG_TRIES
    )
    if good.filter(digest=_digest(user, code)).update(used_at=now):
        return True
    good.update(wrong_tries=F("wrong_tries") + 1)
    return False


def _digest(user: User, code: str) -> str:
    text = f"{user.pk}:{normalize_user_code(code)}"
    return str(salted_hmac("classroom.sign_in_code", text, algorithm="sha256").hexdigest())
