"""A traced function under a name that is made of what it computes, and of nothing else.

TensorFlow numbers functions, the bodies of loops and layers process-wide, and XLA recognizes what it compiled by such
names. Here all names are written anew: nodes are numbered, and a function is named by a hash of its content and of
those that it calls. Then the same computation has the same name whatever was built before, in this process and in any
other, and two computations never share one. So what XLA has compiled once serves every program that computes the same.
"""

from __future__ import annotations

import hashlib
import weakref
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from benchsuite.engine.program.unused import without_unused, without_unused_inputs

DROPPED = (
    "_class",  # which nodes lie together: on one device, all do
    "_gradient_op_type",  # numbered; gradients are there already
    "_construction_context",
    "forward_function_name",
    "backward_function_name",
)
"""Attributes that hold names, and change nothing any more once a function was traced."""


class NotCanonical(Exception):
    """Raised for a function that cannot be written anew; it keeps the name that it has."""


class Canonical:
    """A function of TensorFlow's under a name of its content. It is there as long as this object is.

    Args:
        concrete: What was traced.
        nodes: Whether its nodes are named anew as well. Where TensorFlow's own optimizations of graphs act on it, some of
            these go by the order of names: there only functions are.

    Raises:
        NotCanonical: If it holds something whose names mean something elsewhere.
    """

    def __init__(self, concrete: Any, nodes: bool = True) -> None:
        from tensorflow.python.eager import context

        definitions = _Written(context.context(), nodes)
        given = len(concrete.inputs) - len(concrete.captured_inputs)
        try:
            whole = context.context().get_function_def(concrete.function_def.signature.name)
            if nodes:
                without_unused(whole)
            kept = without_unused_inputs(whole, given) if nodes else list(range(len(concrete.inputs)))
            name = definitions.made_of(whole, _shapes([concrete.inputs[place] for place in kept]))
        except KeyError as error:
            raise NotCanonical(f"{error} is named, and is not there") from None
        captured = [concrete.captured_inputs[place - given] for place in kept[given:]]
        self._hold(name, definitions.made.values(), captured, concrete.structured_outputs, len(concrete.outputs))

    @classmethod
    def again(
        cls, name: str, definitions: Iterable[Any], captured: Sequence[Any], structure: Any, outputs: int
    ) -> Canonical:
        """Return one that was made before, perhaps in another process.

        Args:
            name: Its name.
            definitions: Of it and of those that it calls, the innermost first.
            captured: What it is given beside its arguments.
            structure: Of what it returns.
            outputs: How many tensors that are.
        """
        found = cls.__new__(cls)
        found._hold(name, definitions, captured, structure, outputs)
        return found

    def _hold(
        self, name: str, definitions: Iterable[Any], captured: Sequence[Any], structure: Any, outputs: int
    ) -> None:
        from tensorflow.python.eager import context

        self.name = name
        """``f_`` and 32 hexadecimal digits: of its content and of the shapes of all that goes in."""
        self.definitions = list(definitions)
        """Of it and of those that it calls, the innermost first."""
        self.captured = list(captured)
        """What it is given beside its arguments."""
        self.structure, self.outputs = structure, outputs
        self._context = context.context()
        _hold(self._context, self.definitions)
        names = tuple(definition.signature.name for definition in self.definitions)
        weakref.finalize(self, _release, self._context, names).atexit = False

    def __call__(self, *arguments: Any) -> Any:
        """Call it with tensors, or dictionaries and lists of them."""
        import tensorflow as tf

        given = [*tf.nest.flatten(arguments), *self.captured]
        found = self._context.call_function(self.name.encode(), given, self.outputs)
        return tf.nest.pack_sequence_as(self.structure, found or [])


class _Written:
    """Writes a function and those that it calls anew, the innermost first."""

    def __init__(self, context: Any, nodes: bool) -> None:
        self._context, self._nodes = context, nodes
        self._names: dict[str, str] = {}
        self.made: dict[str, Any] = {}
        """New name → definition."""

    def name_of(self, old: str) -> str:
        if old not in self._names:
            self._names[old] = self.made_of(self._context.get_function_def(old))
        return self._names[old]

    def made_of(self, old: Any, shapes: str = "") -> str:
        """Write a definition anew, and return its name.

        Args:
            old: The definition.
            shapes: What else its name is made of.
        """
        definition = self._rewritten(old) if self._nodes else self._calling_others(old)
        content = definition.SerializeToString(deterministic=True) + shapes.encode()
        name = definition.signature.name = f"f_{hashlib.sha256(content).hexdigest()[:32]}"
        self.made[name] = definition
        return str(name)

    def _rewritten(self, old: Any) -> Any:
        from tensorflow.core.framework import function_pb2

        new = function_pb2.FunctionDef()
        new.CopyFrom(old)
        new.signature.name = ""
        new.signature.description = ""
        places = {argument.name: f"a{i}" for i, argument in enumerate(new.signature.input_arg)}
        places |= {node.name: f"n{i}" for i, node in enumerate(new.node_def)}
        if len(places) != len(new.node_def) + len(new.signature.input_arg):
            raise NotCanonical("a node is named like an argument")
        for argument in new.signature.input_arg:
            argument.name = places[argument.name]
            argument.description = ""
        results = {result.name: f"r{i}" for i, result in enumerate(new.signature.output_arg)}
        for result in new.signature.output_arg:
            result.name = results[result.name]
            result.description = ""
        ret = {results[name]: _moved(value, places) for name, value in old.ret.items()}
        new.ret.clear()
        new.ret.update(ret)
        controls = sorted(places[value] for value in old.control_ret.values())
        new.control_ret.clear()
        new.control_ret.update({name: name for name in controls})
        del new.signature.control_output[:]
        new.signature.control_output.extend(controls)
        for name in DROPPED:
            new.attr.pop(name, None)
        for arguments in new.arg_attr.values():
            arguments.attr.pop("_user_specified_name", None)
        for node in new.node_def:
            self._rewrite(node, places)
        return new

    def _rewrite(self, node: Any, places: dict[str, str]) -> None:
        if self._context.has_function(node.op):  # its outputs would be named by the function
            raise NotCanonical(f"{node.op} is called like an operation")
        node.name = places[node.name]
        node.ClearField("experimental_debug_info")
        inputs = [_moved(value, places) for value in node.input if not value.startswith("^")]
        inputs += sorted(_moved(value, places) for value in node.input if value.startswith("^"))
        del node.input[:]
        node.input.extend(inputs)
        for name in DROPPED:
            node.attr.pop(name, None)
        self._call_others(node)

    def _calling_others(self, old: Any) -> Any:
        from tensorflow.core.framework import function_pb2

        new = function_pb2.FunctionDef()
        new.CopyFrom(old)
        new.signature.name = ""
        for node in new.node_def:
            if self._context.has_function(node.op):
                raise NotCanonical(f"{node.op} is called like an operation")
            self._call_others(node)
        return new

    def _call_others(self, node: Any) -> None:
        for value in node.attr.values():
            kind = value.WhichOneof("value")
            called = [value.func] if kind == "func" else value.list.func if kind == "list" else ()
            for function in called:
                if function.name:
                    function.name = self.name_of(function.name)


def _shapes(inputs: Iterable[Any]) -> str:
    """Return types and shapes of what goes in, variables included."""
    return repr([(one.dtype.name, one.shape.as_list(), str(getattr(one, "_handle_data", ""))) for one in inputs])


def _moved(place: str, places: dict[str, str]) -> str:
    """Return an input, ``name:output:number``, ``argument`` or ``^name``, with the new name."""
    if place.startswith("^"):
        return f"^{places[place[1:]]}"
    name, colon, rest = place.partition(":")
    return f"{places[name]}{colon}{rest}"


_held: Counter[str] = Counter()


def _hold(context: Any, definitions: Iterable[Any]) -> None:
    for definition in definitions:
        name = definition.signature.name
        if not _held[name]:
            context.add_function_def(definition)
        _held[name] += 1


def _release(context: Any, names: Iterable[str]) -> None:
    for name in names:
        _held[name] -= 1
        if not _held[name]:
            del _held[name]
            context.remove_function(name)
