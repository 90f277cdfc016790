"""IMDB, 25,000 + 25,000 film reviews as words, on an LSTM: does the review praise the film?

The 20,000 most frequent words, the last 80 of each review, vectors of 128 and an LSTM of 128; 2,691,842 parameters.
Architecture, batch size, epochs and dropout of 0.2 are those of Keras' example ``imdb_lstm`` (F. Chollet), whose masks
inside the cell are our variational_dropout. Its test accuracy is about 0.81 to 0.83.

Departures: two logits with cross-entropy, there one with a logistic function, which is the same function of another
number of weights. 5,000 of the training reviews validate; there the test part does. The baseline's Adam has its
default rate of 0.001, as there.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, reviews

WORDS = 20_000


def data():
    """Return int32 symbols ``[50000, 80]``, and classes."""
    return reviews(WORDS, 80)


def model(blocks, inputs):
    """Return logits ``[batch, 2]``."""
    x = blocks.embedding(WORDS, 128)(inputs)
    x = blocks.lstm(128, sequences=False)(x)
    return blocks.output(2)(x)


@bs.hookimpl
def register_tasks():
    """Register imdb_lstm."""
    return [
        bs.Task(
            name="imdb_lstm",
            tier="standard",
            data=data,
            split=bs.Published(validation=5_000, test=25_000, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.75, 0.80, 0.84],
            batch_size=32,
            epochs=15,
            baseline={
                "optimizer": "adam",
                "initializer": "xavier_uniform",
                "regularization": "variational_dropout[rate=0.2]",
            },
            compares=["optimizer", "gradient_transform", "regularization"],
            cost=bs.Cost(compile=7.0, epoch=96.0),
            summary="50,000 film reviews, the last 80 words on an LSTM of 128.",
            source="keras.datasets.imdb",
            download=DOWNLOADS["imdb"],
            license="none stated; the authors ask for a citation",
            citation="Maas, Daly, Pham, Huang, Ng & Potts 2011, ACL; network of Keras' example imdb_lstm",
        )
    ]
