"""What a component's object does with a few fixed numbers: enough of them that whatever it is made with shows.

Numbers are small and large, positive and negative, and come in the shapes that a network has. No program is built.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Component, Optimizer
from benchsuite.components.regularization import AfterStep, Batch, Kernels, Masks, Monitor, Step, averages
from benchsuite.components.schedule import Reacting
from benchsuite.engine.few_numbers import Bowl, names_kept, numbers, stream, variables
from benchsuite.errors import Unsupported

Make = Callable[[], Any]
Numbers = list[np.ndarray]
RATE = 0.05
CLASSES = 3
MANY = 10
"""Steps beyond which it is worth while to trace one."""
SHAPES = ((6, 12), (6, 4, 4, 12), (6, 3, 12))
"""Of what enters layers, in the order in which they are tried."""
IMAGES = (8, 9, 9, 3)


class Descent:
    """An optimizer in a bowl.

    Args:
        component: Its component.
        make: Makes it.
        graph: Whether its step is traced once, as in a program; called eagerly each time otherwise.
        depth: Of the bowl; 0 for a plain, where every gradient is 0.
    """

    def __init__(self, component: Optimizer, make: Make, graph: bool = False, depth: float = 1.0) -> None:
        import tensorflow as tf

        self._component = component
        self.trained = variables()
        # From flat to steep.
        curvatures = [depth * 10 ** numbers(v.shape, 7 + number) for number, v in enumerate(self.trained)]
        self.bowl = Bowl(self.trained, curvatures)
        self.made = make()
        self.made.build(self.trained)
        self._step = tf.function(self._one, autograph=False) if graph else self._one
        self._done = 0
        self._start = [(variable, np.array(variable.numpy())) for variable in (*self.trained, *self.made.variables)]

    def again(self) -> Descent:
        """Go back to where it started, state included; what was traced stays."""
        for variable, value in self._start:
            variable.assign(value)
        self._done = 0
        return self

    def _one(self, step: Any, rate: Any) -> None:
        if "learning_rate" in self._component.space:
            self.made.learning_rate = rate
        if "closure" in self._component.wants:
            with stream(step, noise.Owner.OPTIMIZER):
                self.made.step(self.bowl, self.trained)
        else:
            self.made.apply(self.bowl()[1], self.trained)

    def run(self, steps: int, rate: float = RATE) -> Numbers:
        """Do some steps; return where the variables are, and what they are evaluated with."""
        import tensorflow as tf

        for _ in range(steps):
            self._step(tf.constant(self._done, tf.int64), tf.constant(rate))
            self._done += 1
        found = [np.array(variable.numpy()) for variable in self.trained]
        if "evaluation_weights" in self._component.wants:
            found += [np.array(value) for value in self.made.evaluation_values(self.trained)]
        return found


def act(component: Component, make: Make, much: int = 4) -> Numbers:
    """Return what an object that ``make`` makes does.

    Args:
        component: Its component.
        make: Makes a new one at each call.
        much: How long it is watched, where that matters: steps or epochs.

    Raises:
        Exception: Whatever it raises.
    """
    import tensorflow as tf

    with names_kept(), tf.device("/CPU:0"):
        return [np.asarray(one) for one in _ACTS.get(component.kind, _regularization)(component, make, much)]


def _optimizer(component: Component, make: Make, much: int) -> list[Any]:
    assert isinstance(component, Optimizer)
    return list(Descent(component, make, graph=much > MANY).run(much))


def _transform(component: Component, make: Make, much: int) -> list[Any]:
    made = make()
    if made is None:
        return []
    trained, found = variables(), []
    for step, scale in enumerate((1e-4, 1.0, 1e4)):
        with stream(step):
            found += list(made([numbers(v.shape, 3 + n, scale) for n, v in enumerate(trained)], trained))
    return found


def _loss(component: Component, make: Make, much: int) -> list[Any]:
    import tensorflow as tf

    made = make()
    classes = getattr(component, "targets", "") == "classes"
    targets = tf.constant([0, 2, 1, 1, 0, 2]) if classes else numbers((6, 3), 5)
    return [made(targets, numbers((6, 3), 4, scale)) for scale in (0.01, 1.0, 30.0)]


def built(component: Component, make: Make) -> tuple[Any, Any] | None:
    """Return a layer and what it may be called with; ``None`` where there is none."""
    import keras

    made = make()
    if made is None:
        return None
    if not isinstance(made, keras.layers.Layer):
        return made, numbers(SHAPES[0], 4)
    refused: Exception | None = None
    for shape in ((12, 12),) if getattr(component, "on", "") == "kernel" else SHAPES:
        x = numbers(shape, 4)
        try:
            called(_at(make(), x), x, True)  # some layers say only when they are called that it is nothing for them
            return _at(made, x), x
        except Exception as error:
            refused = refused or error
            made = make()
    assert refused is not None
    raise refused


def _at(made: Any, x: Any) -> Any:
    """Build a layer for such inputs, as the first of two."""
    made.build(x.shape)
    if not getattr(made, "applies", True):
        raise Unsupported("not such inputs")
    if hasattr(made, "placed"):
        made.placed(1, 2)
    return made


def called(made: Any, x: Any, training: bool, key: int = 1) -> Any:
    """Call a layer or function as a network does."""
    import keras

    with stream(key=key):
        if isinstance(made, keras.layers.Layer):
            return made(x, training=training) if takes_training(made) else made(x)
        return made(x)


def takes_training(made: Any) -> bool:
    """Say whether a layer distinguishes training from evaluation."""
    code = getattr(made.call, "__code__", None)
    return code is None or "training" in code.co_varnames or bool(code.co_flags & 0x08)


def _layer(component: Component, make: Make, much: int) -> list[Any]:
    import tensorflow as tf

    ready = built(component, make)
    if ready is None:
        return []
    made, x = ready
    found = []
    again = built(component, make)
    for number, variable in enumerate(getattr(made, "variables", ())):
        value = np.array(variable.numpy())
        other = np.array(again[0].variables[number].numpy()) if again else value
        if value.shape == other.shape and not np.array_equal(value, other):  # drawn: the engine draws it anew
            variable.assign(tf.cast(numbers(variable.shape, number), variable.dtype))
        found.append(np.array(variable.numpy()))
    for scale in (1.0, 30.0):
        for training in (True, False):
            found.append(called(made, scale * x, training))
            found += [np.array(variable.numpy()) for variable in getattr(made, "variables", ())]
    return found


def _schedule(component: Component, make: Make, much: int) -> list[Any]:
    found = []
    for total in (7, 50 * much):
        made = make()
        if isinstance(made, Reacting):
            losses = [1 / (1 + epoch) for epoch in range(8)] + [
                0.125 + 0.004 * (epoch % 3) for epoch in range(10 * much)
            ]
            for epoch, loss in enumerate(losses, 1):
                found.append(np.asarray(made(np.arange(3 * epoch, 3 * epoch + 3), 3 * len(losses) + 3)))
                made.after_epoch(epoch, measured(loss - (0.02 if epoch == 20 else 0)))
        else:
            found.append(np.asarray(made(np.arange(total, dtype="int64"), total), float) + np.zeros(total))
    return found


def measured(loss: float) -> dict[str, float]:
    """Return a loss with metrics that go with it, as validation parts have them."""
    return {"loss": loss, "accuracy": 1 - loss, "rmse": loss**0.5}


def _initializer(component: Component, make: Make, much: int) -> list[Any]:
    made = make()
    return [drawn(made, shape, fans, 0) for shape, fans in KERNELS]


KERNELS = (((6, 8), (6, 8)), ((3, 3, 4, 5), (36, 45)), ((8, 3), (8, 3)))
"""Shapes of kernels, with what goes in and comes out."""


def drawn(initializer: Any, shape: tuple[int, ...], fans: tuple[int, int], seed: int, gain: float = 1.0) -> np.ndarray:
    """Draw one kernel as the engine does."""
    import keras

    if isinstance(initializer, keras.initializers.Initializer):
        settings = initializer.get_config()
        seeded = {**settings, "seed": 7 + seed} if "seed" in settings else settings
        return np.array(type(initializer).from_config(seeded)(shape))
    return np.array(initializer(shape, *fans, gain, np.random.default_rng(seed)))


def _preprocessing(component: Component, make: Make, much: int) -> list[Any]:
    made = make()
    if made is None:
        return []
    x = features()
    made.fit(x[:30])
    return [np.asarray(made.transform(x))]


def features() -> np.ndarray:
    """Return rows as preprocessings see them, read only: correlated columns, of other means and spreads."""
    generator = np.random.default_rng(3)
    x = generator.normal(size=(40, 6)) @ generator.normal(size=(6, 6)) * [1, 3, 0.1, 1, 2, 5] + [0, 5, -1, 0, 2, 1]
    x = x.astype("float32")
    x.flags.writeable = False
    return x


def _regularization(component: Component, make: Make, much: int) -> list[Any]:
    import keras
    import tensorflow as tf

    made = make()
    if made is None:
        return []
    if isinstance(made, keras.layers.Layer):
        return _layer(component, make, much)
    found: list[Any] = []
    if isinstance(made, AfterStep):
        found += after_steps(made, 2 * much)
    if isinstance(made, keras.Regularizer):
        found += [made(numbers((4, 3), 4, scale)) for scale in (0.1, 1.0, 10.0)]
    if isinstance(made, Masks):
        with stream():
            found.append(made.mask([3, 40, 12] if made.each_step else [40, 12]))
    if isinstance(made, Kernels):
        with stream():
            found += made.in_training([numbers((20, 9), 4)])
    if isinstance(made, Batch):
        for step in range(much):
            with stream(step, noise.Owner.BATCHES):
                found += made.batch(numbers(IMAGES, 4), tf.constant(np.arange(IMAGES[0]) % CLASSES, tf.int32), CLASSES)
    if isinstance(made, Monitor):
        losses = [1 / (1 + epoch) for epoch in range(5)] + [0.25 + 0.01 * (epoch % 4) for epoch in range(20 * much)]
        found.append(np.array([made.after_epoch(epoch, measured(loss)) for epoch, loss in enumerate(losses, 1)]))
        found.append(np.array(made.restores_best))
    return found


def after_steps(made: AfterStep, steps: int) -> Numbers:
    """Let a regularization act after some steps that something else did; return where that led."""
    import tensorflow as tf

    trained = variables()
    made.build(trained, trained[:1])
    found = []
    for step in range(steps):
        before = [tf.convert_to_tensor(variable) for variable in trained]
        for variable in trained:
            variable.assign(1.3 * variable + 0.1)
        number, epoch, total = (tf.constant(count, tf.int64) for count in (step, max(1, steps // 4), steps))
        made.after_step(Step(number, epoch, total, tf.constant(RATE), before))
        found += [np.array(variable.numpy()) for variable in trained]
        found += [np.array(value) for value in made.evaluation_values(trained)] if averages(made) else []  # type: ignore[attr-defined]  # optional
    return found


_ACTS = {
    "optimizer": _optimizer,
    "gradient_transform": _transform,
    "loss": _loss,
    "normalization": _layer,
    "activation": _layer,
    "schedule": _schedule,
    "initializer": _initializer,
    "preprocessing": _preprocessing,
}
