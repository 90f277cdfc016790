"""Devices: what a user may name, what a worker's process is told, and running where one is told."""

import subprocess
import sys

import pytest

from benchsuite.engine import device as module
from benchsuite.engine.device import Device, environment, variables
from benchsuite.engine.surroundings import FOR_GPUS, SWITCH
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


def test_gpus_are_those_that_are_visible_or_else_those_of_the_driver(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "Path", lambda _: tmp_path / "gpus")
    for visible, count in (("", 0), ("-1", 0), ("3,5", 2), ("GPU-1a, ", 1)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert module.count_gpus() == count
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert module.count_gpus() == 0
    for address in ("0000:04:00.0", "0000:05:00.0"):
        (tmp_path / "gpus" / address).mkdir(parents=True)
    assert module.count_gpus() == 2


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


def test_what_xla_is_told_for_gpus_reaches_them_alone_and_leaves_the_folder_of_cuda(monkeypatch):
    monkeypatch.setattr(module, "count_gpus", lambda: 1)
    monkeypatch.setenv("XLA_FLAGS", "--xla_gpu_enable_triton_gemm=true --xla_gpu_cuda_data_dir=/opt/cuda")
    given = environment(Device.parse("gpu:0"))
    assert given["XLA_FLAGS"] == f"--xla_gpu_cuda_data_dir=/opt/cuda {FOR_GPUS}"
    monkeypatch.setenv("XLA_FLAGS", given["XLA_FLAGS"])  # a worker makes its environment of the one that it was given
    assert environment(Device.parse("gpu:0"))["XLA_FLAGS"] == given["XLA_FLAGS"]
    assert environment(Device("cpu"))["XLA_FLAGS"] == "--xla_gpu_cuda_data_dir=/opt/cuda"
    assert [environment(Device(kind))[SWITCH][-3:] for kind in ("cpu", "gpu")] == ["CPU", "GPU"]


def test_xla_knows_what_it_is_told_for_gpus():
    script = "import tensorflow as tf; print(tf.function(lambda x: x + 1, jit_compile=True)(1.0).numpy())"
    told = environment(Device("gpu")) | {"CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=told)
    assert done.stdout == "2.0\n", done.stderr  # with an unknown flag, or value of one, TensorFlow ends the process


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
