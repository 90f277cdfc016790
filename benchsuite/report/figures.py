"""The drawings of a report: learning curves beside the seeds they ended with.

Each ``draw_`` function takes an Axes and returns it; nothing here touches pyplot or any global setting.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchsuite.analysis import ColumnHead, Direction, Interval, Leaderboard
from benchsuite.analysis.intervals import median, with_failures
from benchsuite.report.numbers import folds_text
from benchsuite.report.palette import GRID, INK, MUTED, Style, Styles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The points that all lines of one figure may have together; keeps the SVG far below 150 kB.
MOST_POINTS = 5000
WIDTH_INCHES = 11.0
LONGEST_LABEL = 44


@dataclass(frozen=True, slots=True)
class Series:
    """One row of a leaderboard on one task, as plain data to draw.

    ``finals`` has the test value of each supported seed, ``None`` if it failed; ``curves`` one (steps, values) pair of
    the validation metric per completed seed, in a cross-validation the mean over its folds; ``shade`` (0 to 1) tells
    rows of one name apart.
    """

    label: str
    style: Style
    finals: tuple[float | None, ...]
    interval: Interval | None
    curves: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
    failed: int
    shade: float = 1.0


def series_of(
    board: Leaderboard, position: int, records: Mapping[str, Mapping[str, Any]], styles: Styles
) -> list[Series]:
    """Return what there is to draw of one column of a leaderboard, best rank first.

    Args:
        board: The leaderboard.
        position: Which of its columns.
        records: Records by id; the curves come from them.
        styles: The style of each (kind, name).
    """
    head = board.columns[position]
    held = [(row, entry) for row in board.rows if (entry := row.entries[position]) is not None and entry.supported]
    held.sort(key=lambda pair: (pair[1].rank is None, pair[1].rank or 0.0, pair[0].label))
    names = [row.name for row, _ in held]
    result = []
    for number, (row, entry) in enumerate(held):
        variants, before = names.count(row.name), names[:number].count(row.name)
        result.append(
            Series(
                label=row.label,
                style=styles[board.kind, row.name],
                finals=tuple(seed.final for seed in entry.seeds if seed.supported),
                interval=entry.final,
                curves=tuple(
                    curve
                    for seed in entry.seeds
                    if seed.outcome == "completed"
                    and (curve := _seed_curve([records[id] for id in seed.ids], head.primary)) is not None
                ),
                failed=entry.failed,
                shade=1.0 - 0.6 * before / max(variants - 1, 1),
            )
        )
    return result


def comparison(series: Sequence[Series], head: ColumnHead) -> Figure:
    """Return one figure: on the left the learning curves, on the right every seed's test value, which is the legend."""
    from matplotlib.figure import Figure

    label_inches = 0.35 + 0.068 * max((len(_short(one.label)) for one in series), default=0)
    height = max(2.6, 0.75 + 0.225 * len(series))
    with theme():
        figure = Figure(figsize=(WIDTH_INCHES, height), facecolor="none")
        bottom, top = 0.48 / height, 1 - 0.30 / height
        curves_right = 0.56 - label_inches / WIDTH_INCHES / 2
        strip_left = curves_right + (label_inches + 0.25) / WIDTH_INCHES
        left = figure.add_axes((0.062, bottom, curves_right - 0.062, top - bottom))
        right = figure.add_axes((strip_left, bottom, 0.985 - strip_left, top - bottom))
        over = folds_text([head.column.folds])
        draw_learning_curves(left, series, head.primary + (f", mean over {over}" if over else ""), head.direction)
        draw_seed_strip(right, series, head.primary, head.direction)
    return figure


def draw_learning_curves(axes: Axes, series: Sequence[Series], measure: str, direction: Direction) -> Axes:
    """Draw the validation metric over training steps: the median of the seeds thick, each seed faint.

    In the median a failed seed counts as worse than any number, as in the leaderboard: where the median seed failed
    there is no thick line.
    """
    import seaborn as sns
    from matplotlib.collections import LineCollection

    lines = sum(len(one.curves) + 1 for one in series)
    most = max(12, MOST_POINTS // max(lines, 1))
    for order, one in enumerate(reversed(series)):
        thinned = [_thin(curve, most) for curve in one.curves]
        faint = LineCollection(
            [list(zip(*curve, strict=True)) for curve in thinned],
            colors=one.style.colour, linewidths=0.7, alpha=0.28 * one.shade, zorder=2,
        )  # fmt: skip
        axes.add_collection(faint)
        steps, middle = _median_curve(thinned, one.failed, direction)
        axes.plot(
            steps, middle, color=one.style.colour, linewidth=1.7, alpha=one.shade,
            dashes=one.style.dash or (None, None), zorder=3 + order / 100, solid_capstyle="round",
        )  # fmt: skip
    values = [value for one in series for _, path in one.curves for value in path if math.isfinite(value)]
    if direction == "min" and values and min(values) > 0:
        axes.set_yscale("log")
        _few_log_ticks(axes, min(values), max(values))
    axes.autoscale_view()
    axes.set_xlim(left=0)
    axes.set_xlabel("training step")
    _title(axes, f"validation {measure}")
    axes.grid(visible=False, axis="x")
    if not values:
        axes.text(0.5, 0.5, "no trial completed", transform=axes.transAxes, ha="center", va="center", color=MUTED)
        axes.set_xticks([])
        axes.set_yticks([])
    sns.despine(ax=axes, left=True)
    return axes


def draw_seed_strip(axes: Axes, series: Sequence[Series], measure: str, direction: Direction) -> Axes:
    """Draw every seed's test value as a point on its component's row, with the median and its interval.

    A failed seed is a cross at the worse edge. Values far behind the field are drawn at that edge too, as a hollow
    point, since one of them would press all others into a single spot.
    """
    import pandas as pd
    import seaborn as sns

    low, high = strip_range([value for one in series for value in one.finals], direction)
    edge = low if direction == "max" else high
    room = (high - low) * 0.03
    axes.set_xlim(low - room, high + room)
    shown: list[tuple[int, float]] = []
    for row, one in enumerate(series):
        inside = [value for value in one.finals if value is not None and low <= value <= high]
        beyond = sum(value is not None and not low <= value <= high for value in one.finals)
        shown += [(row, value) for value in inside]
        if one.interval is not None:
            ends = [min(max(end, low), high) for end in (one.interval.low, one.interval.high)]
            axes.plot(ends, [row, row], color=one.style.colour, linewidth=5.5, alpha=0.22 * one.shade,
                      solid_capstyle="round", zorder=2)  # fmt: skip
            if low <= one.interval.estimate <= high:
                axes.plot([one.interval.estimate], [row], marker="|", markersize=11, markeredgewidth=2,
                          color=one.style.colour, alpha=one.shade, zorder=4)  # fmt: skip
        marks = [(edge, "x", one.style.colour)] * bool(one.failed) + [(edge, one.style.marker, "none")] * bool(beyond)
        for place, marker, face in marks:
            axes.plot([place], [row], marker=marker, markersize=4.5, markerfacecolor=face, clip_on=False,
                      markeredgecolor=one.style.colour, color=one.style.colour, zorder=4)  # fmt: skip
    if shown:
        frame = pd.DataFrame(shown, columns=["row", "value"])
        # seaborn lays out every tick label of an axis without a name, to see whether it should have one.
        axes.set(xlabel=" ", ylabel=" ")
        sns.stripplot(
            frame, x="value", y="row", hue="row", orient="h", jitter=False, size=4.2, legend=False, native_scale=True,
            palette={row: one.style.colour for row, one in enumerate(series)}, ax=axes, zorder=3, linewidth=0,
        )  # fmt: skip
    axes.set_yticks(range(len(series)), [_short(one.label) for one in series])
    axes.set_ylim(len(series) - 0.4, -0.6)
    axes.set_xlabel("")
    axes.set_ylabel("")
    _title(axes, f"test {measure} after the last epoch, every seed")
    axes.xaxis.set_major_locator(_ticks(5))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.5g}")
    axes.grid(visible=False, axis="x")
    sns.despine(ax=axes, left=True, bottom=True)
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    return axes


def strip_range(values: Sequence[float | None], direction: Direction) -> tuple[float, float]:
    """Return the part of the axis that is worth showing: from the best value to a little behind the field's middle.

    The far end is three times as far from the best value as the median is, or the worst value if that is nearer.
    """
    known = sorted(value for value in values if value is not None)
    if not known:
        return 0.0, 1.0
    best, worst = (known[-1], known[0]) if direction == "max" else (known[0], known[-1])
    far = best + 3 * (median(known) - best)
    far = max(far, worst) if direction == "max" else min(far, worst)
    low, high = min(best, far), max(best, far)
    if low == high:
        pad = abs(low) * 0.01 or 0.01
        return low - pad, high + pad
    return low, high


@contextmanager
def theme() -> Iterator[None]:
    """Set seaborn's look for the drawings made inside, and for nothing else."""
    import matplotlib as mpl
    import seaborn as sns

    own: dict[str, Any] = {
        "axes.edgecolor": GRID, "grid.color": GRID, "grid.linewidth": 0.7, "axes.facecolor": "none",
        "text.color": INK, "axes.labelcolor": MUTED, "axes.titlecolor": INK, "xtick.color": MUTED, "ytick.color": MUTED,
        "font.size": 8.5, "axes.titlesize": 9, "axes.labelsize": 8.5, "xtick.labelsize": 8, "ytick.labelsize": 8.5,
        "axes.titlepad": 8, "lines.scale_dashes": True,
        # Names of components are text, never mathematics: a "$" in one must not be parsed.
        "text.parse_math": False,
        "svg.fonttype": "none", "path.simplify": True,
    }  # fmt: skip
    look: dict[Any, Any] = {**sns.axes_style("whitegrid"), **own}
    with mpl.rc_context(look):
        yield


def _seed_curve(
    records: Sequence[Mapping[str, Any]], primary: str
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Return the curve of a trial, or the mean over the folds of a seed, evaluation by evaluation, up to the shortest."""
    found = [curve for record in records if (curve := _curve(record, primary)) is not None]
    if not found:
        return None
    # Folds may differ by an example and so by a step an epoch.
    steps, values = (
        tuple(math.fsum(column) / len(found) for column in zip(*(curve[part] for curve in found), strict=False))
        for part in (0, 1)
    )
    return steps, values


def _curve(record: Mapping[str, Any], primary: str) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    curves = record["curves"]
    values = curves.get(f"validation_{primary}")
    if not values:
        return None
    # A value that is not finite is stored as null and leaves a gap in the line.
    return tuple(curves["step"]), tuple(math.nan if value is None else float(value) for value in values)


def _thin(curve: tuple[tuple[float, ...], tuple[float, ...]], most: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    steps, values = curve
    if len(steps) <= most:
        return curve
    kept = sorted({round(number * (len(steps) - 1) / (most - 1)) for number in range(most)})
    return tuple(steps[index] for index in kept), tuple(values[index] for index in kept)


def _median_curve(
    curves: Sequence[tuple[tuple[float, ...], tuple[float, ...]]], failed: int, direction: Direction
) -> tuple[list[float], list[float]]:
    by_step: dict[float, list[float | None]] = {}
    for steps, values in curves:
        for step, value in zip(steps, values, strict=True):
            by_step.setdefault(step, []).append(value)
    # A step that only some of the seeds have would make the median jump between different sets of seeds.
    shared = sorted(step for step, values in by_step.items() if len(values) == len(curves))
    middle = [median(with_failures([*by_step[step], *[None] * failed], direction)) for step in shared]
    return shared, [value if math.isfinite(value) else math.nan for value in middle]


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _title(axes: Axes, text: str) -> None:
    # A place of its own keeps matplotlib from laying out all ticks once more in search of one.
    axes.set_title(text, loc="left", y=1.0)


def _ticks(most: int) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])


def _few_log_ticks(axes: Axes, low: float, high: float) -> None:
    """Label a logarithmic axis with plain numbers, and with enough of them where it spans less than two decades."""
    from matplotlib.ticker import LogLocator, NullLocator

    decades = math.log10(high / low)
    subs: tuple[float, ...] = (1.0, 2.0, 5.0) if decades < 2.5 else (1.0,)
    if decades < 0.7:
        subs = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
    axes.yaxis.set_major_locator(LogLocator(subs=subs))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.3g}")
    axes.yaxis.set_minor_locator(NullLocator())
