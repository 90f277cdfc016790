"""C7: the scale of the first weights: N(0, 0.01²) dies with depth, N(0, 1) saturates, Xavier keeps tanh alive, He keeps ReLU alive.

Twelve hidden layers, as the notes' figures have ten. At the start, from networks of 128 units a layer that nothing was trained
of: what comes out of the hidden layers for 256 training examples. 128 and not the tasks' 32, since the theory is of wide
layers: with 32 the size of a signal varies by a factor of two from seed to seed. Then in training, at the tasks' own width,
each with the best of five learning rates by validation: whether the start matters as the notes say, and not only how it looks.

Size is the root mean square of all entries. Chosen before any of it ran: dead is a last layer below a hundredth of the first; saturated
is an entry where tanh has a slope below 0.01, and a layer of which half is; alive is within a factor of ten through eleven tanh layers
(which shrink any signal a little), and within a factor of two, from the inputs on, through twelve ReLU layers, of which He promises that
they keep it exactly in expectation (ratios as their logarithms). "Cannot be trained" is 0.2 of accuracy less than Xavier; "better" is
0.05 of log loss. A start from which every rate diverges ends with the accuracy and the log loss of guessing.

A look at seven seeds showed searches that ended at an edge of their grids; the grids were widened once for that, the bounds
stayed.

What it does not show: normalization, residual connections and Adam all make the start matter less; none is here.
"""

import math

import numpy as np

import benchsuite as bs
from benchsuite_plugins.claims._numbers import log_ratio
from benchsuite_plugins.claims._rates import EDGES, WIDENED, grid, tuned_end

SEEDS = 12
STARTED = 40
"""Networks that are looked at before training, which cost next to nothing."""
WIDTH = 128
EXAMPLES = 256
FLAT = math.atanh(math.sqrt(0.99))
"""Beyond this tanh has a slope 1 − tanh² below 0.01."""
STARTS = {
    "small": "gaussian[deviation=0.01]",
    "large": "gaussian[deviation=1]",
    "xavier": "xavier_normal",
    "he": "he_normal",
}
GUESSES = {"accuracy": 1 / 4, "log_loss": math.log(4)}
RATES = {"deep_tanh": (0.003, 0.01, 0.04, 0.1, 0.3), "deep_relu": (0.003, 0.01, 0.03, 0.1, 0.3)}


def signal(lab, task, start, seed):
    """Return inputs ``[256, …]`` and what each hidden layer gives for them, inputs first, before training."""
    specimen = lab.specimen(task, {"initializer": STARTS[start]}, knobs={"width": WIDTH}, seed=seed)
    inputs = specimen.arrays("train")[0][:EXAMPLES]
    return inputs, list(specimen.hidden(inputs).values())


def size(values):
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(values, dtype="float64"))))


def left(last, first):
    """Return ln of a size over another one; −∞ where nothing is left."""
    return log_ratio(size(last), size(first)) if np.any(last) else -math.inf


def kept(task, start):
    """Return what computes ln of the size of the last hidden layer over that of the first."""

    def compute(lab, seed):
        _, layers = signal(lab, task, start, seed)
        return left(layers[-1], layers[0])

    return compute


def kept_from_inputs(task, start):
    """Return what computes ln of the size of the last hidden layer over that of the inputs."""

    def compute(lab, seed):
        inputs, layers = signal(lab, task, start, seed)
        return left(layers[-1], inputs)

    return compute


def saturated(task, start):
    """Return what computes the share of the last hidden layer that lies where tanh is flat."""

    def compute(lab, seed):
        _, layers = signal(lab, task, start, seed)
        return float(np.mean(np.abs(layers[-1]) > math.tanh(FLAT)))

    return compute


def arms(task, starts):
    """Return the arms of a search over rates from each of some starts."""
    return {
        name: arm
        for start in starts
        for name, arm in grid(start, task, "momentum", RATES[task], {"initializer": STARTS[start]}).items()
    }


def difference(task, of, than, measure):
    """Return the effect: by how much the test measure is larger from one start than from another, both tuned."""

    def effect(runs):
        first, second = (tuned_end(runs, start, RATES[task], measure, GUESSES[measure]) for start in (of, than))
        return first - second

    return effect


def at_the_start():
    """Return the parts that need no training."""
    return [
        bs.Part(
            name="small_dies",
            says="Through twelve tanh layers that start from N(0, 0.01²), the last hidden layer is at most a hundredth of the first "
            "in size (ln of the ratio).",
            evidence=bs.Computed(compute=kept("deep_tanh", "small"), seeds=STARTED),
            at_most=math.log(0.01),
            because="The notes' figure shows almost all values of the last layers close to 0; a hundredth is.",
            unit="ln ratio",
        ),
        bs.Part(
            name="large_saturates",
            says="With N(0, 1), at least half of the last hidden layer lies where tanh has a slope below 0.01.",
            evidence=bs.Computed(compute=saturated("deep_tanh", "large"), seeds=STARTED),
            at_least=0.5,
            because="A layer of which most units pass no gradient is what saturated means.",
            unit="share",
        ),
        bs.Part(
            name="xavier_keeps_tanh",
            says="With Xavier's start, the last of twelve tanh layers is at least a tenth of the first in size (ln of the ratio).",
            evidence=bs.Computed(compute=kept("deep_tanh", "xavier"), seeds=STARTED),
            at_least=math.log(0.1),
            because="tanh shrinks any signal a little; within a factor of ten is a reasonable range, and far from dead.",
            unit="ln ratio",
        ),
        bs.Part(
            name="xavier_fades_in_relu",
            says="With Xavier's start, the last of twelve ReLU layers is at most a tenth of the first in size (ln of the ratio).",
            evidence=bs.Computed(compute=kept("deep_relu", "xavier"), seeds=STARTED),
            at_most=math.log(0.1),
            because="The notes call Xavier unfit for ReLU; theory says that half the variance is lost in each layer.",
            unit="ln ratio",
        ),
        bs.Part(
            name="he_keeps_relu",
            says="With He's start, the last of twelve ReLU layers is between half and twice as large as the inputs (ln of the ratio).",
            evidence=bs.Computed(compute=kept_from_inputs("deep_relu", "he"), seeds=STARTED),
            at_least=-math.log(2),
            at_most=math.log(2),
            because="Theory says 0 for wide layers; a factor of two through twelve layers is 6 % for each.",
            unit="ln ratio",
        ),
    ]


def in_training():
    """Return the parts that train."""
    return [
        *(
            bs.Part(
                name=f"{start}_hardly_trains",
                says=f"Twelve tanh layers that start from {law} end at least 0.2 of test accuracy below Xavier's, each with the "
                "best of five rates.",
                evidence=bs.Trained(
                    arms=arms("deep_tanh", [start, "xavier"]),
                    effect=difference("deep_tanh", "xavier", start, "accuracy"),
                    seeds=SEEDS,
                ),
                at_least=0.2,
                because="One example in five more is a network that trains against one that does not.",
                unit="accuracy",
            )
            for start, law in (("small", "N(0, 0.01²)"), ("large", "N(0, 1)"))
        ),
        bs.Part(
            name="he_beats_xavier_in_relu",
            says="Twelve ReLU layers end with a test log loss at least 0.05 lower from He's start than from Xavier's, each with the "
            "best of five rates.",
            evidence=bs.Trained(
                arms=arms("deep_relu", ["xavier", "he"]),
                effect=difference("deep_relu", "xavier", "he", "log_loss"),
                seeds=SEEDS,
            ),
            at_least=0.05,
            because="The notes say much better; 0.05 is more than the seeds of this task differ by.",
            unit="log loss",
        ),
    ]


@bs.hookimpl
def register_claims():
    """Register initial_scale."""
    return [
        bs.Claim(
            name="initial_scale",
            number="C7",
            sentence="From N(0, 0.01²) the outputs of deep layers quickly approach 0 and gradients vanish; from N(0, 1) layers "
            "saturate; Xavier's start carries the signal through tanh layers, but is not for ReLU, where He's is much better.",
            source="Course notes N2, Methods of weight initialization; N4, Gaussian/Normal Initialization, Xavier Initialization; N0, "
            "Parameter initialization",
            parts=[*at_the_start(), *in_training()],
            basis="theory",
            depends="On depth: two layers bear almost any start. On what else rescales signals: with normalization between layers or "
            "residual connections the start matters less. The sizes at the start are theory for wide layers. "
            f"{EDGES} {WIDENED} So were the seeds of the parts without training, from 12 to 40.",
        )
    ]
