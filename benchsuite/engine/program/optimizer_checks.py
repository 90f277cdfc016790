"""What ``make`` of an optimizer may return, and what is said of anything else."""

from __future__ import annotations

from typing import Any

from benchsuite.components import Optimizer
from benchsuite.engine.ingredients import Ingredients
from benchsuite.errors import BenchsuiteError

OF_KERAS_2 = ("_resource_apply_dense", "_create_slots", "get_updates")
"""Methods by which the rule of an optimizer was written for Keras 2 and before."""
HOW = "Subclass keras.optimizers.Optimizer of Keras 3 and write the rule as update_step(gradient, variable, learning_rate)."


def checked(ingredients: Ingredients, made: Any = None) -> Any:
    """Make an optimizer, and refuse what is none.

    Args:
        ingredients: What the recipe made.
        made: What the component made before, if anything.

    Raises:
        BenchsuiteError: With what it is, and what to return in its place.
    """
    optimizer, component = ingredients.optimizer(), ingredients.optimizer_component
    begins = f"make of {component.title} returned "
    if isinstance(optimizer, type):
        raise BenchsuiteError(
            f"{begins}the class {optimizer.__name__}, not an object of it: return {optimizer.__name__}(learning_rate)."
        )
    if optimizer is made or getattr(optimizer, "built", False) is True:
        raise BenchsuiteError(
            f"{begins}the same optimizer twice: {type(optimizer).__name__}. Return a new one at each call; one that is kept in a module, "
            "in a global variable or by functools.cache has the state of whichever trial built it."
        )
    what, takes_closure = type(optimizer).__name__, "closure" in component.wants
    needed = ["build", "variables", "step" if takes_closure else "apply"]
    needed += ["evaluation_values"] if "evaluation_weights" in component.wants else []
    missing = [name for name in needed if not hasattr(optimizer, name)]
    if "apply" in missing and hasattr(optimizer, "apply_gradients"):
        raise BenchsuiteError(f"{begins}{what} of {type(optimizer).__module__}, an optimizer of Keras 2. {HOW}")
    if missing:
        raise BenchsuiteError(
            f"{begins}{what}, which has no {', '.join(missing)}. "
            "Return a keras.optimizers.Optimizer, or what bs.Optimizer describes for its `wants`."
        )
    _check_rule(optimizer, component, begins)
    if "learning_rate" in component.space:
        _check_rate(optimizer, begins)
    if takes_closure and getattr(optimizer, "loss_scale_factor", None) is not None:
        raise BenchsuiteError(
            f"{begins}{what} with loss_scale_factor, by which it divides gradients; closure() returns those of the loss as it is. "
            "Leave loss_scale_factor out: in float32 and bfloat16 nothing underflows."
        )
    return optimizer


def _check_rule(optimizer: Any, component: Optimizer, begins: str) -> None:
    """Refuse a Keras optimizer whose class says nowhere how a variable changes."""
    from keras.src.backend.tensorflow.optimizer import TFOptimizer
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    if not isinstance(optimizer, BaseOptimizer) or "closure" in component.wants:
        return
    cls, bases = type(optimizer), (BaseOptimizer, TFOptimizer)
    rules = ("update_step", "apply", "_backend_apply_gradients", "_backend_update_step")
    if any(getattr(cls, name) not in [getattr(base, name) for base in bases] for name in rules):
        return
    old = [name for name in OF_KERAS_2 if hasattr(cls, name)]
    why = f"its rule is in {old[0]}, which Keras 2 called" if old else "nothing says how a variable changes"
    raise BenchsuiteError(f"{begins}{cls.__name__}, which has no update_step: {why}. {HOW}")


def _check_rate(optimizer: Any, begins: str) -> None:
    """Refuse a Keras optimizer whose learning rate is a schedule, where the learning rate is a hyperparameter."""
    import keras

    while isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer
    rate = getattr(optimizer, "_learning_rate", None)
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule) or callable(rate):
        name = type(rate).__name__ if not hasattr(rate, "__name__") else rate.__name__
        raise BenchsuiteError(
            f"{begins}{type(optimizer).__name__} with a schedule of Keras' as its learning rate ({name}): it could not be set, "
            "and the hyperparameter learning_rate is set at each step, since the suite's schedule multiplies it. "
            "Either hand learning_rate over as it is and register the schedule as a bs.Schedule; or, where it is part of the method, "
            "call the hyperparameter otherwise, such as initial_rate: an optimizer without learning_rate keeps its own schedule."
        )
