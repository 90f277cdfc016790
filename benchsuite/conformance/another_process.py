"""Two processes agree: the same trial in another process, whose hashes and global generators start otherwise."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchsuite.components import Task
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.trying import Trying
from benchsuite.discovery.guard import search_path
from benchsuite.engine.device import Device, environment
from benchsuite.text import as_reason

AGREE = "another process gives the same numbers"
SECONDS = 300.0
BOOT = (
    "import sys; sys.path[:] = sys.argv[2].splitlines(); "
    "from benchsuite.conformance.another_process import tell; tell(sys.argv[1])"
)
CURE = (
    "Nothing may depend on the process: not the order of a set, nor hash() of a text, id(), the clock, the environment, or the global "
    "state of numpy.random, random and tf.random. Draw from bs.noise in a program, from a generator of a fixed seed in data()."
)


def another_process_agrees(trying: Trying) -> list[Finding]:
    """Run the first trial in another process and compare its curves, to the last bit."""
    entry = trying.registry.tables.get(trying.component.kind, {}).get(trying.component.name)
    if entry is None:
        return []
    blame = Blame(trying.component, trying.registry)
    wanted = {
        "origin": entry.plugin.origin,
        "kind": trying.component.kind,
        "name": trying.component.name,
        "task": trying.task.name,
        "epochs": len(trying.first.curves["train_loss"]) - 1,
    }
    surroundings = {**environment(Device("cpu")), **os.environ, "PYTHONHASHSEED": "77"}
    with TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        asked = [sys.executable, "-c", BOOT, json.dumps({**wanted, "answer": str(answer)}), "\n".join(search_path())]
        try:
            ran = subprocess.run(
                asked, capture_output=True, text=True, errors="replace", timeout=SECONDS, env=surroundings, check=False
            )
        except subprocess.TimeoutExpired:
            return [blame.broken(AGREE, f"it did not end within {SECONDS:g} seconds", CURE)]
        if not answer.exists():
            said = (ran.stderr.strip().splitlines() or ["nothing"])[-1]
            return [blame.broken(AGREE, f"it ended with code {ran.returncode}: {as_reason(said)}", CURE)]
        told = json.loads(answer.read_text(encoding="utf-8"))
    if told["curves"] == digest(trying.first.curves.to_json()):
        return [Finding(AGREE)]
    problem = f"its last training loss is {told['loss']}, here it is {_last(trying.first.curves.to_json())}"
    return [blame.broken(AGREE, problem, CURE)]


def digest(curves: dict[str, Any]) -> str:
    """Return what stands for curves, to the last bit."""
    return hashlib.sha256(json.dumps(curves, sort_keys=True).encode()).hexdigest()


def _last(curves: dict[str, Any]) -> Any:
    return curves["train_loss"][-1]


def tell(text: str) -> None:
    """Run a trial as :func:`another_process_agrees` asks for it, and write what came of it: the other process begins here.

    Args:
        text: What is wanted, as JSON.
    """
    import random

    import numpy as np

    from benchsuite.conformance.tried_on import setting_for, tiny_tasks_for
    from benchsuite.discovery import PluginSearch
    from benchsuite.engine.device import configure
    from benchsuite.engine.session import Session
    from benchsuite.registry import load_registry
    from benchsuite.selection import baseline
    from benchsuite.trial import Trial

    wanted = json.loads(text)
    tf = configure(Device("cpu"), compiled=True)
    for seed in (np.random.seed, random.seed, tf.random.set_seed):
        seed(1234567)
    origin = wanted["origin"]
    given = (origin.removeprefix("--plugin "),) if origin.startswith("--plugin ") else ()
    registry = load_registry(PluginSearch(given))
    component = registry.entry(wanted["kind"], wanted["name"]).component
    if isinstance(component, Task):
        task, recipe = component, baseline(component, registry)
    else:
        task = next(one for one in tiny_tasks_for(component, registry) if one.name == wanted["task"])
        recipe = baseline(task, registry)
        if component.kind in recipe:
            with TemporaryDirectory() as folder:
                setting = setting_for(component, task, recipe, registry, Path(folder))
            recipe = recipe.replaced(component.kind, (setting,))
    session = Session(registry, {task.name: task}.__getitem__)
    trial = Trial(task.name, task.version, recipe, 0, wanted["epochs"], task.batch_size)
    curves = session.run(trial).ending.curves.to_json()
    told = {"curves": digest(curves), "loss": curves["train_loss"][-1]}
    Path(wanted["answer"]).write_text(json.dumps(told), encoding="utf-8")
