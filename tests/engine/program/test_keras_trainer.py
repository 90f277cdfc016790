"""Options of Keras' optimizers against Keras' own trainer: ``model.compile`` and ``model.fit`` on the batches of the trial."""

import itertools
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import load
from benchsuite.engine.program.optimizer_checks import checked
from benchsuite.engine.seeds import Streams

RATE = 0.0625
EPOCHS = 1
SPACE = {"learning_rate": bs.LogUniform(1e-4, 10.0, default=RATE)}


class Wrapped(keras.optimizers.Optimizer):
    """Saves the optimizer inside it as Keras does, with the name that it was given by itself, and as an object."""

    def __init__(self, inner, **arguments):
        super().__init__(learning_rate=inner.learning_rate.numpy().item(), **arguments)
        self.inner = inner

    def build(self, variables):
        super().build(variables)
        self.inner.build(variables)

    @property
    def variables(self):
        return [*super().variables, *self.inner.variables]

    def update_step(self, gradient, variable, learning_rate):
        self.inner.update_step(gradient, variable, learning_rate)

    def get_config(self):
        return {**super().get_config(), "inner": keras.saving.serialize_keras_object(self.inner), "same": self.inner}


def spared(learning_rate):
    optimizer = keras.optimizers.AdamW(learning_rate, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def option(cls="SGD", **options):
    return lambda learning_rate: getattr(keras.optimizers, cls)(learning_rate, **options)


MADE = {
    "use_ema": option(use_ema=True, ema_momentum=0.875),
    "ema_overwrite_frequency": option("Adam", use_ema=True, ema_momentum=0.875, ema_overwrite_frequency=3),
    "clipnorm": option(clipnorm=0.125),
    "global_clipnorm": option(global_clipnorm=0.125),
    "clipvalue": option(clipvalue=0.03125),
    "gradient_accumulation_steps": option("Adam", gradient_accumulation_steps=3),
    "loss_scale_factor": option(loss_scale_factor=512.0),
    # The scale doubles several times on the way.
    "LossScaleOptimizer": lambda learning_rate: keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(learning_rate, use_ema=True, ema_momentum=0.875),
        initial_scale=64.0,
        dynamic_growth_steps=4,
    ),
    "exclude_from_weight_decay": spared,
    "a wrapper": lambda learning_rate: Wrapped(keras.optimizers.Adam(learning_rate)),
}


def fitted(bench, make, seed=0, rate=RATE):
    """Return the test loss of a network that Keras' own trainer trained, from the same start and on the same batches."""
    dataset, streams = load(bench.task), Streams.of(seed)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(8, "relu"), keras.layers.Dense(3)]
    )
    for layer, name in zip(model.layers, ("dense_1", "dense_2", "output_1"), strict=True):
        fans = layer.kernel.shape
        bound = np.sqrt(6 / sum(fans))
        layer.kernel.assign(streams.initial_generator(name).uniform(-bound, bound, fans).astype("float32"))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(make(rate), loss=loss, run_eagerly=True, auto_scale_loss=False)
    order = np.concatenate([streams.permutation(epoch, dataset.sizes[0]) for epoch in range(EPOCHS)])
    model.fit(dataset.x[order], dataset.y[order], bench.task.batch_size, epochs=1, shuffle=False, verbose=0)
    test = dataset.part("test")
    return float(loss(dataset.y[test], model(dataset.x[test], training=False)))


PLAIN = []


def plain(bench):
    """Return where the methods end without any option."""
    if not PLAIN:
        PLAIN.extend(fitted(bench, option(cls)) for cls in ("SGD", "Adam", "AdamW"))
    return PLAIN


@pytest.fixture
def graph(bench):
    bench.change_task(xla=False)
    return bench


@pytest.mark.parametrize("name", MADE)
def test_it_ends_where_keras_own_trainer_ends(graph, name):
    graph.add(bs.Optimizer(name="keras", make=MADE[name], space=SPACE))
    ending = graph.run(optimizer="keras", epochs=EPOCHS)
    assert ending.outcome == "completed", ending.reason
    assert ending.curves["test_loss"][-1] == pytest.approx(fitted(graph, MADE[name]), rel=2e-5)
    if name not in ("loss_scale_factor", "a wrapper"):
        # And it is none of the plain methods.
        assert min(abs(ending.curves["test_loss"][-1] - one) for one in plain(graph)) > 1e-4


def test_a_used_program_serves_another_rate_of_what_is_inside(graph):
    """Names that Keras counts and a rate that follows are no settings: one program for all, and the right numbers."""
    make = MADE["LossScaleOptimizer"]
    graph.add(bs.Optimizer(name="keras", make=make, space=SPACE))
    first = graph.run(optimizer="keras", epochs=EPOCHS)
    used = graph.run(optimizer=("keras", {"learning_rate": 4 * RATE}), seed=1, epochs=EPOCHS)
    assert used.curves["test_loss"][-1] == pytest.approx(fitted(graph, make, 1, 4 * RATE), rel=2e-5)
    assert graph.run(optimizer="keras", epochs=EPOCHS).curves == first.curves
    assert graph.session.programs_built == 1


def test_a_rate_inside_that_does_not_follow_gets_a_program_of_its_own(graph):
    def make(learning_rate):
        optimizer = Wrapped(keras.optimizers.SGD(learning_rate))
        optimizer.update_step = lambda g, v, rate: optimizer.inner.update_step(g, v, optimizer.inner.learning_rate)
        return optimizer

    graph.add(bs.Optimizer(name="keras", make=make, space=SPACE))
    graph.run(optimizer="keras", epochs=EPOCHS)
    used = graph.run(optimizer=("keras", {"learning_rate": 4 * RATE}), epochs=EPOCHS)
    assert used.curves["test_loss"][-1] == pytest.approx(fitted(graph, option(), 0, 4 * RATE), rel=2e-5)
    assert graph.session.programs_built == 2


def test_averages_count_from_the_first_step_on_and_leave_training_alone(graph):
    for name, make in {"averaged": MADE["use_ema"], "as_it_is": option()}.items():
        graph.add(bs.Optimizer(name=name, make=make, space=SPACE))
    averaged, as_it_is = (graph.run(optimizer=name, epochs=EPOCHS).curves for name in ("averaged", "as_it_is"))
    assert averaged["test_loss"][0] == as_it_is["test_loss"][0]
    assert list(averaged["running_loss"][1:]) == list(as_it_is["running_loss"][1:])
    assert averaged["test_loss"][1] != as_it_is["test_loss"][1]


def test_averages_of_two_owners_are_refused(graph):
    graph.add(bs.Optimizer(name="keras", make=MADE["use_ema"], space=SPACE))
    ending = graph.run(optimizer="keras", regularization="ema")
    assert ending.outcome == "unsupported"
    assert ending.reason == "optimizer 'keras' and a regularization each evaluate with averaged weights of their own"


def test_what_keras_options_are_fed_with_is_what_they_would_be_made_with(graph):
    def make(learning_rate, ema, norm, decay):
        return keras.optimizers.Adam(
            learning_rate, use_ema=True, ema_momentum=ema, global_clipnorm=norm, weight_decay=decay
        )

    space = {
        "ema": bs.Uniform(0.0, 0.99, default=0.5),
        "norm": bs.LogUniform(1e-3, 10.0, default=1.0),
        "decay": bs.LogUniform(1e-6, 1.0, default=1e-3),
    }
    graph.add(bs.Optimizer(name="keras", make=make, space=SPACE | space))
    values = {"ema": 0.875, "norm": 0.0625, "decay": 0.25}
    graph.run(optimizer="keras")
    used = graph.run(optimizer=("keras", values)).curves
    baked = graph.run(optimizer=("keras", values), session=graph.new_session(feeds=False)).curves
    np.testing.assert_allclose(used["test_loss"], baked["test_loss"], rtol=1e-5)
    assert graph.session.programs_built == 1


def test_a_schedule_of_keras_own_drives_an_optimizer_without_a_rate(graph):
    def make(initial_rate):
        return keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(initial_rate, 5, 0.5))

    graph.add(bs.Optimizer(name="keras", make=make, space={"initial_rate": bs.LogUniform(1e-4, 10.0, default=0.5)}))
    graph.run(optimizer="keras", epochs=EPOCHS)
    for rate in (0.5, 0.125):
        ending = graph.run(optimizer=("keras", {"initial_rate": rate}), epochs=EPOCHS)
        assert ending.curves["test_loss"][-1] == pytest.approx(fitted(graph, make, rate=rate), rel=2e-5)
    refused = graph.run(optimizer="keras", schedule="cosine")
    assert refused.reason == "the optimizer has no learning rate that a schedule could change"


KEPT = keras.optimizers.SGD(0.1)


class Untold(keras.optimizers.Optimizer):
    pass


class OfKeras2(keras.optimizers.Optimizer):
    def _resource_apply_dense(self, grad, var, apply_state=None):
        pass


class Foreign:
    """As an optimizer of tf_keras is."""

    variables = ()

    def build(self, variables):
        pass

    def apply_gradients(self, pairs):
        pass


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda rate: keras.optimizers.SGD, "returned the class SGD, not an object of it: return SGD(learning_rate)."),
        (lambda rate: KEPT, "returned the same optimizer twice: SGD. Return a new one at each call"),
        (lambda rate: Untold(rate), "Untold, which has no update_step: nothing says how a variable changes. Subclass"),
        (lambda rate: OfKeras2(rate), "OfKeras2, which has no update_step: its rule is in _resource_apply_dense"),
        (lambda rate: Foreign(), "an optimizer of Keras 2. Subclass keras.optimizers.Optimizer of Keras 3 and write"),
        (
            lambda rate: "adam",
            "returned str, which has no build, variables, apply. Return a keras.optimizers.Optimizer",
        ),
        (
            lambda rate: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, 10)),
            "returned Adam with a schedule of Keras' as its learning rate (CosineDecay)",
        ),
    ],
)
def test_what_is_no_optimizer_is_told_what_to_return(make, said):
    component = bs.Optimizer(name="keras", make=lambda learning_rate: make(learning_rate), space=SPACE)
    with pytest.raises(bs.BenchsuiteError) as caught:
        checked(SimpleNamespace(optimizer=lambda: make(RATE), optimizer_component=component), KEPT)
    assert str(caught.value).startswith("make of optimizer 'keras' returned ")
    assert said in str(caught.value)


def test_another_configuration_at_each_call_says_what_differs(graph):
    count = itertools.count(1)
    make = lambda learning_rate: keras.optimizers.SGD(learning_rate, clipnorm=float(next(count)))  # noqa: E731
    graph.add(bs.Optimizer(name="keras", make=make, space=SPACE))
    ending = graph.run(optimizer="keras")
    assert ending.outcome == "crashed"
    assert "with equal hyperparameters: clipnorm of get_config() differs each time" in ending.reason
