"""Local workers for what a verb proposes: the one call behind every verb that runs trials."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from benchsuite.cli.asked import write_study_file

if TYPE_CHECKING:
    from benchsuite.cli.sharded import Part
    from benchsuite.execution import Options, Summary
    from benchsuite.execution.observer import Watcher
    from benchsuite.registry import Registry
    from benchsuite.sources import Source, Together
    from benchsuite.store import Store


def by_workers(
    source: Source | Together,
    known: Registry,
    options: Options,
    store: Store,
    watcher: Watcher,
    timeout: float | None,
    part: Part | None = None,
) -> Summary:
    """Have local workers run what a source proposes; they send epochs only if somebody listens.

    Args:
        source: Proposes trials.
        known: The plugins that were found, observers that are switched on among them.
        options: What workers are told.
        store: The results folder.
        watcher: Watches.
        timeout: Seconds a trial may take; the usual ones unless given.
        part: Of which study it is a part, and which; a whole one unless given.
    """
    from benchsuite.execution import LocalExecutor, run_source

    listened = bool(known.hooks.hook.epoch_finished.get_hookimpls())
    options = replace(options, results=store.identity, epochs=listened)
    # Once the folder is locked and what it holds can be read: of a run that is refused no study is left.
    begin = partial(write_study_file, part.whole if part else source, known, store)
    shard = part.shard if part else None
    return run_source(source, known, store, LocalExecutor(options), options, watcher, timeout, begin=begin, shard=shard)
