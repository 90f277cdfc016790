"""The list of what trials gave: how a record is read, how its numbers are named, how a trial is found and run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LIST = Path(__file__).parent / "curves.json"


def hash_of(value: Any) -> str:
    """Return the 16 hexadecimal digits that stand for a JSON value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def curves_of(record: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return name → one number for each epoch. The one place that knows where a record has them."""
    return dict(record["curves"])


def key_of(record: Mapping[str, Any]) -> str:
    """Return what stands for a trial whatever becomes of ids: task, components with their hyperparameters, seed, budget."""
    spec = record["spec"]
    recipe = {
        kind: [(each["name"], each["hyperparameters"]) for each in components]
        for kind, components in spec["recipe"].items()
    }
    return hash_of([spec["task"]["name"], recipe, spec["seed"], spec["epochs"], spec["batch_size"]])


def records_in(folder: Path) -> list[dict[str, Any]]:
    """Return all records of a results folder."""
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("trials/**/*.json"))]


def read(file: Path = LIST) -> dict[str, Any]:
    """Return the list."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def write(made_with: Mapping[str, Any], trials: Iterable[Mapping[str, Any]], file: Path = LIST) -> None:
    """Write the list, one trial a line, so that a change of one is a change of one line."""
    lines = ",\n".join(f"  {json.dumps(trial, separators=(',', ':'), allow_nan=False)}" for trial in trials)
    file.write_text(f'{{"made_with": {json.dumps(made_with, sort_keys=True)},\n "trials": [\n{lines}\n]}}\n', "utf-8")


def in_sample(trial: Mapping[str, Any]) -> bool:
    """Say whether the suite has the command line run a trial: the baselines of the quick tasks."""
    return trial["tier"] == "quick" and not trial["chosen"]


def groups(trials: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return name → trials that one ``benchsuite run`` can do: those of a quick task, or baselines with one budget."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    trials = list(trials)
    compared = {trial["task"] for trial in trials if trial["chosen"]}
    for trial in trials:
        if trial["tier"] != "quick":
            name = f"{trial['tier']}, {trial['epochs']} epochs"
        else:
            name = trial["task"] if trial["task"] in compared else "baselines"
        found.setdefault(name, []).append(trial)
    return found


def arguments(group: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the arguments of ``benchsuite run`` for a group of trials."""
    tasks, options, epochs = [], {}, set()
    for trial in group:
        tasks.append(trial["task"])
        for kind, name in trial["chosen"].items():
            options.setdefault(kind, []).append(name)
        if trial["tier"] != "quick":
            epochs.add(trial["epochs"])
    chosen = [part for kind, names in options.items() for part in (f"--{kind.replace('_', '-')}", ",".join(names))]
    budget = [part for number in epochs for part in ("--epochs", str(number))]
    return ["--task", ",".join(dict.fromkeys(tasks)), "--baselines", *chosen, *budget]
