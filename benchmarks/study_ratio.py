"""Run one small study of bundled components with two checkouts in turn, and print what this one costs ÷ the other.

    python benchmarks/study_ratio.py --before ../other-checkout
    python benchmarks/study_ratio.py --before ../other-checkout --rounds 5 --workers 1

Both use the packages of the Python that runs this, each its own harness, plugins and tasks. In each round both run, the one
that begins alternating, so that a busy machine hits both. Records of one trial are compared: a ratio of two
studies that compute different numbers would mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
STUDY = ("--task", "digits_mlp,noisy_quadratic", "--optimizer", "sgd,momentum,adam")
PACKAGES = {"benchsuite": "benchsuite", "benchsuite_plugins": "plugins", "benchsuite_tasks": "tasks"}


@dataclass(frozen=True)
class Cost:
    """What one run of the study cost, in seconds.

    Args:
        wall: From start to end.
        processor: Of all its processes.
        trials: The sum over the trials, as their records say.
        between: Wall time times workers that was spent in no trial: starts, hand-over, records, report.
    """

    wall: float
    processor: float
    trials: float
    between: float


def run(checkout: Path, folder: Path, seeds: int, workers: int) -> tuple[Cost, dict[str, str]]:
    """Run the study with a checkout; return what it cost, and trial → the text of its curves."""
    packages = folder / "packages"
    packages.mkdir(parents=True)
    for name, part in PACKAGES.items():
        (packages / name).symlink_to(checkout / part, target_is_directory=True)
    command = [sys.executable, "-m", "benchsuite", "run", *STUDY, "--seeds", str(seeds), "--workers", str(workers)]
    before, started = _children(), time.monotonic()
    done = subprocess.run(
        [*command, "--no-local", "--results", str(folder / "results")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )
    wall, processor = time.monotonic() - started, _children() - before
    if done.returncode:
        sys.exit(f"the study of {checkout} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    records = [json.loads(path.read_bytes()) for path in (folder / "results" / "trials").glob("??/*.json")]
    trials = sum(record["costs"]["wall_seconds"] for record in records)
    curves = {record["id"]: json.dumps([record["outcome"], record["curves"]]) for record in records}
    return Cost(wall, processor, trials, wall * workers - trials), curves


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--before", type=Path, required=True, help="The other checkout.")
    arguments.add_argument("--after", type=Path, default=HERE, help="The one that is judged; this one unless given.")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seeds", type=int, default=8)
    arguments.add_argument("--workers", type=int, default=2)
    chosen = arguments.parse_args()
    sides = {"before": chosen.before.resolve(), "after": chosen.after.resolve()}
    costs: dict[str, list[Cost]] = {side: [] for side in sides}
    curves: dict[str, dict[str, str]] = {}
    for number in range(chosen.rounds):
        for side in sorted(sides, reverse=number % 2 == 0):
            with tempfile.TemporaryDirectory() as folder:
                cost, found = run(sides[side], Path(folder), chosen.seeds, chosen.workers)
            costs[side].append(cost)
            if curves.setdefault(side, found) != found:
                sys.exit(f"{side} gave other numbers than in the round before")
            print(f"round {number + 1}, {side:6}: {cost.wall:6.1f} s, processor {cost.processor:6.1f} s", flush=True)
    shared = curves["before"].keys() & curves["after"].keys()
    equal = sum(curves["before"][trial] == curves["after"][trial] for trial in shared)
    print(
        f"\n{len(curves['after'])} trials; {len(shared)} are the same trials in both, {equal} of these the same bits\n"
    )
    print("| seconds | before | after | after ÷ before, fastest | median of the rounds |\n|---|---|---|---|---|")
    for name in Cost.__dataclass_fields__:
        old, new = ([getattr(cost, name) for cost in costs[side]] for side in ("before", "after"))
        within = statistics.median(b / a for a, b in zip(old, new, strict=True))
        print(f"| {name} | {min(old):.1f} | {min(new):.1f} | {min(new) / min(old):.2f} | {within:.2f} |")


if __name__ == "__main__":
    main()
