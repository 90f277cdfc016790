"""A balanced sample of MNIST, 5,000 digits of 28 × 28 pixels, on two hidden layers of 128 and 64; 109,386 parameters.

The network is that of mnist5k_few_labels and mnist5k_random_labels as well, and its hidden layers are the encoder of
mnist5k_autoencoder but for the last.
"""

import benchsuite as bs
from benchsuite_tasks.vision._mnist5k import FACTS, SPLIT, mlp, mnist5k


@bs.hookimpl
def register_tasks():
    """Register mnist5k_mlp."""
    return [
        bs.Task(
            name="mnist5k_mlp",
            tier="full",
            data=mnist5k,
            split=SPLIT,
            model=mlp,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.85, 0.92, 0.95],
            batch_size=64,
            epochs=20,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=["optimizer", "regularization", "activation", "preprocessing"],
            cost=bs.Cost(compile=3.0, epoch=0.1),
            summary="5,000 MNIST digits, hidden layers of 128 and 64.",
            **FACTS,
        )
    ]
