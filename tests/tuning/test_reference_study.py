"""The study behind a resolution: which kinds are measured on which task, all in one plan."""

import pytest

from benchsuite.components import RECIPE_KINDS
from benchsuite.errors import BenchsuiteError
from benchsuite.reference_components import reference_components
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.tuning.reference_study import reference_study
from tests.bundled import REGISTRY

NAMED = reference_components(REGISTRY)
DIGITS, QUADRATIC = (REGISTRY.task(name) for name in ("digits_mlp", "noisy_quadratic"))


def study(*tasks, kinds=(), budget="3", seeds=4):
    return reference_study(tasks, kinds, budget, seeds, REGISTRY)


def rows(found, task):
    return {(one.row.kind, one.selection) for one in found.tracked.entrants if one.task.name == task}


def test_what_a_task_compares_is_measured_unless_kinds_are_named():
    found = study(DIGITS, QUADRATIC)
    for task in (DIGITS, QUADRATIC):
        assert set(found.kinds[task.name]) == set(task.compares)
        assert rows(found, task.name) == {(kind, one) for kind in task.compares for one in NAMED[kind]}
    assert list(study(DIGITS, kinds=["regularization"]).kinds["digits_mlp"]) == ["regularization"]


def test_all_tasks_are_one_plan_with_one_protocol_and_seeds_that_tuning_never_saw():
    found = study(DIGITS, QUADRATIC, kinds=["optimizer"])
    assert found.words == {
        "track": "tuned", "budget": 3, "tuner": "random", "tuning_seeds": 1, "seeds": 4, "confidence": 0.95,
    }  # fmt: skip
    assert found.protocol.seeds == (0, 1, 2, 3)
    assert len(found.tracked.source().sources) == 2 * len(NAMED["optimizer"])
    proposed = [trial for source in found.tracked.sources() for trial in source.propose()]
    assert not {trial.seed for trial in proposed} & set(found.protocol.seeds)


def test_all_means_every_kind_of_the_recipe_and_a_loss_only_where_it_can_be_replaced():
    assert set(study(DIGITS, kinds=["all"]).kinds["digits_mlp"]) == set(RECIPE_KINDS)
    assert set(study(QUADRATIC, kinds=["all"]).kinds["noisy_quadratic"]) == {*RECIPE_KINDS} - {"loss"}
    both = study(DIGITS, QUADRATIC, kinds=["loss"])
    assert list(both.kinds) == ["digits_mlp"]
    assert both.tracked.problems[0] == "task 'noisy_quadratic' has no loss that could be replaced"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"kinds": ["optimiser"]}, "unknown kind 'optimiser'. Did you mean 'optimizer'?"),
        ({"budget": "tiny"}, "budget must be small, medium, large or a number of trainings from 1 to 99,999. Received: 'tiny'."),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused(given, text):
    with pytest.raises(BenchsuiteError) as refused:
        study(DIGITS, **given)
    assert text in str(refused.value)


def test_where_no_task_has_the_kind_there_is_nothing_to_measure():
    with pytest.raises(BenchsuiteError) as refused:
        study(QUADRATIC, kinds=["loss"])
    assert (
        str(refused.value) == "there is nothing to measure. Task 'noisy_quadratic' has no loss that could be replaced."
    )


def test_a_kind_of_which_nobody_names_components_cannot_be_measured():
    alone = load_registry(PluginSearch(local=False))
    named = next(plugin for plugin in alone.plugins if plugin.name.endswith("reference_components"))
    alone.hooks.unregister(named.module)
    with pytest.raises(BenchsuiteError) as refused:
        reference_study([DIGITS], ["optimizer"], "3", 4, alone)
    assert str(refused.value) == (
        "no plugin names two reference components of kind optimizer. Received: none. Name some with the hook "
        "register_reference_components."
    )
