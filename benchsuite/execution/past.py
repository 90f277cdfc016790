"""What earlier runs on this machine took, as a forecast learns it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.forecast import Forecast
from benchsuite.execution.machine import processor_name
from benchsuite.record import Record
from benchsuite.store import Store

MOST_READ = 60
"""Records of other studies that are read for it: a folder may hold a hundred thousand."""


def learn_from(forecast: Forecast, records: Iterable[Record]) -> None:
    """Let a forecast learn from records, as far as a processor like this one made them."""
    here = processor_name()
    for record in records:
        if record.environment.processor == here:
            forecast.learn(record.trial, record.costs, here=False)


def others_of(store: Store, but: Collection[str]) -> list[Record]:
    """Return some records of a folder. Their ids are hashes: the first of them are of any task.

    Args:
        store: The folder.
        but: Ids of trials that are known already.
    """
    found = []
    for trial_id in [one for one in store.ids() if one not in but][:MOST_READ]:
        with suppress(BenchsuiteError):  # whoever needs it says what is wrong with it
            record = store.read(trial_id)
            found += [record] if record else []
    return found
