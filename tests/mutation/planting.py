"""How a mutant gets into a process: into functions that are there already, or by importing everything anew."""

from __future__ import annotations

import ast
import gc
import importlib.machinery
import sys
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType

ROOT = Path(__file__).parent.parent.parent
OURS = ("benchsuite", "tests.")
ITSELF = "tests.mutation"

Place = tuple[str, int]
Replacement = tuple[FunctionType, CodeType]


def replacements(path: Path, tree: ast.Module) -> list[Replacement] | None:
    """Return which functions of an imported module have another code now; ``None`` if that is not all that a mutant changes.

    What runs when a module is imported, constants and defaults among it, has run already.
    """
    before, after = (
        _codes(compile(one, str(path), "exec")) for one in (ast.parse(path.read_text(encoding="utf-8")), tree)
    )
    if before is None or after is None or before.keys() != after.keys():
        return None
    if any(_own(before[place]) != _own(code) for place, code in after.items() if not code.co_flags & CO_OPTIMIZED):
        return None
    found = []
    for function in gc.get_objects():
        if type(function) is FunctionType and function.__code__.co_filename.endswith(path.name):
            code = function.__code__
            if Path(code.co_filename).resolve() == path.resolve():
                new = after.get((code.co_qualname, code.co_firstlineno))
                if new is None or new.co_freevars != code.co_freevars:
                    return None
                found.append((function, new))
    return found or None


def _codes(whole: CodeType) -> dict[Place, CodeType] | None:
    """Return the code at each place; ``None`` if two are at one, as lambdas of one line."""
    codes = list(_nested(whole))
    places = {(code.co_qualname, code.co_firstlineno): code for code in codes}
    return places if len(places) == len(codes) else None


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for held in code.co_consts:
        if isinstance(held, CodeType):
            yield from _nested(held)


def _own(code: CodeType) -> tuple[object, ...]:
    """Return what the code of a module or a class does itself, without what its functions do."""
    constants = [repr(held) for held in code.co_consts if not isinstance(held, CodeType)]
    return code.co_code, constants, code.co_names


def replace(found: list[Replacement]) -> None:
    """Let functions that are there run other code."""
    for function, code in found:
        function.__code__ = code


def import_anew(path: Path, tree: ast.Module) -> None:
    """Forget all that was imported of this project, and let an import of this file give another module."""
    for name in list(sys.modules):
        if name.startswith(OURS) and not name.startswith(ITSELF):
            del sys.modules[name]
    code = compile(tree, str(path), "exec")
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        return code if Path(loader.path).resolve() == path.resolve() else original(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]
