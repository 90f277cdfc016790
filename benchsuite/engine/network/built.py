"""A task's network as a recipe has it: the model, its kernels and names, and values that start anew for each trial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchsuite.components import Task
from benchsuite.components.initializer import Adapting
from benchsuite.engine.ingredients import Ingredients
from benchsuite.engine.network.adapting import Network
from benchsuite.engine.network.blocks import Blocks
from benchsuite.engine.network.initial import Origins, draw_all
from benchsuite.engine.network.kernel_layers import KernelLayer, stable_names
from benchsuite.engine.seeds import Streams
from benchsuite.errors import BenchsuiteError, Unsupported


class BuiltNetwork:
    """A network that was built.

    Args:
        task: The task.
        ingredients: What the recipe made.
        input_shape: Of one example after preprocessing.
        input_type: Of the inputs.
        precision: ``float32`` or ``bfloat16`` (variables stay float32).

    Raises:
        Unsupported: If a regularization finds nothing to act on.
    """

    def __init__(
        self, task: Task, ingredients: Ingredients, input_shape: tuple[int, ...], input_type: str, precision: str
    ) -> None:
        import keras

        self._origins = Origins()
        blocks = Blocks(ingredients)
        policy = keras.config.dtype_policy()
        with self._origins.recording():
            keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
            try:
                inputs = keras.Input(input_shape, dtype=input_type)
                self.model = keras.Model(inputs, task.model(blocks, inputs))
            finally:
                keras.config.set_dtype_policy(policy)
        self._origins.snapshot(self.model.variables)
        assembly = blocks.assembly
        self.kernel_layers = assembly.kernel_layers
        self.trainable = self.model.trainable_variables
        self.names = stable_names(self.model.variables, assembly.names)
        self.mapped = assembly.mapped
        """Kernels that layers do not compute with as they are, each with the layer that maps it."""
        self._followers = [(kernel, layer) for kernel, layer in self.mapped if hasattr(layer, "start")]
        self.used = assembly.used | ({"initializer"} if self.kernel_layers else set())
        """Kinds that this network has a use for, of those that depend on it."""
        _settle(ingredients, task, self.kernel_layers, bool(self.mapped))

    @property
    def kernels(self) -> list[Any]:
        """The variables that the recipe's initializer fills."""
        return [kernel_layer.variable for kernel_layer in self.kernel_layers]

    @property
    def parameters(self) -> int:
        """Number of trained numbers."""
        return int(sum(np.prod(variable.shape) for variable in self.trainable))

    def start(self, streams: Streams, initializer: Any, examples: np.ndarray, weights: Path | None) -> None:
        """Assign starting values to every variable.

        Args:
            streams: The trial's seed streams.
            initializer: What the recipe's initializer component made.
            examples: Inputs of the training part.
            weights: Folder of stored weights, for initializers that take them.

        Raises:
            Unsupported: If the initializer is nothing for this network.
            BenchsuiteError: If its values have another shape or are not finite.
        """
        values = draw_all(
            self.model.variables, self.kernel_layers, self._origins, initializer, streams, self._followers
        )
        for variable, value in zip(self.model.variables, values, strict=True):
            variable.assign(value)
        if isinstance(initializer, Adapting):
            seen = Network(self.model, self.kernel_layers, self.names, examples, streams, self._followers, weights)
            initializer.adapt(seen)
            broken = [name for name, v in self.names.items() if not np.isfinite(np.array(v.numpy())).all()]
            if broken:
                raise BenchsuiteError(f"the initializer left values that are not finite in {', '.join(broken)}.")

    def used_value(self, variable: Any) -> Any:
        """Return the tensor that a layer computes with: a variable's value, or for a mapped kernel what becomes of it."""
        import tensorflow as tf

        value = tf.convert_to_tensor(variable.value)
        for kernel, layer in self.mapped:
            value = layer(value) if kernel is variable else value
        return value

    def used_values(self) -> dict[str, np.ndarray]:
        """Return a copy of what every layer computes with: name of the variable, such as ``dense_1/kernel`` → values.

        The variables of a kernel's map are left out: whoever takes the mapped kernel starts its own from it.
        """
        own = {id(variable) for _, layer in self.mapped for variable in layer.variables}
        return {name: np.array(self.used_value(v)) for name, v in self.names.items() if id(v) not in own}


def _settle(ingredients: Ingredients, task: Task, kernel_layers: Sequence[KernelLayer], mapped: bool) -> None:
    """Tell layers of residual branches where they stand; refuse regularizations that found nothing to act on."""
    for factory in ingredients.layers:
        if not any(getattr(layer, "applies", True) for layer in factory.made):
            raise Unsupported(f"regularization {factory.name!r} applies to none of the hidden layers of {task.title}")
    for factory in ingredients.branches:
        if not factory.made:
            raise Unsupported(
                f"regularization {factory.name!r} applies to residual branches, of which {task.title} has none"
            )
        for number, layer in enumerate(factory.made, 1):
            if hasattr(layer, "placed"):
                layer.placed(number, len(factory.made))
    if ingredients.masks and not any(kernel_layer.layer_type == "recurrent" for kernel_layer in kernel_layers):
        name = ingredients.masks[0][0]
        raise Unsupported(f"{task.title} has no recurrent layers that regularization {name!r} could mask")
    for name, _ in (*ingredients.penalties, *ingredients.kernel_changes):
        if not kernel_layers:
            raise Unsupported(f"{task.title} has no kernels that regularization {name!r} could act on")
    if mapped and ingredients.on_kernels:
        raise Unsupported(
            f"regularization {ingredients.on_kernels[0]!r} acts on kernels, and "
            f"{ingredients.normalization_component.title} computes them from other arrays"
        )
