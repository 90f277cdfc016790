"""What a traced function holds and nobody uses: numbers that were read, and the variables that they came from.

They would make two functions of two that compute the same, such as the evaluation of one network under two optimizers
with numbers of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

PURE = ("Cast", "Const", "Identity", "ReadVariableOp")
"""Operations that change nothing: whoever does not use their results does not miss them."""


def without_unused(definition: Any) -> None:
    """Remove what nobody uses from a function's nodes; what waited for one of these waits for what it waited for."""
    nodes = {node.name: node for node in definition.node_def}
    used = Counter(name for node in nodes.values() for name in _used(node))
    used.update(place.partition(":")[0] for place in definition.ret.values())
    open_ = [name for name, node in nodes.items() if node.op in PURE and not used[name]]
    removed: dict[str, list[str]] = {}
    while open_:
        node = nodes[open_.pop()]
        removed[node.name] = [place[1:] for place in node.input if place.startswith("^")]
        for name in _used(node):
            used[name] -= 1
            if not used[name] and name in nodes and nodes[name].op in PURE:
                open_.append(name)
    if not removed:
        return
    kept = [node for node in definition.node_def if node.name not in removed]
    for node in kept:
        controls = sorted(
            {f"^{name}" for place in node.input if place[:1] == "^" for name in _behind(place[1:], removed)}
        )
        data = [place for place in node.input if not place.startswith("^")]
        del node.input[:]
        node.input.extend([*data, *controls])
    outputs = {key: place for key, place in definition.control_ret.items() if place not in removed}
    names = [name for name in definition.signature.control_output if name in outputs]
    del definition.node_def[:]
    definition.node_def.extend(kept)
    definition.control_ret.clear()
    definition.control_ret.update(outputs)
    del definition.signature.control_output[:]
    definition.signature.control_output.extend(names)


def without_unused_inputs(definition: Any, given: int) -> list[int]:
    """Remove the inputs that nobody uses, and return the positions of those that stay.

    Args:
        definition: Of the function.
        given: So many inputs in front stay, whatever they are for.
    """
    used = {name for node in definition.node_def for name in _used(node)}
    used |= {place.partition(":")[0] for place in definition.ret.values()}
    inputs = list(definition.signature.input_arg)
    kept = [place for place, one in enumerate(inputs) if place < given or one.name in used]
    if len(kept) == len(inputs):
        return kept
    del definition.signature.input_arg[:]
    definition.signature.input_arg.extend(inputs[place] for place in kept)
    attributes = [(new, definition.arg_attr[old]) for new, old in enumerate(kept) if old in definition.arg_attr]
    copies = [(new, type(value).FromString(value.SerializeToString())) for new, value in attributes]
    definition.arg_attr.clear()
    for new, value in copies:
        definition.arg_attr[new].CopyFrom(value)
    numbers = {
        new: definition.resource_arg_unique_id[old]
        for new, old in enumerate(kept)
        if old in definition.resource_arg_unique_id
    }
    definition.resource_arg_unique_id.clear()
    definition.resource_arg_unique_id.update(numbers)
    return kept


def _used(node: Any) -> Iterator[str]:
    return (place.partition(":")[0] for place in node.input if not place.startswith("^"))


def _behind(name: str, removed: dict[str, list[str]]) -> Iterator[str]:
    """Yield what is waited for instead of a node."""
    if name not in removed:
        yield name
        return
    for other in removed[name]:
        yield from _behind(other, removed)
