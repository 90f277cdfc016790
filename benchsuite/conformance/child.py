"""What happens inside a process that tries promises: each step is announced, taken, and told of."""

from __future__ import annotations

import faulthandler
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from benchsuite.conformance.courses import steps_of
from benchsuite.conformance.order import AllTaken, CheckOrder, StepBegun, StepTaken, Wanted
from benchsuite.conformance.promises import taken
from benchsuite.processes import connected, limit_memory
from benchsuite.registry import Registry, load_registry


def serve(descriptor: int) -> None:
    """Try what comes through a pipe, and tell what came of it.

    Args:
        descriptor: Of this end of the pipe.
    """
    connection = connected(descriptor)
    order: CheckOrder = connection.recv()
    from benchsuite.engine.device import Device, configure

    configure(Device("cpu"))
    limit_memory(order.memory)
    registry = load_registry(order.search)
    for wanted in order.wanted:
        with TemporaryDirectory() as weights:
            _try(wanted, registry, Path(weights), order, connection)
    connection.send(AllTaken())


def _try(wanted: Wanted, registry: Registry, weights: Path, order: CheckOrder, connection: Connection) -> None:
    kind, name = wanted.kind, wanted.name
    component = registry.entry(kind, name).component
    steps = steps_of(component, registry, weights, order.dear, wanted.tried)
    for step, looked in taken(steps, component, registry, wanted.taken, wanted.over):
        if looked is None:
            # Where it hangs, the author's line is told; in a thread of its own, so that no loop holds it up.
            faulthandler.dump_traceback_later(order.seconds, exit=True)
            connection.send(StepBegun(kind, name, step.key, step.promise, step.trains, _printed()))
        else:
            faulthandler.cancel_dump_traceback_later()
            connection.send(StepTaken(kind, name, step.key, looked))


def _printed() -> int:
    """Return how many bytes are in the file that this process prints to."""
    try:
        sys.stdout.flush()
        return os.fstat(2).st_size
    except (OSError, ValueError, AttributeError):  # a plugin may have closed it
        return 0
