"""What every test shares: one thread for each process, the bundled registry, and hypothesis without chance, deadlines or files."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from benchsuite.engine.device import Device, environment
from benchsuite.engine.surroundings import become
from benchsuite.registry import PluginSearch, Registry, load_registry
from tests import processor_time

# Before any test imports TensorFlow: the same surroundings as a worker has. JAX, the other side of some comparisons, on the CPU too.
become(environment(Device("cpu")))
os.environ.setdefault("JAX_PLATFORMS", "cpu")

settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Measure what each test costs, where asked."""
    if path := os.environ.get(processor_time.VARIABLE):
        config.pluginmanager.register(processor_time.Costs(path))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end it would keep one process busy while the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is remembered of plugins is remembered for these tests alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHSUITE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def bundled() -> Registry:
    """Everything that ships; not to be changed by a test."""
    return load_registry(PluginSearch(local=False))
