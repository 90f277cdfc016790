"""Networks with random weights that say what the right answer is: teachers, from which a network of a task, the student, learns."""

import dataclasses

import benchsuite as bs

STEP = 2**12
"""Columns are whole multiples of 1/4096 of their scale: the rounding of a processor changes none of them."""


@dataclasses.dataclass(frozen=True)
class Teacher:
    """tanh(tanh(z·W₁ + b₁)·W₂ + b₂)·W₃ of z ~ N(0, I), each output with mean 0 and variance 1 over the examples.

    W₁ and W₂ are N(0, 1.5²/fan-in), W₃ is N(0, 1), biases are N(0, 0.5²).

    Args:
        draw: What it is drawn from.
        examples: How many.
        inputs: Columns of z.
        hidden: Units of each hidden layer.
        outputs: Columns of the answer.
        seed: Of the published instance.
    """

    draw: bs.Draw
    examples: int
    inputs: int
    hidden: int
    outputs: int
    seed: int

    def z(self):
        """Return the examples, float64 ``[examples, inputs]``."""
        return self.draw.generator("examples", published=self.seed).standard_normal((self.examples, self.inputs))

    def answers(self, z):
        """Return the teacher's answers ``[examples, outputs]``, float64."""
        import numpy as np

        generator = self.draw.generator("teacher", published=self.seed + 1)
        x, width = z, self.inputs
        for _ in range(2):
            weights = generator.standard_normal((width, self.hidden)) * 1.5 / width**0.5
            x, width = np.tanh(x @ weights + 0.5 * generator.standard_normal(self.hidden)), self.hidden
        x = x @ generator.standard_normal((width, self.outputs))
        return (x - x.mean(axis=0)) / x.std(axis=0)


def rounded(values):
    """Return values as whole multiples of 1/4096, float32."""
    import numpy as np

    return (np.round(values * STEP) / STEP).astype("float32")
