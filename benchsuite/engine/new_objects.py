"""Whether what ``make`` returns is new: an object that stands in two places shares its weights and its state there."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from benchsuite.errors import BenchsuiteError

_handed_out: WeakSet[Any] = WeakSet()
"""Every layer that was put into a network of this process, as long as it lives."""


def new_layer(made: Any, title: str) -> Any:
    """Return what ``make`` returned, once it is known to stand nowhere else.

    Args:
        made: A ``keras.Layer``; anything else may come as often as it likes.
        title: Of the component.

    Raises:
        BenchsuiteError: If it is a layer that was handed out before.
    """
    import keras

    if isinstance(made, keras.layers.Layer):
        if made in _handed_out:
            raise BenchsuiteError(
                f"make of {title} returned the same layer twice: {type(made).__name__} {made.name!r}. Return a new layer at each call; "
                "one that is kept in a module, in a global variable or by functools.cache would share its weights between places "
                "and between trials."
            )
        _handed_out.add(made)
    return made
