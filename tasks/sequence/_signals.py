"""MNIST-1D's recipe for any number of signals at once: shapes of twelve points, padded, stretched, moved, sheared, noisy.

Greydanus & Kobak 2024, arXiv:2011.14439, section 2; the numbers are the defaults of their package mnist1d 0.0.2.post1. For
each signal, with u₁, u₂, u₃ uniform on [0, 1), k one of 0…47, and z, w of 72 standard normal numbers:

1. a shape of 12 points, whitened and moved so that it starts at 0, divided by 6, gets 36 + ⌊25·u₁⌋ zeros behind it;
2. it is stretched or squeezed to 72 points by linear interpolation, multiplied by 1 + 0.4·(u₂ − ½), and turned by k points;
3. where it is 0, it becomes 0.25·z smoothed by a Gaussian of 2 points (cut off at 8, mirrored at the ends);
4. it gets 0.02·w on top, and 0.75·(½ − u₃)·t, with t from −½ to ½ over the 72 points;
5. it is interpolated linearly at 40 points.

All signals together are shifted and scaled to mean 0 and variance 1. With the package's own draws this gives the package's
signals (to 10⁻⁶: float32), which takes it 3 seconds for 5,000 and this 0.02.
"""

from typing import Any, NamedTuple

import benchsuite as bs

FACTS = {
    "source": "generated: the recipe of mnist1d 0.0.2.post1 on NumPy's default_rng(0)",
    "license": "generated",
    "citation": "Greydanus & Kobak 2024, Scaling Down Deep Learning with MNIST-1D, arXiv:2011.14439",
}

WIDTHS = [4, 8, 16, 32, 64]
LONG, LENGTH = 72, 40
SHORTEST, PADDINGS, PLACES = 36, 25, 48
STRETCH, CORRELATED, INDEPENDENT, SHEAR = 0.4, 0.25, 0.02, 0.75
WIDTH, REACH = 2.0, 8
"""Of the Gaussian that smooths, in points, and where it is cut off."""
TINY = 1e-8
"""What is added to a shape, so that none of its points is 0: the zeros are where the correlated noise goes."""

SHAPES = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)
"""The published outlines of the ten digits."""


class Drawn(NamedTuple):
    """What chance gives for n signals.

    Args:
        paddings: u₁, float64 ``[n]``.
        stretches: u₂, likewise.
        turns: k, whole numbers ``[n]``.
        correlated: z, float64 ``[n, 72]``.
        independent: w, likewise.
        shears: u₃, float64 ``[n]``.
    """

    paddings: Any
    stretches: Any
    turns: Any
    correlated: Any
    independent: Any
    shears: Any


def drawn(generator, count):
    """Return what a NumPy generator gives for ``count`` signals."""
    return Drawn(
        paddings=generator.random(count),
        stretches=generator.random(count),
        turns=generator.integers(0, PLACES, count),
        correlated=generator.standard_normal((count, LONG)),
        independent=generator.standard_normal((count, LONG)),
        shears=generator.random(count),
    )


def shapes():
    """Return the ten shapes, float64 ``[10, 12]``."""
    import numpy as np

    found = np.array(SHAPES, "float64")
    found -= found.mean(axis=1, keepdims=True)
    found /= found.std(axis=1, keepdims=True)
    return (found - found[:, :1]) / 6


def between(rows, places):
    """Return rows ``[n, points]`` interpolated linearly at places ``[n, m]`` or ``[m]``, counted in points from 0."""
    import numpy as np

    places = np.broadcast_to(places, (len(rows), np.shape(places)[-1]))
    left = np.minimum(places.astype("int64"), rows.shape[1] - 2)
    low, high = (np.take_along_axis(rows, index, axis=1) for index in (left, left + 1))
    return low + (high - low) * (places - left)


def smoothed(rows):
    """Return rows ``[n, points]`` under a Gaussian of 2 points, mirrored at the ends.

    Sums of shifted rows, one after another: they round the same on every machine, which a product of matrices does not.
    """
    import math

    import numpy as np

    weights = [math.exp(-0.5 * (place / WIDTH) ** 2) for place in range(-REACH, REACH + 1)]
    wide = np.pad(rows, ((0, 0), (REACH, REACH)), mode="symmetric")
    total = np.zeros_like(rows)
    for start, weight in enumerate(weights):
        total += weight / sum(weights) * wide[:, start : start + rows.shape[1]]
    return total


def signals(classes, chance, noise=1.0):
    """Return signals float32 ``[n, 40, 1]``.

    Args:
        classes: Of the signals, whole numbers ``[n]`` from 0 to 9.
        chance: What :func:`drawn` gives for as many.
        noise: Factor of both kinds of noise.
    """
    import numpy as np

    shape = shapes()[classes] + TINY
    ends = 12 + SHORTEST + (chance.paddings * PADDINGS).astype("int64")  # with the zeros behind
    padded = np.concatenate([shape, np.zeros((len(shape), SHORTEST + PADDINGS - 1))], axis=1)
    x = between(padded, np.linspace(0, 1, LONG) * (ends - 1)[:, None])
    x *= (1 + STRETCH * (chance.stretches - 0.5))[:, None]
    x = np.take_along_axis(x, (np.arange(LONG) - chance.turns[:, None]) % LONG, axis=1)
    x = np.where(x != 0, x, noise * CORRELATED * smoothed(chance.correlated))
    x += noise * INDEPENDENT * chance.independent
    x -= SHEAR * (chance.shears - 0.5)[:, None] * np.linspace(-0.5, 0.5, LONG)
    x = between(x, np.linspace(0, LONG - 1, LENGTH))
    return ((x - x.mean()) / x.std()).astype("float32")[:, :, None]


def made(generator, count, noise=1.0):
    """Return ``count`` signals, of each class a tenth, in random order, and their classes int32.

    Args:
        generator: Of NumPy.
        count: How many; a multiple of 10.
        noise: Factor of both kinds of noise.
    """
    import numpy as np

    classes = generator.permutation(np.repeat(np.arange(10, dtype="int32"), count // 10))
    return signals(classes, drawn(generator, count), noise), classes


def data_of(draw, count):
    """Return the function that makes ``count`` signals of an instance.

    Args:
        draw: What it is drawn from; its axis ``noise`` is the factor of the noise.
        count: How many, as for :func:`made`.
    """

    def data():
        return bs.Arrays(*made(draw.generator("signals", published=0), count, draw.value("noise", 1.0)))

    return data


def scaled(width, examples):
    """Return the fields ``architecture`` and ``axes`` of a task on these signals.

    Args:
        width: Channels of each convolution.
        examples: Numbers of training signals, the last of them the task's own.
    """
    return {
        "architecture": {"width": bs.Choice(WIDTHS, default=width)},
        "axes": {
            "noise": bs.Axis(
                [0.0, 0.5, 1.0, 2.0, 4.0], default=1.0, summary="Factor of the published noise, of both kinds."
            ),
            "width": bs.Axis(WIDTHS, default=width, summary="Channels of each convolution."),
            "examples": bs.Axis(examples, default=examples[-1], summary="Signals that train."),
        },
    }


def network(blocks, inputs):
    """Return logits ``[batch, 10]``: the paper's convolutions of 5, 3 and 3 steps with stride 2, all places to the output."""
    width = blocks.knob("width")
    x = blocks.conv1d(width, 5, stride=2)(inputs)
    x = blocks.conv1d(width, 3, stride=2)(x)
    x = blocks.conv1d(width, 3, stride=2)(x)
    return blocks.output(10)(blocks.flatten()(x))
