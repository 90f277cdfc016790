"""Courses of trainings, made up from formulas, for tests of diagnoses."""

from dataclasses import replace

import numpy as np

from benchsuite.curves import Curves
from benchsuite.diagnostics.course import Course


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
    return Course(curves=curves, **{"primary": "loss", "larger_better": False, **facts})


def changed(record, loss):
    """Return a record whose losses on training and validation part are these, after epochs 0, 1, …."""
    loss = np.array(loss, "float64")
    curves = {**record.curves, "train_loss": loss, "validation_loss": loss}
    ends = {"train_loss": float(loss[-1]), "validation_loss": float(loss[-1])}
    results = replace(record.results, final={**record.results.final, **ends})
    return replace(record, curves=Curves(curves), results=results)
