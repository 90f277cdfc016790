"""The tables of options as the command line shows them, and those of them that several verbs share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.asked import OPTIONS
from benchsuite.options import Option, Table, build, options_of
from benchsuite.study import Execution, Invocation, Study

if TYPE_CHECKING:
    from benchsuite.registry import PluginSearch, Registry


def parameter(table: type[Table], name: str) -> Any:
    """Return an option of a table in typer's words, for an annotation."""
    (line,) = [line for line in options_of(table) if line.name == name]
    return _parameter(line)


def _parameter(line: Option, *default: Any) -> Any:
    make: Any = typer.Argument if line.positional else typer.Option
    numbers = {"parser": partial(_number, line)} if line.type in (int, float) else {}
    return make(*default, *(() if line.positional else (line.flag,)), metavar=line.metavar, help=line.help, **numbers)


def _number(line: Option, text: Any) -> Any:
    """Return the number that was typed; of what is none, say what it must be, as a study file is told."""
    try:
        return line.type(text)
    except ValueError:
        return line.read(text, line.flag)


PluginOption = Annotated[list[str] | None, parameter(Execution, "plugin")]
NoLocalOption = Annotated[bool, parameter(Invocation, "no_local")]
ResultsOption = Annotated[Path, parameter(Execution, "results")]
TierOption = Annotated[str, parameter(Study, "tier")]
VariantOption = Annotated[
    int | None,
    typer.Option(
        "--variant",
        metavar="N",
        help="A variant of the task instead of the published one, drawn from this number: TASK~N.",
    ),
]


OF_STUDY = {line.name: line for line in options_of(Study)}


def one_task(task: str, variant: int | None, known: Registry) -> str:
    """Return the name of the one task of a verb: itself, or a variant of it.

    Args:
        task: As it was typed.
        variant: What was given with ``--variant``.
        known: The plugins that were found.

    Raises:
        BenchsuiteError: If there is no such task, or no such variant of it.
    """
    from benchsuite.studies.plan import tasks_of

    if variant is None:
        return known.task(task).name
    wanted = OF_STUDY["variant"].read(str(variant), "--variant")
    (found,) = tasks_of((task,), "quick", known, Study(variant=wanted).variant_numbers)
    return found.name


def command(verb: Callable[..., None], *tables: type[Table]) -> Callable[..., None]:
    """Return a verb whose options are tables as typer reads it: a function with one parameter for each option.

    What is typed overrides what the study file says, where an option names one. Everything is read and checked before
    the verb begins.

    Args:
        verb: Called with one object of each table, in their order.
        tables: The tables.
    """
    lines = options_of(*tables)

    def called(context: typer.Context, **values: Any) -> None:
        from benchsuite.studies.file import read_study_file

        typed = {
            line.name: line.read(values[line.parameter], line.flag) for line in lines if _typed(context, line.parameter)
        }
        path = typed.get("study_file")
        found = {**(read_study_file(path, tables) if path else {}), **typed}
        context.meta[OPTIONS] = found
        verb(*(build(table, found) for table in tables))

    called.__doc__ = verb.__doc__
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    called.__signature__ = inspect.Signature([context, *map(_in_signature, lines)])  # type: ignore[attr-defined]
    return called


def _in_signature(line: Option) -> inspect.Parameter:
    kind: Any = list[str] if line.several else line.type
    default = None if line.several else line.default
    return inspect.Parameter(
        line.parameter,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=kind | None if line.several or line.optional else kind,
        default=_parameter(line, default),
    )


def _typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def plugin_search(plugins: Sequence[str] | None, no_local: bool) -> PluginSearch:
    """Return where plugins are looked for, as absolute places that a worker process finds as well."""
    from benchsuite.registry import PluginSearch

    return PluginSearch(tuple(plugins or ()), str(Path.cwd()), not no_local)


def registry(plugins: Sequence[str] | None, no_local: bool, listing: bool = False) -> Registry:
    """Load every plugin, after those that do not ship with benchsuite were tried in a process of their own.

    Args:
        plugins: What was given with ``--plugin``.
        no_local: Whether ``./plugins`` and ``./tasks`` are left alone.
        listing: Whether a list is all that it is for: see :func:`~benchsuite.registry.load_registry`.
    """
    from benchsuite.registry import load_registry

    return load_registry(plugin_search(plugins, no_local), trying=True, listing=listing)
