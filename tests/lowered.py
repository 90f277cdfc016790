"""What XLA is given to compile, as text, and the operations in it that a GPU cannot do and repeat as fast as any other.

The text is that of the program before any optimization (HLO), made from the graph in some hundredths of a second and
without compiling it. What TensorFlow's kernels make of an operation is the same for a GPU and for a CPU, up to and
including the refusal of what has no deterministic form (``OpDeterminismRequired`` in ``tensorflow/compiler/tf2xla/kernels``).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

EXPANDED = {"Qr", "ProductOfElementaryHouseholderReflectors", "Eigh"}
"""Custom calls that XLA's ``QrExpander`` and ``EighExpander`` make loops of ordinary operations, on a GPU as on a CPU."""

SUSPECTS = {
    "scatter": "its updates are added in any order; to be deterministic XLA's ScatterExpander makes it a loop over them",
    "select-and-scatter": "XLA's SelectAndScatterExpander makes it a scatter",
    "custom-call": "code that is not XLA's",
    "rng": "XLA's RngExpander keeps a state from call to call, whoever calls",
    "rng-get-and-update-state": "a state from call to call",
    "infeed": "waits for the host",
    "outfeed": "waits for the host",
}
"""Opcode → why none may be in a program: passes of ``xla/service/gpu/gpu_compiler.cc`` and ``xla/hlo/transforms``.

All others are deterministic there: sorts and reductions have one order for each shape, ``rng-bit-generator`` counts.
"""

INSTRUCTION = re.compile(r"^\s*(?:ROOT )?%?[\w.\-]+ = .*? ([a-z][a-z\-]*)\(", re.MULTILINE)


@dataclass(frozen=True)
class Suspect:
    """An operation that should not be there: its opcode, or what a custom call calls, and which line of Python it is of."""

    opcode: str
    origin: str


def suspects(hlo: str) -> list[Suspect]:
    """Return the operations of a program that are on the list."""
    found = []
    for line in hlo.splitlines():
        match = INSTRUCTION.match(line)
        if match is None or match[1] not in SUSPECTS:
            continue
        called = re.search(r'custom_call_target="([^"]*)"', line)
        origin = re.search(r'op_name="([^"]*)"', line)
        # Updates that never meet may come in any order.
        if (called and called[1] in EXPANDED) or "unique_indices=true" in line:
            continue
        found.append(Suspect(called[1] if called else match[1], origin[1] if origin else ""))
    return found


@contextlib.contextmanager
def as_on_a_gpu() -> Iterator[None]:
    """Let TensorFlow be deterministic inside, as the engine tells it for a GPU."""
    from tensorflow.python.framework import config

    config.enable_op_determinism()
    try:
        yield
    finally:
        config.disable_op_determinism()


class Caught(Exception):
    """Carries what a compiled function would have been called with."""


def hlo_of(function, *arguments) -> str:
    """Return the text for a ``tf.function`` that XLA compiles."""
    import tensorflow as tf
    from tensorflow.python.eager import context

    concrete = function.get_concrete_function(*arguments)
    text = context.context().get_compiler_ir(
        device_name="/device:CPU:0",
        platform_name=None,
        function_name=concrete.name,
        flat_args=tf.nest.flatten(arguments),
        captured_inputs=concrete.captured_inputs,
        stage="hlo",
    )
    return text.decode()


def hlo_of_program(ready) -> dict[str, str]:
    """Return the texts of both functions of a trial that is ready to train: ``"train"`` and ``"evaluate"``."""
    program = ready.program
    train, evaluate = program._train, program._evaluate
    return {
        "train": _of(train, "traced", lambda: train.compile(ready.feed, ready.plan.steps, program._key)),
        "evaluate": _of(evaluate, "traced", lambda: evaluate.compile(ready.feed, program._key)),
    }


def hlo_of_lanes(ready, lanes: int) -> dict[str, str]:
    """Return the texts of both functions that train so many such trials side by side."""
    from benchsuite.engine.lanes.program import LaneProgram

    together, steps = LaneProgram(ready.program, lanes), ready.plan.steps
    together.begin([together.start_of(0, (steps, steps))])
    order = np.zeros((steps, lanes, ready.program.batch_size), "int32")
    rates, trains = np.zeros((steps, lanes), "float32"), np.ones(lanes, bool)
    return {
        "train": _of(together, "_train", lambda: together.train(ready.feed, order, rates, 0, trains, np.ones(lanes))),
        "evaluate": _of(together, "_evaluate", lambda: together.evaluate(ready.feed)),
    }


def _of(owner, name, call) -> str:
    """Return the text of a compiled function, which is an attribute of its owner, for what it is called with."""
    traced = getattr(owner, name)

    def caught(steps, *tensors):
        raise Caught(tensors)

    setattr(owner, name, caught)
    try:
        call()
    except Caught as tensors:
        return hlo_of(traced.function, *tensors.args[0])
    finally:
        setattr(owner, name, traced)
    raise AssertionError(f"{name} was not called")
