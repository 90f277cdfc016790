"""``benchsuite scale``: how does the difference of A and B change along an axis of a task?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.cli.console import as_json, beside, say, show, terminal
from benchsuite.cli.options import registry
from benchsuite.errors import BenchsuiteError, said_by

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.along_axis import AlongAxis
    from benchsuite.studies.along import AxisPlan
    from benchsuite.studies.scaling import Scaling

LONGEST_NAME = 120
"""Of a file, in letters."""


def scale(asked: Scaling) -> None:
    """Compare A and B at each value of an axis of a task, and say whether what A gains grows or shrinks along it.

    Trials that have a record already are not run again: an interrupted run goes on where it stopped.
    """
    from benchsuite.cli.axis_trials import AxisTrials
    from benchsuite.cli.door import say_broken
    from benchsuite.cli.sharded import refuse_of_whole
    from benchsuite.report.drawings.picture import check_picture
    from benchsuite.shards import asked_shard
    from benchsuite.studies.along import axis_plan

    shard = asked_shard(asked.shard)
    if shard:
        refuse_of_whole(json=asked.json)
    console = beside() if asked.json else terminal()
    known = registry(asked.plugin, asked.no_local)
    plan = axis_plan(asked, known)
    path = asked.output or Path(f"{_file_name(plan, asked)}.png")
    check_picture(path)
    trials = AxisTrials(asked, plan, known)
    say_broken(known, console)
    if shard:
        trials.carry_out_part(shard, console)
        return
    if asked.dry_run:
        trials.tell_dry(console)
        return
    trials.carry_out(console)
    found = trials.found()
    if asked.json:
        as_json(found.to_json())
    else:
        _tell(found, console)
    _write(path, found, console)


def _file_name(plan: AxisPlan, asked: Scaling) -> str:
    name = "-".join(["scale", plan.task.name, plan.axis, asked.a, asked.b])
    return re.sub(r"[^\w.]+", "-", name, flags=re.ASCII).strip("-.")[:LONGEST_NAME]


def _tell(found: AlongAxis, console: Console) -> None:
    from benchsuite.report.tables.scaling_table import scaling_lines, scaling_table

    show(console, scaling_table(found))
    for what, text in scaling_lines(found):
        if what == "trend":
            say(console, "[bold]{}[/]", text, prose=True)
        elif what == "warning":
            say(console, "[yellow]![/] {}", text)
        else:
            say(console, "{}", text, prose=True)


def _write(path: Path, found: AlongAxis, console: Console) -> None:
    """Write the picture, and the numbers beside it."""
    from benchsuite.report.drawings.picture import write_picture
    from benchsuite.report.drawings.scaling import scaling_picture
    from benchsuite.report.tables.scaling_table import scaling_csv

    write_picture(path, scaling_picture(found).alone())
    table = path.with_suffix(".csv")
    try:
        table.write_text(scaling_csv(found), encoding="utf-8")
    except OSError as error:
        raise BenchsuiteError(f"cannot write {str(table)!r}: {said_by(error)}.") from None
    say(console, "Wrote {} and {}", path, table)
