"""A compiled function, and the trace of it for each number of steps that it was called with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Traced:
    """A compiled function. To find its trace takes TensorFlow as long as ten small steps: it is kept.

    Args:
        graph: What to compile.
        xla: Whether by XLA.
    """

    def __init__(self, graph: Callable[..., Any], xla: bool) -> None:
        import tensorflow as tf

        def counted(*arguments: Any) -> Any:
            self.traces += 1
            return graph(*arguments)

        self.function = tf.function(counted, autograph=False, jit_compile=xla)
        self.traces = 0
        """How often it was traced."""
        self._found: dict[int, Any] = {}

    @property
    def variables(self) -> int:
        """How many variables its traces read or assign to by themselves, beside what they are given."""
        import tensorflow as tf

        return sum(given.dtype == tf.resource for found in self._found.values() for given in found.captured_inputs)

    def __call__(self, steps: int, *arguments: Any) -> Any:
        """Call it.

        Args:
            steps: All that changes the shapes of the arguments.
            arguments: Tensors.
        """
        return self.trace(steps, *arguments)(*arguments)

    def trace(self, steps: int, *arguments: Any) -> Any:
        """Return the trace that such a call takes, made if there is none; nothing is compiled."""
        if steps not in self._found:
            self._found[steps] = self.function.get_concrete_function(*arguments)
        return self._found[steps]
