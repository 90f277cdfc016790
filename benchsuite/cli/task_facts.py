"""What ``benchsuite info`` says of a task, in words; the numbers of its data come from its certificate, so none are loaded."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from benchsuite.cli.instance_facts import instance_rows, summary_words
from benchsuite.components.arrays import ByGroup, HoldOut, InOrder, Published, Split
from benchsuite.components.metric import Metric
from benchsuite.errors import BenchsuiteError
from benchsuite.instances import base_of, is_instance

if TYPE_CHECKING:
    from benchsuite.components import Task
    from benchsuite.registry import Registry

MOST_LABELS = 12
"""Labels whose counts are all written out; of more the range alone."""
Rows = dict[str, str]


def task_rows(task: Task, known: Registry) -> list[Rows]:
    """Return all that a task says, in groups: what it is, its data, how it is trained, how it is measured and compared."""
    from benchsuite.analysis.instances_block import comparison_words, comparisons_of

    certificate, doubt = certificate_of(task, known)
    facts = certificate.get("data", {})
    steps = task.steps_per_epoch or (facts["parts"][0] // task.batch_size if facts else None)
    return [
        {"summary": summary_words(task), **instance_rows(task)},
        {
            "source": task.source or "not stated",
            "licence": task.license,
            "citation": task.citation,
            "inputs": inputs_words(facts),
            "labels" if "labels" in facts else "values": targets_words(facts, task.standardize_targets),
            "split": split_words(task.split, facts.get("parts")),
            "checksum": facts.get("checksum", ""),
            "certificate": doubt,
        },
        {
            "baseline": _baseline(task, known),
            "parameters": _parameters(certificate.get("network")),
            "batch size": f"{task.batch_size:,} example{'s' if task.batch_size > 1 else ''} a step",
            "budget": f"{task.epochs:,} epochs of " + (f"{steps:,} steps" if steps else "one pass each"),
            "knobs": "; ".join(
                f"{name}: {space.default!r} unless set, {space.describe()}" for name, space in task.architecture.items()
            ),
            "cost": _cost(task),
        },
        {
            "loss": task.loss if isinstance(task.loss, str) else f"its own: {_first_line(task.loss)}",
            "metrics": ", ".join(
                f"{metric.name} ({metric.direction})" for metric in task.metrics if isinstance(metric, Metric)
            ),
            "primary": f"{task.primary}, the {'higher' if task.direction == 'max' else 'lower'} the better",
            "targets": ", ".join(f"{target:g}" for target in task.targets)
            + (f" on the validation part ({task.primary})" if task.targets else ""),
            "tier": task.tier,
            "compares": ", ".join(kind.replace("_", " ") for kind in task.compares),
            "instances": "\n".join(map(comparison_words, comparisons_of(certificate))),
            "trace": f"benchsuite trace {task.name} draws its surface" if task.surface else "",
        },
    ]


def certificate_of(task: Task, known: Registry) -> tuple[Mapping[str, Any], str]:
    """Return a task's certificate, empty if it has none that counts, and what is to be said of it."""
    from benchsuite.certificates import committed

    try:
        found = committed(task.name, known)
    except BenchsuiteError as error:
        return {}, str(error)
    if found is None:
        if is_instance(task.name):
            return {}, f"{base_of(task.name)} has it: benchsuite info {base_of(task.name)}"
        return {}, f"not certified: benchsuite certify {task.name} --write measures the data"
    if found.get("version") != task.version:
        return {}, (
            f"that of version {found.get('version')}, while the task is of version {task.version}: "
            f"benchsuite certify {task.name} --write"
        )
    return found, ""


def shape_words(shape: Sequence[int]) -> str:
    """Return a shape as people write it."""
    return " × ".join(f"{size:,}" for size in shape)


def inputs_words(facts: Mapping[str, Any]) -> str:
    """Return number, shape, type and size of the inputs; empty without facts."""
    if not facts:
        return ""
    shape = [sum(facts["parts"]), *facts["inputs"]["shape"]]
    return f"{shape_words(shape)}, {facts['inputs']['type']}, {4e-6 * math.prod(shape):,.1f} MB"


def targets_words(facts: Mapping[str, Any], standardized: bool) -> str:
    """Return the counts of the labels, or mean and deviation of the values; empty without facts."""
    if "labels" in facts:
        counts = {int(label): count for label, count in facts["labels"].items()}
        low, high = min(counts.values()), max(counts.values())
        if low == high:
            return f"{len(counts):,}, {low:,} of each"
        if len(counts) > MOST_LABELS:
            return f"{len(counts):,}, {low:,} to {high:,} of each"
        listed = ", ".join(f"{counts[label]:,}" for label in sorted(counts))
        return f"{len(counts):,}; from {min(counts)} to {max(counts)}: {listed}"
    if "targets" not in facts:
        return ""
    found = facts["targets"]
    if not found["deviation"]:  # nothing but the shape of what a loss of the task's own never looks at
        return ""
    shape = f"{shape_words(found['shape'])} values each, " if math.prod(found["shape"]) > 1 else ""
    after = " after they are standardized on the training part" if standardized else ""
    return f"{shape}mean {found['mean']:.4g}, deviation {found['deviation']:.4g}{after}"


def split_words(split: Split, parts: Sequence[int] | None = None) -> str:
    """Return a split in words.

    Args:
        split: The rule.
        parts: Examples in each part, if known.
    """
    if isinstance(split, Published):
        rule = f"the last {split.test:,} examples test, as published; {split.validation:,} of the others validate, at random"
    else:
        how = {HoldOut: "at random", InOrder: "by position", ByGroup: "whole groups at random"}[type(split)]
        things = "groups" if isinstance(split, ByGroup) else "examples"
        if isinstance(split.train, int):
            rule = f"{how}: {split.train:,} {things} train, {split.validation:,} validate, {split.test:,} test"
        else:
            shares = [f"{100 * share:g} %" for share in (split.train, split.validation, split.test)]
            rule = f"{how}: {shares[0]} of the {things} train, {shares[1]} validate, {shares[2]} test"
    if isinstance(split, HoldOut | Published) and split.stratify:
        rule += ", each class in proportion"
    if not parts or (isinstance(split, HoldOut | InOrder) and isinstance(split.train, int)):
        return rule
    return f"{rule}\n{parts[0]:,}, {parts[1]:,} and {parts[2]:,} examples"


def seconds_words(seconds: float) -> str:
    """Return a time in the unit that people would use."""
    if seconds < 120:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _baseline(task: Task, known: Registry) -> str:
    """Return what the task's baseline names; hyperparameters only where they are not those of the component."""
    from benchsuite.selection import baseline

    lines = [
        f"{kind.replace('_', ' ')}: " + " + ".join(s.describe(known.component(kind, s.name)) for s in chosen)
        for kind, chosen in baseline(task, known).settings
        if kind in task.baseline or kind == "optimizer"
    ]
    return "\n".join([*lines, "the default of every other kind"])


def _parameters(network: Mapping[str, Any] | None) -> str:
    if not network:
        return ""
    kernels = network["kernels"]
    return f"{network['parameters']:,} trained" + (f", {kernels} kernel{'s' if kernels > 1 else ''}" if kernels else "")


def _cost(task: Task) -> str:
    whole = seconds_words(task.cost.compile + task.epochs * task.cost.epoch)
    return (
        f"about {seconds_words(task.cost.epoch)} an epoch and {seconds_words(task.cost.compile)} to compile on one core; "
        f"{whole} for the budget"
    )


def _first_line(function: Any) -> str:
    return (inspect.getdoc(function) or "a function without a docstring").splitlines()[0].removeprefix("Return ")
