"""What happens inside a worker process: one thread, one session, trials one after another."""

from __future__ import annotations

import faulthandler
import os
import platform
import signal
import sys
import threading
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.interface import Options
from benchsuite.outcomes import Outcome
from benchsuite.trial import Spec, Trial

if TYPE_CHECKING:
    from benchsuite.engine.ran import Ran

_state: dict[str, Any] = {}


def initialize(options: Options, number: int) -> None:
    """Prepare the process: limits, device, plugins. A failure is kept and told by the first trial."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _die_with(options.parent)  # asked of the parent itself: it may be gone before this line
    try:
        _print_to(Path(options.logs) / f"worker-{number}.log")
        from benchsuite.engine.device import Device, configure

        device = Device.parse(options.device).of_worker(number)
        configure(device)
        _limit_memory(options.memory_bytes if device.kind == "cpu" else 0)
        from benchsuite.certificates import checksum_of
        from benchsuite.engine.session import Session
        from benchsuite.registry import load_registry

        registry = load_registry(options.sources)
        session = Session(
            registry,
            registry.task,
            extras=options.extras,
            weights=Path(options.weights),
            predictions=Path(options.predictions),
            certified=lambda task: checksum_of(task, registry),
        )
        _state.update(session=session, device=options.device, number=number)
    except BenchsuiteError as error:
        _state["failure"] = str(error)
    except MemoryError:
        limit = options.memory_bytes / 2**30
        _state["failure"] = (
            f"a worker cannot start: {limit:.2g} GiB (--memory) are too little for TensorFlow. Give it 4 or more."
        )
    except Exception as error:  # or every trial of this worker would be recorded as crashed
        _state["failure"] = f"a worker cannot start: {type(error).__name__}: {' '.join(str(error).split())}"


def execute(spec: Spec) -> dict[str, Any]:
    """Run one trial and return the engine's part of its record, and the resident size of this process.

    Raises:
        BenchsuiteError: If the worker could not be prepared.
    """
    if "failure" in _state:
        raise BenchsuiteError(_state["failure"])
    ran = _state["session"].run(Trial.from_spec(spec))
    sys.stdout.flush()
    return {**_plain(ran), "resident_bytes": psutil.Process().memory_info().rss}


def _plain(ran: Ran) -> dict[str, Any]:
    """Return what the session returned as the run expects it."""
    ending = ran.ending
    results, costs = asdict(ending.results), asdict(ending.costs)
    if ending.outcome is not Outcome.COMPLETED:
        results = {name: value for name, value in results.items() if value not in (None, {})}
    elif results["failure"] is None:
        del results["failure"]
    return {
        "outcome": ending.outcome.value,
        "reason": ending.reason,
        "curves": ending.curves.to_json(),
        "results": results,
        "costs": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in costs.items()
            if costs["train_seconds"] is not None or value not in (None, ())
        },
        "data_checksum": ending.fingerprints.get("data", ""),
        "probes": ran.probed.to_json() if ran.probed else {},
        "environment": {**_environment(), "xla": ending.environment.xla},
    }


def _environment() -> dict[str, Any]:
    """Return versions, machine and device; nothing that names a person or a host."""
    from importlib.metadata import version

    return {
        **{name: version(name) for name in ("benchsuite", "tensorflow", "keras", "numpy")},
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "device": _device_name(),
        "worker": _state["number"],
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _device_name() -> str:
    if _state["device"] == "cpu":
        return "cpu"
    import tensorflow as tf

    gpu = tf.config.list_physical_devices("GPU")[0]
    return str(tf.config.experimental.get_device_details(gpu).get("device_name", "gpu"))


def _die_with(parent: int) -> None:
    """End this process when its parent is gone, however it went; a killed run leaves no worker behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _print_to(log: Path) -> None:
    """Send whatever this process prints, a segmentation fault's traceback included, to a file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    file = log.open("a", encoding="utf-8")
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
    faulthandler.enable(file)
    _state["log"] = file  # faulthandler keeps only the number of the open file


def _limit_memory(size: int) -> None:
    """Let allocations beyond the limit fail in this process, before the machine begins to swap."""
    if size and sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (size, resource.getrlimit(resource.RLIMIT_DATA)[1]))
