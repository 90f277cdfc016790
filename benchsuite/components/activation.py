"""Kind ``activation``: the non-linearity of hidden layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component


@dataclass(frozen=True, kw_only=True)
class Activation(Component):
    """An activation of hidden layers.

    ``make(**hyperparameters)`` returns a new ``keras.Layer`` or a function of one tensor. If that has an attribute
    ``pieces``, it is given so many times as many features as it gives (the last axis): maxout is such a one.

    Args:
        gain: The factor by which Xavier's standard deviation is multiplied for this activation: 1/f'(0), that is 1
            for tanh and 4 for the logistic function; 1 where the formula does not apply.
    """

    kind: ClassVar[str] = "activation"

    gain: float = 1.0
