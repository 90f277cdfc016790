"""Standard error without lines that say nothing to anybody: libraries write them to the file descriptor itself."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LIBRARY_LOG = re.compile(
    rb"^(WARNING: All log messages before absl::InitializeLog"
    rb"|[IWE]\d{4} \d\d:\d\d:"  # absl, before and after it knows what time it is
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] "  # TensorFlow's own
    rb"|To enable the following instructions: )"
)
"""How lines of TensorFlow's log begin: which processor and which GPU it sees."""


@contextmanager
def without_lines(unwanted: re.Pattern[bytes]) -> Iterator[None]:
    """Leave out the lines that match; what else is written meanwhile appears at the end. Where that cannot be done, all appears."""
    if not hasattr(os, "memfd_create"):
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with os.fdopen(os.memfd_create("printed"), "w+b") as printed:
        before = os.dup(2)
        os.dup2(printed.fileno(), 2)
        try:
            yield
        finally:
            if sys.stderr is not None:
                with suppress(OSError, ValueError):
                    sys.stderr.flush()
            os.dup2(before, 2)
            os.close(before)
            printed.seek(0)
            rest = b"".join(line for line in printed if not unwanted.search(line))
            with suppress(OSError):
                os.write(2, rest)
