"""What this process has compiled, and what it need not compile because that is kept on the disk.

XLA keeps compiled code in a folder of its own and reads it again: here that folder is in memory. Just before a function
is called for the first time, what the disk has of it is put there; what XLA puts there was compiled just now, and goes
to the disk. So every file is checked when it is used, hits and misses are known exactly, and the disk can be full or
broken without any harm.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchsuite.engine.compiled.folder import CompiledFolder
from benchsuite.engine.numerics import numerics
from benchsuite.engine.surroundings import MEMORY, SET, SET_FOR_GPUS, SWITCH
from benchsuite.files import cache_folder
from benchsuite.standard_error import without_lines

Result = TypeVar("Result")

DECIDING = (SWITCH, "XLA_FLAGS", "TF_NUM_INTRAOP_THREADS", "TF_ENABLE_XLA_CONSTANT_FOLDING", "TF_CUDNN_DETERMINISTIC")
"""Variables that decide what XLA makes of a computation."""

_HARMLESS = re.compile(
    # What TensorFlow prints each time it reads compiled code, six thousand letters that mean nothing:
    # TensorFlow reads a file as text first, whatever it is …
    rb"text_format\.cc:\d+\] Error parsing text-format tensorflow\.XlaSerializedCacheEntry"
    # … and XLA takes two wishes of its own, which are no features of a processor, for features that this one lacks.
    rb"|cpu_aot_loader\.cc:\d+\] Loading XLA:CPU AOT result\. Target machine feature \+prefer-no-(?:scatter|gather) "
)


@dataclass(frozen=True)
class Counted:
    """How many functions this process has met so far.

    Args:
        compiled: Those that XLA compiled.
        loaded: Those that were on the disk.
    """

    compiled: int = 0
    loaded: int = 0

    def since(self, before: Counted) -> Counted:
        """Return how many came after an earlier count."""
        return Counted(self.compiled - before.compiled, self.loaded - before.loaded)


class Here:
    """What this process has compiled; there is one, :data:`HERE`."""

    def __init__(self) -> None:
        self.counted = Counted()
        self.folder: CompiledFolder | None = None
        self._deciding: list[Any] = []
        self._met: set[str] = set()

    def switch_on(self, device: str = "cpu", root: Path | None = None) -> None:
        """Use the disk from now on.

        Args:
            device: Kind of the device that computes: ``cpu`` or ``gpu``.
            root: The folder; the one in the user's cache unless given.
        """
        self._deciding = _deciding()
        self.folder = CompiledFolder(root or compiled_folder(), kind_of(device))

    def first_call(self, name: str, call: Callable[[], Result]) -> Result:
        """Call a function that this process may not have called yet, for all that it computes and its shapes.

        Args:
            name: Of what it computes.
            call: Calls it.
        """
        if name in self._met:
            return call()
        folder = self.folder if self._deciding == _deciding() else None
        _taken_from_memory()  # what others compiled here
        kept = folder.get(name) if folder else None
        if kept:
            _put_into_memory(kept)
        try:
            if kept:
                with without_lines(_HARMLESS):
                    result = call()
            else:
                result = call()
        except BaseException:
            if kept and folder:
                folder.drop(name)
            _taken_from_memory()
            raise
        found = _taken_from_memory()
        made = {file: content for file, content in found.items() if not kept or file not in kept}
        if made and folder:
            folder.put(name, made)
        loaded = bool(kept) and not made
        self._count(loaded)
        self._met.add(name)
        return result

    def compiled_anew(self) -> None:
        """Count a function that was compiled without a look at the disk."""
        self._count(loaded=False)
        _taken_from_memory()

    def forget(self) -> None:
        """Forget all that was compiled, as XLA does: for a process that tries whether the disk has it. No tensor survives."""
        from tensorflow.python.eager import context

        context._reset_context()
        self._met.clear()

    def _count(self, loaded: bool) -> None:
        self.counted = Counted(self.counted.compiled + (not loaded), self.counted.loaded + loaded)


HERE = Here()


def compiled_folder() -> Path:
    """Return where compiled code is kept; it need not be there."""
    return cache_folder() / "compiled"


def kind_of(device: str = "cpu") -> str:
    """Return a hash of all that compiled code depends on beside what it computes.

    No code of benchsuite is in it: what that code made of a trial is the computation, by whose content it is found.

    Args:
        device: Kind of the device that computes: ``cpu`` or ``gpu``.
    """
    import tensorflow as tf

    facts = {
        "form": 1,
        "numerics": numerics(device).facts,
        "tensorflow": (tf.version.GIT_VERSION, tf.version.COMPILER_VERSION),
        "features": _features(),
        "deciding": _deciding(),
        **({"libraries": _libraries()} if device == "gpu" else {}),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def _features(cpuinfo: Path = Path("/proc/cpuinfo")) -> list[str]:
    """Return every feature of the processor, not only those that choose kernels: code may use any."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0].splitlines()
    except OSError:
        return []
    told = dict(line.partition(":")[::2] for line in lines)
    flags = next((value for key, value in told.items() if key.strip() in ("flags", "Features")), "")
    return sorted(flags.split())


def _libraries(maps: Path = Path("/proc/self/maps")) -> list[list[Any]]:
    """Return name and size of NVIDIA's libraries that this process uses: code for a GPU names kernels of cuDNN by number."""
    try:
        files = {
            Path(line.split(maxsplit=5)[-1]) for line in maps.read_text(encoding="utf-8").splitlines() if "/" in line
        }
    except OSError:
        return []
    named = (file for file in files if file.name.startswith(("libcu", "libnv")) and file.is_file())
    return sorted([file.name, file.stat().st_size] for file in named)


def _deciding() -> list[Any]:
    """Return what decides what XLA makes of a computation, and what a plugin may have changed meanwhile."""
    from tensorflow.python.framework import config

    one, half = float(len(DECIDING)) / len(DECIDING), 2.0**-53  # nothing that Python would compute beforehand
    rounding, denormal = [one + 1.5 * half, -one - 1.5 * half], 1e-310 * (one / 2) > 0  # as constants are folded
    switches = [os.environ.get(name) for name in DECIDING]
    return [*switches, config.is_op_determinism_enabled(), rounding, denormal]


def _put_into_memory(files: dict[str, bytes]) -> None:
    import tensorflow as tf

    tf.io.gfile.makedirs(MEMORY)
    for name, content in files.items():
        with tf.io.gfile.GFile(f"{MEMORY}/{name}", "wb") as file:
            file.write(content)


def _taken_from_memory() -> dict[str, bytes]:
    """Return what lies in the folder in memory, which is empty afterwards."""
    import tensorflow as tf

    found = {}
    if os.environ.get(SWITCH) in (SET, SET_FOR_GPUS) and tf.io.gfile.isdir(MEMORY):
        for name in tf.io.gfile.listdir(MEMORY):
            with tf.io.gfile.GFile(f"{MEMORY}/{name}", "rb") as file:
                found[name] = file.read()
            tf.io.gfile.remove(f"{MEMORY}/{name}")
    return found
