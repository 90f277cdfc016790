"""``benchsuite lr-range``: the learning-rate range test of an optimizer on a task, as a picture and an interval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import echo
from benchsuite.cli.options import NoLocalOption, PluginOption, VariantOption, one_task, registry
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from benchsuite.analysis.range_test import Suggestion
    from benchsuite.engine.range_test import Sweep
    from benchsuite.recipe import Setting
    from benchsuite.registry import Registry


def lr_range(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task; all other kinds are its baseline's.")],
    optimizer: Annotated[
        str, typer.Argument(metavar="OPTIMIZER", help="One optimizer: name or name[hyperparameter=value].")
    ],
    steps: Annotated[int, typer.Option(metavar="N", help="Steps of the test.")] = 200,
    low: Annotated[
        float | None,
        typer.Option(metavar="RATE", help="First rate; 1e-7, but within the optimizer's range, unless given."),
    ] = None,
    high: Annotated[
        float | None, typer.Option(metavar="RATE", help="Last rate; 10, but within the range, unless given.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="The seed.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A .png, .svg or .pdf; lr-range-TASK-OPTIMIZER.png unless given."),
    ] = None,
    variant: VariantOption = None,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Train once with a growing learning rate, and suggest which rates are worth trying."""
    from benchsuite.cli.quiet import surround, tensorflow_on_cpu

    surround()
    from benchsuite.engine.range_test import FEWEST_STEPS, MOST_STEPS, range_test, rate_range
    from benchsuite.report.drawings.picture import check_picture

    known = registry(plugin, no_local)
    task = one_task(task, variant, known)
    found = known.task(task)
    setting = _setting(optimizer, known)
    path = output or Path(f"lr-range-{task}-{setting.name}.png")
    check_picture(path)
    if not FEWEST_STEPS <= steps <= MOST_STEPS:
        raise BenchsuiteError(f"--steps must be a whole number from {FEWEST_STEPS} to {MOST_STEPS}. Received: {steps}.")
    if seed < 0:
        raise BenchsuiteError(f"--seed must be a whole number from 0. Received: {seed}.")
    first, last = rate_range(setting, known, low, high)
    from benchsuite.analysis.range_test import suggest
    from benchsuite.report.drawings.picture import write_picture
    from benchsuite.report.drawings.range_test import range_figure

    tensorflow_on_cpu()
    sweep = range_test(found, setting, known, first, last, steps, seed)
    suggestion = suggest(sweep.rates, sweep.losses, steps)
    label = setting.describe(known.component("optimizer", setting.name))
    echo("{} on {}, seed {}", label, task, seed)
    echo("  {}", _course(sweep, first, last))
    for line in _said(suggestion):
        echo("{}", line)
    write_picture(path, range_figure(f"{label} on {task}", sweep.rates, sweep.losses, steps, suggestion))
    echo("Wrote {}", path)


def _setting(selection: str, known: Registry) -> Setting:
    """Return the one optimizer that was selected; its learning rate must be left to the test."""
    from benchsuite.selection import expand

    found = expand("optimizer", [selection], known)
    if len(found) != 1:
        names = ", ".join(dict.fromkeys(setting.name for (setting,) in found))
        raise BenchsuiteError(
            f"a range test takes one optimizer with one value for each hyperparameter. Received: {selection!r}, "
            f"which selects {len(found)} ({names})."
        )
    setting = found[0][0]
    defaults = known.component("optimizer", setting.name).hyperparameters()
    if setting.hyperparameters.get("learning_rate") != defaults.get("learning_rate"):
        raise BenchsuiteError(
            f"a range test sets the learning rate itself. Received: {selection!r}. Leave learning_rate out; --low and --high bound it."
        )
    return setting


def _course(sweep: Sweep, first: float, last: float) -> str:
    whole = len(sweep.losses) == sweep.steps
    done = f"{sweep.steps} steps" if whole else f"{len(sweep.losses)} of {sweep.steps} steps"
    return f"{done}, rates {first:.2g} to {last if whole else sweep.rates[-1]:.2g}"


def _said(suggestion: Suggestion | None) -> list[str]:
    if suggestion is None:
        return [
            "No suggestion: the loss never fell clearly above its noise.",
            "Try other bounds (--low, --high) or more --steps.",
        ]
    return [
        f"  loss {suggestion.first:.3g} at first, lowest {suggestion.lowest:.3g} at rate {suggestion.lowest_rate:.2g} (averaged)",
        f"Worth trying: {suggestion.low:.2g} to {suggestion.high:.2g}",
    ]
