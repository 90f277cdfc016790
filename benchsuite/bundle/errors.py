"""The error of a bundle that is refused, and the limits of what is read of one."""

from __future__ import annotations

from benchsuite.errors import BenchsuiteError
from benchsuite.text import one_line, shortened

MOST_FILES = 20_000
"""Files of a bundle: a site of 60 components on 30 tasks has 3,000."""
MOST_BYTES = 2**30
"""Of all files of a bundle together, unpacked."""
LARGEST_FILE = 256 * 2**20
"""Bytes of one file of a bundle, unpacked."""
MOST_RATIO = 200
"""Times that something may grow when it is unpacked, beyond :data:`SMALL`: pages grow to 25 times, records to 15."""
SMALL = 16 * 2**20
"""Bytes that something may unpack to, whatever it was before."""
MOST_RECORDS = 200_000
"""Of a bundle."""
LONGEST_SAID = 200
"""Letters of a name or a value that an error quotes."""


class BundleError(BenchsuiteError):
    """Raised for a bundle that is refused: it is not whole, not safe to read, not as the format says, or newer.

    Args:
        where: The bundle, as it was named.
        reason: What is wrong with it, as the end of a sentence that begins with the bundle.
        newer: Whether a newer benchsuite wrote it: then nothing is wrong with it.
    """

    def __init__(self, where: object, reason: str, *, newer: bool = False) -> None:
        then = "Upgrade benchsuite." if newer else "Nothing of it was used; ask its author for a whole one."
        super().__init__(f"the bundle {said(str(where))} {reason.rstrip('.')}. {then}")
        self.reason = reason
        self.newer = newer


def said(text: str) -> str:
    """Return what others wrote, in one line of bounded length, in which nothing steers a terminal."""
    return one_line(shortened(text.encode(errors="backslashreplace").decode(), LONGEST_SAID))
