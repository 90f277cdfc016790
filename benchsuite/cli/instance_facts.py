"""What ``benchsuite info`` says of instances of a task: which one it is, what a variant of it draws, along what it can be scaled."""

from __future__ import annotations

from benchsuite.components import Task, Variation
from benchsuite.errors import BenchsuiteError
from benchsuite.instances import is_instance, read_name, value_text

SAME_EXAMPLES = (
    "the same examples, parted or renamed anew: a method that knows the whole data set by heart is not exposed"
)
"""What variants are of a task that draws nothing itself."""


def instance_rows(task: Task) -> dict[str, str]:
    """Return what is to be said of a task's instances, by what it is called; a row that says nothing is empty."""
    if is_instance(task.name):
        return {"instance": instance_words(task)}
    return {
        "variants": f"{task.name}~1, {task.name}~2, …: {variation_words(task)}. {kind_words(task)}"
        if task.variation
        else "",
        "axes": "; ".join(
            f"{name}: {', '.join(value_text(value) for value in axis.values)}" for name, axis in task.axes.items()
        ),
    }


def instance_words(task: Task) -> str:
    """Say which instance a task is, and in what it differs from the published one."""
    try:
        instance = read_name(task.name)
    except BenchsuiteError:
        return ""
    parts = [f"{axis} {value_text(value)}" for axis, value in sorted(instance.values.items())]
    if instance.variant:
        parts.insert(0, f"variant {instance.variant}, drawn from that number ({variation_words(task)})")
    return f"of {instance.base}: {', '.join(parts)}"


def summary_words(task: Task) -> str:
    """Return a task's summary; of another instance it is that of the published one, and says so."""
    return f"{task.summary} (This is said of the published instance.)" if is_instance(task.name) else task.summary


def kind_words(task: Task) -> str:
    """Say whether the variants of a task are other data, or the same examples anew."""
    if task.instance is None:
        return f"They are {SAME_EXAMPLES}"
    return "The task itself draws them: new data, or others of what it draws from"


def variation_words(task: Task) -> str:
    """Say what a variant of a task draws anew."""
    variation = task.variation or Variation(split=False)
    inputs = {"permute": "columns in another order", "rescale": "columns of another scale", "rotate": "rotated inputs"}
    found = [
        "what the task itself draws" if task.instance else "",
        "another split" if variation.split else "",
        "classes under other names" if variation.classes else "",
        inputs.get(variation.inputs, ""),
        f"a width {variation.width[0]:g} to {variation.width[1]:g} times its own" if variation.width else "",
        f"a batch size from {variation.batch_size[0]} to {variation.batch_size[1]}" if variation.batch_size else "",
    ]
    return ", ".join(part for part in found if part)
