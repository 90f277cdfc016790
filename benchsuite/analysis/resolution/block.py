"""The block ``resolution`` of a certificate: what was measured, by which protocol, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.kinds import kind_order

FORMAT = 1
OWN = ("format", "task_version", "command", "protocol", "kinds")
"""What every block has."""
FIRST = "optimizer"
"""The kind whose trials say what can be reached, where it was measured."""


def block_of(
    task: str, version: int, protocol: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]], **others: Any
) -> dict[str, Any]:
    """Return a block.

    Args:
        task: Its name.
        version: Its version.
        protocol: How the components were tuned and evaluated.
        kinds: Kind → what :meth:`~benchsuite.analysis.resolution.of_kind.KindResolution.to_json` says.
        others: What else was measured, such as ``targets``.
    """
    ordered = {kind: dict(kinds[kind]) for kind in sorted(kinds, key=kind_order)}
    return {
        "format": FORMAT,
        "task_version": version,
        "command": command_of(task, ordered, protocol),
        "protocol": dict(protocol),
        "kinds": ordered,
        **others,
    }


def command_of(task: str, kinds: Mapping[str, Any], protocol: Mapping[str, Any]) -> str:
    """Return the command that measures a block again, whole."""
    options = f"--kind {','.join(kinds)} --budget {protocol['budget']} --seeds {protocol['seeds']}"
    return f"benchsuite certify --resolution --write {task} {options}"


def merged(task: str, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block with the kinds of an earlier one as well, those that were measured now in their place.

    An earlier one of another version of the task is of another task, and counts for nothing.

    Args:
        task: Its name.
        before: The block that the certificate holds; ``None`` if it has none.
        now: What was measured.

    Raises:
        BenchsuiteError: If kinds that were not measured now were measured by another protocol: within a block all are alike.
    """
    refuse_other_protocol(task, before, now)
    if before is None or before.get("task_version") != now["task_version"]:
        return dict(now)
    kinds = {**before.get("kinds", {}), **now["kinds"]}
    others = {key: value for key, value in {**before, **now}.items() if key not in OWN}
    earlier = before.get("targets")
    if earlier and not {FIRST, *earlier["kinds"]} & now["kinds"].keys():
        others["targets"] = earlier  # of kinds that were not measured again
    return block_of(task, now["task_version"], now["protocol"], kinds, **others)


def refuse_other_protocol(task: str, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    """Refuse to join kinds that were not measured alike; see :func:`merged`.

    Args:
        task: Its name.
        before: The block that the certificate holds; ``None`` if it has none.
        now: The task's version, the protocol and the kinds of what is measured.

    Raises:
        BenchsuiteError: If the earlier block has other kinds by another protocol.
    """
    if before is None or before.get("task_version") != now["task_version"] or before.get("protocol") == now["protocol"]:
        return
    left = [kind for kind in before.get("kinds", {}) if kind not in now["kinds"]]
    if left:
        was, is_now = ({"budget": None, "seeds": None, **one.get("protocol", {})} for one in (before, now))
        raise BenchsuiteError(
            f"within a certificate all kinds are measured alike. Received for task {task!r}: --budget {is_now['budget']} --seeds "
            f"{is_now['seeds']}, and {', '.join(left)} measured with --budget {was['budget']} --seeds {was['seeds']} before. Take "
            f"these, or measure all with --kind {','.join(sorted({*left, *now['kinds']}, key=kind_order))}."
        )


def most_seeds(shares: Mapping[str, Any]) -> str:
    """Return the largest number of seeds of which shares are known, as it stands there; empty without any."""
    return max(shares, key=int, default="")
