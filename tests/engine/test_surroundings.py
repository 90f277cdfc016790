"""What reaches a process that trains: of the user's switches only those that cannot change a number, and no configuration file."""

import json
import os
import subprocess
import sys

import pytest

from benchsuite.engine.surroundings import CLEARED_OF_PYTHON, FIXED, ignored, worker_environment

SWITCHES = [
    *("TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS", "TF_USE_LEGACY_KERAS", "TF_CUDNN_DETERMINISTIC", "TF2_BEHAVIOR"),
    *("XLA_FLAGS", "XLA_PYTHON_CLIENT_PREALLOCATE", "MLIR_ENABLE_DUMP", "KERAS_MAX_EPOCHS", "KERAS_NNX_ENABLED"),
    *("ONEDNN_MAX_CPU_ISA", "DNNL_DEFAULT_FPMATH_MODE", "OMP_SCHEDULE", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"),
    *("MKL_CBWR", "MKL_DEBUG_CPU_TYPE", "OPENBLAS_VERBOSE", "GOTO_NUM_THREADS", "NPY_DISABLE_CPU_FEATURES"),
    *("NVIDIA_TF32_OVERRIDE", "CUBLAS_WORKSPACE_CONFIG", "CUDNN_LOGINFO_DBG"),
]  # fmt: skip


@pytest.mark.parametrize("name", [*SWITCHES, *CLEARED_OF_PYTHON, "LC_NUMERIC", "LC_CTYPE", "GLIBC_TUNABLES"])
def test_a_switch_reaches_no_worker(name):
    assert name not in worker_environment({name: "1", "PATH": "/bin"})


@pytest.mark.parametrize("name", FIXED)
def test_what_matters_is_set_whatever_the_user_says(name):
    assert worker_environment({name: "17"})[name] == FIXED[name] != "17"


def test_all_else_is_the_users():
    kept = {
        "PATH": "/bin", "HOME": "/home/someone", "PYTHONPATH": "/code", "VIRTUAL_ENV": "/env", "LD_LIBRARY_PATH": "/lib",
        "KERAS_HOME": "/data", "BENCHSUITE_CACHE": "/cache", "TF_CPP_MIN_LOG_LEVEL": "0", "OPENBLAS_CORETYPE": "Haswell",
        "CUDA_VISIBLE_DEVICES": "1", "CUDA_HOME": "/cuda", "LANG": "de_DE.UTF-8", "TF_VAR_region": "somewhere",
        "OMPI_COMM_WORLD_RANK": "0", "SLURM_JOB_ID": "7",
    }  # fmt: skip
    assert worker_environment(kept) == {**kept, **FIXED}


def test_of_xla_flags_only_the_place_of_cuda_is_kept():
    given = {
        "XLA_FLAGS": "--xla_cpu_enable_fast_math=true --xla_gpu_cuda_data_dir=/opt/cuda --xla_gpu_autotune_level=0"
    }
    assert worker_environment(given)["XLA_FLAGS"] == "--xla_gpu_cuda_data_dir=/opt/cuda"


def test_the_device_has_the_last_word():
    there = worker_environment({"CUDA_VISIBLE_DEVICES": "0,1"}, {"CUDA_VISIBLE_DEVICES": "1"})
    assert there["CUDA_VISIBLE_DEVICES"] == "1"


def test_what_is_ignored_is_told():
    given = {
        "XLA_FLAGS": "--x", "TF_ENABLE_ONEDNN_OPTS": "0", "OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "1",
        "KERAS_HOME": "/data", "TF_CPP_MIN_LOG_LEVEL": "3", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "3", "PATH": "/bin",
    }  # fmt: skip
    assert ignored(given) == ["OMP_NUM_THREADS", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS"]
    assert ignored(worker_environment(given)) == []


SCRIPT = """
import json, os, sys, warnings
import benchsuite.execution.worker  # what a worker imports before its first line
from benchsuite.engine.device import Device, configure
assert not {"tensorflow", "keras"} & set(sys.modules), "too early: they read their switches when imported"
configure(Device("cpu"))
imported = sorted({"jax", "matplotlib", "pandas", "scipy", "sklearn"} & set(sys.modules))
import sklearn.base, matplotlib.figure  # a plugin's or a task's
import keras
warnings.warn("none of ours")
print(json.dumps({
    "configuration": [keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format(), keras.config.backend(),
                      keras.config.dtype_policy().name, keras.config.max_epochs()],
    "environment": dict(os.environ),
    "imported": imported,
    "downloads": keras.utils.get_file("known.txt", "file:///nowhere", cache_subdir="datasets"),
}))
"""

REFUSED = '{"floatx": "float8"}'
STRANGE = '{"floatx": "float64", "epsilon": 0.5, "backend": "jax", "image_data_format": "channels_first"}'


@pytest.mark.slow
@pytest.mark.parametrize("content", [STRANGE, REFUSED])
def test_keras_has_one_configuration_whatever_its_file_says(content, tmp_path):
    (tmp_path / "keras.json").write_text(content, encoding="utf-8")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "known.txt").write_text("downloaded before", encoding="utf-8")
    hostile = {
        "KERAS_HOME": str(tmp_path),
        "KERAS_MAX_EPOCHS": "1",
        "XLA_FLAGS": "--no_such=1",
        "PYTHONWARNINGS": "error",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, env={**os.environ, **hostile}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["configuration"] == ["float32", 1e-7, "channels_last", "tensorflow", "float32", None]
    assert told["environment"]["KERAS_HOME"] == str(tmp_path)
    assert not {"XLA_FLAGS", "KERAS_MAX_EPOCHS", "PYTHONWARNINGS"} & told["environment"].keys()
    assert told["imported"] == []
    assert told["downloads"] == str(tmp_path / "datasets" / "known.txt")
    assert (tmp_path / "keras.json").read_text(encoding="utf-8") == content


VERB = """
import sys
from benchsuite.engine import surroundings
def spy(environment):
    print("numpy" in sys.modules)
    raise SystemExit(0)
surroundings.become = spy
from benchsuite.cli import main
sys.argv = ["benchsuite", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize(
    "verb", [["check", "adam"], ["lr-range", "digits_mlp", "adam"], ["trace", "saddle"], ["certify"]]
)
def test_verbs_that_compute_settle_before_numpy_is_there(verb):
    done = subprocess.run([sys.executable, "-c", VERB, *verb], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr
