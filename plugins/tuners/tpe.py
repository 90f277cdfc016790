"""Tree-structured Parzen estimators: where good points are dense and bad ones are not.

Bergstra et al. 2011. Optuna's sampler, on the unit cube: l(x) is a mixture of kernels at the best tenth of the points, g(x) one
at the others; of some draws from l the one with the largest l/g is next. The first ten points are random. Points under
way count as bad ones (constant liar), failures as worse than any number.
"""

import math

import benchsuite as bs
from benchsuite_plugins.tuners._window import Window

WIDTH = 4


class Parzen(Window):
    """One search.

    Args:
        problem: What is searched.
        startup: Random points before the first estimate.
    """

    def __init__(self, problem, startup):
        import optuna

        super().__init__(problem, WIDTH)
        self._optuna = optuna
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=startup, seed=int(problem.generator.integers(2**31)), constant_liar=True
        )
        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)  # it would tell of each search
        try:
            self._study = optuna.create_study(sampler=sampler, direction="maximize")
        finally:
            optuna.logging.set_verbosity(before)
        self._axes = {dimension.name: _axis(optuna, dimension) for dimension in problem.dimensions}
        self._under_way = []

    def next_point(self):
        """Ask optuna."""
        trial = self._study.ask(self._axes)
        self._under_way.append(trial)
        return [_place(dimension, trial.params[dimension.name]) for dimension in self.problem.dimensions]

    def learn(self, scored):
        """Tell optuna."""
        score = -math.inf if scored.score is None else scored.score
        if scored.own:
            self._study.tell(self._under_way.pop(0), score)
            return
        point = zip(self.problem.dimensions, scored.point, strict=True)
        params = {dimension.name: _number(dimension, place) for dimension, place in point}
        self._study.add_trial(self._optuna.create_trial(params=params, distributions=self._axes, value=score))


def _axis(optuna, dimension):
    distributions = optuna.distributions
    if dimension.levels is None:
        return distributions.FloatDistribution(0.0, 1.0)
    if dimension.ordered:
        return distributions.IntDistribution(0, dimension.levels - 1)
    return distributions.CategoricalDistribution(range(dimension.levels))


def _place(dimension, number):
    return number if dimension.levels is None else (number + 0.5) / dimension.levels


def _number(dimension, place):
    return place if dimension.levels is None else min(int(place * dimension.levels), dimension.levels - 1)


def make(startup):
    """Return the function that begins a search."""
    return lambda problem: Parzen(problem, startup)


@bs.hookimpl
def register_tuners():
    """Register tpe."""
    return [
        bs.Tuner(
            name="tpe",
            make=make,
            space={"startup": bs.Integer(1, 100, default=10)},
            summary="Tree-structured Parzen estimators: more points where the good ones are dense.",
            reference="Bergstra et al. 2011; Akiba et al. 2019, arXiv:1907.10902 (optuna)",
            formula="x = argmax l(x)/g(x), l: density of the best points, g: of the others",
        )
    ]
