"""Tuners against each other at equal budget, on real trainings: random against grid, logarithmic against linear sampling, and more.

    .venv/bin/python benchmarks/tuners.py                       # five epochs of digits_mlp, adam: some minutes
    .venv/bin/python benchmarks/tuners.py --tuners random,tpe,gp --budget 30 --searches 20

Each tuner searches the hyperparameters of one optimizer several times, each time with another seed. Of each search the
setting with the best validation score is trained once more with a seed of its own, and its test value is one run. The runs
of two tuners are compared as those of any two methods: paired by the seed, with the exact test and interval of
``benchsuite compare``.
"""

from __future__ import annotations

import argparse
import itertools
import math
from dataclasses import replace

from benchsuite.analysis.inference.difference import difference
from benchsuite.components import Tuner
from benchsuite.engine.device import Device, configure
from benchsuite.engine.session import Session
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.selection import baseline, expand
from benchsuite.spaces import Value
from benchsuite.trial import Trial
from benchsuite.tuning.ask_tell import Asking
from benchsuite.tuning.search_space import SearchSpace

PAIRS = (("random", "grid"), ("random", "random[scale=linear]"))


class Bench:
    """Trains settings of one optimizer on one task, in this process.

    Args:
        registry: Of the bundled components.
        task: Its name.
        optimizer: Its selection.
        epochs: Of each training.
    """

    def __init__(self, registry: Registry, task: str, optimizer: str, epochs: int) -> None:
        self.registry, self.task = registry, registry.task(task)
        self._session = Session(registry, registry.task)
        (settings,) = expand("optimizer", [optimizer], registry)
        recipe = baseline(self.task, registry).replaced("optimizer", settings)
        self.space = SearchSpace.of(settings, registry)
        self._trial = Trial(task, self.task.version, recipe, 0, epochs, self.task.batch_size)
        self._known: dict[str, tuple[float, float]] = {}
        self.trained = 0.0

    def trained_with(self, values: dict[str, Value], seed: int, stop: int | None = None) -> tuple[float, float]:
        """Return validation and test value of a training, larger is better; −∞ where it failed."""
        trial = replace(self.space.applied(self._trial, values, self.registry, self.task), seed=seed, stop=stop)
        if trial.id not in self._known:
            ending = self._session.run(trial).ending
            self.trained += trial.longest / trial.epochs
            sign = 1 if self.task.direction == "max" else -1
            found = [float(ending.curves[f"{part}_{self.task.primary}"][-1]) for part in ("validation", "test")]
            if ending.outcome.failed or not all(map(math.isfinite, found)):
                found = [-math.inf / sign] * 2
            self._known[trial.id] = sign * found[0], sign * found[1]
        return self._known[trial.id]

    def search(self, text: str, budget: int, seed: int) -> float:
        """Search once; return the test value of the chosen setting, trained with a seed of its own.

        Args:
            text: Name of a tuner, with hyperparameters in brackets.
            budget: Whole trainings.
            seed: Of the search.
        """
        name, _, rest = text.partition("[")
        chosen = dict(part.split("=") for part in rest.rstrip("]").split(",")) if rest else {}
        tuner = self.registry.component("tuner", name)
        assert isinstance(tuner, Tuner)
        asking = Asking(tuner, self.space, budget, self._trial.epochs, seed, dict[str, Value](chosen))
        waiting, best = list(asking.ask()), (-math.inf, dict[str, Value]())
        while waiting:
            asked = waiting.pop(0)
            score, _ = self.trained_with(dict(asked.values), FIRST_TUNING_SEED, asked.stop)
            if asked.stop is None and (score > best[0] or not best[1]):
                best = score, dict(asked.values)
            asking.tell(asked.number, score)
            waiting += asking.ask()
        return self.trained_with(best[1], seed)[1]


def main() -> None:
    """Search, and print the runs and the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="digits_mlp")
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--tuners", default="", help="All pairs of these; random against grid and linear unless given.")
    parser.add_argument("--budget", type=int, default=16)
    parser.add_argument("--searches", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=5)
    given = parser.parse_args()
    configure(Device("cpu"))
    bench = Bench(load_registry(PluginSearch(local=False)), given.task, given.optimizer, given.epochs)
    pairs = list(itertools.combinations(given.tuners.split(","), 2)) if given.tuners else PAIRS
    runs: dict[str, list[float]] = {}
    for name in dict.fromkeys(itertools.chain(*pairs)):
        runs[name] = [bench.search(name, given.budget, seed) for seed in range(given.searches)]
        print(f"{name:24}", *(f"{value:.4g}" for value in runs[name]), flush=True)
    for one, other in pairs:
        found = difference(runs[one], runs[other], paired=True)
        word = "cannot tell" if found.p > 0.05 else "better" if found.estimate > 0 else "worse"
        interval = f"{found.estimate:+.4g} ({found.low:+.4g} to {found.high:+.4g})"
        print(f"{one} against {other}: {word}, {interval}, p = {found.p:.4g} ({found.method})")
    print(f"{bench.trained:.0f} whole trainings")


if __name__ == "__main__":
    main()
