"""Devices: what a user may name, what a worker's process is told, and running where one is told."""

import subprocess
import sys

import pytest

from benchsuite.engine import device as module
from benchsuite.engine.device import Device, environment, variables
from benchsuite.errors import BenchsuiteError


@pytest.mark.parametrize("text", ["tpu", "cpu:0", "gpu:", "gpu:x", ""])
def test_other_names_are_refused(text):
    with pytest.raises(BenchsuiteError, match=r"--device must be cpu, gpu or gpu:N\. Received: "):
        Device.parse(text)


def test_a_missing_gpu_is_told(monkeypatch):
    monkeypatch.setattr(module, "count_gpus", lambda: 0)
    with pytest.raises(BenchsuiteError, match="no NVIDIA GPU was found"):
        Device.parse("gpu")
    monkeypatch.setattr(module, "count_gpus", lambda: 2)
    with pytest.raises(BenchsuiteError, match="this machine has GPUs 0 to 1"):
        Device.parse("gpu:2")


def test_gpus_are_dealt_out_one_to_each_worker(monkeypatch):
    monkeypatch.setattr(module, "count_gpus", lambda: 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    device = Device.parse("gpu")
    assert device.workers() == 2
    seen = [environment(device.of_worker(worker))["CUDA_VISIBLE_DEVICES"] for worker in range(4)]
    assert seen == ["0", "1", "0", "1"]
    assert environment(device.of_worker(1))["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


def test_visible_devices_are_respected(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    device = Device.parse("gpu")
    assert [environment(device.of_worker(worker))["CUDA_VISIBLE_DEVICES"] for worker in range(2)] == ["3", "5"]
    assert "CUDA_VISIBLE_DEVICES" not in variables(device)  # all of them stay visible


def test_cpu_workers_hide_gpus_and_have_one_thread():
    there = environment(Device("cpu"))
    assert there["CUDA_VISIBLE_DEVICES"] == "-1"
    assert there["TF_NUM_INTRAOP_THREADS"] == there["OMP_NUM_THREADS"] == "1"


SCRIPT = """
from benchsuite.engine.device import Device, configure
tf = configure(Device("cpu"))
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from benchsuite.engine.session import Session
from benchsuite.selection import baseline
from benchsuite.registry import load_registry
from benchsuite.trial import Trial
registry = load_registry()
task = registry.task("noisy_quadratic")
trial = Trial(task.name, task.version, baseline(task, registry), 0, 2, task.batch_size)
curves = []
for device in ("/CPU:0", "/CPU:1"):
    session = Session(registry, registry.task, device)
    run = session.run(trial).ending
    assert run.outcome == "completed", run.reason
    (program,) = session._programs.values
    for variable in (*program.network.model.variables, *program.optimizer.made.variables):
        assert variable.value.device.endswith("CPU:" + device[-1]), variable.value.device
    curves.append(run.curves)
assert curves[0] == curves[1]
print("equal on both")
"""


def test_a_session_stays_on_its_device():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "equal on both" in done.stdout
