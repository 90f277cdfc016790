"""Study files: TOML whose keys are the options of the command line, without the leading dashes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.options import Table, options_of
from benchsuite.study import TABLES


def read_study_file(path: Path, tables: tuple[type[Table], ...] = TABLES) -> dict[str, Any]:
    """Return the values of a study file by option, checked.

    Example::

        tier = "quick"
        seeds = 5
        optimizer = ["sgd", "momentum[momentum=0.5,0.9]"]

    Args:
        path: The file.
        tables: Whose options may stand in it.

    Raises:
        BenchsuiteError: If it cannot be read, holds unknown keys, values of another type, or values that no option takes.
    """
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchsuiteError(f"cannot read the study file {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BenchsuiteError(
            f'the study file {path} is not TOML: {error}. Example: optimizer = ["sgd", "adam"].'
        ) from None
    known = {line.name: line for line in options_of(*tables)}
    found: dict[str, Any] = {}
    for key, value in read.items():
        name = key.replace("-", "_")
        if name not in known:
            keys = [name for name, line in known.items() if line.in_file]
            raise unknown(f"key in the study file {path}:", name, keys)
        if not known[name].in_file:
            raise BenchsuiteError(
                f"{key} cannot stand in the study file {path}: it is for the command line alone. "
                f"Leave it out, and write {known[name].flag} there."
            )
        if name in found:
            raise BenchsuiteError(
                f"{name} stands twice in the study file {path}, with - and with _. Leave one of them out."
            )
        found[name] = known[name].read(value, f"{name} in the study file {path}")
    return found
