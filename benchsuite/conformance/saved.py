"""The promise that a model with a component's layers predicts the same once Keras saved and loaded it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from tempfile import TemporaryDirectory

from benchsuite.conformance.finding import Finding
from benchsuite.conformance.mishap import Mishap
from benchsuite.conformance.places import own_of, place_of_class
from benchsuite.conformance.trying import Trying
from benchsuite.engine.fed.swapping import settle
from benchsuite.engine.session import Session

WITH_LAYERS = ("normalization", "regularization", "activation")
"""Kinds whose components may be layers of the model."""


FUNCTION = (
    "What is made is a function, whose operations become layers of the model, and not all of them can be saved (those that draw "
    "cannot). Write a keras.layers.Layer with @keras.saving.register_keras_serializable above it."
)


def is_saved(trying: Trying) -> Finding:
    """Compare a model with the one that Keras gets back from a file.

    Keras notes by itself what a layer without a ``get_config`` is made with, if that can be written down; a fed number
    cannot. So a model that does not come back is saved from a program that is handed plain numbers as well.
    """
    found = _saved_in(trying.session, trying)
    return _saved_in(trying.fresh(False), trying) if found.problem else found


def _saved_in(session: Session, trying: Trying) -> Finding:
    import keras
    import numpy as np

    promise = f"a saved model predicts the same once it is loaded, on {trying.task.name}"
    ready = session.ready(trying.trial())
    # Trained: what a file leaves out would otherwise come back with the value that it starts from.
    ready.program.train(ready.feed, *ready.plan.epoch(0), 0, float("inf"))
    model, x = ready.program.network.model, np.asarray(ready.feed.head[0])
    for layer in model._flatten_layers():
        settle(layer)  # a model that is saved has the present values
    own = own_of(trying.registry, trying.component)
    # Of the author's classes the first one: there a decorator or get_config is missing.
    at = next(filter(None, (place_of_class(type(layer), own) for layer in model._flatten_layers())), None)
    expected = np.asarray(model(x, training=False))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            model.save(path)
            found = np.asarray(keras.saving.load_model(path)(x, training=False))
        except Exception as error:
            told = Mishap.of(error).finding(promise, own, trying.component, "saving or loading it: ", at)
            return told if at else dataclasses.replace(told, cure=FUNCTION)
    if np.array_equal(found, expected):
        return Finding(promise)
    cure = (
        "get_config leaves out what the layer is made with, or from_config makes another one. Return every argument of "
        "__init__ with its present value, and keep what is learned in weights (self.add_weight)."
    )
    problem = f"predictions differ by up to {float(np.abs(found - expected).max()):.2g}"
    return Finding(promise, problem, "", str(at or ""), cure, at.source if at else "")
