"""Where the time before a program's first step goes: `python -m benchmarks.compile_times [--task T] [--optimizer A,B] [--rounds N]`.

For each optimizer on a task: seconds of the processor to build the program (network, optimizer, first reset), to trace its
training function and to compile it, the same of its evaluation, and how many instructions XLA was given and made of
them. Processor time of all threads, least of some rounds, each with a program of its own; instructions are exact. A graph that XLA does
not compile has TensorFlow's own optimization in the second column, and nodes in place of instructions.
"""

from __future__ import annotations

import argparse
import gc
import re
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.ours import make_program
from benchsuite.engine.device import Device, configure
from benchsuite.engine.program.traced import Traced
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline

INSTRUCTION = re.compile(r"^\s+(?:ROOT )?%?[\w.-]+ = ", re.MULTILINE)
COLUMNS = ("build", "trace", "compile", "trace, evaluation", "compile, evaluation")


@dataclass
class Watched:
    """A compiled function that tells what its first call took."""

    traced: Traced
    count: bool
    seconds: dict[str, float] = field(default_factory=dict)
    instructions: dict[str, int] = field(default_factory=dict)

    def __call__(self, steps: int, *arguments: Any) -> Any:
        started = time.process_time()
        concrete = self.traced.function.get_concrete_function(*arguments)
        between = time.process_time()
        result = concrete(*arguments)
        self.seconds = {"trace": between - started, "compile": time.process_time() - between}
        if self.count:
            self.instructions = counted(self.traced.function, concrete, arguments)
        return result


def counted(function: Any, concrete: Any, arguments: tuple[Any, ...]) -> dict[str, int]:
    """Return how many instructions XLA is given and makes; of a graph, its nodes."""
    if not function._jit_compile:
        definition = concrete.graph.as_graph_def()
        nodes = len(definition.node) + sum(len(one.node_def) for one in definition.library.function)
        return {"given": nodes, "made": nodes}
    text = function.experimental_get_compiler_ir(*arguments)
    return {
        name: len(INSTRUCTION.findall(text(stage=stage)))
        for name, stage in (("given", "hlo"), ("made", "optimized_hlo"))
    }


def first(
    task: Any, optimizer: str | None, registry: Registry, count: bool
) -> tuple[list[float], dict[str, int], dict[str, int]]:
    """Build a program and call both of its functions; return seconds by COLUMNS, instructions of training and of evaluation."""
    recipe = baseline(task, registry)
    if optimizer is not None:
        recipe = recipe.replaced("optimizer", (Setting.of(registry.component("optimizer", optimizer)),))
    started = time.process_time()
    ours = make_program(task, recipe, registry)
    built = time.process_time() - started
    program = ours.program
    train = program._train.traced = Watched(program._train.traced, count)  # type: ignore[assignment]
    evaluate = program._evaluate.traced = Watched(program._evaluate.traced, count)  # type: ignore[assignment]
    program.compile(ours.data, ours.steps)
    times = [built, *train.seconds.values(), *evaluate.seconds.values()]
    return times, train.instructions, evaluate.instructions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", default="digits_mlp")
    parser.add_argument("--optimizer", help="names; all unless given; `baseline` is the task's own")
    parser.add_argument("--rounds", type=int, default=2)
    wanted = parser.parse_args()
    configure(Device("cpu"))
    registry = load_registry(PluginSearch(local=False))
    task = registry.task(wanted.task)
    names = wanted.optimizer.split(",") if wanted.optimizer else registry.names("optimizer")
    first(task, None, registry, count=False)  # imports, and what else is done once
    print(f"| {wanted.task} | {' | '.join(COLUMNS)} | sum | instructions given | made | evaluation given | made |")
    print("|---" * (len(COLUMNS) + 6) + "|")
    for name in names:
        found = []
        for number in range(wanted.rounds):
            gc.collect()
            found.append(first(task, None if name == "baseline" else name, registry, count=number == 0))
        times = [min(column) for column in zip(*(one[0] for one in found), strict=True)]
        counts = [count for part in found[0][1:] for count in part.values()]
        print(
            f"| {name} | {' | '.join(f'{one:.2f}' for one in (*times, sum(times)))} | {' | '.join(map(str, counts))} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
