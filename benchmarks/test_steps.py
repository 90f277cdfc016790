"""What one training step costs: our warm program, `keras.Model.fit`, and a hand-written JAX loop, in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.ours import Ours

# Task → rounds, epochs of ours and JAX in one, epochs of fit in one, what is wanted of fit ÷ ours and of ours ÷ JAX.
CONTESTS = {
    "digits_mlp": (30, 3, 2, 40.0, 1.5),
    "mnist5k_cnn": (3, 1, 1, 2.0, None),  # JAX takes half a second for a step
    "kjv_lstm": (8, 1, 1, None, None),
}


def jax_epochs(ours: Ours, name: str) -> Callable[[int], None]:
    """Return JAX' side, after it was seen to compute what ours does: the same loss before and after an epoch."""
    import jax
    import jax.numpy as jnp

    from benchmarks import jax_reference

    x, y, order, rates = (
        jnp.asarray(np.asarray(array)) for array in (ours.data.x, ours.data.y, ours.order, ours.rates)
    )
    run = jax_reference.epoch(name)
    ours.reset()
    rows = ours.order[0]
    parameters = tuple(jnp.array(value) for value in ours.weights())
    before = float(jax_reference.mean_loss(jax_reference.NETWORKS[name], parameters, x[rows], y[rows]))
    losses, _ = ours.program.objective.losses(
        np.asarray(ours.data.x)[rows], np.asarray(ours.data.y)[rows], training=False
    )
    assert before == pytest.approx(float(np.mean(losses)), abs=1e-4)
    state, jax_losses = run(jax_reference.start(parameters), x, y, order, rates)
    end = ours.epoch()
    # Rounding grows through an epoch: the CNN was 0.12 % off.
    assert end.running_loss == pytest.approx(float(jax_losses.mean()), rel=5e-3)
    kept = [state]

    def epochs(count: int) -> None:
        for _ in range(count):
            kept[0], losses = run(kept[0], x, y, order, rates)
            jax.block_until_ready((kept[0], losses))

    return epochs


def keras_epochs(ours: Ours, name: str) -> Callable[[int], None]:
    """Return the side of `keras.Model.fit`, after a first epoch."""
    from benchmarks import keras_reference

    network = keras_reference.model(name, ours.dataset.x.shape[1:], float(ours.rates[0]))
    train = ours.dataset.part("train")
    x, y = ours.dataset.x[train], ours.dataset.y[train]

    def epochs(count: int) -> None:
        keras_reference.fit(network, x, y, ours.program.batch_size, ours.steps, count)

    epochs(1)
    return epochs


@pytest.mark.parametrize("name", CONTESTS)
def test_step(name: str, built: Callable[[str], Ours], benchmark: Any, table: Callable[[str, str], None]) -> None:
    rounds, epochs, fit_epochs, wanted_fit, wanted_jax = CONTESTS[name]
    ours = built(name)
    jax, fit = jax_epochs(ours, name), keras_epochs(ours, name)
    times: dict[str, list[float]] = {"ours": [], "fit": [], "jax": []}

    def timed(who: str, run: Callable[[int], None], count: int) -> None:
        started = time.perf_counter()
        run(count)
        times[who].append(1000 * (time.perf_counter() - started) / (count * ours.steps))

    def rivals() -> None:
        timed("fit", fit, fit_epochs)
        jax(1)  # whoever comes after another finds cold caches; a warm step is what we ask for
        timed("jax", jax, epochs)
        ours.epochs(1)

    # The rivals run before each of our rounds, so that whatever else the machine does hits all of them alike.
    benchmark.pedantic(lambda: timed("ours", ours.epochs, epochs), setup=rivals, rounds=rounds)
    best = {who: min(values) for who, values in times.items()}
    pairs = list(zip(times["ours"], times["fit"], times["jax"], strict=True))
    paired_fit = statistics.median(fit / mine for mine, fit, _ in pairs)
    paired_jax = statistics.median(mine / jax for mine, _, jax in pairs)
    benchmark.extra_info.update(steps=epochs * ours.steps, milliseconds_a_step=times)
    table(
        "steps",
        f"{name:16} {best['ours']:9.4f} {best['fit']:9.3f} {best['fit'] / best['ours']:7.1f} ({paired_fit:6.1f}) "
        f"{f'≥ {wanted_fit:g}' if wanted_fit else '':>7} {best['jax']:9.4f} {best['ours'] / best['jax']:7.2f} ({paired_jax:6.2f}) "
        f"{f'≤ {wanted_jax:g}' if wanted_jax else '':>7}",
    )
