"""What a report costs, step by step, for results of different shapes: many seeds, settings, tasks, failures, folds, pairs.

    python benchmarks/report_shapes.py                      # every shape
    python benchmarks/report_shapes.py seeds --size 2500
    python benchmarks/report_shapes.py seeds --size 2500 --keep FOLDER    # leaves records, leaderboard.csv and trials.parquet

Seconds are of the processor, not of the clock. To compare two checkouts bit for bit, keep the folders of both.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.factories import DIGITS, TaskFacts, component, make_json, of_nobody

T = TypeVar("T")
KINDS = ("optimizer", "schedule", "initializer", "activation", "regularization")
Shape = Iterator[tuple[TaskFacts, dict[str, list[Any]], dict[str, Any]]]


def _rows(kind: str, count: int) -> Iterator[dict[str, list[Any]]]:
    yield {}
    yield from ({kind: [component(f"method_{number}", rate=0.1)]} for number in range(1, count))


def seeds(size: int) -> Shape:
    """Eight rows on one task."""
    return ((DIGITS, row, {"seed": seed}) for row in _rows("optimizer", 8) for seed in range(size))


def settings(size: int) -> Shape:
    """One optimizer in so many settings, a seed each."""
    for number in range(size):
        rate = float(f"{10 ** (-5 + 5 * number / size):.6g}")
        yield DIGITS, {"optimizer": [component("adam", learning_rate=rate, beta=number % 7)]}, {}


def settings_and_seeds(size: int) -> Shape:
    """The same with seven seeds each."""
    return ((task, held, {"seed": seed}) for task, held, _ in settings(size) for seed in range(7))


def tasks(size: int) -> Shape:
    """Forty optimizers, three seeds each, on so many tasks."""
    for number in range(size):
        task = replace(DIGITS, name=f"task_{number:03d}")
        yield from ((task, row, {"seed": seed}) for row in _rows("optimizer", 40) for seed in range(3))


def kinds(size: int) -> Shape:
    """Five kinds, twenty components each, two seeds, on so many tasks."""
    for number in range(size):
        task = replace(DIGITS, name=f"task_{number:03d}", compares=KINDS)
        yield from ((task, row, {"seed": seed}) for kind in KINDS for row in _rows(kind, 20) for seed in range(2))


def failures(size: int) -> Shape:
    """So many failed trials, each for a reason of its own."""
    for task, held, _ in settings(size):
        yield task, held, {"outcome": "crashed", "reason": f"ValueError: {held['optimizer'][0]['hyperparameters']}"}


def folds(size: int) -> Shape:
    """Four rows, so many seeds of ten folds each."""
    for row in _rows("optimizer", 4):
        yield from ((DIGITS, row, {"seed": seed, "fold": (fold, 10)}) for seed in range(size) for fold in range(10))


def pairs(size: int) -> Shape:
    """So many optimizers times as many initializers."""
    for one in range(size):
        for other in range(size):
            optimizer, initializer = (
                component("sgd", rate=0.001 * (one + 1)),
                component("normal", std=0.01 * (other + 1)),
            )
            yield DIGITS, {"optimizer": [optimizer], "initializer": [initializer]}, {}


SHAPES: dict[Callable[[int], Shape], int] = {
    seeds: 2500, settings: 2000, settings_and_seeds: 300, tasks: 30, kinds: 30, failures: 1000, folds: 50, pairs: 45,
}  # fmt: skip
"""Shape → the usual size."""


def write(folder: Path, shape: Shape) -> int:
    """Write the records of a shape; equal shapes give equal folders. Return how many."""
    generator = np.random.default_rng(0)
    count = 0
    for task, changes, arguments in shape:
        value = round(float(task.limit - 0.1 * abs(generator.normal())), 6)
        found = of_nobody(make_json(task, changes, value=value, **arguments))
        path = folder / "trials" / found["id"][:2] / f"{found['id']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")
        count += 1
    return count


def measure(folder: Path) -> dict[str, float]:
    """Report on a folder; return the processor's seconds of each step, and the megabytes of the page."""
    from rich.console import Console

    from benchsuite.report import Contents, grid_tables, leaderboard_tables, write_trials
    from benchsuite.report.site.laying_out import site_files
    from benchsuite.report.site.site import SiteData
    from benchsuite.report.tables.csv_table import leaderboard_csv
    from benchsuite.store import Store

    taken: dict[str, float] = {}

    def timed(name: str, call: Callable[[], T]) -> T:
        start = time.process_time()
        result = call()
        taken[name] = taken.get(name, 0.0) + time.process_time() - start
        return result

    records = timed("read", lambda: list(Store(folder, create=False).records()))
    contents = timed("tables", lambda: Contents(records))
    timed("tables", lambda: (contents.boards, contents.grids, contents.mixtures))
    text = timed("tables", lambda: leaderboard_csv(contents.boards))
    (folder / "leaderboard.csv").write_text(text, encoding="utf-8")
    console = Console(file=io.StringIO(), width=120)
    timed("terminal", lambda: console.print(*leaderboard_tables(contents), *grid_tables(contents)))
    timed("parquet", lambda: write_trials(records, folder / "trials.parquet"))
    files = timed("site", lambda: dict(site_files(SiteData(contents))))
    return {**taken, "sum": sum(taken.values()), "site, MB": sum(map(len, files.values())) / 1e6}


def main() -> None:
    """Measure and print."""
    known = {shape.__name__: shape for shape in SHAPES}
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("shape", nargs="*", default=list(known), help=f"Any of {', '.join(known)}.")
    arguments.add_argument("--size", type=int, help="In place of the usual one.")
    arguments.add_argument("--keep", type=Path, help="Where the records go; else they are deleted.")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:  # imports are no part of what is measured
        write(Path(temporary), settings(2))
        measure(Path(temporary))
    head = ("shape", "records", "read", "tables", "terminal", "parquet", "site", "sum", "site, MB")
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for name in chosen.shape:
        shape = known[name]
        size = chosen.size or SHAPES[shape]
        with tempfile.TemporaryDirectory() as temporary:
            folder = chosen.keep / f"{name}_{size}" if chosen.keep else Path(temporary)
            count = write(folder, shape(size))
            taken = measure(folder)
        print(
            f"| {name} {size:,} | {count:,} | " + " | ".join(f"{taken[step]:.2f}" for step in head[2:]) + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
