"""Redrawn training sets: drawn with replacement from the training part, others left as they are, each with a seed of its own."""

from __future__ import annotations

import numpy as np

from benchsuite.arm_trials import trial_of
from benchsuite.components import Arm
from benchsuite.data import load
from benchsuite.engine.redrawn import redrawn, redrawn_specimens
from benchsuite.registry import Registry


def test_only_the_training_part_is_drawn_anew(bundled: Registry) -> None:
    task = bundled.task("digits_mlp")
    own = load(task)
    first, again, other = (load(redrawn(task, own, (0, number))) for number in (0, 0, 1))
    count = own.sizes[0]
    assert first.sizes == own.sizes
    assert np.array_equal(first.x[count:], own.x[count:])
    assert np.array_equal(first.y[count:], own.y[count:])
    assert np.array_equal(first.x, again.x)
    assert not np.array_equal(first.x[:count], other.x[:count])
    pairs = {(x.tobytes(), int(y)) for x, y in zip(own.x[:count], own.y[:count], strict=True)}
    drawn = [(x.tobytes(), int(y)) for x, y in zip(first.x[:count], first.y[:count], strict=True)]
    assert set(drawn) <= pairs, "inputs stay with their targets"
    assert 0.60 < len(set(drawn)) / len(pairs) < 0.66  # 1 − 1/e


def test_each_network_sees_a_set_and_starting_values_of_its_own(bundled: Registry) -> None:
    trial = trial_of(Arm(task="digits_mlp"), 0, bundled.task, bundled)
    seen = [
        (specimen.arrays("train")[0], specimen.weights, inputs)
        for specimen, inputs, _ in redrawn_specimens(trial, 2, bundled, bundled.task)
    ]
    assert not np.array_equal(seen[0][0], seen[1][0])
    assert not np.array_equal(seen[0][1], seen[1][1])
    assert np.array_equal(seen[0][2], seen[1][2])
    own = load(bundled.task("digits_mlp"))
    assert [len(inputs) for inputs, _, _ in seen] == [own.sizes[0]] * 2, "the validation part is not trained on"
    assert np.array_equal(seen[0][2], own.x[own.part("validation")])
