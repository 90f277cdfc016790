"""The adding problem: random numbers, two of them marked; the target is the sum of these two.

Hochreiter & Schmidhuber 1997, Neural Computation 9(8); the form is that of Le, Jaitly & Hinton 2015,
arXiv:1504.00941: numbers uniform on [0, 1], a second channel that is 1 at two steps and 0 at all others, squared
error of the last output. 50 steps. One mark stands in the first half and one in the second, as in Arjovsky, Shah &
Bengio 2016, arXiv:1511.06464, so that a number always has to be carried across the middle. One recurrent layer of 32
units (Le et al.: 100), a linear output.

The measure is the squared error, in which the published curves are drawn. Always predicting the mean, 1, gives 1/6 =
0.167, which is what a network stays at that carries nothing; knowing one of the two numbers gives 1/12 = 0.083.

The two tasks differ in the layer and in the epochs, which take as many seconds. The baseline of both is Adam at 0.003
with the gradient clipped to norm 1. Of the simple layer the error then jumps back up now and then (0.030, 0.066 and
0.139 of the validation part at the end, three seeds), so its rate decays by a cosine: 0.009, 0.010 and 0.031, without
clipping 0.009, 0.028 and 0.011, and at a constant 0.001 0.018, 0.023 and 0.033. The LSTM ends at 0.0007, 0.0011 and
0.0025 with the constant rate, and at 0.004 with the cosine, which leaves its 12 epochs too little.
"""

import benchsuite as bs

STEPS = 50
EXAMPLES = 10_000


def data(draw):
    """Return numbers and marks ``[10000, 50, 2]``, and the sum of the two marked numbers ``[10000, 1]``.

    Args:
        draw: What the instance is drawn from; its axis ``steps`` is their number.
    """
    import numpy as np

    generator = draw.generator("numbers", published=0)
    rows, steps = np.arange(EXAMPLES), draw.value("steps", STEPS)
    numbers = generator.random((EXAMPLES, steps), dtype="float32")
    first = generator.integers(0, steps // 2, EXAMPLES)
    second = generator.integers(steps // 2, steps, EXAMPLES)
    marks = np.zeros_like(numbers)
    marks[rows, first] = marks[rows, second] = 1
    sums = numbers[rows, first] + numbers[rows, second]
    return bs.Arrays(np.stack([numbers, marks], axis=-1), sums[:, None])


def instance(draw):
    """Return what an instance has in place of the task's own: other numbers and marks."""
    return {"data": lambda: data(draw)}


def squared(targets, outputs):
    """Return the squared error of each sum."""
    return (outputs - targets) ** 2


def adding(layer, schedule, **fields):
    """Return the task with one kind of recurrent layer.

    Args:
        layer: Name of the block.
        schedule: The baseline's.
        fields: Of the task: epochs, targets, cost, summary.
    """

    def model(blocks, inputs):
        return blocks.output(1)(getattr(blocks, layer)(32, sequences=False)(inputs))

    return bs.Task(
        name=f"adding_{layer}",
        tier="full",
        **instance(bs.Draw(f"adding_{layer}")),
        split=bs.HoldOut(8_000, 1_000, 1_000),
        variation=bs.Variation(split=False),
        instance=instance,
        axes={
            "steps": bs.Axis([20, STEPS, 100, 200], default=STEPS, summary="Numbers in a sequence."),
            "examples": bs.Axis([500, 2_000, 8_000], default=8_000, summary="Sequences that train."),
        },
        model=model,
        loss="mse",
        metrics=[bs.Metric(name="squared_error", per_example=squared, direction="min")],
        primary="squared_error",
        batch_size=50,
        baseline={
            "optimizer": "adam[learning_rate=0.003]",
            "gradient_transform": "clip_global_norm",
            "schedule": schedule,
        },
        compares=["optimizer", "schedule", "gradient_transform"],
        source=f"generated, {EXAMPLES:,} sequences by NumPy's default_rng(0)",
        license="generated",
        citation="Hochreiter & Schmidhuber 1997, Neural Computation 9(8); Le, Jaitly & Hinton 2015, arXiv:1504.00941",
        **fields,
    )


@bs.hookimpl
def register_tasks():
    """Register adding_rnn and adding_lstm."""
    return [
        adding(
            "rnn",
            "cosine",
            epochs=24,
            targets=[0.15, 0.05, 0.01],
            cost=bs.Cost(compile=6.0, epoch=0.5),
            summary="The sum of two marked numbers among 50, a simple recurrent layer of 32.",
        ),
        adding(
            "lstm",
            "constant",
            epochs=12,
            targets=[0.1, 0.01, 0.001],
            cost=bs.Cost(compile=6.5, epoch=1.0),
            summary="The sum of two marked numbers among 50, an LSTM of 32.",
        ),
    ]
