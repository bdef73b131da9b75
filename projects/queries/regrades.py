"""What a regrade would change."""

from collections import defaultdict
from dataclasses import dataclass

from projects.models import FunctionGrade, Regrade, Shadow, Submission
from projects.queries.cards import counting_of


@dataclass(frozen=True)
class FunctionChange:
    """A function with another outcome than before."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class HandInChange:
    """A hand-in with other points, or other outcomes for the same points."""

    pk: int
    number: int
    before: float | None
    after: float | None
    functions: list[FunctionChange]


@dataclass(frozen=True)
class OwnerChange:
    """A person or team, with the points that count before and after."""

    who: str
    before: float | None
    after: float | None
    hand_ins: list[HandInChange]


@dataclass(frozen=True)
class RegradeReport:
    """How far the regrade is, and whom it changes: those who lose first."""

    total: int
    graded: int
    failed: int
    owners: list[OwnerChange]

    @property
    def is_ready(self) -> bool:
        """Whether every hand-in has its shadow."""
        return self.graded + self.failed == self.total

    @property
    def losing(self) -> int:
        """How many would have fewer points."""
        return sum((owner.after or 0) < (owner.before or 0) for owner in self.owners)

    @property
    def gaining(self) -> int:
        """How many would have more points."""
        return sum((owner.after or 0) > (owner.before or 0) for owner in self.owners)


def regrade_report(*, regrade: Regrade) -> RegradeReport:
    """Compare the shadows with the grades that count now, in two queries."""
    shadows = list(
        Shadow.objects.filter(regrade=regrade).select_related("submission__user", "submission__team")
    )
    verdicts: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for pk, name, verdict in FunctionGrade.objects.filter(submission__shadows__regrade=regrade).values_list(
        "submission_id", "name", "verdict"
    ):
        verdicts[pk][name] = verdict
    owned: defaultdict[tuple[int | None, int | None], list[Shadow]] = defaultdict(list)
    for shadow in shadows:
        owner = shadow.submission
        owned[owner.team_id, None if owner.team_id else owner.user_id].append(shadow)
    owners = [_owner_change(regrade, group, verdicts) for group in owned.values()]
    changed = [owner for owner in owners if owner.hand_ins]
    changed.sort(key=lambda owner: ((owner.after or 0) - (owner.before or 0), owner.who))
    return RegradeReport(
        total=len(shadows),
        graded=sum(shadow.graded_at is not None for shadow in shadows),
        failed=sum(shadow.failed_at is not None for shadow in shadows),
        owners=changed,
    )


def _owner_change(
    regrade: Regrade, shadows: list[Shadow], verdicts: dict[int, dict[str, str]]
) -> OwnerChange:
    submissions = [shadow.submission for shadow in shadows]
    who = str(submissions[0].team or submissions[0].user)
    before = counting_of(regrade.challenge, submissions)
    points_before = before.points if before else None
    hand_ins = [
        change for shadow in shadows if shadow.graded_at and (change := _change(shadow, verdicts)) is not None
    ]
    for shadow in shadows:
        if shadow.graded_at:
            shadow.submission.score = shadow.score
    after = counting_of(regrade.challenge, submissions)
    return OwnerChange(who, points_before, after.points if after else None, hand_ins)


def _change(shadow: Shadow, verdicts: dict[int, dict[str, str]]) -> HandInChange | None:
    submission: Submission = shadow.submission
    had = verdicts.get(submission.pk, {})
    functions = [
        FunctionChange(result["name"], had.get(result["name"], ""), result["verdict"])
        for result in (shadow.report or {}).get("functions", ())
        if had.get(result["name"]) != result["verdict"]
    ]
    if not functions and submission.score == shadow.score:
        return None
    return HandInChange(submission.pk, submission.number, submission.score, shadow.score, functions)
