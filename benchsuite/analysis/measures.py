"""Measures of stored predictions, by scikit-learn: what is no mean over examples and so cannot be a curve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.analysis.folds import seeds_of
from benchsuite.analysis.intervals import median
from benchsuite.analysis.recipe_labels import recipe_labels
from benchsuite.analysis.sample import Column, Sample, column_labels, column_of
from benchsuite.analysis.settings import deviations
from benchsuite.record import Record

Predictions = Mapping[str, np.ndarray]
"""``test_outputs``, ``test_targets`` and the same of the validation part: see ``docs/reference/record-format.md``."""

DIRECTIONS = {
    "accuracy": "max",
    "precision": "max",
    "recall": "max",
    "f1": "max",
    "roc_auc": "max",
    "average_precision": "max",
    "cross_entropy": "min",
    "rmse": "min",
    "mse": "min",
    "mae": "min",
    "r2": "max",
}
POINTS = 200
"""Points of a curve that are kept."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Two quantities over all thresholds.

    Args:
        x: Of each threshold.
        y: Likewise.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of one recipe on one column.

    Args:
        label: What tells the recipe from the others of the column.
        is_baseline: Whether it is the task's baseline recipe.
        seeds: How many of its seeds have predictions, in a cross-validation of all folds.
        values: Measure → median over these.
        roc: False against true positive rate of the first seed; ``None`` unless there are two classes.
        precision_recall: Recall against precision, likewise.
    """

    label: str
    is_baseline: bool
    seeds: int
    values: Mapping[str, float]
    roc: Curve | None
    precision_recall: Curve | None


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """All recipes of one column that have predictions, in the order of their labels, the baseline first."""

    column: Column
    label: str
    recipes: tuple[Measured, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that there are, in a fixed order."""
        return tuple(name for name in DIRECTIONS if any(name in recipe.values for recipe in self.recipes))


def measured(outputs: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Return every measure of a test part.

    Precision, recall, F1, the area under the ROC curve and average precision are means over the classes, each against
    all others, classes that the targets lack left out; with two classes those of class 1.

    Args:
        outputs: Logits ``[…, classes]`` for int32 targets, values shaped like the targets for float32 ones.
        targets: ``[…]``.
    """
    from sklearn import metrics

    if not np.issubdtype(targets.dtype, np.integer):
        found, wanted = outputs.reshape(-1).astype("float64"), targets.reshape(-1).astype("float64")
        mse = float(metrics.mean_squared_error(wanted, found))
        values = {"rmse": mse**0.5, "mse": mse, "mae": float(metrics.mean_absolute_error(wanted, found))}
        return values | ({"r2": float(metrics.r2_score(wanted, found))} if np.ptp(wanted) > 0 else {})
    scores, wanted = _probabilities(outputs), targets.reshape(-1)
    classes = scores.shape[1]
    chosen = scores.argmax(axis=1)
    binary = classes == 2
    average: dict[str, Any] = {"average": "binary"} if binary else {"average": "macro", "labels": np.unique(wanted)}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(wanted, chosen, zero_division=0.0, **average)
    values = {
        "accuracy": float((chosen == wanted).mean()),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "cross_entropy": float(-np.log(np.maximum(scores[np.arange(len(wanted)), wanted], 1e-300)).mean()),
    }
    present = [1] if binary else [int(label) for label in np.unique(wanted)]
    if len(np.unique(wanted)) > 1:
        areas = [metrics.roc_auc_score(wanted == label, scores[:, label]) for label in present]
        precisions = [metrics.average_precision_score(wanted == label, scores[:, label]) for label in present]
        values |= {"roc_auc": float(np.mean(areas)), "average_precision": float(np.mean(precisions))}
    return values


def curves(outputs: np.ndarray, targets: np.ndarray) -> tuple[Curve, Curve] | None:
    """Return the ROC and the precision–recall curve of class 1; ``None`` unless there are two classes, both present."""
    from sklearn import metrics

    if not np.issubdtype(targets.dtype, np.integer) or outputs.shape[-1] != 2 or len(np.unique(targets)) != 2:
        return None
    scores, wanted = _probabilities(outputs)[:, 1], targets.reshape(-1)
    false_positive, true_positive, _ = metrics.roc_curve(wanted, scores)
    precision, recall, _ = metrics.precision_recall_curve(wanted, scores)
    return _thinned(false_positive, true_positive), _thinned(recall[::-1], precision[::-1])


def measure_tables(
    records: Sample | Iterable[Record], predictions: Mapping[str, Predictions]
) -> dict[Column, MeasureTable]:
    """Measure every stored prediction; medians over the seeds of each recipe, column by column.

    The test parts of the folds of one seed, which hold each example once, are pooled and measured as one: precision,
    recall and areas do not exist for a part of one example, and their mean over small parts is another quantity. A seed
    is left out where a fold did not complete or its predictions are missing.

    Args:
        records: The records; one that is given twice counts once.
        predictions: Id → the predictions of that trial.
    """
    by_column: defaultdict[Column, defaultdict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in Sample.of(records).records if predictions else ():
        if record.id in predictions and record.outcome.finished and not record.trial.streams:
            by_column[column_of(record)][record.trial.recipe.text].append(record)
    names = column_labels(sorted(by_column))
    tables = {}
    for column, groups in sorted(by_column.items()):
        held = [seeds for _, group in sorted(groups.items()) if (seeds := seeds_of(group))]
        if held:
            tables[column] = MeasureTable(column, names[column], _recipes(held, predictions))
    return tables


def _recipes(
    groups: Sequence[Sequence[Sequence[Record]]], predictions: Mapping[str, Predictions]
) -> tuple[Measured, ...]:
    """Measure each recipe, given as its seeds, each of which is one trial or all its folds."""
    recipes = [seeds[0][0].trial.recipe for seeds in groups]
    baseline = groups[0][0][0].task.baseline
    found = []
    for recipe, seeds, label in zip(recipes, groups, recipe_labels(recipes, baseline), strict=True):
        each = [_pooled([predictions[record.id] for record in trials]) for trials in seeds]
        values = [measured(*one) for one in each]
        drawn = curves(*each[0]) or (None, None)
        found.append(
            Measured(
                label,
                not deviations(recipe, baseline),
                len(seeds),
                {name: median([one[name] for one in values if name in one]) for name in values[0]},
                *drawn,
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.is_baseline, one.label)))


def _pooled(trials: Sequence[Predictions]) -> tuple[np.ndarray, np.ndarray]:
    """Return outputs and targets of the test parts of all trials of a seed, one after another."""
    outputs, targets = (np.concatenate([one[name] for one in trials]) for name in ("test_outputs", "test_targets"))
    return outputs, targets


def _probabilities(outputs: np.ndarray) -> np.ndarray:
    """Return the softmax of logits, float64 ``[examples, classes]``."""
    logits = outputs.reshape(-1, outputs.shape[-1]).astype("float64")
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _thinned(x: np.ndarray, y: np.ndarray) -> Curve:
    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), POINTS)).round().astype(int))
    return Curve(tuple(float(value) for value in x[kept]), tuple(float(value) for value in y[kept]))
