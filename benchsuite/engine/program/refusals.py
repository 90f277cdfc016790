"""What a GPU cannot do and repeat: found while a program is made, and told as ``unsupported``.

Every program on a GPU is compiled by XLA, with TensorFlow told to be deterministic. Three things then end it before its
first step, where a CPU would go on:

- an operation that TensorFlow has no deterministic form of, such as the gradient of Keras' own max pooling; the list
  stands in the documentation of ``tf.config.experimental.enable_op_determinism`` and, for what XLA compiles, in the kernels
  of ``tensorflow/compiler/tf2xla/kernels``: one only, ``MaxPoolGrad``;
- an operation that XLA cannot compile at all, such as ``tf.image.crop_and_resize``;
- a draw without a seed, such as ``tf.random.normal``.

A scatter is none of them: XLA makes it a loop over its updates, slow and right.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

from benchsuite.engine.determinism import without_scatters
from benchsuite.errors import Unsupported

Method = TypeVar("Method", bound=Callable[..., Any])

NODE = re.compile(r"\{\{node ([^}]+)\}\}")
NOT_COMPILED = re.compile(
    r"(\w+) \(No registered '\w+' OpKernel for XLA_\w+ devices compatible with node \{\{node ([^}]+)\}\}"
)
INSTRUCTION = re.compile(r"HLO instruction (\S+) does not have a deterministic implementation")
SCAFFOLD = re.compile(r"gradient_tape|while|cond|(Stateful)?PartitionedCall|functional")
"""Words of a node's path that no plugin chose."""


def refusing(method: Method) -> Method:
    """Let a method that builds or compiles raise ``Unsupported`` for what a GPU cannot do and repeat."""

    @functools.wraps(method)
    def guarded(*arguments: Any, **options: Any) -> Any:
        if without_scatters():
            _forget_seed()
        try:
            return method(*arguments, **options)
        except Exception as error:
            reason = refusal(type(error).__name__, str(error)) if without_scatters() else ""
            if not reason:
                raise
            raise Unsupported(reason) from error

    return guarded  # type: ignore[return-value]  # the same arguments, the same result


def _forget_seed() -> None:
    """Let TensorFlow have no seed for the whole process: whether a draw has one must not depend on who set it before."""
    import tensorflow as tf
    from tensorflow.python.eager import context

    if context.global_seed() is not None:
        tf.random.set_seed(None)


def refusal(kind: str, message: str) -> str:
    """Return why a GPU cannot train a program, in words; nothing if an error says something else.

    Args:
        kind: Name of the error's class.
        message: What it says.
    """
    if kind == "RuntimeError" and "Random ops require a seed" in message:
        return (
            "something draws random numbers without a seed, which a GPU cannot repeat: bs.noise draws those of a trial"
        )
    if kind not in ("UnimplementedError", "InvalidArgumentError"):
        return ""
    if found := NOT_COMPILED.search(message):
        return f"{_place(found[2])} needs {found[1]}, which XLA cannot compile for a GPU"
    if found := INSTRUCTION.search(message):
        return f"the program needs {found[1]}, which has no deterministic form on a GPU"
    node = NODE.search(message)
    if node is None or "determinis" not in message.lower():
        return ""
    operation = _plain(node[1].rpartition("/")[2])
    return f"{_place(node[1])} needs {operation}, which has no deterministic form on a GPU"


def _place(node: str) -> str:
    """Return which layer or function a node of a graph is of: the same words whatever was built before in the process."""
    words = [_plain(word) for word in node.split("/")[:-1]]
    return "/".join(word for word in words if not SCAFFOLD.fullmatch(word)) or "the program"


def _plain(word: str) -> str:
    """Return a word of a path without the numbers that Keras and TensorFlow count through the life of a process."""
    return re.sub(r"(_\d+)+$", "", word)
