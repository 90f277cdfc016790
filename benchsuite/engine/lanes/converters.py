"""How operations become those of many lanes, where TensorFlow has no way or a slow one.

``tf.vectorized_map`` asks a registry for each operation. Ours are in it only while a lane program is traced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchsuite.engine.lanes import threefry

Converter = Callable[[Any], Any]


@contextmanager
def vectorizing() -> Iterator[None]:
    """Let ``tf.vectorized_map`` know our forms inside."""
    from tensorflow.python.ops.parallel_for import pfor

    registry = pfor._pfor_converter_registry
    before = dict(registry)
    registry.update(_forms(before))
    try:
        yield
    finally:
        registry.clear()
        registry.update(before)


def _forms(before: dict[str, Converter]) -> dict[str, Converter]:
    return {
        "XlaOptimizationBarrier": _barrier,
        "Bitcast": _bitcast,
        "L2Loss": _half_square,
        "Qr": _factors,
        "ZerosLike": lambda one: _empty(one) if one.outputs[0].dtype.name == "variant" else before["ZerosLike"](one),
        **dict.fromkeys(("SelfAdjointEigV2", "Svd"), _refused),
        "StatelessIf": lambda one: _choice(one) if one.input(0).is_stacked else before["StatelessIf"](one),
        "StatelessRandomUniformFullIntV2": _random,
        "StatelessRandomUniformV2": _random,
        "StatelessRandomNormalV2": _random,
        "Conv2D": lambda one: _convolution(one) if one.input(1).is_stacked else before["Conv2D"](one),
        "Conv2DBackpropInput": lambda one: (
            _convolution_of_gradient(one) if one.input(1).is_stacked else before["Conv2DBackpropInput"](one)
        ),
        "Conv2DBackpropFilter": lambda one: (
            _gradient_of_filter(one) if one.input(0).is_stacked else before["Conv2DBackpropFilter"](one)
        ),
    }


def _wrapped(tensors: Any) -> list[Any]:
    from tensorflow.python.ops.parallel_for.pfor import wrap

    return [wrap(tensor, True) for tensor in tensors]


def _refused(one: Any) -> Any:
    """Refuse what XLA iterates for all matrices until the last has converged: a lane would see its neighbours."""
    from tensorflow.python.ops.parallel_for.pfor import ConversionNotImplementedError

    raise ConversionNotImplementedError(f"{one.op_type} of one lane depends on the others")


def _barrier(one: Any) -> Any:
    from tensorflow.compiler.tf2xla.python import xla

    one.stack_inputs()
    return _wrapped(xla.optimization_barrier(*(given.t for given in one.inputs)))


def _bitcast(one: Any) -> Any:
    import tensorflow as tf

    return _wrapped([tf.bitcast(one.stacked_input(0), one.get_attr("type"))])


def _choice(one: Any) -> Any:
    """Compute each branch for all lanes if one of them takes it, and let each lane keep what its own branch gives.

    TensorFlow's way is to gather the lanes of each branch, whose number XLA cannot know.
    """
    import tensorflow as tf
    from tensorflow.python.ops.parallel_for import pfor

    condition, given = one.stacked_input(0), one.inputs[1:]
    shapes = [(condition.shape[0], *output.shape) for output in one.outputs]

    def computed(branch: str, taken: Any) -> Any:
        name = one.get_attr(branch).name
        return tf.cond(
            tf.reduce_any(taken),
            lambda: [
                tf.ensure_shape(found, shape)
                for found, shape in zip(pfor._outputs_for_branch(name, None, one, given), shapes, strict=True)
            ],
            lambda: [tf.zeros(shape, output.dtype) for shape, output in zip(shapes, one.outputs, strict=True)],
        )

    pairs = zip(computed("then_branch", condition), computed("else_branch", ~condition), strict=True)
    chosen = [tf.where(tf.reshape(condition, [-1] + [1] * (a.shape.rank - 1)), a, b) for a, b in pairs]
    return _wrapped(chosen)


def _empty(one: Any) -> Any:
    """A list of tensors has the lanes in its elements."""
    import tensorflow as tf

    return _wrapped([tf.raw_ops.ZerosLike(x=one.stacked_input(0))])


def _half_square(one: Any) -> Any:
    import tensorflow as tf

    values = one.stacked_input(0)
    return _wrapped([tf.reduce_sum(values * values, axis=list(range(1, values.shape.rank))) / 2])


def _factors(one: Any) -> Any:
    import tensorflow as tf

    return _wrapped(tf.raw_ops.Qr(input=one.stacked_input(0), full_matrices=one.get_attr("full_matrices")))


def _random(one: Any) -> Any:
    """Draw with Threefry, whose numbers alone are XLA's; every other generator has no form."""
    import tensorflow as tf
    from tensorflow.python.ops.parallel_for.pfor import ConversionNotImplementedError

    generator = tf.get_static_value(one.unstacked_input(3))
    shape, dtype = tf.get_static_value(one.unstacked_input(0)), one.outputs[0].dtype
    draw = {
        ("StatelessRandomUniformFullIntV2", tf.uint32): threefry.bits32,
        ("StatelessRandomUniformFullIntV2", tf.uint64): threefry.bits64,
        ("StatelessRandomUniformV2", tf.float32): threefry.uniform,
        ("StatelessRandomNormalV2", tf.float32): threefry.normal,
    }.get((one.op_type, dtype))
    if generator != tf.random.Algorithm.THREEFRY.value or draw is None or shape is None:
        raise ConversionNotImplementedError("random numbers that are not bs.noise's")
    one.stack_inputs([1, 2])
    return _wrapped([draw(one.stacked_input(1)[:, 0], one.stacked_input(2)[:, 0], [int(size) for size in shape])])


def _convolution(one: Any) -> Any:
    """A filter for each lane: one grouped convolution over the channels of all of them."""
    import tensorflow as tf

    one.stack_inputs()
    images, filters = one.stacked_input(0), one.stacked_input(1)
    outputs = tf.raw_ops.Conv2D(input=_beside(images), filter=_filters_beside(filters), **_window(one))
    return _wrapped([_apart(outputs, images.shape[0])])


def _convolution_of_gradient(one: Any) -> Any:
    import tensorflow as tf

    one.stack_inputs([1, 2])
    filters, gradient = one.stacked_input(1), one.stacked_input(2)
    lanes = filters.shape[0]
    batch, height, width, channels = one.outputs[0].shape
    outputs = tf.raw_ops.Conv2DBackpropInput(
        input_sizes=[batch, height, width, lanes * channels],
        filter=_filters_beside(filters),
        out_backprop=_beside(gradient),
        **_window(one),
    )
    return _wrapped([_apart(outputs, lanes)])


def _gradient_of_filter(one: Any) -> Any:
    import tensorflow as tf

    one.stack_inputs([0, 2])
    images, gradient = one.stacked_input(0), one.stacked_input(2)
    lanes = images.shape[0]
    height, width, channels, features = one.outputs[0].shape
    outputs = tf.raw_ops.Conv2DBackpropFilter(
        input=_beside(images),
        filter_sizes=[height, width, channels, lanes * features],
        out_backprop=_beside(gradient),
        **_window(one),
    )
    apart = tf.reshape(outputs, (height, width, channels, lanes, features))
    return _wrapped([tf.transpose(apart, (3, 0, 1, 2, 4))])


def _window(one: Any) -> dict[str, Any]:
    given = {name: one.get_attr(name) for name in ("strides", "padding", "data_format", "dilations")}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in given.items()}


def _beside(images: Any) -> Any:
    """Put ``[lanes, batch, height, width, channels]`` side by side: ``[batch, height, width, lanes·channels]``."""
    import tensorflow as tf

    lanes, batch, height, width, channels = images.shape
    return tf.reshape(tf.transpose(images, (1, 2, 3, 0, 4)), (batch, height, width, lanes * channels))


def _filters_beside(filters: Any) -> Any:
    """Put ``[lanes, height, width, channels, features]`` side by side: ``[height, width, channels, lanes·features]``."""
    import tensorflow as tf

    lanes, height, width, channels, features = filters.shape
    return tf.reshape(tf.transpose(filters, (1, 2, 3, 0, 4)), (height, width, channels, lanes * features))


def _apart(outputs: Any, lanes: int) -> Any:
    """Take what stands side by side apart again: ``[lanes, batch, height, width, channels]``."""
    import tensorflow as tf

    batch, height, width, channels = outputs.shape
    apart = tf.reshape(outputs, (batch, height, width, lanes, channels // lanes))
    return tf.transpose(apart, (3, 0, 1, 2, 4))
