"""Scopes in which layers compute with other values than those their variables hold.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras.src.backend.common.stateless_scope import get_stateless_scope


def scope_of(mapping: Sequence[tuple[Any, Any]], **arguments: Any) -> Any:
    """Return a scope in which variables have other values, and all others those that they have around it, as in a lane.

    Args:
        mapping: Variables and their values.
        arguments: Of ``keras.StatelessScope``, which knows nothing of a scope around itself.
    """
    around, scope = get_stateless_scope(), keras.StatelessScope(mapping, **arguments)
    if around is not None:
        scope.state_mapping = {**around.state_mapping, **scope.state_mapping}
    return scope
