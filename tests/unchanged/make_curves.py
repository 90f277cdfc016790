"""Make ``curves.json`` from results folders: what the trials of all components gave before a change that must not change them.

    benchsuite run --all --seeds 1 --no-local --results A
    benchsuite run --baselines --tier full --epochs 2 --seeds 1 --no-local --results B
    python tests/unchanged/make_curves.py quick=A full=B

Make it anew only where numbers are meant to change, and say so in the changelog. With ``--add`` in front, what the list has
stays as it is, and only trials that it lacks are added: those of new components and new tasks. Trials of versions that are gone
are left out. ``quick`` and ``full`` are what a line says: how much of a task the list has, all components or its baseline. Which
tasks are quick may have changed since.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchsuite.engine.numerics import numerics
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.unchanged.listed import curves_of, hash_of, key_of, read, records_in, write


def line(record: dict[str, Any], tier: str, registry: Registry) -> dict[str, Any]:
    """Return what the list holds of one record."""
    spec, curves = record["spec"], curves_of(record)
    task = registry.task(spec["task"]["name"])
    usual = baseline(task, registry).to_json()
    chosen = {
        kind: "+".join(each["name"] for each in components)
        for kind, components in spec["recipe"].items()
        if components != usual[kind]
    }
    measure = f"test_{task.primary}"
    return {
        "id": record["id"],
        "key": key_of(record),
        "task": task.name,
        "chosen": chosen,
        "tier": tier,
        "epochs": spec["epochs"],
        "outcome": record["outcome"],
        "curves": hash_of(curves),
        "first_loss": curves["train_loss"][:2][
            -1
        ],  # after one epoch rounding has not grown yet; one that diverged has none
        "train_loss": curves["train_loss"][-1],
        measure: curves[measure][-1],
    }


def id_now(listed: dict[str, Any], registry: Registry) -> str:
    """Return the id that a trial of the list has now: another one, if its task or its components have another version."""
    task = registry.task(listed["task"])
    recipe = baseline(task, registry)
    for kind, names in listed["chosen"].items():
        recipe = recipe.replaced(kind, tuple(Setting.of(registry.component(kind, name)) for name in names.split("+")))
    return Trial(task.name, task.version, recipe, 0, listed["epochs"], task.batch_size).id


def main() -> None:
    """Read the folders named on the command line and write the list."""
    registry = load_registry(PluginSearch(local=False))
    made_with = numerics()
    arguments = sys.argv[1:]
    trials = []
    if "--add" in arguments:
        arguments.remove("--add")
        there = read()
        if there["made_with"]["fingerprint"] != made_with.fingerprint:
            raise SystemExit("The list was made where numbers round otherwise: add to it there.")
        trials += [each for each in there["trials"] if id_now(each, registry) == each["id"]]
    for argument in arguments:
        tier, _, folder = argument.partition("=")
        records = (record for record in records_in(Path(folder)) if record["outcome"] in ("completed", "diverged"))
        known = {each["key"] for each in trials}
        trials += [line(record, tier, registry) for record in records if key_of(record) not in known]
    trials.sort(key=lambda each: (each["tier"] != "quick", each["task"], *sorted(each["chosen"].items())))
    write({"fingerprint": made_with.fingerprint, **made_with.facts}, trials)
    print(f"{len(trials)} trials")


if __name__ == "__main__":
    main()
