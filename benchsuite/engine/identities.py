"""Which functions a process computes with: a replaced one of Keras, TensorFlow, NumPy, Python or ours is found by identity.

Compared are the values in the dictionaries of modules and classes, and the code of functions; nothing is called. What is
merely added is no change, unless it hides something that was there.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter, is_
from types import FunctionType, ModuleType
from typing import Any

_OF_KERAS = (
    *("activations", "backend", "constraints", "dtype_policies", "initializers", "layers", "losses", "metrics", "ops"),
    *("optimizers", "random", "regularizers", "tree"),
)
WITH_ALL_BELOW = frozenset(
    (
        *("benchsuite", "benchsuite_plugins", "benchsuite_tasks"),
        *(f"{keras}.{part}" for keras in ("keras", "keras.src") for part in _OF_KERAS),
        *("numpy.random", "numpy.linalg", "numpy.fft", "tensorflow.python.eager.polymorphic_function"),
    )
)
"""These modules, and all modules below them that are loaded."""
ALONE = frozenset(
    f"{package}{part}"
    for package, parts in {
        "numpy._core.": "_methods einsumfunc fromnumeric function_base multiarray numeric umath",
        "tensorflow._api.v2.": "config linalg math nn random",
        "tensorflow.python.eager.": "backprop context execute",
        "tensorflow.python.framework.": "constant_op func_graph ops tensor",
        "tensorflow.python.ops.": """array_grad array_ops clip_ops embedding_ops linalg_ops math_grad math_ops nn_grad nn_impl
            nn_ops random_ops resource_variable_ops special_math_ops stateless_random_ops tensor_array_ops variables
            while_loop""",
        "": """keras numpy tensorflow
            builtins copy functools gc hashlib io itertools json math operator os pickle random signal struct subprocess
            sys tempfile threading time warnings""",
        "multiprocessing.": "connection reduction",
    }.items()
    for part in parts.split()
)
"""These modules without what is below them."""
IMMUTABLE = 1 << 8
"""The flag of a class, made in C, whose attributes nobody can set."""

_code = attrgetter("__code__")


@dataclass(frozen=True)
class _Namespace:
    """The dictionary of a module or class as it was. What it held is kept, so that no identity is given to anything else.

    Args:
        title: As a user would write it.
        owner: The module or class.
        held: Every value, in order: where all are there and in place, nothing has changed.
        counted: Name → value of those that compute.
    """

    title: str
    owner: Any
    held: tuple[Any, ...]
    counted: dict[str, Any]

    def differences(self) -> Iterator[str]:
        """Yield what was replaced, removed or hidden since."""
        now = self.owner.__dict__
        # Going through the values in order is three times as fast as to look each name up.
        if len(now) == len(self.held) and all(map(is_, now.values(), self.held)):
            return
        for name, value in self.counted.items():
            if now.get(name) is not value:
                yield f"{self.title}.{name} was {'replaced' if name in now else 'removed'}"
        for name, value in list(now.items()):
            if name not in self.counted and _hides(self.owner, name, value):
                yield f"{self.title}.{name} was added"


class Identities:
    """What the functions, classes and constants of all loaded modules that matter are now.

    Args:
        modules: Name → module; those of this process unless given.
    """

    def __init__(self, modules: Mapping[str, Any] | None = None) -> None:
        self._namespaces: list[_Namespace] = []
        self._functions: dict[int, tuple[str, FunctionType]] = {}
        classes: dict[int, tuple[str, type]] = {}
        for name, module in _modules(sys.modules if modules is None else modules):
            title = name.replace("._api.v2", "")
            self._add(title, module)
            for attribute, value in list(module.__dict__.items()):
                if isinstance(value, type) and _is_of(value, name):
                    classes.setdefault(id(value), (f"{title}.{attribute}", value))
        for title, one in classes.values():
            self._add(title, one)
        self._bare = [function for _, function in self._functions.values()]
        self._codes = list(map(_code, self._bare))

    def _add(self, title: str, owner: Any) -> None:
        held = dict(owner.__dict__)
        counted = {name: value for name, value in held.items() if _counts(name, value)}
        self._namespaces.append(_Namespace(title, owner, tuple(held.values()), counted))
        for name, value in counted.items():
            function = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
            # Of TensorFlow's nobody rewrites the code, and there are as many as of all others.
            if isinstance(function, FunctionType) and not title.startswith("tensorflow"):
                self._functions.setdefault(id(function), (f"{title}.{name}", function))

    def differences(self) -> list[str]:
        """Return what was replaced, removed, hidden or rewritten since, in words."""
        found = [said for namespace in self._namespaces for said in namespace.differences()]
        if not all(map(is_, map(_code, self._bare), self._codes)):
            for (title, function), code in zip(self._functions.values(), self._codes, strict=True):
                if function.__code__ is not code:
                    found.append(f"the code of {title} was replaced")
        return found


def _hides(owner: Any, name: str, value: Any) -> bool:
    """Say whether a name that was not there hides an inherited one, or one of Python's own."""
    if not _counts(name, value):
        return False
    if isinstance(owner, ModuleType):
        return hasattr(builtins, name)
    return any(name in base.__dict__ for base in owner.__mro__[1:])


def _modules(loaded: Mapping[str, Any]) -> Iterator[tuple[str, ModuleType]]:
    """Yield the modules that matter, each once, under the name that a user would write."""
    seen = set()
    for name in sorted(loaded, key=_public):
        module = loaded[name]
        if _matters(name) and isinstance(module, ModuleType) and id(module) not in seen:
            seen.add(id(module))
            yield name, module


def _is_of(one: type, module: str) -> bool:
    """Say whether a class in a module matters: one of the same package, but for Keras' operations in symbolic form."""
    home = str(one.__module__)
    same = home.partition(".")[0] == module.partition(".")[0]
    return same and not one.__flags__ & IMMUTABLE and not home.startswith("keras.src.ops.")


def _matters(name: str) -> bool:
    if name in ALONE:
        return True
    while name:
        if name in WITH_ALL_BELOW:
            return True
        name = name.rpartition(".")[0]
    return False


def _public(name: str) -> tuple[bool, int, str]:
    parts = name.split(".")
    hidden = any(part.startswith("_") or part in ("src", "python", "core") for part in parts)
    return hidden, len(parts), name


def _counts(name: str, value: Any) -> bool:
    """Say whether a value is one that computes, rather than one that is kept: a function, a class, a constant."""
    if name.startswith("__") and name.endswith("__"):
        return isinstance(value, FunctionType)
    if callable(value) or isinstance(value, _DESCRIPTORS):
        return True
    # Not a switch, which bool is: those that matter have a function that tells, and are asked by it.
    return name.isupper() and not name.startswith("_") and type(value) in _CONSTANTS


_DESCRIPTORS = (property, staticmethod, classmethod)
_CONSTANTS = (int, float, str, tuple)
