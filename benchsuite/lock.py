"""One run at a time on a results folder, or several shards of one study. The operating system lets go of it however a run ends.

Both the folder and a file ``.lock`` in it are locked: by a run alone, by shards together. The folder's own lock cannot be
deleted; the file says which run holds it, and is all there is on file systems that lock no folders, or lock them for one
machine alone, as NFS does. A shard has a file of its own besides, see :mod:`benchsuite.shard_locks`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn

from benchsuite.descriptors import keep, let_go
from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.folder import Folder
from benchsuite.lock_files import LockHeld, content_of, lock, lock_file
from benchsuite.shard_locks import at_work, forget, holding, named
from benchsuite.shards import Shard

NAME = ".lock"


@contextmanager
def locked(
    folder: Folder, *names: str, shard: Shard | None = None, first: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold a folder for one run, or for one of several shards.

    Args:
        folder: The results folder; it and its lock are let go of at the end.
        names: Folders in it that are held as well, see :meth:`benchsuite.folder.Folder.hold`.
        shard: Which, if it is one: other shards of the same division may hold the folder as well.
        first: Called while nobody else is at work on the folder, and nobody else can begin; never where a shard is.

    Raises:
        BenchsuiteError: If somebody else holds it, it cannot be locked, or the disk is full.
    """
    with ExitStack() as held:
        try:
            descriptor = held.enter_context(folder.hold(*names))
        except OSError as error:
            raise cannot_write(folder.path, error) from None

        def hold() -> None:
            try:
                whole = lock(descriptor, shared=bool(shard))
                said = None if shard else str(os.getpid())
                file = keep(lock_file(folder, NAME, said, shared=bool(shard)))
            except LockHeld:
                _refuse(folder)
            held.callback(let_go, file)
            if not whole:
                folder.pin(NAME, file)

        try:
            if shard:
                held.enter_context(holding(folder, shard, hold, first))
            else:
                hold()
                forget(folder)
                first()
        except OSError as error:
            raise cannot_write(folder.path / NAME, error) from None
        yield


def _refuse(folder: Folder) -> NoReturn:
    if shards := at_work(folder):
        raise BenchsuiteError(
            f"{named(shards)} at work on {folder.path}. Wait for all of them, stop them, or choose another folder with "
            "--results DIR."
        )
    said = content_of(folder, NAME, 32)
    holder = said if said.isdigit() else "unknown"
    raise BenchsuiteError(
        f"another run (process {holder}) is writing to {folder.path}. "
        "Wait for it, stop it, or choose another folder with --results DIR."
    )
