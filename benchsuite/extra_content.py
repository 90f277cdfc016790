"""What files beside records must hold: probes, predictions, weights. Anybody may have put others there."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.plain_files import NotPlain, open_plain, read_plain

if TYPE_CHECKING:
    import numpy as np

LARGEST_PROBES = 256 * 2**20
LARGEST_ARRAYS = 16 * 2**30
"""Bytes, as they lie on the disk and as they are in memory."""
PREDICTIONS = ("validation_outputs", "validation_targets", "test_outputs", "test_targets")


class NotWhole(Exception):
    """Raised for a file that does not hold what it should; its text says why."""


def read_probes(path: Path) -> dict[str, Any]:
    """Read what probes found in a trial.

    Raises:
        NotWhole: If the file does not hold that, or is no file.
        OSError: If it cannot be read, or is not there.
    """
    try:
        found = json.loads(read_plain(path, LARGEST_PROBES))
    except (NotPlain, ValueError, RecursionError) as error:
        raise NotWhole(str(error) if isinstance(error, NotPlain) else f"is not whole JSON ({error})") from None
    if not (isinstance(found, dict) and _are_probes(found)):
        raise NotWhole("does not hold probes as the record format says")
    return found


def _are_probes(found: dict[str, Any]) -> bool:
    layers, epochs, measures = (found.get(name) for name in ("layers", "epochs", "measures"))
    if not (isinstance(layers, list) and isinstance(epochs, list) and isinstance(measures, dict)):
        return False
    if not ({str}.issuperset(map(type, layers)) and {int}.issuperset(map(type, epochs))):
        return False
    if len(set(layers)) < len(layers) or epochs != sorted(set(epochs)) or (epochs and epochs[0] < 0):
        return False
    return all(
        isinstance(rows, list)
        and len(rows) == len(epochs)
        and all(isinstance(row, list) and len(row) == len(layers) and all(map(_is_number, row)) for row in rows)
        for rows in measures.values()
    )


def _is_number(value: Any) -> bool:
    return (
        value is None or (type(value) is float and math.isfinite(value)) or (type(value) is int and abs(value) < 2**63)
    )


@contextmanager
def _arrays(path: Path) -> Iterator[Any]:
    """Open an archive of arrays, of which none is read yet; whatever is wrong with it is said in one line."""
    import numpy as np

    try:
        handle, _ = open_plain(path, LARGEST_ARRAYS)
        with os.fdopen(handle, "rb") as file, np.load(file) as found:
            if not isinstance(found, np.lib.npyio.NpzFile):
                raise NotWhole("is no archive of arrays")
            archive: Any = found.zip
            if sum(one.file_size for one in archive.infolist()) > LARGEST_ARRAYS:
                raise NotWhole("is no archive of arrays that fit into memory")
            yield found
    except NotPlain as error:
        raise NotWhole(str(error)) from None
    except (OSError, NotWhole):
        raise
    except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds
        raise NotWhole(f"is no archive of arrays ({type(error).__name__}: {error})") from None


def _array(archive: Any, name: str) -> np.ndarray:
    """Read an array and compare its checksum; what is none is refused."""
    import numpy as np

    found = archive[name]
    if not isinstance(found, np.ndarray):
        raise NotWhole(f"holds something else as {name}")
    return found


def read_predictions(path: Path) -> dict[str, np.ndarray]:
    """Read the stored predictions of a trial; errors are those of :func:`read_probes`."""
    with _arrays(path) as archive:
        found = {name: _array(archive, name) for name in archive.files}
    if sorted(found) != sorted(PREDICTIONS):
        raise NotWhole(f"must hold {', '.join(PREDICTIONS)}")
    for part in ("validation", "test"):
        outputs, targets = found[f"{part}_outputs"], found[f"{part}_targets"]
        if outputs.dtype.kind != "f" or targets.dtype.kind not in "iuf":
            raise NotWhole(f"must hold numbers as {part}_outputs and {part}_targets")
        if outputs.shape[:1] != targets.shape[:1] or not outputs.size or not targets.size:
            raise NotWhole(f"must hold as many {part}_outputs as {part}_targets")
    return found


def measurable(found: Mapping[str, np.ndarray]) -> bool:
    """Say whether the outputs for a test part are classes or values like their targets; a task's own loss may need neither."""
    import numpy as np

    outputs, targets = found["test_outputs"], found["test_targets"]
    if not (np.isfinite(outputs).all() and np.isfinite(targets).all()):
        return False
    if targets.dtype.kind == "f":
        return outputs.size == targets.size
    inside = targets.min() >= 0 and targets.max() < outputs.shape[-1]
    return bool(outputs.shape[:-1] == targets.shape and inside)


def check_weights(path: Path) -> None:
    """Read stored weights, one array after another; errors are those of :func:`read_probes`."""
    with _arrays(path) as archive:
        for name in archive.files:
            _array(archive, name)
