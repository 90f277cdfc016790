"""The state of a process that its next trial would meet: what a trial must leave as it found it.

Nothing is put back: whatever differs, a fresh process is surer. Seeds of Python, NumPy, Keras and TensorFlow do not belong
to it, since no number depends on them.
"""

from __future__ import annotations

import ctypes
import decimal
import faulthandler
import gc
import locale
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from benchsuite.engine.identities import Identities
from benchsuite.processes import signal_name

LONGEST = 160
"""Characters of what a plugin may have named, such as a variable."""
ENVIRONMENT = "the environment variable "
HOW_MUCH_IS_PRINTED = "TF_CPP_MIN_LOG_LEVEL"
"""Many set it before they import TensorFlow, and it changes no number."""


class State:
    """What this process is like now.

    Args:
        descriptors: Those that must stay as they are.
        functions: Whether the functions that it computes with count as well. Where nothing but bundled components was
            ever loaded, nobody is there who might replace one.
    """

    def __init__(self, descriptors: tuple[int, ...], functions: bool) -> None:
        self._descriptors = descriptors
        self._facts = dict(_facts(descriptors))
        self._identities = Identities() if functions else None

    def differences(self) -> tuple[str, ...]:
        """Return what is different now, each in a few words; empty if nothing is."""
        try:
            now = dict(_facts(self._descriptors))
            found = [_said(key, self._facts.get(key), now.get(key)) for key in _differing(self._facts, now)]
            found += self._identities.differences() if self._identities else []
        except Exception as error:  # whatever was done to it, it is no longer what it was
            found = [f"its state cannot be read any more ({type(error).__name__}: {error})"]
        return tuple(ascii(text)[1:-1][:LONGEST] if not text.isprintable() else text[:LONGEST] for text in found)


def _differing(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [key for key in {**before, **now} if before.get(key) != now.get(key)]


def _said(key: str, before: Any, now: Any) -> str:
    if before is None or now is None:
        return f"{key} was {'set' if before is None else 'removed'}"
    simple = all(isinstance(value, bool | int | float | str) for value in (before, now))
    if simple and not key.startswith(ENVIRONMENT):  # whose value may be a secret
        return f"{key} changed from {before} to {now}"
    return f"{key} was changed"


def _facts(descriptors: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
    """Yield name → value; what is not there has no value."""
    yield from _of_tensorflow()
    yield from _of_floats()
    yield from _of_process(descriptors)
    yield from _of_python()


def _of_tensorflow() -> Iterator[tuple[str, Any]]:
    import keras
    import tensorflow as tf
    from tensorflow.python.eager import context
    from tensorflow.python.framework import config

    yield "the dtype policy of Keras", keras.config.dtype_policy().name
    yield "floatx of Keras", keras.config.floatx()
    yield "epsilon of Keras", keras.config.epsilon()
    yield "image_data_format of Keras", keras.config.image_data_format()
    yield "the distribution of Keras", id(keras.distribution.distribution())
    yield "eager execution", tf.executing_eagerly()
    yield "running functions eagerly", tf.config.functions_run_eagerly()
    yield "op determinism", config.is_op_determinism_enabled()
    yield "compiling with XLA by default", str(tf.config.optimizer.get_jit())
    yield "the options of TensorFlow's optimizer", tuple(sorted(tf.config.optimizer.get_experimental_options().items()))
    yield "TensorFloat-32", config.tensor_float_32_execution_enabled()
    yield "soft device placement", tf.config.get_soft_device_placement()
    yield "threads within operations", tf.config.threading.get_intra_op_parallelism_threads()
    yield "threads between operations", tf.config.threading.get_inter_op_parallelism_threads()
    yield "the device of TensorFlow", context.context().device_name or "none"
    yield "a strategy of tf.distribute", tf.distribute.has_strategy()


def _of_floats() -> Iterator[tuple[str, Any]]:
    import numpy as np

    for event, reaction in np.geterr().items():
        yield f"np.seterr of {event}", reaction
    smallest = np.float32(1e-40)
    yield "denormal numbers", "kept" if smallest * np.float32(0.5) != 0 else "flushed to zero"
    yield "rounding", _rounding()
    context = decimal.getcontext()
    yield "the precision of decimal", context.prec
    yield "the rounding of decimal", context.rounding
    yield "the locale", locale.setlocale(locale.LC_ALL)


def _rounding() -> int:
    try:
        return int(ctypes.CDLL(None).fegetround())
    except (OSError, AttributeError):  # a C library that has it elsewhere
        return 0


def _of_process(descriptors: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
    for name, value in os.environ.items():
        if name != HOW_MUCH_IS_PRINTED:
            yield f"{ENVIRONMENT}{name}", value
    yield "the working folder", _or_none(os.getcwd)
    mask = os.umask(0o077)
    os.umask(mask)
    yield "the umask", mask
    for descriptor in descriptors:
        yield f"the open file of descriptor {descriptor}", _or_none(lambda number=descriptor: _file(number))  # type: ignore[misc]
    for number in signal.valid_signals():
        yield f"the handler of {signal_name(number)}", _identity(signal.getsignal(number))
    yield "the mask of signals", tuple(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
    for timer in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF"):
        yield f"the interval timer {timer}", "running" if any(signal.getitimer(getattr(signal, timer))) else "stopped"
    if sys.platform != "win32":
        import resource

        for name in dir(resource):
            if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE":  # an old name of NOFILE
                yield f"the limit {name}", resource.getrlimit(getattr(resource, name))
        yield "the priority", os.getpriority(os.PRIO_PROCESS, 0)
    if hasattr(os, "sched_getaffinity"):
        yield "the processors it may use", tuple(sorted(os.sched_getaffinity(0)))


def _file(descriptor: int) -> tuple[int, int, int]:
    import fcntl

    about = os.fstat(descriptor)
    return about.st_dev, about.st_ino, fcntl.fcntl(descriptor, fcntl.F_GETFL)


def _of_python() -> Iterator[tuple[str, Any]]:
    for name in ("stdin", "stdout", "stderr", "excepthook", "unraisablehook", "displayhook"):
        yield f"sys.{name}", _identity(getattr(sys, name))
    yield "threading.excepthook", _identity(threading.excepthook)
    yield "sys.settrace", _identity(sys.gettrace())
    yield "sys.setprofile", _identity(sys.getprofile())
    yield "the recursion limit", sys.getrecursionlimit()
    yield "the switch interval", round(sys.getswitchinterval(), 6)
    yield "garbage collection", gc.isenabled()
    yield "the thresholds of garbage collection", gc.get_threshold()
    yield "the timeout of sockets", socket.getdefaulttimeout() or 0.0
    yield "faulthandler", faulthandler.is_enabled()
    yield "a warning that is an error", any(entry[0] == "error" for entry in warnings.filters)
    for entry in (*sys.meta_path, *sys.path_hooks):
        yield f"the importer {getattr(entry, '__name__', type(entry).__name__)}", id(entry)


def _identity(value: Any) -> Any:
    """Return what stands for an object; of one that is not there, nothing."""
    return value if value is None or isinstance(value, int) else (id(value),)


def _or_none(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except OSError:
        return None
