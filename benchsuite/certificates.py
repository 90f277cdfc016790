"""Where certificates lie: ``certificates/<task>.json`` beside the file that registers the task."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchsuite.certified_resolution import BLOCK
from benchsuite.components import ByGroup, Task
from benchsuite.components.axis import EXAMPLES
from benchsuite.errors import BenchsuiteError
from benchsuite.files import write_whole
from benchsuite.instances import base_of, is_instance, read_name, refuse_examples
from benchsuite.registry import Registry

NEEDED = {"version", "data", "network", "loss", "gradient", "few"}
"""What every certificate holds, at least."""
VARIANTS = "variants"
"""Variant → its data, of those that were certified."""
INSTANCES = "instances"
"""On which of its instances what verdict was found, of a few comparisons."""
MEASURED_APART = (BLOCK, VARIANTS, INSTANCES)
"""Blocks that take studies of their own to measure: writing the others keeps them, as long as the task's version is the same."""


def path_of(task: str, registry: Registry) -> Path | None:
    """Return where a task's certificate lies, which holds what is certified of its variants; ``None`` if no file registers it."""
    file = getattr(registry.entry("task", task).plugin.module, "__file__", None)
    return Path(file).parent / "certificates" / f"{base_of(task)}.json" if file else None


def checksum_of(task: Task, registry: Registry) -> str | None:
    """Return the checksum that a task's data must have; ``None`` without a certificate of the task's version.

    Raises:
        BenchsuiteError: If there is a certificate that is not whole.
    """
    data = _data_of(task, registry)
    return str(data["checksum"]) if data and "checksum" in data else None


def _data_of(task: Task, registry: Registry) -> Mapping[str, Any] | None:
    """Return what a certificate of the task's version says of its data, of a variant in its block ``variants``.

    An instance that keeps but some of the examples has the data of the task, or the variant, that it is one of.
    """
    instance = read_name(task.name)
    found = committed(instance.base, registry)
    if not found or found.get("version") != task.version or set(instance.values) - {EXAMPLES}:
        return None
    data = found["data"]
    if instance.variant:  # one that nobody certified has parts as large as those of the others, unless groups are whole
        parts = () if isinstance(task.split, ByGroup) else data.get("parts", ())
        data = found.get(VARIANTS, {}).get(str(instance.variant), {"parts": parts})
    parts = data.get("parts", ())
    return {**data, "parts": (instance.values[EXAMPLES], *parts[1:])} if instance.values and len(parts) == 3 else data


def committed(task: str, registry: Registry) -> dict[str, Any] | None:
    """Return a task's certificate, or ``None`` if it has none, as no other instance of it has.

    Raises:
        BenchsuiteError: If the file is not whole.
    """
    path = None if is_instance(task) else path_of(task, registry)
    if path is None or not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("no object")
        if missing := sorted(NEEDED - set(found)):
            raise ValueError(f"it has no {', '.join(missing)}")
    except (OSError, ValueError) as error:
        raise BenchsuiteError(
            f"the certificate {path} cannot be read ({error}). Write it again: benchsuite certify --write."
        ) from None
    return found


def part_sizes(tasks: Iterable[str], known: Registry) -> dict[str, tuple[int, int, int]]:
    """Return the examples in the three parts of each task whose certificate says them.

    Args:
        tasks: Their names; one that is not known is left out.
        known: The plugins that were found.
    """
    found = {}
    for name in sorted(name for name in set(tasks) if known.has("task", name)):
        try:
            data = _data_of(known.task(name), known)
        except BenchsuiteError:
            continue
        parts = (data or {}).get("parts", ())
        if len(parts) == 3:
            found[name] = (int(parts[0]), int(parts[1]), int(parts[2]))
    return found


def answers_in_parts(tasks: Iterable[str], known: Registry) -> dict[str, tuple[int, int, int]]:
    """Return how many answers the three parts of tasks have: one for each example, or one for each place of a sequence.

    Args:
        tasks: As for :func:`part_sizes`.
        known: Likewise.
    """
    found = {}
    for name, parts in part_sizes(tasks, known).items():
        data = (committed(base_of(name), known) or {}).get(
            "data", {}
        )  # each instance has as many answers to an example
        labels, examples = sum(dict(data.get("labels") or {}).values()), sum(data.get("parts", ()))
        each = labels // examples if labels and examples and labels % examples == 0 else 1
        found[name] = (parts[0] * each, parts[1] * each, parts[2] * each)
    return found


def refuse_examples_of(task: Task, batch_size: int, known: Registry) -> None:
    """Refuse an instance with fewer examples than a batch has, or more than the certificate says that there are.

    Args:
        task: The instance; a published one is not looked at.
        batch_size: Of the study.
        known: The plugins that were found.

    Raises:
        BenchsuiteError: Naming the number.
    """
    if not is_instance(task.name) or EXAMPLES not in (held := read_name(task.name)).values:
        return
    whole = replace(held, values={axis: value for axis, value in held.values.items() if axis != EXAMPLES}).name
    sizes = part_sizes([whole], known)
    refuse_examples(task, batch_size, sizes[whole][0] if whole in sizes else None)


def kept(found: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a measured certificate with those blocks of the one before that were measured apart, of the same version.

    Args:
        found: What was measured now.
        before: The certificate that there is.
    """
    same = before is not None and before.get("version") == found.get("version")
    blocks = {name: before[name] for name in MEASURED_APART if name in before} if same and before is not None else {}
    return {**blocks, **found}


def write(task: str, registry: Registry, certificate: Mapping[str, Any]) -> Path:
    """Write a task's certificate beside the file that registers it.

    Raises:
        BenchsuiteError: If that cannot be done.
    """
    path = path_of(task, registry)
    if path is None:
        raise BenchsuiteError(f"task {task!r} comes from no file beside which a certificate could lie.")
    try:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, (json.dumps(certificate, indent=1, sort_keys=True, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise BenchsuiteError(f"cannot write the certificate {path}: {error.strerror}.") from None
    return path
