"""TensorFlow in the process of a verb: on the CPU, in a worker's surroundings, and silent."""

from __future__ import annotations

import os


def surround() -> None:
    """Give this process a worker's surroundings: first of all, since plugins import NumPy, which reads its switches then."""
    from benchsuite.engine.device import Device, environment
    from benchsuite.engine.surroundings import become

    become(environment(Device("cpu")))


def tensorflow_on_cpu() -> None:
    """Import TensorFlow for the CPU and keep what its libraries print off the terminal.

    They write to the file descriptor itself: at import, before any setting of theirs counts, and again when the first
    operation looks for devices.
    """
    from benchsuite.engine.device import Device, configure

    kept = os.dup(2)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        configure(Device("cpu")).zeros(())
    finally:
        os.dup2(kept, 2)
        os.close(kept)
