"""C30: clipping stops exploding gradients in recurrent networks; an LSTM keeps gradients where a simple layer loses them.

The adding problem over 50 steps with 2,000 sequences: adding_rnn and adding_lstm, one recurrent layer of 32.

- Clipping: plain SGD on the simple layer, without clipping and with the norm of all gradients limited to 1, at a rate of 0.3: of
  0.03, 0.1 and 0.3 the first at which gradients explode with every seed that was looked at (with 0.1 for most), since there is
  nothing to clip where none do. The number is ln of the test error without by that with clipping; +∞ where training without it
  blew up and training with it did not.
- Gradients through time: how much the output moves with the number at the first step, by how much it moves with the one at the
  last (central differences of 0.5, root mean square over 256 sequences). That is ∂y/∂x₁ by ∂y/∂x₅₀, and falls as the gradient
  does on its way back. Networks at their starting values; the number is log₁₀ of the LSTM's ratio less that of the simple layer.
- What comes of it: both layers trained with Adam, cosine decay and clipping for 48 epochs (1,920 steps, as many as
  adding_lstm itself has), ln of the test errors. 24 epochs were tried first, with three seeds, in which neither learned anything.
  At equal width the LSTM has about four times the parameters of the simple layer: a part of what it gains may be theirs.

Both layers start as in Keras: recurrent kernels orthogonal, the LSTM's forget gates open by σ(1) = 0.73. That is not the simple
network that lost its gradients in the papers of the nineties, whose recurrent weights were small and random. What the study does
not show: gradients that vanish for other reasons, such as depth.

The bounds were written down with the claim, and have not been moved since. The page of the tasks showed errors of 0.0007 to 0.0025 of
the LSTM and of 0.009 to 0.031 of the simple layer with five times the sequences, three seeds, before.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._chosen import error, log_ratio

SCALE = "~examples=2000"
SGD = {"optimizer": "sgd[learning_rate=0.3]", "schedule": "constant"}
STEP, SEQUENCES = 0.5, 256
FLOOR = 1e-7
"""What float32 rounds an output of size 1 by: no movement below it is one."""
CLIPPING = {
    name: bs.Arm(task=f"adding_rnn{SCALE}", recipe={**SGD, "gradient_transform": transform}, knobs={"epochs": 12})
    for name, transform in (("free", "none"), ("clipped", "clip_global_norm[bound=1]"))
}
LAYERS = {
    layer: bs.Arm(task=f"adding_{layer}{SCALE}", recipe={"schedule": "cosine"}, knobs={"epochs": 48})
    for layer in ("rnn", "lstm")
}


def against(worse, better):
    """Return the effect: ln of the test error of one arm by that of another."""

    def effect(runs):
        return log_ratio(error(runs[worse], "test_squared_error"), error(runs[better], "test_squared_error"))

    return effect


def kept(outputs, x):
    """Return how much outputs move with the number at the first step, by how much with the one at the last.

    Args:
        outputs: ``(inputs) -> [examples, 1]``.
        x: Inputs ``[examples, steps, 2]``, the numbers in the first channel.
    """
    import numpy as np

    moved = []
    for place in (0, -1):
        up, down = x.copy(), x.copy()
        up[:, place, 0] += STEP
        down[:, place, 0] -= STEP
        change = (outputs(up).astype("float64") - outputs(down)) / (2 * STEP)
        moved.append(max(float(np.sqrt(np.mean(change**2))), FLOOR))
    return moved[0] / moved[1]


def more_kept(lab, seed):
    """Return log₁₀ of what the LSTM keeps less log₁₀ of what the simple layer keeps, at their starting values."""
    found = {}
    for layer in LAYERS:
        specimen = lab.specimen(f"adding_{layer}{SCALE}", seed=seed)
        x, _ = specimen.arrays("train")
        found[layer] = kept(specimen.outputs, x[:SEQUENCES])
    return math.log10(found["lstm"] / found["rnn"])


@bs.hookimpl
def register_claims():
    """Register recurrent_gradients."""
    return [
        bs.Claim(
            name="recurrent_gradients",
            number="C30",
            sentence="Gradient clipping prevents gradients from exploding; an LSTM does not lose them easily, since its gates "
            "remember what was left "
            "of earlier steps.",
            source="Course notes N2, Vanishing and exploding gradients: clipping, LSTM; N0, Gradient clipping; Pascanu et al. 2013, "
            "arXiv:1211.5063",
            parts=[
                bs.Part(
                    name="clipping_stops_explosions",
                    says="ln of the test error of SGD without clipping by that with it, simple layer, rate 0.3; +∞ where only "
                    "the first blew up.",
                    evidence=bs.Trained(arms=CLIPPING, effect=against("free", "clipped")),
                    at_least=math.log(2),
                    because="Half the error; an explosion is no matter of degree.",
                    unit="log ratio",
                ),
                bs.Part(
                    name="lstm_keeps_more_at_the_start",
                    says="log₁₀ of (∂y/∂x₁ by ∂y/∂x₅₀) of the LSTM less that of the simple layer, both untrained.",
                    evidence=bs.Computed(compute=more_kept, seeds=10),
                    at_least=1.0,
                    because="Ten times as much of the gradient: what vanishes does so by orders of magnitude.",
                    unit="decades",
                ),
                bs.Part(
                    name="lstm_learns_over_many_steps",
                    says="ln of the test error of the simple layer by that of the LSTM, with four times the "
                    "parameters, after equal training.",
                    evidence=bs.Trained(arms=LAYERS, effect=against("rnn", "lstm"), seeds=7),
                    at_least=math.log(2),
                    because="Half the error.",
                    unit="log ratio",
                ),
            ],
            depends="On how recurrent weights start. Orthogonal ones keep the gradient of the simple layer, and forget gates "
            "that are open by 0.73 lose "
            "0.73⁵⁰ = 10⁻⁷ of that of the LSTM until it has learned to open them.",
        )
    ]
