"""Certificates: what a task is, in numbers, so that everyone who says its name means the same.

A certificate is measured with the task's baseline and seed 0: data and their checksum, size of the network, loss of
outputs 0 against its closed form, loss at the start and after ten steps of plain gradient descent, gradient against
numerical differences, whether a few examples can be learned by heart, whether any of it changes when another network is
built before, and when the baseline reaches each target. The measured numbers lie in ``certificates/<task>.json`` beside
the file that registers the task; ``benchsuite certify`` measures again and compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchsuite.certified_resolution import BLOCK
from benchsuite.components import Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.measured import STEPS, measured, short
from benchsuite.conformance.of_resolution import judge_resolution
from benchsuite.data import Raw, read, split
from benchsuite.engine.few_examples import FEW
from benchsuite.instance_names import is_instance
from benchsuite.registry import Registry

TOLERANCE = 1e-3
"""Relative: losses of other processors and library versions differ by rounding alone."""
END_TOLERANCE = 0.1
"""As a share of what the baseline gains in its budget."""
GRADIENT_TOLERANCE = 0.02
"""Relative: float32, and kinks of the activation."""


def describe_data(task: Task, raw: Raw | None = None) -> dict[str, Any]:
    """Return the facts of a task's data."""
    raw = raw or read(task)
    dataset = split(task, raw)
    y = np.asarray(dataset.y)
    facts: dict[str, Any] = {
        "checksum": raw.checksum,
        "inputs": {"shape": list(dataset.x.shape[1:]), "type": dataset.input_type},
        "parts": list(dataset.sizes),
    }
    if np.issubdtype(y.dtype, np.integer):
        labels, counts = np.unique(y, return_counts=True)
        facts["labels"] = {str(label): int(count) for label, count in zip(labels, counts, strict=True)}
    else:
        facts["targets"] = {"shape": list(y.shape[1:]), "mean": short(y.mean()), "deviation": short(y.std())}
    return facts


def measure(task: Task, registry: Registry) -> dict[str, Any]:
    """Measure everything that a certificate holds.

    Raises:
        Exception: Whatever the task raises.
    """
    return {"task": task.name, "version": task.version, "data": describe_data(task), **measured(task, registry)}


def judge(task: Task, registry: Registry, found: Mapping[str, Any], known: Mapping[str, Any] | None) -> list[Finding]:
    """Compare a measurement with what theory says, and with the committed certificate.

    Args:
        task: The task.
        registry: For the loss.
        found: What was measured now.
        known: The certificate, or ``None`` if there is none.
    """
    loss, few = found["loss"], found["few"]
    findings = [
        Finding(
            "the gradient is that of numerical differences",
            ""
            if found["gradient"]["difference"] <= GRADIENT_TOLERANCE
            else f"they differ by {found['gradient']['difference']:.1%}",
        ),
        Finding(
            "nothing changes with what was built before",
            "" if loss["alone"] == loss["start"] else f"the first loss is {loss['start']}, alone {loss['alone']}",
        ),
        Finding(
            f"{FEW} examples can be learned by heart"
            if few["goal"] is not None
            else f"training lowers the loss of {FEW} examples",
            "" if few["learned"] else f"the loss went from {few['start']} to {few['end']} in {few['steps']} steps",
        ),
    ]
    if found["targets"] is not None and task.targets:
        epochs = found["targets"]["epochs"]
        findings.append(_before(epochs))
        if not is_instance(task.name):  # targets say what tuned methods reach on the published one
            findings.append(_at_once(epochs))
    if loss["theory"] is not None:
        findings.insert(0, _close("the loss of outputs 0 is the closed form", loss["of_zeros"], loss["theory"], 1e-4))
    if known is None:
        return [*findings, Finding("it has a certificate", "there is none: benchsuite certify --write makes one")]
    if known.get("version") != task.version:
        problem = f"the certificate is of version {known.get('version')}, the task of version {task.version}"
        return [*findings, Finding("the certificate is of this version", problem)]
    findings += [
        Finding(f"{words} are those of the certificate", _different(found[part], known.get(part, {})))
        for part, words in (("data", "data, parts and labels"), ("network", "parameters"))
    ]
    for name, words in (("start", "the loss at the start"), ("after_steps", f"the loss after {STEPS} steps")):
        findings.append(_close(f"{words} is that of the certificate", loss[name], known["loss"][name], TOLERANCE))
    if found["targets"] is not None and known.get("targets"):
        findings.append(_ends(found["targets"], known["targets"]))
    return findings + judge_resolution(task, known.get(BLOCK))


def _before(epochs: Sequence[int | None]) -> Finding:
    """Say whether targets are reached before training: those cannot tell methods apart."""
    before = sum(epoch == 0 for epoch in epochs)
    return Finding("no target is reached before training", f"{before} of {len(epochs)} are" if before else "")


def _at_once(epochs: Sequence[int | None]) -> Finding:
    """Say whether all of the targets are reached at once: those cannot tell methods apart either."""
    at_once = epochs[-1] is not None and epochs[-1] <= 1
    return Finding(
        "the hardest target takes more than an epoch", "the baseline reaches it with its first" if at_once else ""
    )


def _ends(found: Mapping[str, Any], known: Mapping[str, Any]) -> Finding:
    """Compare where training ends: rounding of another processor grows with each step, so as a share of the way."""
    way = max(abs(known["end"] - known["start"]), 0.1 * abs(known["start"]))
    off = abs(found["end"] - known["end"]) > END_TOLERANCE * way
    problem = f"{found['end']:.5g}, expected {known['end']:.5g}" if off else ""
    return Finding("the baseline ends where that of the certificate did", problem)


def _close(promise: str, found: float | None, expected: float | None, tolerance: float) -> Finding:
    if found is None or expected is None:
        return Finding(promise, "" if found == expected else f"{found}, expected {expected}")
    off = abs(found - expected) > tolerance * max(abs(expected), 1e-3)
    return Finding(promise, f"{found:.7g}, expected {expected:.7g}" if off else "")


def _different(found: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    parts = []
    for key in sorted({*found, *known}):
        if key == "targets" and key in found and key in known:
            one, other = found[key], known[key]
            same = one["shape"] == other["shape"] and all(
                abs(one[name] - other[name]) <= 1e-5 * max(1.0, abs(other[name])) for name in ("mean", "deviation")
            )
        else:
            same = found.get(key) == known.get(key)
        if not same:
            parts.append(f"{key} {found.get(key)}, in the certificate {known.get(key)}")
    return "; ".join(parts)
