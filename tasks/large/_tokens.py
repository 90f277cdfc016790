"""Token shards: ``.bin`` files of 256 int32 (20240520, version 1, number of tokens, zeros), then the tokens as uint16.

The layout is that of llm.c and of the speed-run projects after nanoGPT; all numbers are little-endian. Shards are
mapped into memory: what is not used is not read.
"""

import benchsuite as bs

FOLDER = "BENCHSUITE_TOKENS"
"""The environment variable that names the folder."""

HEADER_BYTES = 4 * 256
MAGIC, VERSION = 20240520, 1
TOKEN_BYTES = 2


def shards(task, part):
    """Return the checked shards of a part, in the order of their names.

    Args:
        task: Name of the task that asks, for messages.
        part: ``"train"`` or ``"val"``: what the names of its files hold between underscores.

    Returns:
        For each shard its file and its tokens, uint16, mapped.
    """
    import os
    from pathlib import Path

    given = os.environ.get(FOLDER, "")
    if not given:
        raise bs.BenchsuiteError(
            f"task {task!r} reads token shards (*_train_*.bin, *_val_*.bin), and {FOLDER} names no folder. "
            f"Run: export {FOLDER}=FOLDER"
        )
    files = sorted(Path(given).glob(f"*_{part}_*.bin"))
    if not files:
        raise bs.BenchsuiteError(f"task {task!r} found no *_{part}_*.bin in the folder that {FOLDER} names: {given}")
    return [(file, _mapped(file)) for file in files]


def _mapped(file):
    """Return the tokens of a file whose header is right, uint16."""
    import numpy as np

    header = np.fromfile(file, "<i4", 3)
    held, odd = divmod(max(0, file.stat().st_size - HEADER_BYTES), TOKEN_BYTES)
    if len(header) < 3 or header[0] != MAGIC:
        found = f"starts with {header[0]}" if len(header) else "is empty"
        raise bs.BenchsuiteError(f"{file} is no token shard: it {found}, where {MAGIC} is expected.")
    if header[1] != VERSION:
        raise bs.BenchsuiteError(
            f"{file} is a token shard of version {header[1]}; only version {VERSION} (uint16 tokens) can be read."
        )
    if header[2] != held or odd:
        found = f"{held} and one byte" if odd else held
        raise bs.BenchsuiteError(f"{file} is broken: its header says {header[2]} tokens, it holds {found}.")
    if not held:
        return np.empty(0, "<u2")
    return np.memmap(file, "<u2", "r", HEADER_BYTES)


def read(task, part, count):
    """Return the shards that hold the first ``count`` tokens of a part; they follow without a gap.

    Args:
        task: Name of the task that asks, for messages.
        part: As for :func:`shards`.
        count: Tokens that the task needs.

    Returns:
        For each shard that is needed its file and those of its tokens that are, uint16, mapped: ``count`` in all.
    """
    found = shards(task, part)
    there = sum(len(tokens) for _, tokens in found)
    if there < count:
        raise bs.BenchsuiteError(
            f"task {task!r} needs {count:,} tokens of *_{part}_*.bin in the folder that {FOLDER} names; "
            f"there are {there:,}."
        )
    needed = []
    for file, tokens in found:
        taken = tokens[:count]
        count -= len(taken)
        if len(taken):
            needed.append((file, taken))
    return needed
