"""Records told to observers as a run would have told them: so every observer exports, and writes the same in both cases."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchsuite.components import Observer
from benchsuite.components.events import EpochResult, TrialResult, TrialStart
from benchsuite.curves import Curves
from benchsuite.discovery.asking import hook_manager
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.text import reason_of


def replay(records: Sequence[Record], observer: Observer, folder: Path) -> None:
    """Tell an observer of each trial: that it began, its epochs, and what came of it. No other plugin hears of it.

    Args:
        records: The records, in the order in which they are told.
        observer: Who is told.
        folder: Where it writes.

    Raises:
        BenchsuiteError: If it cannot be made, such as for a package that is missing, has none of the hooks, or raises.
    """
    hooks = hook_manager()
    try:
        made = observer.make(folder)
        hooks.register(made)
        if not hooks.get_hookcallers(made):
            raise BenchsuiteError(f"observer {observer.name!r} sees nothing: none of its methods is a hook.")
        _tell(hooks.hook, records, folder)
    except BenchsuiteError:
        raise
    except Exception as error:
        raise BenchsuiteError(f"observer {observer.name!r} raised {reason_of(error)}") from error


def _tell(hook: Any, records: Sequence[Record], folder: Path) -> None:
    hook.study_started(trials=[record.trial for record in records], results=folder)
    for record in records:
        hook.trial_started(trial=TrialStart(record.id, record.trial.spec, 0))
        for place in range(record.curves.epochs if record.curves else 0):
            hook.epoch_finished(epoch=_epoch(record, place))
        hook.trial_finished(trial=TrialResult(record.id, record, f"trials/{record.id[:2]}/{record.id}.json"))
    outcomes = Counter(record.outcome.value for record in records)
    hook.study_finished(outcomes=dict(outcomes), results=folder)


def _epoch(record: Record, place: int) -> EpochResult:
    curves = record.curves
    values = {name: float(row[place]) for name, row in curves.items() if name not in Curves.WHOLE}
    known = {name: value if math.isfinite(value) else None for name, value in values.items()}
    return EpochResult(record.id, int(curves["epoch"][place]), int(curves["step"][place]), known, 0)
