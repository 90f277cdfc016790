"""How a soak judges: slopes with their intervals, and what processes and files are counted. The soak itself: ``python -m tests.soak``."""

from __future__ import annotations

import math
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import expand
from tests.attack.study import Study
from tests.soak.sampling import descriptors, resident, sample, threads
from tests.soak.slopes import DAY, slope
from tests.soak.study import BUNDLED, PLUGIN, PROGRAMS_AN_HOUR, study_file
from tests.soak.verdict import FLAT, table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")


def test_the_slope_is_that_of_least_squares_through_means() -> None:
    generator = np.random.default_rng(0)
    x = np.arange(640) * 5.0
    y = 100 + 0.002 * x + generator.normal(0, 1, 640)
    found = slope(x, y, 16)
    means = [(x[at : at + 40].mean(), y[at : at + 40].mean()) for at in range(0, 640, 40)]
    t, v = np.array(means).T
    b = ((t - t.mean()) * (v - v.mean())).sum() / ((t - t.mean()) ** 2).sum()
    rest = v - v.mean() - b * (t - t.mean())
    error = math.sqrt((rest**2).sum() / 14 / ((t - t.mean()) ** 2).sum())
    assert found.value == pytest.approx(b)
    assert (found.high - found.low) / 2 == pytest.approx(
        2.144787 * error, rel=1e-6
    )  # Student's t, 14 degrees of freedom


def test_the_interval_holds_the_truth_of_samples_that_hang_together() -> None:
    """A first-order process with a memory of ten samples: about 95 of 100 intervals hold the slope."""
    generator, held = np.random.default_rng(1), 0
    x = np.arange(720) * 5.0
    for _ in range(200):
        noise = np.zeros(720)
        for at, one in enumerate(generator.normal(0, 1, 720)):
            noise[at] = 0.9 * noise[at - 1] + one if at else one
        found = slope(x, 0.01 * x + noise)
        held += found.low <= 0.01 <= found.high
    assert 180 <= held <= 198


def test_what_stays_as_it_is_has_no_slope_and_of_too_little_nothing_is_told() -> None:
    assert slope(range(100), [7.0] * 100) == slope([1, 2, 3], [0.0] * 3)
    assert slope(range(100), [7.0] * 100).high == 0.0
    assert slope([1, 2], [1, 2]).high == math.inf


def test_a_process_is_measured_from_outside(tmp_path: Path) -> None:
    me = os.getpid()
    before, size, count = descriptors(me), resident(me), threads(me)
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(10)]
    held, end = np.ones(10**7), threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    assert (descriptors(me), threads(me)) == (before + 10, count + 1)
    assert resident(me) - size == pytest.approx(held.nbytes / 1e6, abs=20)
    end.set()
    thread.join()
    for one in opened:
        os.close(one)
    assert resident(2**22 + 1) == descriptors(2**22 + 1) == threads(2**22 + 1) == 0


def test_a_study_is_sampled_and_a_leak_is_told(tmp_path: Path) -> None:
    study = Study(tmp_path)
    for name in (
        "trials/ab/1.json",
        "logs/worker-0.log",
        "report/index.html",
        "trials/ab/.1.json.0123456789abcdef.part",
    ):
        (study.results / name).parent.mkdir(parents=True, exist_ok=True)
        (study.results / name).write_bytes(bytes(10**6))
    (study.temporary / "left").write_bytes(bytes(2 * 10**6))
    one = sample(study, os.getpid(), os.getpid(), 5.0)
    assert (one.records, one.strays, one.temporary_files, one.workers, one.processes) == (1, 1, 1, 0, 0)
    assert (one.temporary, one.logs) == (2.0, 1.0)
    assert len(one.row().split(",")) == len(one.head().split(","))
    steady = [replace(one, seconds=5.0 * at, main=80 + at % 3, strays=0) for at in range(720)]
    lines, broken, untold = table(steady, 2)
    assert (broken, untold) == ([], [])
    assert sum(line.endswith("| yes |") for line in lines) == len(lines) - 5
    leaking = [
        replace(sample, main=sample.main + 300 * sample.seconds / DAY, worker_descriptors=1000) for sample in steady
    ]
    _, broken, _ = table(leaking, 2)
    assert [line.split(":")[0] for line in broken] == [FLAT[0].name, "worker, descriptors"]


def test_the_study_has_work_for_as_long_as_it_takes_and_names_only_what_there_is(tmp_path: Path) -> None:
    import tomllib

    known = load_registry(PluginSearch((str(PLUGIN),), local=False))
    for minutes, least in ((3, 400), (60, 10_000)):
        given = tomllib.loads(study_file(minutes))
        assert {selection.partition("[")[0] for selection in given["optimizer"]} == {*BUNDLED, *PROGRAMS_AN_HOUR}
        settings = [len(expand("optimizer", [selection], known)) for selection in given["optimizer"]]
        assert sum(settings) * given["seeds"] * len(given["task"]) > least
