"""Importance for the terminal: shares of hyperparameters, effects of two kinds, the spread by stream of the seed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from benchsuite.analysis.importance.effects import GridEffects
from benchsuite.analysis.importance.fanova import Importance
from benchsuite.analysis.importance.streams import VarianceSplit
from benchsuite.analysis.importance.tried import Tries
from benchsuite.analysis.importance.two_way import Level
from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.sample import Column
from benchsuite.report.tables.numbers import count_of
from benchsuite.report.tables.values import value_text
from benchsuite.spaces import Value
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

MOST_LEVELS = 12
"""Settings of a kind whose effect is shown."""
LONGEST = 30
STREAMS = {"initial": "initial values", "order": "batch order", "noise": "noise"}


def shares_table(found: Importance) -> Table:
    """Return the share of each hyperparameter, the largest first."""
    table = _table("hyperparameter", "tried", "share", "forests", "95 %", "taught")
    for one in found.shares:
        table.add_row(
            _text(name_of(found.tries, one.name)), _text(_span(one.tried)), _text(_percent(one.share)),
            _text(f"± {100 * one.forest_error:.0f}"), _text(f"{_percent(one.low, '')} – {_percent(one.high)}"),
            _text("–" if one.taught is None else str(one.taught)),
        )  # fmt: skip
    table.add_row(
        _text("several together"), _text(""), _text(_percent(found.together)), _text(""), _text(""), _text("")
    )
    return table


def effects_table(found: GridEffects) -> Table:
    """Return how much of the spread each of two kinds makes, both together, and the seeds."""
    table = _table("source", "share", "× error", "95 %", "F", "p, Holm")
    names = source_names(found)
    if found.found is None:
        return table
    for one, p in zip(found.found.effects, holm([one.p for one in found.found.effects]), strict=True):
        table.add_row(
            _text(names[one.name]), _text(_percent(one.share)), _text(_times(one.times)),
            _text(f"{_times(one.low)} – {_times(one.high)}"), _text(f"{one.f:.3g}"), _text(_p(float(p))),
        )  # fmt: skip
    error = names["both"] if found.found.error_is_interaction else "the rest"
    table.add_row(_text(error), _text(_percent(found.found.error_share)), *(_text("") for _ in range(4)))
    return table


def levels_table(found: GridEffects, side: int) -> Table:
    """Return what each setting of one kind adds to the mean, the largest first."""
    kind = found.grid.kinds[side].replace("_", " ")
    table = _table(kind, "adds to the mean", "95 %")
    assert found.found is not None
    held: list[tuple[str, Level]] = list(
        zip((found.rows, found.columns)[side], (found.found.rows, found.found.columns)[side], strict=True)
    )
    for label, level in sorted(held, key=lambda one: -one[1].effect)[:MOST_LEVELS]:
        span = f"{level.low:+.4g} – {level.high:+.4g}" if math.isfinite(level.low) else ""
        table.add_row(_text(label), _text(f"{level.effect:+.4g}"), _text(span))
    return table


def variance_table(found: VarianceSplit) -> Table:
    """Return the standard deviation between whole seeds, and that of each stream that was varied alone."""
    table = _table("what differs", "deviation", "95 %", "variance", "95 %", "trials")
    whole = found.whole
    table.add_row(
        _text("the whole seed"), _text(_deviation(whole.deviation)),
        _text(f"{_deviation(whole.low)} – {_deviation(whole.high)}" if whole.degrees else ""), _text("100 %"), _text(""),
        _text(str(found.seeds)),
    )  # fmt: skip
    for one in found.streams:
        known, share = one.variance, one.share
        table.add_row(
            _text(STREAMS[one.stream]), _text("0" if one.identical else _deviation(known.deviation)),
            _text("" if one.identical else f"{_deviation(known.low)} – {_deviation(known.high)}"),
            _text("none" if one.identical else _percent(share.estimate) if share else "–"),
            _text(f"{_percent(share.low, '')} – {_percent(share.high)}" if share and not one.identical else ""),
            _text(str(one.trials)),
        )  # fmt: skip
    return table


def name_of(tries: Tries, name: str) -> str:
    """Return a hyperparameter as a reader knows it: ``adam learning_rate``; a knob as it is."""
    kind, *rest = name.split(".")
    return f"{tries.components[kind][int(rest[0])]} {rest[1]}" if rest else kind


def tried_title(tries: Tries) -> str:
    """Return whose settings were tried on what: ``adam on digits_mlp, 30 epochs``."""
    varied = {tuple(name.split(".")[:2]) for name in tries.varied if "." in name}
    owners = [tries.components[kind][int(place)] for kind, place in sorted(varied)]
    return f"{' + '.join(owners) or 'the task'} on {place_of_column(tries.column)}"


def place_of_column(column: Column) -> str:
    """Return task and budget in words."""
    parts = [column.task, count_of(column.epochs, "epoch")]
    parts += [column.device] if column.device != "cpu" else []
    parts += [column.precision] if column.precision != "float32" else []
    parts += [f"{column.folds} folds"] if column.folds else []
    return ", ".join(parts) + (f", with {column.change}" if column.change else "")


def source_names(found: GridEffects) -> dict[str, str]:
    """Return what the sources of an effect are called."""
    one, other = (kind.replace("_", " ") for kind in found.grid.kinds)
    return {"rows": one, "columns": other, "both": f"{one} × {other}", "seeds": "seed"}


def _table(*heads: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        table.add_column(Text(one_line(head)), justify="right" if number else "left", overflow="fold")
    return table


def _text(text: str) -> Text:
    from rich.text import Text

    return Text(one_line(text))


def _span(tried: tuple[Value, ...]) -> str:
    if len(tried) == 2 and all(isinstance(value, int | float) and not isinstance(value, bool) for value in tried):
        return f"{value_text(tried[0])} – {value_text(tried[1])}"
    text = ", ".join(map(str, tried))
    return text if len(text) <= LONGEST else f"{len(tried)} options"


def _percent(share: float, unit: str = " %") -> str:
    if not math.isfinite(share):
        return "∞"
    return f"{100 * share:.0f}{unit}" if share < 100 else f"> 9,999{unit}"


def _times(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.2g}" if value < 100 else f"{value:.0f}"


def _deviation(value: float) -> str:
    return "–" if math.isnan(value) else "∞" if math.isinf(value) else f"{value:.2g}"


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"
