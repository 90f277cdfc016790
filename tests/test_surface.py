"""What a task says about its surface, and how a wrong word is answered."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.promises import check_task
from benchsuite.conformance.task_course import draws_what_it_trains
from benchsuite.curves import Curves
from benchsuite.errors import BenchsuiteError
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment
from tests.engine.test_trace import SURFACE, bowl, task

GOOD = {"value": bowl, "x": (-2, 2), "y": (-1, 1), "start": (0, 0)}


def test_numbers_become_floats_and_lists_tuples():
    surface = bs.Surface(**{**GOOD, "x": [-2, 2]}, minima=[[1, 0]])
    assert (surface.x, surface.start, surface.minima, surface.lowest) == ((-2.0, 2.0), (0.0, 0.0), ((1.0, 0.0),), 0.0)


RANGES = "inside its ranges x=(-2.0, 2.0) and y=(-1.0, 1.0)."


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"value": 3}, "value of a surface must be a function of theta [..., 2]. Received: 3. Use TensorFlow "),
        ({"x": (1, 1)}, "x of a surface must be two finite numbers, the lower one first. Received: (1, 1)."),
        ({"y": (0, float("inf"))}, "y of a surface must be two finite numbers, the lower one first. Received: (0, inf)."),
        ({"y": 10**400}, "y of a surface must be two finite numbers, the lower one first. Received: 1000"),
        ({"x": "ab"}, "x of a surface must be two finite numbers, the lower one first. Received: 'ab'."),
        ({"start": (3, 0)}, f"start of a surface must be a point (x, y) {RANGES} Received: (3, 0). Move it, or "),
        ({"start": (0,)}, f"start of a surface must be a point (x, y) {RANGES} Received: (0,)."),
        ({"minima": (0, 0)}, f"each of minima of a surface must be a point (x, y) {RANGES} Received: 0."),
        ({"minima": [(0, 9)]}, f"each of minima of a surface must be a point (x, y) {RANGES} Received: (0, 9)."),
        ({"minima": None}, "minima of a surface must be a list of points (x, y), which may be empty. Received: None."),
        ({"lowest": float("nan")}, "lowest of a surface must be a finite number. Received: nan."),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_in_one_line(fields, message):
    with pytest.raises(bs.BenchsuiteError) as caught:
        bs.Surface(**{**GOOD, **fields})
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_task_takes_a_surface_or_none():
    assert task(surface=None).surface is None
    with pytest.raises(bs.BenchsuiteError) as caught:
        task(surface=bowl)
    assert str(caught.value).startswith("surface of task 'bowl' must be bs.Surface(…), or None if there is nothing to")


def test_check_tries_the_surface_of_a_task(bundled):
    findings = check_task(task(summary="A bowl.", license="none", citation="none"), bundled)
    assert [(f.promise, f.problem) for f in findings if f.problem or "surface" in f.promise] == [
        ("its surface is what it trains on", "")
    ]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, ""),
        ({"start": (0, -1)}, "the loss of its model is 1.25 before the first step, f(start) is 2.0"),
        ({"minima": [(1, 0), (0, 0)]}, "f(0.0, 0.0) is 1.0, not lowest=0.0"),
        ({"lowest": -1}, "f(1.0, 0.0) is 0.0, not lowest=-1"),
        ({"value": lambda theta: np.zeros(5)}, "value of a surface must turn theta [..., 2] into "),
    ],
)
def test_check_compares_the_surface_with_the_loss(fields, problem):
    surface = dataclasses.replace(SURFACE, **fields)
    run = Ending(
        outcome=Outcome.COMPLETED,
        curves=Curves({"train_loss": [1.25, 1.0]}),
        costs=Costs(wall_seconds=1.0),
        environment=Environment(device="cpu"),
    )
    try:
        found = draws_what_it_trains(surface, run).problem
    except BenchsuiteError as error:  # check shows what it says
        found = str(error)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)
