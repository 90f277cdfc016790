"""One thread for everybody, and a table of ratios at the end of the run."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

import pytest

from benchsuite.engine.device import Device, configure

tf = configure(Device("cpu"))
# TensorFlow reads XLA_FLAGS once, at its first compilation: after this one, what JAX is told does not reach our programs.
tf.function(lambda x: x + 1, jit_compile=True)(tf.constant(0))
os.environ["NPROC"] = "1"  # JAX' thread pool
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

from benchmarks.ours import Ours, build  # noqa: E402
from benchsuite.registry import PluginSearch, Registry, load_registry  # noqa: E402

TABLE = pytest.StashKey[dict[str, list[str]]]()
HEADINGS = {
    "steps": (
        "Milliseconds a step: fastest round; in brackets the median of the ratios within each round.",
        f"{'task':16} {'ours':>9} {'fit':>9} {'fit ÷ ours':>16} {'wanted':>7} {'JAX':>9} {'ours ÷ JAX':>16} {'wanted':>7}",
    ),
    "reset": ("Milliseconds of a reset.", f"{'task':16} {'median':>9} {'slowest':>9} {'wanted':>7}"),
    "optimizers": (
        "A step of an MLP of a million parameters, batch 64: milliseconds at best, time ÷ sgd's, bytes of state a parameter.",
        f"{'optimizer':20} {'best':>8} {'median ÷':>9} {'mean ÷':>9} {'bytes':>9}",
    ),
    "random layers": (
        "A step with a random layer on both hidden layers ÷ a step without: fastest rounds; in brackets the median within rounds.",
        f"{'network':12} {'layer':16} {'best ms':>9} {'÷ none':>16} {'wanted':>8}",
    ),
    "streaming": (
        "An epoch and its evaluation with staged data ÷ with resident data: fastest rounds; in brackets the median within rounds.",
        f"{'task':16} {'chunks':8} {'best ms':>9} {'÷ resident':>16} {'wanted':>8}",
    ),
    "share": ("Share of a study's time that is neither compile, train nor evaluate.", ""),
}


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry(PluginSearch(local=False))


@pytest.fixture(scope="session")
def built(registry: Registry) -> Callable[[str], Ours]:
    """Return a function that builds a task's program, once."""
    return cache(lambda name: build(name, registry))


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return a function that adds a line to a part of the closing table."""

    def add(part: str, line: str) -> None:
        request.config.stash[TABLE].setdefault(part, []).append(line)

    return add


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLE] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for part, headings in HEADINGS.items():
        lines = config.stash[TABLE].get(part)
        if lines:
            terminalreporter.section(part)
            for line in (*filter(None, headings), *lines):
                terminalreporter.write_line(line)
