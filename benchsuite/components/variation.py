"""What differs between two instances of a task, and the randomness that an instance is drawn from."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchsuite.components.fields import LARGEST_COUNT, is_finite, shown
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    import numpy as np

INPUTS = ("", "permute", "rescale", "rotate")
"""What a variant may do to flat inputs; the first is nothing."""
SEEDS = 2**31
"""Seeds that :meth:`Draw.seed` gives lie below this."""


@dataclass(frozen=True)
class Draw:
    """What an instance of a task is drawn from; the same draw gives the same instance, on every machine and for ever.

    Args:
        task: Name of the task itself.
        variant: 1, 2, …; 0 is the published instance, of which only ``values`` may differ.
        values: Axis → value, of those axes that the task's own ``instance`` acts on.
    """

    task: str
    variant: int = 0
    values: Mapping[str, float] = field(default_factory=dict)

    def value(self, axis: str, default: float) -> Any:
        """Return the value on an axis, or the task's own."""
        return self.values.get(axis, default)

    def generator(self, purpose: str, published: int | None = None) -> np.random.Generator:
        """Return a stream of random numbers of its own for (task, variant, purpose); the values on axes do not change it.

        Args:
            purpose: What is drawn, such as ``"teacher"`` or ``"noise"``.
            published: Seed of ``numpy.random.default_rng`` that the published instance was drawn with: variant 0 draws the
                same as ever.

        Returns:
            A new generator; two calls give equal ones.
        """
        import numpy as np

        if self.variant == 0 and published is not None:
            return np.random.default_rng(published)
        return np.random.Generator(np.random.PCG64(self._sequence(purpose)))

    def seed(self, purpose: str, published: int = 0) -> int:
        """Return a seed from 0 to 2³¹ − 1 for (task, variant, purpose); ``published`` for variant 0.

        Args:
            purpose: What it seeds.
            published: The seed of the published instance.
        """
        return published if self.variant == 0 else int(self._sequence(purpose).generate_state(1)[0]) % SEEDS

    def _sequence(self, purpose: str) -> np.random.SeedSequence:
        import numpy as np

        return np.random.SeedSequence([_number(self.task), self.variant, _number(purpose)])


def _number(text: str) -> int:
    """Return a whole number below 2¹²⁸ for a text, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


@dataclass(frozen=True, kw_only=True)
class Variation:
    """What the harness changes in a variant, beside what the task's own ``instance`` draws.

    Args:
        split: Whether other examples train, validate and test: another seed of the split. The test part of
            :class:`Published` stays; :class:`InOrder` has no seed, so ``False`` there.
        classes: Whether the integer classes are renamed by a permutation.
        inputs: What happens to flat float32 inputs ``[examples, columns]``, columns of codes left alone: ``"permute"`` the
            columns, ``"rescale"`` each by a factor 2^u with u uniform on [−1, 1], ``"rotate"`` all by a random orthogonal
            matrix, or nothing, ``""``.
        width: Least and largest factor of the task's knob ``width``, drawn on a log scale; the nearest allowed value.
        batch_size: Least and largest batch size, drawn on a log scale; the nearest power of two or multiple of 8 between.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    split: bool = True
    classes: bool = False
    inputs: str = ""
    width: tuple[float, float] | None = None
    batch_size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for what in ("split", "classes"):
            if not isinstance(getattr(self, what), bool):
                raise BenchsuiteError(
                    f"{what} of a variation must be True or False. Received: {shown(getattr(self, what))}."
                )
        if self.inputs not in INPUTS:
            names = ", ".join(map(repr, INPUTS[1:]))
            raise BenchsuiteError(f"inputs of a variation must be {names} or ''. Received: {shown(self.inputs)}.")
        if self.width is not None:
            low, high = _two("width", self.width, "two factors above 0, the lower one first, such as (0.5, 2)")
            object.__setattr__(self, "width", (float(low), float(high)))
        if self.batch_size is not None:
            words = "two whole numbers from 1, the lower one first, such as (16, 64)"
            low, high = _two("batch_size", self.batch_size, words)
            if not all(type(end) is int and end <= LARGEST_COUNT for end in (low, high)):
                raise BenchsuiteError(f"batch_size of a variation must be {words}. Received: {shown(self.batch_size)}.")
            object.__setattr__(self, "batch_size", (low, high))
            if not batch_sizes(low, high):
                raise BenchsuiteError(
                    f"batch_size of a variation must hold a power of two or a multiple of 8. Received: {shown(self.batch_size)}."
                )

    @property
    def anything(self) -> bool:
        """Whether the harness changes anything."""
        return bool(self.split or self.classes or self.inputs or self.width or self.batch_size)


def batch_sizes(low: int, high: int) -> list[int]:
    """Return the powers of two below 8 and the multiples of 8 between two limits, and larger powers of two where they are far apart."""
    found = {size for size in (1, 2, 4) if low <= size <= high}
    if high - low <= 8_192:
        found.update(range(-(-low // 8) * 8 or 8, high + 1, 8))
    found.update(2**power for power in range(31) if low <= 2**power <= high)
    return sorted(found)


def _two(what: str, value: Any, words: str) -> tuple[Any, Any]:
    if not (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(is_finite(end) and end > 0 for end in value)
        and value[0] < value[1]
        and math.isfinite(value[1] / value[0])
    ):
        raise BenchsuiteError(f"{what} of a variation must be {words}. Received: {shown(value)}.")
    return value[0], value[1]
