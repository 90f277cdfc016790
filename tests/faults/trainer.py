"""A worker in which faults can be injected: the real one, or one behind the same protocol that trains nothing.

What the second one says of a trial is a function of the trial; what is to be kept beside it is written by the code that
writes it for a real one.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

REAL = "BENCHSUITE_FAULTS_REAL"
"""The environment variable that asks for real trainings."""
PAUSE = "BENCHSUITE_FAULTS_PAUSE"
"""The environment variable that says how many seconds a simulated training takes; none unless set."""
TAPE = "BENCHSUITE_FAULTS_TAPE"
"""The environment variable that names a file of what was said before; where there is none it is made, as ``….new``."""
OTHERWISE = "BENCHSUITE_FAULTS_OTHERWISE"
"""The environment variable by which all accuracies are higher, as on another machine."""
NAMED = "BENCHSUITE_FAULTS_NAMED"
"""The environment variable that asks for what a system does where no file can be without a name, and no folders change places."""
BOOT = (
    "import sys; sys.path[:] = sys.argv[2].splitlines(); "
    "from tests.faults.trainer import serve; serve(int(sys.argv[1]))"
)
"""What a worker process runs, in place of :data:`benchsuite.execution.process.BOOT`."""


def serve(descriptor: int) -> None:
    """Do what :func:`benchsuite.execution.worker.serve` does.

    Args:
        descriptor: Of this end of the pipe.
    """
    from tests.faults import injection  # before anything takes hold of what is replaced

    injection.install("worker")
    tape = os.environ.get(TAPE)
    if tape and os.path.exists(tape):
        _replay(descriptor, tape)
        return
    settle()
    if os.environ.get(REAL):
        from benchsuite.execution.worker import serve as real

        real(descriptor)
    else:
        _simulate(descriptor, tape)


def settle() -> None:
    """Take the ways of another system, where that is asked for."""
    if os.environ.get(NAMED):
        from benchsuite import drafts

        drafts._NAMELESS = 0


def _simulate(descriptor: int, tape: str | None) -> None:
    from multiprocessing.connection import Connection
    from multiprocessing.reduction import ForkingPickler

    from benchsuite.errors import CannotWrite
    from benchsuite.execution.messages import Answer, Begun, EpochMeasured, Ready, Writing
    from benchsuite.trial import Trial

    def send(message: object, spec: object = None) -> None:
        content = bytes(ForkingPickler.dumps(message))
        if tape:
            with open(f"{tape}.new", "a", encoding="utf-8") as file:
                file.write(json.dumps([_key(message if spec is None else spec), content.hex()]) + "\n")
        connection.send_bytes(content)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    options, _ = connection.recv()
    send(Ready())
    pause = float(os.environ.get(PAUSE, "0"))
    while True:
        try:
            specs = connection.recv()
        except EOFError:
            return
        send(Begun())
        answers = []
        for trial in map(Trial.from_spec, specs):
            _work(pause)
            if options.epochs:
                connection.send(EpochMeasured(trial.id, {"epoch": 1, "step": 33, "running_loss": 1.0}))
            ending = ended(trial)
            try:
                connection.send(Writing(True))
                answers.append(Answer(ending, 10**6, _kept(trial, options)))
                connection.send(Writing(False))
            except CannotWrite as error:
                answers.append(Answer(ending, 10**6, problem=str(error)))
        for answer, spec in zip(answers, specs, strict=True):
            send(answer, spec)


def _replay(descriptor: int, tape: str) -> None:
    """Say what another said of the same trials: without any import, which takes most of the time of such a process."""
    from multiprocessing.connection import Connection

    said: dict[str, bytes] = {}
    with open(tape, encoding="utf-8") as file:
        for key, content in map(json.loads, file):
            said[key] = bytes.fromhex(content)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    connection.recv_bytes()  # its options, which decide nothing here
    connection.send_bytes(said["Ready"])
    pause = float(os.environ.get(PAUSE, "0"))
    while True:
        try:
            specs = connection.recv()
        except EOFError:
            return
        connection.send_bytes(said["Begun"])
        for _ in specs:
            _work(pause)
        for spec in specs:
            connection.send_bytes(said[_key(spec)])


def _work(pause: float) -> None:
    print("a line of its log", flush=True)
    time.sleep(pause)


def _key(said: object) -> str:
    return json.dumps(said, sort_keys=True) if isinstance(said, dict) else type(said).__name__


def ended(trial: Any) -> Any:
    """Return the end of a trial."""
    from tests.invented import TARGETS, ending

    targets: Sequence[float] = TARGETS
    if trial.task != "digits_mlp":
        from benchsuite.registry import PluginSearch, load_registry

        targets = load_registry(PluginSearch(local=False)).tables["task"][trial.task].component.targets
    return ending(trial, 0.8 + int(trial.id[:4], 16) % 1000 / 10_000 + float(os.environ.get(OTHERWISE, "0")), targets)


def _kept(trial: Any, options: Any) -> dict[str, Any]:
    """Write what is to be kept of a trial beside its record, and return what probes found."""
    from pathlib import Path
    from types import SimpleNamespace

    import numpy as np

    from benchsuite.engine.keep import Keeper
    from benchsuite.files import extra_file

    values = np.arange(40, dtype="float32").reshape(4, 10) + int(trial.id[:4], 16)
    dataset = SimpleNamespace(part=lambda part: slice(0, 4), y=np.arange(4, dtype="int32"))
    program = SimpleNamespace(
        weights=lambda feed: {"dense/kernel": values},
        outputs=lambda feed, x: values,
        probe=lambda feed: {"weight_norm": [float(values.sum())]},
        network=SimpleNamespace(kernel_layers=[SimpleNamespace(name="dense")]),
    )
    ready = SimpleNamespace(program=program, feed=None, prepared=SimpleNamespace(dataset=dataset, x=values))
    keeper = Keeper(options.extras, ready, restores=False)  # type: ignore[arg-type]
    keeper.take()
    weights, predictions = (extra_file(Path(folder), trial.id) for folder in (options.weights, options.predictions))
    keeper.write(weights, predictions, options.results)
    if not options.extras.probe:
        return {}
    for epoch in range(trial.epochs + 1):
        keeper.after_epoch(epoch, 1.0)
    keeper.ended(trial.epochs)
    return keeper.probed.to_json() if keeper.probed else {}
