"""What a figure is asked of: the contents of a report and what lies beside them, and the choice among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.probes import Probes
from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.drawings.palette import Styles, styles_of

TRACKS = ("default", "tuned", "self_tuning")


@dataclass(frozen=True)
class FigureChoice:
    """What is chosen; everything that there is unless given.

    Args:
        kind: Which components are compared.
        track: How hyperparameters were chosen; the first track that the kind has, unless given.
        change: What studies changed in the tasks' baselines; none unless given.
        budget: Of several budgets of a track the one that is wanted, in trials.
        task: The label of a task, as the leaderboard has it.
        components: Names of components, or labels of rows.
        over: A hyperparameter; of a comparison along an axis the axis.
        measure: What is measured; what a figure shows by itself unless given.
        across: What learning curves run over: ``step``, ``epoch`` or ``seconds``.
    """

    kind: str = "optimizer"
    track: str = ""
    change: str = ""
    budget: int | None = None
    task: str = ""
    components: tuple[str, ...] = ()
    over: str = "learning_rate"
    measure: str = ""
    across: str = "step"


@dataclass(frozen=True)
class FigureSource:
    """What there is to draw.

    Args:
        contents: Records, searches and the tables made of them.
        probes: Id → what the probes of that trial found.
        own_values: Task → axis → the task's own value, which records of its own baseline do not name.
        claims: Verdicts on claims.
    """

    contents: Contents
    probes: Mapping[str, Probes] = field(default_factory=dict)
    own_values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    claims: Sequence[ClaimVerdict] = ()

    @cached_property
    def styles(self) -> Styles:
        """The style of each (kind, name): the same in every figure."""
        return styles_of(self.contents.boards)

    @cached_property
    def records(self) -> dict[str, Record]:
        """Id → record."""
        return {record.id: record for record in self.contents.records}

    def boards(self, asked: FigureChoice) -> list[Leaderboard]:
        """Return the leaderboards that are asked for: several where a track has several budgets.

        Raises:
            BenchsuiteError: If there is none.
        """
        kinds = list(dict.fromkeys(board.kind for board in self.contents.by_test))
        of_kind = [board for board in self.contents.by_test if board.kind == asked.kind]
        if not of_kind:
            raise unknown("kind among these trials:", asked.kind, kinds)
        what = asked.kind.replace("_", " ")
        tracks = [track for track in TRACKS if any(board.protocol.track == track for board in of_kind)]
        track = asked.track or tracks[0]
        if track not in tracks:
            raise unknown(f"track of the leaderboards of kind {what}:", track, tracks)
        of_track = [board for board in of_kind if board.protocol.track == track]
        changes = list(dict.fromkeys(board.change for board in of_track))
        if asked.change not in changes:
            raise unknown(
                f"baseline of the leaderboard of kind {what}:", asked.change, [one or "(unchanged)" for one in changes]
            )
        found = [board for board in of_track if board.change == asked.change]
        if asked.budget is None:
            return found
        budgets = [str(board.protocol.budget) for board in found]
        if str(asked.budget) not in budgets:
            raise unknown(f"budget of the {track} leaderboards of kind {what}:", str(asked.budget), budgets)
        return [board for board in found if board.protocol.budget == asked.budget]

    def columns(self, asked: FigureChoice) -> list[tuple[Leaderboard, int]]:
        """Return the columns of the task that is asked for, one of each leaderboard that has it; of no task the only one.

        Raises:
            BenchsuiteError: If there is none, or no task is named among several.
        """
        boards = self.boards(asked)
        places = [(board, at) for board in boards for at in range(len(board.columns))]
        labels = list(dict.fromkeys(board.columns[at].label for board, at in places))
        task = one_task(asked.task, labels, f"task with a leaderboard of kind {asked.kind.replace('_', ' ')}:")
        return [(board, at) for board, at in places if board.columns[at].label == task]


def one_task(asked: str, labels: Iterable[str], what: str) -> str:
    """Return the task that is asked for; the only one where none is named.

    Raises:
        BenchsuiteError: If it is none of these, or none is named among several.
    """
    possible = list(dict.fromkeys(labels))
    if asked:
        if asked not in possible:
            raise unknown(what, asked, possible)
        return asked
    if len(possible) != 1:
        raise BenchsuiteError(
            f"this figure is of one task, and none was named. Possible: {', '.join(possible) or 'none'}. Name one (--task)."
        )
    return possible[0]


def chosen_names(asked: FigureChoice, board: Leaderboard) -> frozenset[str]:
    """Return the labels of the rows that are asked for, of a leaderboard; all of them where no component is named.

    Raises:
        BenchsuiteError: If a name is that of no row.
    """
    labels = {row.label for row in board.rows}
    if not asked.components:
        return frozenset(labels)
    found: set[str] = set()
    for name in asked.components:
        rows = {row.label for row in board.rows if name in (row.label, *row.names)}
        if not rows:
            names = sorted({row.name for row in board.rows} | labels)
            raise unknown(f"component on the leaderboard of kind {board.title}:", name, names)
        found |= rows
    return frozenset(found)
