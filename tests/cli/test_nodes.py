"""A run on a cluster as the terminal shows it: each worker with its node, or a line for each node; nothing of it in what is kept."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from benchsuite.cli import asked
from benchsuite.cli.nodes import MOST_NAMED, NodesAtWork
from benchsuite.cli.progress import Progress
from benchsuite.registry import Registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial


def shown(progress: Progress) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    console.print(progress)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return [line.rstrip() for line in text.splitlines()]


def display(registry: Registry, workers: int) -> tuple[Progress, Trial]:
    progress = Progress(Console(file=io.StringIO(), width=80), registry, workers)
    progress.planned(0, 100, 0, 60.0)
    task = registry.task("digits_mlp")
    return progress, Trial(task.name, task.version, baseline(task, registry), 0, 1, task.batch_size)


def test_each_worker_is_shown_with_its_node(bundled: Registry) -> None:
    progress, trial = display(bundled, 3)
    for worker, node in ((0, "birch"), (1, "alder"), (2, "birch")):
        progress.placed(worker, node)
    progress.started(trial, 2)
    lines = shown(progress)
    assert [line.split("  ")[0].split(" d")[0] for line in lines[1:]] == ["alder 1 —", "birch 0 —", "birch 2"]
    assert "digits_mlp baseline seed=0" in lines[3]
    progress.placed(2, "")  # its node has gone, and what it did begins again
    assert [line.strip() for line in shown(progress)[1:]] == ["alder 1 —", "birch 0 —"]
    progress.placed(3, "dogwood")
    progress.started(trial, 3)
    assert "dogwood 3" in shown(progress)[3]


def test_of_many_workers_each_node_has_a_line(bundled: Registry) -> None:
    progress, trial = display(bundled, 64)
    for worker in range(64):
        progress.placed(worker, f"node-{worker % 4}")
    for worker in range(0, 64, 3):
        progress.started(trial, worker)
    lines = shown(progress)
    assert [line.strip() for line in lines[1:]] == [
        "node-0 6 of 16 workers at work 0 trials",
        "node-1 5 of 16 workers at work 0 trials",
        "node-2 5 of 16 workers at work 0 trials",
        "node-3 6 of 16 workers at work 0 trials",
    ]
    assert max(map(len, lines)) <= 80


def test_without_a_cluster_nothing_is_said_of_nodes(bundled: Registry) -> None:
    progress, _ = display(bundled, 2)
    assert [line.strip() for line in shown(progress)[1:]] == ["worker 0 —", "worker 1 —"]
    assert NodesAtWork().line() == ""


def test_the_last_line_says_how_many_trials_each_node_has_ended() -> None:
    nodes = NodesAtWork()
    for worker in range(MOST_NAMED + 2):
        nodes.placed(worker, f"n{worker}")
        for _ in range(worker):
            nodes.ended(worker)
    nodes.placed(7, "")  # what it did counts all the same
    assert nodes.line() == " By node: n7 7, n6 6, n5 5, n4 4, n3 3, n2 2 and 2 more nodes."


@pytest.mark.parametrize(("typed", "kept"), [("ray:10.0.0.7:6379", "ray"), ("ray", "ray"), ("local", "local")])
def test_no_address_of_a_cluster_is_kept_with_results(typed: str, kept: str) -> None:
    assert asked._plain("executor", typed) == kept
