"""One file in a cache for the tokens of a task: shards of all parts joined, since the engine streams from one array.

It holds the inputs of all parts one after another, then the targets: uint16, little-endian, nothing else. Both are
stored, although nearly every target is the next input, because the last target of a part is not: it is the next token
of that part's own shards, where the next input is the first of another part.

Its name tells what it was made from, so that other shards never meet it, and the SHA-256 of what it holds.
"""

import benchsuite as bs

CACHE = "BENCHSUITE_CACHE"
"""The environment variable that names the folder."""

LAYOUT = 1
"""Raise it when the same shards start to give another file."""
TOKENS_AT_ONCE = 2**20
"""How many tokens are in memory while a file is made."""


def joined(task, parts, symbols):
    """Return inputs and targets of all parts, mapped from the cache; they are put there unless they are.

    Args:
        task: Name of the task that asks.
        parts: Its parts in their order: name to shards, ``(file, tokens)`` each. They follow without a gap; the last
            token of a part is a target only.
        symbols: Every token is below it.

    Returns:
        Inputs and targets, uint16, flat, one for each token of each part but its last. They cannot be written.
    """
    import numpy as np

    examples = sum(sum(len(tokens) for _, tokens in shards) - 1 for shards in parts.values())
    folder, start = _folder(), f"{task}-{_key(parts, symbols)}-"
    file = _found(folder, start, 4 * examples) or _made(folder, start, task, parts, symbols, 4 * examples)
    tokens = np.memmap(file, "<u2", "r", shape=(2 * examples,))
    return tokens[:examples], tokens[examples:]


def _folder():
    """Return the folder of the cache, which need not be there."""
    import os
    from pathlib import Path

    if given := os.environ.get(CACHE):
        return Path(given)
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "benchsuite"
    return Path("~/.cache/benchsuite").expanduser()


def _key(parts, symbols):
    """Return 16 hexadecimal digits for what a file is made from: shards with size and time, and how much of them."""
    import hashlib

    made_from = [LAYOUT, symbols]
    for part, shards in parts.items():
        for file, tokens in shards:
            held = file.stat()
            made_from += [part, str(file.resolve()), held.st_size, held.st_mtime_ns, len(tokens)]
    return hashlib.sha256(repr(made_from).encode()).hexdigest()[:16]


def _found(folder, start, size):
    """Return the file whose name starts so, if it holds what its name says."""
    import hashlib

    for file in sorted(folder.glob(f"{start}*.bin")):
        try:
            if file.stat().st_size == size:
                with file.open("rb") as stream:
                    if hashlib.file_digest(stream, "sha256").hexdigest() == file.stem.removeprefix(start):
                        return file
        except OSError:  # another process has replaced or removed it, or it is somebody else's
            continue
    return None


def _made(folder, start, task, parts, symbols, size):
    """Write the file and return it, whole under its name or not there."""
    import hashlib
    from uuid import uuid4

    unfinished = folder / f"{start}{uuid4().hex}.unfinished"  # several processes may be at it
    digest = hashlib.sha256()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("xb") as stream:
                for tokens in _halves(task, parts, symbols):
                    piece = tokens.tobytes()
                    digest.update(piece)
                    stream.write(piece)
            return unfinished.replace(folder / f"{start}{digest.hexdigest()}.bin")
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise bs.BenchsuiteError(
            f"task {task!r} joins the tokens that it needs in one file of {size / 1e6:,.1f} MB, which cannot be written "
            f"to {folder}: {error.strerror}. Run: export {CACHE}=FOLDER"
        ) from error


def _halves(task, parts, symbols):
    """Yield what the file holds, piece by piece: inputs, then targets, which lie one token further."""
    for further in (0, 1):
        for part, shards in parts.items():
            count = sum(len(tokens) for _, tokens in shards) - 1
            for piece in _pieces([tokens for _, tokens in shards], further, count):
                if (highest := piece.max()) >= symbols:
                    raise bs.BenchsuiteError(
                        f"task {task!r} knows tokens below {symbols:,}; *_{part}_*.bin in the folder that "
                        f"BENCHSUITE_TOKENS names has {highest:,}."
                    )
                yield piece


def _pieces(shards, first, count):
    """Yield ``count`` tokens from number ``first`` on, of shards that follow without a gap, some at once."""
    for tokens in shards:
        stop = min(len(tokens), first + count)
        for start in range(first, stop, TOKENS_AT_ONCE):
            yield tokens[start : min(stop, start + TOKENS_AT_ONCE)]
        count -= max(0, stop - first)
        first = max(0, first - len(tokens))
