"""IMDB, 25,000 + 25,000 film reviews as words, on one Transformer block: does the review praise the film?

The 20,000 most frequent words, the last 200 of each review, vectors of 32 with a trained vector for each place, one
block of 2 heads with a hidden layer of 32, the mean over all places; 652,994 parameters. Sizes, batch size and dropout
of 0.1 follow Keras' example ``text_classification_with_transformer`` (A. Nandan), whose test accuracy is about 0.87.

Departures: the normalization stands in front of each branch and once at the end, there after each sum; queries and keys
are 16 numbers a head, there 32; dropout also follows the activation inside the block; the hidden layer of 20 before the
output is left out, as the recipe would normalize it. 5,000 of the training reviews validate; there the test part does.
Five epochs instead of two, so that overfitting shows. The baseline's Adam has its default rate of 0.001, as there.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, reviews

WORDS = 20_000


def data():
    """Return int32 symbols ``[50000, 200]``, and classes."""
    return reviews(WORDS, 200)


def model(blocks, inputs):
    """Return logits ``[batch, 2]``."""
    x = blocks.positions()(blocks.embedding(WORDS, 32)(inputs))
    x = blocks.transformer(heads=2, expansion=1)(x)
    return blocks.output(2)(blocks.average()(blocks.normalize()(x)))


@bs.hookimpl
def register_tasks():
    """Register imdb_transformer."""
    return [
        bs.Task(
            name="imdb_transformer",
            tier="standard",
            data=data,
            split=bs.Published(validation=5_000, test=25_000, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.80, 0.85, 0.875],
            batch_size=32,
            epochs=5,
            baseline={
                "optimizer": "adam",
                "initializer": "xavier_uniform",
                "normalization": "layer",
                "regularization": "dropout[rate=0.1]",
            },
            compares=["optimizer", "schedule", "regularization"],
            cost=bs.Cost(compile=10.0, epoch=70.0),
            summary="50,000 film reviews, the last 200 words on one Transformer block.",
            source="keras.datasets.imdb",
            download=DOWNLOADS["imdb"],
            license="none stated; the authors ask for a citation",
            citation=(
                "Maas, Daly, Pham, Huang, Ng & Potts 2011, ACL; "
                "network after Keras' example text_classification_with_transformer"
            ),
        )
    ]
