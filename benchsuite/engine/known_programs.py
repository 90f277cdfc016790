"""Programs that other processes traced: on the disk, so that a trial of bundled components need not be traced again.

To trace a program takes Python longer than XLA needs to read what it compiled of it before. What tracing gives depends on the
code of the components and of this package, on everything in the trial but its seed, on the shapes of the data, and on the
versions and the machine that compute: all of these are in the name under which a program is kept. What is kept is its
functions under the names of their content, see :mod:`benchsuite.engine.program.canonical`: a program that was read and
one that was traced run the same functions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from benchsuite.engine.code import code_fingerprint
from benchsuite.engine.compiled.folder import CompiledFolder
from benchsuite.engine.compiled.here import kind_of
from benchsuite.engine.kept_data import Usable
from benchsuite.engine.program.program import Program
from benchsuite.engine.program.stored import NotStorable
from benchsuite.files import cache_folder
from benchsuite.trial import Trial

MOST_BYTES = 2**26
"""Of all programs together: some thousands."""


class KnownPrograms:
    """The programs on the disk.

    Args:
        code: Returns fingerprints of the code of a trial's task and components, as this process has loaded it.
        root: The folder; the one in the user's cache unless given.
    """

    def __init__(self, code: Callable[[Trial], Mapping[str, str]], root: Path | None = None) -> None:
        self._code = code
        kind = hashlib.sha256(json.dumps([kind_of(), code_fingerprint()]).encode()).hexdigest()[:32]
        self._folder = CompiledFolder(root or cache_folder() / "traced", kind, MOST_BYTES)

    def name(self, trial: Trial, usable: Usable, steps: int, device: str, resident_bytes: int) -> str:
        """Return the name of a trial's program: of all that decides what is traced.

        Args:
            trial: The trial.
            usable: Its data.
            steps: Of an epoch.
            device: TensorFlow device to run on.
            resident_bytes: Examples up to this size lie on the device as a whole.
        """
        x, dataset = usable.prepared.x, usable.prepared.dataset
        arrays = [[str(array.dtype), array.shape] for array in (x, dataset.x, dataset.y)]
        parts = [
            *(trial.cell, dict(trial.numbers), sorted(self._code(trial).items())),
            *(arrays, dataset.sizes, dataset.checksum, dataset.symbols, steps, device, resident_bytes),
        ]
        return f"p_{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}"

    def get(self, name: str) -> Mapping[str, bytes] | None:
        """Return what is kept of a program; ``None`` if there is nothing."""
        return self._folder.get(name)

    def keep(self, name: str, program: Program) -> None:
        """Keep a program that was compiled; one that cannot be stored is traced each time."""
        with suppress(NotStorable):
            self._folder.put(name, program.stored())

    def drop(self, name: str) -> None:
        """Remove what turned out to be of no use."""
        self._folder.drop(name)
