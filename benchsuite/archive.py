"""Results in a notebook: the records of a folder as pandas frames, and the report's figures on axes of one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.archive_figures import ArchiveFigures
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.record import Record
from benchsuite.searches import Search

if TYPE_CHECKING:
    import pandas as pd

    from benchsuite.analysis import Leaderboard
    from benchsuite.analysis.arrays import TrialTable
    from benchsuite.analysis.probes import Probes
    from benchsuite.analysis.reference import StoredReference
    from benchsuite.analysis.test_part import TestParts
    from benchsuite.claim_verdicts import ClaimVerdict
    from benchsuite.cost_files import CostTable
    from benchsuite.damage import Damage
    from benchsuite.report.figures.asked import FigureSource


class Archive(ArchiveFigures):
    """The records of a results folder; :func:`benchsuite.read` opens one.

    Args:
        records: The records that count.
        stale: How many are stale: other code, other data or an earlier benchsuite made them.
        stale_shown: Whether these are among the records; else they were left out.
        without_data: How many were left out because their trials had no data.
        damaged: What lies among the records and is none, one line each.
        same_as: (kind, name) → name, of components that say that they are the same method as another.
        searches: How tuned settings were chosen.
        parts: What is known of the parts that accuracies are measured on; nothing unless given.
        reference: The stored reference results; scores may be held against them.
        probes: Reads what was measured in the layers, id → numbers; it is called when that is drawn.
        costs: What `benchsuite cost` measured: step times are those where it did.
        own_values: Task → axis → the task's own value.
        disputed: Ids of trials of which somebody else has other numbers; leaderboards count them.
        claims: Verdicts on claims.
    """

    def __init__(
        self,
        records: Iterable[Record],
        stale: int = 0,
        *,
        stale_shown: bool = False,
        without_data: int = 0,
        damaged: Iterable[object] = (),
        same_as: Mapping[tuple[str, str], str] | None = None,
        searches: Iterable[Search] = (),
        parts: TestParts | None = None,
        reference: StoredReference | None = None,
        probes: Callable[[], Mapping[str, Probes]] | None = None,
        costs: Sequence[CostTable] = (),
        disputed: Iterable[str] = (),
        own_values: Mapping[str, Mapping[str, float]] | None = None,
        claims: Sequence[ClaimVerdict] = (),
    ) -> None:
        from benchsuite.report import Contents

        self._searches = sorted(searches, key=lambda search: search.id)
        self._contents = Contents(
            records, same_as, searches=self._searches, parts=parts, reference=reference, costs=costs, disputed=disputed
        )
        self._probes = probes
        self._own_values = own_values or {}
        self._claims = list(claims)
        self._by_id = {record.id: record for record in self._contents.records}
        self.stale = stale
        """How many records other code, other data or an earlier benchsuite made: left out, unless the archive was read with them."""
        self.without_data = without_data
        """How many records were left out because their trials had no data."""
        self.damaged = [str(one) for one in damaged]
        """What lies among the records and is none, one line each: it names the file, and says what is wrong with it."""
        self._stale_shown = stale_shown

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        tasks = len({record.trial.task for record in self.records})
        among = f", {self.stale} of them stale" if self._stale_shown else ""
        gone = [] if self._stale_shown else [f"{self.stale} stale"]
        bad = [f"{len(self.damaged)} damaged"] if self.damaged else []
        left_out = ", ".join([*gone, f"{self.without_data} without data", *bad])
        return f"<Archive: {len(self)} trials on {tasks} tasks{among}; left out: {left_out}>"

    @property
    def records(self) -> list[Record]:
        """The records, sorted by id."""
        return self._contents.records

    @property
    def kinds(self) -> list[str]:
        """The kinds that have a leaderboard."""
        return list(dict.fromkeys(board.kind for board in self._contents.boards))

    @property
    def changes(self) -> list[str]:
        """What studies changed in the tasks' baselines, such as ``schedule=cosine, batch_size=128``: each has leaderboards of its own."""
        return list(dict.fromkeys(board.change for board in self._contents.boards if board.change))

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row for each trial: spec, hyperparameters as columns, outcome, final values, steps to targets, costs.

        See :func:`benchsuite.analysis.frames.trials_frame` for the columns.
        """
        from benchsuite.analysis.frames import trials_frame

        return trials_frame(self.records)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Curves in long form: ``id``, ``task``, ``seed``, ``epoch``, ``step``, ``measure``, ``value``."""
        from benchsuite.analysis.frames import curves_frame

        return curves_frame(self.records)

    @cached_property
    def searches(self) -> pd.DataFrame:
        """One row for each search of a tuned or self-tuning track: what was asked for, what it cost, what it chose.

        See :func:`benchsuite.analysis.search_frames.searches_frame` for the columns.
        """
        from benchsuite.analysis.search_frames import searches_frame

        return searches_frame(self._searches)

    @cached_property
    def tried(self) -> pd.DataFrame:
        """One row for each setting that a search tried: its hyperparameters as columns, its validation score, its trials.

        See :func:`benchsuite.analysis.search_frames.tried_frame` for the columns.
        """
        from benchsuite.analysis.search_frames import tried_frame

        return tried_frame(self._searches)

    def record(self, trial_id: str) -> Record:
        """Return the record of a trial.

        Args:
            trial_id: Its id, or as many of its first digits as tell it from all others.

        Raises:
            BenchsuiteError: If no trial or several have such an id.
        """
        if trial_id in self._by_id:
            return self._by_id[trial_id]
        if not isinstance(trial_id, str) or not trial_id:
            raise BenchsuiteError(
                f"the id of a trial must be a string: its 32 digits, or the first of them. Received: {trial_id!r}."
            )
        found = [known for known in self._by_id if known.startswith(trial_id)]
        if len(found) == 1:
            return self._by_id[found[0]]
        if found:
            raise BenchsuiteError(
                f"{len(found)} trials have an id that begins with {trial_id!r}. Give more of its {len(found[0])} digits; the "
                "column id of trials has them all."
            )
        raise BenchsuiteError(
            f"none of these {len(self)} trials has an id that {'is' if len(trial_id) >= 32 else 'begins with'} {trial_id!r}. "
            "The column id of trials has them all."
        )

    def leaderboard(self, kind: str = "optimizer", change: str = "", *, track: str = "default") -> pd.DataFrame:
        """Return the leaderboard of a kind, tidy: one row for each component and task, with the columns of leaderboard.csv.

        Args:
            kind: One of :attr:`kinds`.
            change: One of :attr:`changes`; the tasks' baselines as they are unless given.
            track: How hyperparameters were chosen. Several budgets of one track stand below each other, see the column ``budget``.

        Raises:
            BenchsuiteError: If no trial compares that kind in that baseline on that track.
        """
        import pandas as pd

        from benchsuite.report.tables.csv_table import leaderboard_rows

        return pd.DataFrame([line for board in self._found(kind, change, track) for line in leaderboard_rows(board)])

    def table(self, kind: str = "optimizer", change: str = "", *, track: str = "default") -> TrialTable:
        """Return which trials stand where, to take arrays of any measure from: components as rows, tasks as columns.

        Args:
            kind: One of :attr:`kinds`.
            change: One of :attr:`changes`; the tasks' baselines as they are unless given.
            track: How hyperparameters were chosen. What was tuned is one row for each selection, whatever setting was
                chosen on which task; where several protocols tuned it, one for each of them.

        Raises:
            BenchsuiteError: If no trial compares that kind in that baseline on that track.
        """
        from benchsuite.analysis.arrays import table_of, table_of_searches

        self._found(kind, change, track)
        if track == "default":
            return table_of(self._contents.sample, kind=kind, change=change)
        return table_of_searches(self._contents.sample, self._searches, kind=kind, track=track, change=change)

    def _source(self) -> FigureSource:
        return self._drawn

    @cached_property
    def _drawn(self) -> FigureSource:
        from benchsuite.report.figures.asked import FigureSource

        return FigureSource(self._contents, self._probes() if self._probes else {}, self._own_values, self._claims)

    def _found(self, kind: str, change: str, track: str) -> list[Leaderboard]:
        of_kind = [board for board in self._contents.boards if board.kind == kind]
        if not of_kind:
            raise unknown("kind among these trials:", kind, self.kinds)
        tracks = list(dict.fromkeys(board.protocol.track for board in of_kind))
        if track not in tracks:
            raise unknown(f"track of the leaderboards of kind {kind.replace('_', ' ')}:", track, tracks)
        boards: dict[str, list[Leaderboard]] = {}
        for board in of_kind:
            if board.protocol.track == track:
                boards.setdefault(board.change, []).append(board)
        if change not in boards:
            raise unknown(
                f"baseline of the leaderboard of kind {kind.replace('_', ' ')}:",
                change,
                [one or "(unchanged)" for one in boards],
            )
        return boards[change]


def open_archive(folder: Path, *, plugins: tuple[str, ...] = (), local: bool = True, stale: bool = False) -> Archive:
    """Read a results folder; see :func:`benchsuite.read`."""
    from benchsuite.analysis.reference import reference_of
    from benchsuite.analysis.test_part import TestParts, right_from
    from benchsuite.certificates import part_sizes
    from benchsuite.claim_files import read_claims
    from benchsuite.cost_files import all_costs
    from benchsuite.costs_now import costs_now
    from benchsuite.execution.reading import all_beside
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.registry import PluginSearch, load_registry
    from benchsuite.store import Store
    from benchsuite.studies.along import own_values

    store = Store(folder, create=False)
    if not store.trials.is_dir():
        raise BenchsuiteError(f"there are no records in {folder}. `benchsuite run --all` makes some in ./results.")
    registry = load_registry(PluginSearch(plugins, str(Path.cwd()), local), trying=True)
    judge = judge_of(registry, store.extras)
    damaged: list[Damage] = []
    judged = [(record, judge(record.trial, record)) for record in all_beside(store.trials, damaged)]
    right = right_from(store.extras.predicted) if (store.folder / "predictions").is_dir() else None
    searches = list(store.searches(damaged))
    claims = list(read_claims(store.folder, damaged))
    counts = Counter(freshness for _, freshness in judged)
    costs, _ = costs_now(all_costs(store.folder, damaged), registry, stale)
    shown = [record for record, found in judged if found.counts or (stale and found is Freshness.STALE)]
    return Archive(
        shown,
        counts[Freshness.STALE],
        stale_shown=stale,
        without_data=counts[Freshness.MISSING],
        damaged=damaged,
        same_as=registry.same_as,
        searches=searches,
        parts=TestParts(part_sizes({record.trial.task for record in shown}, registry), right),
        reference=reference_of(store.folder),
        probes=lambda: {record.id: found for record in shown if (found := store.extras.probes(record.id)) is not None},
        costs=costs,
        own_values=own_values(registry, {record.trial.task for record in shown}),
        disputed=[path.name for path in sorted((store.folder / "disputed").glob("*"))],
        claims=claims,
    )
