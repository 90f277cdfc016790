"""The limit: the networks of three bundled tasks as epochs of `jax.lax.scan`, written by hand.

Same layers, batch, data, order and Adam as ours; parameters are a tuple in the order of Keras' `trainable_variables`.
What costs JAX nothing to do better is done better here: buffers are donated, and the LSTM multiplies its inputs for all
time steps at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

Parameters = tuple[jax.Array, ...]
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def digits_mlp(parameters: Parameters, x: jax.Array) -> jax.Array:
    """64-64-64-10."""
    kernel_1, bias_1, kernel_2, bias_2, kernel_3, bias_3 = parameters
    x = jax.nn.relu(x @ kernel_1 + bias_1)
    x = jax.nn.relu(x @ kernel_2 + bias_2)
    return x @ kernel_3 + bias_3


def mnist5k_cnn(parameters: Parameters, x: jax.Array) -> jax.Array:
    """Three convolutions (16, 32 and 64 filters), each with a maximum over 2 × 2 pixels behind it, ten outputs."""
    *convolutions, kernel, bias = parameters
    convolve = partial(
        jax.lax.conv_general_dilated,
        window_strides=(1, 1),
        padding="SAME",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    for filters, offsets in zip(convolutions[::2], convolutions[1::2], strict=True):
        x = jax.nn.relu(convolve(x, filters) + offsets)
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return x.reshape(len(x), -1) @ kernel + bias


def kjv_lstm(parameters: Parameters, x: jax.Array) -> jax.Array:
    """Embedding of 32, LSTM of 64, output at each of the time steps."""
    table, kernel, recurrent, bias, output, output_bias = parameters
    gates = jnp.swapaxes(table[x] @ kernel + bias, 0, 1)  # [time, batch, 4 × units], Keras' order of gates

    def cell(carry: tuple[jax.Array, jax.Array], gate: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        hidden, memory = carry
        enter, forget, new, leave = jnp.split(gate + hidden @ recurrent, 4, axis=-1)
        memory = jax.nn.sigmoid(forget) * memory + jax.nn.sigmoid(enter) * jnp.tanh(new)
        hidden = jax.nn.sigmoid(leave) * jnp.tanh(memory)
        return (hidden, memory), hidden

    zeros = jnp.zeros((len(x), recurrent.shape[0]), jnp.float32)
    _, hidden = jax.lax.scan(cell, (zeros, zeros), gates)
    return jnp.swapaxes(hidden, 0, 1) @ output + output_bias


NETWORKS: dict[str, Callable[[Parameters, jax.Array], jax.Array]] = {
    "digits_mlp": digits_mlp,
    "mnist5k_cnn": mnist5k_cnn,
    "kjv_lstm": kjv_lstm,
}


def mean_loss(
    network: Callable[[Parameters, jax.Array], jax.Array], parameters: Parameters, x: jax.Array, y: jax.Array
) -> jax.Array:
    """Return the mean cross-entropy of a batch."""
    logits = network(parameters, x)
    chosen = jnp.take_along_axis(logits, y[..., None], axis=-1)[..., 0]
    return (jax.nn.logsumexp(logits, axis=-1) - chosen).mean()


def start(parameters: Any) -> Any:
    """Return the state that `epoch` takes: parameters, Adam's two averages, steps done."""
    parameters = tuple(jnp.array(value) for value in parameters)
    return (
        parameters,
        tuple(jnp.zeros_like(p) for p in parameters),
        tuple(jnp.zeros_like(p) for p in parameters),
        jnp.int32(0),
    )


def epoch(name: str) -> Callable[..., Any]:
    """Return the compiled function ``(state, x, y, order, rates) -> (state, losses)``."""
    loss_and_gradients = jax.value_and_grad(partial(mean_loss, NETWORKS[name]))

    @partial(jax.jit, donate_argnums=0)
    def run(state: Any, x: jax.Array, y: jax.Array, order: jax.Array, rates: jax.Array) -> Any:
        def step(state: Any, fed: tuple[jax.Array, jax.Array]) -> Any:
            parameters, first, second, number = state
            rows, rate = fed
            loss, gradients = loss_and_gradients(parameters, x[rows], y[rows])
            number += 1
            alpha = rate * jnp.sqrt(1 - BETA_2**number) / (1 - BETA_1**number)
            first = jax.tree.map(lambda m, g: m + (g - m) * (1 - BETA_1), first, gradients)
            second = jax.tree.map(lambda v, g: v + (g * g - v) * (1 - BETA_2), second, gradients)
            parameters = jax.tree.map(
                lambda p, m, v: p - m * alpha / (jnp.sqrt(v) + EPSILON), parameters, first, second
            )
            return (parameters, first, second, number), loss

        return jax.lax.scan(step, state, (order, rates))

    return run
