"""What must hold for every variant of a task: other data of the same kind, on which the baseline trains as on the published one."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchsuite.components import ByGroup, InOrder, Surface, Task
from benchsuite.components.axis import EXAMPLES
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.certificate import judge, measure
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.trains_alike import PublishedTraining, judge_training
from benchsuite.data import PARTS, Dataset, Raw, read, split
from benchsuite.instances import Instance, instance_of, is_instance
from benchsuite.registry import Registry

VARIES = "its variants are other instances of it"
AXES = "its axes go through what it is"
DRAWS = "Take all that instance draws from draw.generator(purpose) and nothing from elsewhere, and keep sizes, shapes and classes."
DEFAULT = "Write what the task has as default of the axis, one of its values."
SPREADS = 5.0
"""Standard deviations of a share, drawn anew in both, by which two instances may differ."""
RATIO = 3.0
"""Largest ratio of the deviations of targets of two instances."""
DRAWN = 0.5
"""Share by which the frequency of a class may differ where the task itself draws what decides it."""
SYMBOLS = 0.15
"""Share of the symbols of a text that may be others."""
GROUPED = 2.0
"""Largest ratio of the sizes of a part that is made of whole groups."""
LEAKED = 0.005
"""Share of the test part by which more may stand in the training part as well: chance, where examples have twins."""
NO_CERTIFICATE = "it has a certificate"


def order_of(dataset: Dataset) -> str:
    """Return 16 hexadecimal digits for a task's data, part by part: other examples in a part, or other data, give others."""
    found = hashlib.sha256(repr(dataset.sizes).encode())
    for array in (dataset.x, dataset.y):
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()[:16]


def describe_variant(task: Task, raw: Raw | None = None) -> dict[str, Any]:
    """Return what a certificate keeps of a variant's data: their checksum, the sizes of the parts, and which part has which.

    Args:
        task: The variant.
        raw: Its data, if they were read already.
    """
    raw = raw or read(task)
    dataset = split(task, raw)
    return {"checksum": raw.checksum, "parts": list(dataset.sizes), "order": order_of(dataset)}


def judge_data(base: Task, variants: Sequence[Task], *, twice: bool = True) -> list[Finding]:
    """Compare the data of variants with those of the published instance and with each other; nothing is trained.

    Instances of one data set share examples: what trains in one of them may test in another. Within an instance none does.

    Args:
        base: The task itself.
        variants: Instances of it.
        twice: Whether the data of each are read a second time, and must be the same.
    """
    published = split(base, read(base))
    seen = {_told_by(base, published): base.name}
    findings = []
    for task in variants:
        raw = read(task)
        dataset = split(task, raw)
        again = split(task, read(task)) if twice else dataset
        told = _told_by(task, dataset)
        twin = seen.setdefault(told, task.name)
        findings += [
            Finding(f"{task.name} is another instance", "" if twin == task.name else f"it is the same as {twin}"),
            Finding(
                f"{task.name} is drawn alike each time",
                "" if order_of(again) == order_of(dataset) else "its data change from call to call",
            ),
            Finding(
                f"{task.name} has parts and inputs like the published one",
                _unlike(published, dataset, grouped=isinstance(task.split, ByGroup)),
            ),
            Finding(f"{task.name} tests on what it did not train on", _leak(task, published, dataset)),
            Finding(
                f"{task.name} has targets like those of the published one",
                _other_targets(published, dataset, DRAWN if base.instance else 0.0),
            ),
        ]
    return findings


def instances_are_what_they_say(task: Task, blame: Blame) -> list[Finding]:
    """Try a variant of a task, and the ends of its axes; nothing of a task without any.

    Args:
        task: The task itself, or an instance, of which nothing is tried.
        blame: Finds the author's line.
    """
    if is_instance(task.name):
        return []
    findings = []
    if task.variation is not None:
        wrong = [one for one in judge_data(task, [instance_of(task, Instance(task.name, 1))]) if one.problem]
        place = blame.method(task.instance) if task.instance else None
        findings.append(
            blame.broken(VARIES, f"{wrong[0].promise}? {wrong[0].problem}", DRAWS, place) if wrong else Finding(VARIES)
        )
    if task.axes:
        own = {**{name: space.default for name, space in task.architecture.items()}, "batch_size": task.batch_size}
        wrong_axes = [name for name, axis in task.axes.items() if name in own and axis.default != own[name]]
        for name, axis in task.axes.items():
            if name not in own and name != EXAMPLES:
                other = next(value for value in axis.values if value != axis.default)
                instance_of(task, Instance(task.name, 0, {name: other}))
        problem = (
            f"the default of axis {wrong_axes[0]!r} is not what the task has: {own[wrong_axes[0]]!r}"
            if wrong_axes
            else ""
        )
        findings.append(blame.broken(AXES, problem, DEFAULT) if problem else Finding(AXES))
    return findings


def measure_variant(task: Task, registry: Registry) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measure a variant; return all of it, and what the certificate of the task keeps.

    Raises:
        Exception: Whatever the task raises.
    """
    found = measure(task, registry)
    kept = describe_variant(task)
    if found["targets"] is not None:
        kept["epochs"] = found["targets"]["epochs"]
    return found, kept


def judge_variant(
    task: Task,
    registry: Registry,
    found: Mapping[str, Any],
    kept: Mapping[str, Any],
    known: Mapping[str, Any],
    published: PublishedTraining,
) -> list[Finding]:
    """Compare a variant with what theory says, with how its task trains, and with what is certified of itself.

    Args:
        task: The variant.
        registry: For the loss.
        found: What was measured now.
        kept: What its block would hold.
        known: The certificate of the task itself.
        published: How the baseline trains on the task itself.
    """
    findings = [one for one in judge(task, registry, found, None) if one.promise != NO_CERTIFICATE]
    findings += judge_training(task, found, published)
    certified = known.get("variants", {}).get(task.name.rpartition("~")[2])
    if isinstance(certified, Mapping):
        same = all(certified.get(name) == kept[name] for name in ("checksum", "parts", "order"))
        findings.append(
            Finding(
                "its data are those of the certificate",
                "" if same else f"checksum {kept['checksum']}, in the certificate {certified.get('checksum')}",
            )
        )
    return findings


def _told_by(task: Task, dataset: Dataset) -> tuple[object, ...]:
    """Return what tells two instances apart."""
    return order_of(dataset), task.batch_size, tuple(task.architecture.items()), _loss_told_by(task)


def _loss_told_by(task: Task) -> object:
    """Return what tells two losses apart: of a surface its values at a few places, of another function what it holds on to.

    A function is another object in each instance, so its name and address say nothing.
    """
    if task.surface is not None:
        import tensorflow as tf

        values = task.surface.value(tf.constant(_places(task.surface), "float32"))
        return np.asarray(values).tobytes()
    if isinstance(task.loss, str):
        return task.loss
    held = [cell.cell_contents for cell in getattr(task.loss, "__closure__", None) or ()]
    return re.sub(r" at 0x[0-9a-f]+", "", repr((getattr(task.loss, "__self__", None), held)))


def _places(surface: Surface) -> list[tuple[float, ...]]:
    """Return the start of a surface and four places around it."""
    x, y = surface.start
    return [(x, y), *((x + dx, y + dy) for dx, dy in ((0.5, 0.0), (0.0, 0.5), (-0.7, 0.3), (0.2, -0.9)))]


def _unlike(published: Dataset, found: Dataset, grouped: bool) -> str:
    """Say what differs in form; parts of whole groups are but nearly as large."""
    if grouped and sum(published.sizes) == sum(found.sizes):
        ratio, what = max(zip(map(_ratio, published.sizes, found.sizes), PARTS, strict=True))
        if ratio > GROUPED:
            return f"its {what} part is {ratio:.1f} times as large or small as in the published one"
    for what, one, other in (
        ("parts", sum(published.sizes) if grouped else published.sizes, sum(found.sizes) if grouped else found.sizes),
        ("inputs", published.x.shape[1:], found.x.shape[1:]),
        ("inputs", published.x.dtype, found.x.dtype),
        ("targets", published.y.shape[1:], found.y.shape[1:]),
        ("targets", published.y.dtype, found.y.dtype),
        ("columns of codes", published.symbols, found.symbols),
    ):
        if one != other:
            return f"{what} {other}, {one} in the published one"
    return ""


def _leak(task: Task, published: Dataset, found: Dataset) -> str:
    """Say whether more of the test part stands in the training part too than in the published instance."""
    if isinstance(task.split, InOrder):  # there the author puts parts together, perhaps of the same on purpose
        return ""
    known, share = _known(published), _known(found)
    return (
        f"{share:.1%} of its test part train as well, {known:.1%} in the published one"
        if share > known + LEAKED
        else ""
    )


def _known(dataset: Dataset) -> float:
    """Return the share of the test part whose inputs and targets stand in the training part."""
    x, y = (np.ascontiguousarray(array.reshape(len(array), -1)) for array in (dataset.x, dataset.y))
    rows = [
        [hash((x[at].tobytes(), y[at].tobytes())) for at in range(*_span(dataset, part))] for part in ("train", "test")
    ]
    trained = set(rows[0])
    return sum(row in trained for row in rows[1]) / len(rows[1])


def _span(dataset: Dataset, part: str) -> tuple[int, int]:
    found = dataset.part(part)
    return found.start, found.stop


def _other_targets(published: Dataset, found: Dataset, allowed: float) -> str:
    """Say how targets differ by more than a draw does: classes that lack or are more frequent, values of another spread.

    Args:
        published: Data of the task itself.
        found: Of a variant.
        allowed: Share by which the frequency of a class may differ beyond chance: a task may draw what decides the classes.
    """
    if published.y.dtype != found.y.dtype:
        return f"{found.y.dtype}, {published.y.dtype} in the published one"
    if not np.issubdtype(found.y.dtype, np.integer):
        one, other = float(np.std(published.y)), float(np.std(found.y))
        return "" if _ratio(one, other) <= RATIO else f"deviation {other:.4g}, {one:.4g} in the published one"
    if found.y.ndim > 1:  # letters of a text: what is rare comes and goes, and one follows from another
        return _other_symbols(published.y, found.y)
    (classes, counts), (own, others) = (np.unique(one.y, return_counts=True) for one in (published, found))
    if not np.array_equal(classes, own):
        missing = sorted({*classes.tolist()} ^ {*own.tolist()})
        return f"{len(own)} classes, {len(classes)} in the published one; the first that only one of them has: {missing[0]}"
    # Classes may have other names: the frequencies are compared in order.
    for one, other in zip(np.sort(counts) / counts.sum(), np.sort(others) / others.sum(), strict=True):
        spread = math.sqrt(one * (1 - one) * (1 / counts.sum() + 1 / others.sum()))
        if abs(one - other) > SPREADS * spread + allowed * one + 1e-12:
            return f"a class of {other:.1%} of the examples, {one:.1%} in the published one"
    for part in ("train", "validation", "test"):
        if len(np.unique(published.y[published.part(part)])) > len(np.unique(found.y[found.part(part)])):
            return f"fewer classes in the {part} part than in the published one"
    return ""


def _other_symbols(published: np.ndarray, found: np.ndarray) -> str:
    """Say whether the frequencies of symbols, whatever their names, are others: half the sum of their differences, from 0 to 1."""
    size = int(max(published.max(), found.max())) + 1
    one, other = (np.sort(np.bincount(y.ravel(), minlength=size) / y.size) for y in (published, found))
    apart = float(abs(one - other).sum()) / 2
    return f"{apart:.0%} of the symbols are others than in the published one" if apart > SYMBOLS else ""


def _ratio(one: float, other: float) -> float:
    small, large = sorted((abs(one), abs(other)))
    return 1.0 if large == 0 else math.inf if small == 0 else large / small
