"""How many settings fANOVA needs: the error of its shares, and how often it names the right hyperparameter first.

    .venv/bin/python benchmarks/fanova_trials.py [--repeats N]

The result is a peak in one hyperparameter, 0.3 of a slope in another, and nothing of the rest: the shares are known in closed
form. Settings are random, as a search draws them. It is what ``FEWEST_SETTINGS`` and ``FEWEST_EACH`` of
``benchsuite/analysis/importance/fanova.py`` rest on; minutes on one core.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchsuite.analysis.importance import fanova
from benchsuite.analysis.importance.fanova import importance
from benchsuite.analysis.importance.outcome_value import Quantity
from benchsuite.analysis.importance.tried import Point, Tries
from benchsuite.analysis.sample import Column
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.spaces import Uniform

LOOKED = Quantity("validation_accuracy", "max", TrialMeasure("validation"))
COLUMN = Column("invented", 1, 10, 32, "float32", "cpu", 3)


def result(place: np.ndarray) -> float:
    return float(np.exp(-(((place[0] - 0.6) / 0.25) ** 2)) + 0.3 * place[1])


def truth(count: int) -> np.ndarray:
    u = (np.arange(100_000) + 0.5) / 100_000
    variances = np.array([np.exp(-(((u - 0.6) / 0.25) ** 2)).var(), (0.3 * u).var(), *[0.0] * (count - 2)])
    return np.asarray(variances / variances.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=16)
    repeats = parser.parse_args().repeats
    fanova.FEWEST_SETTINGS = fanova.FEWEST_EACH = 1
    fanova.FORESTS, fanova.RESAMPLES = 2, 1
    print("hyperparameters  settings  error of the worst share  largest error  first named rightly")
    for count in (2, 3, 5):
        names = [f"optimizer.0.h{number}" for number in range(count)]
        spaces = {name: Uniform(0.0, 1.0, 0.5) for name in names}
        for settings in (4 * count, 8 * count, 16 * count):
            errors, right = [], 0
            for seed in range(repeats):
                generator = np.random.default_rng([seed, count, settings])
                places = generator.uniform(size=(settings, count))
                points = tuple(
                    Point(dict(zip(names, map(float, place), strict=True)), result(place), 1, 0) for place in places
                )
                tries = Tries(COLUMN, {"optimizer": ("invented",)}, LOOKED, points, tuple(names))
                found = importance(tries, spaces, generator)
                shares = {one.name: one.share for one in found.shares}
                errors.append([abs(shares[name] - true) for name, true in zip(names, truth(count), strict=True)])
                right += found.shares[0].name == names[0]
            print(
                f"{count:15}  {settings:8}  {np.mean(np.max(errors, axis=1)):24.2f}  {np.max(errors):13.2f}  "
                f"{right:4} of {repeats}"
            )


if __name__ == "__main__":
    main()
