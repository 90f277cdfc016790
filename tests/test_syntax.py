"""Of a file counts what may change a number, and it counts the same under every version of Python."""

from __future__ import annotations

import pytest

from benchsuite.syntax import digest, parse, read

BASE = '"""Docstring."""\n\nimport math\n\n\ndef make(rate, *, name="x"):\n    """Return it."""\n    return [rate * 2, name]\n'


@pytest.mark.parametrize(
    "other",
    [
        BASE + "# a comment\n",
        BASE.replace('"""Docstring."""', ""),
        BASE.replace("Return it", "Give it"),
        BASE.replace('    """Return it."""\n', ""),
        BASE.replace("rate * 2", "(rate  *  2)"),
        BASE.replace('"x"', "'x'"),
        BASE.replace('"x"', "u'x'"),
        BASE.replace('"x"', r"'\x78'"),
        BASE.replace("2", "0x2"),
        BASE.replace("2, name]", "2,\n        name,  # last\n    ]"),
        BASE.replace("import math", "import math  # type: ignore\n'Not used.'\n..."),
        BASE.replace("    return", "    pass\n    return"),
        BASE.replace("\n", "\r\n"),
        "\ufeff" + BASE,
        "# coding: utf-8\n" + BASE,
    ],
)
def test_what_changes_no_number_does_not_count(other: str) -> None:
    assert other != BASE
    assert read(other.encode()).digest == read(BASE.encode()).digest


@pytest.mark.parametrize(
    "other",
    [
        BASE + "math.pi = 3\n",
        BASE.replace("2", "3"),
        BASE.replace("2", "2.0"),
        BASE.replace("2", "True"),
        BASE.replace("2", '"2"'),
        BASE.replace('"x"', 'b"x"'),
        BASE.replace('"x"', "None"),
        BASE.replace("rate * 2", "rate + 2"),
        BASE.replace("rate * 2, name", "name, rate * 2"),
        BASE.replace("*, ", ""),
        BASE.replace("import math", "from math import *"),
        BASE.replace("import math", "from .math import *"),
        BASE.replace("import math", "import math as m"),
        BASE.replace("    return [", "    found = ["),
        BASE.replace("def make", "@staticmethod\ndef make"),
        BASE.replace("[rate * 2, name]", "(rate * 2, name)"),
        BASE.replace("[rate * 2, name]", "{**rate}"),
        "def f(:\n",
    ],
)
def test_what_may_change_a_number_counts(other: str) -> None:
    assert other != BASE
    assert read(other.encode()).digest != read(BASE.encode()).digest


def test_what_is_no_python_counts_with_its_bytes() -> None:
    assert read(b"def f(:\n").digest != read(b"def f(: \n").digest


SYNTAX = r'''
from __future__ import annotations
import a.b as c, d
from ..e import (f, g as h)
x: int = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF
y = [1e400, -0.0, 1.5e-7, 2j, b"\x00\xff", "ünï\U0001fae8\u0378", "\ud800", None, True, ...]
y[1:2, ::3], *z = {**a, "k": 1}, {1, 2}, (), []
async def m(p, /, q: int = 1, *r, s, t=2, **u) -> str:
    "Docstring."
    async with p as q, r: await s
    async for i in t: yield i
    else: pass
    return
@h(1)
class K(L, metaclass=M):
    """Docstring."""
    n = lambda self, *a: (yield)
    def o(self): return f"a{self!r:>{8}}" "b" f"{x:}{y=}c" f"{'q'}{{}}" "" f""
try: raise X from Y
except* (Z, W) as e: del e
match x:
    case {"a": [1, *_], **rest} | K(n=None) if (w := 1): print(w)
    case None | True | -1 | "s" | _: nonlocal_ = 0
while not (a < b <= c != d is e not in f): break
for i in (j for j in k if j for l in j): continue
x += 1 if a and b or c else ~d @ e // f ** g << 1
assert x, "y"
print(*a, **b, sep="")
'''


def test_the_digest_is_the_same_under_every_version_of_python() -> None:
    """This number came out under 3.11, 3.12 and 3.13; with another one here all records of the others would be stale."""
    tree = parse(SYNTAX.encode())
    assert tree is not None
    assert digest(tree) == "572592e7e20975526e67abe4b7672bd2bd6d234e10c7dacba78c80888c903cd6"


def test_very_long_numbers_and_very_deep_trees_have_a_digest() -> None:
    for text in ("x = 0x1" + "0" * 9000, "x = " + "+".join(["a"] * 900), "x = a" + ".b" * 900, "x = a" + "()" * 900):
        assert parse(text.encode()) is not None, text[:20]
        assert read(text.encode()).digest != read(text.replace("x", "y").encode()).digest
