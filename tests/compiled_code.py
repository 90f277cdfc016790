"""Compiled code that all processes of a run of the suite share, and that the next run on this machine finds.

A run has a cache folder of its own: what is remembered of plugins is remembered for this run alone. Only compiled code,
which is found by what it computes, comes from the run before and goes to the next. ``BENCHSUITE_TEST_CACHE`` names the
folder where it stays, ``~/.cache/benchsuite-tests`` unless given; where it is empty, each run begins with nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

VARIABLE = "BENCHSUITE_TEST_CACHE"


def lasting_folder() -> Path | None:
    """Return where compiled code stays between runs, or nothing."""
    given = os.environ.get(VARIABLE)
    if given is None:
        return Path("~/.cache/benchsuite-tests").expanduser()
    return Path(given) if given else None


def begin() -> Path:
    """Return a new cache folder with what earlier runs compiled."""
    folder = Path(tempfile.mkdtemp(prefix="benchsuite-tests-"))
    if lasting := lasting_folder():
        _link(lasting / "compiled", folder / "compiled")
    return folder


def end(folder: Path) -> None:
    """Keep what was compiled, and remove the folder."""
    if lasting := lasting_folder():
        from benchsuite.engine.compiled.folder import CompiledFolder

        _link(folder / "compiled", lasting / "compiled")
        CompiledFolder(lasting / "compiled", "").tidy()
    shutil.rmtree(folder, ignore_errors=True)


def use() -> None:
    """Have this process find and keep compiled code there, once it has imported TensorFlow."""
    if "tensorflow" in sys.modules:
        from benchsuite.engine.compiled.here import HERE

        if HERE.folder is None:
            HERE.switch_on()


def _link(source: Path, target: Path) -> None:
    """Let a folder have all files of another: one file with two names, so that each knows when it was used last."""
    for file in source.glob("*/*"):
        place = target / file.parent.name / file.name
        with suppress(OSError):  # it is there, or gone meanwhile
            for new in (target.parent, target, place.parent):
                new.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(file, place)
            except FileExistsError:
                continue
            except OSError:  # another file system
                shutil.copy2(file, place)
