"""Programs: compiled once, reset, reused; what a plugin may be; how a trial ends."""

import numpy as np
import pytest

import benchsuite as bs


def program_of(session):
    (program,) = session._programs.values
    return program


def test_seed_rate_schedule_initializer_and_preprocessing_cause_no_new_program(bench):
    bench.set_xla(True)
    first = bench.run()
    assert first.outcome == "completed", first.results
    program = program_of(bench.session)
    traces = program.traces
    for seed in (1, 2):
        assert bench.run(seed=seed).outcome == "completed"
    for chosen in (
        {"optimizer": ("adam", {"learning_rate": 0.01})},
        {"schedule": "cosine"},
        {"schedule": ["warmup", "cosine"]},
        {"initializer": "orthogonal"},
        {"initializer": "zeros"},
        {"initializer": "lsuv"},
        {"initializer": ("lsuv", {"tolerance": 0.01, "examples": 64})},
        {"initializer": ("layerwise_autoencoder", {"steps": 5})},
        {"initializer": ("layerwise_autoencoder", {"steps": 7, "batch": 32}), "seed": 3},
        {"preprocessing": "standardize"},
        {"preprocessing": "zca_whiten", "initializer": "lsuv", "schedule": "cosine", "seed": 4},
        {"epochs": 1},
    ):
        run = bench.run(**chosen)
        assert run.outcome == "completed"
        assert run.costs.program_reused
    assert program_of(bench.session) is program
    assert bench.session.programs_built == 1
    assert program.traces == traces == 2
    for function in (program._train, program._evaluate):  # as TensorFlow counts
        assert function.traced.function.experimental_get_tracing_count() == 1


def test_other_baked_values_do_cause_a_new_program(bench):
    bench.change_task(xla=False)
    bench.run(activation="prelu")
    bench.run(activation=("prelu", {"start": 0.5}))
    assert bench.session.programs_built == 2


def test_other_fed_values_do_not(bench):
    bench.change_task(xla=False)
    bench.run()
    used = bench.run(optimizer=("adam", {"beta_1": 0.5}))
    assert used.costs.program_reused
    assert bench.session.programs_built == 1


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adadelta"])
def test_a_reset_program_repeats_a_fresh_one_bit_for_bit(bench, optimizer):
    bench.change_task(xla=optimizer == "adam")
    chosen = {"optimizer": optimizer, "regularization": ["dropout", "l2"], "normalization": "batch"}
    fresh = bench.run(**chosen)
    for seed in (1, 2):
        bench.run(seed=seed, **chosen)
    again = bench.run(**chosen)
    elsewhere = bench.run(session=bench.new_session(), **chosen)
    assert fresh.outcome == "completed", fresh.reason
    assert fresh.curves == again.curves == elsewhere.curves
    assert fresh.results == again.results


def test_a_used_program_does_not_show_what_ran_before(bench):
    """A diverged trial leaves NaN everywhere; the next one starts clean."""
    bench.set_xla(True)
    fresh = bench.run(optimizer="sgd")
    broken = bench.run(optimizer=("sgd", {"learning_rate": 10.0}), initializer=("gaussian", {"deviation": 10.0}))
    assert broken.outcome == "diverged"
    assert bench.run(optimizer="sgd").curves == fresh.curves


def test_evaluation_changes_nothing(bench):
    bench.run(normalization="batch", regularization="dropout")
    program = program_of(bench.session)
    (usable,) = bench.session._data._usable.values
    before = [np.array(variable.numpy()) for variable in program.network.model.variables]
    assert program.evaluate(usable.feed) == program.evaluate(usable.feed)
    for variable, value in zip(program.network.model.variables, before, strict=True):
        assert np.array_equal(variable.numpy(), value)


def test_bfloat16_trains_with_float32_variables(bench):
    bench.change_task(xla=False)
    run = bench.run(precision="bfloat16", epochs=4, optimizer=("adam", {"learning_rate": 0.01}))
    assert run.outcome == "completed"
    assert run.curves["train_loss"][-1] < run.curves["train_loss"][0]
    assert {str(variable.dtype) for variable in program_of(bench.session).network.trainable} == {"float32"}
    full = bench.run(epochs=4, optimizer=("adam", {"learning_rate": 0.01}))
    assert list(run.curves["train_loss"]) != list(full.curves["train_loss"])
    assert run.curves["train_loss"][-1] == pytest.approx(full.curves["train_loss"][-1], rel=0.05)


def test_parameters_and_state_bytes(bench):
    run = bench.run(optimizer="adam")
    parameters = (6 * 8 + 8) + (8 * 8 + 8) + (8 * 3 + 3)
    assert run.costs.parameters == parameters
    assert run.costs.state_bytes == 2 * 4 * parameters
    assert bench.run(optimizer="sgd").costs.state_bytes == 0


# ---------------------------------------------------------------- how trials end


def test_a_loss_beyond_the_bound_is_divergence_with_its_step(bench):
    bench.set_xla(True)
    run = bench.run(optimizer=("sgd", {"learning_rate": 10.0}), initializer=("gaussian", {"deviation": 10.0}))
    assert run.outcome == "diverged"
    assert "beyond" in run.reason
    assert "1000 times the initial one" in run.reason
    assert 0 < run.results.failure.step <= 10


def test_nan_at_step_three_stops_there(bench):
    def schedule(step, total):
        return np.where(step == 2, 1e38, 1.0)  # the third update throws the weights out of float32

    bench.add(bs.Schedule(name="explodes", make=lambda: schedule))
    run = bench.run(schedule="explodes", optimizer=("sgd", {"learning_rate": 1.0}))
    assert run.outcome == "diverged"
    assert run.results.failure.step == 4
    assert run.reason.startswith("the loss ")
    assert "at step 4" in run.reason
    assert list(run.curves["epoch"]) == [0]


def test_a_component_that_raises_is_a_crash_with_its_traceback(bench):
    def make():
        raise RuntimeError("no luck")

    bench.add(bs.Optimizer(name="unlucky", make=make))
    run = bench.run(optimizer="unlucky")
    assert (run.outcome, run.reason) == ("crashed", "RuntimeError: no luck")
    assert "in make" in run.results.failure.traceback


def test_a_component_that_exits_is_a_crash(bench):
    def make():
        raise SystemExit(3)

    bench.add(bs.Optimizer(name="quitter", make=make))
    assert bench.run(optimizer="quitter").outcome == "crashed"


def test_memory_error_is_out_of_memory(bench):
    def make():
        raise MemoryError("50 GB")

    bench.add(bs.Optimizer(name="greedy", make=make))
    assert bench.run(optimizer="greedy").outcome == "out_of_memory"


def test_wrong_object_from_make_says_what_is_missing(bench):
    bench.add(bs.Optimizer(name="wrong", make=lambda: object()))
    run = bench.run(optimizer="wrong")
    assert run.outcome == "crashed"
    assert "returned object, which has no build, variables, apply" in run.reason


def test_a_loss_for_the_other_targets_is_unsupported(bench):
    run = bench.run(loss="mse")
    assert run.outcome == "unsupported"
    assert run.reason == "loss 'mse' is for values; the targets of task 'tiny_classes' are classes"


def test_a_schedule_needs_a_learning_rate(bench):
    bench.change_task(xla=False)
    import keras

    bench.add(bs.Optimizer(name="rateless", make=lambda: keras.optimizers.SGD(0.1)))
    assert bench.run(optimizer="rateless").outcome == "completed"
    run = bench.run(optimizer="rateless", schedule="cosine")
    assert (run.outcome, run.reason) == (
        "unsupported",
        "the optimizer has no learning rate that a schedule could change",
    )


# ---------------------------------------------------------------- early stopping


def test_early_stopping_ends_and_reports_the_best_epoch(bench):
    bench.change_task(xla=False)
    chosen = {"epochs": 60, "optimizer": ("adam", {"learning_rate": 0.05})}
    run = bench.run(regularization=("early_stopping", {"patience": 2}), **chosen)
    losses = run.curves["validation_loss"][1:]
    best = int(np.argmin(losses)) + 1
    assert len(losses) < 60
    assert len(losses) == best + 2
    assert run.results.final["epoch"] == best
    assert run.results.final["test_loss"] == run.curves["test_loss"][best]
    # Up to there it trains as it would have without.
    free = bench.run(**chosen)
    assert free.curves["test_loss"][: len(losses) + 1] == pytest.approx(run.curves["test_loss"], rel=1e-5)


# ---------------------------------------------------------------- what an optimizer may be


def closure_optimizer(rho):
    """Sharpness-aware minimization on plain SGD, written with a closure: two gradients a step."""
    import keras
    import tensorflow as tf

    class Sam(keras.optimizers.SGD):
        def step(self, closure, variables):
            _, first = closure()
            norm = tf.linalg.global_norm(first)
            moves = [rho * g / (norm + 1e-12) for g in first]
            for variable, move in zip(variables, moves, strict=True):
                variable.assign_add(move)
            _, second = closure()
            for variable, move in zip(variables, moves, strict=True):
                variable.assign_sub(move)
            self.apply(second, variables)

    return Sam


def test_a_closure_step_without_a_move_is_sgd(bench):
    bench.change_task(xla=False)
    make = lambda learning_rate, rho: closure_optimizer(rho)(learning_rate)  # noqa: E731
    space = {"learning_rate": bs.LogUniform(1e-3, 1, default=0.1), "rho": bs.Uniform(0, 1, default=0.0)}
    bench.add(bs.Optimizer(name="sam", make=make, space=space, wants=("closure",)))
    plain = bench.run(optimizer=("sgd", {"learning_rate": 0.1}), regularization="dropout")
    still = bench.run(optimizer="sam", regularization="dropout")
    # Equal although each step calls the closure twice: both calls see the same dropout mask.
    np.testing.assert_allclose(still.curves["test_loss"], plain.curves["test_loss"], rtol=1e-5)
    moved = bench.run(optimizer=("sam", {"rho": 0.5}))
    assert moved.outcome == "completed"
    assert list(moved.curves["test_loss"]) != list(still.curves["test_loss"])
    assert bench.run(optimizer=("sam", {"rho": 0.5})).curves == moved.curves


def test_the_curvature_of_a_closure_is_that_of_differences_of_its_gradients(bench):
    """H·v is (∇f(θ + ε·v) − ∇f(θ − ε·v))/2ε, penalties and the same dropout mask in all of them."""
    import tensorflow as tf

    bench.change_task(xla=False)
    regularization = [("l2", {"strength": 0.1}), "dropout"]
    ready = bench.new_session(feeds=False).ready(bench.trial(activation="tanh", regularization=regularization))
    objective, size = ready.program.objective, 0.01
    batch = *(one[:16] for one in ready.feed.head), tf.constant(3, tf.int64), tf.constant(7, tf.int64)
    draws = np.random.default_rng(0)
    trained = ready.program.network.trainable
    vectors = [tf.constant(draws.normal(size=tuple(one.shape)), tf.float32) for one in trained]
    found = []
    for move in (size, -2 * size, size):
        for variable, vector in zip(trained, vectors, strict=True):
            variable.assign_add(move * vector)
        found.append(objective.gradients(*batch)[1])
    expected = np.concatenate([np.ravel(ahead - behind) / (2 * size) for ahead, behind in zip(*found[:2], strict=True)])
    exact = np.concatenate([np.ravel(one) for one in objective.hessian_vector(*batch, vectors)])
    assert np.linalg.norm(exact - expected) < 0.01 * np.linalg.norm(expected)


def test_a_closure_that_is_never_called_is_told(bench):
    import keras

    class Idle(keras.optimizers.SGD):
        def step(self, closure, variables):
            pass

    bench.add(bs.Optimizer(name="idle", make=Idle, wants=("closure",)))
    assert "never called its closure" in bench.run(optimizer="idle").reason


def test_a_method_for_full_batches_is_unsupported_on_mini_batches(bench):
    run = bench.run(optimizer="l_bfgs")
    assert run.outcome == "unsupported"
    assert run.reason == (
        "optimizer 'l_bfgs' needs the whole training part in each batch: 160 examples; the batch size of task 'tiny_classes' is 16"
    )


def test_evaluation_weights_are_used_and_put_back(bench):
    """An optimizer that evaluates at zero weights: the loss is ln 3 at every evaluation, and training is not disturbed."""
    bench.change_task(xla=False)
    import keras
    import tensorflow as tf

    class AtZero(keras.optimizers.SGD):
        def evaluation_values(self, variables):
            return [tf.zeros_like(variable.value) for variable in variables]

    space = {"learning_rate": bs.LogUniform(1e-3, 1, default=0.1)}
    bench.add(
        bs.Optimizer(
            name="at_zero", make=lambda learning_rate: AtZero(learning_rate), space=space, wants=("evaluation_weights",)
        )
    )
    run = bench.run(optimizer="at_zero")
    plain = bench.run(optimizer=("sgd", {"learning_rate": 0.1}))
    np.testing.assert_allclose(run.curves["test_loss"], np.log(3), rtol=1e-6)
    np.testing.assert_allclose(run.curves["running_loss"][1:], plain.curves["running_loss"][1:], rtol=1e-6)


def test_state_that_starts_from_the_weights_is_reset_to_the_fresh_weights(bench):
    """An optimizer that pulls towards an anchor, a copy of the starting weights."""
    import keras

    class Anchored(keras.optimizers.Optimizer):
        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.anchors = [self.add_variable_from_reference(v, name="anchor", initializer=v) for v in variables]

        def update_step(self, gradient, variable, learning_rate):
            anchor = self.anchors[self._get_variable_index(variable)]
            self.assign_sub(variable, learning_rate * (gradient + variable - anchor))

    space = {"learning_rate": bs.LogUniform(1e-3, 1, default=0.1)}
    bench.add(bs.Optimizer(name="anchored", make=lambda learning_rate: Anchored(learning_rate), space=space))
    first = bench.run(optimizer="anchored")
    assert first.outcome == "completed", first.reason
    bench.run(seed=1, optimizer="anchored")
    assert bench.run(optimizer="anchored").curves == first.curves


def test_a_rate_that_is_baked_elsewhere_gets_a_program_of_its_own(bench):
    bench.change_task(xla=False)
    import keras

    def make(learning_rate):
        return keras.optimizers.SGD(learning_rate, weight_decay=learning_rate / 2)

    bench.add(bs.Optimizer(name="sly", make=make, space={"learning_rate": bs.LogUniform(1e-3, 1, default=0.1)}))
    bench.run(optimizer="sly")
    used = bench.run(optimizer=("sly", {"learning_rate": 0.5}))
    alone = bench.run(optimizer=("sly", {"learning_rate": 0.5}), session=bench.new_session())
    assert used.curves == alone.curves
    assert bench.session.programs_built == 2


def test_a_stock_keras_dropout_layer_works_and_repeats(bench):
    bench.change_task(xla=False)
    import keras

    bench.add(bs.Regularization(name="stock", make=lambda: keras.layers.Dropout(0.5)))
    first = bench.run(regularization="stock")
    other = bench.run(seed=1, regularization="stock")
    assert first.outcome == "completed", first.reason
    assert bench.run(regularization="stock").curves == first.curves
    assert other.curves != first.curves
    assert list(bench.run().curves["running_loss"][1:]) != list(first.curves["running_loss"][1:])


def test_a_stock_keras_initializer_works_and_is_seeded(bench):
    import keras

    bench.add(bs.Initializer(name="stock", make=lambda: keras.initializers.HeNormal()))
    first = bench.run(initializer="stock")
    assert bench.run(seed=1, initializer="stock").curves["test_loss"][0] != first.curves["test_loss"][0]
    assert bench.run(initializer="stock").curves == first.curves


# ---------------------------------------------------------------- starts are paired


def test_methods_start_from_equal_values_where_the_architecture_allows(bench):
    bench.change_task(xla=False)
    plain = bench.run()
    assert bench.run(optimizer="sgd").curves["test_loss"][0] == plain.curves["test_loss"][0]
    # Dropout adds a layer and no variable; at epoch 0 nothing differs.
    assert bench.run(regularization="dropout").curves["test_loss"][0] == pytest.approx(
        plain.curves["test_loss"][0], rel=1e-6
    )


def test_kernels_do_not_move_when_a_normalization_is_added(bench):
    bench.change_task(xla=False)
    kernels = {}
    for normalization in ("none", "batch"):
        session = bench.new_session()
        trial = bench.trial(normalization=normalization, epochs=1)
        session.run(trial)
        program = program_of(session)
        from benchsuite.engine.seeds import Streams

        program.reset(
            Streams.of(0), bench.component("initializer", "xavier_uniform").make(), program.objective.ingredients
        )
        kernels[normalization] = {
            kernel.name: np.array(kernel.variable.numpy()) for kernel in program.network.kernel_layers
        }
    assert kernels["none"].keys() == kernels["batch"].keys()
    for name, value in kernels["none"].items():
        assert np.array_equal(value, kernels["batch"][name])


def test_batch_normalization_drops_the_bias(bench):
    bench.change_task(xla=False)
    run = bench.run(normalization="batch")
    without = (6 * 8) + (8 * 8) + 2 * (8 + 8) + (8 * 3 + 3)
    assert run.costs.parameters == without
