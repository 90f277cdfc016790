"""What a program computes, as names; and what it holds that it was not given. Nothing is compiled for either.

Two programs of one recipe compute the same: whatever seed, learning rate or fed hyperparameters they were built for. Where
they do not, some code made a constant of what changes, or of chance, and :func:`first_difference` says which operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.engine.program.canonical import Canonical, NotCanonical
from benchsuite.engine.program.program import Program


@dataclass(frozen=True)
class Different:
    """The first operation in which two computations differ.

    Args:
        what: Its type, and the two values where it is a constant.
        calls: Who made it, innermost last: file, number of the line and name of the function.
    """

    what: str
    calls: Sequence[tuple[str, int, str]]


@dataclass(frozen=True)
class HiddenVariable:
    """A variable that a computation reads or assigns to, and that no reset knows.

    Args:
        name: Of the variable.
        handle: Its resource.
        type: Of its values.
    """

    name: str
    handle: Any
    type: Any

    def numpy(self) -> np.ndarray:
        """Return what it holds now."""
        import tensorflow as tf

        return np.array(tf.raw_ops.ReadVariableOp(resource=self.handle, dtype=self.type))

    def assign(self, value: np.ndarray) -> None:
        """Let it hold something else."""
        import tensorflow as tf

        tf.raw_ops.AssignVariableOp(resource=self.handle, value=tf.constant(value, self.type))


def names_of(program: Program) -> tuple[str | None, ...]:
    """Return a name for each function of a program that was traced: equal ones compute the same.

    ``None`` stands for one that cannot be named.
    """
    return tuple(map(name_of, program.traced))


def name_of(concrete: Any) -> str | None:
    """Return the name of what one traced function computes, its constants included."""
    try:
        return Canonical(concrete).name
    except NotCanonical:
        return None


def constants_of(program: Program) -> list[np.ndarray]:
    """Return the tensors that its functions took from outside when they were traced, too large to be constants in them."""
    import tensorflow as tf

    return [
        np.array(tensor)
        for concrete in program.traced
        for tensor in concrete.captured_inputs
        if tensor.dtype not in (tf.resource, tf.variant)
    ]


def unknown_to_a_reset(program: Program) -> list[HiddenVariable]:
    """Return the variables that its functions use and that neither network, optimizer, regularizations nor feeding own."""
    import tensorflow as tf

    known = {id(_handle(variable)) for variable in _owned(program)}
    found: dict[int, HiddenVariable] = {}
    for concrete in program.traced:
        named = {id(variable.handle): variable.name for variable in concrete.graph.variables}
        for tensor in concrete.captured_inputs:
            if tensor.dtype != tf.resource or id(tensor) in known:
                continue
            data = getattr(tensor, "_handle_data", None)
            if data is None or not data.is_set or len(data.shape_and_type) != 1:
                continue  # a table, or something else that is no variable
            name = named.get(id(tensor), "a variable").partition(":")[0]
            found.setdefault(id(tensor), HiddenVariable(name, tensor, tf.as_dtype(data.shape_and_type[0].dtype)))
    return list(found.values())


def _owned(program: Program) -> Iterator[Any]:
    yield from program.network.model.variables
    yield from program.optimizer.made.variables
    yield from program.after.variables
    yield from program.feeding.variables


def _handle(variable: Any) -> Any:
    """Return the resource of a variable, Keras' or TensorFlow's."""
    inner = getattr(variable, "value", None)
    return variable.handle if callable(inner) or inner is None else inner.handle


def first_difference(one: Any, other: Any) -> Different | None:
    """Return the first operation in which two traced functions differ, in the order in which they were made."""
    ours, theirs = list(_operations(one.graph)), list(_operations(other.graph))
    for mine, its in zip(ours, theirs, strict=False):
        before, after = _said(mine), _said(its)
        if before != after:
            return Different(_told(mine, its), _calls(its))
    if len(ours) == len(theirs):
        return None
    longer = ours if len(ours) > len(theirs) else theirs
    operation = longer[min(len(ours), len(theirs))]
    return Different(f"{operation.type}, which one of them lacks", _calls(operation))


def _operations(graph: Any) -> Iterator[Any]:
    """Yield operations of a graph and of those inside it, each where it stands."""
    for operation in graph.get_operations():
        if operation.type == "Placeholder":  # what is captured comes in any order
            continue
        yield operation
        for name in sorted(operation.node_def.attr):
            attribute = operation.node_def.attr[name]
            called = [attribute.func] if attribute.WhichOneof("value") == "func" else attribute.list.func
            for function in called:
                inner = getattr(graph._functions.get(function.name), "graph", None)
                if inner is not None:
                    yield from _operations(inner)


def _said(operation: Any) -> tuple[Any, ...]:
    value = operation.node_def.attr.get("value")
    shapes = [(tensor.dtype.name, str(tensor.shape)) for tensor in operation.outputs]
    return operation.type, shapes, value.SerializeToString() if value is not None and operation.type == "Const" else b""


def _told(one: Any, other: Any) -> str:
    import tensorflow as tf

    if one.type != other.type or one.type != "Const":
        return one.type if one.type == other.type else f"{one.type}, then {other.type}"
    values = [tf.make_ndarray(operation.node_def.attr["value"].tensor) for operation in (one, other)]
    if values[0].shape == values[1].shape == ():
        return f"a constant, {values[0]:.6g} and then {values[1]:.6g}"
    return "a constant array"


def _calls(operation: Any) -> list[tuple[str, int, str]]:
    return [(frame.filename, frame.lineno, frame.name) for frame in operation.traceback or ()]
