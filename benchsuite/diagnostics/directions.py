"""Random directions in the space of weights, each filter as long as the filter of the weights that it moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

Shapes = Mapping[str, tuple[int, ...]]
"""Name → shape of each variable, in the order in which the weights hold them."""


def filter_normalized(weights: np.ndarray, shapes: Shapes, seed: int = 0) -> np.ndarray:
    """Return a random direction d with ‖dᵢⱼ‖ = ‖θᵢⱼ‖ for filter i of variable j, float64 ``[size]``.

    d ~ N(0, I), then dᵢⱼ ← dᵢⱼ/‖dᵢⱼ‖·‖θᵢⱼ‖. A filter is what leads to one unit or channel: all of a kernel with the same last index.
    Variables of one dimension (biases, scales and offsets of normalizations) do not move, unless there are no others: then each is
    one filter. So a network whose filters are all scaled, and whose normalization undoes that, has the same surface.

    Args:
        weights: θ, ``[size]``.
        shapes: Of the variables in it.
        seed: Of d.

    Source: Li, Xu, Taylor, Studer & Goldstein 2018, arXiv:1712.09913, section 4.
    """
    direction = np.random.default_rng(seed).standard_normal(len(weights))
    kernels = any(len(shape) > 1 for shape in shapes.values())
    for place, shape in _places(shapes):
        part, of = direction[place], np.asarray(weights[place], "float64")
        if len(shape) > 1:
            part, of = part.reshape(-1, shape[-1]), of.reshape(-1, shape[-1])
            scaled = part * (np.linalg.norm(of, axis=0) / np.linalg.norm(part, axis=0))
            direction[place] = scaled.ravel()
        else:
            direction[place] = 0.0 if kernels else part * float(np.linalg.norm(of) / np.linalg.norm(part))
    return direction


def _places(shapes: Shapes) -> Iterator[tuple[slice, tuple[int, ...]]]:
    """Yield where each variable lies among the weights, and its shape."""
    at = 0
    for shape in shapes.values():
        size = int(np.prod(shape))
        yield slice(at, at + size), shape
        at += size
