"""Reuters, 8,982 + 2,246 newswires on 46 topics, on one hidden layer over which words occur.

The 1,000 most frequent words, 1 where a newswire holds the word and else 0, and a hidden layer of 512; 536,110
parameters. Architecture, batch size, epochs and dropout of 0.5 are those of Keras' example ``reuters_mlp``
(F. Chollet), whose test accuracy is about 0.79. 898 training newswires validate, a tenth, as there, but at random. The
baseline's Adam has its default rate of 0.001, as there.

Topics are uneven: the two largest hold more than half of all newswires.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, joined, load

WORDS = 1_000


def data():
    """Return which words each newswire holds as float32 ``[11228, 1000]``, and topics."""
    import numpy as np

    (x_train, y_train), (x_test, y_test) = load("reuters", num_words=WORDS)
    newswires = [*x_train, *x_test]
    x = np.zeros((len(newswires), WORDS), "float32")
    for row, words in zip(x, newswires, strict=True):
        row[np.asarray(words, "int64")] = 1
    return bs.Arrays(x, joined((y_train, y_test), "int32"))


def model(blocks, inputs):
    """Return logits ``[batch, 46]``."""
    return blocks.output(46)(blocks.dense(512)(inputs))


@bs.hookimpl
def register_tasks():
    """Register reuters_mlp."""
    return [
        bs.Task(
            name="reuters_mlp",
            tier="standard",
            data=data,
            split=bs.Published(validation=898, test=2_246),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.70, 0.76, 0.80],
            batch_size=32,
            epochs=5,
            baseline={
                "optimizer": "adam",
                "initializer": "xavier_uniform",
                "regularization": "dropout[rate=0.5]",
            },
            compares=["optimizer", "initializer", "regularization", "activation"],
            cost=bs.Cost(compile=3.5, epoch=2.0),
            summary="11,228 newswires on 46 topics, which of 1,000 words they hold, a hidden layer of 512.",
            source="keras.datasets.reuters",
            download=DOWNLOADS["reuters"],
            license="for research only (Reuters-21578, distribution 1.0)",
            citation="Lewis 1997, Reuters-21578; network of Keras' example reuters_mlp",
        )
    ]
