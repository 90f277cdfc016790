"""What is measured in the layers, what it means, and the colour scale that all recipes of a task share for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis import LayerProbes, RecipeProbes
from benchsuite.report.drawings.heat_scale import Kind, Scale, scale_of

NONE = "–"


@dataclass(frozen=True, slots=True)
class Measure:
    """What the page says of a measure."""

    title: str
    definition: str
    scale: Kind


MEASURES: Mapping[str, Measure] = {
    "gradient_norm": Measure(
        "Gradient norm",
        "Euclidean norm of the gradient of the kernel, penalties included, before any gradient transform.",
        "log",
    ),
    "activation_std": Measure(
        "Activation std", "Standard deviation of all entries that leave activation and normalization.", "log"
    ),
    "activation_mean": Measure(
        "Activation mean", "Mean of all entries that leave activation and normalization.", "diverging"
    ),
    "saturated": Measure(
        "Saturated",
        "Share of the entries that enter the activation f where |f′| < 0.01; for a ReLU the inactive ones.",
        "share",
    ),
    "dead": Measure(
        "Dead",
        "Share of the units (channels) whose output changes by less than 10⁻⁶ over all probed examples.",
        "share",
    ),
    "weight_norm": Measure("Weight norm", "Euclidean norm of the kernel that the layer computes with.", "log"),
    "sparsity": Measure(
        "Sparsity", "Share of the kernel’s entries of at most a thousandth of its largest in magnitude.", "share"
    ),
}
"""In the order of the page; the measures are those of ``benchsuite.engine.program.probes``."""


def number_text(value: float | None) -> str:
    """Return a measured number with three significant digits, its exponent without padding."""
    if value is None:
        return NONE
    if value == 0:
        return "0"
    mantissa, e, exponent = f"{value:#.3g}".partition("e")
    return mantissa.removesuffix(".") + (f"e{exponent[0].replace('+', '')}{exponent[1:].lstrip('0')}" if e else "")


def scale_for(found: LayerProbes, measure: str) -> Scale:
    """Return the scale that all recipes of a task share for a measure.

    It spans the recipes whose trials all completed, where there are any: a loss that ran away takes gradients and weights
    with it, by many powers of ten.
    """
    calm = [one for one in found.recipes if one.completed] or list(found.recipes)
    others = [one for one in found.recipes if one not in calm]
    return scale_of(MEASURES[measure].scale, _values(calm, measure), _values(others, measure))


def _values(recipes: Sequence[RecipeProbes], measure: str) -> Iterator[float]:
    for one in recipes:
        for row in one.means.get(measure, ()):
            yield from (value for value in row if value is not None)
