"""What would be left of a search's budget: random points, so that every row of a table costs the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from benchsuite.spaces import Value
from benchsuite.tuning.search_space import SearchSpace

DRAWS = 64
"""Of so many draws that were all tried before, the space is finite and taken to be tried out."""
STREAM = 1
"""Apart from the tuner's own chance, which is that of the seed alone."""


class Rest:
    """Random points of one search, the same ones for every tuner and budget.

    Args:
        space: Where they lie: the ranges in which the search began.
        epochs: The whole budget of a training.
        seed: Of the search.
    """

    def __init__(self, space: SearchSpace, epochs: int, seed: int) -> None:
        self._space, self._epochs = space, epochs
        self._generator = np.random.default_rng([seed, STREAM])

    def points(
        self, epochs: int, known: Collection[tuple[Mapping[str, Value], int | None]]
    ) -> list[tuple[dict[str, Value], int | None]]:
        """Return settings with their stops that cost so many epochs: whole trainings, and one that is stopped for the part of one.

        Fewer, where everything there is was tried.

        Args:
            epochs: What they cost together.
            known: What was tried: settings with their stops.
        """
        whole, part = divmod(epochs, self._epochs)
        found: list[tuple[dict[str, Value], int | None]] = []
        for stop in (*[None] * whole, *[part] * bool(part)):
            for _ in range(DRAWS):
                point = self._generator.random(len(self._space.dimensions)).tolist()
                drawn = self._space.values(point), stop
                if drawn not in known and drawn not in found:
                    found.append(drawn)
                    break
        return found
