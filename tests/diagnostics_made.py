"""Courses of trainings, made up from formulas, for tests of diagnoses."""

from dataclasses import replace

import numpy as np

from benchsuite.curves import Curves
from benchsuite.diagnostics.course import TrialCourse


def course(train, validation=None, *, accuracy=None, **facts):
    """Return a course with these losses after epochs 0, 1, …."""
    train = np.array(train, "float64")
    curves = {
        "epoch": np.arange(len(train), dtype="float64"),
        "train_loss": train,
        "validation_loss": train if validation is None else np.array(validation, "float64"),
    }
    if accuracy is not None:
        curves["validation_accuracy"] = np.array(accuracy, "float64")
    return TrialCourse(curves=curves, **{"primary": "loss", "larger_better": False, **facts})


def changed(record, train, validation=None):
    """Return a record whose losses on training and validation part are these, after epochs 0, 1, …."""
    held_out = train if validation is None else validation
    losses = {"train_loss": np.array(train, "float64"), "validation_loss": np.array(held_out, "float64")}
    ends = {name: float(row[-1]) for name, row in losses.items()}
    results = replace(record.results, final={**record.results.final, **ends})
    return replace(record, curves=Curves({**record.curves, **losses}), results=results)
