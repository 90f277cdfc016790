"""What surrounds a process that trains: environment variables, and the configuration that Keras reads from a file.

The numbers of a trial depend on its id and nothing else. So nothing that TensorFlow, XLA, oneDNN, NumPy's BLAS or Keras
read from the user's surroundings reaches them: of all variables whose names begin like theirs only a few are kept that
cannot change a number, and what matters is set. What cannot be set is told by :mod:`benchsuite.engine.numerics`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchsuite.hidden_modules import hidden

CLEARED = (
    # TensorFlow, XLA, what they are built on, and Keras
    *("TF_", "TF2_", "TSL_", "XLA_", "PJRT_", "MLIR_", "LLVM_", "AUTOGRAPH_", "KERAS_"),
    # kernels on the CPU, and their threads
    *("DNNL_", "ONEDNN_", "OMP_", "GOMP_", "KMP_"),
    # NumPy, its BLAS, and which instructions they choose
    *("OPENBLAS_", "GOTO_", "BLIS_", "MKL_", "VECLIB_", "NPY_", "NUMPY_"),
    # kernels on a GPU
    *("CUDNN_", "CUBLAS_", "CUDA_LAUNCH_", "NVIDIA_TF32_"),
    # the locale, and which instructions the C library chooses
    *("LC_", "GLIBC_TUNABLES"),
)
"""How the names of the variables begin that never reach a worker."""

CLEARED_OF_PYTHON = (
    "LANGUAGE",
    "PYTHONCOERCECLOCALE",
    "PYTHONDEBUG",
    "PYTHONDEVMODE",
    "PYTHONIOENCODING",
    "PYTHONOPTIMIZE",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
)
"""Those that change how Python runs a program rather than where it finds one."""

KEPT = (
    "TF_CPP_MIN_LOG_LEVEL",  # how much is printed
    "TF_CPP_MAX_VLOG_LEVEL",
    "TF_CLI_",  # Terraform's, not TensorFlow's
    "TF_VAR_",
    "KERAS_HOME",  # where downloaded data lie; the configuration in that folder is overruled
    "OPENBLAS_CORETYPE",  # on some processors OpenBLAS crashes without it; it is part of the numerics fingerprint
)
"""Exceptions: none of these changes a number, or it cannot be done without."""

SWITCH = "TF_XLA_FLAGS"
MEMORY = "ram://benchsuite-compiled"
"""A folder in the memory of a process, as TensorFlow's own file system has it: there XLA puts compiled code, and finds it."""
SET, SET_FOR_GPUS = (
    f"--tf_xla_persistent_cache_directory={MEMORY} --tf_xla_persistent_cache_device_types={kind}"
    for kind in ("CPU", "GPU")
)
FOR_GPUS = " ".join(
    (
        # Which kernel a product gets is otherwise measured, and to be deterministic is not: then all have tiles of 16 × 8 numbers,
        # ten times too slow for a large one. cuBLAS chooses by a rule.
        "--xla_gpu_enable_triton_gemm=false",
        # A whole training loop is one CUDA graph where it can be: nobody waits for the processor between steps or kernels.
        "--xla_gpu_enable_command_buffer=FUSION,CUBLAS,CUBLASLT,CUDNN,CUSTOM_CALL,DYNAMIC_SLICE_FUSION,CONDITIONAL,WHILE",
        "--xla_gpu_graph_min_graph_size=1",
    )
)
"""What XLA is told where it compiles for a GPU."""

FIXED = {
    # One thread for each worker: deterministic for any number of workers, and faster than two threads on small networks.
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "KERAS_BACKEND": "tensorflow",
    # Always, so that code takes the same way whether any of it is kept on the disk or not.
    SWITCH: SET,
    # These three count only where they are there before the interpreter starts.
    "LC_ALL": "C",  # with UTF-8 whatever the locale; messages of the operating system in English, as in any other record
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
}
"""What every worker has."""

UNUSED = ("jax", "matplotlib", "pandas", "scipy", "sklearn")
"""What TensorFlow and Keras import where it is installed, for converters, galleries, tables and wrappers that no trial has.

A third of a worker's start. They do without it where it is missing, so they find it missing; whoever asks afterwards has it.
"""

_CUDA_FOLDER = re.compile(r"--xla_gpu_cuda_data_dir=\S+")


def worker_environment(given: Mapping[str, str], of_device: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment of a process that trains, made of the user's: for whoever starts one.

    Args:
        given: The user's environment.
        of_device: What the device adds, see :func:`benchsuite.engine.device.variables`. Left out by who starts a worker:
            a worker finds its own device, and sees which there are.
    """
    kept = {name: value for name, value in given.items() if not _is_cleared(name)}
    # The one switch of XLA that says where a file lies: without it a CUDA in an unusual folder is not found.
    folder = _CUDA_FOLDER.search(given.get("XLA_FLAGS", ""))
    device = dict(of_device or {})
    flags = " ".join(filter(None, (folder[0] if folder else "", device.pop("XLA_FLAGS", ""))))
    ours = {"TF_CPP_MIN_LOG_LEVEL": given.get("TF_CPP_MIN_LOG_LEVEL", "2")} | ({"XLA_FLAGS": flags} if flags else {})
    return {**kept, **FIXED, **ours, **device}


def _is_cleared(name: str) -> bool:
    return name in CLEARED_OF_PYTHON or (name.startswith(CLEARED) and not name.startswith(KEPT))


def ignored(given: Mapping[str, str]) -> list[str]:
    """Return the names of the user's variables that reach no worker or have another value there, in order.

    The locale and Python's own are not among them: everybody has some, and nobody expects them to change a number.
    """
    there = worker_environment(given)
    switches = (name for name in given if name.startswith(CLEARED) and not name.startswith("LC_"))
    return sorted(name for name in switches if there.get(name) != given[name])


def become(environment: Mapping[str, str]) -> None:
    """Give this process that environment: before TensorFlow, Keras and NumPy are imported, which read it only then."""
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)
    if sys.warnoptions:  # a user's -W error or PYTHONWARNINGS=error would make a library's warning a trial's crash
        import warnings

        warnings.resetwarnings()
        sys.warnoptions.clear()


@contextmanager
def without_keras_file() -> Iterator[None]:
    """Import TensorFlow and Keras in here: neither sees the user's ``keras.json``, whatever it says, nor writes one.

    Both read it while they are imported, and one that they do not understand ends the import. Afterwards Keras keeps
    what it downloads where it would have kept it.
    """
    if "keras" in sys.modules:
        yield
        return
    given = os.environ.get("KERAS_HOME")
    with TemporaryDirectory(prefix="benchsuite-") as empty, hidden(UNUSED):
        os.environ["KERAS_HOME"] = empty
        try:
            yield
            from keras.src.backend import config  # the only way to name the folder once it is imported
        finally:
            del os.environ["KERAS_HOME"]
            if given is not None:
                os.environ["KERAS_HOME"] = given
    home = Path.home() if os.access(Path.home(), os.W_OK) else Path("/tmp")  # as Keras has it
    config._KERAS_DIR = given or str(home / ".keras")


def settle_keras() -> None:
    """Give Keras the configuration that every trial has, also where it was imported before."""
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy("float32")
