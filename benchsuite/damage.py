"""What is no record, search or extra though it lies in the place of one: what is wrong with it, and how it is moved out of the way."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import PurePath

from benchsuite.errors import cannot_write
from benchsuite.folder import Folder
from benchsuite.text import one_line, shortened

LONGEST = 160
"""Letters of what is said of a file."""
DAMAGED = "damaged"
"""Where what is no record is moved to, below the results folder."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a file, or with what lies in the place of one.

    Args:
        path: Relative to the results folder.
        reason: What is wrong, as the end of a sentence that begins with the file.
        newer: Whether a newer benchsuite wrote it: then nothing is wrong with it.
        readable: Whether the operating system let it be read.
    """

    path: str
    reason: str
    newer: bool = False
    readable: bool = True

    def __str__(self) -> str:
        """Return one line that names the file; nothing in it steers a terminal."""
        return f"{said(self.path)} {said(self.reason)}"


def said(text: str) -> str:
    """Return what is said of a file in one line of bounded length, in which nothing steers a terminal."""
    return one_line(shortened(text, LONGEST))


def move_aside(root: Folder, name: str) -> str:
    """Move something out of the way, to ``damaged/``: nothing is lost, and of a link the link is moved.

    Args:
        root: The results folder.
        name: Where it is, below the results folder.

    Returns:
        Where it is now, likewise.

    Raises:
        BenchsuiteError: If that cannot be done.
    """
    was = PurePath(name)
    for number in itertools.count():
        place = f"{DAMAGED}/{was.parts[0]}-{was.stem[:40]}-{number}{was.suffix[:8]}"
        if not os.path.lexists(root.path / place):
            break
    try:
        root.move(name, place)
    except OSError as error:
        raise cannot_write(root.path / place, error) from None
    return place
