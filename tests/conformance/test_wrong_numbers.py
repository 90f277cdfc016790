"""Each mistake in broken/ is found by the promise that is about it, with its line and its cure; what is good stays so."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchsuite.conformance.all_promises import promises_of_kind
from benchsuite.conformance.another_process import another_process_agrees
from benchsuite.conformance.course import ON_A_TASK, ComponentCourse
from benchsuite.conformance.step import listed
from benchsuite.conformance.task_course import OF_A_TASK
from benchsuite.conformance.tried_on import tiny_tasks_for
from benchsuite.conformance.trying import Trying
from benchsuite.conformance.wrong_numbers import WRONG_NUMBERS, WRONG_TASKS
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import baseline

HERE = Path(__file__).parent
ZERO, PURE, SAME, OWN = "0 is nowhere", "step and budget alone", "traced once does what", "made with alone"
FOUND_BY = {
    "activation_of_the_batch": "each example is treated by itself",
    "activation_other_type": "shape and type",
    "activation_overflows": "finite, at 0 and far",
    "activation_steps": "a gradient passes",
    "gradient_transform_adds_weights": "zero gradients stay zero",
    "gradient_transform_divides_by_norm": "zero gradients stay zero",
    "gradient_transform_decays_weights": "changes no weight",
    "gradient_transform_flips": "uphill",
    "gradient_transform_keeps_state": "called again",
    "initializer_multiplies_by_zero": "what it draws reaches",
    "initializer_numpy_global": "equal seeds",
    "initializer_own_seed": "another seed",
    "initializer_swapped_fans": "the order in which",
    "initializer_transposed": "shape of the kernel",
    "loss_log_of_softmax": "finite for any outputs",
    "loss_mean_of_batch": "one loss for each example",
    "loss_of_probabilities": "a better answer",
    "loss_of_the_largest": "one loss for each example",
    "loss_softmax_twice": "a better answer",
    "loss_upside_down": "a better answer",
    "normalization_without_epsilon": "finite, at 0",
    "normalization_batch_statistics": "each example is treated by itself",
    "normalization_doubles": "shape and type",
    "normalization_hidden_average": "evaluation changes nothing",
    "optimizer_ascends": "goes down a bowl",
    "optimizer_betas_swapped": "under its own name",
    "optimizer_calls_of_make": OWN,
    "optimizer_captured_in_init": ZERO,
    "optimizer_captured_rate": ZERO,
    "optimizer_changes_nothing": "moves the weights",
    "optimizer_clock": OWN,
    "optimizer_counts_in_python": SAME,
    "optimizer_decay_without_rate": ZERO,
    "optimizer_first_variable_alone": "of every variable",
    "optimizer_first_make_wins": "makes a difference",
    "optimizer_global_momentum": OWN,
    "optimizer_hidden_state": "starts as a fresh one does",
    "optimizer_id_of_variable": (OWN, SAME),
    "optimizer_inner_state": "starts as a fresh one does",
    "optimizer_momentum_ignored": "makes a difference",
    "optimizer_numpy_while_traced": OWN,
    "optimizer_python_random": SAME,
    "optimizer_rate_ignored": ZERO,
    "optimizer_state_forgotten": "its state moves",
    "optimizer_without_epsilon": "gradients of 0",
    "preprocessing_draws": "fitted again",
    "preprocessing_fits_the_test_part": "each example is transformed by itself",
    "regularization_active_at_evaluation": "each example is treated by itself",
    "regularization_negative_penalty": "a number from 0",
    "regularization_never_rescales": "leaves the mean",
    "regularization_numpy_penalty": "a number from 0",
    "regularization_patience_in_class": "a new object",
    "regularization_shuffles_targets": "belong to their inputs",
    "regularization_smooths_beyond_one": "belong to their inputs",
    "regularization_strength_ignored": "makes a difference",
    "schedule_below_zero": "finite numbers from 0",
    "schedule_class_state": "a new object",
    "schedule_counting": PURE,
    "schedule_divides_by_zero": "finite numbers from 0",
    "task_ignores_the_recipe": "what the recipe says",
    "task_holds_its_target": "no input is the target",
    "task_sorted_by_class": "training knows the classes",
    "task_softmax_twice": "gives logits",
    "task_metric_upside_down": "better by each of its metrics",
    "task_leaks": "its test part is new",
    "task_metric_of_the_batch": "of each example alone",
    "task_scaled_as_a_whole": "no statistics of the test part",
}
"""Plugin → words of the promise that finds its mistake, before anything is compiled; of two, addresses decide which comes first."""
ELSEWHERE = ("optimizer_hash_of_text", "task_order_of_a_set")
"""Found in another process alone."""
BY_ITS_DATA = ("task_other_data_each_time",)
"""Found where its data are read twice, before any other promise: tests/conformance/test_check.py has one like it."""
GOOD = [
    ("optimizer", "own"),
    ("optimizer", "around"),
    ("optimizer", "subclass"),
    ("optimizer", "twice"),
    ("normalization", "remembers"),
    ("regularization", "smooth"),
    ("regularization", "drops"),
    ("regularization", "stops"),
    ("regularization", "translates"),
    ("regularization", "rescales_images"),
    ("regularization", "orthogonal"),
    ("schedule", "plateau"),
    ("schedule", "half_cosine"),
    ("initializer", "own_uniform"),
    ("initializer", "keras_noise"),
    ("activation", "own_softsign"),
    ("loss", "log_cosh"),
    ("preprocessing", "robust"),
    ("gradient_transform", "signs"),
]


def trying_of(registry, component, place=0):
    """Return what promises look at; nothing was trained, since what is found here needs no compiled program."""
    task = component if component.kind == "task" else replace(tiny_tasks_for(component, registry)[place], xla=False)
    recipe = baseline(task, registry)
    if component.kind in recipe:
        recipe = recipe.replaced(component.kind, (Setting.of(component),))

    def fresh(feeds=True):
        return Session(registry, {task.name: task}.__getitem__, feeds=feeds)

    return Trying(component, task, recipe, registry, fresh(), fresh, None)


@pytest.fixture(scope="module")
def broken():
    """Return all broken plugins in one registry: to load one is harmless, to make one is not."""
    return load_registry(PluginSearch(tuple(map(str, sorted((HERE / "broken").glob("*.py")))), local=False))


def of_file(registry, name):
    """Return the component that a plugin of the folder registers."""
    entries = [entry for table in registry.tables.values() for entry in table.values()]
    return next(entry.component for entry in entries if entry.plugin.origin.endswith(f"{name}.py"))


def test_every_plugin_of_the_folder_is_tried():
    assert {path.stem for path in (HERE / "broken").glob("*.py")} == {*FOUND_BY, *ELSEWHERE, *BY_ITS_DATA}
    assert len(FOUND_BY) >= 24


def test_check_tries_these_promises():
    assert {*WRONG_NUMBERS} <= {*ON_A_TASK}
    assert {*WRONG_TASKS} <= {*OF_A_TASK}


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("name", FOUND_BY)
def test_a_mistake_is_found_with_its_line_and_its_cure(broken, name):
    random.seed(0)  # some of them draw from it: which promise finds them first is not left to chance
    np.random.seed(0)  # noqa: NPY002  # likewise
    component = of_file(broken, name)
    trying = trying_of(broken, component)
    found = []
    for one in WRONG_TASKS if component.kind == "task" else WRONG_NUMBERS:
        if not one.apart and not found:
            found = [finding for finding in listed(one.look(trying)) if finding.problem]
    assert found, "nothing is found"
    expected = FOUND_BY[name]
    assert any(words in found[0].promise for words in ((expected,) if isinstance(expected, str) else expected))
    assert found[0].promise in promises_of_kind(component.kind)
    assert f"{name}.py:" in found[0].where
    assert found[0].line
    assert len(found[0].cure) > 40


@pytest.fixture(scope="module")
def good():
    return load_registry(PluginSearch((str(HERE / "good.py"),), local=False))


@pytest.mark.parametrize(("kind", "name"), GOOD, ids=[name for _, name in GOOD])
def test_what_is_good_stays_so(good, kind, name):
    trying = trying_of(good, good.component(kind, name), place=name == "translates")  # of images alone
    found = [finding for one in WRONG_NUMBERS if not one.apart for finding in listed(one.look(trying))]
    assert found
    assert [(one.promise, one.problem) for one in found if one.problem] == []
    assert {one.promise for one in found} <= {*promises_of_kind(kind)}  # the page of all promises leaves none out


def test_a_twin_that_is_not_there_is_told(good, tmp_path):
    component = replace(good.component("activation", "own_softsign"), same_as="sigmod")
    steps = {step.key: step for step in ComponentCourse(component, good, tmp_path).steps()}
    (found,) = steps["twin"].look().findings
    assert "Did you mean 'sigmoid'?" in found.problem
    assert "same_as" in found.cure
    known = replace(component, same_as="sigmoid")
    (found,) = {step.key: step for step in ComponentCourse(known, good, tmp_path).steps()}["twin"].look().findings
    assert not found.problem


def test_what_looks_at_the_accuracy_finds_it_on_every_tiny_task_of_classes(good):
    tasks = tiny_tasks_for(good.component("regularization", "stops"), good)
    assert len(tasks) == 4
    assert all("accuracy" in task.measures for task in tasks)


def test_another_process_finds_what_depends_on_the_process(broken):
    trying = trying_of(broken, of_file(broken, "optimizer_hash_of_text"))
    trying = replace(trying, first=trying.session.run(trying.trial()).ending)
    (finding,) = another_process_agrees(trying)
    assert "its last training loss is" in finding.problem
    assert "hash()" in finding.cure
