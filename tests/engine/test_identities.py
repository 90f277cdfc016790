"""A replaced function is found wherever it lies; what is merely added or kept is no change."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from benchsuite.engine.identities import Identities

SOURCE = """
LIMIT = 3
cache = {}
lazy = None

def add(a, b): return a + b
def other(a, b): return a * b

class Base:
    RATE = 0.1
    def step(self): return 1
    @staticmethod
    def fixed(): return 1
    @classmethod
    def made(cls): return cls()
    @property
    def size(self): return 1

class Inner(Base):
    seen = None
"""


@pytest.fixture
def module() -> Any:
    made = ModuleType("keras.ops.ours")
    exec(SOURCE, made.__dict__)
    for one in (made.Base, made.Inner):
        one.__module__ = "keras.ops.ours"
    return made


def step(self: Any) -> int:
    return 2


def codes(module: Any) -> None:
    module.add.__code__ = module.other.__code__


def static_code(module: Any) -> None:
    module.Base.fixed.__code__ = (lambda: 2).__code__


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda module: setattr(module, "add", module.other), "keras.ops.ours.add was replaced"),
        (lambda module: delattr(module, "add"), "keras.ops.ours.add was removed"),
        (lambda module: setattr(module, "LIMIT", 4), "keras.ops.ours.LIMIT was replaced"),
        (lambda module: setattr(module, "sum", max), "keras.ops.ours.sum was added"),
        (lambda module: setattr(module.Base, "step", step), "keras.ops.ours.Base.step was replaced"),
        (lambda module: setattr(module.Base, "size", 5), "keras.ops.ours.Base.size was replaced"),
        (lambda module: setattr(module.Base, "RATE", 0.2), "keras.ops.ours.Base.RATE was replaced"),
        (lambda module: setattr(module.Inner, "step", step), "keras.ops.ours.Inner.step was added"),
        (codes, "the code of keras.ops.ours.add was replaced"),
        (static_code, "the code of keras.ops.ours.Base.fixed was replaced"),
        (lambda module: setattr(module.Base, "made", None), "keras.ops.ours.Base.made was replaced"),
    ],
)
def test_what_computes_is_compared(change: Callable[[Any], None], said: str, module: Any) -> None:
    before = Identities({"keras.ops.ours": module})
    assert before.differences() == []
    change(module)
    assert before.differences() == [said]


@pytest.mark.parametrize(
    "change",
    [
        lambda module: setattr(module, "more", ModuleType("keras.ops.more")),  # a lazy import
        lambda module: setattr(module, "helper", step),
        lambda module: setattr(module, "lazy", {}),
        lambda module: module.cache.update(a=1),
        lambda module: setattr(module.Inner, "own", step),
        lambda module: setattr(module.Inner, "seen", 3),
        lambda module: setattr(module.Inner, "__slotnames__", []),
    ],
)
def test_what_is_added_or_kept_is_no_change(change: Callable[[Any], None], module: Any) -> None:
    before = Identities({"keras.ops.ours": module})
    change(module)
    assert before.differences() == []


def test_only_the_modules_that_matter_are_looked_at(module: Any) -> None:
    for name in ("somebody", "keras.applications.ours", "tensorflow.lite", "numpyish.random"):
        before = Identities({name: module})
        module.add = lambda: None
        assert before.differences() == []


def test_what_is_put_back_is_no_change(module: Any) -> None:
    before = Identities({"keras.ops.ours": module})
    kept, module.add = module.add, module.other
    module.add = kept
    assert before.differences() == []
