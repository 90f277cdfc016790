"""What every test shares: one thread for each process, the bundled registry, and hypothesis without chance, deadlines or files."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from benchsuite.engine.device import Device, environment
from benchsuite.engine.surroundings import become
from benchsuite.processes import without_collecting
from benchsuite.registry import Registry
from tests import bytecode, compiled_code, processor_time

# Before any test imports TensorFlow: the same surroundings as a worker has. JAX, the other side of some comparisons, on the CPU too.
become(environment(Device("cpu")))
os.environ.setdefault("JAX_PLATFORMS", "cpu")

# Who wrote a plugin here and tries its test has pytest alone: `make run` installs nothing for developers.
with contextlib.suppress(ModuleNotFoundError):
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "suite",
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=60,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    settings.load_profile("suite")

# Each call of the command line in a test would put all verbs with all their options together anew: a sixteenth of a second.
typer.main.get_command = functools.cache(typer.main.get_command)

# Tracing makes millions of objects, few of which are garbage: to look for it each 700 took a tenth of the time.
gc.set_threshold(50_000, 20, 100)

CACHE = "BENCHSUITE_CACHE"


def pytest_configure(config: pytest.Config) -> None:
    """Measure what each test costs, where asked; and have one cache for all processes of this run."""
    if path := os.environ.get(processor_time.VARIABLE):
        config.pluginmanager.register(processor_time.Costs(path))
    if not hasattr(config, "workerinput"):  # those of xdist inherit it
        os.environ[CACHE] = str(compiled_code.begin())
        bytecode.of_the_product()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Keep what was compiled for the next run."""
    if not hasattr(config, "workerinput"):
        compiled_code.end(Path(os.environ.pop(CACHE)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes more than there are cores: some tests always wait, for a limit, a signal or a process that goes."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Compile files of tests once, each of several processes its share."""
    config = session.config
    with bytecode.kept(), without_collecting():
        if (here := getattr(config, "workerinput", None)) and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
            with contextlib.suppress(ImportError, TypeError):
                bytecode.share_files(config, int(here["workerid"].removeprefix("gw")), here["workercount"])
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end it would keep one process busy while the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: nobody looks at it for garbage."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _compiled_code() -> None:
    """What some process of this run, or of an earlier one, has compiled is not compiled again."""
    compiled_code.use()


@pytest.fixture(scope="module", autouse=True)
def _little_to_collect() -> Iterator[None]:
    """Free what a module leaves, and have no later collection look at what stays: it would at millions of objects each time."""
    yield
    if "tensorflow" in sys.modules:
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session")
def bundled() -> Registry:
    """Everything that ships; not to be changed by a test."""
    from tests.bundled import REGISTRY

    return REGISTRY
