"""What a Python file says, read without running it: whether it is a plugin, what its code hashes to, what it imports.

The hash is of the syntax tree: comments, docstrings and layout do not count, and it is the same under every version of
Python that benchsuite supports.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

HOOKIMPL = "hookimpl"
STATEMENTS = ("body", "orelse", "finalbody")
"""The fields of a node that hold lists of statements."""
# What an expression is used for follows from where it stands; types in comments and the u of u"" change nothing.
NOT_CODE = ("ctx", "type_comment", "type_ignores", "kind")


@dataclass(frozen=True)
class Reference:
    """A dotted name that a file imports, or may mean a module by.

    Args:
        name: Dotted; what cannot be found of its end is an attribute.
        level: Number of leading dots; 0 if it is absolute.
        everything: Whether it is followed by ``import *``.
    """

    name: str
    level: int = 0
    everything: bool = False


@dataclass(frozen=True)
class Code:
    """What matters of one file.

    Args:
        digest: Of its code; of its bytes if it is no Python source.
        references: Every import in it, inside functions too.
        exported: The texts in its ``__all__``, which may name submodules.
    """

    digest: str
    references: frozenset[Reference] = frozenset()
    exported: frozenset[str] = frozenset()


def parse(source: bytes) -> ast.Module | None:
    """Return the syntax tree, or ``None`` if this is not Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes in strangers' files
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def is_plugin(source: bytes) -> bool:
    """Say whether a file names ``hookimpl`` of benchsuite in its code. One that cannot be parsed counts if the word is in it."""
    if HOOKIMPL.encode() not in source:
        return False
    tree = parse(source)
    if tree is None:
        return True
    nodes = list(ast.walk(tree))
    return any(map(_names_hookimpl, nodes)) and any(map(_names_benchsuite, nodes))


def _names_hookimpl(node: ast.AST) -> bool:
    names = (getattr(node, field, None) for field in ("id", "attr", "name"))
    return HOOKIMPL in names  # of ast.Name, ast.Attribute, and ast.alias or a function of that name


def _names_benchsuite(node: ast.AST) -> bool:
    """Other programs have a ``hookimpl`` too, pytest for one: it comes from us, or is a marker made with our name."""
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] == "benchsuite" for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] == "benchsuite"
    return isinstance(node, ast.Constant) and node.value == "benchsuite"


@lru_cache(maxsize=4096)  # a registry is made several times in one process, of the same files
def read(source: bytes) -> Code:
    """Return what matters of a file's bytes."""
    tree = parse(source)
    if tree is None:
        return Code(hashlib.sha256(source).hexdigest())
    return Code(digest(tree), frozenset(_references(tree)), frozenset(_exported(tree)))


def digest(tree: ast.AST) -> str:
    """Return 64 hexadecimal digits that stand for the code of a syntax tree."""
    words: list[str] = []
    stack: list[Any] = [tree]  # and no recursion: trees are deeper than Python's stack
    while stack:
        item = stack.pop()
        if isinstance(item, ast.AST):
            stack.append(")")
            for name, value in reversed(_fields(item)):
                stack += [value, f"{name}="]
            words.append(f"{type(item).__name__}(")
        elif isinstance(item, list):
            stack += ["]", *reversed(item)]
            words.append("[")
        elif item is None:  # inside a list: the key of **x in a dictionary
            words.append("None")
        else:
            words.append(item)
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _fields(node: ast.AST) -> list[tuple[str, Any]]:
    """Return what a node holds, by name, without what is empty: newer versions of Python have more fields."""
    if isinstance(node, ast.Constant):
        return [("value", _text(node.value))]
    found = []
    for name in sorted(set(node._fields) - set(NOT_CODE)):
        value = getattr(node, name, None)
        if isinstance(value, list):
            if name in STATEMENTS:
                value = [statement for statement in value if not _idle(statement)]
            elif isinstance(node, ast.JoinedStr):
                value = _joined(value)
            value = [item if item is None or isinstance(item, ast.AST) else _text(item) for item in value]
        elif value is not None and not isinstance(value, ast.AST):
            value = _text(value)
        if isinstance(value, ast.JoinedStr) and name == "format_spec" and not _joined(value.values):
            continue  # f"{x:}"
        if value is not None and value != []:
            found.append((name, value))
    return found


def _idle(statement: ast.AST) -> bool:
    """Say whether a statement does nothing, as docstrings do."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _joined(parts: list[Any]) -> list[Any]:
    """Return the parts of an f-string with neighbouring texts as one: versions of Python cut them differently."""
    joined: list[Any] = []
    for part in parts:
        if isinstance(part, ast.Constant) and joined and isinstance(joined[-1], ast.Constant):
            joined[-1] = ast.Constant(str(joined[-1].value) + str(part.value))
        else:
            joined.append(part)
    return [part for part in joined if not (isinstance(part, ast.Constant) and part.value == "")]


def _text(value: object) -> str:
    """Write a constant or name in ASCII: which characters can be printed depends on the version of Python."""
    # In hexadecimal, since Python refuses to write very long integers otherwise.
    written = hex(value) if isinstance(value, int) and not isinstance(value, bool) else ascii(value)
    return f"{type(value).__name__}:{written}"


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node but those that only type checkers read."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in (
            getattr(node.test, "id", None),
            getattr(node.test, "attr", None),
        ):
            stack += node.orelse
        else:
            stack += ast.iter_child_nodes(node)


def _references(tree: ast.AST) -> Iterator[Reference]:
    """Yield what is imported, and what is reached from there by attributes: ``import a``, then ``a.b.c``."""
    bound: dict[str, Reference] = {}
    chains: list[list[str]] = []
    for node in _running(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Reference(alias.name)
                first = alias.name.partition(".")[0]
                bound[alias.asname or first] = Reference(alias.name if alias.asname else first)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            for alias in node.names:
                if alias.name == "*":
                    yield Reference(module, node.level, everything=True)
                    continue
                reference = Reference(f"{module}.{alias.name}" if module else alias.name, node.level)
                yield reference
                bound[alias.asname or alias.name] = reference
        elif isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.Attribute) and (chain := _chain(node)):
            chains.append(chain)
    for first, *others in chains:
        if first in bound:
            yield Reference(".".join([bound[first].name, *others]), bound[first].level)


def _called(call: ast.Call) -> Iterator[Reference]:
    """Yield what ``importlib.import_module("a.b")`` and ``__import__("a.b")`` import, where that is written out."""
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    if name not in ("import_module", "__import__"):
        return
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    wanted, package = (
        call.args[place] if place < len(call.args) else keywords.get(keyword)
        for place, keyword in enumerate(("name", "package"))
    )
    if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
        plain = wanted.value.lstrip(".")
        level = len(wanted.value) - len(plain)
        if level == 1 and isinstance(package, ast.Constant) and isinstance(package.value, str):
            plain, level = f"{package.value}.{plain}", 0
        yield Reference(plain, level)


def _chain(node: ast.Attribute) -> list[str]:
    """Return ``["a", "b", "c"]`` of ``a.b.c``; nothing if it does not begin with a name."""
    parts = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    return [inner.id, *reversed(parts)] if isinstance(inner, ast.Name) else []


def _exported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets) and node.value:
                for inner in ast.walk(node.value):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        yield inner.value
