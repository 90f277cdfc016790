"""Nothing is printed but through benchsuite/cli/console.py, found by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).parents[1] / "benchsuite"
DOOR = "cli/console.py"
PRINTS = {"engine/compiled_tried.py", "engine/ending.py", "trying/process.py"}
"""Print in a process whose output its parent reads; in a worker, whose streams are a file; and, on a terminal alone, an origin
without controls."""
RICH = {
    DOOR: None,
    "cli/progress.py": None,
    "cli/cost.py": {"rich.console", "rich.status"},
    "cli/list_.py": {"rich.table"},
    "cli/info.py": {"rich.table"},
    "cli/claim_facts.py": {"rich.console", "rich.table"},
    "cli/claim_list.py": {"rich.console", "rich.table"},
    "cli/nodes.py": {"rich.table"},
    "cli/tune_view.py": {"rich.console", "rich.table", "rich.text"},
    "report/tables/beyond_table.py": {"rich", "rich.table", "rich.text"},
    "report/tables/claim_table.py": {"rich", "rich.table", "rich.text"},
    "report/tables/cost_table.py": {"rich", "rich.table", "rich.text"},
    "report/tables/importance_tables.py": {"rich", "rich.table", "rich.text"},
    "report/tables/scaling_table.py": {"rich", "rich.table", "rich.text"},
    "report/tables/resolution_table.py": {"rich", "rich.table", "rich.text"},
    "report/tables/sweep_table.py": {"rich", "rich.table", "rich.text"},
    "report/tables/terminal.py": {"rich", "rich.table", "rich.text"},
    "report/tables/terminal_grid.py": {"rich", "rich.table", "rich.text"},
    "report/tables/number_tables.py": {"rich", "rich.table", "rich.text"},
    "report/tables/tune_table.py": {"rich", "rich.table", "rich.text"},
    "report/tables/verdict_table.py": {"rich", "rich.table", "rich.text"},
}
"""Who may import what of rich, ``None`` for anything; others its ``Console``, to hand it on."""


def wrong(name: str, source: str) -> list[str]:
    """Return what a module does that only the door may do, with its line."""
    found = [(node.lineno, text) for node in ast.walk(ast.parse(source)) for text in _wrong(name, node)]
    return [f"{name}:{line}: {text}" for line, text in sorted(found)]


def _wrong(name: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "rich":
        allowed = RICH.get(name, {"rich.console"})
        if allowed is not None and node.module not in allowed:
            yield f"imports {node.module}"
    if isinstance(node, ast.Import) and any(one.name.split(".")[0] == "rich" for one in node.names):
        yield "imports rich"
    if not isinstance(node, ast.Call) or name == DOOR:
        return
    called = ast.unparse(node.func)
    last = called.rpartition(".")[2]
    if last == "print" and not (called == "print" and name in PRINTS):
        yield f"{called}(…): say it with say or echo"
    if last in ("echo", "secho", "style") and called.startswith(("typer.", "click.")):
        yield f"{called}(…): say it with say or echo"
    if called in ("sys.stdout.write", "sys.stderr.write", "Console"):
        yield f"{called}(…): say it with say, on terminal()"
    if called in ("say", "echo"):
        yield from _template(node.args[called == "say" :])
    if last == "add_row":
        for argument in node.args:
            # In the tables of the report everything is a rich.text.Text already, which is no markup.
            if not (_plain_cell(argument) or name.startswith("report/tables/")):
                yield f"a cell {ast.unparse(argument)}: make it with cell"
    if last == "add_column" and node.args and not _plain_cell(node.args[0]):
        yield f"a head {ast.unparse(node.args[0])}: make it with cell or Text"
    if last == "Table":
        for keyword in node.keywords:
            if keyword.arg in ("title", "caption") and not (
                _plain_cell(keyword.value) or name.startswith("report/tables/")
            ):
                yield f"a {keyword.arg} {ast.unparse(keyword.value)}: make it with cell or Text"


def _template(arguments: list[ast.expr]) -> Iterator[str]:
    first, *values = arguments
    for one in _choices(first):
        if not (isinstance(one, ast.Constant) and isinstance(one.value, str)):
            yield f"{ast.unparse(one)} is not written out"
        elif not any(isinstance(value, ast.Starred) for value in values):
            places = sum(field is not None for _, field, _, _ in Formatter().parse(one.value))
            if places != len(values):
                yield f"{one.value!r} has {places} places for {len(values)} values"


def _choices(node: ast.expr) -> list[ast.expr]:
    return [*_choices(node.body), *_choices(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def _plain_cell(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):  # Text(…) or None
        return all(map(_plain_cell, node.values))
    if isinstance(node, ast.Starred):  # *[cell(one) for one in row]
        return isinstance(node.value, ast.ListComp) and _plain_cell(node.value.elt)
    makers = {"cell", "Text", "_head", "ProgressBar"}
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Call) and ast.unparse(node.func) in makers)


def test_everything_goes_through_the_one_door():
    found = [
        line
        for path in sorted(ROOT.rglob("*.py"))
        for line in wrong(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "console.print(f'[bold]{name}[/]')",
        "print(name)",
        "typer.echo(f'{name}')",
        "say(console, f'{name}')",
        "say(console, name)",
        "say(console, '{}: {}', name)",
        "say(console, '{}' if good else name, name)",
        "echo('{}')",
        "sys.stdout.write(name)",
        "console = Console()",
        "table.add_row(name)",
        "table.add_row(cell(name), f'{name}')",
        "table.add_column(name)",
        "Table(title=name)",
        "from rich.text import Text",
        "import rich",
    ],
)
def test_each_way_around_it_is_found(source: str):
    assert len(wrong("cli/other.py", source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "say(console, '[red]{}[/]: {:5}', name, 3)",
        "say(console, '{} of {}', *both)",
        "echo('Wrote {}', path)",
        "table.add_row('about', cell(name))",
        "table.add_row()",
        "Table(title=cell(name), caption=Text(name) or None)",
    ],
)
def test_what_is_right_is_not(source: str):
    assert wrong("cli/other.py", source) == []
