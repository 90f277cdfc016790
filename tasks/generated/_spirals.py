"""Arms that wind over a sphere from pole to pole: what the deep networks tell apart.

Height h ~ U(−1, 1), class k uniform among four, longitude φ = 2π·(h + k/4) + ε with ε ~ N(0, (σ/max(ρ, 0.15))²), where
ρ = √(1 − h²) is the distance from the axis: noise is equally wide everywhere but near the poles. The input is the point
√3·(ρ·cos φ, ρ·sin φ, h), each column of variance 1; a variant turns all points by three reflections. Inputs are equally
long, so a normalization that drops lengths (layer, RMS, group: there is no bias before them) drops nothing. Two arms in
a plane are the classic of Lang & Witbrock 1988, Learning to Tell Two Spirals Apart, Proceedings of the Connectionist
Models Summer School.

Since the noise is known, so is the probability of each class: with σ = 0.2 no method can be better, in expectation, than
a log loss of 0.0776 and an accuracy of 0.967 (integrated over h and ε). On the 20,000 published points the true
probabilities have a log loss of 0.0756 and an accuracy of 0.968.
"""

import dataclasses

import benchsuite as bs

ARMS, TURNS, NOISE, NEAR = 4, 1.0, 0.2, 0.15
TRAIN, VALIDATION, TEST = 8_000, 4_000, 8_000
STEP = 2**12
"""Inputs are whole multiples of 1/4096: the rounding of a processor changes none of them."""
FACTS = {
    "source": "generated",
    "license": "generated",
    "citation": "Lang & Witbrock 1988, Learning to Tell Two Spirals Apart (two arms in a plane)",
}


@dataclasses.dataclass(frozen=True)
class Spirals:
    """One instance.

    Args:
        draw: What it is drawn from.
    """

    draw: bs.Draw

    def polar(self):
        """Return height, longitude and class of all examples, ``[examples]`` each."""
        import numpy as np

        generator = self.draw.generator("points", published=17)
        count = TRAIN + VALIDATION + TEST
        k = generator.integers(ARMS, size=count)
        h = generator.uniform(-1, 1, size=count)
        longitude = 2 * np.pi * (TURNS * h + k / ARMS) + self.deviation(h) * generator.standard_normal(count)
        return h, longitude, k.astype("int32")

    def deviation(self, h):
        """Return the deviation of the longitude at heights."""
        import numpy as np

        return self.draw.value("noise", NOISE) / np.maximum(np.sqrt(1 - h**2), NEAR)

    def probabilities(self, h, longitude):
        """Return the probability of each class at points, ``[examples, 4]``: what no method can surpass."""
        import numpy as np

        off = longitude[:, None] - 2 * np.pi * (TURNS * h[:, None] + np.arange(ARMS) / ARMS)
        off = (off + np.pi) % (2 * np.pi) - np.pi
        around = off[:, :, None] + 2 * np.pi * np.arange(-3, 4)  # the normal distribution, wound around the circle
        density = np.exp(-0.5 * (around / self.deviation(h)[:, None, None]) ** 2).sum(axis=-1)
        return density / density.sum(axis=1, keepdims=True)

    def data(self):
        """Return the points, float32 ``[20000, 3]``, and their classes."""
        import numpy as np

        h, longitude, k = self.polar()
        rho = np.sqrt(1 - h**2)
        x = 3**0.5 * np.stack([rho * np.cos(longitude), rho * np.sin(longitude), h], axis=1)
        if self.draw.variant:
            for v in self.draw.generator("axes").standard_normal((3, 3)):
                x = x - 2 * (x @ v)[:, None] * v / (v @ v)
        return bs.Arrays((np.round(x * STEP) / STEP).astype("float32"), k)


def fields(draw):
    """Return the fields in which instances differ."""
    return {"data": Spirals(draw).data}


def model(blocks, inputs):
    """Return logits ``[batch, 4]``."""
    x = inputs
    for _ in range(blocks.knob("depth")):
        x = blocks.dense(blocks.knob("width"))(x)
    return blocks.output(ARMS)(x)


def task(name, **given):
    """Return the task of one network.

    Args:
        name: Its name, from which variants draw.
        given: The fields in which the tasks differ.
    """
    return bs.Task(
        name=name,
        split=bs.HoldOut(TRAIN, VALIDATION, TEST, stratify=True),
        model=model,
        loss="cross_entropy",
        metrics=["log_loss", "accuracy"],
        epochs=4,
        architecture={
            "depth": bs.Integer(1, 24, default=12),
            "width": bs.Choice([8, 16, 32, 64, 128], default=32),
        },
        variation=bs.Variation(),
        instance=fields,
        axes={
            "depth": bs.Axis([2, 4, 8, 12, 16, 24], default=12),
            "width": bs.Axis([8, 16, 32, 64, 128], default=32),
            "noise": bs.Axis([0.1, NOISE, 0.4], default=NOISE, summary="Deviation from the middle of an arm."),
            "examples": bs.Axis([1000, 2000, 4000, TRAIN], default=TRAIN),
            "batch_size": bs.Axis([16, 32, 64, 128, 256], default=given["batch_size"]),
        },
        **fields(bs.Draw(name)),
        **FACTS,
        **given,
    )
