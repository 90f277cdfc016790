"""Whether what is traced must do without scatters: a GPU adds their updates in any order, or one after another in a loop.

Gradients of gathers and of maxima of windows are scatters. TensorFlow is told to be deterministic wherever it computes on
a GPU; XLA then makes of each scatter a loop over its updates, and of the gradient of a max pooling nothing at all. So the
layers of the blocks have a second form of their gradients there, with sums and comparisons alone. A CPU adds one after
another anyhow and is faster at it: there Keras' own forms stay. Both give the same values, and the same gradients but for
the order of sums.
"""

from __future__ import annotations


def without_scatters() -> bool:
    """Say whether TensorFlow is told to be deterministic, as :func:`benchsuite.engine.device.configure` does for GPUs."""
    from tensorflow.python.framework.config import is_op_determinism_enabled

    return bool(is_op_determinism_enabled())
