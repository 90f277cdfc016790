"""Mutants of a module: each differs from it in one small place, as a slip of the hand does."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.MatMult: ast.Mult,
}  # fmt: skip
SIGNS: dict[type[ast.unaryop], type[ast.unaryop]] = {ast.USub: ast.UAdd}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """A changed module.

    Args:
        line: Where.
        before: What stood there.
        after: What stands there now.
        tree: The whole module.
    """

    line: int
    before: str
    after: str
    tree: ast.Module


def mutants(source: str) -> list[Mutant]:
    """Return all mutants of a module's source, in the order of their places."""
    tree = ast.parse(source)
    places = [(number, change) for number, node in enumerate(_nodes(tree)) for change in _changes(node)]
    return [_made(tree, number, change) for number, change in places]


Change = Callable[[ast.AST], ast.AST | None]
"""Changes a node in place, or returns another to stand there."""


def _made(tree: ast.Module, number: int, change: Change) -> Mutant:
    changed = copy.deepcopy(tree)
    node = list(_nodes(changed))[number]
    before = ast.unparse(node)
    other = change(node)
    if other is not None:
        _Replacing(node, ast.copy_location(other, node)).visit(changed)
    ast.fix_missing_locations(changed)
    after = ast.unparse(other if other is not None else node)
    return Mutant(getattr(node, "lineno", 0), _first_line(before), _first_line(after), changed)


class _Replacing(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _first_line(text: str) -> str:
    first, *more = text.splitlines()
    return first + (" …" if more else "")


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that a program computes with: no annotations, docstrings, imports, and no classes that only name types."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.Import | ast.ImportFrom):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            yield child
            yield from _nodes(child)


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield lambda one: setattr(one, "ops", [COMPARISONS[type(one.ops[0])](), *one.ops[1:]])  # type: ignore[attr-defined, func-returns-value]
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        yield lambda one: setattr(one, "op", OPERATORS[type(one.op)]())  # type: ignore[attr-defined, func-returns-value]
    elif isinstance(node, ast.BoolOp):
        yield lambda one: setattr(one, "op", ast.And() if isinstance(one.op, ast.Or) else ast.Or())  # type: ignore[attr-defined, func-returns-value]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield lambda one: one.operand  # type: ignore[attr-defined]
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield lambda one: setattr(one, "test", ast.UnaryOp(ast.Not(), one.test))  # type: ignore[attr-defined, func-returns-value]
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield lambda one: setattr(one.func, "id", CALLS[one.func.id])  # type: ignore[attr-defined, func-returns-value]
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield lambda one: setattr(one, "value", ast.Constant(None))  # type: ignore[func-returns-value]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield lambda _: ast.Pass()
    elif isinstance(node, ast.Break | ast.Continue):
        yield lambda one: ast.Continue() if isinstance(one, ast.Break) else ast.Break()


def _constants(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield lambda one: ast.Constant(not one.value)  # type: ignore[attr-defined]
    elif isinstance(value, int | float):
        yield lambda one: ast.Constant(one.value + 1)  # type: ignore[attr-defined]
    elif isinstance(value, str) and value and " " not in value and value.isidentifier():
        yield lambda one: ast.Constant(f"{one.value}_")  # type: ignore[attr-defined]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
