"""How much memory the GPUs have, and how many workers share one: asked of the driver, without TensorFlow.

Compiling is work for the processor, and a small network leaves a card idle: several workers on one card train more in the
same time. Each has a share of the card's memory that it cannot exceed, so that no trial takes what another one needs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence

GIB = 2**30
MIB = 2**20
SHARES = {"quick": 4 * GIB, "full": 4 * GIB, "standard": 16 * GIB}
"""Tier of a task → bytes of a card that its trials get at least; one of another tier gets a card of its own."""
CONTEXT = GIB
"""Bytes that a process takes of a card beside its share: the driver's context, and the libraries' code and workspaces."""
USED = 0.95
"""Of what is free so much is dealt out: the rest is for what an allocator loses between blocks."""
ASK = ("nvidia-smi", "--query-gpu=index,uuid,memory.free", "--format=csv,noheader,nounits")
ASK_SECONDS = 20.0


def free_memory(visible: str | None = None) -> list[int] | None:
    """Return the bytes that are free on each visible GPU; ``None`` where the driver does not tell.

    Args:
        visible: ``CUDA_VISIBLE_DEVICES``; that of this process unless given.
    """
    if shutil.which(ASK[0]) is None:
        return None
    try:
        told = subprocess.run(ASK, capture_output=True, text=True, check=False, timeout=ASK_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    if told.returncode:
        return None
    return read_memory(told.stdout, os.environ.get("CUDA_VISIBLE_DEVICES") if visible is None else visible)


def read_memory(told: str, visible: str | None) -> list[int] | None:
    """Return the free bytes of each visible GPU from what nvidia-smi printed; ``None`` if one of them is not told.

    Args:
        told: A line for each GPU: index, UUID, free MiB.
        visible: ``CUDA_VISIBLE_DEVICES``: numbers or UUIDs, perhaps shortened; ``None`` for all. A part of a card (MIG) is told by
            neither.
    """
    cards: list[tuple[str, str, int]] = []
    for line in told.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) != 3:
            continue
        if not parts[2].isdecimal():  # "[N/A]" of a card that is a part of a processor
            return None
        cards.append((parts[0], parts[1], int(parts[2]) * MIB))
    if visible is None:
        return [free for _, _, free in cards] or None
    found = []
    for entry in filter(None, (entry.strip() for entry in visible.split(","))):
        if entry == "-1":
            break
        meant = [
            free for index, uuid, free in cards if entry == index or (entry[:4] == "GPU-" and uuid.startswith(entry))
        ]
        if len(meant) != 1:
            return None
        found.append(meant[0])
    return found or None


def share_of(tiers: Iterable[str]) -> int | None:
    """Return the bytes of a card that trials of tasks of some tiers need; ``None`` if one of them needs a card of its own."""
    needed = [SHARES.get(tier) for tier in tiers]
    return None if None in needed else max((one for one in needed if one is not None), default=SHARES["quick"])


def workers_of(free: Sequence[int] | None, cards: int, cores: int, share: int | None) -> int:
    """Return how many workers use some GPUs: as many as have a share, but none without a core to compile on.

    Args:
        free: Bytes of each GPU; ``None`` where nobody knows: then each has one worker.
        cards: How many GPUs there are.
        cores: Of this machine.
        share: Bytes that a worker needs; ``None`` for a card of its own.
    """
    if not free or share is None:
        return cards
    shares = int(USED * min(free) // (share + CONTEXT))
    return cards * max(1, min(shares, cores // cards))


def limit_of(free: Sequence[int] | None, cards: int, workers: int) -> int:
    """Return the bytes that each of some workers may take of its GPU: an equal part of what is free.

    Args:
        free: Bytes of each GPU; ``None`` where nobody knows.
        cards: How many GPUs there are; workers are dealt out in turn.
        workers: How many there are.

    Returns:
        0 for no limit, where a worker has a card for itself or nobody knows how large it is.
    """
    together = -(-workers // max(1, cards))
    if together < 2 or not free:
        return 0
    return max(int(USED * min(free) / together) - CONTEXT, MIB)
