"""The generators that no trial knows: made something else, and put back, to see who draws from them."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def global_states_kept() -> Iterator[None]:
    """Put the global generators of Python and NumPy back: other code of this process draws from them too."""
    of_python, of_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # that of who asks nobody for a generator
    try:
        yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)  # noqa: NPY002  # as above


def disturb(seed: int) -> None:
    """Set the global generators to another state; that of TensorFlow only where somebody has imported it."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  # as above
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.random.set_seed(seed)
