"""One shard as a process of its own, with a real results folder, and trials that cost nothing but the time a test gives them.

``python -m tests.shard_process FOLDER K/N GATE``: runs its part of a fixed plan. Each trial waits until the file GATE is there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Finished, Started, run_source
from benchsuite.execution.sharing import share_of
from benchsuite.registry import Registry
from benchsuite.shards import Shard
from benchsuite.sources import Planned
from benchsuite.store import Store
from benchsuite.trial import Trial
from tests.bundled import REGISTRY
from tests.execution.test_run import RATES, Shuffled, Watching, options, trials

SEEDS = range(3)


def planned(registry: Registry) -> list[Trial]:
    """Some programs: settings that are fed share one, budgets do not."""
    return [
        trial
        for seed in SEEDS
        for epochs in (1, 2, 3, 4)
        for trial in trials(registry, RATES, seed=seed, epochs=epochs)
    ]


class Gated(Shuffled):
    """Trials that end once there is a gate."""

    def __init__(self, gate: Path, shard: Shard) -> None:
        super().__init__(2, Random(shard.number))
        self._gate = gate

    def events(self) -> Iterator[Started | Finished]:
        for event in super().events():
            if isinstance(event, Finished):
                while not self._gate.exists():
                    time.sleep(0.01)
            else:
                print("started", flush=True)
            yield event


def main(folder: str, text: str, gate: str) -> int:
    shard = Shard.read(text)
    share = share_of(Planned(planned(REGISTRY)), shard, REGISTRY)
    try:
        run_source(
            share,
            REGISTRY,
            Store(Path(folder)),
            Gated(Path(gate), shard),
            options(Path(folder)),
            Watching(),
            shard=shard,
        )
    except BenchsuiteError as error:
        print(error, flush=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
