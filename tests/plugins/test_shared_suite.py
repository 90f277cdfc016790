"""Every registered component and claim and every quick task keeps every promise; a new plugin is tested the moment it exists.

Training every task would take longer than all other tests together: those of the other tiers are held to their
certificates in test_certificates.py.
"""

import dataclasses

import pytest

from benchsuite.components import RECIPE_KINDS
from benchsuite.conformance import checked, course
from benchsuite.conformance.tried_on import tiny_tasks_for
from tests.bundled import REGISTRY

EVERY = [(kind, name) for kind in (*RECIPE_KINDS, "tuner", "task", "claim") for name in REGISTRY.names(kind)]
TRIED = [(kind, name) for kind, name in EVERY if kind != "task" or REGISTRY.task(name).tier == "quick"]
FED_OTHER_NUMBERS = [
    ("optimizer", "adam"),
    ("regularization", "dropout"),
    ("normalization", "batch"),
    ("loss", "huber"),
]
"""Each takes a second program; what of all others can be fed is tried without one, and held in engine/fed/test_bundled.py."""


def test_nothing_that_ships_is_broken():
    assert [(plugin.name, plugin.reason) for plugin in REGISTRY.broken] == []


@pytest.fixture(autouse=True)
def graphs(monkeypatch):
    """Train all as graphs: each is tried under XLA elsewhere, by test_unchanged.py, and optimizers by test_every_optimizer.py.

    To compile them takes longer than all that is tried here.
    """

    def as_graphs(component, registry):
        return [dataclasses.replace(task, xla=False) for task in tiny_tasks_for(component, registry)]

    monkeypatch.setattr(course, "tiny_tasks_for", as_graphs)


@pytest.mark.parametrize(("kind", "name"), TRIED, ids=[f"{kind}-{name}" for kind, name in TRIED])
def test_it_keeps_every_promise(kind, name):
    broken = [
        (finding.promise, finding.problem, finding.traceback)
        for finding in checked(REGISTRY, kind, name, other_numbers=(kind, name) in FED_OTHER_NUMBERS)
        if finding.problem
    ]
    assert broken == []


@pytest.mark.parametrize(("kind", "name"), EVERY, ids=[f"{kind}-{name}" for kind, name in EVERY])
def test_it_has_a_file_of_its_name_and_says_where_it_comes_from(kind, name):
    entry = REGISTRY.entry(kind, name)
    module = entry.plugin.name.rsplit(".", 1)[1]
    assert name == module or name.startswith(f"{module}_")  # a family shares a file
    assert (entry.plugin.module.__doc__ or "").strip()
    if kind == "task":
        assert entry.component.license
        assert entry.component.citation
        assert entry.component.source or entry.component.license == "generated"
        assert len(entry.component.targets) >= 3
    elif kind == "claim":
        assert entry.component.source
        assert entry.component.depends
    elif name not in ("none", "constant"):
        assert entry.component.reference
