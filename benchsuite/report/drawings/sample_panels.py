"""The drawings of examples: images in a grid, sequences as lines, codes as text, tables as a histogram of each column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from benchsuite.report.drawings.palette import INK, MUTED, Style
from benchsuite.report.drawings.samples import Frame, Samples, form_of, side_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchsuite.report.drawings.trace import Ground

IMAGES = (6, 4)
"""Columns and rows of the grid."""
SEQUENCES = (2, 3)
TEXTS, TEXT_LINES, TEXT_WIDTH, TEXT_LINE = 6, 3, 90, 0.135
"""Examples, lines of each, letters of a line, and its height in inches."""
MOST_COLUMNS, BINS, FEW_VALUES, MOST_BARS = 12, 24, 12, 50
"""Histograms, bins of each, how many values that are no whole numbers are a bar each, and the room for bars."""
MOST_LINES = 10
MOST_EXAMPLES = 100_000
MOST_CODES = 2_000_000
"""Examples that a histogram counts, and codes that are counted."""
CAPTION = 0.25
"""Height of the line above the samples, in inches."""


def draw_samples(figure: Figure, frame: Frame, samples: Samples) -> None:
    """Draw examples into a frame, in the form that suits them, under a line that says what they are."""
    inner = Frame(frame.left, frame.bottom, frame.width, frame.height - CAPTION)
    if samples.ground is not None:
        caption = draw_surface(figure, inner, samples.ground)
    else:
        draw = {"images": draw_images, "sequences": draw_sequences, "codes": draw_codes, "columns": draw_columns}
        caption = draw[form_of(samples.x)](figure, inner, samples)
    width, height = (float(size) for size in figure.get_size_inches())
    figure.text(frame.left / width, (frame.top - 0.11) / height, caption, fontsize=8, color=MUTED, va="baseline")


def draw_images(figure: Figure, frame: Frame, samples: Samples) -> str:
    """Draw the first images in a grid, each under its label; return what they are."""
    columns, rows = IMAGES
    some = np.asarray(samples.x[: columns * rows], dtype="float64")
    shape = samples.x.shape[1:]
    side = side_of(shape) if len(shape) < 3 else 0
    some = some.reshape(len(some), side, side) if side else some
    some = some[..., 0] if some.ndim == 4 and some.shape[-1] == 1 else some
    low, high = min(0.0, float(some.min())), max(1.0, float(some.max()))
    some = (some - low) / (high - low)
    for number, image in enumerate(some):
        axes = frame.cell(number % columns, number // columns, columns, rows, (0, 0, 0.06, 0.18)).axes(figure)
        axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.set_anchor("NW")
        axes.set_axis_off()
        axes.set_title(samples.label(number), fontsize=8, pad=2, loc="left", color=INK)
    size = f"{some.shape[1]} × {some.shape[2]} pixels"
    return f"{_first(len(some), samples)}; {f'{math.prod(shape)} numbers as ' if side else ''}{size}"


def draw_sequences(figure: Figure, frame: Frame, samples: Samples) -> str:
    """Draw the first sequences, each in a panel of its own, a line for each channel; return what they are."""
    columns, rows = SEQUENCES
    some = np.asarray(samples.x[: columns * rows], dtype="float64")
    channels = min(some.shape[2], MOST_LINES)
    low, high = float(some[..., :channels].min()), float(some[..., :channels].max())
    room = 0.05 * (high - low) or 1.0
    for number, sequence in enumerate(some):
        axes = frame.cell(number % columns, number // columns, columns, rows, (0.35, 0.22, 0.08, 0.18)).axes(figure)
        for channel in range(channels):
            axes.plot(sequence[:, channel], color=Style(channel).colour, linewidth=1.0)
        axes.set_xlim(0, max(len(sequence) - 1, 1))
        axes.set_ylim(low - room, high + room)
        axes.set_title(samples.label(number), fontsize=8, pad=2, loc="left")
        _quiet(axes)
    steps, width = samples.x.shape[1:]
    shown = f"{width} channel{'s' if width > 1 else ''}" if width <= MOST_LINES else f"{channels} of {width} channels"
    return f"{_first(len(some), samples)}; {steps} steps, {shown}"


def draw_codes(figure: Figure, frame: Frame, samples: Samples) -> str:
    """Write the first examples as text or as their codes, and draw how often each code occurs; return what they are."""
    from matplotlib.ticker import LogLocator, NullLocator

    width, height = (float(size) for size in figure.get_size_inches())
    top, count = frame.top, min(TEXTS, len(samples.x))
    for number in range(count):
        label = samples.label(number)
        room = TEXT_WIDTH - 6 * bool(label)
        words = samples.vocabulary
        lines = text_lines(samples.x[number], words, room) if len(words) else code_lines(samples.x[number], room)
        look: dict[str, Any] = {"va": "top", "linespacing": 1.35, "fontsize": 6.6}
        figure.text(frame.left / width, top / height, label, **look, color=MUTED)
        left = frame.left + (0.35 if label else 0)
        figure.text(left / width, top / height, "\n".join(lines), **look, family="monospace", parse_math=False)
        top -= TEXT_LINE * len(lines) + 0.12
    few = samples.x[: max(1, MOST_CODES // samples.x.shape[1])]
    codes, counts = np.unique(few, return_counts=True)
    axes = Frame(frame.left + 0.5, frame.bottom + 0.25, frame.width - 0.5, top - frame.bottom - 0.6).axes(figure)
    axes.plot(np.arange(1, len(codes) + 1), np.sort(counts)[::-1] / counts.sum(), color=Style(0).colour, linewidth=1.4)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    axes.set_xlim(1, max(len(codes), 2))
    axes.set_title(
        f"share of each of {len(codes):,} codes, most frequent first", fontsize=8, pad=3, loc="left", color=MUTED
    )
    _quiet(axes)
    return f"{_first(count, samples)}; {samples.x.shape[1]:,} codes each"


def text_lines(codes: np.ndarray, vocabulary: Sequence[str], width: int = TEXT_WIDTH) -> list[str]:
    """Return what codes stand for as a few lines: letters one after another, words apart; ⏎ where a line ends."""
    found = [vocabulary[code] if code < len(vocabulary) else "�" for code in codes.tolist()]
    between = "" if max(map(len, vocabulary)) == 1 else " "
    text = between.join(word for word in found if word).replace("\n", "⏎")
    lines = [text[start : start + width] for start in range(0, len(text), width)] or [""]
    if len(lines) > TEXT_LINES:
        lines = [*lines[: TEXT_LINES - 1], lines[TEXT_LINES - 1][: width - 2] + " …"]
    return lines


def code_lines(codes: np.ndarray, width: int = TEXT_WIDTH) -> list[str]:
    """Return codes as a few lines of text, with runs of one code as ``0 (12 times)``, and … where there is no more room."""
    words: list[str] = []
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    for start, end in pairwise(edges):
        code = str(int(codes[start]))
        words += [f"{code} ({end - start} times)"] if end - start > 3 else [code] * (end - start)
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > width:
            if len(lines) == TEXT_LINES:
                lines[-1] += " …"
                break
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def draw_columns(figure: Figure, frame: Frame, samples: Samples) -> str:
    """Draw a histogram of each of the first columns, and one of the targets; return what they are."""
    flat = samples.x[:MOST_EXAMPLES].reshape(min(len(samples.x), MOST_EXAMPLES), -1)
    shown = min(flat.shape[1], MOST_COLUMNS)
    panels = [(f"column {number + 1}", np.asarray(flat[:, number]), 0) for number in range(shown)]
    targets = np.asarray(samples.y[:MOST_EXAMPLES])
    if targets[0].size == 1:
        panels.append(("target, standardized" if samples.standardized else "target", targets.reshape(-1), 1))
    columns = min(4, len(panels))
    rows = math.ceil(len(panels) / columns)
    for number, (title, values, colour) in enumerate(panels):
        gaps = (0.1, 0.25, 0.1, 0.2)
        axes = frame.cell(number % columns, number // columns, columns, max(rows, 2), gaps).axes(figure)
        draw_histogram(axes, values, Style(colour).colour)
        axes.set_title(title, fontsize=8, pad=3, loc="left", color=MUTED)
    many = (
        f"{shown} of {flat.shape[1]:,} columns"
        if flat.shape[1] > shown
        else f"{shown} column{'s' if shown > 1 else ''}"
    )
    return f"{len(samples.x):,} training examples, {many}"


def draw_histogram(axes: Axes, values: np.ndarray, colour: str) -> None:
    """Draw how often values occur: each of a few, or bins of many."""
    from matplotlib.ticker import MaxNLocator

    known, counts = np.unique(values, return_counts=True)
    whole = bool((known == np.round(known)).all())
    gap = float(np.diff(known).min()) if len(known) > 1 else 1.0
    # A bar for each value, unless bars would be too thin to be seen.
    if (whole or len(known) <= FEW_VALUES) and known[-1] - known[0] <= MOST_BARS * gap:
        axes.bar(known, counts, width=0.8 * gap, color=colour)
        axes.set_xlim(float(known[0]) - 0.6 * gap, float(known[-1]) + 0.6 * gap)
    else:
        axes.hist(values, bins=BINS, color=colour)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=whole))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    _quiet(axes)


def draw_surface(figure: Figure, frame: Frame, ground: Ground) -> str:
    """Draw a surface as contours; return what it is."""
    from benchsuite.report.drawings.trace import draw_ground

    axes = Frame(frame.left + 0.3, frame.bottom + 0.25, frame.width - 0.4, frame.height - 0.3).axes(figure)
    draw_ground(axes, ground)
    axes.set_title("", loc="left")
    _quiet(axes)
    return "its surface: contours of f − f*, the start as a ring, minima as stars"


def _first(count: int, samples: Samples) -> str:
    target = "standardized target" if samples.standardized else "target"
    labelled = f", each with its {target}" if np.asarray(samples.y[0]).size == 1 else ""
    return f"the first {count} training examples{labelled}"


def _quiet(axes: Any) -> None:
    axes.tick_params(labelsize=7, length=0, pad=2)
    axes.grid(visible=False, axis="x")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
