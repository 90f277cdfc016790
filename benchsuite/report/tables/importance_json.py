"""Importance as plain values, for JSON: every number that the terminal shows, and those it rounds; what is infinite is null."""

from __future__ import annotations

import math
from typing import Any

from benchsuite.analysis.importance.effects import GridEffects
from benchsuite.analysis.importance.fanova import Importance
from benchsuite.analysis.importance.one_way import Variance
from benchsuite.analysis.importance.streams import VarianceSplit
from benchsuite.analysis.importance.two_way import Level
from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.sample import Column
from benchsuite.report.tables.importance_tables import source_names


def importance_json(found: Importance) -> dict[str, Any]:
    """Return the shares of hyperparameters."""
    tries = found.tries
    return {
        **_column(tries.column),
        "components": {kind: list(names) for kind, names in tries.components.items()},
        "measure": tries.looked.key,
        "settings": len(tries.points),
        "trials": tries.trials,
        "failed_settings": tries.failed,
        "pruned_or_unsupported_trials": tries.left_out,
        "settings_on_no_scale": found.left_out,
        "too_few": found.why_not or None,
        "shares": [
            {
                "hyperparameter": one.name, "share": one.share, "forest_deviation": one.forest_error, "low": one.low,
                "high": one.high, "tried": list(one.tried), "taught_class": one.taught,
            }
            for one in found.shares
        ],
        "together": found.together if found.shares else None,
        "order_taught": (
            {"held": found.order.held, "against": found.order.against, "untold": found.order.untold}
            if found.order
            else None
        ),
    }  # fmt: skip


def effects_json(found: GridEffects) -> dict[str, Any]:
    """Return the effects of two kinds."""
    names = source_names(found)
    decomposed = found.found
    effects = decomposed.effects if decomposed else ()
    return {
        **_column(found.grid.head.column),
        "kinds": list(found.grid.kinds),
        "measure": found.looked.key,
        "trials": found.trials,
        "failed": found.failed,
        "pairs_not_run": found.missing,
        "why_not": found.why_not or None,
        "effects": [
            {
                "source": names[one.name], "share": one.share, "times_error": _number(one.times), "low": _number(one.low),
                "high": _number(one.high), "f": _number(one.f), "p": one.p, "p_holm": float(p), "degrees": one.degrees,
            }
            for one, p in zip(effects, holm([one.p for one in effects]), strict=True)
        ],
        "error_share": decomposed.error_share if decomposed else None,
        "error_deviation": decomposed.error if decomposed else None,
        "error_degrees": decomposed.error_degrees if decomposed else None,
        "error_is_interaction": decomposed.error_is_interaction if decomposed else None,
        "levels": {
            kind: {label: _level(level) for label, level in zip(labels, levels, strict=True)}
            for kind, labels, levels in (
                (
                    (found.grid.kinds[0], found.rows, decomposed.rows),
                    (found.grid.kinds[1], found.columns, decomposed.columns),
                )
                if decomposed
                else ()
            )
        },
    }  # fmt: skip


def variance_json(found: VarianceSplit) -> dict[str, Any]:
    """Return the spread by stream of the seed."""
    return {
        **_column(found.column),
        "recipe": found.label,
        "measure": found.looked.key,
        "failed": found.failed,
        "seeds": found.seeds,
        "whole": _variance(found.whole),
        "streams": [
            {
                "stream": one.stream, "groups": one.groups, "trials": one.trials, "identical": one.identical,
                **_variance(one.variance),
                "share": _number(one.share.estimate) if one.share else None,
                "share_low": _number(one.share.low) if one.share else None,
                "share_high": _number(one.share.high) if one.share else None,
            }
            for one in found.streams
        ],
    }  # fmt: skip


def _column(column: Column) -> dict[str, Any]:
    return {
        "task": column.task,
        "epochs": column.epochs,
        "batch_size": column.batch_size,
        "precision": column.precision,
        "device": column.device,
        "folds": column.folds,
        "change": column.change,
    }


def _level(level: Level) -> dict[str, Any]:
    return {"effect": level.effect, "low": _number(level.low), "high": _number(level.high)}


def _variance(one: Variance) -> dict[str, Any]:
    return {
        "deviation": _number(one.deviation), "low": _number(one.low), "high": _number(one.high), "degrees": one.degrees,
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
