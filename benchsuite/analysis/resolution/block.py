"""The block ``resolution`` of a certificate: what was measured, by which protocol, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.kinds import kind_order

FORMAT = 1
BLOCK = "resolution"
"""Its name in a certificate."""


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
    if before is None or before.get("task_version") != now["task_version"]:
        return dict(now)
    left = {kind: held for kind, held in before.get("kinds", {}).items() if kind not in now["kinds"]}
    if left and before.get("protocol") != now["protocol"]:
        was, is_now = ({"budget": None, "seeds": None} | dict(one["protocol"]) for one in (before, now))
        raise BenchsuiteError(
            f"the resolution of task {task!r} was measured with --budget {was['budget']} --seeds {was['seeds']} before. Received: "
            f"--budget {is_now['budget']} --seeds {is_now['seeds']}, without {', '.join(left)}, which was measured too. Within a "
            f"certificate all kinds are measured alike: take --budget {was['budget']} --seeds {was['seeds']}, or measure all with "
            f"--kind {','.join(sorted({*left, *now['kinds']}, key=kind_order))}."
        )
    others = {key: value for key, value in before.items() if key not in now and key != "kinds"}
    rest = {
        key: value
        for key, value in {**others, **now}.items()
        if key not in ("format", "task_version", "command", "protocol", "kinds")
    }
    return block_of(task, now["task_version"], now["protocol"], {**left, **now["kinds"]}, **rest)


def most_seeds(shares: Mapping[str, Any]) -> str:
    """Return the largest number of seeds of which shares are known, as it stands there; empty without any."""
    return max(shares, key=int, default="")
