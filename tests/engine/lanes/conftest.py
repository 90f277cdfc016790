"""Lanes are compiled by XLA; so is the trial alone that they are compared with."""

import pytest


@pytest.fixture
def bench(bench):
    bench.set_xla(True)
    return bench
