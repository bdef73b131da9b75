"""Leaderboards: switching one on, changing its rules, and saying when the final result is out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from classroom import clock
from classroom.models import AuditEntry, User
from classroom.uploads import clean_name
from projects import examples, grading, training, words
from projects.errors import Refused
from projects.models import Board, BoardData, Challenge, Submission, new_seed

#: The engine's own data sets that a board may use.
OWN_DATA = ("moons", "spirals", "flower", "digits")
#: Rules that stay as they are once somebody has handed in: all runs are to be compared by the same.
FIXED = ("metric", "train_percent", "public_percent", "cpu_seconds", "memory_mib", "max_parameters")


class Unreadable(Refused):
    """Data that has problems, by line (0: the whole file)."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__(" ".join(text for _line, text in problems[:1]))
        self.problems = problems


@dataclass(frozen=True)
class Material:
    """Where a board's data comes from: an uploaded file, or one of `OWN_DATA`."""

    name: str
    content: bytes | None = None
    label_column: str = ""


def open_board(
    *, board: Board, material: Material, policy: str | None = None, by: User, now: datetime
) -> Board:
    """Switch a leaderboard on for `board.challenge`; `policy` says which run counts, None: as before.

    Raises
    ------
    Refused
        It has one, somebody has handed in already, or the data cannot be used (`Unreadable`).
    """
    data = _data_of(board, material)
    board.created_at = now
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update().get(pk=board.challenge_id)
        if Board.objects.filter(challenge=challenge).exists():
            raise Refused(_("This challenge has a leaderboard already."))
        if Submission.objects.filter(challenge=challenge).exists():
            raise Refused(
                _("Teams have handed in for this challenge already: add another one for the leaderboard.")
            )
        board.save(force_insert=True)
        data.board = board
        data.save(force_insert=True)
        policy = policy or challenge.policy
        Challenge.objects.filter(pk=challenge.pk).update(exercise=board.exercise, policy=policy)
        _log("board.opened", board, by, now)
    board.challenge.exercise, board.challenge.policy = board.exercise, policy
    return board


def change_board(
    *,
    board: Board,
    fields: Sequence[str],
    material: Material | None = None,
    policy: str | None = None,
    by: User,
    now: datetime,
) -> None:
    """Store the changed `fields`, and another policy and other data where they are given.

    Raises
    ------
    Refused
        Somebody has handed in, and what all runs are compared by shall change; or the final result is out,
        and shall be taken back or follow from other runs; or the data cannot be used.
    """
    data = _data_of(board, material) if material else None
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update().get(pk=board.challenge_id)
        before = Board.objects.select_related("challenge").get(pk=board.pk)
        if before.is_final(now) and (
            board.final_at != before.final_at or (policy and policy != challenge.policy)
        ):
            raise Refused(_("The final result is shown."))
        moved = [name for name in FIXED if getattr(before, name) != getattr(board, name)]
        if (moved or data) and Submission.objects.filter(challenge=board.challenge_id).exists():
            raise Refused(_("Teams have handed in: data, measure and budget stay, so that all runs compare."))
        if moved and not data:
            stored = training.examples_of(board)
            _check(board, stored.features, stored.labels)
        board.save(update_fields=fields)
        if data:
            BoardData.objects.filter(board=board).delete()
            data.board = board
            data.save(force_insert=True)
        if policy:
            Challenge.objects.filter(pk=board.challenge_id).update(policy=policy)
        _log("board.changed", board, by, now)


def close_board(*, board: Board, by: User, now: datetime) -> None:
    """Switch the leaderboard off and forget its data.

    Raises
    ------
    Refused
        Somebody has handed in.
    """
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update().get(pk=board.challenge_id)
        if Submission.objects.filter(challenge=challenge).exists():
            raise Refused(_("Teams have handed in: the leaderboard stays."))
        _log("board.closed", board, by, now)
        Board.objects.filter(pk=board.pk).delete()
        Challenge.objects.filter(pk=challenge.pk).update(exercise="")


def reveal(*, board: Board, by: User, now: datetime) -> None:
    """Show the final result, on the private part of the data, from now on.

    Raises
    ------
    Refused
        Teams can still hand in: whoever knew the private scores then could choose by them.
    """
    challenge = board.challenge
    closes_at = clock.last_closing(challenge)
    if closes_at and now < closes_at:
        raise Refused(
            _("Teams can hand in until %(when)s. The final result comes after that.")
            % {"when": words.moment(closes_at, challenge.course)}
        )
    with transaction.atomic():
        unseen = Board.objects.filter(pk=board.pk).exclude(final_at__lte=now)
        if unseen.update(final_at=now):
            _log("board.revealed", board, by, now)
    board.refresh_from_db()


def check_new_end(*, challenges: QuerySet[Challenge], closes_at: datetime | None, now: datetime) -> None:
    """See that a later end of these challenges, or none, suits their final results; inside a transaction.

    Raises
    ------
    Refused
        One is shown: teams that have seen the private scores could hand in again, and choose by them. Or
        one comes before the new end: what is handed in between would not count.
    """
    boards = Board.objects.select_for_update(of=("self",)).filter(challenge__in=challenges)
    for board in boards.select_related("challenge__course").order_by("pk"):
        if not board.final_at or not board.challenge.closes_at:
            continue
        if not board.is_final(now):
            if closes_at is None or closes_at > board.final_at:
                raise _refused(
                    _(
                        "The final result of “%(title)s” comes on %(when)s, before this end. Set a later one "
                        "first, on the page of its leaderboard."
                    ),
                    board,
                    board.final_at,
                )
        elif closes_at is None or closes_at > now:
            raise _refused(
                _(
                    "The final result of “%(title)s” is shown, so it stays closed. Let building end on "
                    "%(when)s, as it did; the other dates can move."
                ),
                board,
                board.challenge.closes_at,
            )


def _refused(text: str, board: Board, at: datetime) -> Refused:
    challenge = board.challenge
    return Refused(text % {"title": challenge.title, "when": words.moment(at, challenge.course)})


def _data_of(board: Board, material: Material) -> BoardData:
    """Read the data and see that it can be divided as the board says."""
    by_class = training.of_classes(board.metric)
    if material.content is None:
        if not by_class:
            raise Refused(_("These data sets hold classes: measure accuracy, or upload numbers to predict."))
        features, labels, classes = training.own_examples(material.name, seed=new_seed())
        found = examples.Examples(features, labels, classes)
    else:
        found = examples.read(
            material.content,
            filename=material.name,
            label_column=material.label_column,
            of_classes=by_class,
        )
        if found.problems:
            raise Unreadable(found.problems)
    _check(board, found.features, found.labels)
    packed = io.BytesIO()
    np.savez_compressed(packed, X=found.features, y=found.labels)
    return BoardData(
        name=clean_name(material.name) if material.content is not None else material.name,
        content=packed.getvalue(),
        examples=len(found.labels),
        shape=list(found.features.shape[1:]),
        classes=grading.storable(found.classes),
        columns=grading.storable(found.columns),
    )


def _check(board: Board, features: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
    try:
        training.check_split(board, features, labels)
    except ValueError:
        raise Refused(
            _("There are too few examples to divide them so. Give more, or choose other percentages.")
        ) from None


def _log(action: str, board: Board, by: User, now: datetime) -> None:
    AuditEntry.objects.create(
        course=board.challenge.course,
        actor=by,
        action=action,
        item=f"challenge:{board.challenge_id}",
        detail={"title": board.challenge.title},
        at=now,
    )
