"""A Moodle in which two quizzes of the demo course are linked; it is closed, so nothing is ever sent."""

from datetime import datetime

from classroom.lti.models import Context, Platform, Score, WorkLink
from classroom.models import Course, User
from quizzes.models import Attempt, Quiz

MOODLE = "https://moodle.example.org"
#: How many quizzes are linked there, and how many of each one's points stand in the log.
LINKED, LOGGED = 2, 12


def connect_moodle(course: Course, instructor: User, now: datetime) -> None:
    """Show the pages about platforms at work, without a platform."""
    platform, _created = Platform.objects.get_or_create(
        issuer=MOODLE,
        client_id="demo",
        defaults={
            "name": "Moodle",
            "deployment_ids": ["1"],
            "auth_login_url": f"{MOODLE}/mod/lti/auth.php",
            "auth_token_url": f"{MOODLE}/mod/lti/token.php",
            "jwks_url": f"{MOODLE}/mod/lti/certs.php",
            "created_at": now,
            "closed_at": now,
        },
    )
    context = Context.objects.create(
        platform=platform,
        deployment_id="1",
        context_id=str(course.pk),
        title="Deep Learning (Moodle)",
        course=course,
        linked_by=instructor,
        linked_at=now,
    )
    quizzes = Quiz.objects.filter(course=course, week__isnull=False, practice=False, attempts__isnull=False)
    for quiz in quizzes.distinct().order_by("week__number", "pk")[:LINKED]:
        link = WorkLink.objects.create(
            context=context,
            resource_link_id=str(quiz.pk),
            work=f"quiz:{quiz.pk}",
            title=quiz.title,
            lineitem_url=f"{MOODLE}/mod/lti/services.php/{quiz.pk}/lineitems/1/lineitem",
            seen_at=now,
        )
        attempts = Attempt.objects.filter(quiz=quiz, score__isnull=False, pending=0, max_score__gt=0)
        Score.objects.bulk_create(
            Score(
                link=link,
                user_id=attempt.user_id,
                points=attempt.score or 0.0,
                max_points=attempt.max_score,
                stamped_at=attempt.finished_at or now,
                not_before=now,
                attempts=1,
                sent_at=attempt.finished_at or now,
            )
            for attempt in attempts.order_by("pk")[:LOGGED]
        )
