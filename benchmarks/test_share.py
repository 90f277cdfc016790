"""How much of a study's time the harness keeps for itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STUDY = ["--task", "digits_mlp,noisy_quadratic", "--optimizer", "sgd,momentum,rmsprop,adam", "--seeds", "3"]
WORK = ("compile_seconds", "train_seconds", "evaluate_seconds")
WANTED = 10


def test_share(benchmark: Any, tmp_path: Path, table: Callable[[str, str], None]) -> None:
    results = tmp_path / "results"
    command = [
        sys.executable,
        "-m",
        "benchsuite",
        "run",
        *STUDY,
        "--workers",
        "1",
        "--no-local",
        "--results",
        str(results),
    ]

    def study() -> float:
        started = time.perf_counter()
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return time.perf_counter() - started

    elapsed = benchmark.pedantic(study, rounds=1, iterations=1)
    costs = [json.loads(path.read_text(encoding="utf-8"))["costs"] for path in results.glob("trials/*/*.json")]
    work = sum(cost.get(key) or 0.0 for cost in costs for key in WORK)
    trials = sum(cost["wall_seconds"] for cost in costs)
    inside, outside = 100 * (1 - work / trials), 100 * (1 - work / elapsed)
    benchmark.extra_info.update(trials=len(costs), work_seconds=work, trial_seconds=trials, elapsed_seconds=elapsed)
    table("share", f"of the trials' own time                {inside:6.1f} %   wanted: ≤ {WANTED} %")
    table(
        "share",
        f"of all time, with start and report     {outside:6.1f} %   {len(costs)} trials in {elapsed:.1f} s, one worker",
    )
