"""The ingredients of a trial: what the components of its recipe made, ready to be built into a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchsuite.components import Activation, Loss, Monitor, Normalization, Optimizer, Task
from benchsuite.components.regularization import AfterStep, Batch, Kernels, Masks, averages
from benchsuite.components.schedule import Product
from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.fed.finding import handed
from benchsuite.engine.keras_parts import Constrained, OnInputs
from benchsuite.engine.new_objects import new_layer
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.recipe import Recipe, Setting
from benchsuite.selection import Components
from benchsuite.spaces import Value


@dataclass(frozen=True)
class Ingredients:
    """Factories and objects of one recipe. A factory makes a new object at each call: one wherever the network has one.

    Args:
        optimizer: Makes the optimizer.
        optimizer_component: Its component, for what it wants.
        transform: The gradient transform, or ``None``.
        normalization: Makes a layer or ``None``.
        normalization_component: Its component, for where it applies.
        activation: Makes a layer or function.
        gain: Of the activation.
        penalties: Name and kernel penalty of each regularization that has one.
        layers: Factories of the layers after each activation.
        branches: Factories of the layers after each residual branch.
        masks: Name and object of each regularization that masks what enters recurrent layers.
        batches: Name and object of each regularization that changes training batches.
        kernel_changes: Name and object of each regularization that changes kernels in training.
        after_steps: Factories of the regularizations that act after each step.
        on_kernels: Names of the regularizations that need the kernels that layers compute with.
        loss: ``(targets, outputs) -> losses``, or ``None`` where the task has its own.
        loss_component: Its component, likewise.
        feeding: Holds the values of those hyperparameters that are fed.
        knobs: Value of each of the task's own knobs.
    """

    optimizer: Callable[[], Any]
    optimizer_component: Optimizer
    transform: Callable[[list[Any], list[Any]], list[Any]] | None
    normalization: Callable[[], Any]
    normalization_component: Normalization
    activation: Callable[[], Any]
    gain: float
    penalties: tuple[tuple[str, Any], ...]
    layers: tuple[Factory, ...]
    branches: tuple[Factory, ...]
    masks: tuple[tuple[str, Masks], ...]
    batches: tuple[tuple[str, Batch], ...]
    kernel_changes: tuple[tuple[str, Kernels], ...]
    after_steps: tuple[Callable[[], AfterStep], ...]
    on_kernels: tuple[str, ...]
    loss: Callable[[Any, Any], Any] | None
    loss_component: Loss | None
    feeding: Feeding
    knobs: Mapping[str, Value] = field(default_factory=dict)


class Factory:
    """Makes the layers of one regularization, and remembers those that it made.

    Args:
        name: Of the regularization.
        make: Makes a layer.
    """

    def __init__(self, name: str, make: Callable[[], Any]) -> None:
        self.name = name
        self._make = make
        self.made: list[Any] = []

    def __call__(self) -> Any:
        """Return a new layer."""
        self.made.append(new_layer(self._make(), f"regularization {self.name!r}"))
        return self.made[-1]


class _Regularizers:
    """What the regularizations of a recipe made, by what they are.

    Args:
        feeding: Gives fed hyperparameters.
    """

    def __init__(self, feeding: Feeding) -> None:
        self._feeding = feeding
        self.penalties: list[tuple[str, Any]] = []
        self.layers: list[Factory] = []
        self.branches: list[Factory] = []
        self.masks: list[tuple[str, Masks]] = []
        self.batches: list[tuple[str, Batch]] = []
        self.kernel_changes: list[tuple[str, Kernels]] = []
        self.after_steps: list[Callable[[], AfterStep]] = []
        self.on_kernels: list[str] = []
        self._averaging: list[str] = []

    def add(self, setting: Setting, place: int, components: Components) -> None:
        """Make one and file it.

        Args:
            setting: Its setting.
            place: Its place among the regularizations of the recipe.
            components: Where components are looked up.

        Raises:
            BenchsuiteError: If it is nothing that a regularization may be.
        """
        import keras

        factory = _factory(setting, components, self._feeding, place)
        made = factory()
        if made is None:
            return
        if isinstance(made, keras.Regularizer):
            self.penalties.append((setting.name, made))
        elif isinstance(made, keras.constraints.Constraint):
            self.after_steps.append(lambda: Constrained(factory()))
            self.on_kernels.append(setting.name)
        elif isinstance(made, keras.layers.Layer) and getattr(made, "on", "") == "inputs":
            self.batches.append((setting.name, OnInputs(made, setting.name)))
        elif isinstance(made, keras.layers.Layer):
            on_branches = getattr(made, "on", "activations") == "branches"
            (self.branches if on_branches else self.layers).append(Factory(setting.name, factory))
        elif not isinstance(made, Masks | Batch | Kernels | AfterStep | Monitor):
            missing = [
                name for name in ("build", "variables") if hasattr(made, "after_step") and not hasattr(made, name)
            ]
            received = type(made).__name__ + (f", which has after_step but no {', '.join(missing)}" if missing else "")
            raise BenchsuiteError(
                f"make of regularization {setting.name!r} must return a keras.Regularizer, a keras.Layer, "
                f"a keras.constraints.Constraint, an object with one of the "
                f"methods mask (with each_step), batch, in_training, after_step (with build and variables) and after_epoch "
                f"(with restores_best), or None. Received: {received}."
            )
        else:
            if isinstance(made, Masks):
                self.masks.append((setting.name, made))
            if isinstance(made, Batch):
                self.batches.append((setting.name, made))
            if isinstance(made, Kernels):
                self.kernel_changes.append((setting.name, made))
                self.on_kernels.append(setting.name)
            if isinstance(made, AfterStep):
                self.after_steps.append(factory)
                self.on_kernels += [setting.name] if getattr(made, "on", "") == "kernels" else []
                self._averaging += [f"regularization {setting.name!r}"] if averages(made) else []

    def check_averages(self, optimizer: Optimizer) -> None:
        """Refuse two ingredients that would each evaluate with weights of their own.

        Raises:
            Unsupported: Naming both.
        """
        owners = [optimizer.title] if "evaluation_weights" in optimizer.wants else []
        owners += self._averaging
        if len(owners) > 1:
            raise Unsupported(f"{owners[0]} and {owners[1]} each evaluate with averaged weights of their own")


def make(setting: Setting, components: Components, feeding: Feeding | None = None, place: int = 0) -> Any:
    """Call a component's ``make`` with the setting's hyperparameters.

    Args:
        setting: The setting.
        components: Where components are looked up.
        feeding: Gives what stands for fed hyperparameters; all are plain unless given.
        place: Of the setting among those of its kind.
    """
    component = components.component(setting.kind, setting.name)
    if feeding is None or not feeding.fed:
        return component.make(**setting.hyperparameters)
    return handed(component, setting, feeding, place)


def make_ingredients(
    task: Task,
    recipe: Recipe,
    components: Components,
    classes: bool,
    feeding: Feeding | None = None,
    knobs: Sequence[tuple[str, Value]] = (),
) -> Ingredients:
    """Make what a program is built from.

    Args:
        task: The task.
        recipe: The recipe.
        components: Where components are looked up.
        classes: Whether the task's targets are classes.
        feeding: Gives what stands for fed hyperparameters; all are plain unless given.
        knobs: Values of the task's own knobs, of those that are not as the task has them.

    Raises:
        Unsupported: If the recipe does not apply to the task.
        BenchsuiteError: If a component's ``make`` returned something that its kind does not allow.
    """
    feeding = feeding or Feeding()
    optimizer_component = components.component("optimizer", recipe.one("optimizer").name)
    normalization = components.component("normalization", recipe.one("normalization").name)
    activation = components.component("activation", recipe.one("activation").name)
    assert isinstance(optimizer_component, Optimizer)
    assert isinstance(normalization, Normalization)
    assert isinstance(activation, Activation)
    loss, loss_component = None, None
    if "loss" in recipe:
        found = components.component("loss", recipe.one("loss").name)
        assert isinstance(found, Loss)
        loss_component = found
        if (loss_component.targets == "classes") != classes:
            have = "classes" if classes else "values"
            if loss_component.name == task.loss:
                raise BenchsuiteError(
                    f"{task.title} has {loss_component.title}, which is for {loss_component.targets}, and its targets are {have} "
                    f"({'int32' if classes else 'float32'})."
                )
            raise Unsupported(
                f"{loss_component.title} is for {loss_component.targets}; the targets of {task.title} are {have}"
            )
        loss = make(recipe.one("loss"), components, feeding)
    regularizers = _Regularizers(feeding)
    for place, setting in enumerate(recipe["regularization"]):
        regularizers.add(setting, place, components)
    regularizers.check_averages(optimizer_component)
    return Ingredients(
        optimizer=_factory(recipe.one("optimizer"), components, feeding),
        optimizer_component=optimizer_component,
        transform=make(recipe.one("gradient_transform"), components, feeding),
        normalization=_factory(recipe.one("normalization"), components, feeding),
        normalization_component=normalization,
        activation=_factory(recipe.one("activation"), components, feeding),
        gain=activation.gain,
        penalties=tuple(regularizers.penalties),
        layers=tuple(regularizers.layers),
        branches=tuple(regularizers.branches),
        masks=tuple(regularizers.masks),
        batches=tuple(regularizers.batches),
        kernel_changes=tuple(regularizers.kernel_changes),
        after_steps=tuple(regularizers.after_steps),
        on_kernels=tuple(regularizers.on_kernels),
        loss=loss,
        loss_component=loss_component,
        feeding=feeding,
        knobs={**{name: space.default for name, space in task.architecture.items()}, **dict(task.unusual(dict(knobs)))},
    )


def make_monitors(recipe: Recipe, components: Components) -> list[Monitor]:
    """Make the regularizations that act between epochs, fresh for one trial."""
    made = [make(setting, components) for setting in recipe["regularization"]]
    return [monitor for monitor in made if isinstance(monitor, Monitor) and hasattr(monitor, "after_epoch")]


def make_schedule(recipe: Recipe, components: Components) -> Product:
    """Make the schedules of a recipe, fresh for one trial, and join them."""
    return Product([make(setting, components) for setting in recipe["schedule"]])


def _factory(setting: Setting, components: Components, feeding: Feeding, place: int = 0) -> Callable[[], Any]:
    return lambda: make(setting, components, feeding, place)
