"""Every quick task in lanes: the same bits whoever the neighbours are, and the curves of the trial alone within a tolerance.

Of tasks that are made of the same blocks, components, loss and measures the first stands for all.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchsuite.engine.session import Session
from benchsuite.outcomes import Outcome
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from tests.alike import of_different_parts
from tests.bundled import REGISTRY
from tests.tiers import quick

LANES = 2
STEPS = 4
TOLERANCE = 1e-4
"""Of losses and metrics after a few steps, relatively."""
QUICK = list(of_different_parts(map(REGISTRY.task, quick(REGISTRY)), REGISTRY))


@pytest.mark.parametrize("name", QUICK)
def test_a_quick_task_trains_in_lanes(name):
    task = replace(REGISTRY.task(name), steps_per_epoch=STEPS)
    session = Session(REGISTRY, lambda _: task, feeds=False)
    recipe = baseline(task, REGISTRY)
    first, second = (Trial(name, task.version, recipe, seed, 1, task.batch_size, lanes=LANES) for seed in (0, 1))
    together = [ran.ending for ran in session.run_together([first, second])]
    turned = [ran.ending for ran in session.run_together([second, first])][::-1]
    by_itself = session.run(first).ending
    alone = session.run(replace(second, lanes=1)).ending
    assert [ending.outcome for ending in (*together, alone)] == [Outcome.COMPLETED] * 3
    assert together[0].costs.lanes == LANES
    for measure, values in alone.curves.items():
        np.testing.assert_array_equal(together[0].curves[measure], turned[0].curves[measure], err_msg=measure)
        np.testing.assert_array_equal(together[1].curves[measure], turned[1].curves[measure], err_msg=measure)
        np.testing.assert_array_equal(together[0].curves[measure], by_itself.curves[measure], err_msg=measure)
        np.testing.assert_allclose(together[1].curves[measure], values, rtol=TOLERANCE, err_msg=measure)
