"""Before a plugin's component enters a leaderboard its program gets a look: a broken promise is what each of its trials ends with."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchsuite.conformance.tiny import tiny_tasks
from benchsuite.engine.session import Session
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial

PLUGINS = Path(__file__).parents[1] / "conformance"
TASK = replace(tiny_tasks({"classes": "cross_entropy"})[0], xla=False)
REASONS = {
    (
        "optimizer",
        "captured_rate",
    ): "another seed or learning rate: a constant, 0.05 and then 0.003 (optimizer_captured_rate.py:11, in",
    ("optimizer", "changes_nothing"): "no weight changes in the first epoch",
    ("optimizer", "hidden_state"): "which no reset knows",
    ("optimizer", "numpy_while_traced"): "each time it is built, or for another seed or learning rate: a constant",
    ("optimizer", "rate_ignored"): "learning rates of 0.003 and 0.03 lead to the same weights",
    (
        "initializer",
        "numpy_global",
    ): "the same seed gives other starting values the second time, in dense.1/kernel: something draws",
    ("normalization", "doubles"): "the normalization makes [None, 16] of [None, 8] in dense_1",
}


@pytest.fixture(scope="module")
def plugins():
    broken = [str(PLUGINS / "broken" / f"{kind}_{name}.py") for kind, name in REASONS]
    return load_registry(PluginSearch((*broken, str(PLUGINS / "good.py")), local=False))


def trial_of(registry, kind, name, seed=0, **chosen):
    setting = Setting.of(registry.component(kind, name), chosen)
    return Trial(TASK.name, 1, baseline(TASK, registry).replaced(kind, (setting,)), seed, 2, TASK.batch_size)


def session_of(registry, looks=True):
    def strangers(trial):
        components = [registry.entry(kind, one.name) for kind, settings in trial.recipe.settings for one in settings]
        return [entry.component for entry in components if looks and entry.plugin.origin != "bundled"]

    return Session(registry, {TASK.name: TASK}.__getitem__, strangers=strangers)


@pytest.mark.parametrize(("kind", "name"), REASONS, ids=[name for _, name in REASONS])
def test_a_broken_promise_is_the_outcome_of_every_trial(plugins, kind, name):
    session = session_of(plugins)
    for seed in (0, 1):  # the second in a used program
        ending = session.run(trial_of(plugins, kind, name, seed)).ending
        assert ending.outcome is Outcome.CRASHED
        assert ending.reason.startswith("a promise is broken: ")
        assert REASONS[kind, name] in ending.reason
        assert ending.reason.endswith(f"benchsuite check {kind}:{name} says more.")
    assert session.programs_built == 1


@pytest.mark.parametrize(("kind", "name"), [("optimizer", "own"), ("optimizer", "twice"), ("regularization", "drops")])
def test_what_is_good_trains_to_the_same_bits_as_without_a_look(plugins, kind, name):
    looked, alone = session_of(plugins), session_of(plugins, looks=False)
    for seed in (1, 0):
        trial = trial_of(plugins, kind, name, seed)
        one, other = looked.run(trial).ending, alone.run(trial).ending
        assert one.outcome is Outcome.COMPLETED, one.reason
        assert one.curves.to_json() == other.curves.to_json()


def test_a_rate_of_zero_may_leave_the_weights_alone(plugins):
    recipe = trial_of(plugins, "optimizer", "own").recipe
    schedule = Setting.of(plugins.component("schedule", "warmup"))
    trial = replace(trial_of(plugins, "optimizer", "own"), recipe=recipe.replaced("schedule", (schedule,)))
    assert session_of(plugins).run(trial).ending.outcome is Outcome.COMPLETED
