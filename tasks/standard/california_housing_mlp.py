"""California housing: the median house value of 20,640 districts from eight numbers, on a small fully connected network.

Income, age, rooms, bedrooms, population, occupancy, latitude and longitude of the census of 1990 (Pace & Barry 1997), as
``keras.datasets.california_housing`` has them. Hidden layers of 64 and 64; 4,801 parameters. The fifth that Keras keeps
as its test part tests; as many others validate. Values in dollars are standardized on the training part; R² does not
change by that. Those above 500,000 dollars were cut off there by the census.

The network and its settings are ours, Adam with its default rate of 0.001, untuned. On this data linear regression has
an R² of about 0.6, such networks 0.75 to 0.8, boosted trees 0.84.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, joined, load


def data():
    """Return eight numbers for each district, and its median house value in dollars ``[20640, 1]``."""
    (x_train, y_train), (x_test, y_test) = load("california_housing")
    return bs.Arrays(joined((x_train, x_test), "float32"), joined((y_train, y_test), "float32").reshape(-1, 1))


def model(blocks, inputs):
    """Return the predicted value ``[batch, 1]``, standardized."""
    x = blocks.dense(64)(inputs)
    x = blocks.dense(64)(x)
    return blocks.output(1)(x)


@bs.hookimpl
def register_tasks():
    """Register california_housing_mlp."""
    return [
        bs.Task(
            name="california_housing_mlp",
            tier="standard",
            data=data,
            split=bs.Published(validation=4_128, test=4_128),
            model=model,
            loss="mse",
            metrics=["r2"],
            primary="r2",
            targets=[0.65, 0.75, 0.79],
            batch_size=64,
            epochs=50,
            standardize_targets=True,
            baseline={"optimizer": "adam", "initializer": "he_normal", "preprocessing": "standardize"},
            compares=["optimizer", "schedule", "initializer", "activation", "preprocessing", "loss"],
            cost=bs.Cost(compile=3.5, epoch=0.4),
            summary="20,640 districts of California, house values from eight numbers, two hidden layers of 64.",
            source="keras.datasets.california_housing",
            download=DOWNLOADS["california_housing"],
            license="none stated; from the US census of 1990",
            citation="Pace & Barry 1997, Statistics & Probability Letters 33",
        )
    ]
