"""A worker that cannot be prepared stops the study with one line; it does not turn every trial into a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, sys
from benchsuite.errors import BenchsuiteError
from benchsuite.extras import Extras
from benchsuite.execution import Options, worker
from benchsuite.registry import Sources

def broken(*arguments):
    raise {error}

worker._die_with = lambda parent: None
worker._print_to = broken
options = Options(Sources(), "cpu", 1, 2**30, sys.argv[1], os.getpid(), sys.argv[1], sys.argv[1], Extras())
worker.initialize(options, 0)
for trial in range(2):  # the first one is told, and so is every other
    try:
        worker.execute({{}})
    except BenchsuiteError as error:
        print(error)
"""


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("MemoryError", "a worker cannot start: 1 GiB (--memory) are too little for TensorFlow. Give it 4 or more."),
        ("OSError(28, 'No space\\nleft')", "a worker cannot start: OSError: [Errno 28] No space left"),
        ("BenchsuiteError('no GPU.')", "no GPU."),
    ],
)
def test_a_worker_that_cannot_start_says_so_in_one_line(error: str, line: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(error=error), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{line}\n" * 2
