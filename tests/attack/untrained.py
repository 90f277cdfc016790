"""benchsuite with workers that train nothing: real processes, messages and files, for what has nothing to do with training."""

from __future__ import annotations

from benchsuite.cli import main
from benchsuite.execution import process
from tests.faults.trainer import BOOT

if __name__ == "__main__":
    process.BOOT = BOOT
    main()
