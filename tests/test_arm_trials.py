"""The trial of an arm is the one that ``run`` trains for the same recipe, seed and budget: their ids are equal."""

import pytest

import benchsuite as bs
from benchsuite.arm_trials import trial_of
from benchsuite.components import Arm
from benchsuite.studies.plan import plan
from benchsuite.study import Study


def of(arm, registry, seed=3):
    return trial_of(arm, seed, registry.task, registry)


def test_it_is_a_trial_of_run(bundled):
    study = Study(task=("digits_mlp",), components={"optimizer": ("sgd[learning_rate=0.5]",)}, seeds="1", epochs=4)
    arm = Arm(task="digits_mlp", recipe={"optimizer": "sgd[learning_rate=0.5]"}, knobs={"epochs": 4})
    trial = of(arm, bundled, seed=0)
    assert trial.id in plan(study, bundled).trials
    assert of(arm, bundled).id != trial.id


def test_knobs_reach_it(bundled):
    trial = of(Arm(task="deep_tanh", knobs={"width": 128, "batch_size": 16}), bundled)
    assert (trial.knobs, trial.batch_size) == ((("width", 128),), 16)
    assert of(Arm(task="deep_tanh", knobs={"width": 32}), bundled).id == of(Arm(task="deep_tanh"), bundled).id
    with pytest.raises(bs.BenchsuiteError, match="of its own"):
        of(Arm(task="quadratic_deep", recipe={"loss": "mse"}), bundled)
