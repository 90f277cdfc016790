"""Which device a worker uses, and how TensorFlow is told: before it is imported where that is possible."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchsuite.control_groups import usable_processors
from benchsuite.engine.cards import MIB, free_memory, limit_of, share_of, workers_of
from benchsuite.engine.compiled.here import HERE
from benchsuite.engine.surroundings import (
    FOR_GPUS,
    SET_FOR_GPUS,
    SWITCH,
    become,
    settle_keras,
    without_keras_file,
    worker_environment,
)
from benchsuite.errors import BenchsuiteError
from benchsuite.processes import without_collecting


@dataclass(frozen=True)
class Device:
    """A device as the user names it: ``cpu``, ``gpu`` (all of them, workers dealt out in turn) or ``gpu:N``.

    Args:
        kind: ``cpu`` or ``gpu``; part of a trial's id, since the two round differently.
        number: Which GPU; ``None`` for all.
    """

    kind: str
    number: int | None = None

    @classmethod
    def parse(cls, text: str) -> Device:
        """Read ``--device``.

        Raises:
            BenchsuiteError: If it is none of the three forms, or there is no such GPU.
        """
        match = re.fullmatch(r"(cpu|gpu)(?::(\d+))?", text)
        if not match or (match[1] == "cpu" and match[2]):
            raise BenchsuiteError(f"--device must be cpu, gpu or gpu:N. Received: {text!r}.")
        device = cls(match[1], int(match[2]) if match[2] else None)
        if device.kind == "gpu":
            found = count_gpus()
            if not found:
                raise BenchsuiteError(
                    "--device gpu: no NVIDIA GPU was found on this machine. Use --device cpu, or install its driver and benchsuite[gpu]."
                )
            if device.number is not None and device.number >= found:
                raise BenchsuiteError(f"--device gpu:{device.number}: this machine has GPUs 0 to {found - 1}.")
        return device

    def workers(self, tiers: Iterable[str] = (), memory: int = 0) -> int:
        """Return how many workers make sense: one for each core; on GPUs as many as have a share of the memory and a core.

        Args:
            tiers: Of the tasks, which say how large a share is; see :data:`benchsuite.engine.cards.SHARES`.
            memory: Bytes of a share, where somebody chose them.
        """
        cores = usable_processors()
        if self.kind == "cpu":
            return cores
        return workers_of(self._free(), self._cards, cores, memory or share_of(tiers))

    def shared(self, workers: int) -> bool:
        """Say whether some of so many workers share a GPU: then no time of a step says what it takes alone."""
        return self.kind == "gpu" and workers > self._cards

    def memory_limit(self, workers: int) -> int:
        """Return the bytes of its GPU that each of some workers may take; 0 for no limit."""
        return 0 if self.kind == "cpu" else limit_of(self._free(), self._cards, workers)

    @property
    def _cards(self) -> int:
        return 1 if self.number is not None else max(1, count_gpus())

    def _free(self) -> list[int] | None:
        """Return the free bytes of the GPUs that are meant, as far as the driver tells."""
        free = free_memory()
        if free is None or self.number is None:
            return free
        return free[self.number : self.number + 1] or None

    def of_worker(self, worker: int) -> Device:
        """Return the device of one worker: GPUs are dealt out in turn."""
        if self.kind == "cpu" or self.number is not None:
            return self
        return Device("gpu", worker % max(1, count_gpus()))


def count_gpus() -> int:
    """Return the number of NVIDIA GPUs that the driver shows, without importing TensorFlow."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([entry for entry in visible.split(",") if entry.strip() not in ("", "-1")])
    folder = Path("/proc/driver/nvidia/gpus")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def variables(device: Device) -> dict[str, str]:
    """Return the environment variables that say which device a process has."""
    if device.kind == "cpu":
        return {"CUDA_VISIBLE_DEVICES": "-1"}
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    every = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_FLAGS": FOR_GPUS, SWITCH: SET_FOR_GPUS}
    if device.number is None:
        return every
    number = visible.split(",")[device.number] if visible else str(device.number)
    return {**every, "CUDA_VISIBLE_DEVICES": number}


def environment(device: Device) -> dict[str, str]:
    """Return the whole environment of a process that trains on this device; see :mod:`benchsuite.engine.surroundings`."""
    return worker_environment(os.environ, variables(device))


def configure(device: Device, memory: int = 0, compiled: bool = False) -> Any:
    """Import TensorFlow for this device and return it. Call once, first thing, in a process of its own.

    Args:
        device: The device.
        memory: Bytes that this process may take of a GPU, for what TensorFlow keeps there; 0 for no limit.
        compiled: Whether compiled code is kept on the disk, and found there.

    Raises:
        BenchsuiteError: If TensorFlow sees no GPU where one was asked for.
    """
    become(environment(device))
    new = "tensorflow" not in sys.modules
    with without_keras_file(), without_collecting():
        import keras  # noqa: F401
        import tensorflow as tf

    settle_keras()
    if device.kind == "gpu":
        gpus = tf.config.list_physical_devices("GPU")
        if not gpus:
            raise BenchsuiteError(
                "--device gpu: TensorFlow sees no GPU. Install benchsuite[gpu]; `benchsuite doctor` shows what it sees."
            )
        for gpu in gpus:
            # Before the limit: afterwards it is refused. Under a limit TF_FORCE_GPU_ALLOW_GROWTH alone is what makes memory grow.
            tf.config.experimental.set_memory_growth(gpu, True)
            if memory:
                limited = tf.config.LogicalDeviceConfiguration(memory_limit=memory // MIB)
                tf.config.set_logical_device_configuration(gpu, [limited])
        # On the GPU the order of a reduction depends on scheduling unless TensorFlow is told otherwise.
        tf.config.experimental.enable_op_determinism()
    if compiled:
        HERE.switch_on(device.kind)
    # Both stay as long as the process: to scan their objects again for every program that is dropped takes 0.3 s each time.
    # What a process has made that asks once more would never be freed.
    if new:
        gc.freeze()
    return tf
