"""Scopes in which layers compute with other values than those their variables hold.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
from keras.src.backend.common.stateless_scope import get_stateless_scope

_lane: ContextVar[bool] = ContextVar("lane", default=False)


@contextmanager
def lane() -> Iterator[None]:
    """Let what is traced inside know that it is one of several lanes."""
    token = _lane.set(True)
    try:
        yield
    finally:
        _lane.reset(token)


def in_lane() -> bool:
    """Say whether what is traced now is one of several lanes: nothing may be assigned inside a loop, nor a loop differentiated."""
    return _lane.get()


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
