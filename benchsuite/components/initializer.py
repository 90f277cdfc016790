"""Kind ``initializer``: the values that kernels start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component


@dataclass(frozen=True, kw_only=True)
class Initializer(Component):
    """An initializer of kernels (biases start at zero, recurrent kernels at their layer's own choice).

    ``make(**hyperparameters)`` returns either a ``keras.initializers.Initializer``, which is seeded for each kernel;
    or a function ``draw(shape, fan_in, fan_out, gain, generator) -> array`` with ``gain`` the activation's (see
    :class:`Activation`) and ``generator`` a ``numpy.random.Generator``. Values are drawn outside the compiled
    program: no initializer costs a recompilation.
    """

    kind: ClassVar[str] = "initializer"
