"""Scores for the platform's gradebook (LTI Assignment and Grade Services 2.0).

A worker looks at each link once a minute and writes what changed as rows (`Score`); those are sent like
letters of the outbox: claimed by one worker at a time, tried again, given up at last, and shown. A score goes
out only while its person may see it, and once for every change; a repeated delivery carries the same time, by
which platforms know it.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem

from classroom import bell, lease
from classroom.errors import Refused
from classroom.lti.claims import text
from classroom.lti.content import MOST
from classroom.lti.models import Identity, Score, WorkLink
from classroom.lti.results import Points, released
from classroom.lti.services import Services
from classroom.lti.wire import PlatformError
from classroom.lti.works import work_of
from classroom.models import AuditEntry, Enrolment, Role, User

SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LINEITEM_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
#: By this tag columns that this site made are found again.
TAG = "classroom"
DELIVER_TASK = "classroom.lti.tasks.deliver_score"
LEASE = timedelta(minutes=2)
LOOK_LEASE = timedelta(minutes=5)
#: Waits between attempts; after the last one the score is given up and stays in the log.
RETRY_AFTER = [timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 43200)]
CONFLICT = 409


def links_to_look_at() -> list[int]:
    """Return the links whose scores may go somewhere."""
    found = WorkLink.objects.filter(
        context__course__isnull=False,
        context__course__archived_at=None,
        context__platform__closed_at=None,
    )
    return list(found.values_list("pk", flat=True))


def collect(*, pk: int, now: datetime) -> int:
    """Write down what changed for one link, if nobody else is at it; return how many scores."""
    run = lease.claim(WorkLink.objects.all(), pk=pk, now=now, lease=LOOK_LEASE)
    if run is None:
        return 0
    link = WorkLink.objects.select_related("context__platform", "context__course").get(pk=pk)
    problem, written = "", 0
    try:
        if _is_graded(link, now):
            column = _column(link)
            written = _write_changed(link, now) if column else 0
    except PlatformError as error:
        problem = str(error)[:1000]
    WorkLink.objects.filter(pk=pk, run=run).update(leased_until=None, problem=problem)
    return written


def _is_graded(link: WorkLink, now: datetime) -> bool:
    context = link.context
    if context.course is None or SCORE_SCOPE not in context.grade_scopes:
        return False
    work = work_of(context.course, link.work, now)
    return work is not None and work.graded


def _column(link: WorkLink) -> str:
    """Return the link's column in the platform's gradebook; make it where the platform left that to us."""
    context = link.context
    if link.lineitem_url or not context.lineitems_url or LINEITEM_SCOPE not in context.grade_scopes:
        return link.lineitem_url
    services = Services(context.platform)
    kind = "application/vnd.ims.lis.v2.lineitem+json"
    pages = services.pages(
        context.lineitems_url,
        scopes=[LINEITEM_SCOPE],
        accept="application/vnd.ims.lis.v2.lineitemcontainer+json",
    )
    items = [item for page in pages if isinstance(page, list) for item in page if isinstance(item, dict)]
    found: Any = next((item for item in items if _is_columns_item(item, link)), None)
    if found is None:
        new = LineItem().set_label(link.title or link.work).set_score_maximum(MOST).set_tag(TAG)
        new.set_resource_id(link.work).set_resource_link_id(link.resource_link_id)
        found = services.send(
            context.lineitems_url, scopes=[LINEITEM_SCOPE], body=new.get_value(), kind=kind, accept=kind
        )
    url = text(found.get("id"), 1000) if isinstance(found, dict) else ""
    if not context.platform.owns(url):
        raise PlatformError(_("The platform made no column for this link."))
    WorkLink.objects.filter(pk=link.pk, lineitem_url="").update(lineitem_url=url)
    return url


def _is_columns_item(item: dict[str, Any], link: WorkLink) -> bool:
    if item.get("resourceLinkId"):
        return bool(item["resourceLinkId"] == link.resource_link_id)
    return item.get("tag") == TAG and item.get("resourceId") == link.work


def _students(link: WorkLink) -> set[int]:
    """Return who of the course's students the platform knows."""
    known = Identity.objects.filter(issuer=link.context.platform.issuer)
    students = Enrolment.objects.filter(course=link.context.course, role=Role.STUDENT, left_at=None)
    return set(students.filter(user__in=known.values("user")).values_list("user_id", flat=True))


def _write_changed(link: WorkLink, now: datetime) -> int:
    students = _students(link)
    if not students or link.context.course is None:
        return 0
    scores = released(course=link.context.course, work=link.work, users=students, now=now)
    newest = Score.objects.filter(link=link).values("user").annotate(newest=Max("pk")).values("newest")
    before = {score.user_id: score for score in Score.objects.filter(pk__in=newest)}
    changed = {user: points for user, points in scores.items() if _differs(before.get(user), points)}
    return sum(_write(link, user, points, now) for user, points in changed.items())


def _differs(before: Score | None, points: Points) -> bool:
    if before is None:
        return points.points is not None
    if before.replaced_at is not None:
        return True
    return (before.points, before.max_points) != (points.points, points.most)


def _write(link: WorkLink, user: int, points: Points, now: datetime) -> bool:
    try:
        with transaction.atomic():
            _waiting_scores().filter(link=link, user=user).update(replaced_at=now)
            score = Score.objects.create(
                link=link,
                user_id=user,
                points=points.points,
                max_points=points.most,
                stamped_at=now,
                not_before=now,
            )
            bell.ring(DELIVER_TASK, score.pk)
    except IntegrityError:  # another worker wrote it
        return False
    return True


def _waiting_scores() -> Any:  # noqa: ANN401 - a query set of scores
    return Score.objects.filter(sent_at=None, given_up_at=None, replaced_at=None)


def waiting(*, now: datetime, limit: int = 200) -> list[int]:
    """Return the ids of scores that are due and that nobody is sending."""
    due = _waiting_scores().filter(
        lease.available(now), not_before__lte=now, link__context__platform__closed_at=None
    )
    return list(due.order_by("not_before").values_list("pk", flat=True)[:limit])


def deliver(*, pk: int, now: datetime) -> bool:
    """Send one waiting score if nobody else is sending it; return whether it arrived."""
    run = lease.claim(_waiting_scores().filter(not_before__lte=now), pk=pk, now=now, lease=LEASE)
    if run is None:
        return False
    score = Score.objects.select_related("link__context__platform", "link__context__course", "user").get(
        pk=pk
    )
    held = Score.objects.filter(pk=pk, run=run)
    subject = _subject(score)
    if not subject or not _still_stands(score, now):
        held.update(replaced_at=now, leased_until=None)
        return False
    try:
        _post(score, subject)
    except PlatformError as error:
        if error.status != CONFLICT:
            _failed(score, held, str(error), now)
            return False
        # The platform has this score already, or a newer one that somebody gave there.
        held.update(attempts=F("attempts") + 1, sent_at=now, leased_until=None, last_error=str(error)[:1000])
        return True
    held.update(attempts=F("attempts") + 1, sent_at=now, last_error="", leased_until=None)
    return True


def _failed(score: Score, held: Any, why: str, now: datetime) -> None:  # noqa: ANN401 - a query set of scores
    tried = score.attempts
    outcome = {"not_before": now + RETRY_AFTER[tried]} if tried < len(RETRY_AFTER) else {"given_up_at": now}
    held.update(attempts=F("attempts") + 1, last_error=why[:1000], leased_until=None, **outcome)


def _subject(score: Score) -> str:
    """Return who the person is on the platform, as last seen; empty where that ended."""
    platform = score.link.context.platform
    found = Identity.objects.filter(issuer=platform.issuer, user=score.user)
    newest = found.order_by(F("last_launch_at").desc(nulls_last=True), "-pk").first()
    return newest.subject if newest else ""


def _still_stands(score: Score, now: datetime) -> bool:
    """Whether the person may still see these points: a release can be taken back while a score waits."""
    course = score.link.context.course
    if course is None or score.link.context.platform.closed_at:
        return False
    users = _students(score.link) & {score.user_id}
    found = released(course=course, work=score.link.work, users=users, now=now).get(score.user_id)
    return found == Points(score.points, score.max_points)


def _post(score: Score, subject: str) -> None:
    grade = Grade().set_user_id(subject)
    grade.set_timestamp(score.stamped_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    if score.points is None:
        grade.set_activity_progress("Initialized").set_grading_progress("NotReady")
    else:
        grade.set_score_given(score.points).set_score_maximum(score.max_points)
        grade.set_activity_progress("Completed").set_grading_progress("FullyGraded")
    Services(score.link.context.platform).send(
        scores_url(score.link.lineitem_url),
        scopes=[SCORE_SCOPE],
        body=json.dumps(json.loads(grade.get_value())),
        kind="application/vnd.ims.lis.v1.score+json",
    )


def scores_url(lineitem: str) -> str:
    """Return where a column's scores go: below its address, whose query stays."""
    parts = urlsplit(lineitem)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))


def send_again(*, score: Score, by: User, now: datetime) -> None:
    """Try a score once more that was given up.

    Raises
    ------
    Refused
        It was not given up, or a newer one waits.
    """
    try:
        with transaction.atomic():
            if (
                not Score.objects.filter(pk=score.pk, replaced_at=None)
                .exclude(given_up_at=None)
                .update(given_up_at=None, attempts=0, not_before=now)
            ):
                raise Refused(_("This score is not one that was given up."))
            AuditEntry.objects.create(
                course=score.link.context.course,
                actor=by,
                action="lti.score_sent_again",
                about=score.user,
                item=score.link.work,
                at=now,
            )
            bell.ring(DELIVER_TASK, score.pk)
    except IntegrityError:
        raise Refused(_("A newer score of this person waits already.")) from None
