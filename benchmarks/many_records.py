"""Write a results folder of as many records as you like, without training: what a big grid leaves behind.

    python benchmarks/many_records.py FOLDER 100000
    /usr/bin/time -v benchsuite report --results FOLDER --no-local

Five tasks × 40 optimizers × a grid of learning rates and momenta × seeds, each task's baseline, and some pairs of optimizer
and schedule. Of the trials 5 % diverge, 1 % crash, 1 % run out of time, 1 % are unsupported and 5 % pruned. Equal numbers
give equal folders.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.factories import AUTOENCODER, DIGITS, TaskFacts, component, make_json, of_nobody

TASKS = (
    DIGITS,
    AUTOENCODER,
    replace(DIGITS, name="mnist5k_cnn", epochs=10, steps_per_epoch=94, targets=(0.9, 0.97), parameters=34_826),
    replace(DIGITS, name="bible_charlm", primary="perplexity", direction="min", targets=(12.0, 8.0), epochs=8, start=65.0, limit=6.3),
    replace(DIGITS, name="housing_mlp", primary="rmse", direction="min", targets=(0.8, 0.6), epochs=25, start=1.15, limit=0.53),
)  # fmt: skip
OPTIMIZERS, SEEDS, PAIRED = 40, 5, 4
ENDINGS = ("diverged", "crashed", "timed_out", "unsupported", "pruned")
SHARES = (0.05, 0.01, 0.01, 0.01, 0.05)


def recipes(count: int) -> Iterator[tuple[TaskFacts, dict[str, list[Any]], int, float]]:
    """Yield task, changes, seed and how far from the best value the trial ends, ``count`` of them."""
    settings = max(1, -(-count // (len(TASKS) * OPTIMIZERS * SEEDS)))
    side = int(np.ceil(np.sqrt(settings)))
    rates, momenta = np.geomspace(1e-4, 1.0, side).round(8).tolist(), np.linspace(0, 0.99, side).round(6).tolist()
    grid = list(product(rates, momenta))[:settings]
    done = 0
    for task, seed in product(TASKS, range(SEEDS)):
        yield task, {}, seed, 0.01
        done += 1
    for (rate, momentum), number in product(grid, range(OPTIMIZERS)):
        held = {"optimizer": [component(f"method_{number:02d}", learning_rate=rate, momentum=momentum)]}
        if number < PAIRED and (rate, momentum) in grid[:40]:
            held |= {"schedule": [component("cosine", final=0.0 if number % 2 else 0.1)]}
        loss = 0.02 + 0.01 * number / OPTIMIZERS + 0.1 * abs(np.log10(rate) + 2) + 0.05 * momentum
        for task, seed in product(TASKS, range(SEEDS)):
            if done == count:
                return
            yield task, held, seed, loss
            done += 1


def main(folder: str, count: int) -> None:
    """Write the folder."""
    generator = np.random.default_rng(0)
    for task, changes, seed, loss in recipes(count):
        ending = generator.choice(["completed", *ENDINGS], p=[1 - sum(SHARES), *SHARES]) if changes else "completed"
        way = task.start - task.limit
        value = float(round(task.limit + way * min(loss + abs(generator.normal(0, 0.01)), 0.95), 6))
        step = int(generator.integers(1, 600))
        reason = f"the loss was not finite at step {step}" if ending == "diverged" else None
        found = make_json(
            task, changes, seed=seed, outcome=str(ending), value=value, reason=reason,
            step_milliseconds=round(float(generator.uniform(0.03, 0.05)), 5), cpu_share=round(float(generator.uniform(0.85, 1)), 3),
        )  # fmt: skip
        if "failure" in found["results"]:
            found["results"]["failure"] = {
                "step": step,
                "traceback": f"Traceback (most recent call last):\n{'  …' * 300}\nstep {step}",
            }
        found = of_nobody(found)
        path = Path(folder) / "trials" / found["id"][:2] / f"{found['id']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
