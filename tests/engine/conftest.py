"""Helpers of the engine's tests: small trials on tasks and components made up by a test."""

import dataclasses

import pytest

from benchsuite.conformance.tiny import tiny_tasks
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.selection import baseline
from benchsuite.trial import Trial


class Bench:
    """Runs trials of a tiny task with components that a test adds to the bundled ones."""

    def __init__(self, registry):
        self.registry = registry
        self.added = {}
        # As graphs, which are made in less time: a test whose point is XLA says so.
        self.set_xla(False)
        self.session = self.new_session()

    def names(self, kind):
        return self.registry.names(kind)

    def default(self, kind):
        return self.registry.default(kind)

    def component(self, kind, name):
        return self.added.get((kind, name)) or self.registry.component(kind, name)

    def add(self, component):
        self.added[component.kind, component.name] = component
        return component

    def new_session(self, device=None, **kept):
        """Return a session; kept: ``extras`` and ``weights``, what it keeps beside the numbers."""
        tasks = lambda name: {self.task.name: self.task, self.values_task.name: self.values_task}[name]  # noqa: E731
        return Session(self, tasks, device, **kept)

    def set_xla(self, on):
        """Have both tasks compiled by XLA, or not."""
        self.task, self.values_task = (
            dataclasses.replace(task, xla=on) for task in tiny_tasks({"classes": "cross_entropy", "values": "mse"})
        )

    def change_task(self, **fields):
        self.task = dataclasses.replace(self.task, metrics=fields.pop("metrics", self.task.metrics), **fields)

    def trial(self, seed=0, epochs=2, precision="float32", task=None, streams=(), **chosen):
        """Build a trial; chosen: kind → component name, (name, hyperparameters), or a list of these."""
        task = task or self.task
        recipe = baseline(task, self)
        for kind, wanted in chosen.items():
            settings = []
            for one in wanted if isinstance(wanted, list) else [wanted]:
                name, values = one if isinstance(one, tuple) else (one, {})
                settings.append(Setting.of(self.component(kind, name), values))
            recipe = recipe.replaced(kind, tuple(settings))
        return Trial(task.name, task.version, recipe, seed, epochs, task.batch_size, precision, "cpu", streams)

    def ran(self, *, session=None, **chosen):
        """Run a trial; return its ending and what probes found."""
        return (session or self.session).run(self.trial(**chosen))

    def run(self, **chosen):
        """Run a trial; return its ending."""
        return self.ran(**chosen).ending


@pytest.fixture
def bench(bundled):
    return Bench(bundled)
