"""Bayesian optimization: a Gaussian process of the score, and the point with the largest expected improvement on it.

Jones et al. 1998; Snoek et al. 2012, arXiv:1206.2944. The process is scikit-learn's, with a Matérn-5/2 kernel, a length for
each dimension and noise. Scores enter as normal quantiles of their ranks, so that it does not matter how bad the bad ones
are, and failures are the worst rank. The largest expected improvement is looked for among random points and points around
the best ones; what is under way counts as what the process expects of it. Options without order are axes of their own.
"""

import math
import warnings

import benchsuite as bs
from benchsuite_plugins.tuners._window import Window

WIDTH = 4
WIDE, NEAR = 512, 256
"""Candidates: random ones, and ones around the best points."""
SPREAD = 0.1
"""Standard deviation of those, as a share of each range."""
BEST = 4
"""Points that they lie around."""


class GaussianProcess(Window):
    """One search.

    Args:
        problem: What is searched.
        startup: Random points before the first process.
    """

    def __init__(self, problem, startup):
        super().__init__(problem, WIDTH)
        self._startup = startup
        self._points, self._scores = [], []
        self._under_way = []

    def learn(self, scored):
        """Remember a point and its score."""
        if scored.own:
            self._under_way.pop(0)
        self._points.append(scored.point)
        self._scores.append(-math.inf if scored.score is None else scored.score)

    def next_point(self):
        """Return the point with the largest expected improvement; random ones at first."""
        if len(self._points) + len(self._under_way) < self._startup or not self._points:
            point = tuple(self.problem.generator.random(len(self.problem.dimensions)).tolist())
        else:
            point = self._most_promising()
        self._under_way.append(point)
        return point

    def _most_promising(self):
        import numpy as np
        from threadpoolctl import threadpool_limits

        candidates = self._candidates()
        with threadpool_limits(1), warnings.catch_warnings():  # sums of other threads round differently
            warnings.simplefilter("ignore")  # of lengths at the ends of their range
            x, y = self._encoded(self._points), self._quantiles()
            process = self._process(x, y)
            if self._under_way:  # with the same kernel: what is expected there, with no doubt left
                doubtless = self._encoded(self._under_way)
                x, y = np.vstack([x, doubtless]), np.append(y, process.predict(doubtless))
                process = self._process(x, y, process.kernel_)
            mean, deviation = process.predict(self._encoded(candidates), return_std=True)
        return tuple(candidates[int(np.argmax(expected_improvement(mean, deviation, y.max())))].tolist())

    def _process(self, x, y, kernel=None):
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import Matern, WhiteKernel

        known = kernel is not None
        if not known:
            lengths = Matern([0.3] * x.shape[1], (0.05, 10.0), nu=2.5)
            kernel = 1.0 * lengths + WhiteKernel(0.01, (1e-4, 1.0))
        return GaussianProcessRegressor(kernel, optimizer=None if known else "fmin_l_bfgs_b").fit(x, y)

    def _quantiles(self):
        from scipy.stats import norm, rankdata

        return norm.ppf((rankdata(self._scores) - 0.5) / len(self._scores))

    def _candidates(self):
        import numpy as np

        generator, width = self.problem.generator, len(self.problem.dimensions)
        best = np.array(self._points)[np.argsort(self._scores, kind="stable")[::-1][:BEST]]
        near = best[generator.integers(len(best), size=NEAR)] + SPREAD * generator.normal(size=(NEAR, width))
        unordered = [not dimension.ordered for dimension in self.problem.dimensions]
        near[:, unordered] = generator.random((NEAR, sum(unordered)))
        return np.vstack([generator.random((WIDE, width)), np.clip(near, 0.0, 1.0)])

    def _encoded(self, points):
        """Return points as rows: the middle of its share for what has levels, an axis for each option without order."""
        import numpy as np

        columns = []
        for places, dimension in zip(np.array(points).T, self.problem.dimensions, strict=True):
            if dimension.levels is None:
                columns.append(places)
                continue
            level = np.minimum((places * dimension.levels).astype(int), dimension.levels - 1)
            if dimension.ordered:
                columns.append((level + 0.5) / dimension.levels)
            else:
                columns += list((level[:, None] == np.arange(dimension.levels)).astype(float).T)
        return np.stack(columns, axis=1)


def expected_improvement(mean, deviation, best):
    """Return E[max(f − best, 0)] for f ~ N(mean, deviation²), elementwise.

    Args:
        mean: Array.
        deviation: Array of the same shape, not negative.
        best: Number.
    """
    import numpy as np
    from scipy.stats import norm

    ahead = mean - best
    z = ahead / np.maximum(deviation, 1e-12)
    return ahead * norm.cdf(z) + deviation * norm.pdf(z)


def make(startup):
    """Return the function that begins a search."""
    return lambda problem: GaussianProcess(problem, startup)


@bs.hookimpl
def register_tuners():
    """Register gp."""
    return [
        bs.Tuner(
            name="gp",
            make=make,
            space={"startup": bs.Integer(1, 100, default=6)},
            summary="A Gaussian process of the score, and the largest expected improvement on the best one.",
            reference="Jones et al. 1998; Snoek et al. 2012, arXiv:1206.2944",
            formula="x = argmax E[max(f(x) − f*, 0)], f ~ GP(0, Matérn-5/2 + noise)",
        )
    ]
