"""The unified family of the course notes: Δθ = −α·M/√(G + ε) with M = φ(g₁ … gₜ) and G = ψ(g₁ … gₜ).

φ estimates the direction, ψ the scale; each textbook method is one pair of them, which its formula names. A hat is the
bias correction: division by 1 − βᵗ.

Computed in float64 each instance equals its formula to 1e-10, and so it stands beside the Keras class of the same name.
Where they differ: α stands outside of M (as in PyTorch and optax), so momentum and nesterov equal Keras' only while the
rate is constant; ε stands inside the root, where Keras' Adam adds it to the uncorrected root; AdaGrad's sum starts at
0, in Keras at 0.1; AdaDelta has α = 1, in Keras 0.001. In RMSprop and in AdaDelta Keras does the same.
"""

from functools import cache

import benchsuite as bs

# φ and ψ: (input x, memory, decay, correction 1 − decayᵗ) → (value, new memory). φ is given g, ψ is given g².


def _input(x, memory, decay, correction):
    return x, None


def _sum(x, memory, decay, correction):
    memory = memory + x
    return memory, memory


def _momentum(x, memory, decay, correction):
    memory = decay * memory + x
    return memory, memory


def _nesterov(x, memory, decay, correction):
    memory = decay * memory + x
    return decay * memory + x, memory


def _average(x, memory, decay, correction):
    memory = decay * memory + (1 - decay) * x
    return memory, memory


def _corrected(x, memory, decay, correction):
    memory = decay * memory + (1 - decay) * x
    return memory / correction, memory


RULES = {
    "input": _input,
    "sum": _sum,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "average": _average,
    "corrected": _corrected,
}


@cache
def unified():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, one_minus_power, serializable

    @serializable
    class Unified(Ours):
        """Δθ = −α·M/√(G + ε), composed of a direction and a scale.

        Args:
            learning_rate: α.
            direction: φ: ``input``, ``momentum``, ``nesterov``, ``corrected`` or ``updates`` (AdaDelta's).
            scale: ψ: ``one``, ``sum``, ``average`` or ``corrected``.
            direction_decay: ρ or β of φ.
            scale_decay: β of ψ.
            epsilon: ε.
        """

        def __init__(
            self,
            learning_rate=0.01,
            direction="input",
            scale="one",
            direction_decay=0.0,
            scale_decay=0.0,
            epsilon=0.0,
            **arguments,
        ):
            own = {
                "direction": direction,
                "scale": scale,
                "direction_decay": direction_decay,
                "scale_decay": scale_decay,
                "epsilon": epsilon,
            }
            super().__init__(learning_rate, own, **arguments)

        def slots_of(self, variable):
            kept = {"direction": self.direction != "input", "scale": self.scale != "one"}
            return {slot: tuple(variable.shape) for slot, wanted in kept.items() if wanted}

        def applied(self, rule, x, memory, decay, step):
            """Return what φ or ψ makes of its input."""
            return RULES[rule](x, memory, decay, one_minus_power(decay, step) if rule == "corrected" else None)

        def update(self, g, theta, state, rate, step):
            new = {}
            if self.direction == "updates":
                m = tf.sqrt(state["direction"] + self.epsilon) * g
            else:
                memory = state.get("direction")
                m, new["direction"] = self.applied(self.direction, g, memory, self.direction_decay, step)
            delta = -m
            if self.scale != "one":
                scale, new["scale"] = self.applied(self.scale, g**2, state["scale"], self.scale_decay, step)
                delta = -m / tf.sqrt(scale + self.epsilon)
            if self.direction == "updates":
                _, new["direction"] = _average(delta**2, state["direction"], self.direction_decay, None)
            return theta + rate * delta, {name: value for name, value in new.items() if value is not None}

    return Unified


RATE = 0.01
RHO = {"rho": bs.OneMinusLogUniform(0.0, 0.9999, default=0.9)}


def _epsilon(default):
    return {"epsilon": bs.LogUniform(1e-10, 1e-3, default=default)}


def _instance(name, make, state, summary, reference, formula, rate=RATE, **space):
    return bs.Optimizer(
        name=f"unified_{name}",
        make=make,
        state=state,
        space={"learning_rate": bs.LogUniform(1e-5, 10.0, default=rate), **space},
        summary=summary,
        reference=reference,
        formula=formula,
        same_as=name,
    )


@bs.hookimpl
def register_optimizers():
    """Register the seven instances."""
    return [
        _instance(
            "sgd",
            lambda learning_rate: unified()(learning_rate),
            0,
            "Unified family: M = g, G = 1.",
            "Robbins & Monro 1951; course notes",
            "Δθ = −α·g",
        ),
        _instance(
            "momentum",
            lambda learning_rate, rho: unified()(learning_rate, "momentum", direction_decay=rho),
            1,
            "Unified family: M an accumulated gradient, G = 1.",
            "Polyak 1964; course notes",
            "M ← ρ·M + g;  Δθ = −α·M",
            **RHO,
        ),
        _instance(
            "nesterov",
            lambda learning_rate, rho: unified()(learning_rate, "nesterov", direction_decay=rho),
            1,
            "Unified family: M one momentum step ahead, G = 1.",
            "Nesterov 1983; Sutskever et al. 2013; course notes",
            "B ← ρ·B + g;  Δθ = −α·(ρ·B + g)",
            **RHO,
        ),
        _instance(
            "adagrad",
            lambda learning_rate, epsilon: unified()(learning_rate, scale="sum", epsilon=epsilon),
            1,
            "Unified family: M = g, G the sum of squares.",
            "Duchi, Hazan & Singer 2011; course notes",
            "G ← G + g²;  Δθ = −α·g/√(G + ε)",
            **_epsilon(1e-7),
        ),
        _instance(
            "rmsprop",
            lambda learning_rate, rho, epsilon: unified()(
                learning_rate, scale="average", scale_decay=rho, epsilon=epsilon
            ),
            1,
            "Unified family: M = g, G an average of squares.",
            "Tieleman & Hinton 2012; course notes",
            "G ← β·G + (1 − β)·g²;  Δθ = −α·g/√(G + ε)",
            rate=0.001,
            **RHO,
            **_epsilon(1e-7),
        ),
        _instance(
            "adadelta",
            lambda learning_rate, rho, epsilon: unified()(learning_rate, "updates", "average", rho, rho, epsilon),
            2,
            "Unified family: M in units of past steps, G an average of squares.",
            "Zeiler 2012, arXiv:1212.5701; course notes",
            "M = √(D + ε)·g;  G ← β·G + (1 − β)·g²;  Δθ = −α·M/√(G + ε);  D ← β·D + (1 − β)·(Δθ/α)²",
            rate=1.0,
            rho=bs.OneMinusLogUniform(0.0, 0.9999, default=0.95),
            **_epsilon(1e-6),
        ),
        _instance(
            "adam",
            lambda learning_rate, beta_1, beta_2, epsilon: unified()(
                learning_rate, "corrected", "corrected", beta_1, beta_2, epsilon
            ),
            2,
            "Unified family: M and G bias-corrected averages, ε in the root.",
            "Kingma & Ba 2015, arXiv:1412.6980; course notes",
            "M ← β₁·M + (1 − β₁)·g;  G ← β₂·G + (1 − β₂)·g²;  Δθ = −α·M̂/√(Ĝ + ε)",
            rate=0.001,
            beta_1=bs.OneMinusLogUniform(0.0, 0.9999, default=0.9),
            beta_2=bs.OneMinusLogUniform(0.0, 0.99999, default=0.999),
            **_epsilon(1e-8),
        ),
    ]
