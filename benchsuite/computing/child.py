"""What happens inside a process that computes: plugins are loaded, one thread, one lab; numbers are computed one after another."""

from __future__ import annotations

import faulthandler
import gc
import math
import os
import sys
import time
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

from benchsuite.components import Claim, Computed
from benchsuite.components.claim import number_of
from benchsuite.computing.jobs import Computation, ComputeBegun, ComputeOrder, ComputeReady, Job
from benchsuite.errors import BenchsuiteError
from benchsuite.processes import connected, limit_memory
from benchsuite.registry import Registry, load_registry
from benchsuite.text import as_reason, reason_of, text_of

if TYPE_CHECKING:
    from benchsuite.engine.lab import Lab


def serve(descriptor: int) -> None:
    """Compute what comes through a pipe, and tell what came of it, until it is closed.

    Args:
        descriptor: Of this end of the pipe.
    """
    connection = connected(descriptor)
    order: ComputeOrder = connection.recv()
    from benchsuite.engine.device import Device, configure

    configure(Device("cpu"), compiled=True)
    limit_memory(order.memory)
    registry = load_registry(order.search)
    lab = laboratory(registry)
    gc.collect()
    gc.freeze()  # what was loaded stays
    connection.send(ComputeReady())
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        for seed in job.seeds:
            connection.send(ComputeBegun(seed, _printed()))
            if order.seconds:
                # Where it hangs, its line is told; in a thread of its own, so that no loop holds it up.
                faulthandler.dump_traceback_later(order.seconds, exit=True)
            found = computed(job.claim, job.part, seed, registry, lab)
            faulthandler.cancel_dump_traceback_later()
            connection.send(found)


def laboratory(registry: Registry) -> Lab:
    """Return a lab for everything that is registered: data are those of their certificates, as in any run."""
    from benchsuite.certificates import checksum_of
    from benchsuite.engine.lab import Lab
    from benchsuite.engine.session import Session

    known: Any = None
    if all(plugin.origin == "bundled" for plugin in registry.plugins):
        from benchsuite.engine.known_programs import KnownPrograms
        from benchsuite.provenance import fingerprints

        known = KnownPrograms(partial(fingerprints, registry=registry, verify=True))
    certified = partial(checksum_of, registry=registry)
    return Lab(registry, registry.task, Session(registry, registry.task, certified=certified, known=known))


def computed(claim: str, part: str, seed: int, registry: Registry, lab: Lab) -> Computation:
    """Return the number of a part for a seed, or why there is none.

    Args:
        claim: Name of the claim.
        part: Name of the part.
        seed: The seed.
        registry: Where the claim is looked up.
        lab: What its function is given.
    """
    lab.asked.clear()
    started = time.perf_counter()
    value, reason = None, ""
    try:
        given = _evidence(claim, part, registry).compute(lab, seed)
        value = number_of(f"compute of part {part!r} of claim {claim!r}", given)
        if math.isnan(value):
            value, reason = None, "it gave no number (NaN)"
    except BaseException as error:  # an author's function may raise anything, SystemExit included
        reason = _reason(error, claim, registry)
    seconds = time.perf_counter() - started
    return Computation(claim, part, seed, value, reason, seconds, tuple(sorted(lab.asked)))


def _evidence(claim: str, part: str, registry: Registry) -> Computed:
    known = registry.entry("claim", claim).component
    assert isinstance(known, Claim)
    evidence = next((one.evidence for one in known.parts if one.name == part), None)
    if not isinstance(evidence, Computed):
        raise BenchsuiteError(f"{known.title} has no part {part!r} that is computed.")
    return evidence


def _reason(error: BaseException, claim: str, registry: Registry) -> str:
    """Return what went wrong, and in which line of the file of the claim."""
    said = text_of(error) if isinstance(error, BenchsuiteError) else reason_of(error)
    try:
        file = getattr(registry.entry("claim", claim).plugin.module, "__file__", None)
    except BenchsuiteError:
        file = None
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return as_reason(f"{said} ({os.path.basename(file)}:{lines[-1]})" if file and lines else said)


def _printed() -> int:
    """Return how many bytes are in the file that this process prints to."""
    try:
        sys.stdout.flush()
        return os.fstat(2).st_size
    except (OSError, ValueError, AttributeError):  # a plugin may have closed it
        return 0
