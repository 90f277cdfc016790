"""What a GPU is worth: steps, lanes, workers and `run --all` on one device, in one table, each part with a time limit of its own.

benchmarks/device.sh calls it; so does, in a reduced form that shows only that it runs, a machine without a GPU::

    .venv/bin/python -m benchmarks.device --device cpu --reduced

A part runs in a process of its own. One that hangs, crashes or lacks something costs its own row alone, which says so.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROUNDS = 5
TOTAL = 570.0
"""Seconds for all parts together: what is left when they are over is told as not measured."""
ANSWER = "answer: "
"""How the line of a part begins that holds what came of it."""


@dataclass(frozen=True)
class Steps:
    """A task whose steps are timed.

    Args:
        task: Its name.
        wanted: Milliseconds that a step may take on a GPU.
        rivals: What other programs took on an H200, in words.
        steps: Of one call.
        reduced: Of one call in the reduced form.
        stand_in: The task that takes its place in the reduced form, where its own is too much for a CPU.
        precision: Of the program.
        tokens: Of a step, where those are what one asks for.
        seconds: Time limit.
    """

    task: str
    wanted: float
    rivals: str
    steps: int
    reduced: int = 2
    stand_in: str = ""
    precision: str = "float32"
    tokens: int = 0
    seconds: int = 60


@dataclass(frozen=True)
class Part:
    """One row of the table or several.

    Args:
        name: Its name.
        measure: Called with the options; returns rows.
        seconds: Time limit.
    """

    name: str
    measure: Callable[[Options], list[Row]]
    seconds: int


@dataclass(frozen=True)
class Options:
    """What is asked.

    Args:
        device: ``cpu``, ``gpu`` or ``gpu:N``.
        reduced: Whether only to show that every part runs.
        folder: For data and results.
    """

    device: str
    reduced: bool
    folder: Path


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        what: What was measured.
        found: What came of it.
        wanted: What is wanted, in words; empty where nothing is.
        held: Whether that is so; ``None`` where nothing is wanted or nothing was measured.
        note: What belongs beside it.
    """

    what: str
    found: str
    wanted: str = ""
    held: bool | None = None
    note: str = ""


STEPS = (
    Steps("digits_mlp", 0.06, "JAX 0.025", steps=3_300, reduced=33),
    Steps("mnist5k_cnn", 0.25, "JAX 0.187", steps=400),
    Steps("kjv_lstm", float("inf"), "Keras' fit with cuDNN 6.9", steps=60),
    Steps("kjv_transformer", 0.5, "", steps=400),
    Steps("cifar10_resnet20", 3.5, "PyTorch compiled 3.34", steps=100, stand_in="digits_residual_20", seconds=90),
    Steps(
        "gpt2_124m", 34.8, "PyTorch compiled 34.8 (471,000 tokens/s)", steps=10, stand_in="gpt2_1m",
        precision="bfloat16", tokens=16 * 1_024, seconds=150,
    ),
)  # fmt: skip
LANES = 1_024


def parts() -> list[Part]:
    """Return all parts, in the order in which they run: the whole takes less than ten minutes of a GPU."""
    return [
        *(Part(one.task, lambda options, one=one: steps_of(one, options), one.seconds) for one in STEPS),
        Part("lanes", lanes, 90),
        Part("same bits", same_bits, 90),
        Part("run --all", run_all, 180),
    ]


# ---------------------------------------------------------------- steps


def steps_of(one: Steps, options: Options) -> list[Row]:
    """Time the steps of a task's baseline, deterministic as every trial is."""
    from benchsuite.engine.device import Device, configure

    device = Device.parse(options.device).of_worker(0)
    name = one.stand_in if options.reduced and one.stand_in else one.task
    if not options.reduced:
        make_data(name, options.folder)
    configure(device)
    import numpy as np

    from benchsuite.engine.session import Session
    from benchsuite.registry import PluginSearch, load_registry
    from benchsuite.selection import baseline
    from benchsuite.trial import Trial

    registry = load_registry(PluginSearch(local=False))
    task = registry.task(name)
    if options.reduced and name.startswith("gpt2"):
        task = small(task)
    # The machine that has a GPU may lack bfloat16's rival, not bfloat16; a CPU emulates it slowly.
    precision = "float32" if options.reduced else one.precision
    recipe = baseline(task, registry)
    trial = Trial(task.name, task.version, recipe, 0, task.epochs, task.batch_size, precision, device.kind)
    ready = Session(registry, lambda _: task).ready(trial)
    count = one.reduced if options.reduced else one.steps
    started = time.perf_counter()
    ready.program.compile(ready.feed, count)
    compiled = time.perf_counter() - started
    order = ready.plan.order(np.arange(count, dtype="int64"))
    rates = np.resize(ready.plan.epoch(0)[1], count)
    best = float("inf")
    for round_ in range(2 if options.reduced else ROUNDS):
        started = time.perf_counter()
        ready.program.train(ready.feed, order, rates, round_ * count, float("inf"))
        best = min(best, 1000 * (time.perf_counter() - started) / count)
    note = f"compiled in {compiled:.1f} s"
    note += f"; {1000 * one.tokens / best:,.0f} tokens/s" if one.tokens and not options.reduced else ""
    note += f"; on an H200: {one.rivals}" if one.rivals else ""
    wanted = "" if one.wanted == float("inf") else f"≤ {one.wanted:g}"
    held = None if options.reduced or not wanted else best <= one.wanted
    return [Row(f"{name}, {precision}, ms a step", f"{best:.3g}", wanted, held, note)]


def small(task: Any) -> Any:
    """Return a language task with random tokens instead of those of a folder, a few windows of them."""
    import numpy as np

    import benchsuite as bs

    context, symbols = (128, 256) if task.name == "gpt2_1m" else (1_024, 50_257)
    tokens = np.random.default_rng(0).integers(0, symbols, (4 * task.batch_size, context + 1), dtype="int32")
    held = task.batch_size
    return replace(
        task,
        data=lambda: bs.Arrays(np.ascontiguousarray(tokens[:, :-1]), np.ascontiguousarray(tokens[:, 1:])),
        split=bs.Published(validation=held, test=held),
        steps_per_epoch=None,
    )


def make_data(name: str, folder: Path) -> None:
    """Write random data in the stock format for a task whose own must be fetched, and say where they are."""
    import numpy as np

    rng = np.random.default_rng(0)
    if name.startswith("cifar10_"):
        os.environ["KERAS_HOME"] = str(folder)
        place = folder / "datasets" / "cifar-10-batches-py-target" / "cifar-10-batches-py"
        place.mkdir(parents=True, exist_ok=True)
        for file in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
            images = rng.integers(0, 256, (10_000, 3_072), dtype="uint8")
            held = {b"data": images, b"labels": rng.integers(0, 10, 10_000).tolist()}
            (place / file).write_bytes(pickle.dumps(held))
    if name.startswith("gpt2_"):
        os.environ["BENCHSUITE_TOKENS"] = str(folder)
        os.environ["BENCHSUITE_CACHE"] = str(folder / "cache")
        # As many as the largest of these tasks reads: 99,614,720 to train, one more for the last target, and those held out.
        for part, count in (("train", 99_700_000), ("val", 10_000_000)):
            header = np.zeros(256, "<i4")
            header[:3] = 20240520, 1, count
            tokens = rng.integers(0, 50_257, count, dtype="uint16")
            (folder / f"random_{part}_0.bin").write_bytes(header.tobytes() + tokens.tobytes())


# ---------------------------------------------------------------- whole runs


def run(options: Options, name: str, *arguments: str, workers: int | None = None) -> tuple[list[dict[str, Any]], float]:
    """Run a study in a folder of its own; return its records and the seconds that it took.

    Raises:
        RuntimeError: If it ends otherwise than well.
    """
    results = options.folder / name
    command = [sys.executable, "-m", "benchsuite", "run", *arguments, "--device", options.device, "--no-local"]
    command += ["--results", str(results), *([] if workers is None else ["--workers", str(workers)])]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("trials/*/*.json"))], seconds


def lanes(options: Options) -> list[Row]:
    """Train many seeds of digits_mlp side by side, and return the microseconds of each trial and step."""
    asked = subprocess.run(
        [sys.executable, "-m", "benchsuite", "run", "--help"], capture_output=True, text=True, check=True
    )
    if "--lanes" not in asked.stdout:
        raise RuntimeError("this benchsuite has no --lanes")
    count, epochs = (4, 2) if options.reduced else (LANES, 20)
    study = ("--task", "digits_mlp", "--optimizer", "adam", "--seeds", str(count), "--epochs", str(epochs))
    records, seconds = run(options, "lanes", *study, "--lanes", str(count), workers=1)
    # What a trial of a lane says of its time is its share of that of all.
    steps = sum(record["curves"]["step"][-1] for record in records)
    each = 1e6 * sum(record["costs"]["train_seconds"] for record in records) / steps
    note = f"{len(records)} trials in {seconds:.0f} s, start and compiling included; JAX 0.15"
    return [
        Row(
            f"digits_mlp, {count} lanes, µs a trial and step",
            f"{each:.3g}", "≤ 0.5", None if options.reduced else each <= 0.5, note,
        )
    ]  # fmt: skip


def same_bits(options: Options) -> list[Row]:
    """Run the same trials with one worker and with three, and compare their curves to the last bit."""
    study = ["--task", "digits_mlp" if options.reduced else "digits_mlp,digits_cnn,kjv_transformer", "--epochs", "1"]
    study += ["--optimizer", "sgd,adam", "--seeds", "1" if options.reduced else "2"]
    curves = []
    for workers in (1, 3):
        records, _ = run(options, f"bits-{workers}", *study, workers=workers)
        curves.append({record["id"]: record["curves"] for record in records if record["outcome"] == "completed"})
    one, three = curves
    both = sorted(one.keys() & three.keys())
    same = sum(json.dumps(one[key]) == json.dumps(three[key]) for key in both)
    held = bool(both) and same == len(both) == len(one) == len(three)
    return [Row("same bits with 1 and 3 workers", f"{same} of {max(len(one), len(three))}", "all", held)]


def run_all(options: Options) -> list[Row]:
    """Run everything of the quick tier with few epochs."""
    if options.reduced:
        study = ["--task", "noisy_quadratic", "--optimizer", "sgd,adam", "--seeds", "1", "--epochs", "1"]
    else:
        study = ["--all", "--seeds", "1", "--epochs", "2"]
    records, seconds = run(options, "all", *study)
    counts: dict[str, int] = {}
    for record in records:
        counts[record["outcome"]] = counts.get(record["outcome"], 0) + 1
    crashed = [record for record in records if record["outcome"] in ("crashed", "timed_out", "out_of_memory")]
    note = ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) + f" in {seconds:.0f} s"
    if crashed:
        first = crashed[0]
        note += f"; first: {first['spec']['task']['name']}, {first['reason'][:100]}"
    return [Row("run --all, trials that crashed", str(len(crashed)), "0", not crashed, note)]


# ---------------------------------------------------------------- the table


@dataclass
class Table:
    """The rows, and how they are printed."""

    rows: list[Row] = field(default_factory=list)

    def text(self) -> str:
        """Return the whole table."""
        verdict: Mapping[bool | None, str] = {True: "yes", False: "NO", None: ""}
        lines = [f"{'':46} {'found':>9} {'wanted':>8} {'held':>5}  beside it"]
        lines += [
            f"{row.what:46} {row.found:>9} {row.wanted:>8} {verdict[row.held]:>5}  {row.note}".rstrip()
            for row in self.rows
        ]
        return "\n".join(lines)


def in_process(part: Part, options: Options, limit: float) -> list[Row]:
    """Measure a part in a process of its own; whatever becomes of it, rows come back.

    Args:
        part: The part.
        options: What is asked.
        limit: Seconds that it may take.
    """
    if limit < 1:
        return [could_not(part.name, "the time for all parts was over")]
    command = [sys.executable, "-m", "benchmarks.device", "--device", options.device, "--part", part.name]
    command += ["--folder", str(options.folder), *(["--reduced"] if options.reduced else [])]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, cwd=Path.cwd()
    )
    try:
        said, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return [could_not(part.name, f"not done within {limit:.0f} s")]
    answers = [line.removeprefix(ANSWER) for line in said.splitlines() if line.startswith(ANSWER)]
    if not answers:
        last = (said.strip().splitlines() or ["nothing printed"])[-1]
        return [could_not(part.name, f"ended with {process.returncode}: {last[:160]}")]
    return [Row(**row) for row in json.loads(answers[-1])]


def could_not(name: str, why: str) -> Row:
    """Return the row of a part that could not be measured."""
    return Row(name, "–", note=f"could not be measured: {why}")


def main(arguments: list[str] | None = None) -> int:
    """Measure all parts, print the table, and return 1 if something wanted does not hold or could not be measured."""
    parser = argparse.ArgumentParser(prog="benchmarks.device", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", default="gpu", help="cpu, gpu or gpu:N")
    parser.add_argument("--reduced", action="store_true", help="show only that every part runs")
    parser.add_argument("--only", default="", metavar="NAMES", help="these parts alone, separated by commas")
    parser.add_argument("--part", default="", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    known = {part.name: part for part in parts()}
    wanted = [name.strip() for name in asked.only.split(",") if name.strip()] or list(known)
    if strange := [name for name in (*wanted, *filter(None, [asked.part])) if name not in known]:
        parser.error(f"no part is called {strange[0]!r}. Parts: {', '.join(known)}")
    if asked.part:
        options = Options(asked.device, asked.reduced, asked.folder)
        try:
            rows = known[asked.part].measure(options)
        except Exception as error:
            rows = [could_not(asked.part, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")]
        print(ANSWER + json.dumps([vars(row) for row in rows]), flush=True)
        return 0
    table = Table()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="benchsuite-device-") as folder:
        for name in wanted:
            options = Options(asked.device, asked.reduced, Path(folder))
            left = TOTAL - (time.perf_counter() - began)
            # In the reduced form a CPU does it, perhaps a busy one, and nobody waits at a lent GPU.
            limit = 5.0 * known[name].seconds if asked.reduced else min(known[name].seconds, left)
            rows = in_process(known[name], options, limit)
            for row in rows:
                print(f"{time.perf_counter() - began:5.0f} s  {row.what}: {row.found} {row.note}", flush=True)
            table.rows += rows
    print(f"\n{about(asked.device)}, {time.perf_counter() - began:.0f} s\n{table.text()}")
    if asked.reduced:
        print("Reduced: these numbers say that everything runs, and nothing else.")
    return int(any(row.held is False or row.found == "–" for row in table.rows))


def about(device: str) -> str:
    """Return the device, the processor and the versions in one line."""
    from benchsuite.engine.numerics import numerics

    facts = numerics(device.partition(":")[0]).facts
    card = facts.get("gpu", {}).get("model", "") or device
    versions = ", ".join(f"{name} {facts['versions'][name]}" for name in ("tensorflow", "keras"))
    return f"{card}, {os.cpu_count()} cores, {versions}"


if __name__ == "__main__":
    sys.exit(main())
