"""Which part of a study a shard runs: the same on every machine, whatever has run already.

Nothing but the plan decides it: the trials that are planned, the searches, and what tasks say that they cost. Neither
records nor measured times do, nor the number of workers.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchsuite.execution.cells import make_cells
from benchsuite.execution.forecast import predicted_seconds
from benchsuite.registry import Registry
from benchsuite.shards import Shard
from benchsuite.sources import Planned, Source, Together, alone
from benchsuite.trial import Trial


@dataclass(frozen=True)
class Piece:
    """What stays together: the planned trials of a program, or a whole search.

    Args:
        seconds: Predicted by what tasks say that they cost.
        key: Settles the order of equally long ones: no two have the same.
        source: Position of the source that it is of.
        trials: Ids of its planned trials; ``None`` where a source stays whole.
    """

    seconds: float
    key: str
    source: int
    trials: frozenset[str] | None = None


def pieces_of(source: Source | Together, shards: int, registry: Registry) -> list[Piece]:
    """Return what a study can be divided into.

    The trials of one program are one piece. Only where there are fewer programs than shards, so that some would have
    nothing to do, the long ones are divided as they are for workers, see :func:`~benchsuite.execution.cells.make_cells`:
    several shards then compile the same program. A source that does not say its trials beforehand is one piece: a search
    is never divided.

    Args:
        source: Of the whole study.
        shards: In how many parts it is divided.
        registry: For what tasks say that they cost.
    """
    return [piece for place, one in enumerate(alone(source)) for piece in _of_one(one, place, shards, registry)]


def divided(pieces: Sequence[Piece], shards: int) -> list[list[Piece]]:
    r"""Return the pieces of each shard: the longest piece first, each to the shard that has least so far.

    The longest shard takes at most :math:`\frac43 - \frac{1}{3N}` times what the best division of the same pieces would
    give (R. L. Graham 1969, Bounds on Multiprocessing Timing Anomalies, SIAM J. Appl. Math. 17). Shards are empty where
    there are fewer pieces than shards.

    Args:
        pieces: Of the study, in any order.
        shards: How many.
    """
    loads = [(0.0, number) for number in range(shards)]
    parts: list[list[Piece]] = [[] for _ in range(shards)]
    for piece in sorted(pieces, key=lambda one: (-one.seconds, one.key)):
        load, number = heapq.heappop(loads)
        parts[number].append(piece)
        heapq.heappush(loads, (load + piece.seconds, number))
    return parts


def share_of(source: Source | Together, shard: Shard, registry: Registry) -> Together:
    """Return what a shard runs of a study, each source in its order.

    Args:
        source: Of the whole study; nothing has been proposed yet.
        shard: Which part.
        registry: For what tasks say that they cost.
    """
    mine = divided(pieces_of(source, shard.of, registry), shard.of)[shard.number - 1]
    kept: list[Source] = []
    for place, one in enumerate(alone(source)):
        held = [piece for piece in mine if piece.source == place]
        if any(piece.trials is None for piece in held):
            kept.append(one)
        elif held:
            ids = frozenset().union(*(piece.trials or () for piece in held))
            kept.append(Planned(trial for trial in planned_by(one) or () if trial.id in ids))
    return Together(kept)


def share_of_trials(trials: Iterable[Trial], shard: Shard, registry: Registry) -> list[Trial]:
    """Return those trials that a shard runs, each once, in their order.

    Args:
        trials: All of the study.
        shard: Which part.
        registry: For what tasks say that they cost.
    """
    whole = Planned({trial.id: trial for trial in trials}.values())
    return [trial for one in share_of(whole, shard, registry).sources for trial in planned_by(one) or ()]


def planned_by(source: Source) -> Sequence[Trial] | None:
    """Return the trials of a source that knows all of them beforehand."""
    found: Sequence[Trial] | None = getattr(source, "planned", None) if isinstance(source, Planned) else None
    return found


def _of_one(source: Source, place: int, shards: int, registry: Registry) -> Iterator[Piece]:
    planned = planned_by(source)
    if planned is None:
        expected: Sequence[Trial] = getattr(source, "expected", ())
        key = getattr(source, "search_id", "") or f"{place:09}"
        yield Piece(predicted_seconds(expected, registry), key, place)
        return
    # In the order of ids: sums, and so the pieces, do not hang on the order in which plugins were found.
    once = {trial.id: trial for trial in planned}
    for trials in _together([once[id] for id in sorted(once)], shards, registry):
        ids = frozenset(trial.id for trial in trials)
        yield Piece(predicted_seconds(trials, registry), min(ids), place, ids)


def _together(trials: Sequence[Trial], shards: int, registry: Registry) -> list[Sequence[Trial]]:
    """Return the trials that stay together."""
    programs: dict[str, list[Trial]] = {}
    for trial in trials:
        programs.setdefault(trial.cell, []).append(trial)
    if len(programs) >= shards:
        return list(programs.values())
    return [cell.trials for cell in make_cells(trials, registry, shards)]
