"""One search as a source of trials: settings are proposed, tried and told in one order; the chosen one is evaluated afresh.

What it proposes depends on the validation numbers of its own trials alone. Told the records of an earlier run it proposes
the same again: so a search that was killed goes on where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchsuite.budgets import left_to_tuner, pairs
from benchsuite.record import Record
from benchsuite.searches import Search, Tried
from benchsuite.spaces import Value
from benchsuite.trial import Trial
from benchsuite.tuning import edges
from benchsuite.tuning.ask_tell import Asking
from benchsuite.tuning.choosing import RULE, choose, mean_score
from benchsuite.tuning.entrant import Entrant
from benchsuite.tuning.protocol import SEED, TuningProtocol
from benchsuite.tuning.ranges import MOST_WIDENINGS, ends
from benchsuite.tuning.rest import Rest
from benchsuite.tuning.validation import Validation

NO_SEARCH = "no search: the declared defaults, since the method claims to need no other"


@dataclass
class _Trying:
    """A setting whose trials are under way.

    Args:
        values: The setting.
        trials: Its trials.
        stop: See :class:`~benchsuite.searches.Tried`.
        cost: Likewise.
        source: Likewise.
        number: Of the tuner's proposal, if it is one.
    """

    values: Mapping[str, Value]
    trials: Sequence[Trial]
    stop: int | None
    cost: float
    source: str
    number: int | None = None

    def __post_init__(self) -> None:
        self.scores: list[float | None] = []

    @property
    def whole(self) -> bool:
        """Whether all its trials were told."""
        return len(self.scores) == len(self.trials)


class TuningSource:
    """The search of one entrant, and the evaluation of what it chose.

    The default setting comes first; then those of the tuner; then random points for what the tuner left of its budget; then
    the reserved pairs, see :func:`benchsuite.budgets.pairs`; then the evaluation seeds. So every search costs the same to the
    epoch, unless what it may choose from is finite and all of it was tried.

    Args:
        entrant: What is tuned.
        protocol: How.
        ended: Given the search once all its trials were told.
    """

    def __init__(
        self, entrant: Entrant, protocol: TuningProtocol, ended: Callable[[Search], None] = lambda _: None
    ) -> None:
        self._entrant, self._protocol, self._ended = entrant, protocol, ended
        self._tried: list[_Trying] = []
        self._waiting: deque[_Trying] = deque()
        self._new: list[Trial] = []
        # A pair moves along a continuum: where there is none, the tuner has the whole budget.
        smooth = any(one.levels is None for one in entrant.begins.dimensions)
        self._pairs_left = pairs(protocol.budget) if smooth else 0
        self._space = entrant.begins
        self._widenings: dict[tuple[str, str], int] = {}
        self._looked: dict[tuple[str, str], tuple[float, float]] = {}
        self._evaluating: list[Trial] | None = None
        self._evaluated: list[str] = []
        self._asking: Asking | None = None
        self._rest = Rest(entrant.begins, entrant.trial.epochs, SEED)
        self._left_by_tuner_is_spent = False
        self.search: Search | None = None
        """What came of it, once it has ended."""
        if protocol.tuner is None:
            self._evaluate()
        elif not entrant.begins.dimensions:
            self._try({}, None, 1.0, "default")
        else:
            self._asking = Asking(
                protocol.tuner,
                entrant.begins,
                left_to_tuner(protocol.budget) if smooth else protocol.budget,
                entrant.trial.epochs,
                SEED,
                protocol.setting.hyperparameters if protocol.setting else None,
                first=[entrant.default],
            )
            self._ask()

    @property
    def most_trials(self) -> int:
        """How many trials it proposes at most, if none is stopped at a rung."""
        searched = self._protocol.budget if self._asking else len(self._tried)
        return searched * self._protocol.trials_to_a_setting + len(self._protocol.seeds)

    @property
    def expected(self) -> Sequence[Trial]:
        """As many trials as it proposes at most, all of the default setting: which they are, depends on what comes of them."""
        return [self._entrant.trial] * self.most_trials

    @property
    def search_id(self) -> str:
        """The id of the search that comes of it, which stands before anything was tried."""
        return self._made().id

    def propose(self) -> Sequence[Trial]:
        """Return the trials that are new since the last call."""
        new, self._new = self._new, []
        return new

    def tell(self, record: Record) -> None:
        """Learn what came of the next of its trials."""
        if self._evaluating is not None:
            self._evaluated.append(record.id)
            if len(self._evaluated) == len(self._evaluating):
                self.search = self._made()
                self._ended(self.search)
            return
        trying = self._waiting[0]
        trying.scores.append(Validation.of(record).score)
        if not trying.whole:
            return
        self._waiting.popleft()
        if trying.number is not None:
            assert self._asking is not None
            self._asking.tell(trying.number, mean_score(trying.scores))
            self._ask()
        if not self._waiting:
            self._next()

    def _ask(self) -> None:
        assert self._asking is not None
        for asked in self._asking.ask():
            source = "tuner" if asked.number else "default"
            self._try(asked.values, asked.stop, asked.cost, source, asked.number)

    def _next(self) -> None:
        """Go on when all that was proposed has been told: with what the tuner left, a reserved pair, or the evaluation."""
        self._widen()
        if self._asking is not None and not self._left_by_tuner_is_spent:
            self._left_by_tuner_is_spent = True
            if self._fill(self._asking.left):
                return
        if self._pairs_left:
            self._pairs_left -= 1
            if self._pair() or self._fill(2 * self._entrant.trial.epochs):
                return
        self._evaluate()

    def _pair(self) -> bool:
        """Try the next reserved pair, and what it repeats elsewhere; return whether there is something to train."""
        whole = [one for one in self._tried if one.stop is None]
        best = choose(self._results(), self._entrant.limits)
        if best is None:
            return False
        worn = frozenset(key for key, count in self._widenings.items() if count >= MOST_WIDENINGS)
        settings, beyond = edges.pair(
            self._space,
            self._entrant.limits,
            [one.values for one in whole],
            [mean_score(one.scores) for one in whole],
            whole.index(self._tried[best]),
            worn,
        )
        if beyond:
            name, side, wider = beyond
            self._looked[name, side] = wider
        known = [one.values for one in whole]
        new = [values for place, values in enumerate(settings) if values not in (*known, *settings[:place])]
        for values in new:
            self._try(values, None, 1.0, "beyond" if beyond else "near")
        return bool(self._fill((2 - len(new)) * self._entrant.trial.epochs) or new)

    def _fill(self, epochs: int) -> bool:
        """Try random points that cost so many epochs; return whether there are some."""
        known = [(one.values, one.stop) for one in self._tried]
        points = self._rest.points(epochs, known)
        for values, stop in points:
            self._try(values, stop, (stop or self._entrant.trial.epochs) / self._entrant.trial.epochs, "rest")
        return bool(points)

    def _widen(self) -> None:
        """Widen those ranges that a pair looked beyond, and that the best setting lies beyond now."""
        best = choose(self._results(), self._entrant.limits)
        if best is None:
            return
        values, now = self._tried[best].values, ends(self._space)
        for (name, side), wider in list(self._looked.items()):
            value = values[name]
            assert isinstance(value, float)
            if value < now[name][0] if side == "low" else value > now[name][1]:
                self._space = self._space.widened({name: wider})
                self._widenings[name, side] = self._widenings.get((name, side), 0) + 1
                del self._looked[name, side]

    def _try(
        self, values: Mapping[str, Value], stop: int | None, cost: float, source: str, number: int | None = None
    ) -> None:
        trials = self._entrant.tuning_trials(values, stop, self._protocol)
        trying = _Trying(values, trials, stop, cost, source, number)
        self._tried.append(trying)
        self._waiting.append(trying)
        self._new += trials

    def _evaluate(self) -> None:
        best = choose(self._results(), self._entrant.limits)
        values = self._tried[best or 0].values if self._tried else {}
        self._evaluating = self._entrant.evaluation_trials(values, self._protocol)
        self._new += self._evaluating

    def _results(self) -> list[Tried]:
        return [
            Tried(
                dict(one.values),
                tuple(trial.id for trial in one.trials),
                mean_score(one.scores) if one.whole else None,
                one.cost,
                one.stop,
                one.source,
            )
            for one in self._tried
        ]

    def _made(self) -> Search:
        entrant, protocol, trial, tried = self._entrant, self._protocol, self._entrant.trial, self._results()
        chosen = choose(tried, entrant.limits)
        whole = [one for one in tried if one.stop is None]
        at: dict[str, str] = {}
        if chosen is not None:
            place = whole.index(tried[chosen])
            at = edges.edges(self._space, [one.values for one in whole], [one.score for one in whole], place)
        began, now = ends(entrant.begins), ends(self._space)
        return Search(
            kind=entrant.row.kind,
            selection=entrant.selection,
            task=trial.task,
            task_version=trial.task_version,
            epochs=trial.epochs,
            batch_size=trial.batch_size,
            precision=trial.precision,
            device=trial.device,
            engine=trial.engine,
            lanes=trial.lanes,
            change=trial.change,
            track=protocol.track,
            tuner=protocol.tuner_text,
            tuner_version=protocol.tuner.version if protocol.tuner else 0,
            budget=protocol.budget,
            rule=RULE if protocol.tuner else NO_SEARCH,
            searched=entrant.limits.names,
            tuning_seeds=protocol.tuning_seeds if protocol.tuner else 0,
            folds=protocol.folds,
            tried=tuple(tried),
            chosen=chosen,
            evaluated=tuple(self._evaluated),
            edges=at,
            ranges=began,
            widened={name: range for name, range in now.items() if range != began[name]},
        )
