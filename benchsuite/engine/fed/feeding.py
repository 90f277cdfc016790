"""A feeding: the values of the hyperparameters that a program is fed, and all that was asked of them while it was made."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from benchsuite.engine.fed.number import Fed, Guard, Key, Number, expression, key, names, plain

LIBRARIES = ("keras",)
"""Whose reading of a value leaves it in objects that can be looked at."""


class Feeding:
    """Values for one program. In its graphs they are float64 scalars, cast where they meet tensors of another type.

    Args:
        values: Name of each number among the hyperparameters, such as ``optimizer.0.beta_1`` → present value.
        fed: Those of them that are handed over as fed numbers; the others are baked.
    """

    def __init__(self, values: Mapping[str, Number] | None = None, fed: frozenset[str] = frozenset()) -> None:
        self.values = dict(values or {})
        self.fed = fed
        self.reads: dict[str, str] = {}
        """Fed hyperparameters that were read as plain numbers: name → how."""
        self.read_by_plugins: set[str] = set()
        """Those of them that were read by other code than a library's."""
        self.entered: set[str] = set()
        """Those that entered a graph, and were taken by something in it."""
        self.eager: set[str] = set()
        """Those whose value was taken as a tensor outside of any graph."""
        self.tracing = False
        """Whether graphs are traced: then a value that is taken outside of them stays in them."""
        self.kept: dict[str, Number] = {name: value for name, value in self.values.items() if name not in fed}
        """Baked hyperparameters, with the values that the program was made for."""
        self.guards: dict[Key, tuple[Guard, bool]] = {}
        self._whole = {name: isinstance(self.values[name], int) for name in fed}
        self._held: list[_Held] = []
        self._variables: dict[str, Any] = {}
        if fed:
            _teach_tensorflow()

    @property
    def variables(self) -> tuple[Any, ...]:
        """What graphs read the fed values from."""
        return tuple(self._variables.values())

    @property
    def asked(self) -> frozenset[str]:
        """Those about which a question was answered."""
        return frozenset(
            name for guard, _ in self.guards.values() for one in (guard.asked, guard.other) for name in names(one)
        )

    def number(self, name: str) -> Fed | Number:
        """Return what stands for a hyperparameter: a fed number, or its plain value if it is baked."""
        return Fed(self, None, (name,)) if name in self.fed else self.values[name]

    def serves(self, values: Mapping[str, Number]) -> bool:
        """Say whether the program that was made serves other values: the same baked ones, and every guard answers alike."""
        same = all(values.get(name) == value for name, value in self.kept.items())
        # A whole number becomes another tensor than one with a fraction.
        same &= all(isinstance(values.get(name), int) == whole for name, whole in self._whole.items())
        return same and all(guard.answer(values) == answer for guard, answer in self.guards.values())

    @property
    def placed(self) -> dict[str, Any]:
        """The variables that graphs read, by the name of the hyperparameter: there once it was placed."""
        return dict(self._variables)

    def answered(self) -> list[Any]:
        """Return every question that was answered, as what JSON can hold, with the answer."""
        return [[*guard.key, answer] for guard, answer in self.guards.values()]

    def believe(self, answered: list[Any]) -> None:
        """Take the questions for answered, as those that :meth:`answered` returned of a feeding with the same values."""
        for question, asked, other, answer in answered:
            guard = Guard(question, self._expression(asked), self._expression(other))
            self.guards.setdefault(guard.key, (guard, answer))

    def _expression(self, key: Any) -> Any:
        what, *operands = key
        if what == "number":
            return operands[0]
        if what == "fed":
            return self.number(operands[0])
        return Fed(self, what, tuple(map(self._expression, operands)))

    def assign(self, values: Mapping[str, Number]) -> None:
        """Hold other values from now on."""
        self.values.update(values)
        for name, variable in self._variables.items():
            variable.assign(float(self.values[name]))

    def answer(self, guard: Guard) -> bool:
        """Answer a question from the present value, and note it."""
        found = guard.answer(self.values)
        self.guards.setdefault(guard.key, (guard, found))
        return found

    def read(self, number: Fed, how: str) -> Number:
        """Return a plain value, and note that it was read: its hyperparameters are baked for this program."""
        for name in names(number):
            self.reads.setdefault(name, how)
            self.read_by_plugins |= set() if _reader() in LIBRARIES else {name}
            self.kept.setdefault(name, self.values[name])
        value: Number = plain(number, self.values)
        return value

    def place(self) -> None:
        """Create the variables that graphs read; on the device on which this is called."""
        import tensorflow as tf

        with tf.init_scope():
            for name in sorted(self.fed - self._variables.keys()):
                self._variables[name] = tf.Variable(
                    float(self.values[name]), trainable=False, dtype=tf.float64, name=f"fed/{name}"
                )

    @contextmanager
    def holding(self, tensors: Mapping[str, Any] | None = None) -> Iterator[None]:
        """Let fed numbers be other tensors for what is traced inside: read once, outside of any loop.

        Args:
            tensors: Name → float64 scalar; the present values of the variables for all that are left out.
        """
        import tensorflow as tf

        if not self.fed or tf.executing_eagerly():
            yield
            return
        self.place()
        given = {name: self._variables[name].read_value() for name in sorted(self.fed) if name not in (tensors or {})}
        self._held.append(_Held(tf.compat.v1.get_default_graph(), {**given, **(tensors or {})}))
        try:
            yield
        finally:
            self.entered |= self._held.pop().taken

    def tensor(self, number: Fed, dtype: Any = None) -> Any:
        """Return a fed number as a tensor, in a graph or outside."""
        import tensorflow as tf

        *_, whole = expression(number)
        dtype = tf.as_dtype(dtype or (tf.int32 if whole else tf.float32))
        if tf.executing_eagerly():
            self.eager |= set(names(number))
            if self.tracing:
                return tf.convert_to_tensor(self.read(number, "a tensor outside of the graph"), dtype)
            return tf.convert_to_tensor(_cast(plain(number, self.values), dtype), dtype)
        graph = tf.compat.v1.get_default_graph()
        held = next((held for held in reversed(self._held) if held.above(graph)), None)
        if held is None:
            self.entered |= set(names(number))
            self.place()
            here = {name: self._variables[name].read_value() for name in names(number)}
            return tf.cast(_computed(number, here), dtype)
        return held.tensor(number, dtype)


class _Held:
    """Tensors that stand for fed numbers in a graph and in all inside it; what is computed from them is computed once, there."""

    def __init__(self, graph: Any, tensors: Mapping[str, Any]) -> None:
        self._graph, self._tensors = graph, tensors
        self._found: dict[Key, tuple[Fed, Any]] = {}

    @property
    def taken(self) -> set[str]:
        """The hyperparameters whose tensors some operation takes."""
        return {name for number, tensor in self._found.values() if tensor.consumers() for name in names(number)}

    def above(self, graph: Any) -> bool:
        """Say whether a graph is this one or inside it."""
        while graph is not None and graph is not self._graph:
            graph = getattr(graph, "outer_graph", None)
        return graph is not None

    def tensor(self, number: Fed, dtype: Any) -> Any:
        """Return a fed number as a tensor of the held graph, from where graphs inside take it."""
        import tensorflow as tf

        wanted = (key(number), dtype.name)
        if wanted not in self._found:
            with self._graph.as_default(), tf.control_dependencies(None):
                self._found[wanted] = number, tf.cast(_computed(number, self._tensors), dtype)
        return self._found[wanted][1]


def _reader() -> str:
    """Return the package whose code reads a value: the innermost that is not this one."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("benchsuite.engine.fed."):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _cast(value: Number, dtype: Any) -> Number:
    return int(value) if dtype.is_integer else value


def _computed(number: Any, tensors: Mapping[str, Any]) -> Any:
    """Return a float64 tensor for a fed number: the arithmetic that Python does with its plain value."""
    import tensorflow as tf

    if not isinstance(number, Fed):
        return tf.constant(float(number), tf.float64)
    operation, operands, _ = expression(number)
    if operation is None:
        return tf.cast(tensors[operands[0]], tf.float64)
    computed = {
        "add": tf.add,
        "sub": tf.subtract,
        "mul": tf.multiply,
        "truediv": tf.truediv,
        "floordiv": tf.math.floordiv,
        "mod": tf.math.floormod,
        "pow": tf.pow,
        "neg": tf.negative,
        "abs": tf.abs,
    }[operation]
    return computed(*(_computed(operand, tensors) for operand in operands))


@cache
def _teach_tensorflow() -> None:
    """Let TensorFlow convert fed numbers: to the type of what they meet, to float32 where nothing asks for one."""
    import tensorflow as tf

    def convert(value: Fed, dtype: Any = None, name: str | None = None, as_ref: bool = False) -> Any:
        return value._feeding.tensor(value, dtype)

    tf.register_tensor_conversion_function(Fed, convert)
