"""How many examples the parts of tasks have, instances among them."""

from __future__ import annotations

from collections.abc import Iterable

from benchsuite.certificates import part_sizes
from benchsuite.instance_names import base_of
from benchsuite.registry import Registry


def sizes_of_instances(tasks: Iterable[str], known: Registry) -> dict[str, tuple[int, int, int]]:
    """Return the examples in the three parts of each task whose certificate says them; of an instance without one, those of its task.

    Args:
        tasks: Their names.
        known: The plugins that were found.
    """
    names = set(tasks)
    sizes = part_sizes({*names, *map(base_of, names)}, known)
    return {name: found for name in sorted(names) if (found := sizes.get(name) or sizes.get(base_of(name)))}
