"""How many workers share a GPU: what the driver is asked, what its answer means, and the rule."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from benchsuite.cli import run as run_verb
from benchsuite.engine import cards, device
from benchsuite.engine.cards import CONTEXT, GIB, MIB, SHARES, USED, limit_of, read_memory, share_of, workers_of
from benchsuite.engine.device import Device
from benchsuite.study import Execution, Invocation, Study

TOLD = """\
0, GPU-5c1d7b8a-0000-1111-2222-333344445555, 143156
1, GPU-5c1d9999-0000-1111-2222-333344445555, 40000
"""
H200 = 143156 * MIB


@pytest.mark.parametrize(
    ("visible", "found"),
    [
        (None, [143156, 40000]),
        ("1", [40000]),
        ("1,0", [40000, 143156]),
        ("GPU-5c1d9", [40000]),
        ("GPU-5c1d", None),  # either
        ("MIG-5c1d7b8a", None),
        ("7", None),
        ("0,-1,1", [143156]),
        ("", None),
    ],
)
def test_the_visible_cards_are_read(visible, found):
    assert read_memory(TOLD, visible) == (found and [each * MIB for each in found])


@pytest.mark.parametrize("told", ["", "No devices were found\n", "0, GPU-1, [N/A]\n", "0, GPU-1, 12 MiB\n", "a\nb,c\n"])
def test_where_the_driver_does_not_tell_nobody_knows(told):
    assert read_memory(told, None) is None


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (SimpleNamespace(returncode=0, stdout=TOLD), [H200, 40000 * MIB]),
        (SimpleNamespace(returncode=9, stdout=TOLD), None),
        (OSError("no such file"), None),
        (subprocess.TimeoutExpired("nvidia-smi", 20), None),
    ],
)
def test_a_driver_that_fails_or_hangs_stops_nobody(monkeypatch, answer, found):
    def asked(command, **options):
        assert command[0] == "nvidia-smi"
        assert options["timeout"] <= 20
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(cards.shutil, "which", {"nvidia-smi": "/usr/bin/nvidia-smi"}.get)
    monkeypatch.setattr(cards.subprocess, "run", asked)
    assert cards.free_memory() == found
    monkeypatch.setattr(cards.shutil, "which", {}.get)
    assert cards.free_memory() is None


def test_the_largest_share_counts_and_a_large_task_gets_a_card():
    assert share_of([]) == share_of(["quick", "full"]) == SHARES["quick"]
    assert share_of(["quick", "standard"]) == SHARES["standard"]
    assert share_of(["quick", "large"]) is None


@pytest.mark.parametrize(
    ("free", "count", "cores", "share", "workers"),
    [
        ([H200], 1, 16, 4 * GIB, 16),  # 26 shares, 16 cores
        ([H200], 1, 64, 4 * GIB, 26),
        ([H200], 1, 16, 16 * GIB, 7),
        ([H200], 1, 16, None, 1),
        ([H200, 24 * GIB], 2, 16, 4 * GIB, 8),  # dealt out in turn: the smaller one counts
        ([3 * GIB], 1, 16, 4 * GIB, 1),
        ([H200], 1, 1, 4 * GIB, 1),
        ([H200] * 4, 4, 2, 4 * GIB, 4),
        (None, 3, 16, 4 * GIB, 3),
    ],
)
def test_as_many_as_have_a_share_and_a_core(free, count, cores, share, workers):
    assert workers_of(free, count, cores, share) == workers


def test_all_limits_together_fit_on_the_card():
    for workers in range(2, 40):
        limit = limit_of([H200], 1, workers)
        assert workers * (limit + CONTEXT) <= USED * H200
    assert limit_of([H200], 1, workers_of([H200], 1, 64, SHARES["quick"])) >= SHARES["quick"]
    assert limit_of([H200, H200], 2, 3) == limit_of([H200], 1, 2)
    assert limit_of([H200], 1, 1) == limit_of([H200, H200], 2, 2) == limit_of(None, 1, 9) == 0


def _prepared(monkeypatch, bundled, free, **execution):
    monkeypatch.setattr(device, "count_gpus", lambda: 1)
    monkeypatch.setattr(device, "free_memory", lambda: free)
    monkeypatch.setattr(device, "usable_processors", lambda: 16)
    tasks = execution.pop("tasks", ("digits_mlp",))
    study = Study(task=tasks, device="gpu", seeds=1)
    _, options = run_verb.prepare(study, Execution(**execution), Invocation(no_local=True), bundled)
    return options.workers, options.memory_bytes


def test_a_run_shares_the_card(monkeypatch, bundled):
    limit = limit_of([H200], 1, 16)
    assert _prepared(monkeypatch, bundled, [H200]) == (16, limit)
    assert _prepared(monkeypatch, bundled, [H200], workers=3) == (3, limit_of([H200], 1, 3))
    assert _prepared(monkeypatch, bundled, [H200], memory=30.0) == (4, 30 * GIB)
    assert _prepared(monkeypatch, bundled, [H200], tasks=("gpt2_124m",)) == (1, 0)
    assert _prepared(monkeypatch, bundled, None) == (1, 0)


def test_one_card_of_several_is_looked_at_alone(monkeypatch):
    monkeypatch.setattr(device, "free_memory", lambda: [GIB, H200])
    assert Device("gpu", 1)._free() == [H200]


def test_workers_that_share_a_card_time_no_steps(monkeypatch):
    monkeypatch.setattr(device, "count_gpus", lambda: 2)
    assert [Device("gpu").shared(workers) for workers in (1, 2, 3)] == [False, False, True]
    assert [Device("gpu", 1).shared(workers) for workers in (1, 2)] == [False, True]
    assert not Device("cpu").shared(50)


def test_doctor_says_how_a_card_is_shared(monkeypatch):
    from benchsuite.cli import doctor

    monkeypatch.setattr(device, "count_gpus", lambda: 1)
    monkeypatch.setattr(device, "free_memory", lambda: [20 * GIB])
    monkeypatch.setattr(device, "usable_processors", lambda: 16)
    assert doctor._cards() == "1 GPU: 3 workers for the quick tasks, 5.3 GiB for each"
    monkeypatch.setattr(device, "free_memory", lambda: None)
    assert doctor._cards() == "1 GPU: 1 worker for the quick tasks"


SCRIPT = """
import os, sys
from types import SimpleNamespace
said = []
gpu = "gpu"
config = SimpleNamespace(
    list_physical_devices=lambda kind: [gpu],
    LogicalDeviceConfiguration=lambda memory_limit: memory_limit,
    set_logical_device_configuration=lambda one, limits: said.append(("limit", one, *limits)),
    experimental=SimpleNamespace(
        set_memory_growth=lambda *given: said.append(("growth", *given)), enable_op_determinism=lambda: None
    ),
)
sys.modules["keras"] = sys.modules["tensorflow"] = SimpleNamespace(config=config)
from benchsuite.engine import device
device.settle_keras = lambda: None
device.configure(device.Device("gpu", 0), 5 * 2**30)
assert said == [("growth", gpu, True), ("limit", gpu, 5120)], said
assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
said.clear()
device.configure(device.Device("gpu", 0))
assert said == [("growth", gpu, True)], said
"""


def test_tensorflow_is_told_the_limit():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
