"""Layers whose kernel is a function of the array that is trained: weight normalization and its like.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from benchsuite.engine.network.scopes import scope_of


@keras.saving.register_keras_serializable("benchsuite")
class Reparameterized(keras.layers.Wrapper):  # type: ignore[misc]  # Keras has no types
    """Calls a layer with other kernels than those it owns and trains.

    Args:
        layer: The layer.
        maps: Name of a kernel, such as ``"kernel"`` → the layer that is called with it and gives the one to be used.
        arguments: Keras' own, such as ``name``.
    """

    def __init__(self, layer: Any, maps: Mapping[str, Any], **arguments: Any) -> None:
        # Without casting: the maps see float32 kernels, the layer casts its inputs and whatever kernel it is given.
        super().__init__(layer, **{**arguments, "autocast": False})
        self.maps = dict(maps)

    def build(self, input_shape: Any = None) -> None:
        """Build the layer and the maps."""
        super().build(input_shape)
        for name, layer in self.maps.items():
            if not layer.built:  # a loaded one is
                layer.build(tuple(getattr(self.layer, name).shape))
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return what the layer gives with the mapped kernels."""
        variables = [getattr(self.layer, name) for name in self.maps]
        kernels = [
            layer(tf.convert_to_tensor(variable.value))
            for layer, variable in zip(self.maps.values(), variables, strict=True)
        ]
        # Keras' own way to let a layer compute with other values than those its variables hold.
        with scope_of(list(zip(variables, kernels, strict=True))):
            return self.layer(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the layer's."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return what ``from_config`` builds the layer from."""
        maps = {name: keras.saving.serialize_keras_object(layer) for name, layer in self.maps.items()}
        return {**super().get_config(), "maps": maps}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Reparameterized:
        """Build the layer from its configuration."""

        def built(part: Any) -> Any:
            return keras.saving.deserialize_keras_object(part, custom_objects=custom_objects)

        maps = {name: built(part) for name, part in config["maps"].items()}
        return cls(**{**config, "layer": built(config["layer"]), "maps": maps})

    @property
    def mapped(self) -> list[tuple[Any, Any]]:
        """Each trained kernel, and its map."""
        return [(getattr(self.layer, name), layer) for name, layer in self.maps.items()]
