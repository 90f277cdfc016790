"""What a trial that was trained again says of its record: the same bits; within what other hardware explains; neither.

With the same numerics (processor features, libraries, versions: :mod:`benchsuite.engine.numerics`) every number must be the same,
timings excepted. With others, rounding differs from the first step on, and training amplifies it: what must agree then is what
rounding cannot change (outcome, steps, the network before the first step), and the final value to within the spread that seeds
have anyway, since a re-run with other rounding is, for all that can be known, one more draw. The numerics of a record are what
its author wrote: whether hardware is a reason at all, :mod:`benchsuite.verification.explaining` asks of the whole sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from benchsuite.curves import PARTS
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.repetition import difference, other_numerics
from benchsuite.statements import Rerun
from benchsuite.verification.evidence import words_of

OF_MACHINES = (Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY)
"""Outcomes that another machine need not repeat: until then the numbers must be the same."""
FEWEST = 3
"""Re-runs of a row whose own spread is believed before the bundle's."""
START = 1e-3
"""Relative difference of a measure of the network before the first step, on other hardware."""
SPREADS = 4.0
"""Standard deviations of its row's seeds by which a final value may differ: of two draws the difference has 1.4."""
EXAMPLES = 3.0
"""Examples by which a share of n may differ where the seeds do not."""
RELATIVE = 0.02
"""Of a loss or an error, likewise: a share of its size."""


def compared(
    record: Record,
    again: Record | None,
    row: Sequence[Record],
    size: int | None = None,
    here: Sequence[Record] = (),
) -> Rerun:
    """Return what a trial that was trained again says of its record.

    Args:
        record: The bundle's.
        again: What it gave here; ``None`` if it could not be trained.
        row: All seeds of its row in the bundle: their spread is the tolerance on other hardware.
        size: Examples of the test part, where its primary measure is a share of them.
        here: What of its row was trained again: of three and more the spread of these is the tolerance.
    """

    def rerun(agrees: str, words: str = "") -> Rerun:
        return Rerun(record.id, record.trial.task, words_of(record), agrees, words)

    if again is None:
        return rerun("not run", "it could not be trained here")
    words = difference(record, again)
    if not words:
        return rerun("bits")
    elsewhere = other_numerics(record, again)
    if elsewhere and (wrong := _impossible(record, again, size)):
        return rerun("no", wrong)
    if record.outcome in OF_MACHINES or (again.outcome in OF_MACHINES and again.outcome is not record.outcome):
        epochs, wrong = _so_far(record, again)
        if not epochs:
            return rerun("not run", f"there is nothing to compare: {_outcomes(record, again)}")
        if wrong and not elsewhere:
            return rerun("no", wrong)
        if record.outcome not in OF_MACHINES:  # how it ended nobody has seen
            return rerun("not run", _outcomes(record, again))
        alike = "other hardware" if wrong else "the same"
        return rerun("so far", f"{alike} in {epochs} evaluations, and {_outcomes(record, again)}")
    if not elsewhere:
        return rerun("no", words)
    if wrong := _beyond(record, again, _spread_from(record, row, here), size):
        return rerun("beyond", wrong)
    return rerun("tolerance", f"other hardware: {words}")


def _outcomes(record: Record, again: Record) -> str:
    return f"it was {record.outcome} and is {again.outcome} now"


def _so_far(record: Record, again: Record) -> tuple[int, str]:
    """Return how many evaluations both have after training began, and what differs in them; empty if nothing."""
    first, second = record.curves.to_json(), again.curves.to_json()
    common = min(record.curves.epochs, again.curves.epochs)
    for name in sorted(first.keys() & second.keys()):
        for epoch, (old, new) in enumerate(zip(first[name][:common], second[name][:common], strict=True)):
            if None not in (old, new) and repr(old) != repr(new):  # thinned records lack numbers
                return max(0, common - 1), f"{name} after epoch {epoch} was {old} and is {new} now"
    return max(0, common - 1), ""


def _spread_from(record: Record, row: Sequence[Record], here: Sequence[Record]) -> Sequence[Record]:
    """Return by which runs a record's tolerance is set: what was seen here, else its row without itself."""
    seen = [one for one in here if final_of(one) is not None]
    return seen if len(seen) >= FEWEST else [one for one in row if one.id != record.id]


def _impossible(record: Record, again: Record, size: int | None) -> str:
    """Return what no rounding explains; empty if nothing."""
    steps = record.results.steps_per_epoch, again.results.steps_per_epoch
    if None not in steps and steps[0] != steps[1]:
        return f"it had {steps[0]} steps an epoch and has {steps[1]} now"
    before, after = start_of(record), start_of(again)
    for name in sorted(before.keys() & after.keys()):
        if not math.isclose(before[name], after[name], rel_tol=START, abs_tol=_least(name, size)):
            return (
                f"{name} before the first step was {before[name]} and is {after[name]} now, which no rounding explains"
            )
    curves = record.curves.to_json(), again.curves.to_json()
    for part in PARTS:
        losses = [values.get(f"{part}_loss") for values in curves]
        if not losses[0] or repr(losses[0]) != repr(losses[1]):
            continue
        for name in sorted(curves[0].keys() & curves[1].keys()):
            if name.startswith(f"{part}_") and repr(curves[0][name]) != repr(curves[1][name]):
                return f"{name} is not what it was, and {part}_loss is the same to the bit at every epoch, which no rounding explains"
    return ""


def _beyond(record: Record, again: Record, row: Sequence[Record], size: int | None) -> str:
    """Return what lies beyond the tolerance; empty if nothing."""
    if record.outcome is not again.outcome:
        if {record.outcome, again.outcome} == {Outcome.COMPLETED, Outcome.DIVERGED} and _mixed(row):
            return ""  # its seeds themselves do the one or the other
        return f"it was {record.outcome} and is {again.outcome} now ({again.reason or 'without a reason'})"
    old, new = final_of(record), final_of(again)
    if old is None or new is None:
        return "" if old is new else f"its final value was {old} and is {new} now"
    allowed = tolerance(record, row, size)
    if abs(old - new) > allowed:
        return f"its final value was {old:.6g} and is {new:.6g} now, further apart than {allowed:.3g}, which its seeds' spread allows"
    return ""


def tolerance(record: Record, row: Sequence[Record], size: int | None = None) -> float:
    """Return by how much the final test value may differ on other hardware.

    Four standard deviations of seeds of its row; at least three examples of a share, two percent of another measure.

    Args:
        record: The record.
        row: Whose spread counts.
        size: Examples of the test part, where its primary measure is a share of them.
    """
    values = [value for one in row if (value := final_of(one)) is not None]
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    own = final_of(record)
    least = EXAMPLES / size if size else RELATIVE * abs(own or 0.0)
    return max(SPREADS * spread, least)


def final_of(record: Record) -> float | None:
    """Return the final test value of the primary measure; ``None`` if it has none."""
    value = (record.results.final or {}).get(f"test_{record.task.primary}")
    return None if value is None else float(value)


def start_of(record: Record) -> Mapping[str, float]:
    """Return the measures before the first step; empty where training never began."""
    curves = record.curves.to_json()
    names = [name for name in curves if name.startswith(tuple(f"{part}_" for part in PARTS)) and curves[name]]
    return {name: float(value) for name in names if (value := curves[name][0]) is not None}


def _least(name: str, size: int | None) -> float:
    return EXAMPLES / size if size and name.endswith("accuracy") else 1e-6


def _mixed(row: Sequence[Record]) -> bool:
    return len({one.outcome for one in row}) > 1
