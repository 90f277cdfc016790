"""Keras' seed generators inside a trial: what they give comes from the trial's noise stream.

``keras.layers.Dropout``, ``RandomRotation``, ``keras.random.normal`` with a ``SeedGenerator`` or with no seed at all: each asks a
``SeedGenerator`` for its next seed, whose state is a variable of its own that no trial knows. While a stream is open
such a question takes the next draw of the stream instead, and no state is kept: the same trial draws the same in a used program, in a
fresh one and in another process. A whole number as a seed stays one: it gives the same numbers each time, as Keras says.

Inside a loop of TensorFlow's that a layer runs (a recurrent cell that draws at each time step) one draw would be the same in each
turn. There the generator counts for itself, from a start that the stream gives it anew in each step.

Keras is imported by the functions, not by this module. Its method is replaced only as long as a stream is open, so
that whoever compares a process with what it was finds it as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Draws:
    """What Keras' generators are given while a stream is open.

    Args:
        seed: Returns a new seed, int32 ``[2]``, at each call.
    """

    def __init__(self, seed: Callable[[], Any]) -> None:
        import tensorflow as tf

        self._seed = seed
        self._graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        self._started: set[int] = set()

    def next(self, generator: Any, own: Callable[..., Any]) -> Any:
        """Return the next seed of a generator.

        Args:
            generator: Keras' own.
            own: Its method.
        """
        import tensorflow as tf

        if not self._in_loop():
            return self._seed()
        if id(generator) not in self._started:
            self._started.add(id(generator))
            assert self._graph is not None
            # In front of the loop, for all of its turns.
            with self._graph.as_default(), tf.control_dependencies(None):
                generator.state.assign(tf.cast(self._seed(), generator.state.dtype))
        return own(generator)

    def _in_loop(self) -> bool:
        """Say whether what is traced is the body of a loop that began after the stream was opened."""
        import tensorflow as tf
        from tensorflow.python.ops.control_flow_v2_func_graphs import WhileBodyFuncGraph

        if self._graph is None or tf.executing_eagerly():
            return False
        graph = tf.compat.v1.get_default_graph()
        while graph is not None and graph is not self._graph:
            if isinstance(graph, WhileBodyFuncGraph):
                return True
            graph = getattr(graph, "outer_graph", None)
        return False


@contextmanager
def asking(current: Callable[[], Draws | None]) -> Iterator[None]:
    """Let Keras' generators ask somebody else inside.

    Args:
        current: Returns whom; ``None`` where they are on their own.
    """
    from keras.src.random.seed_generator import SeedGenerator

    own = SeedGenerator.next
    if hasattr(own, "asks"):  # a stream inside another one
        yield
        return

    def asked(generator: Any, ordered: bool = True) -> Any:
        draws = current()
        return own(generator, ordered) if draws is None else draws.next(generator, own)

    asked.asks = True  # type: ignore[attr-defined]  # a mark of our own
    SeedGenerator.next = asked
    try:
        yield
    finally:
        SeedGenerator.next = own
