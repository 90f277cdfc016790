"""Which functions a process computes with: a replaced one of Keras, TensorFlow, NumPy, Python or ours is found by identity.

Compared are the values in the dictionaries of modules and classes, and the code of functions; nothing is called. What is
merely added is no change, unless it hides something that was there.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter, call, is_
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


class Identities:
    """What the functions, classes and constants of all loaded modules that matter are now.

    Args:
        modules: Name → module; those of this process unless given.
    """

    def __init__(self, modules: Mapping[str, Any] | None = None) -> None:
        self._titles: list[str] = []
        self._owners: list[Any] = []
        self._sizes: list[int] = []
        # One entry for each value, in flat lists: so a whole comparison is one loop, and that one in C. The values are
        # kept, so that no identity is ever given to anything else.
        self._places: list[int] = []
        self._gets: list[Callable[[str], Any]] = []
        self._names: list[str] = []
        self._values: list[Any] = []
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
        there = owner.__dict__
        number, get = len(self._owners), there.get
        self._titles.append(title)
        self._owners.append(owner)
        self._sizes.append(len(there))
        for name, value in list(there.items()):
            if not _counts(name, value):
                continue
            self._places.append(number)
            self._gets.append(get)
            self._names.append(name)
            self._values.append(value)
            function = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
            if isinstance(function, FunctionType):
                self._functions.setdefault(id(function), (f"{title}.{name}", function))

    def differences(self) -> list[str]:
        """Return what was replaced, removed or hidden since, in words."""
        return [*self._replaced(), *self._added(), *self._rewritten()]

    def _replaced(self) -> Iterator[str]:
        if all(map(is_, map(call, self._gets, self._names), self._values)):
            return
        for place, get, name, value in zip(self._places, self._gets, self._names, self._values, strict=True):
            if get(name) is not value:
                how = "replaced" if name in self._owners[place].__dict__ else "removed"
                yield f"{self._titles[place]}.{name} was {how}"

    def _added(self) -> Iterator[str]:
        sizes = [len(owner.__dict__) for owner in self._owners]
        if sizes == self._sizes:
            return
        for place, owner in enumerate(self._owners):
            if sizes[place] > self._sizes[place]:
                known = {name for at, name in zip(self._places, self._names, strict=True) if at == place}
                for name, value in list(owner.__dict__.items()):
                    if name not in known and _hides(owner, name, value):
                        yield f"{self._titles[place]}.{name} was added"

    def _rewritten(self) -> Iterator[str]:
        if all(map(is_, map(_code, self._bare), self._codes)):
            return
        for (title, function), code in zip(self._functions.values(), self._codes, strict=True):
            if function.__code__ is not code:
                yield f"the code of {title} was replaced"


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
    return callable(value) or isinstance(value, _DESCRIPTORS) or (name.isupper() and isinstance(value, _CONSTANTS))


_DESCRIPTORS = (property, staticmethod, classmethod)
_CONSTANTS = (int, float, str, tuple)
