"""Seven shoulder exercises by the movements of a smartwatch, of people whom the network has never seen.

Burns et al. 2018, arXiv:1802.01489: ten people, seven exercises, both arms, 140 recordings of accelerometer and
gyroscope (three axes each) at 50 Hz. They are cut into 4,677 windows of 100 steps, 2 seconds, each beginning 50 after
the one before, as in the examples of seglearn, which ships them. The split goes by people, 6, 2 and 2.

Recordings of the left arm are mirrored to the right: the reflection turns around the acceleration along x and the
rotations about y and z. Which arm a watch is on is known when it is used. Three convolutions of 9 steps with stride
2, 32, 64 and 64 channels, the mean over time, a linear output; 57,639 parameters.

Mirroring and the width of the kernels were chosen on the eight people outside the test part, three splits of them,
one seed: 0.81 as recorded with 5, 5 and 3 steps, 0.85 mirrored, 0.88 with 9 steps. Batch normalization, dropout,
weight decay and a GRU in place of the mean over time were within 0.01 of the network without. Adam has its default
rate. People differ more than networks do: the two of the test part are the hardest (extra trees on means, deviations
and extremes of the channels: 0.68 of the test part, 0.74 to 0.92 with other splits).
"""

import benchsuite as bs
from benchsuite_tasks._packaged import packaged

SHA256 = "eb122f23cdf06ef6bd6c6c5312958ec5cf9d038e2e6d457b8081662c75a42537"
VERSION = "seglearn==1.2.5"
WINDOW, APART = 100, 50
MIRRORED = (-1, 1, 1, 1, -1, -1)
"""Signs of the channels ax, ay, az, wx, wy, wz in a mirror across x."""


def checked(content):
    """Return the bytes of the file as they are.

    Raises:
        BenchsuiteError: If they are others than those that were published: a pickle can run anything.
    """
    import hashlib

    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise bs.BenchsuiteError(
            f"the data of task 'watch_gestures' are not those of {VERSION}: SHA-256 {found[:12]}…, not {SHA256[:12]}…. "
            f"Run: pip install --force-reinstall {VERSION}"
        )
    return content


def unpickled(content):
    """Return the object in the bytes of an .npy file, built from arrays and Python's own types and nothing else.

    Raises:
        BenchsuiteError: If it asks for anything else.
    """
    import io
    import pickle

    import numpy as np

    def encode(text, encoding):
        return text.encode("latin1")  # how Python 2 wrote bytes

    allowed = {
        "numpy.ndarray": np.ndarray,
        "numpy.dtype": np.dtype,
        "numpy.core.multiarray._reconstruct": np.empty(0).__reduce__()[0],
        "_codecs.encode": encode,
    }

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            if f"{module}.{name}" not in allowed:
                raise bs.BenchsuiteError(f"the data of task 'watch_gestures' ask for {module}.{name}; refused.")
            return allowed[f"{module}.{name}"]

    file = io.BytesIO(content)
    np.lib.format.read_magic(file)
    np.lib.format.read_array_header_1_0(file)
    return Unpickler(file).load().item()


def recordings():
    """Return what the file holds: 140 recordings ``X`` ``[steps, 6]``, ``y``, ``subject`` and ``side`` (1: right)."""
    file = packaged("seglearn", "data", "watch_dataset.npy")
    return unpickled(checked(file.read_bytes()))


def data():
    """Return windows ``[4677, 100, 6]``, the exercise in each, and whose it is."""
    import numpy as np

    found = recordings()
    windows, exercises, people = [], [], []
    for x, exercise, person, right in zip(found["X"], found["y"], found["subject"], found["side"], strict=True):
        x = x if right else x * MIRRORED
        cut = np.lib.stride_tricks.sliding_window_view(x, WINDOW, axis=0)[::APART]
        windows.append(cut.transpose(0, 2, 1).astype("float32"))
        exercises.append(np.full(len(cut), exercise, "int32"))
        people.append(np.full(len(cut), person, "int32"))
    return bs.Arrays(np.concatenate(windows), np.concatenate(exercises), np.concatenate(people))


def model(blocks, inputs):
    """Return logits ``[batch, 7]``."""
    x = blocks.conv1d(32, 9, stride=2)(inputs)
    x = blocks.conv1d(64, 9, stride=2)(x)
    x = blocks.conv1d(64, 9, stride=2)(x)
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
            variation=bs.Variation(classes=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.75, 0.85, 0.89],
            batch_size=64,
            epochs=12,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=["optimizer", "normalization", "regularization"],
            xla=False,
            cost=bs.Cost(compile=1.8, epoch=0.5),
            summary="4,677 windows of a smartwatch, seven exercises of unseen people, three convolutions.",
            source="seglearn 1.2.5, seglearn/data/watch_dataset.npy",
            license="BSD-3-Clause (as part of seglearn)",
            citation="Burns et al. 2018, Shoulder Physiotherapy Exercise Recognition, arXiv:1802.01489",
        )
    ]
