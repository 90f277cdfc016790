"""Functions that a plugin replaces in other modules: its own replacements are found and undone, a library's stay."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from benchsuite.discovery.functions import Functions, OwnCode


def made(name: str, source: str) -> ModuleType:
    module = ModuleType(name)
    sys.modules[name] = module
    exec(source, vars(module))
    return module


@pytest.fixture
def victim() -> Iterator[ModuleType]:
    yield made(
        "a_victim", "def f(): return 1\ndef g(): return 2\nclass C:\n    def m(self): return 3\n    x = 4\nlimit = 5"
    )
    for name in ("a_victim", "a_plugin", "a_library", "loaded_later"):
        sys.modules.pop(name, None)


def test_replaced_functions_come_back(victim: ModuleType) -> None:
    before = Functions()
    made("a_plugin", "import a_victim as v\ndef evil(*_): return 0\nv.f = evil\ndel v.g\nv.C.m = evil\nv.limit = 6")
    assert sorted(before.restore(OwnCode("a_plugin"))) == ["a_victim.C.m", "a_victim.f", "a_victim.g"]
    assert (victim.f(), victim.g(), victim.C().m()) == (1, 2, 3)
    assert victim.limit == 6  # modules fill their other names as they go


def test_a_whole_class_comes_back(victim: ModuleType) -> None:
    before, first = Functions(), victim.C
    made("a_plugin", "import a_victim as v\nclass C: pass\nv.C = C")
    assert before.restore(OwnCode("a_plugin")) == ["a_victim.C"]
    assert victim.C is first


def test_what_a_library_replaces_stays(victim: ModuleType) -> None:
    before = Functions()
    made("a_library", "import a_victim as v\ndef better(): return 7\nv.f = better")
    assert before.restore(OwnCode("a_plugin")) == []
    assert victim.f() == 7


def test_a_module_that_was_loaded_since_is_named(victim: ModuleType) -> None:
    before = Functions()
    made("loaded_later", "def f(): return 1\nclass C:\n    def m(self): return 3")
    assert before.modules_given_to(OwnCode("a_plugin")) == []
    made("a_plugin", "import loaded_later\ndef evil(*_): return 0\nloaded_later.C.m = evil")
    assert before.modules_given_to(OwnCode("a_plugin")) == ["loaded_later"]
