"""Shoulder exercises from the accelerometer and gyroscope of a smartwatch."""

import benchsuite as bs

FILE = "watch_dataset.npy"
SHA256 = "eb122f23cdf06ef6bd6c6c5312958ec5cf9d038e2e6d457b8081662c75a42537"
WINDOW, STEP = 100, 50


def recordings(content):
    """Return what the file holds, a dictionary of arrays and lists."""
    import codecs
    import hashlib
    import io
    import pickle

    import numpy as np

    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise bs.BenchsuiteError(
            f"task 'watch_gestures' reads {FILE} of seglearn 1.2.5 only; its SHA-256 is {found[:16]}…, not {SHA256[:16]}…. "
            "Run: pip install --force-reinstall seglearn==1.2.5"
        )

    class Arrays(pickle.Unpickler):
        """Builds arrays and what Python has without imports, and nothing else."""

        def find_class(self, module, name):
            known = {
                ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
                ("numpy", "ndarray"): np.ndarray,
                ("numpy", "dtype"): np.dtype,
                ("_codecs", "encode"): codecs.encode,
            }
            if (module, name) not in known:
                raise bs.BenchsuiteError(f"unexpected {module}.{name}")
            return known[module, name]

    file = io.BytesIO(content)
    np.lib.format.read_magic(file)
    np.lib.format.read_array_header_1_0(file)
    return Arrays(file).load().item()


def data():
    import importlib.util
    from pathlib import Path

    import numpy as np

    package = importlib.util.find_spec("seglearn")
    if package is None or package.origin is None:
        raise bs.BenchsuiteError(
            "task 'watch_gestures' reads a file of the package seglearn, which is not installed. Run: pip install benchsuite[data]"
        )
    read = recordings((Path(package.origin).parent / "data" / FILE).read_bytes())
    x, y, subjects = [], [], []
    for series, gesture, subject in zip(read["X"], read["y"], read["subject"], strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(series, WINDOW, axis=0)[::STEP]
        x.append(windows.transpose(0, 2, 1))
        y += [gesture] * len(windows)
        subjects += [subject] * len(windows)
    return bs.Arrays(np.concatenate(x).astype("float32"), np.array(y, "int32"), np.array(subjects, "int32"))


def model(blocks, inputs):
    """Return logits ``[batch, 7]``."""
    x = blocks.conv1d(32, 5, stride=2)(inputs)
    x = blocks.conv1d(64, 5, stride=2)(x)
    x = blocks.conv1d(64, 3, stride=2)(x)
    return blocks.output(7)(blocks.average()(x))


@bs.hookimpl
def register_tasks():
    """Register watch_gestures."""
    return [
        bs.Task(
            name="watch_gestures",
            tier="full",
            data=data,
            split=bs.ByGroup(6, 2, 2),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.5, 0.7, 0.8],
            batch_size=64,
            epochs=15,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=["optimizer", "normalization", "regularization"],
            convolutional=True,
            cost=bs.Cost(compile=3.5, epoch=0.05),
            summary="x",
            source="seglearn 1.2.5, seglearn/data/watch_dataset.npy",
            license="BSD-3-Clause",
            citation="Burns et al. 2018, arXiv:1802.01489",
        )
    ]
