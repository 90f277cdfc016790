"""A trial that has not trained a step."""

from __future__ import annotations

from dataclasses import dataclass

from benchsuite.data import Prepared
from benchsuite.engine.program.feed import Feed
from benchsuite.engine.program.program import Program
from benchsuite.engine.step_plan import StepPlan


@dataclass(frozen=True)
class ReadyTrial:
    """A trial that has not trained a step.

    Args:
        program: Its program, with the starting values of its seed.
        feed: Inputs and targets on the device.
        prepared: The same on the host.
        plan: Which examples and rates each epoch uses.
        reused: Whether the program served another trial before.
        built_seconds: What it took to build if not; compiling comes on top.
        initialize_seconds: What the starting values took, pre-training included.
    """

    program: Program
    feed: Feed
    prepared: Prepared
    plan: StepPlan
    reused: bool
    built_seconds: float
    initialize_seconds: float
