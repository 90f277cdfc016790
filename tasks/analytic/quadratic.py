"""A ravine of known condition number, without noise: gradient descent on it does exactly what theory says.

f(θ) = ½·θᵀ·H·θ, H = R·diag(1/κ, 1)·Rᵀ with κ = 100 and R the rotation by 30°: the floor of the ravine runs along
(cos 30°, sin 30°), so that no method gains by scaling each coordinate for itself. Minimum f = 0 at the origin. θ starts
at (−3, −0.5), f = 0.61: up on the steep side and far along the flat one, so that both directions count.

The best plain gradient descent, α = 2/(1 + 1/κ) = 1.98, shrinks the error by (κ − 1)/(κ + 1) = 0.980 a step; the best
momentum, α = 4/(1 + 1/√κ)² = 3.31 with ρ = ((√κ − 1)/(√κ + 1))² = 0.669, by 0.818 (Polyak 1964).

Measured, excess loss after the 200 steps: the baseline 2.9e-17, gradient descent at 1.98 1.9e-4, Adam 1.4e-3 at rate
0.1 and 2.1e-10 at 1; at its default for networks, 0.001, Adam is still at 0.37.

Another condition number is one line in a file of your own::

    from benchsuite_tasks.analytic.quadratic import quadratic

    @bs.hookimpl
    def register_tasks():
        return [quadratic("quadratic_1000", 1000.0)]
"""

import math

import benchsuite as bs
from benchsuite_tasks.analytic._surface import fields_of, surface_task, turned

CONDITION = 100.0
DEGREES = 30.0


def ravine(condition):
    """Return the surface of a ravine with largest curvature 1 and smallest 1/``condition``."""
    cos, sin = math.cos(math.radians(DEGREES)), math.sin(math.radians(DEGREES))

    def value(theta):
        """Return ½·(u²/κ + v²), u along the floor of the ravine and v across."""
        x, y = theta[..., 0], theta[..., 1]
        return 0.5 * ((cos * x + sin * y) ** 2 / condition + (cos * y - sin * x) ** 2)

    return bs.Surface(value=value, x=(-4, 4), y=(-3, 3), start=(-3, -0.5), minima=[(0, 0)])


def quadratic(name, condition):
    """Return the task of such a ravine; its axis ``condition`` makes others of it."""
    return surface_task(
        ravine(condition),
        name=name,
        targets=[1e-2, 1e-4, 1e-8],
        epochs=10,
        instance=lambda draw: fields_of(turned(ravine(draw.value("condition", condition)), draw)),
        axes={
            "condition": bs.Axis(
                sorted({1.0, 10.0, 100.0, 1000.0, condition}),
                default=condition,
                summary="Largest curvature over the smallest.",
            )
        },
        baseline={"optimizer": "momentum[learning_rate=2,momentum=0.7]"},
        summary=f"A ravine of condition number {condition:g}, rotated by 30°; no noise: all seeds agree.",
        citation="Polyak 1964",
    )


@bs.hookimpl
def register_tasks():
    """Register quadratic."""
    return [quadratic("quadratic", CONDITION)]
