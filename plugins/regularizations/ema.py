"""Exponential moving average of the weights, for evaluation: θ̄ ← (1 − s)·θ̄ + s·θ after each step, s = (1 − d)/(1 − dᵗ).

Polyak & Juditsky 1992; Tarvainen & Valpola 2017, arXiv:1703.01780. The share s makes θ̄ the weighted mean of the trained
weights alone: after step t, step i has the weight (1 − d)·dᵗ⁻ⁱ/(1 − dᵗ). Keras' ``use_ema`` and TensorFlow's
``ExponentialMovingAverage`` let θ̄ start at the untrained weights, which lasts 1/(1 − d) steps. d = 0.99 is Keras' default.
Training is not changed. Biases, γ and β are averaged like kernels; the moving statistics of batch normalization are made
anew for the averaged weights before each evaluation, from training batches. d = 0 evaluates with the weights themselves.
"""

import benchsuite as bs


def make(decay):
    """Return the average."""
    import tensorflow as tf

    from benchsuite_plugins.regularizations._average import Average

    class ExponentialAverage(Average):
        """See the module's docstring for the rule."""

        def after_step(self, step):
            """Move towards the new weights."""
            count = tf.cast(step.number + 1, tf.float32)
            self.move((1 - decay) / (1 - tf.pow(tf.convert_to_tensor(decay, tf.float32), count)))

    return ExponentialAverage()


@bs.hookimpl
def register_regularizations():
    """Register ema."""
    return [
        bs.Regularization(
            name="ema",
            make=make,
            space={"decay": bs.OneMinusLogUniform(0.0, 0.99999, default=0.99)},
            summary="Evaluates with an average over the last weights.",
            reference="Polyak & Juditsky 1992; Tarvainen & Valpola 2017, arXiv:1703.01780",
            formula="θ̄ ← (1 − s)·θ̄ + s·θ, s = (1 − d)/(1 − dᵗ)",
        )
    ]
