"""The penalties on the sizes and the squares of weights. TensorFlow and Keras are imported by the functions, not by this module."""

from functools import cache


@cache
def l1_l2():
    """Return the class of l₁·Σ|w| + l₂·Σ w²: Keras' ``L1L2``, which keeps its strengths as constants."""
    import keras
    import tensorflow as tf

    class Penalty(keras.regularizers.Regularizer):
        """See the function's docstring.

        Args:
            l1: Of the sizes.
            l2: Of the squares.
        """

        def __init__(self, l1, l2):
            self.l1, self.l2 = l1, l2

        def __call__(self, weights):
            terms = []
            if self.l1:
                terms.append(self.l1 * tf.reduce_sum(tf.abs(weights)))
            if self.l2:
                terms.append(self.l2 * tf.reduce_sum(tf.square(weights)))
            return tf.add_n(terms)

    return Penalty
