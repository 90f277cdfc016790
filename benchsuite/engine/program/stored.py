"""A traced function as bytes, and back: what was traced in one process serves another, which gives it its own variables.

What a function is given beside its arguments must be variables that a program knows by a name; one that holds anything else,
such as a tensor that somebody made outside of it, cannot be stored.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from benchsuite.engine.program.canonical import Canonical

FAST = 1
"""Of zlib: a tenth of the bytes at a hundredth of the time that it takes to trace."""


class NotStorable(Exception):
    """Raised for a function that cannot be stored, and for what is no stored one for these variables."""


def stored(function: Canonical, variables: Mapping[str, Any]) -> bytes:
    """Return a function as bytes.

    Args:
        function: The function.
        variables: Name → variable, of all that it may be given.

    Raises:
        NotStorable: If it is given anything else, or returns more than a tensor or a list of them.
    """
    names = {id(handle_of(variable)): name for name, variable in variables.items()}
    captured = []
    for one in function.captured:
        if id(one) not in names:
            raise NotStorable("it is given something that no variable is")
        captured.append([names[id(one)], *_type_of(variables[names[id(one)]])])
    definitions = [definition.SerializeToString(deterministic=True) for definition in function.definitions]
    about = {
        "name": function.name,
        "captured": captured,
        "form": _form_of(function.structure),
        "outputs": function.outputs,
        "sizes": [len(definition) for definition in definitions],
    }
    return zlib.compress(b"".join([json.dumps(about).encode(), b"\n", *definitions]), FAST)


def restored(content: bytes, variables: Mapping[str, Any]) -> Canonical:
    """Return the function that was stored, given these variables.

    Args:
        content: What :func:`stored` returned.
        variables: As it had them, of another program.

    Raises:
        NotStorable: If they are others.
    """
    from tensorflow.core.framework import function_pb2

    head, _, rest = zlib.decompress(content).partition(b"\n")
    about = json.loads(head)
    definitions = []
    for size in about["sizes"]:
        definitions.append(function_pb2.FunctionDef.FromString(rest[:size]))
        rest = rest[size:]
    captured = []
    for name, *type_ in about["captured"]:
        if name not in variables or _type_of(variables[name]) != type_:
            raise NotStorable(f"there is no {name} of that type")
        captured.append(handle_of(variables[name]))
    structure = {"one": 0, "list": [0] * about["outputs"], "tuple": (0,) * about["outputs"]}[about["form"]]
    return Canonical.again(about["name"], definitions, captured, structure, about["outputs"])


def handle_of(variable: Any) -> Any:
    """Return what a function is given of a variable, TensorFlow's own or Keras'."""
    import tensorflow as tf

    return (variable if isinstance(variable, tf.Variable) else variable.value).handle


def _type_of(variable: Any) -> list[Any]:
    return [str(variable.dtype), [int(size) for size in variable.shape]]


def _form_of(structure: Any) -> str:
    import tensorflow as tf

    if not tf.nest.is_nested(structure):
        return "one"
    if type(structure) not in (list, tuple) or any(tf.nest.is_nested(one) for one in structure):
        raise NotStorable("it returns more than a list")
    return type(structure).__name__
