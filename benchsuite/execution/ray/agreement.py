"""Whether a node has what the driver has: what would make other numbers there, or records that nobody could use, is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version

from benchsuite.engine.numerics import PACKAGES
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.ray.cluster import Cluster, Lost, Node, Share
from benchsuite.execution.ray.facts import CODE, PYTHON
from benchsuite.registry import Registry

OF_DATA = ("pandas", "scikit-learn")
"""Required by benchsuite, and what bundled tasks get their data from."""
ANSWER_SECONDS = 180.0
"""A node that does not say within this what it has is no part of the study."""
MOST_SAID = 4
"""Differences that a line names; it says how many more there are."""


def compared(registry: Registry) -> tuple[str, ...]:
    """Return the distributions whose versions must be the same: what computes, what ships data, and what plugins come from.

    Args:
        registry: Of the plugins that were found.
    """
    plugins = {plugin.distribution[0] for plugin in registry.plugins if plugin.distribution is not None}
    wanted = {"benchsuite", *PACKAGES, *OF_DATA, *_extra("data"), *plugins}
    return tuple(sorted(name for name in wanted if _installed(name)))


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """Return what a node has otherwise, each in a few words that follow *it has*.

    Args:
        here: :func:`~benchsuite.execution.ray.facts.facts` of this machine.
        there: Of the node.
    """
    found = []
    for name in sorted(here, key=lambda each: (each == CODE, each.lower())):
        other = there.get(name, "")
        if other == here[name]:
            continue
        if name == CODE:
            # Where the version is another, so is the code: that is said once.
            if here.get("benchsuite") == there.get("benchsuite"):
                found.append(f"other code of benchsuite ({other or 'none'}, here {here[name]})")
        else:
            found.append(f"{name} {other} (here {here[name]})" if other else f"no {name} (here {here[name]})")
    return found


def agreeing(cluster: Cluster, share: Share, here: Mapping[str, str]) -> list[Node]:
    """Compare all nodes that have room for a worker with this machine, before anything is run, and return them.

    Args:
        cluster: Whose nodes.
        share: What a worker takes of one.
        here: What this machine has, by :func:`~benchsuite.execution.ray.facts.facts`.

    Raises:
        BenchsuiteError: If one differs, or there is none.
    """
    nodes = [node for node in cluster.nodes() if share.fit(node)]
    if not nodes:
        raise BenchsuiteError(
            f"no node of the cluster declares {'a GPU' if share.gpus else 'a processor'} that a worker could have. "
            "Start one with `ray start`, with --num-cpus or --num-gpus where it finds none."
        )
    names = [name for name in here if name not in (PYTHON, CODE)]
    asked = [(node, cluster.ask(node, names)) for node in nodes]
    found = []
    until = time.monotonic() + ANSWER_SECONDS
    while asked and time.monotonic() < until:
        come = cluster.come([one for _, one in asked], 0.2)
        for node, one in [pair for pair in asked if pair[1] in come]:
            asked.remove((node, one))
            try:
                other = differences(here, cluster.answer(one))
            except Lost:
                continue  # it goes at this very moment
            if other:
                raise refusal(node.name, other)
            found.append(node)
    if not found:
        raise BenchsuiteError(
            f"none of the cluster's nodes says within {ANSWER_SECONDS:g} seconds what it has ({len(nodes)} asked). "
            "Look at `ray status`, and run the same command again."
        )
    return found


def refusal(node: str, found: list[str]) -> BenchsuiteError:
    """Return the error about a node that differs.

    Args:
        node: Its name.
        found: What differs.
    """
    return BenchsuiteError(
        f"the node {node} would give other numbers: it has {said(found)}. "
        "Install the same there, or start the cluster without that node. Nothing was run."
    )


def said(found: list[str]) -> str:
    """Return differences in one line."""
    more = f" and {len(found) - MOST_SAID} more" if len(found) > MOST_SAID else ""
    return f"{', '.join(found[:MOST_SAID])}{more}"


def _extra(name: str) -> list[str]:
    """Return the distributions of an extra of benchsuite."""
    try:
        lines = requires("benchsuite") or []
    except PackageNotFoundError:  # used from a folder that nobody installed
        return []
    ours = re.compile(rf"extra\s*==\s*['\"]{name}['\"]")
    return [re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0] for line in lines if ours.search(line)]


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
