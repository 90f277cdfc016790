"""Workers for what a verb proposes, here or on a cluster: the one call behind every verb that runs trials."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from benchsuite.cli.asked import write_study_file

if TYPE_CHECKING:
    from benchsuite.cli.sharded import StudyShard
    from benchsuite.execution import Executor, Options, Summary
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
    part: StudyShard | None = None,
) -> Summary:
    """Have workers run what a source proposes; they send epochs only if somebody listens.

    Args:
        source: Proposes trials.
        known: The plugins that were found, observers that are switched on among them.
        options: What workers are told.
        store: The results folder.
        watcher: Watches.
        timeout: Seconds a trial may take; the usual ones unless given.
        part: Of which study it is a part, and which; a whole one unless given.
    """
    from benchsuite.execution import run_source

    listened = bool(known.hooks.hook.epoch_finished.get_hookimpls())
    options = replace(options, results=store.identity, epochs=listened)
    # Once the folder is locked and what it holds can be read: of a run that is refused no study is left.
    begin = partial(write_study_file, part.whole if part else source, known, store)
    shard = part.shard if part else None
    if shard:
        options = replace(options, log_name=f"shard-{shard.name}-worker")
    return run_source(
        source, known, store, _executor(options, known), options, watcher, timeout, begin=begin, shard=shard
    )


def _executor(options: Options, known: Registry) -> Executor:
    if options.spread is None:
        from benchsuite.execution import LocalExecutor

        return LocalExecutor(options)
    from benchsuite.execution.ray import RayExecutor, connected

    return RayExecutor(options, known, connected(options.spread.executor))
