"""Seed streams: what is random in a trial depends on its seed alone, never on its components.

The seed spawns three independent streams: ``initial`` (starting values), ``order`` (of the batches) and ``noise``
(dropout, augmentation). All methods see the same order and, where their architecture allows, the same start:
comparisons are paired. Each stream can be given a seed of its own, to tell how much of the variance comes from which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchsuite.trial import STREAMS


@dataclass(frozen=True)
class Streams:
    """The three streams of one trial."""

    initial: np.random.SeedSequence
    order: np.random.SeedSequence
    noise: np.random.SeedSequence

    @classmethod
    def of(cls, seed: int, overrides: Mapping[str, int] | None = None) -> Streams:
        """Spawn the streams of a seed.

        Args:
            seed: The trial's seed.
            overrides: Stream → seed to use for this stream instead.
        """
        overrides = overrides or {}
        return cls(
            **{
                name: np.random.SeedSequence(overrides.get(name, seed), spawn_key=(number,))
                for number, name in enumerate(STREAMS)
            }
        )

    def initial_generator(self, variable: str) -> np.random.Generator:
        """Return the generator of one variable's starting values.

        It depends on the variable's place in the network by name, so that a layer added elsewhere leaves it alone.
        """
        return np.random.default_rng(_child(self.initial, variable))

    def initial_seed(self, variable: str) -> int:
        """Return a 31-bit seed of one variable's starting values, for initializers that take a number."""
        return int(_child(self.initial, variable).generate_state(1)[0] >> 1)

    def permutation(self, epoch: int, size: int) -> np.ndarray:
        """Return the order of the training examples in one pass, int32 ``[size]``."""
        generator = np.random.default_rng(_child(self.order, f"pass {epoch}"))
        return generator.permutation(size).astype("int32")

    def noise_key(self) -> int:
        """Return the 63-bit key of :mod:`benchsuite.noise`."""
        return int(self.noise.generate_state(1, dtype=np.uint64)[0] >> 1)


def _child(parent: np.random.SeedSequence, name: str) -> np.random.SeedSequence:
    """Return the stream of a name: independent of all others, whatever was drawn before."""
    words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype=np.uint32)
    return np.random.SeedSequence(parent.entropy, spawn_key=(*parent.spawn_key, *map(int, words)))
