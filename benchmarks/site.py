"""What the site costs: seconds of the clock and of the processor for each step, megabytes, and the number of files.

    python benchmarks/site.py                        # 60 components × 30 tasks × 5 seeds
    python benchmarks/site.py 40 5 3 --keep FOLDER   # others; the site stays in FOLDER/report
    python benchmarks/site.py --results results      # of records that are there

With --profile the functions that take most of it are listed.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.site import laying_out
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.writing import write_site
from tests.factories import DIGITS, component, make_record


def study(components: int, tasks: int, seeds: int) -> Iterator[Record]:
    """Yield the records of so many optimizers on so many tasks: nine in a hundred do not complete, a third of tasks have losses."""
    generator = np.random.default_rng(0)
    ability = generator.normal(0, 0.01, components)
    for number in range(tasks):
        name = f"task_{number:02d}"
        task = replace(DIGITS, name=name, compares=("optimizer",), summary=f"A synthetic task, number {number}.")
        if number % 3 == 2:
            task = replace(task, primary="loss", direction="min", start=0.3, limit=0.02, targets=(0.1, 0.05, 0.03))
        way = task.start - task.limit
        for one in range(components):
            changes = {"optimizer": [component(f"method_{one:02d}", learning_rate=0.01)]} if one else {}
            for seed in range(seeds):
                value = task.limit + way * abs(0.03 + ability[one] + generator.normal(0, 0.008))
                outcome = "completed" if not one else generator.choice(
                    ["completed", "diverged", "crashed", "timed_out", "unsupported", "pruned"],
                    p=[0.91, 0.05, 0.01, 0.01, 0.01, 0.01],
                )  # fmt: skip
                yield make_record(
                    task, changes, seed=seed, outcome=str(outcome), value=round(float(value), 6),
                    speed=float(generator.uniform(0.2, 0.5)), step_milliseconds=round(float(generator.uniform(0.03, 0.05)), 5),
                )  # fmt: skip


def timed(taken: dict[str, tuple[float, float]], name: str, call: Callable[[], Any]) -> Any:
    """Call, and note what it took."""
    clock, processor = time.perf_counter(), time.process_time()
    result = call()
    before = taken.get(name, (0.0, 0.0))
    taken[name] = (before[0] + time.perf_counter() - clock, before[1] + time.process_time() - processor)
    return result


def measure(data: SiteData, folder: Path) -> None:
    """Write a site, and tell what each step of it took."""
    taken: dict[str, tuple[float, float]] = {}
    contents = data.contents
    timed(taken, "leaderboards", lambda: contents.boards)
    timed(taken, "grids and mixtures", lambda: (contents.grids, contents.mixtures))
    families = list(laying_out.PAGES)

    def of(family: Callable[[SiteData], Iterator[Any]]) -> Callable[[SiteData], Iterator[Any]]:
        return lambda data: iter(timed(taken, family.__module__.rpartition(".")[2], lambda: list(family(data))))

    laying_out.PAGES[:] = [of(family) for family in families]
    before = sum(processor for _, processor in taken.values())
    clock, processor = time.perf_counter(), time.process_time()
    write_site(data, folder / "report")
    whole = time.perf_counter() - clock, time.process_time() - processor
    laying_out.PAGES[:] = families
    made = sum(processor for _, processor in taken.values()) - before
    taken["laying out, writing"] = (0.0, whole[1] - made)
    for name, (clock, processor) in taken.items():
        tell(f"{name:24} {clock or whole[0]:7.2f} s {processor:7.2f} s")
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    for file in (folder / "report").rglob("*.*"):
        sizes[file.relative_to(folder / "report").parts[0]].append(file.stat().st_size)
    for name, held in sorted(sizes.items(), key=lambda pair: -sum(pair[1]))[:12]:
        tell(f"{name:24} {sum(held) / 1e6:7.2f} MB {len(held):6,} files")
    tell(f"{'all':24} {sum(map(sum, sizes.values())) / 1e6:7.2f} MB {sum(map(len, sizes.values())):6,} files")
    tell(f"{'all':24} {sum(c for c, _ in list(taken.values())[:2]) + whole[0]:7.2f} s on the clock")


def tell(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("size", nargs="*", type=int, default=[60, 30, 5], help="Components, tasks, seeds.")
    arguments.add_argument("--results", type=Path, help="Records of this folder instead.")
    arguments.add_argument("--keep", type=Path, help="Where the site goes; else it is deleted.")
    arguments.add_argument("--profile", action="store_true")
    chosen = arguments.parse_args()
    searches: list[Any] = []
    if chosen.results:
        from benchsuite.store import Store

        store = Store(chosen.results, create=False)
        records, searches = list(store.records()), list(store.searches([]))
    else:
        records = list(study(*chosen.size))
    tell(f"{len(records):,} records")
    data = SiteData(Contents(records, searches=searches))
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        profile = cProfile.Profile()
        if chosen.profile:
            profile.runcall(measure, data, folder)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
        else:
            measure(data, folder)


if __name__ == "__main__":
    main()
