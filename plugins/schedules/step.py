"""Step decay: α_t = α·γ^⌊k·t/T⌋ for T steps in all.

The rate is multiplied by γ at k − 1 evenly spaced moments. It switches at the boundary step itself, as optax and
PyTorch do; Keras' piecewise schedule keeps the old value there.
"""

import benchsuite as bs


def make(factor, stages):
    """Return the schedule for a decay ``factor`` between ``stages`` equally long stages."""

    def schedule(step, total_steps):
        # In whole numbers: a boundary must not move by rounding.
        return factor ** (step * stages // total_steps)

    return schedule


@bs.hookimpl
def register_schedules():
    """Register step."""
    return [
        bs.Schedule(
            name="step",
            make=make,
            space={"factor": bs.LogUniform(0.01, 0.99, default=0.1), "stages": bs.Integer(2, 10, default=3)},
            summary="Divided by a factor at evenly spaced moments.",
            reference="Course notes; He et al. 2016, arXiv:1512.03385, use it so",
            formula="α_t = α·γ^⌊k·t/T⌋",
        )
    ]
