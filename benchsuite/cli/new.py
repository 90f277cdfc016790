"""``benchsuite new``: write a plugin that runs, and a test for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchsuite.cli.console import echo
from benchsuite.components import KINDS
from benchsuite.components.base import check_name
from benchsuite.errors import BenchsuiteError, unknown


def new(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    name: Annotated[str, typer.Argument(help="Its name: lower-case letters, digits, underscores.")],
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where ./plugins or ./tasks, and ./tests, are.")] = Path(),
) -> None:
    """Write plugins/NAME.py (or tasks/NAME.py), which runs as it is, and tests/test_NAME.py."""
    from benchsuite.cli.templates import TEST, template
    from benchsuite.registry import PluginSearch, load_registry

    kind = kind.replace("-", "_")
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    check_name(kind, name)
    shipped = load_registry(PluginSearch(local=False)).tables[kind]
    if name in shipped:
        raise BenchsuiteError(
            f"{shipped[name].component.title} exists already ({shipped[name].plugin.origin}). Choose another name: in a benchmark two "
            "owners of one would be a wrong number."
        )
    plugin = folder / ("tasks" if kind == "task" else "plugins") / f"{name}.py"
    test = folder / "tests" / f"test_{name}.py"
    for path in (plugin, test):
        if path.exists():
            raise BenchsuiteError(f"{path} exists already. Choose another name, or delete it first.")
    option = {"task": "--task", "tuner": "--kind optimizer --track tuned --tuner"}.get(
        kind, f"--{kind.replace('_', '-')}"
    )
    try:
        for path, text in ((plugin, template(kind)), (test, TEST)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                text.replace("NAME", name).replace("KIND", kind).replace("FOLDER", plugin.parent.name), encoding="utf-8"
            )
    except OSError as error:
        raise BenchsuiteError(f"cannot write {error.filename}: {error.strerror}.") from None
    echo("Wrote {} and {}. Next:", plugin, test)
    echo("  benchsuite check {}:{}", kind, name)
    if kind == "claim":
        echo("  benchsuite claim register {}", plugin)
        echo("  benchsuite claim run {}", name)
        return
    echo("  benchsuite run {} {}", option, name)
