"""Starting values of every variable of a model, drawn outside the program: a reset assigns them, nothing is compiled again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.engine.network.kernel_layers import KernelLayer
from benchsuite.engine.seeds import Streams
from benchsuite.errors import BenchsuiteError


class Origins:
    """Remembers with which initializer each variable of a model was created."""

    def __init__(self) -> None:
        self.initializers: dict[int, Any] = {}
        self.built: dict[int, Any] = {}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Watch ``Layer.add_weight``, through which Keras layers create their variables, while a model is built."""
        import keras

        original = keras.layers.Layer.add_weight

        def add_weight(layer: Any, shape: Any = None, initializer: Any = None, *args: Any, **kwargs: Any) -> Any:
            variable = original(layer, shape, initializer, *args, **kwargs)
            default = "glorot_uniform" if "float" in variable.dtype else "zeros"  # as add_weight itself chooses
            self.initializers[id(variable)] = keras.initializers.get(default if initializer is None else initializer)
            return variable

        keras.layers.Layer.add_weight = add_weight
        try:
            yield
        finally:
            keras.layers.Layer.add_weight = original

    def snapshot(self, variables: list[Any]) -> None:
        """Keep the values of variables that no initializer made, so that a reset can put them back."""
        self.built = {id(v): np.array(v.numpy()) for v in variables if id(v) not in self.initializers}


def draw_all(
    variables: list[Any],
    kernel_layers: Sequence[KernelLayer],
    origins: Origins,
    initializer: Any,
    streams: Streams,
    followers: Sequence[tuple[Any, Any]] = (),
) -> list[Any]:
    """Return the starting value of each variable, in order.

    Kernels are filled by the recipe's initializer; all others by the initializer that their layer chose, with a seed
    of their own.

    Args:
        variables: The model's variables.
        kernel_layers: Those whose kernels the recipe's initializer fills.
        origins: What each of the others was created with.
        initializer: What the recipe's initializer component made.
        streams: The trial's seed streams.
        followers: Kernels, each with a layer whose variables start from it (the norms of weight normalization).
    """
    by_id = {id(kernel_layer.variable): kernel_layer for kernel_layer in kernel_layers}
    values: list[Any] = []
    random_ones = 0
    for variable in variables:
        kernel_layer = by_id.get(id(variable))
        if kernel_layer is not None:
            values.append(draw_kernel(initializer, kernel_layer, tuple(variable.shape), streams))
            continue
        chosen = origins.initializers.get(id(variable))
        if chosen is None:  # a generator's state, or a variable that its layer made by itself
            values.append(_state(variable, origins.built[id(variable)], streams, random_ones))
        else:
            values.append(_seeded(chosen, streams.initial_seed(f"other {random_ones}"), tuple(variable.shape)))
        random_ones += chosen is None or _seedable(chosen)
    where = {id(variable): number for number, variable in enumerate(variables)}
    for source, layer in followers:
        own = [where[id(variable)] for variable in layer.variables]
        started = layer.start(np.asarray(values[where[id(source)]]), [np.asarray(values[number]) for number in own])
        for number, value in zip(own, started, strict=True):
            values[number] = value
    return values


def draw_kernel(initializer: Any, kernel_layer: KernelLayer, shape: tuple[int, ...], streams: Streams) -> np.ndarray:
    """Draw one kernel, from a Keras initializer or a function ``(shape, fan_in, fan_out, gain, generator)``.

    Raises:
        BenchsuiteError: If the values have another shape or are not finite.
    """
    import keras

    if isinstance(initializer, keras.initializers.Initializer):
        value = np.asarray(_seeded(initializer, streams.initial_seed(kernel_layer.name), shape))
    else:
        generator = streams.initial_generator(kernel_layer.name)
        fans = kernel_layer.fan_in, kernel_layer.fan_out
        value = np.asarray(initializer(shape, *fans, kernel_layer.gain, generator))
    if value.shape != shape or not np.isfinite(value).all():
        received = f"shape {list(value.shape)}"
        if value.shape == shape:
            received = f"{np.sum(~np.isfinite(value))} of {value.size} values that are not finite (nan or infinite)"
        raise BenchsuiteError(
            f"the initializer must return finite values of shape {list(shape)}. Received: {received}."
        )
    return value.astype("float32")


def _seedable(initializer: Any) -> bool:
    return "seed" in getattr(initializer, "get_config", dict)()


def _seeded(initializer: Any, seed: int, shape: tuple[int, ...]) -> Any:
    """Call an initializer, with the seed if it takes one; what it draws by Keras' generators is the seed's too."""
    import tensorflow as tf

    if not _seedable(initializer):
        with noise.stream(tf.constant(seed, tf.int64), tf.constant(0, tf.int64), noise.Owner.INITIAL):
            return initializer(shape)
    seeded: Callable[..., Any] = type(initializer).from_config({**initializer.get_config(), "seed": seed})
    return seeded(shape)


def _state(variable: Any, built: np.ndarray, streams: Streams, number: int) -> np.ndarray:
    """Return a new state for a Keras seed generator (two whole numbers), and the value after building for anything else.

    The generator takes its seeds from the trial's noise stream: its state is only put where it does no harm.
    """
    if variable.name == "seed_generator_state" and built.shape == (2,):
        return np.array([streams.noise_key() & 0x7FFFFFFF, number], dtype=built.dtype)
    return built
