"""Whether compiled code is kept here: tried for real, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

from benchsuite.engine.compiled.folder import Held

SCRIPT = "from benchsuite.engine.compiled_tried import try_here; try_here()"


def tried(environment: dict[str, str]) -> Held | None:
    """Return how much is kept, if code is kept and found again; ``None`` if it is not.

    Args:
        environment: Of a worker.
    """
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, env=environment)
    said = found.stdout.strip().splitlines()[-1:]
    return Held(*json.loads(said[0])) if not found.returncode and said else None


def try_here() -> None:
    """Compile a small function, let this process forget it, and find it again; print how much is kept."""
    from benchsuite.engine.compiled.here import HERE, Counted
    from benchsuite.engine.device import Device, configure

    tf = configure(Device("cpu"), compiled=True)
    from benchsuite.engine.program.traced import Traced

    assert HERE.folder is not None
    before = HERE.counted
    for _ in range(2):
        HERE.forget()
        before = HERE.counted
        Traced(lambda x: tf.tanh(x) + tf.reduce_sum(x), xla=True)(0, tf.ones((3, 5)))
    if HERE.counted.since(before) != Counted(loaded=1):
        sys.exit(1)
    held = HERE.folder.held()
    print(json.dumps([held.files, held.size]))
