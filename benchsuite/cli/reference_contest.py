"""A comparison with stored results: only what is not stored is run, under the protocol of what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.reference import reference_of
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.analysis.verdict_warnings import Caution
from benchsuite.certificates import part_sizes
from benchsuite.cli.console import say
from benchsuite.cli.reference_run import MissingTrials
from benchsuite.errors import BenchsuiteError
from benchsuite.reference import load_reference
from benchsuite.reference.sides import Sides

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.verdict import Verdict
    from benchsuite.record import Record
    from benchsuite.reference.control import Control
    from benchsuite.registry import Registry
    from benchsuite.studies.comparing import Comparing


def reference_verdict(asked: Comparing, known: Registry, console: Console) -> Verdict:
    """Return the verdict on two selections of which one is stored, or both.

    Args:
        asked: The options.
        known: The plugins that were found.
        console: Where questions and the progress go.

    Raises:
        BenchsuiteError: If what is stored cannot be compared with, or something does not exist.
    """
    sides = Sides(asked, known, load_reference(asked.reference))
    stored = [sides.of(place) if held else None for place, held in enumerate(sides.is_stored)]
    pattern = next(side for side in stored if side is not None)
    tasks = [task for task in sides.tasks if all(side is None or task in side.records for side in stored)]
    if not tasks:
        raise BenchsuiteError("no task has stored results of both.")
    if left := sorted(set(sides.tasks) - set(tasks)):
        say(console, "[yellow]![/] left out, since nothing is stored of it: {}", ", ".join(left))
    run = MissingTrials(sides, pattern, tasks, own=[place for place, side in enumerate(stored) if side is None])
    run.carry_out(console)
    held = [run.side(place) if side is None else side for place, side in enumerate(stored)]
    of_a, of_b = ([_without_times(one) for task in tasks for one in side.records[task]] for side in held)
    edges = {
        (name, task): search.edges
        for name, side in zip(sides.names, held, strict=True)
        for task, search in side.searches.items()
        if task in tasks and search.edges
    }
    about = About(
        sides.kind, *sides.names, TrialMeasure.named(asked.measure), track=sides.track, sizes=part_sizes(set(tasks), known),
        reference=reference_of(run.store.folder), edges=edges,
    )  # fmt: skip
    return compared(of_a, of_b, about).with_cautions(
        _about_control(sides.names[1 - run.own[0]], run.controls(about.measure)) if run.control else []
    )


def _about_control(name: str, found: Sequence[Control]) -> list[Caution]:
    """Return what is to be said of stored results of another machine: whether a few of them came out alike here.

    Args:
        name: What ran again.
        found: What came of it.
    """
    wrong = [one for one in found if not one.agrees]
    seeds = max(len(one.here) for one in found)
    agreed = "they agree" if not wrong else f"they do not agree on {', '.join(one.task for one in wrong)}"
    text = (
        f"what is stored of {name} was made where numbers round otherwise. As a control {seeds} of its seeds ran again here on each "
        f"task: {agreed}. No times are compared."
    )
    return [
        Caution("machine", "", text),
        *(
            Caution(
                "control",
                one.task,
                f"the control does not agree ({one.words}): do not trust this verdict; run both sides here.",
            )
            for one in wrong
        ),
    ]


def _without_times(record: Record) -> Record:
    """Return a record of which no time is compared: one side was measured elsewhere, or at another hour."""
    return replace(record, costs=replace(record.costs, step_milliseconds=None, train_seconds_at=()))
