"""The promise that ``make`` returns an object, a new one at each call."""

from __future__ import annotations

import inspect
from typing import Any

from benchsuite.components import Component
from benchsuite.conformance.finding import Finding
from benchsuite.errors import Unsupported
from benchsuite.recipe import Setting

PROMISE = "make returns a new object at each call"
NEVER_NONE = ("optimizer", "schedule", "initializer", "activation", "loss")


def is_made_anew(component: Component) -> Finding | None:
    """Call ``make`` twice with the defaults.

    Returns:
        What became of the promise; ``None`` where it needs another trial, or says that it cannot be applied here.

    Raises:
        Exception: Whatever it raises.
    """
    if component.required:
        return None
    setting = Setting.of(component, {})
    try:
        made, again = (component.make(**setting.hyperparameters) for _ in range(2))
    except Unsupported:
        return None
    if inspect.isclass(made):
        name = made.__name__
        cure = f"Return an instance, not the class: `return {name}(…)`."
        return Finding(PROMISE, f"make returned the class {name}", cure=cure)
    if made is None and component.kind in NEVER_NONE:
        cure = "Is there a `return` at the end of make? What is made must be handed back."
        return Finding(PROMISE, "make returned None", cure=cure)
    if made is again and _has_state(made):
        what = "layer" if _is_layer(made) else "object"
        cure = f"Return a new {what}: create it inside make, not at the top of the module, and keep none in a cache."
        return Finding(PROMISE, f"two calls of make returned the same {type(made).__name__}", cure=cure)
    return Finding(PROMISE)


def _has_state(made: Any) -> bool:
    import keras

    of_keras = isinstance(made, keras.optimizers.Optimizer | keras.layers.Layer)
    return of_keras or hasattr(made, "after_epoch") or hasattr(made, "after_step")


def _is_layer(made: Any) -> bool:
    import keras

    return isinstance(made, keras.layers.Layer)
