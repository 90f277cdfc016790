"""The trial's noise stream: the one place where layers of a plugin take their randomness from.

For draw k of step t, ``u = uniform(key of the trial, 1024·t + k)``; training, optimizer, probes and others have a range of
steps each (:class:`Owner`). The draw is counter-based: no state is kept, a used program is reset by a new key, and under
XLA it costs a fraction of ``keras.layers.Dropout`` (whose generator makes a small network up to 18 times slower in a
compiled loop). Numbers come from Threefry under XLA and from Philox in a graph: a program is one or the other by a fixed
rule, never both. Keras' own seed generators take their seeds from the stream as well: see :mod:`benchsuite.generators`.

TensorFlow is imported by the functions, not by this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.generators import Draws, asking

DRAWS_PER_STEP = 1024
RANGE = 2**49
"""Steps of one range: none of them meets those of another. An int64 has room for 2^63 draws, so for sixteen ranges."""
RANGES = 2**63 // (RANGE * DRAWS_PER_STEP)


class Owner(Enum):
    """Whose steps draw: each owner has a range of steps of its own, and so numbers of its own.

    The value is the number of the range, from 0 to :data:`RANGES` − 1. Whatever else is to draw takes a free one; to move
    an owner changes the numbers of trials.
    """

    TRAINING = 0
    """Layers and gradient transforms, in training steps."""
    BATCHES = 1
    """What changes batches: layers draw the same masks with an augmentation and without."""
    OPTIMIZER = 2
    """An optimizer, for itself: it must not meet the masks of the layers."""
    EVALUATION = 3
    """Layers that draw in evaluation too, by Keras' generators: the same numbers in each evaluation."""
    STATISTICS = 4
    """Layers, while their statistics are made anew for averaged weights."""
    INITIAL = 5
    """Initializers that draw by Keras' generators and take no seed."""
    AFTER = 6
    """What acts after a step."""
    PROBES = 8
    """Layers, while they are probed."""
    LAB = 9
    """Layers, while somebody looks at what they give in training."""

    def __init__(self, number: int) -> None:
        if not 0 <= number < RANGES:
            raise ValueError(
                f"the range of {self.name} must be from 0 to {RANGES - 1}, or its draws overflow: {number}"
            )

    @property
    def first(self) -> int:
        """The first step of its range."""
        return int(self.value) * RANGE


class _Stream:
    """The key, owner and step of the program that is being traced, and how many draws were traced so far."""

    def __init__(self, key: Any, step: Any, owner: Owner) -> None:
        self.key = key
        self.step = step
        self.owner = owner
        self.draws = 0
        self.of_keras = Draws(self.keras_seed)

    def keras_seed(self) -> Any:
        """Return what Keras takes for a seed, int32 ``[2]``: a draw of the stream."""
        import tensorflow as tf

        seed, generator = _source(self)
        if generator == "threefry":
            return seed  # a whole block of Threefry already
        return tf.random.stateless_uniform([2], seed, None, None, tf.int32, alg=generator)


OF_KERAS_ONLY = (Owner.EVALUATION, Owner.INITIAL)
"""Whose streams are for Keras' generators: a layer must ask ``training`` before it draws from ours."""

_current: ContextVar[_Stream | None] = ContextVar("noise", default=None)


@contextmanager
def stream(key: Any, step: Any, owner: Owner = Owner.TRAINING) -> Iterator[None]:
    """Make ``key`` and ``step`` (int64 scalars) of ``owner`` the source of every draw inside; the engine calls it.

    Entering it again with the same three gives the same numbers again, as a closure needs.
    """
    token = _current.set(_Stream(key, step, owner))
    try:
        with asking(_draws):
            yield
    finally:
        _current.reset(token)


def _draws() -> Draws | None:
    current = _current.get()
    return None if current is None else current.of_keras


def step() -> Any:
    """Return the number of the current step, from 0: an int64 scalar tensor."""
    return _stream().step


def _stream() -> _Stream:
    current = _current.get()
    if current is None or current.owner in OF_KERAS_ONLY:
        raise BenchsuiteError(
            "bs.noise was called outside of a training step. Draw only where `training` is true, inside a layer's call."
        )
    return current


def _source(current: _Stream | None = None) -> tuple[Any, str]:
    """Return the seed of the next draw, two numbers, and the generator that is to use it; of the open stream unless given."""
    import tensorflow as tf
    from tensorflow.python.ops import control_flow_util

    current = current or _stream()
    if current.draws >= DRAWS_PER_STEP:
        raise BenchsuiteError(f"one step may draw at most {DRAWS_PER_STEP} times from bs.noise.")
    position = (current.step + current.owner.first) * DRAWS_PER_STEP + current.draws
    current.draws += 1
    seed = tf.stack([current.key, position])
    if not control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()):
        return seed, "auto_select"
    # On the CPU XLA makes Threefry's numbers some twenty times as fast as Philox'. With either it takes only the lower half
    # of each number of a seed, so that far steps would meet near ones: a block of Threefry first makes 64 bits of all 128,
    # no two alike for the positions of one key.
    key, counter = tf.split(tf.bitcast(seed, tf.uint64), 2)
    block = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[1], key=key, counter=counter, alg=tf.random.Algorithm.THREEFRY.value, dtype=tf.uint64
    )
    return tf.reshape(tf.bitcast(block, tf.int32), [2]), "threefry"


def uniform(shape: Any, low: float = 0.0, high: float = 1.0) -> Any:
    """Draw float32 numbers uniform on [low, high).

    Args:
        shape: Of the result, a list or an int32 tensor.
        low: Smallest value.
        high: Bound of the largest value.
    """
    import tensorflow as tf

    seed, generator = _source()
    return tf.random.stateless_uniform(shape, seed, low, high, alg=generator)


def normal(shape: Any, mean: float = 0.0, deviation: float = 1.0) -> Any:
    """Draw float32 numbers from a normal distribution.

    Args:
        shape: Of the result, a list or an int32 tensor.
        mean: Mean of the distribution.
        deviation: Its standard deviation.
    """
    import tensorflow as tf

    seed, generator = _source()
    return tf.random.stateless_normal(shape, seed, mean, deviation, alg=generator)


def keep(shape: Any, rate: float) -> Any:
    """Draw a boolean mask that is true with probability 1 − rate.

    The rate is rounded to a multiple of 1/65536: the mask takes 16 random bits for each entry, half of what a float
    would take.

    Args:
        shape: Of the result, a list or an int32 tensor.
        rate: Probability of false, in [0, 1].
    """
    import tensorflow as tf

    # Known sizes stay numbers: XLA needs them while it compiles.
    static = tf.get_static_value(tf.convert_to_tensor(shape))
    size = tf.reduce_prod(shape) if static is None else int(static.prod())
    seed, generator = _source()
    words = tf.random.stateless_uniform([(size + 1) // 2], seed, None, None, tf.uint32, alg=generator)
    # As a tensor: the rate may be a number that a program is fed.
    share = rate * 65536
    share = tf.cast(share, tf.float64) if tf.is_tensor(share) else tf.convert_to_tensor(share, tf.float64)
    threshold = tf.cast(tf.round(share), tf.uint32)
    # The upper halves of all words, then the lower ones: XLA computes neighbours at once, which it cannot if they alternate.
    halves = tf.bitwise.right_shift(words, tf.constant(16, tf.uint32)), tf.bitwise.bitwise_and(words, 0xFFFF)
    return tf.reshape(tf.concat([half >= threshold for half in halves], 0)[:size], shape)
