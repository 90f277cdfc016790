"""What ships is fed, or told why not; and one program serves a whole random search."""

from collections import Counter

import numpy as np
import pytest

from benchsuite.engine.fed.finding import finding
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.selection import baseline
from benchsuite.trial import ON_HOST, Trial, fed_values

BAKED = {
    # Sizes, which decide shapes or how much is computed.
    ("optimizer", "l_bfgs", "memory"),
    ("normalization", "group", "groups"),
    ("normalization", "local_response", "size"),
    ("normalization", "spectral", "iterations"),
    ("activation", "maxout", "pieces"),
    # Starting values, made before the program runs.
    ("optimizer", "prodigy", "d0"),
    ("optimizer", "yogi", "initial_accumulator_value"),
    ("activation", "prelu", "start"),
    # A table that the host computes from it.
    ("regularization", "cutmix", "alpha"),
    ("regularization", "mixup", "alpha"),
}


def test_all_that_ships_is_fed_but_what_is_told_here(bundled):
    fed, baked = Counter(), set()
    for kind in baseline(bundled.task("digits_mlp"), bundled).kinds:
        if kind in ON_HOST:
            continue
        for name in bundled.names(kind):
            component = bundled.component(kind, name)
            if not fed_values(Setting.of(component)):
                continue
            found = finding(component, Setting.of(component))
            fed[kind] += len(found.fed)
            baked |= {(kind, name, hyperparameter) for hyperparameter in found.baked}
            assert all(found.baked.values())
    assert baked == BAKED
    assert fed["optimizer"] >= 100


@pytest.mark.parametrize(
    "chosen",
    [{"optimizer": ["adam"]}, {"optimizer": ["sgd"], "regularization": ["dropout", "l2"]}, {"optimizer": ["soap"]}],
    ids=["adam", "sgd+dropout+l2", "soap"],
)
def test_one_program_serves_thirty_random_settings(bundled, chosen):
    task, generator = bundled.task("digits_mlp"), np.random.default_rng(0)
    session, programs = Session(bundled, bundled.task), set()
    for _ in range(30):
        recipe = baseline(task, bundled)
        for kind, names in chosen.items():
            components = [bundled.component(kind, name) for name in names]
            drawn = [{key: space.sample(generator) for key, space in one.space.items()} for one in components]
            recipe = recipe.replaced(kind, tuple(map(Setting.of, components, drawn)))
        trial = Trial(task.name, task.version, recipe, 0, 1, task.batch_size)
        ready = session.ready(trial)  # traced, not compiled
        assert {name: ready.program.feeding.values[name] for name in trial.numbers} == trial.numbers
        programs.add(ready.program)
    assert (session.programs_built, len(programs)) == (1, 1)
    assert ready.program.feeding.fed == trial.numbers.keys()
