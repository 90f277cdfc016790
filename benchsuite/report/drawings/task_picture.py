"""The drawing of a task: samples of its data, and beside them its network as a table of layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.report.drawings.palette import GRID, INK, MUTED
from benchsuite.report.drawings.sample_panels import draw_samples
from benchsuite.report.drawings.samples import Frame, Samples
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SAMPLES = (5.2, 4.4)
"""Width and height of the samples, in inches."""
LEFT, BETWEEN, RIGHT, TOP, BOTTOM = 0.25, 0.4, 0.25, 0.62, 0.25
COLUMNS = (("layer", 0.0), ("class", 1.45), ("output", 2.95), ("parameters", 4.55))
"""Of the table: heading and place in inches; the last one is where its column ends."""
LINE = 0.175
LONGEST_NAME, LONGEST_KIND, LONGEST_SUMMARY = 22, 24, 150


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Args:
        name: Its name.
        kind: Its class.
        shape: Of its output, without the batch.
        parameters: Trained numbers that no layer above it counts.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...]
    parameters: int


def task_figure(name: str, summary: str, samples: Samples, layers: Sequence[Layer]) -> Figure:
    """Return a figure of a task.

    Args:
        name: Of the task.
        summary: Its own.
        samples: What to show of the data.
        layers: Of the network, inputs first.
    """
    from matplotlib.figure import Figure

    width = LEFT + SAMPLES[0] + BETWEEN + COLUMNS[-1][1] + RIGHT
    height = TOP + max(SAMPLES[1], LINE * (len(layers) + 3)) + BOTTOM
    with theme():
        figure = Figure(figsize=(width, height), facecolor="white")
        top = height - TOP
        figure.text(LEFT / width, 1 - 0.27 / height, name, fontsize=11, fontweight="bold", va="baseline")
        figure.text(LEFT / width, 1 - 0.46 / height, _short(summary, LONGEST_SUMMARY), color=MUTED, va="baseline")
        draw_samples(figure, Frame(LEFT, top - SAMPLES[1], *SAMPLES), samples)
        draw_layers(figure, Frame(LEFT + SAMPLES[0] + BETWEEN, top, COLUMNS[-1][1], 0), layers)
    return figure


def draw_layers(figure: Figure, frame: Frame, layers: Sequence[Layer]) -> None:
    """Write the table of layers downwards from the top of a frame, with the sum of the parameters below."""
    total = sum(layer.parameters for layer in layers)
    rows = [tuple(heading for heading, _ in COLUMNS)]
    rows += [
        (
            _short(layer.name, LONGEST_NAME),
            _short(layer.kind, LONGEST_KIND),
            " × ".join("?" if size is None else f"{size:,}" for size in layer.shape) or "1",
            f"{layer.parameters:,}" if layer.parameters else "",
        )
        for layer in layers
    ]
    rows.append(("together", "", "", f"{total:,}"))
    width, height = (float(size) for size in figure.get_size_inches())
    for number, row in enumerate(rows):
        first, last = number == 0, number == len(rows) - 1
        y = frame.top - LINE * (number + 0.6 + 0.35 * (not first) + 0.35 * last)
        for column, (text, (_, place)) in enumerate(zip(row, COLUMNS, strict=True)):
            figure.text(
                (frame.left + place) / width, y / height, text, fontsize=8, va="baseline",
                ha="right" if column == len(COLUMNS) - 1 else "left", color=MUTED if first or last or column == 1 else INK,
            )  # fmt: skip
        if number in (0, len(rows) - 2):
            _rule(figure, frame, y - 0.07)


def _rule(figure: Figure, frame: Frame, y: float) -> None:
    from matplotlib.lines import Line2D

    width, height = (float(size) for size in figure.get_size_inches())
    ends = [frame.left / width, (frame.left + frame.width) / width]
    figure.add_artist(Line2D(ends, [y / height, y / height], color=GRID, linewidth=0.8))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
