"""What the code of plugins names in quotes: files and environment variables that it may read where it trains.

Code is read, not run. What it puts together of parts is not found, but for the parts of a path.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePath

LONGEST = 255
"""Characters of a name."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_MACHINE = re.compile(
    r"(PATH|HOME|USER|LOGNAME|HOST|HOSTNAME|SHELL|TERM|DISPLAY|PWD|OLDPWD|TMPDIR|TMP|TEMP|VIRTUAL_ENV)$"
    r"|(BENCHSUITE|RAY|LD|DYLD|CUDA|NVIDIA|XDG|SLURM|SSH|CONDA)_|PYTHON|.*_(proxy|PROXY|HOME|CACHE|DATA_DIR)$"
)
"""Variables that say of a machine or a process where something lies: each node has its own."""


def words_of(code: bytes) -> set[str]:
    """Return the strings that a file of code has in quotes, each as a whole.

    Args:
        code: Its content; of what is no Python nothing is returned.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    texts = {node.value for node in ast.walk(parsed) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if 0 < len(text) <= LONGEST and text.isprintable()}


def files_named(folder: Path, words: Set[str]) -> Iterator[Path]:
    """Yield the files below a folder whose path from there words are, one for all of it or one for each part.

    Args:
        folder: Where they may lie.
        words: Of :func:`words_of`.
    """
    for word in sorted(words):
        place = PurePath(word)
        if place.is_absolute() or ".." in place.parts or not place.parts:
            continue
        path = folder / place
        if os.path.isfile(path):
            yield path
        elif os.path.isdir(path):
            yield from files_named(path, words - {word})


def variables_named(words: Set[str], environment: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables that words name, each with its value, or ``None`` where it has none.

    Args:
        words: Of :func:`words_of`.
        environment: Where they are looked up.
    """
    names = (word for word in sorted(words) if _NAME.fullmatch(word) and not _OF_MACHINE.match(word))
    return {name: environment.get(name) for name in names}
