"""A figure of its own as a file: PNG, or SVG by the file's suffix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg")
PNG_DPI = 150


def check_picture(path: Path, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Refuse a file that could not be written, before any work starts.

    Args:
        path: The file.
        suffixes: What it may end in.

    Raises:
        BenchsuiteError: If it ends in something else, or its folder does not exist.
    """
    if path.suffix.lower() not in suffixes:
        possible = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise BenchsuiteError(f"--output must end in {possible}. Received: {str(path)!r}.")
    if not path.parent.is_dir() or path.is_dir():
        what = "is a folder" if path.is_dir() else f"the folder {str(path.parent)!r} does not exist"
        raise BenchsuiteError(f"cannot write {str(path)!r}: {what}. Name a file in a folder that exists.")


def write_picture(path: Path, figure: Figure) -> None:
    """Write a figure in the form that the file's suffix names; equal figures give equal files.

    Raises:
        BenchsuiteError: If the file cannot be written.
    """
    import matplotlib as mpl

    metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
    try:
        with theme(), mpl.rc_context({"svg.hashsalt": "benchsuite"}):
            figure.savefig(path, dpi=PNG_DPI, metadata=metadata)
    except OSError as error:
        raise BenchsuiteError(f"cannot write {str(path)!r}: {error.strerror or error}.") from None
