"""Kind ``preprocessing``: what is done to the inputs before training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component


@dataclass(frozen=True, kw_only=True)
class Preprocessing(Component):
    """A preprocessing of the inputs.

    ``make(**hyperparameters)`` returns an object with ``fit(x)`` and ``transform(x) -> array`` on float32 arrays
    ``[examples, features]``, as scikit-learn's transformers are; a layer of Keras', which its ``adapt`` fits if it has
    one; or ``None``. It is fitted on the training part only
    and applied to all parts; ``transform`` treats each example by itself, and gets large data in pieces. Inputs with
    more axes are flattened for it and get their shape back.
    """

    kind: ClassVar[str] = "preprocessing"
