"""Where the time before a program's first step goes, for each optimizer on a task.

    python -m benchmarks.compile_times [--task digits_mlp] [--optimizer soap,sophia] [--rounds 2]

Seconds of the processor to build the program (network, optimizer, first reset), to trace its training function and to
compile it, and the same of its evaluation: least of some rounds, each with a program of its own; nothing is taken from a
cache. Then what XLA made: instructions, and kernels of fusions, of which equal ones count once, since XLA compiles them
once. These counts are exact. A graph that XLA does not compile has TensorFlow's own optimization in place of compiling,
and nodes in place of instructions.
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
COMPUTATION = re.compile(r"^(?:ENTRY )?%?([\w.-]+) \(.*\{$\n((?:.*\n)*?)\}$", re.MULTILINE)
FUSION = re.compile(r" fusion\(.*?calls=%?([\w.-]+)")
METADATA = re.compile(r",? ?metadata=\{.*\}")
NAME = re.compile(r"%[\w.-]+")
COLUMNS = ("build", "trace", "compile", "trace, evaluation", "compile, evaluation")
COUNTS = ("instructions", "kernels", "instructions, evaluation", "kernels, evaluation")


@dataclass
class Watched:
    """A compiled function that tells what its first call took, and takes nothing from a cache."""

    traced: Traced
    count: bool
    seconds: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def __call__(self, steps: int, *arguments: Any) -> Any:
        started = time.process_time()
        concrete = self.traced.trace(steps, *arguments)
        between = time.process_time()
        result = concrete(*arguments)
        self.seconds = [between - started, time.process_time() - between]
        if self.count:
            self.counts = counted(self.traced.function, concrete, arguments)
        return result


def counted(function: Any, concrete: Any, arguments: tuple[Any, ...]) -> list[int]:
    """Return how many instructions XLA makes, and how many different kernels of fusions; of a graph, its nodes and 0."""
    if not function._jit_compile:
        definition = concrete.graph.as_graph_def()
        return [len(definition.node) + sum(len(one.node_def) for one in definition.library.function), 0]
    text = function.experimental_get_compiler_ir(*arguments)(stage="optimized_hlo")
    bodies = dict(COMPUTATION.findall(METADATA.sub("", text)))

    def unnamed(computation: str) -> str:
        """Return what it computes: names give way to numbers, those of computations to what these compute."""
        numbers: dict[str, str] = {}

        def replaced(match: re.Match[str]) -> str:
            name = match[0][1:]
            return unnamed(name) if name in bodies else numbers.setdefault(name, f"%{len(numbers)}")

        return NAME.sub(replaced, bodies[computation])

    return [len(INSTRUCTION.findall(text)), len({unnamed(one) for one in FUSION.findall(text)})]


def first(task: Any, optimizer: str | None, registry: Registry, count: bool) -> tuple[list[float], list[int]]:
    """Build a program and call both of its functions; return seconds by COLUMNS and, if asked for, COUNTS."""
    recipe = baseline(task, registry)
    if optimizer is not None:
        recipe = recipe.replaced("optimizer", (Setting.of(registry.component("optimizer", optimizer)),))
    started = time.process_time()
    ours = make_program(task, recipe, registry)
    built = time.process_time() - started
    program = ours.program
    train, evaluate = (Watched(one.traced, count) for one in (program._train, program._evaluate))
    program._train.traced, program._evaluate.traced = train, evaluate  # type: ignore[assignment]  # these two record what they call
    program.compile(ours.data, ours.steps)
    return [built, *train.seconds, *evaluate.seconds], [*train.counts, *evaluate.counts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="digits_mlp")
    parser.add_argument(
        "--optimizer", help="names, with commas between; all unless given; `baseline` is the task's own"
    )
    parser.add_argument("--rounds", type=int, default=2)
    wanted = parser.parse_args()
    configure(Device("cpu"))
    registry = load_registry(PluginSearch(local=False))
    task = registry.task(wanted.task)
    names = wanted.optimizer.split(",") if wanted.optimizer else registry.names("optimizer")
    first(task, None, registry, count=False)  # imports, and what else is done once
    print(f"| {wanted.task} | {' | '.join(COLUMNS)} | sum | {' | '.join(COUNTS)} |")
    print("|---" * (len(COLUMNS) + len(COUNTS) + 2) + "|")
    for name in names:
        found = []
        for number in range(wanted.rounds):
            gc.collect()
            found.append(first(task, None if name == "baseline" else name, registry, count=number == 0))
        times = [min(column) for column in zip(*(seconds for seconds, _ in found), strict=True)]
        line = [f"{one:.2f}" for one in (*times, sum(times))] + [str(count) for count in found[0][1]]
        print(f"| {name} | {' | '.join(line)} |", flush=True)


if __name__ == "__main__":
    main()
