"""Whether a traced function draws random numbers from a generator of TensorFlow's own, which no trial knows.

``tf.random.normal``, ``tf.random.shuffle`` or ``tf.random.Generator`` keep a counter in the process: a used program would go on where
the last trial stopped, and another process would begin elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchsuite.errors import BenchsuiteError

DRAW = {
    "Multinomial": "tf.random.categorical",
    "NonDeterministicInts": "tf.random.Generator.from_non_deterministic_state",
    "ParameterizedTruncatedNormal": "tf.random.parameterized_truncated_normal",
    "RandomGamma": "tf.random.gamma",
    "RandomPoissonV2": "tf.random.poisson",
    "RandomShuffle": "tf.random.shuffle",
    "RandomStandardNormal": "tf.random.normal",
    "RandomUniform": "tf.random.uniform",
    "RandomUniformInt": "tf.random.uniform",
    "RngReadAndSkip": "tf.random.Generator",
    "RngSkip": "tf.random.Generator",
    "StatefulRandomBinomial": "tf.random.Generator",
    "StatefulStandardNormalV2": "tf.random.Generator",
    "StatefulTruncatedNormal": "tf.random.Generator",
    "StatefulUniform": "tf.random.Generator",
    "StatefulUniformFullInt": "tf.random.Generator",
    "StatefulUniformInt": "tf.random.Generator",
    "TruncatedNormal": "tf.random.truncated_normal",
}
"""Operation → what code calls for it."""


def refuse_own_chance(concrete: Any) -> None:
    """Refuse a traced function that draws such numbers.

    Args:
        concrete: What was traced.

    Raises:
        BenchsuiteError: With what to call instead.
    """
    found = sorted({DRAW[kind] for kind in _kinds(concrete) if kind in DRAW})
    if found:
        raise BenchsuiteError(
            f"a component draws with {' and '.join(found)}, whose generator belongs to the process and not to the trial: the same trial "
            "would get other numbers the next time. Draw with bs.noise.normal, bs.noise.uniform or bs.noise.keep, or with keras.random "
            "and a keras.random.SeedGenerator: these are the trial's own."
        )


def _kinds(concrete: Any) -> Iterator[str]:
    """Yield the kind of each operation of a traced function and of all that it calls."""
    from tensorflow.python.eager import context

    library, seen = context.context(), set[str]()
    waiting = []
    for operation in concrete.graph.get_operations():
        yield operation.type
        waiting += _called(operation.node_def.attr)
    while waiting:
        name = waiting.pop()
        if name in seen or not library.has_function(name):
            continue
        seen.add(name)
        for node in library.get_function_def(name).node_def:
            yield node.op
            waiting += _called(node.attr)


def _called(attributes: Any) -> list[str]:
    found = []
    for value in attributes.values():
        kind = value.WhichOneof("value")
        called = [value.func] if kind == "func" else value.list.func if kind == "list" else ()
        found += [function.name for function in called if function.name]
    return found
