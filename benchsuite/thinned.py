"""Thinned records: all that tables, verdicts and a re-run need, in a quarter of the bytes.

Nearly all bytes of many records are losses after each epoch, which look like noise to any compression. A thinned record keeps
the curve by which settings are chosen and targets are reached, and of all other curves the epochs that results name. It is a
record like any other, which says ``null`` where a number was left out, so it stands only where its reader is told: in a bundle
whose manifest says ``thin``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchsuite.curves import Curves
from benchsuite.record import Record

FIRST = 2
"""Evaluations that are kept of every curve: before training, and the next."""


def thinned(record: Record) -> Record:
    """Return a record without what only drawings of curves look at; thinned again it is the same.

    Whole are the epochs, their steps and the validation part's primary measure. All other curves keep the network before
    training, which scores are held against, the first epoch, by which two names of one method are known, and the final and the
    best epoch, or the last one of a trial that did not complete. Training seconds at each epoch are left out. Spec, outcome, results
    and all else are as they were.

    Args:
        record: The record.
    """
    costs = replace(record.costs, train_seconds_at=())
    if not record.curves:
        return replace(record, costs=costs)
    results = record.results
    named = [row["epoch"] for row in (results.final, results.best) if row is not None]
    kept = np.zeros(record.curves.epochs, bool)
    kept[[int(place) for place in named if place is not None] or [-1]] = True
    kept[:FIRST] = True
    whole = (*Curves.WHOLE, f"validation_{record.task.primary}")
    curves = {name: row if name in whole else np.where(kept, row, np.nan) for name, row in record.curves.items()}
    return replace(record, curves=Curves(curves), costs=costs)
