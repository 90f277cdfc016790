"""Synthetic records that follow docs/reference/record-format.md to the letter: no training, any outcome, any size."""

from __future__ import annotations

import copy
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.trial import identity

Component = dict[str, Any]


def component(name: str, version: int = 1, **hyperparameters: Any) -> Component:
    return {"name": name, "version": version, "hyperparameters": hyperparameters}


@dataclass(frozen=True)
class TaskFacts:
    """What a task declares, as far as records repeat it."""

    name: str = "digits_mlp"
    version: int = 1
    primary: str = "accuracy"
    direction: str = "max"
    targets: tuple[float, ...] = (0.9, 0.95, 0.97)
    epochs: int = 20
    batch_size: int = 32
    steps_per_epoch: int = 33
    compares: tuple[str, ...] = ("optimizer", "schedule", "initializer")
    start: float = 0.1
    limit: float = 0.98
    summary: str = "1,797 8×8 digits, two hidden layers of 64."
    license: str = "BSD-3-Clause"
    citation: str = "Alpaydin & Kaynak 1998"
    parameters: int = 8970


DIGITS = TaskFacts()
AUTOENCODER = TaskFacts(
    name="mnist5k_autoencoder", primary="loss", direction="min", targets=(0.05, 0.02, 0.012), epochs=30, batch_size=64,
    steps_per_epoch=47, compares=("optimizer", "activation"), start=0.23, limit=0.011, parameters=1_098_000,
    summary="5,000 handwritten digits through a bottleneck of 16.", license="CC-BY-SA-3.0",
    citation="LeCun et al. 1998",
)  # fmt: skip

BASELINE: dict[str, list[Component]] = {
    "optimizer": [component("adam", learning_rate=0.001, beta_1=0.9, beta_2=0.999)],
    "schedule": [component("constant")],
    "gradient_transform": [component("none")],
    "initializer": [component("he_normal")],
    "normalization": [component("none")],
    "regularization": [component("none")],
    "activation": [component("relu")],
    "preprocessing": [component("standardize")],
    "loss": [component("cross_entropy")],
}


def make_record(*arguments: Any, **options: Any) -> Record:
    """Make one record; see :func:`make_json`."""
    return record_from_json(json.dumps(make_json(*arguments, **options)).encode())


def remade(record: Record, change: Callable[[dict[str, Any]], object]) -> Record:
    """Return a record with ``change`` made to its JSON, under the id that its spec then has; see :func:`typed`."""
    data = json.loads(json.dumps(record.to_json()))
    change(data)
    data["id"] = identity(data["spec"])
    return typed(data)


def typed(data: dict[str, Any]) -> Record:
    """Return a record of JSON whose parts need not agree, though each is checked.

    Of a test that asks what is made of one number, the others may stay as they were. Such a record cannot be stored.
    """
    data = json.loads(json.dumps(data))
    del data["format"]
    return _typed.validate_python(data)


def of_nobody(data: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a record whose task and components are registered nowhere: no change of code makes it stale."""

    def renamed(recipe: dict[str, list[Component]]) -> dict[str, list[Component]]:
        return {kind: [{**one, "name": f"my_{one['name']}"} for one in held] for kind, held in recipe.items()}

    spec, facts, prints = data["spec"], data["task"], data["fingerprints"]
    task = {**spec["task"], "name": f"my_{spec['task']['name']}"}
    spec = {**spec, "task": task, "recipe": renamed(spec["recipe"])}
    return {
        **data,
        "id": identity(spec),
        "spec": spec,
        "task": {**facts, "baseline": renamed(facts["baseline"])},
        "fingerprints": {key if key == "data" else key.replace(":", ":my_"): value for key, value in prints.items()},
    }


def make_json(
    task: TaskFacts = DIGITS,
    changes: Mapping[str, Sequence[Component]] | None = None,
    *,
    seed: int = 0,
    outcome: str = "completed",
    reason: str | None = None,
    value: float | None = None,
    best: float | None = None,
    speed: float = 0.35,
    cpu_share: float = 0.99,
    step_milliseconds: float = 0.031,
    state_bytes: int | None = None,
    streams: Mapping[str, int] | None = None,
    fold: tuple[int, int] | None = None,
    device: str = "cpu",
    precision: str = "float32",
    lanes: int = 1,
    wall_seconds: float = 1.4,
) -> dict[str, Any]:
    """Make the JSON of one record: the task's baseline recipe with ``changes``, ending at the test value ``value``.

    Args:
        task: What the task declares.
        changes: Kind → components that replace the baseline's.
        seed: The trial's seed.
        outcome: Any outcome; ``pruned`` leaves curves up to half of the budget, all others but ``completed`` none.
        reason: One line; a plausible one for the outcome if not given.
        value: The primary metric of the test part at the last epoch; ``math.nan`` is stored as ``null``.
        best: The same at the epoch with the best validation value.
        speed: The share of the remaining way that one epoch covers.
        cpu_share: Processor time ÷ wall time while training.
        step_milliseconds: Time of one training step.
        state_bytes: The optimizer's state.
        streams: Overridden seed streams.
        fold: Number of the fold that tests, and how many there are.
        device: Device of the trial.
        precision: Precision of the trial.
        lanes: How many trials its program trains side by side.
        wall_seconds: Time of the whole trial.
    """
    recipe = {**copy.deepcopy(BASELINE), **{kind: list(components) for kind, components in (changes or {}).items()}}
    spec = {
        "task": {"name": task.name, "version": task.version},
        "recipe": recipe,
        "seed": seed,
        "streams": dict(streams or {}),
        "epochs": task.epochs,
        "batch_size": task.batch_size,
        "precision": precision,
        "device": device,
        "engine": 2,
        "fold": {"number": fold[0], "of": fold[1]} if fold else None,
    }
    if lanes != 1:
        spec["lanes"] = lanes
    id = identity(spec)
    facts = {
        "primary": task.primary,
        "direction": task.direction,
        "targets": list(task.targets),
        "metrics": sorted({"loss", task.primary}),
        "baseline": copy.deepcopy(BASELINE),
        "compares": list(task.compares),
        "summary": task.summary,
        "license": task.license,
        "citation": task.citation,
    }
    curves: dict[str, list[Any]] = {}
    costs: dict[str, Any] = {"wall_seconds": wall_seconds}
    results: dict[str, Any] = {"steps_per_epoch": task.steps_per_epoch}
    if outcome == "completed":
        value = task.limit if value is None else value
        curves = _curves(task, value, speed, int(id[:8], 16))
        results |= _results(task, curves, value, best)
        costs |= _costs(task, step_milliseconds, cpu_share, state_bytes)
    elif outcome == "pruned":
        epochs = task.epochs // 2
        curves = {name: row[: epochs + 1] for name, row in _curves(task, task.limit, speed, int(id[:8], 16)).items()}
        costs |= _costs(task, step_milliseconds, cpu_share, state_bytes)
        costs["train_seconds_at"] = costs["train_seconds_at"][: epochs + 1]
    elif outcome != "unsupported":
        results["failure"] = {
            "step": 66,
            "traceback": f"Traceback (most recent call last):\n  …\n{outcome}: at step 66",
        }
    fingerprints = {
        f"{kind}:{held['name']}": hashlib.sha256(held["name"].encode()).hexdigest()[:16]
        for kind, components in recipe.items()
        for held in components
    }
    return {
        "format": 2,
        "id": id,
        "spec": spec,
        "outcome": outcome,
        "reason": reason if reason is not None else _REASONS[outcome],
        "curves": curves,
        "results": results,
        "costs": costs,
        "environment": {
            "versions": {"python": "3.11.9", "tensorflow": "2.21.0", "keras": "3.15.0", "numpy": "2.4.6"},
            "numerics": "5e3c1ab09d2f4c67", "processor_features": "avx avx2 fma",
            "machine": "x86_64 Linux 6.1", "processor": "AMD EPYC 7B13", "cores": 2, "device": device, "xla": True,
            "worker": seed % 2, "finished_at": f"2025-11-22T10:{seed % 60:02d}:00+00:00",
        },
        "fingerprints": fingerprints | {"data": hashlib.sha256(task.name.encode()).hexdigest()},
        "task": facts,
        "made_by": {"benchsuite": "0.1.0", "commit": "", "plugins": {}},
    }  # fmt: skip


_REASONS = {
    "completed": "",
    "pruned": "stopped at rung 2 of 4",
    "diverged": "the loss was not finite at step 66",
    "crashed": "ValueError: shapes (64,) and (10,) do not match",
    "timed_out": "stopped after 60 s, the limit of a trial",
    "out_of_memory": "the worker was killed: out of memory",
    "unsupported": "the component needs a convolution; the task has none",
}


def _curves(task: TaskFacts, value: float, speed: float, noise_seed: int) -> dict[str, list[Any]]:
    """Return curves that start at the task's start and close in on ``value``, with a little noise on the way."""
    generator = np.random.default_rng(noise_seed)
    epochs = np.arange(task.epochs + 1)
    remaining = np.exp(-speed * epochs)
    target = value if math.isfinite(value) else task.start
    curves: dict[str, list[Any]] = {
        "epoch": epochs.tolist(),
        "step": (epochs * task.steps_per_epoch).tolist(),
    }
    running = 2.3 * remaining + 0.02
    curves["running_loss"] = [None, *running[1:].round(6).tolist()]
    for part, shift in (("train", 0.2), ("validation", 0.0), ("test", -0.02)):
        for measure in sorted({"loss", task.primary}):
            if measure == task.primary:
                path = target + (task.start - target) * remaining
                path = path + generator.normal(0, abs(task.start - target) * 0.01, len(path)) * (1 - remaining)
                path = np.maximum(path + shift * (path - target) * 0.1, 1e-4)
                path = np.minimum(path, 1.0) if task.direction == "max" else path
                path[-1] = target
            else:
                path = running * (1 - shift / 2)
            curves[f"{part}_{measure}"] = path.round(6).tolist()
    return curves


def _results(task: TaskFacts, curves: dict[str, list[Any]], value: float, best: float | None) -> dict[str, Any]:
    validation = curves[f"validation_{task.primary}"]
    better = max if task.direction == "max" else min
    at = 1 + validation[1:].index(better(validation[1:]))
    names = [name for name in curves if name != "running_loss"]
    test = curves[f"test_{task.primary}"]
    if best is not None and at == len(test) - 1:  # the best epoch shall have a value of its own
        validation[-2:] = validation[:-3:-1]
        at -= 1
    if best is not None:
        test[at] = best
    test[-1] = value if math.isfinite(value) else None
    final = {name: curves[name][-1] for name in names}
    chosen = {name: curves[name][at] for name in names}
    targets = {}
    for target in task.targets:
        hits = [epoch for epoch, reached in enumerate(validation) if better(reached, target) == reached]
        targets[str(target)] = {"epoch": hits[0], "step": curves["step"][hits[0]]} if hits else None
    return {"final": final, "best": chosen, "targets": targets}


def _costs(task: TaskFacts, step_milliseconds: float, cpu_share: float, state_bytes: int | None) -> dict[str, Any]:
    seconds = step_milliseconds * task.steps_per_epoch * task.epochs / 1000
    return {
        "compile_seconds": 0.8,
        "train_seconds": seconds,
        "evaluate_seconds": 0.1,
        "train_seconds_at": [seconds * epoch / task.epochs for epoch in range(task.epochs + 1)],
        "step_milliseconds": step_milliseconds,
        "cpu_share": cpu_share,
        "program_reused": False,
        "parameters": task.parameters,
        "state_bytes": 8 * task.parameters if state_bytes is None else state_bytes,
        "peak_memory_bytes": 400_000_000,
    }


_typed = TypeAdapter(Record)
_OPTIMIZERS: tuple[tuple[Component, float, float], ...] = (
    (component("adam", learning_rate=0.001, beta_1=0.9, beta_2=0.999), 0.00, 0.35),
    (component("adamw", learning_rate=0.001, weight_decay=0.004), 0.002, 0.36),
    (component("nadam", learning_rate=0.001), 0.003, 0.40),
    (component("lion", learning_rate=0.0001), -0.006, 0.25),
    (component("rmsprop", learning_rate=0.001, rho=0.9), -0.002, 0.38),
    (component("sgd", learning_rate=0.01, momentum=0.0), -0.09, 0.10),
    (component("sgd", learning_rate=0.1, momentum=0.9), -0.01, 0.30),
    (component("adagrad", learning_rate=0.001), -0.3, 0.05),
    (component("adafactor", learning_rate=0.001), -0.03, 0.2),
    (component("schedule_free_adamw", learning_rate=0.0025), 0.004, 0.45),
    (component("muon", learning_rate=0.02), 0.005, 0.55),
    (component("lamb", learning_rate=0.001), -0.004, 0.22),
)
_OTHERS: dict[str, tuple[tuple[list[Component], float], ...]] = {
    "initializer": (
        ([component("glorot_uniform")], -0.001), ([component("orthogonal", gain=1.41)], 0.002),
        ([component("zeros")], -0.7), ([component("lsuv")], 0.001),
    ),
    "activation": (([component("gelu")], 0.001), ([component("swish")], 0.0), ([component("tanh")], -0.01)),
    "schedule": (([component("cosine")], 0.004), ([component("warmup_linear", warmup=0.1)], 0.003)),
    "regularization": (
        ([component("dropout", rate=0.2)], 0.003), ([component("l2", strength=0.0001)], 0.001),
        ([component("dropout", rate=0.2), component("l2", strength=0.0001)], 0.002),
    ),
}  # fmt: skip


def make_study(seeds: int = 3, tasks: int = 5, *, seed: int = 0) -> list[Record]:
    """Make the records of a whole study with failures, shared cores, censored and saturated targets: some 60 a seed.

    Args:
        seeds: Seeds per recipe.
        tasks: How many of the five tasks.
        seed: Where the chance in the values comes from.
    """
    generator = np.random.default_rng(seed)
    compares = ("optimizer", "schedule", "initializer", "regularization")
    facts = [
        replace(DIGITS, compares=compares),
        AUTOENCODER,
        replace(DIGITS, name="mnist5k_cnn", targets=(0.9, 0.97, 0.98), epochs=10, steps_per_epoch=94, limit=0.985,
                compares=("optimizer", "activation"), parameters=34_826,
                summary="5,000 handwritten digits, three convolutions."),
        replace(DIGITS, name="bible_charlm", primary="perplexity", direction="min", targets=(12.0, 8.0, 6.5), epochs=8,
                steps_per_epoch=250, start=65.0, limit=6.3, compares=("optimizer",), parameters=212_000,
                summary="Characters of the King James Bible, one recurrent layer.", license="public domain",
                citation="KJV 1769"),
        replace(DIGITS, name="housing_mlp", primary="rmse", direction="min", targets=(0.8, 0.6, 0.55), epochs=25,
                steps_per_epoch=60, start=1.15, limit=0.53, compares=("optimizer",), parameters=5_100,
                summary="20,640 districts, eight numbers each."),
    ][:tasks]  # fmt: skip
    records = []
    for position, task in enumerate(facts):
        recipes: list[tuple[dict[str, list[Component]], float, float]] = [
            ({"optimizer": [optimizer]}, gain, speed) for optimizer, gain, speed in _OPTIMIZERS
        ]
        for kind, choices in _OTHERS.items():
            if kind in task.compares:
                recipes += [({kind: components}, gain, 0.35) for components, gain in choices]
        for changes, gain, speed in recipes:
            name = next(iter(changes.values()))[0]["name"]
            for number in range(seeds):
                share = abs(task.start - task.limit)
                sign = 1 if task.direction == "max" else -1
                value = task.limit + sign * share * (min(gain, 0) * 1.1 + max(gain, 0) + generator.normal(0, 0.004))
                value = min(value, 0.999) if task.direction == "max" else max(value, 1e-3)
                outcome = "completed"
                if (name == "sgd" and position == 3) or (name == "lion" and position == 1 and number == 1):
                    outcome = "diverged"
                if name == "muon" and position == 4:
                    outcome = "unsupported"
                if name == "lamb" and position == 2 and number == 2:
                    outcome = "timed_out"
                if name == "adafactor" and position == 2:
                    outcome = "crashed"
                records.append(
                    make_record(
                        task, changes, seed=number, outcome=outcome, value=round(value, 6), speed=speed,
                        cpu_share=0.7 if name == "nadam" and position == 1 else 0.99,
                        step_milliseconds=round(0.03 * (1 + position) * float(generator.uniform(0.95, 1.4)), 5),
                        state_bytes=task.parameters * (4 if name in ("sgd", "lion", "muon") else 8),
                    )
                )  # fmt: skip
    both = {"optimizer": [component("sgd", learning_rate=0.1, momentum=0.9)], "schedule": [component("cosine")]}
    return [*records, make_record(facts[0], both, seed=0, value=0.975)]


def in_format_1(data: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a record as format 1 had it."""
    data["results"]["measure"] = {**data.pop("task"), "steps_per_epoch": data["results"].pop("steps_per_epoch")}
    versions = data["environment"].pop("versions")
    for name in ("numerics", "processor_features"):
        del data["environment"][name]
    data["environment"] |= {**versions, "benchsuite": data.pop("made_by")["benchsuite"]}
    return data | {"format": 1}
