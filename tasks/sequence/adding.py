"""The adding problem: a sequence of random numbers of which two are marked; the target is their sum.

Hochreiter & Schmidhuber 1997 (Neural Computation 9) invented it, the form is that of Le, Jaitly & Hinton 2015, arXiv:1504.00941:
numbers uniform on [0, 1], a second channel that is 1 at the two marked steps and 0 at all others, squared error of
the last output. One mark stands in the first half and one in the second (Arjovsky, Shah & Bengio 2016, arXiv:1511.06464), so
that the first number is always carried across the middle. Predicting the mean, 1, gives a squared error of 1/6 = 0.167:
that is what a network reaches that remembers nothing. One that remembers only the second number reaches 1/12 = 0.083.
"""

import benchsuite as bs

STEPS = 50
EXAMPLES = 10_000


def data():
    """Return sequences ``[examples, 50, 2]`` of numbers and marks, and the sums of the marked numbers ``[examples, 1]``."""
    import numpy as np

    generator = np.random.default_rng(0)
    numbers = generator.random((EXAMPLES, STEPS), dtype="float32")
    half = STEPS // 2
    first, second = generator.integers(0, half, EXAMPLES), generator.integers(half, STEPS, EXAMPLES)
    marks = np.zeros_like(numbers)
    rows = np.arange(EXAMPLES)
    marks[rows, first] = marks[rows, second] = 1
    sums = numbers[rows, first] + numbers[rows, second]
    return bs.Arrays(np.stack([numbers, marks], axis=-1), sums[:, None])


def squared(targets, outputs):
    """Return the squared error of each sum."""
    return (outputs - targets) ** 2


def adding(kind, units, **fields):
    """Return the task for one kind of recurrent block."""

    def model(blocks, inputs):
        return blocks.output(1)(getattr(blocks, kind)(units, sequences=False)(inputs))

    return bs.Task(
        name=f"adding_{kind}",
        tier="full",
        data=data,
        split=bs.HoldOut(8_000, 1_000, 1_000),
        model=model,
        loss="mse",
        metrics=[bs.Metric(name="mse", per_example=squared, direction="min")],
        primary="mse",
        source=f"generated: {EXAMPLES:,} sequences of NumPy's default_rng(0)",
        license="generated",
        citation="Hochreiter & Schmidhuber 1997, Neural Computation 9(8); Le, Jaitly & Hinton 2015, arXiv:1504.00941",
        **fields,
    )


@bs.hookimpl
def register_tasks():
    """Register adding_rnn and adding_lstm."""
    return [
        adding(
            "rnn", 32, batch_size=50, epochs=20, steps_per_epoch=160, targets=[0.15, 0.05, 0.005],
            baseline={"optimizer": "adam"}, compares=["optimizer", "gradient_transform", "initializer"],
            summary="x",
        ),
        adding(
            "lstm", 32, batch_size=50, epochs=20, steps_per_epoch=160, targets=[0.15, 0.05, 0.005],
            baseline={"optimizer": "adam"}, compares=["optimizer", "gradient_transform", "initializer"],
            summary="x",
        ),
    ]
