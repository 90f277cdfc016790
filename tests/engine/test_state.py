"""Whatever a trial could leave changed is found and said in plain words; what bundled components do is no change."""

from __future__ import annotations

import ctypes
import decimal
import gc
import os
import resource
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchsuite.engine.session import Session
from benchsuite.engine.state import LONGEST, State
from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.registry import Registry
from benchsuite.selection import baseline, expand
from benchsuite.trial import Trial

Undo = Callable[[], object]


def of_keras(name: str, value: Any) -> Undo:
    import keras

    before = getattr(keras.config, name)()
    getattr(keras.config, f"set_{name}")(value)
    return lambda: getattr(keras.config, f"set_{name}")(before)


def eagerly() -> Undo:
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    return lambda: tf.config.run_functions_eagerly(False)


def in_a_graph() -> Undo:
    """As after ``tf.compat.v1.disable_eager_execution``, which cannot be undone."""
    import tensorflow as tf

    stack = ExitStack()
    stack.enter_context(tf.Graph().as_default())
    return stack.close


def on_a_device() -> Undo:
    import tensorflow as tf

    stack = ExitStack()
    stack.enter_context(tf.device("/CPU:0"))
    return stack.close


def with_jit() -> Undo:
    import tensorflow as tf

    tf.config.optimizer.set_jit("autoclustering")
    return lambda: tf.config.optimizer.set_jit(False)


def set_variable(name: str, value: str) -> Undo:
    os.environ[name] = value
    return lambda: os.environ.pop(name)


def in_folder() -> Undo:
    before = os.getcwd()
    os.chdir("/")
    return lambda: os.chdir(before)


def umask() -> Undo:
    before = os.umask(0o777)
    return lambda: os.umask(before)


def handler() -> Undo:
    before = signal.signal(signal.SIGUSR2, lambda *_: None)
    return lambda: signal.signal(signal.SIGUSR2, before)


def mask() -> Undo:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    return lambda: signal.pthread_sigmask(signal.SIG_SETMASK, before)


def timer(which: str) -> Undo:
    signal.setitimer(getattr(signal, which), 1000.0)
    return lambda: signal.setitimer(getattr(signal, which), 0.0)


def limit() -> Undo:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def rounding() -> Undo:
    library = ctypes.CDLL(None)
    upward = 0x400000 if os.uname().machine == "aarch64" else 0x800
    library.fesetround(upward)
    return lambda: library.fesetround(0)


def recursion() -> Undo:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + 7)
    return lambda: sys.setrecursionlimit(before)


def profile() -> Undo:
    before = sys.getprofile()
    sys.setprofile(lambda *_: None)
    return lambda: sys.setprofile(before)


def precision() -> Undo:
    decimal.getcontext().prec += 1
    return lambda: setattr(decimal.getcontext(), "prec", decimal.getcontext().prec - 1)


def errors() -> Undo:
    before = np.seterr(over="raise")
    return lambda: np.seterr(**before)


def strict() -> Undo:
    before = list(warnings.filters)
    warnings.simplefilter("error")
    return lambda: setattr(warnings, "filters", before)


def no_garbage() -> Undo:
    gc.disable()
    return gc.enable


def impatient() -> Undo:
    socket.setdefaulttimeout(3.0)
    return lambda: socket.setdefaulttimeout(None)


def patched(owner: Any, name: str) -> Undo:
    before = owner.__dict__[name]
    setattr(owner, name, lambda *_, **__: None)
    return lambda: setattr(owner, name, before)


def patched_rule() -> Undo:
    import keras

    return patched(keras.optimizers.SGD, "update_step")


CHANGES: list[tuple[Callable[[], Undo], str]] = [
    (lambda: of_keras("floatx", "float64"), "floatx of Keras changed from float32 to float64"),
    (lambda: of_keras("epsilon", 1e-3), "epsilon of Keras changed from 1e-07 to 0.001"),
    (lambda: of_keras("image_data_format", "channels_first"), "image_data_format of Keras changed from"),
    (lambda: of_keras("dtype_policy", "mixed_bfloat16"), "the dtype policy of Keras changed from float32 to mixed_bfloat16"),
    (eagerly, "running functions eagerly changed from False to True"),
    (in_a_graph, "eager execution changed from True to False"),
    (on_a_device, "the device of TensorFlow changed from none to /job:localhost/replica:0/task:0/device:CPU:0"),
    (with_jit, "compiling with XLA by default changed from"),
    (lambda: set_variable("BENCHSUITE_TEST", "a secret"), "the environment variable BENCHSUITE_TEST was set"),
    (in_folder, "the working folder changed from"),
    (umask, "the umask changed from"),
    (handler, "the handler of SIGUSR2 was changed"),
    (mask, "the mask of signals was changed"),
    (lambda: timer("ITIMER_REAL"), "the interval timer ITIMER_REAL changed from stopped to running"),
    (lambda: timer("ITIMER_VIRTUAL"), "the interval timer ITIMER_VIRTUAL changed from stopped to running"),
    (lambda: timer("ITIMER_PROF"), "the interval timer ITIMER_PROF changed from stopped to running"),
    (limit, "the limit RLIMIT_NOFILE was changed"),
    (rounding, "rounding changed from 0 to"),
    (recursion, "the recursion limit changed from"),
    (profile, "sys.setprofile was"),
    (precision, "the precision of decimal changed from 28 to 29"),
    (errors, "np.seterr of over changed from warn to raise"),
    (strict, "a warning that is an error changed from False to True"),
    (no_garbage, "garbage collection changed from True to False"),
    (impatient, "the timeout of sockets changed from 0.0 to 3.0"),
    (lambda: patched(np.random, "default_rng"), "numpy.random.default_rng was replaced"),
    (patched_rule, "keras.optimizers.SGD.update_step was replaced"),
]  # fmt: skip


@contextmanager
def usual_warnings() -> Iterator[None]:
    """Without pytest's, which make an error of each warning."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        yield


@pytest.mark.filterwarnings("default")
def test_each_change_is_found_and_said_and_gone_once_it_is_undone() -> None:
    with usual_warnings():
        before = State((0, 1, 2), functions=True)
        assert before.differences() == ()
        wrong = []
        for change, said in CHANGES:
            undo = change()
            try:
                found = before.differences()
            finally:
                undo()
            after = before.differences()
            more = change is in_a_graph  # where other things differ as well
            as_said = found and (
                found[0].startswith(said) if said.endswith((" from", " to", " was")) else found[0] == said
            )
            if after or not as_said or (len(found) > 1 and not more):
                wrong.append((said, found, after))
    assert wrong == []


def test_the_value_of_a_variable_is_never_shown() -> None:
    os.environ["BENCHSUITE_TEST"] = "hunter2"
    before = State((), functions=False)
    try:
        os.environ["BENCHSUITE_TEST"] = "hunter3"
        assert before.differences() == ("the environment variable BENCHSUITE_TEST was changed",)
    finally:
        del os.environ["BENCHSUITE_TEST"]
    assert before.differences() == ("the environment variable BENCHSUITE_TEST was removed",)


def test_a_name_that_a_plugin_chose_cannot_do_harm_where_it_is_printed() -> None:
    before = State((), functions=False)
    undo = set_variable("\x1b[31m" + "x" * 1000, "1")
    try:
        (found,) = before.differences()
    finally:
        undo()
    assert found.isprintable()
    assert len(found) == LONGEST
    assert found.startswith("the environment variable \\x1b[31mxxx")


def test_descriptors_must_stay_the_same_files(tmp_path: Path) -> None:
    number = os.open(tmp_path / "one", os.O_CREAT | os.O_WRONLY)
    other = os.open(tmp_path / "other", os.O_CREAT | os.O_WRONLY)
    before = State((number,), functions=False)
    assert before.differences() == ()
    os.set_blocking(number, False)
    assert before.differences() == (f"the open file of descriptor {number} was changed",)
    os.set_blocking(number, True)
    os.dup2(other, number)
    assert before.differences() == (f"the open file of descriptor {number} was changed",)
    os.close(number)
    assert before.differences() == (f"the open file of descriptor {number} was removed",)
    os.close(other)


def test_a_state_that_cannot_be_read_is_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    before = State((), functions=False)
    with monkeypatch.context() as patch:
        patch.setattr(signal, "getitimer", lambda _: 1 / 0)
        (found,) = before.differences()
    assert found == "its state cannot be read any more (ZeroDivisionError: division by zero)"


def test_components_of_every_kind_leave_no_change(bundled: Registry, tmp_path: Path) -> None:
    """One recipe that has no kind at its default, a surface, weights and predictions: of all of them nothing is reported."""
    extras = Extras(weights=True, predictions=True)
    session = Session(bundled, bundled.task, extras=extras, weights=tmp_path, predictions=tmp_path)
    task = bundled.task("diamonds_mlp")
    recipe = baseline(task, bundled)
    for kind, selection in {
        "optimizer": "lion", "schedule": "warmup+cosine", "gradient_transform": "clip_global_norm",
        "initializer": "lsuv", "normalization": "batch", "regularization": "dropout+l2+mixup+ema",
        "activation": "gelu", "preprocessing": "standardize", "loss": "huber",
    }.items():  # fmt: skip
        (option,) = expand(kind, [selection], bundled)
        recipe = recipe.replaced(kind, option)
    surface = bundled.task("quadratic")
    trials = [
        Trial(task.name, task.version, recipe, 0, 1, task.batch_size),
        Trial(surface.name, surface.version, baseline(surface, bundled), 0, 1, surface.batch_size),
    ]
    before = State((0, 1, 2), functions=True)
    for trial in trials:
        ran = session.run(trial)
        assert ran.ending.outcome is Outcome.COMPLETED, ran.ending
        assert before.differences() == ()
